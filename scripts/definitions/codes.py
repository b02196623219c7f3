"""Code systems and value sets: which codes there are, and which of them an element may have.

``codesystems.txt`` has a line for each complete code system that is HL7's own::

    http://hl7.org/fhir/observation-status <tab> {"codes": {"final": "Final", ...}}

and of each other one that the package names, with nothing but ``{}``.

``valuesets.txt`` has one for each value set that an element is bound to, with its systems and
their codes; None stands for every code of the system. A set that cannot be told offline (a
filter over SNOMED CT) is left out, and codes are not judged by it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from fhirkit.validate.profiles.terminology import Unknowable, below, both, concepts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from definitions.package import Json
    from fhirkit.validate.profiles.terminology import Codes

_OWN = re.compile(r"http://(terminology\.)?hl7\.org/")
#: A copyright line that names nobody but HL7.
_FREE = re.compile(r"HL7|This is an example set\.?$")


def compile_code_systems(package: Mapping[str, Json], needed: Iterable[str]) -> str:
    """HL7's own code systems, and those that the value sets ``needed`` are made of.

    Of all others the url alone, so that it can be told which HL7 has.
    """
    systems = code_systems(package)
    wanted = {url for url, system in systems.items() if _is_own(system)}
    for url in needed:
        wanted |= {system for system in _systems_of(package, url) if system in systems}
    told = {url: _system(systems[url]) if url in wanted else {} for url in _urls(package)}
    return "".join(f"{url}\t{_json(system)}\n" for url, system in sorted(told.items()))


def compile_value_sets(package: Mapping[str, Json], wanted: Iterable[str]) -> str:
    """The value sets ``wanted`` that can be expanded, by url."""
    lines = []
    for url in sorted(wanted):
        try:
            codes = expand(package, url)
        except Unknowable:
            continue
        systems = {
            system: sorted(found) if found is not None else None for system, found in codes.items()
        }
        lines.append(f"{url}\t{_json(dict(sorted(systems.items())))}\n")
    return "".join(lines)


def code_systems(package: Mapping[str, Json]) -> dict[str, Json]:
    """The complete code systems of a package by url."""
    return {
        resource["url"]: resource
        for resource in package.values()
        if resource["resourceType"] == "CodeSystem" and resource.get("content") == "complete"
    }


def expand(package: Mapping[str, Json], url: str) -> Codes:
    """The codes of a value set. Raises Unknowable where the package does not tell them."""
    sets = _value_sets(package)
    return _expand(sets, code_systems(package), url, ())


def _value_sets(package: Mapping[str, Json]) -> dict[str, Json]:
    return {
        resource["url"]: resource
        for resource in package.values()
        if resource["resourceType"] == "ValueSet"
    }


def _systems_of(package: Mapping[str, Json], url: str) -> set[str]:
    try:
        return set(expand(package, url))
    except Unknowable:
        return set()


def _expand(
    sets: Mapping[str, Json], systems: Mapping[str, Json], url: str, above: tuple[str, ...]
) -> Codes:
    url = url.partition("|")[0]
    if url not in sets or url in above:
        raise Unknowable(url)
    compose = sets[url].get("compose", {})
    codes: dict[str, frozenset[str] | None] = {}
    for include in compose.get("include", ()):
        for system, found in _include(sets, systems, include, (*above, url)).items():
            before = codes.get(system, frozenset())
            codes[system] = None if found is None or before is None else before | found
    for exclude in compose.get("exclude", ()):
        for system, found in _include(sets, systems, exclude, (*above, url)).items():
            before = codes.get(system, frozenset())
            if before is None or found is None:
                raise Unknowable(url)
            codes[system] = before - found
    if not codes:
        raise Unknowable(url)
    return codes


def _include(
    sets: Mapping[str, Json], systems: Mapping[str, Json], include: Json, above: tuple[str, ...]
) -> Codes:
    parts = [_expand(sets, systems, url, above) for url in include.get("valueSet", ())]
    if "system" in include:
        parts.append({include["system"]: _of_system(systems, include)})
    first, *others = parts
    for other in others:
        first = both(first, other)
    return first


def _of_system(systems: Mapping[str, Json], include: Json) -> frozenset[str] | None:
    if include.get("concept"):
        return frozenset(concept["code"] for concept in include["concept"])
    system = systems.get(include["system"])
    if include.get("filter"):
        if system is None:
            raise Unknowable(include["system"])
        kept = _all_codes(system)
        for condition in include["filter"]:
            kept &= _filtered(system, condition)
        return kept
    return None if system is None else _all_codes(system)


def _filtered(system: Json, condition: Json) -> frozenset[str]:
    if condition["property"] != "concept" or condition["op"] not in ("is-a", "is-not-a"):
        raise Unknowable(condition["property"])
    inside = frozenset(below(system, condition["value"]))
    return inside if condition["op"] == "is-a" else _all_codes(system) - inside


def _urls(package: Mapping[str, Json]) -> set[str]:
    """All code systems that are defined, or used in a value set."""
    found = set()
    for resource in package.values():
        if resource["resourceType"] == "CodeSystem":
            found.add(resource["url"].partition("|")[0])
        elif resource["resourceType"] == "ValueSet":
            includes = resource.get("compose", {}).get("include", ())
            found |= {include["system"] for include in includes if "system" in include}
    return found


def _system(system: Json) -> Json:
    made: Json = {}
    if system.get("caseSensitive") is False:
        made["caseless"] = True
    made["codes"] = {concept["code"]: concept.get("display", "") for concept, _ in concepts(system)}
    return made


def _all_codes(system: Json) -> frozenset[str]:
    return frozenset(concept["code"] for concept, _ in concepts(system))


def _is_own(system: Json) -> bool:
    rights = system.get("copyright", "").strip()
    return bool(_OWN.match(system["url"])) and (not rights or bool(_FREE.match(rights)))


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
