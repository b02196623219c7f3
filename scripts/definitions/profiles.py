"""Profiles and extensions of R4: what each says beyond the type that it constrains.

``profiles.txt`` has one line for each profile, ``extensions.txt`` one for each extension: its
url, a tab, and the JSON of :mod:`fhirkit.validate.profiles.compiling`. One line more in
``profiles.txt``, ``vital-signs``, says which codes make an Observation a vital sign, and so ask
for the profile: ``{"http://loinc.org": {"29463-7": url of the profile}}``.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

from fhirkit._definitions import VITAL_SIGNS
from fhirkit.validate.profiles.compiled import Json
from fhirkit.validate.profiles.compiling import CORE, NoSnapshot, compile_profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: What fhirkit writes and R4 does not have: the span of the text that a fact was read from. Out of
#: hl7.fhir.uv.extensions.r4 5.3.0-ballot-tc1 (CC0-1.0), without its prose.
_MORE = Path(__file__).with_name("derivation-reference.json")
_EXTENSIBLE = {
    # The vital signs bind the value of every component to a dozen units, so that no component
    # could be an oxygen flow, or a code. HL7's validator reads the binding as extensible.
    "http://hl7.org/fhir/ValueSet/ucum-vitals-common",
}
_CONTEXTS = {
    # Every definition of the core package has it on the type, one level up from its context.
    f"{CORE}structuredefinition-fhir-type": "ElementDefinition.type",
    f"{CORE}regex": "ElementDefinition.type",
    # Guides have it on whatever a CapabilityStatement may have, and HL7's validator lets them.
    f"{CORE}capabilitystatement-expectation": "Element",
    # The core package has it on value sets, code systems, operations and elements as well.
    f"{CORE}structuredefinition-normative-version": "Element",
}
"""Places where an extension stands everywhere, outside the context that its definition gives."""
_MORE_CODES = Path(__file__).with_name("vital-signs.csv")
_BASE = f"{CORE}vitalsigns"


def compile_profiles(package: Mapping[str, Json]) -> str:
    """One line for each profile of the core package that has a snapshot, and the vital signs."""
    definitions = [one for one in _definitions(package) if one["type"] != "Extension"]
    made = dict(_compiled(definitions))
    made[VITAL_SIGNS] = _vital_signs(made)
    return _lines(made)


def compile_extensions(package: Mapping[str, Json]) -> str:
    """One line for each extension of the core package, and for the one more that fhirkit writes."""
    more = json.loads(_MORE.read_text("utf-8"))
    core = [one for one in _definitions(package) if one["type"] == "Extension"]
    return _lines(dict(_compiled([*core, more])))


def _definitions(package: Mapping[str, Json]) -> Iterator[Json]:
    for one in package.values():
        if one["resourceType"] == "StructureDefinition" and one.get("derivation") == "constraint":
            yield one


def _compiled(definitions: list[Json]) -> Iterator[tuple[str, Json]]:
    for definition in definitions:
        try:
            made = compile_profile(definition)
        except NoSnapshot:
            continue
        made.pop("version", None)  # that of R4 for all
        _patch(made["root"])
        if definition["url"] in _CONTEXTS:
            made["contexts"].append(["element", _CONTEXTS[definition["url"]]])
        yield definition["url"], made


def _patch(part: Json) -> None:
    """Corrects bindings that the specification has by mistake."""
    if part.get("binding", ["", ""])[1] in _EXTENSIBLE:
        part["binding"][0] = "extensible"
    for inner in part.get("parts", {}).values():
        _patch(inner)
    for inner in part.get("slicing", {}).get("slices", {}).values():
        _patch(inner)


def _vital_signs(profiles: Mapping[str, Json]) -> Json:
    """The profile by system and code: the codes that the profiles themselves fix."""
    found: dict[str, dict[str, str]] = {}
    for url, made in profiles.items():
        if made.get("base") == _BASE:
            for system, code in _fixed_codes(made["root"]):
                found.setdefault(system, {})[code] = url
    with _MORE_CODES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["system"], {})[row["code"]] = CORE + row["profile"]
    return found


def _fixed_codes(root: Json) -> Iterator[tuple[str, str]]:
    slices = root["parts"]["code"]["parts"]["coding"].get("slicing", {}).get("slices", {})
    for part in slices.values():
        inner = part["parts"]
        if "fixed" in inner.get("code", {}) and "fixed" in inner.get("system", {}):
            yield inner["system"]["fixed"], inner["code"]["fixed"]


def _lines(made: Mapping[str, Json]) -> str:
    return "".join(f"{name}\t{_json(one)}\n" for name, one in sorted(made.items()))


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
