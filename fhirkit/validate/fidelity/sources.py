"""The texts a bundle carries: which DocumentReference holds one, and how references name it."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from typing import TYPE_CHECKING

from fhirkit.validate.fidelity.passage import Passage, Place, passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhirkit.validate.findings import Node

Name = str | tuple[str | None, str | None]
"""What a reference calls a resource: an address, or system and value of an identifier."""

#: Characters; more of a text hold nearly any number and word.
_LONGEST = 20_000
#: The key that fhirkit gives a document: the beginning of its SHA-256, and what it is.
_KEY = re.compile(r"([0-9a-f]{16})-(?:p[0-9]+-)?case\.document")


@dataclass(frozen=True, eq=False)
class Source:
    """A text of the bundle, and the Attachment that holds it.

    ``exact`` tells that fhirkit made the bundle: then each value has its own words among the
    places that its resource names, and nothing needs to be looked for around them. ``changed``
    tells that its key is another text's; ``damaged`` that size or hash are.
    """

    text: str
    attachment: Node
    exact: bool = False
    changed: bool = False
    damaged: bool = False
    _passages: dict[tuple[Place, ...], Passage] = field(default_factory=dict)

    def passage(self, places: list[Place]) -> Passage | None:
        """The passage of ``places``, the same one each time; None where it is too long to tell."""
        key = tuple(places)
        if key not in self._passages:
            self._passages[key] = passage(self.text, key, exact=self.exact)
        made = self._passages[key]
        return made if made.length <= _LONGEST else None


def sources(entries: Iterable[Node]) -> dict[Name, Source]:
    """All texts among the entries of a bundle, by every name a reference may have for them."""
    found: dict[Name, Source] = {}
    for entry in entries:
        resource = entry["resource"]
        if resource.get("resourceType") == "DocumentReference":
            source = _source(resource)
            if source is not None:
                found.update(dict.fromkeys(names(entry), source))
    return found


def names(entry: Node) -> Iterator[Name]:
    """What references call the resource of an entry: its address, its id, its identifiers."""
    resource = entry["resource"]
    url, identity = entry.get("fullUrl"), resource.get("id")
    if isinstance(url, str):
        yield url
    if isinstance(identity, str):
        yield f"{resource.get('resourceType')}/{identity}"
    for identifier in _identifiers(resource):
        yield _pair(identifier)


def name_in(reference: object) -> Name | None:
    """What a Reference calls its target: an address or, in a batch, an identifier."""
    if not isinstance(reference, dict):
        return None
    literal, identifier = reference.get("reference"), reference.get("identifier")
    if isinstance(literal, str):
        return literal
    return _pair(identifier) if isinstance(identifier, dict) else None


def _source(resource: Node) -> Source | None:
    attachment = _attachment(resource)
    if attachment is None:
        return None
    try:
        data = b64decode(attachment["data"])
        text = data.decode("utf-8")
    except ValueError:
        return None
    if not text:
        return None
    keys = {match[1] for match in map(_key, _identifiers(resource)) if match}
    changed = bool(keys) and sha256(data).hexdigest()[:16] not in keys
    damaged = changed and _is_damaged(attachment, data)
    return Source(text, attachment, bool(keys), changed, damaged)


def _attachment(resource: Node) -> Node | None:
    """The Attachment with a plain text, the first of them."""
    contents = resource.get("content")
    for content in contents if isinstance(contents, list) else ():
        attachment = content.get("attachment") if isinstance(content, dict) else None
        if isinstance(attachment, dict) and isinstance(attachment.get("data"), str):
            kind = attachment.get("contentType")
            if isinstance(kind, str) and kind.startswith("text/plain"):
                return attachment
    return None


def _is_damaged(attachment: Node, data: bytes) -> bool:
    """Whether the Attachment's own size or hash is not that of its data."""
    size, digest = attachment.get("size"), attachment.get("hash")
    if isinstance(size, int) and size != len(data):
        return True
    if not isinstance(digest, str):
        return False
    try:
        return b64decode(digest) != sha1(data, usedforsecurity=False).digest()
    except ValueError:
        return True


def _identifiers(resource: Node) -> Iterator[Node]:
    identifiers = resource.get("identifier")
    # An AdverseEvent has one at most.
    alone = [identifiers] if isinstance(identifiers, dict) else []
    for identifier in identifiers if isinstance(identifiers, list) else alone:
        if isinstance(identifier, dict):
            yield identifier


def _key(identifier: Node) -> re.Match[str] | None:
    value = identifier.get("value")
    return _KEY.fullmatch(value) if isinstance(value, str) else None


def _pair(identifier: Node) -> tuple[str | None, str | None]:
    system, value = identifier.get("system"), identifier.get("value")
    return (
        system if isinstance(system, str) else None,
        value if isinstance(value, str) else None,
    )
