"""A bundle that was given: what of its text it says, and where it says something else.

The narrative inside it is read again. A resource is known by its key; what is written otherwise
without being another statement does not count: ids, labels, readable text, namespaces of keys, and
how one resource points at another.
"""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fhirkit.errors import InputError
from fhirkit.facts.model import PatientFact
from fhirkit.mappers.identity import (
    DOCUMENT,
    document_bytes,
    document_key,
    full_url,
    resource_key,
)
from fhirkit.mappers.recipe import recipe
from fhirkit.narrative.source import decode
from fhirkit.report.subject import Subject, Way
from fhirkit.settings import Settings
from fhirkit.validate import validate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Set

    from fhirkit.facts.case import Case
    from fhirkit.facts.model import Fact
    from fhirkit.mappers.context import Resource

_PLACE = "DocumentReference.content[0].attachment.data"


def of_bundle(name: str, bundle: Resource, data: bytes, way: Way | None = None) -> Subject:
    """The subject of a bundle with its narrative inside; ``data`` are its bytes as JSON.

    Its facts are those of the narrative that it has a resource of, and what is told of others than
    the patient. Raises InputError if it holds no narrative, or several.
    """
    way = way or Way()
    bundle = _with_urls(bundle)
    given = dict(_resources(bundle))
    text = _narrative(given.values())
    keys = {key for resource in given.values() for key in _keys(resource)}
    case = _of_patients(way.case(text), keys)
    _check_patient(case, way.patient)
    said = tuple(fact for fact in case.facts if _is_said(fact, case, keys))
    way = replace(way, settings=_settings(way.settings, given.values()))
    own = way.bundle(replace(case, facts=_with_person(said, case)))
    return Subject(
        name,
        replace(case, facts=said),
        bundle,
        tuple(validate(data)),
        altered=frozenset(_altered(given, dict(_resources(own)))),
    )


def _with_urls(bundle: Resource) -> Resource:
    """``bundle`` with a fullUrl in every entry, so that each can be named."""
    entries = bundle.get("entry")
    named = [
        {**entry, "fullUrl": f"#{index}"} if _lacks_url(entry) else entry
        for index, entry in enumerate(entries if isinstance(entries, list) else [])
    ]
    return {**bundle, "entry": named}


def _lacks_url(entry: object) -> bool:
    return isinstance(entry, dict) and not isinstance(entry.get("fullUrl"), str)


def _resources(bundle: Resource) -> Iterator[tuple[str, Resource]]:
    """The resources of a bundle by their fullUrls."""
    for entry in bundle["entry"]:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            yield entry["fullUrl"], resource


def _keys(resource: Resource) -> list[str]:
    """What may be the key of a resource: the values of its identifiers, then its tags."""
    found = resource.get("identifier")
    meta = resource.get("meta")
    tags = meta.get("tag") if isinstance(meta, dict) else None
    values = [_part(item, "value") for item in (found if isinstance(found, list) else [found])]
    values += [_part(item, "code") for item in (tags if isinstance(tags, list) else [])]
    return [value for value in values if value]


def _part(item: object, name: str) -> str:
    found = item.get(name) if isinstance(item, dict) else None
    return found if isinstance(found, str) else ""


def _narrative(resources: Iterable[Resource]) -> str:
    """The text that a bundle was made from."""
    texts: dict[str, bool] = {}
    for resource in resources:
        text = _text(resource) if resource.get("resourceType") == "DocumentReference" else None
        if text is not None:
            document = document_key(document_bytes(text))
            ours = any(k.startswith(document) and k.endswith(DOCUMENT) for k in _keys(resource))
            texts[text] = texts.get(text, False) or ours
    # Other documents may lie beside the one that fhirkit read.
    found = [text for text, ours in texts.items() if ours] or list(texts)
    if not found:
        raise InputError(
            f"the bundle has no narrative inside ({_PLACE}): give the narrative, or a bundle as "
            "fhirkit makes it"
        )
    if len(found) > 1:
        raise InputError(
            f"the bundle has {len(found)} narratives inside: give one bundle for each of them"
        )
    return found[0]


def _text(resource: Resource) -> str | None:
    """The text in a DocumentReference, None where there is none."""
    try:
        attachment = resource["content"][0]["attachment"]
        if not str(attachment["contentType"]).startswith("text/plain"):
            return None
        return decode(b64decode("".join(attachment["data"].split()), validate=True), _PLACE)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError):
        return None


def _of_patients(case: Case, keys: Set[str]) -> Case:
    """``case`` with those of its patients only that a bundle with these ``keys`` is about."""
    document = document_key(document_bytes(case.text))
    numbers = {fact.patient for fact in case.facts} - {None}
    there = {n for n in numbers if any(k.startswith(f"{document}-p{n}-") for k in keys)}
    if not there or there == numbers:
        return case
    return replace(
        case,
        facts=tuple(fact for fact in case.facts if fact.patient in there),
        left_out=tuple(item for item in case.left_out if item.patient in there),
        statements=tuple(item for item in case.statements if item.patient in {None, *there}),
    )


def _check_patient(case: Case, asked: int | None) -> None:
    there = set(case.by_patient())
    if asked is not None and there != {asked}:
        numbers = ", ".join(map(str, sorted(there))) or "none"
        raise InputError(
            f"the bundle is not of patient {asked} alone (patients in it: {numbers}): one for each "
            "is what 'fhirkit convert' makes"
        )


def _is_said(fact: Fact, case: Case, keys: Set[str]) -> bool:
    """Whether a bundle with these ``keys`` says ``fact``; what no bundle can say counts, too."""
    if recipe(fact) is None:
        return True
    key = resource_key(document_key(document_bytes(case.text)), fact.patient, fact.id)
    if isinstance(fact, PatientFact):
        # Age and the like are resources of their own, named after the patient's.
        return any(k == key or k.startswith(f"{key}.") for k in keys)
    return key in keys


def _with_person(said: tuple[Fact, ...], case: Case) -> tuple[Fact, ...]:
    """The facts with that of the person: all others point at it, be it in the bundle or not."""
    here = {fact.id for fact in said}
    return tuple(fact for fact in case.facts if fact.id in here or isinstance(fact, PatientFact))


def _settings(given: Settings | None, resources: Iterable[Resource]) -> Settings:
    """The settings with that choice of codes by which the bundle was made."""
    settings = given or Settings()
    codes = {code for resource in resources for code in _seriousness(resource)}
    if not codes:
        return settings
    tho, r4 = codes & {"serious", "non-serious"}, codes & {"Serious", "Non-serious"}
    return replace(settings, seriousness="both" if tho and r4 else "tho" if tho else "r4")


def _seriousness(resource: Resource) -> Iterator[str]:
    concept = resource.get("seriousness")
    codings = concept.get("coding") if isinstance(concept, dict) else None
    for coding in codings if isinstance(codings, list) else []:
        yield _part(coding, "code")


def _altered(given: Mapping[str, Resource], own: Mapping[str, Resource]) -> Iterator[str]:
    """The fullUrls of what is given and is not among our ``own``."""
    names = _Names(given, own)
    expected = {names.of(url): resource for url, resource in own.items()}
    for url, resource in given.items():
        mine = expected.get(names.of(url))
        if mine is None or names.content(resource) != names.content(mine):
            yield url


class _Names:
    """What resources are called, however a reference to them is written: by their keys."""

    def __init__(self, given: Mapping[str, Resource], own: Mapping[str, Resource]) -> None:
        keys = [_keys(resource)[0] for resource in own.values()]
        self._keys = set(keys)
        self._known = {full_url(key): key for key in keys} | {key: key for key in keys}
        for url, resource in given.items():
            key = next((key for key in _keys(resource) if key in self._keys), url)
            self._known |= {url: key, f"{resource.get('resourceType')}/{resource.get('id')}": key}
        absent = self._keys - {self.of(url) for url in given}
        people = [_keys(r)[0] for r in own.values() if r["resourceType"] == "Patient"]
        # A site may have its own record of the person, beside the bundle.
        self._person = people[0] if len(people) == 1 and people[0] in absent else None

    def of(self, reference: str) -> str:
        """The key of what ``reference`` leads to, itself if that is none of ours."""
        known = self._known.get(reference)
        if known is not None:
            return known
        parts = reference.split("/_history/")[0].split("/")[-2:]
        if self._person is not None and parts[0] == "Patient":
            return self._person
        return self._known.get("/".join(parts), reference)

    def content(self, resource: Resource) -> object:
        """What ``resource`` says, in a form that can be compared."""
        beside = _BESIDE | _BESIDE_IN.get(str(resource.get("resourceType")), frozenset())
        return {name: self._plain(value) for name, value in resource.items() if name not in beside}

    def _plain(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._plain(item) for item in value]
        if isinstance(value, dict):
            target = self._target(value)
            if target is not None:
                return ("reference", target)
            return {name: self._plain(inner) for name, inner in value.items()}
        if isinstance(value, int | float) and not isinstance(value, bool):
            return Decimal(str(value))
        return value

    def _target(self, value: Mapping[str, Any]) -> str | None:
        """What a reference leads to; None for what is no reference."""
        if isinstance(value.get("reference"), str):
            return self.of(value["reference"])
        if isinstance(value.get("type"), str) and isinstance(value.get("identifier"), dict):
            return self.of(_part(value["identifier"], "value"))
        return None


#: Elements that do not say anything of the case.
_BESIDE = frozenset({"id", "identifier", "implicitRules", "meta", "text"})
_BESIDE_IN = {
    "Device": frozenset({"version"}),
    "DocumentReference": frozenset({"content", "context"}),
    "Provenance": frozenset({"recorded", "_recorded"}),
}
