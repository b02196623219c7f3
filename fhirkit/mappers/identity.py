"""Names that stay the same on every run: of a document, of a fact, of a bundle entry."""

from __future__ import annotations

import re
from hashlib import sha1, sha256
from uuid import NAMESPACE_URL, uuid5

from fhirkit.errors import InputError

# Resources that no fact stands for. A fact's id has no dot, so nothing can collide with them.
DEVICE = "case.device"
DOCUMENT = "case.document"
PATIENT = "case.patient"
PROVENANCE = "case.provenance"

_NAMESPACE = uuid5(NAMESPACE_URL, "fhirkit-cases fact key").bytes
_VARIANT = "89ab"


def document_bytes(text: str) -> bytes:
    """The narrative as UTF-8; a text that has no UTF-8 form raises InputError."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"character {error.start} of the narrative is half a surrogate pair: "
            "decode the text again from its source"
        ) from None


def document_key(data: bytes) -> str:
    """The name of a document: the first 16 hexadecimal digits of its SHA-256."""
    return sha256(data).hexdigest()[:16]


def resource_key(document: str, patient: int | None, name: str) -> str:
    """The key of the resource called ``name``: of the document and what it is within it.

    Where the document tells of several patients, it has the number of the one it is made for,
    be it the document itself: no two patients share a key.

    >>> resource_key("af7c38a5e050694e", None, "case.document")
    'af7c38a5e050694e-case.document'
    >>> resource_key("af7c38a5e050694e", 2, "case.document")
    'af7c38a5e050694e-p2-case.document'
    """
    number = "" if patient is None else f"p{patient}-"
    # The ids of facts have the number already: they are unique in their text.
    return f"{document}-{number}{name.removeprefix(number)}"


def full_url(key: str) -> str:
    """The ``urn:uuid`` of a key: a version 5 UUID, as :func:`uuid.uuid5` makes it.

    >>> full_url("af7c38a5e050694e-ms")
    'urn:uuid:056b1c35-0a81-5a5b-ba28-f4e060745b53'
    """
    # Three times as fast as uuid5: no UUID object between the hash and its text.
    h = sha1(_NAMESPACE + key.encode(), usedforsecurity=False).hexdigest()
    variant = _VARIANT[int(h[16], 16) & 3]
    return f"urn:uuid:{h[:8]}-{h[8:12]}-5{h[13:16]}-{variant}{h[17:20]}-{h[20:32]}"


def slug(name: str) -> str:
    """``name`` in lower case with only letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "other"
