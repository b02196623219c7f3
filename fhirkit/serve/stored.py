"""A case as the server has it, put together again as one bundle with its text inside."""

from __future__ import annotations

import re
from base64 import b64decode
from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from fhirkit.bundle.request import FOUND_BY_TAG
from fhirkit.errors import InputError
from fhirkit.mappers.identity import full_url
from fhirkit.serve.keys import Key, document_key_of, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fhirkit.mappers.context import Resource
    from fhirkit.serve.inside import Inside

#: Characters of a narrative that a page is made of. A case report has some thousand.
LONGEST = 200_000
#: Patients of one text whose documents are looked for.
_PATIENTS = 50
#: A relative reference, perhaps to a version.
_PLACE = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?")
_TYPE = re.compile(r"[A-Z][A-Za-z]+")
_OF_THE_SERVER = frozenset({"lastUpdated", "versionId"})

Place = tuple[str, str]
"""Where a resource is on the server: its type and id."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A case on the server: the key of its text, and a bundle of all its resources."""

    key: Key
    bundle: Resource


async def stored(inside: Inside, document: Resource, key: Key) -> Stored:
    """The case of a narrative. Raises InputError if the narrative cannot be read."""
    check_text(document, key)
    found: dict[Place, Resource] = {}
    for one in await _documents(inside, document, key):
        own = document_key_of(one)
        if own is not None and own.document == key.document:
            for resource in await _of_document(inside, one, own):
                found.setdefault(_place(resource), resource)
    return Stored(key, _bundle(found, key.document, inside.base))


def check_text(document: Resource, key: Key) -> None:
    """Raises InputError unless the narrative is there as it was when its key was made."""
    data = attached(document)
    if data is None:
        raise InputError("the text is missing, or no longer plain text")
    try:
        text = b64decode("".join(data.split()), validate=True).decode("utf-8")
    except ValueError:
        raise InputError("the text is damaged: it can no longer be decoded") from None
    if len(text) > LONGEST:
        raise InputError(f"the text is too long: more than {LONGEST:,} characters")
    if sha256(text.encode()).hexdigest()[:16] != key.document:
        raise InputError("the text is no longer the one this case was read from")


def attached(document: Resource) -> str | None:
    """The narrative as it is stored, in base64; None where there is none."""
    contents = document.get("content")
    for content in contents if isinstance(contents, list) else ():
        attachment = content.get("attachment") if isinstance(content, dict) else None
        if isinstance(attachment, dict):
            kind, data = attachment.get("contentType"), attachment.get("data")
            if isinstance(kind, str) and kind.startswith("text/plain") and isinstance(data, str):
                return data
    return None


async def _documents(inside: Inside, document: Resource, key: Key) -> list[Resource]:
    """The narrative, and where it tells of several patients that of each: the same text."""
    if not key.patient:
        return [document]
    names = [f"{key.document}-p{number}-case.document" for number in range(1, _PATIENTS + 1)]
    found = await inside.with_keys("DocumentReference", names, system=key.system)
    return found or [document]


async def _of_document(inside: Inside, document: Resource, key: Key) -> list[Resource]:
    """The resources made for one patient of a text: those that name others come last.

    They are what Provenance says was made from the text, and what carries a key of the text
    wherever it hangs on the patient; so the loss of the one or of the other does not lose all.
    """
    device = await inside.with_keys("Device", [key.sibling("case.device")], system=key.system)
    origins = [one for one in await _origins(inside, document, key) if _is_of(one, key)]
    named = [item for one in origins for item in _items(one.get("target"))]
    made = await _targets(inside, [*_items(document.get("subject")), *named], key)
    patients = [one for one in made if one.get("resourceType") == "Patient"]
    hanging = [
        one for patient in patients for one in await inside.everything(str(patient.get("id")))
    ]
    if not origins:
        # The server does not know whom they are about: it has no such search parameter.
        hanging += await inside.search("AdverseEvent")
    ends = [one for one in hanging if _is_of(one, key) and one["resourceType"] != "Provenance"]
    return [*device, document, *made, *ends, *origins]


async def _origins(inside: Inside, document: Resource, key: Key) -> list[Resource]:
    """What says who made resources from this text: the software's Provenance, and reviewers'."""
    here = f"DocumentReference/{document.get('id')}"
    found = await inside.search("Provenance", entity=here)
    by_identifier = {"entity:identifier": f"{key.system}|{key.value}"}
    return [*found, *await inside.search("Provenance", **by_identifier)]


def _is_of(resource: Resource, key: Key) -> bool:
    return any(other.document == key.document for other in keys_of(resource))


async def _targets(inside: Inside, references: list[Resource], key: Key) -> list[Resource]:
    """What references lead to, by id, or by identifier as in what was pushed as a batch."""
    ids: defaultdict[str, list[str]] = defaultdict(list)
    keys: defaultdict[str, list[str]] = defaultdict(list)
    for reference in references:
        place = place_of(reference.get("reference"), inside.base)
        kind = str(reference.get("type"))
        if place is not None:
            ids[place[0]].append(place[1])
        elif _TYPE.fullmatch(kind):  # anything else would make another request of the search
            keys[kind] += [known.value for known in keys_of(reference)]
    found = [one for kind, values in ids.items() for one in await inside.with_ids(kind, values)]
    for kind, values in keys.items():
        parameter = "_tag" if kind in FOUND_BY_TAG else "identifier"
        found += await inside.with_keys(kind, values, system=key.system, parameter=parameter)
    return found


def place_of(reference: object, base: str) -> Place | None:
    """Where on this server a literal reference leads."""
    if not isinstance(reference, str):
        return None
    found = _PLACE.fullmatch(reference.removeprefix(f"{base}/"))
    return (found[1], found[2]) if found else None


def _bundle(found: Mapping[Place, Resource], document: str, base: str) -> Resource:
    """The resources as fhirkit would have them: what the server added or rewrote is undone.

    Nothing else is touched. With the addresses they had, a reader finds which resource was made of
    which fact, and where one differs, it is the content that does.
    """
    addresses: dict[Place, str] = {}
    taken: set[str] = set()
    for place, resource in found.items():
        url = _address(resource, document)
        # A second one with the same key is a copy that somebody made.
        if url is None or url in taken:
            url = f"{base}/{place[0]}/{place[1]}"
        taken.add(url)
        addresses[place] = url
    entries = [
        {"fullUrl": addresses[place], "resource": _undone(resource, addresses, base)}
        for place, resource in found.items()
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _address(resource: Resource, document: str) -> str | None:
    keys = (key for key in keys_of(resource) if key.document == document)
    key = next(keys, None)
    return None if key is None else full_url(key.value)


def _undone(resource: Resource, addresses: Mapping[Place, str], base: str) -> Resource:
    made: Resource = _readdressed(resource, addresses, base)
    made.pop("id", None)
    meta = made.get("meta")
    if isinstance(meta, dict):
        kept = {name: value for name, value in meta.items() if name not in _OF_THE_SERVER}
        made.pop("meta")
        if kept:
            made["meta"] = kept
    return made


def _readdressed(node: Any, addresses: Mapping[Place, str], base: str) -> Any:
    """A copy in which references lead to the addresses of the bundle."""
    if isinstance(node, list):
        return [_readdressed(item, addresses, base) for item in node]
    if not isinstance(node, dict):
        return node
    made = {name: _readdressed(value, addresses, base) for name, value in node.items()}
    place = place_of(node.get("reference"), base)
    if place is not None and place in addresses:
        made["reference"] = addresses[place]
    return made


def _place(resource: Resource) -> Place:
    return str(resource.get("resourceType")), str(resource.get("id"))


def _items(value: Any) -> Iterator[Resource]:
    given: Iterable[Any] = value if isinstance(value, list) else [value]
    return (item for item in given if isinstance(item, dict))
