"""Vital signs: codes that ask for a profile, whoever uses them.

An Observation with the code of a vital sign must conform to R4's profile of it
(https://hl7.org/fhir/R4/observation-vitalsigns.html): a blood pressure has its two components, a
temperature is in degrees. A text may say less ("blood pressure was high", "a BMI of 28"). Such an
Observation goes out under its name, without the code that would promise more.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from fhirkit._definitions import VITAL_SIGNS, lines

if TYPE_CHECKING:
    from fhirkit.mappers.context import Resource


def without_unkept_codes(observation: Resource) -> Resource:
    """The Observation without codes of vital signs whose profile it does not meet."""
    code = observation["code"]
    kept = [coding for coding in code.get("coding", ()) if _is_met(coding, observation)]
    if len(kept) == len(code.get("coding", ())):
        return observation
    bare = {name: value for name, value in code.items() if name != "coding"}
    return {**observation, "code": {"coding": kept, **bare} if kept else bare}


def _is_met(coding: Resource, observation: Resource) -> bool:
    profile = _codes().get(coding["system"], {}).get(coding["code"])
    if profile is None:
        return True
    parts = _parts(profile)
    if parts.get("component", {}).get("min", 0) > len(observation.get("component", ())):
        return False
    return _is_value_of(parts.get("value[x]", {}), observation)


def _is_value_of(value: dict[str, Any], observation: Resource) -> bool:
    """Whether the value is one the profile takes: in its units, or none where none need be."""
    quantity = value.get("slicing", {}).get("slices", {}).get("valueQuantity")
    given = [name for name in observation if name.startswith("value")]
    if quantity is None:
        return not given or value.get("max") != "0"
    if not given:
        return not quantity.get("min")
    if given != ["valueQuantity"] or quantity.get("max") == "0":
        return False
    return observation["valueQuantity"].get("code") in _units(quantity)


def _units(quantity: dict[str, Any]) -> frozenset[str]:
    """The UCUM codes a profile takes."""
    code = quantity["parts"]["code"]
    if "fixed" in code:
        return frozenset({code["fixed"]})
    codes = json.loads(lines("valuesets")[code["binding"][1]])
    return frozenset(one for found in codes.values() for one in found)


@cache
def _codes() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(lines("profiles")[VITAL_SIGNS])
    return found


@cache
def _parts(profile: str) -> dict[str, Any]:
    line = lines("profiles").get(profile)
    found: dict[str, Any] = json.loads(line)["root"]["parts"] if line else {}
    return found
