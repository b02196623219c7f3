"""Plants faults into examples of a guide, one at a time, by what its profiles say.

The faults are read off the StructureDefinitions themselves and not off what fhirkit compiles of
them, so that a fact the compiler loses is a fault nobody flags.
"""

from __future__ import annotations

import copy
import json
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fhirkit.validate.definitions import group

Json = dict[str, Any]
CORE = "http://hl7.org/fhir/StructureDefinition/"
NONSENSE = "no-such-code"
_OTHER_CODES = {
    "http://loinc.org": "1-8",
    "http://snomed.info/sct": "138875005",
    "http://terminology.hl7.org/CodeSystem/observation-category": "survey",
    "http://terminology.hl7.org/CodeSystem/condition-category": "encounter-diagnosis",
}
_EITHER = re.compile(r"\(?[a-z]\w*(\.\w+)?\.exists\(\)( or [a-z]\w*(\.\w+)?\.exists\(\))*\)?")


@dataclass(frozen=True)
class Fault:
    """An example with one fault against ``profile``.

    ``about`` is the element of the profile, ``place`` where the fault should be told.
    """

    kind: str
    profile: str
    example: str
    about: str
    place: str
    resource: Json

    @property
    def name(self) -> str:
        return f"{self.kind} {self.profile.rpartition('/')[2]} {self.place} {self.about}"


@dataclass(frozen=True)
class Found:
    """An element of an example: ``name`` in ``owner``, with the way to it."""

    owner: Json
    name: str
    way: str

    @property
    def value(self) -> Any:
        return self.owner[self.name]


def examples(package: Path) -> dict[str, Json]:
    """The examples that a package carries, by file name."""
    return dict(_files(package, "package/example/"))


def profiles(package: Path) -> dict[str, Json]:
    """The StructureDefinitions of a package by url."""
    found = (one for _, one in _files(package, "package/StructureDefinition-"))
    return {one["url"]: one for one in found if one.get("derivation") == "constraint"}


def _files(package: Path, start: str) -> Iterator[tuple[str, Json]]:
    with tarfile.open(package) as archive:
        for member in sorted(archive.getmembers(), key=lambda one: one.name):
            if member.name.startswith(start) and member.name.endswith(".json"):
                one = json.load(archive.extractfile(member))
                if "resourceType" in one:
                    yield member.name.rpartition("/")[2], one


def faults(package: Path) -> Iterator[Fault]:
    """Every kind of fault at every element that an example of its profile has, once each."""
    known = profiles(package)
    listed = _listed_sets(package)
    planted: set[tuple[str, str, str]] = set()
    for file, example in examples(package).items():
        for url in example.get("meta", {}).get("profile", ()):
            definition = known.get(url.partition("|")[0])
            if definition is None or definition["type"] != example["resourceType"]:
                continue
            for fault in _of(example, file, definition, listed):
                key = (fault.kind, fault.profile, fault.about)
                if key not in planted:
                    planted.add(key)
                    yield fault


def _listed_sets(package: Path) -> set[str]:
    """The value sets that are lists of codes: whether a code is of others may not be known."""
    found = set()
    for _, one in _files(package, "package/ValueSet-"):
        includes = one.get("compose", {}).get("include", [{}])
        if all(include.get("concept") for include in includes):
            found.add(one["url"])
    return found


def _of(example: Json, file: str, definition: Json, listed: set[str]) -> Iterator[Fault]:
    for element in [*_outside_slices(definition["snapshot"]["element"])]:
        if element.get("binding", {}).get("valueSet", "").partition("|")[0] not in listed:
            element = {name: value for name, value in element.items() if name != "binding"}
        for kind, spoil in _SPOILERS.items():
            spoilt = copy.deepcopy(example)
            for found in _at(spoilt, element["path"]):
                place = spoil(element, found)
                if place:
                    about = element["path"] + ":" + element.get("sliceName", "")
                    yield Fault(kind, definition["url"], file, about, place, spoilt)
                    break


def _outside_slices(elements: list[Json]) -> Iterator[Json]:
    """Elements that are in no slice, and slices themselves where they are in none.

    A slice has its direct children in ``inside``.
    """
    slices: list[Json] = []
    for element in copy.deepcopy(elements[1:]):
        path = element["path"]
        slices = [one for one in slices if path.startswith(f"{one['path']}.")]
        if not slices:
            yield element
        elif path.count(".") == slices[0]["path"].count(".") + 1 and "sliceName" not in element:
            slices[0]["inside"].append(element)
        if "sliceName" in element:
            element["inside"] = []
            slices.append(element)


def _at(resource: Json, path: str) -> list[Found]:
    """Where an example has the element of a path."""
    kind, *names = path.split(".")
    found = [(resource, kind)]
    for name in names[:-1]:
        found = [
            (child, f"{way}.{called}{where}")
            for node, way in found
            for called in _names(node, name)
            for child, where in _objects(node[called])
        ]
    return [
        Found(node, called, f"{way}.{called}")
        for node, way in found
        for called in _names(node, names[-1])
    ]


def _names(node: Json, name: str) -> list[str]:
    if not name.endswith("[x]"):
        return [name] if name in node else []
    stem = name.removesuffix("[x]")
    return [one for one in node if re.fullmatch(rf"{stem}[A-Z]\w*", one)]


def _objects(value: Any) -> list[tuple[Json, str]]:
    if isinstance(value, list):
        return [(one, f"[{at}]") for at, one in enumerate(value) if isinstance(one, dict)]
    return [(value, "")] if isinstance(value, dict) else []


def _missing(element: Json, found: Found) -> str:
    if element["min"] <= element["base"]["min"] or "sliceName" in element:
        return ""
    if len(found.owner) < 2:
        return ""
    del found.owner[found.name]
    found.owner.pop(f"_{found.name}", None)
    return found.way


def _missing_slice(element: Json, found: Found) -> str:
    """Takes away the whole element, so that the slice it has to have is missing."""
    if "sliceName" not in element or not element["min"] or len(found.owner) < 2:
        return ""
    del found.owner[found.name]
    return found.way


def _unlike_slice(element: Json, found: Found) -> str:
    """Spoils the codes of the one value that is in a slice that has to be there."""
    pattern = element.get("patternCodeableConcept")
    if "sliceName" not in element or not element["min"] or not pattern:
        return ""
    for one, _ in _objects(found.value):
        for coding in one.get("coding", ()):
            _recode(coding)
    return found.way


def _members(element: Json, found: Found) -> list[int]:
    """Where the values stand that are in a slice, as a pattern in it or below it tells them."""
    patterns = [("", element)] + [
        (one["path"].rpartition(".")[2], one) for one in element.get("inside", ())
    ]
    told = [
        (name, one["patternCodeableConcept"])
        for name, one in patterns
        if "patternCodeableConcept" in one
    ]
    if "sliceName" not in element or not told or not isinstance(found.value, list):
        return []
    return [
        at
        for at, one in enumerate(found.value)
        if all(_has_codes(one.get(name) if name else one, wanted) for name, wanted in told)
    ]


def _has_codes(value: Any, wanted: Json) -> bool:
    codings = value.get("coding", ()) if isinstance(value, dict) else ()
    codes = {(one.get("system"), one.get("code")) for one in codings}
    return all((one.get("system"), one.get("code")) in codes for one in wanted.get("coding", ()))


def _without_member(element: Json, found: Found) -> str:
    members = _members(element, found)
    if not members or not element["min"] or len(members) == len(found.value):
        return ""
    found.value[:] = [one for at, one in enumerate(found.value) if at not in members]
    return found.way


def _member_twice(element: Json, found: Found) -> str:
    members = _members(element, found)
    if len(members) != 1 or element["max"] != "1":
        return ""
    found.value.append(copy.deepcopy(found.value[members[0]]))
    return f"{found.way}[{len(found.value) - 1}]"


def _member_lacks(element: Json, found: Found) -> str:
    for at in _members(element, found):
        for one in element["inside"]:
            name = one["path"].rpartition(".")[2]
            member = found.value[at]
            told_by_it = "patternCodeableConcept" in one
            if one["min"] > one["base"]["min"] and name in member and not told_by_it:
                del member[name]
                return f"{found.way}[{at}].{name}"
    return ""


def _recode(coding: Json) -> None:
    """Gives a coding another code that its system has, where one is at hand."""
    coding.pop("display", None)
    coding["code"] = _OTHER_CODES.get(coding.get("system", ""), NONSENSE)


def _twice(element: Json, found: Found) -> str:
    if element["max"] != "1" or element["base"]["max"] != "*" or "sliceName" in element:
        return ""
    if not isinstance(found.value, list) or len(found.value) != 1:
        return ""
    found.value.append(copy.deepcopy(found.value[0]))
    return f"{found.way}[1]"


def _fixed(element: Json, found: Found) -> str:
    fixed = [value for name, value in element.items() if name.startswith("fixed")]
    if not fixed or not isinstance(found.value, str) or "sliceName" in element:
        return ""
    found.owner[found.name] = "http://example.org/other" if ":" in fixed[0] else NONSENSE
    return found.way


def _pattern(element: Json, found: Found) -> str:
    pattern = next((value for name, value in element.items() if name.startswith("pattern")), None)
    if pattern is None or "sliceName" in element:
        return ""
    if isinstance(pattern, bool):
        found.owner[found.name] = not pattern
        return found.way
    nodes = _objects(found.value)
    for node, _ in nodes:
        for one in [node, *node.get("coding", ())]:
            if "code" in one:
                _recode(one)
    return found.way + (nodes[0][1] if nodes else "") if nodes else ""


def _code(element: Json, found: Found) -> str:
    binding = element.get("binding", {})
    if binding.get("strength") != "required" or "sliceName" in element or _is_of_base(element):
        return ""
    if isinstance(found.value, str):
        found.owner[found.name] = NONSENSE
        return found.way
    for node, where in _objects(found.value)[:1]:
        for coding in node.get("coding", [node]):
            _recode(coding)
        return found.way + where
    return ""


def _is_of_base(element: Json) -> bool:
    owner, _, name = element["base"]["path"].rpartition(".")
    base = group(owner)
    one = base.elements.get(name) if base else None
    return bool(one and one.bound_to and one.bound_to[1])


def _type(element: Json, found: Found) -> str:
    if not element["path"].endswith("[x]") or "sliceName" in element:
        return ""
    allowed = {kind["code"] for kind in element["type"]}
    owner, _, name = element["base"]["path"].rpartition(".")
    base = group(owner)
    stem = name.removesuffix("[x]")
    kinds = {one.type for one in base.elements.values() if one.choice == stem} if base else set()
    for kind, value in (("boolean", True), ("string", "x"), ("dateTime", "2020-01-01")):
        if kind in kinds - allowed:
            del found.owner[found.name]
            called = f"{stem}{kind[0].upper()}{kind[1:]}"
            found.owner[called] = value
            return found.way.rpartition(".")[0] + f".{called}"
    return ""


def _target(element: Json, found: Found) -> str:
    targets = [
        url.partition("|")[0]
        for kind in element.get("type", ())
        for url in kind.get("targetProfile", ())
    ]
    owner, _, name = element["base"]["path"].rpartition(".")
    base = group(owner)
    allowed = base.elements[name].targets if base and name in base.elements else ()
    if not targets or "sliceName" in element or not all(url.startswith(CORE) for url in targets):
        return ""
    others = set(allowed) - {url.removeprefix(CORE) for url in targets}
    for node, where in _objects(found.value)[:1]:
        if others:
            node.clear()
            node["reference"] = f"{min(others)}/x"
            return found.way + where
    return ""


def _too_long(element: Json, found: Found) -> str:
    if "maxLength" not in element or not isinstance(found.value, str):
        return ""
    found.owner[found.name] = "x" * (element["maxLength"] + 1)
    return found.way


def _rule(element: Json, found: Found) -> str:
    """Takes away all that a rule wants one of: ``a.exists() or b.exists()``."""
    for rule in element.get("constraint", ()):
        if rule.get("source", CORE).startswith(CORE) or not _EITHER.fullmatch(rule["expression"]):
            continue
        named = {
            name.split(".")[0] for name in re.findall(r"([a-z][\w.]*)\.exists", rule["expression"])
        }
        for node, where in _objects(found.value)[:1]:
            names = [one for one in node if re.sub(r"[A-Z]\w*$", "", one) in named or one in named]
            if names and len(names) < len(node):
                for name in names:
                    del node[name]
                return found.way + where
    return ""


_SPOILERS: dict[str, Callable[[Json, Found], str]] = {
    "missing": _missing,
    "missing-slice": _missing_slice,
    "unlike-slice": _unlike_slice,
    "without-member": _without_member,
    "member-twice": _member_twice,
    "member-lacks": _member_lacks,
    "twice": _twice,
    "fixed": _fixed,
    "pattern": _pattern,
    "code": _code,
    "type": _type,
    "target": _target,
    "too-long": _too_long,
    "rule": _rule,
}
