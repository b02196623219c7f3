"""Resource and data types: what elements each has, and the rules that hold for them.

One line a type, its name and then JSON::

    Observation <tab> {"kind": "resource", "base": "DomainResource", "groups": {
        "Observation": {"rules": ["obs-6"], "elements": {"status": {"type": "code", ...}}},
        "Observation.component": {...}}}

A group is an object of the JSON: the type itself, or an element with elements of its own, whose
base is BackboneElement where it does not say Element. What a type has from its base is not said
again. An element that FHIR types by a place elsewhere in
the resource (``contentReference``) has that group as its type.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from definitions.package import Json

_TYPE_URL = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
_PROFILE = "http://hl7.org/fhir/StructureDefinition/"
_MAX_SET = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet"

#: Types the package gives wrongly, and what the specification's pages say instead.
_PATCHED_TYPES = {
    # resource.html: "Logical id of this artifact", type id; the package says string.
    "Resource.id": "id",
}
#: Profiles of data types that base elements ask for, and the one rule that each adds.
_OF_PROFILES = {_PROFILE + "SimpleQuantity": "sqty-1", _PROFILE + "MoneyQuantity": "mqty-1"}
_UNCHECKED_TARGETS = ("Resource", "Any")


def compile_types(package: Mapping[str, Json]) -> str:
    """One line for each type of R4 that an instance can have, sorted by name."""
    bases = [
        resource
        for resource in package.values()
        if resource["resourceType"] == "StructureDefinition"
        and resource["kind"] in ("resource", "complex-type")
        and resource.get("derivation") != "constraint"
    ]
    return "".join(f"{one['type']}\t{_json(_type(one))}\n" for one in sorted(bases, key=_name))


def compile_rules(package: Mapping[str, Json]) -> str:
    """One line for each invariant of the base types: key, severity, expression.

    Some keys stand for several invariants (``inv-1`` of Task and of Parameters): all but the
    first have the element behind their key, ``inv-1 Task``.
    """
    rules: dict[str, tuple[str, str]] = {}
    for _, resource in sorted(package.items()):
        if resource["resourceType"] != "StructureDefinition":
            continue
        if resource["kind"] == "logical":
            continue
        if resource.get("derivation") == "constraint" and resource["url"] not in _OF_PROFILES:
            continue
        for element in resource["snapshot"]["element"]:
            for rule in element.get("constraint", ()):
                expression = " ".join(rule.get("expression", "").split())
                found = (rule["severity"], expression)
                if rules.setdefault(rule["key"], found) != found:
                    rules[f"{rule['key']} {element['path']}"] = found
    return "".join(f"{key}\t{how}\t{what}\n" for key, (how, what) in sorted(rules.items()))


def bindings(package: Mapping[str, Json], strengths: Iterable[str]) -> set[str]:
    """The value sets, without version, that elements are bound to by one of ``strengths``."""
    wanted = set(strengths)
    found: set[str] = set()
    for resource in package.values():
        if resource["resourceType"] != "StructureDefinition":
            continue
        for element in resource.get("snapshot", {}).get("element", ()):
            binding = element.get("binding", {})
            if binding.get("strength") in wanted and "valueSet" in binding:
                found.add(_unversioned(binding["valueSet"]))
            limit = _max_set(binding)
            if limit:
                found.add(limit)
    return found


def _name(definition: Json) -> str:
    return str(definition["type"])


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _type(definition: Json) -> Json:
    base = definition.get("baseDefinition", "").removeprefix(_PROFILE)
    elements = definition["snapshot"]["element"]
    parents = {element["path"].rpartition(".")[0] for element in elements}
    groups: dict[str, Json] = {}
    for element in elements:
        path = element["path"]
        owner, _, name = path.rpartition(".")
        if path in parents or not owner:
            groups[path] = {"rules": _own_rules(element, path, base)}
            if owner and element["type"][0]["code"] == "Element":
                groups[path]["base"] = "Element"
        if owner and element["base"]["path"].split(".")[0] == path.split(".")[0]:
            groups[owner].setdefault("elements", {})[name] = _element(
                element, path if path in parents else None
            )
    made: Json = {"kind": "resource" if definition["kind"] == "resource" else "datatype"}
    if definition.get("abstract"):
        made["abstract"] = True
    if base:
        made["base"] = base
    made["groups"] = {path: _without_empty(group) for path, group in groups.items()}
    return made


def _own_rules(element: Json, path: str, base: str) -> list[str]:
    """The rules of a group that its base does not have already."""
    here = path.split(".", maxsplit=1)[0]
    return [
        rule["key"]
        for rule in element.get("constraint", ())
        if rule.get("source", "").removeprefix(_PROFILE) in ("", here) or not base
    ]


def _without_empty(group: Json) -> Json:
    return {name: value for name, value in group.items() if value}


def _element(element: Json, group: str | None) -> Json:
    """An element; ``group`` is the path of the group it has elements of its own in."""
    made: Json = {"type": group or _types(element)}
    if element["min"]:
        made["min"] = element["min"]
    if element["max"] != "1":
        made["max"] = element["max"]
    targets = sorted(_targets(element))
    if targets:
        made["targets"] = targets
    binding = element.get("binding", {})
    if binding.get("strength") in ("required", "extensible") and "valueSet" in binding:
        made["binding"] = [binding["strength"], _unversioned(binding["valueSet"])]
    elif _max_set(binding):
        made["binding"] = ["required", _max_set(binding)]
    here = group is None and "contentReference" not in element
    if here and (rules := _element_rules(element)):
        made["rules"] = rules
    return made


def _types(element: Json) -> str | list[str]:
    reference = element.get("contentReference")
    if reference:
        return str(reference).removeprefix("#")
    if element["base"]["path"] in _PATCHED_TYPES:
        return _PATCHED_TYPES[element["base"]["path"]]
    names = [_type_name(kind) for kind in element["type"]]
    return names if element["path"].endswith("[x]") else names[0]


def _type_name(kind: Json) -> str:
    for extension in kind.get("extension", ()):
        if extension["url"] == _TYPE_URL:
            return str(extension["valueUrl"])
    return str(kind["code"])


def _targets(element: Json) -> set[str]:
    """The types a reference or canonical may lead to; none where any will do."""
    found = {
        profile.removeprefix(_PROFILE)
        for kind in element.get("type", ())
        for profile in kind.get("targetProfile", ())
    }
    return set() if found & set(_UNCHECKED_TARGETS) else found


def _element_rules(element: Json) -> list[str]:
    """Rules that hold for this use of a data type, beside those of the data type itself."""
    here = element["path"].split(".")[0]
    rules = [
        rule["key"]
        for rule in element.get("constraint", ())
        if rule.get("source", "").removeprefix(_PROFILE) in ("", here)
        and rule["key"] not in ("ele-1", "ext-1")
    ]
    profiles = {url for kind in element.get("type", ()) for url in kind.get("profile", ())}
    return rules + [_OF_PROFILES[url] for url in sorted(profiles) if url in _OF_PROFILES]


def _unversioned(url: str) -> str:
    return url.partition("|")[0]


def _max_set(binding: Json) -> str:
    for extension in binding.get("extension", ()):
        if extension["url"] == _MAX_SET:
            return _unversioned(extension["valueCanonical"])
    return ""
