"""Codings and quantities: code, display and unit, judged as far as they can be offline.

Sources: https://hl7.org/fhir/R4/datatypes.html#Coding and
https://hl7.org/fhir/R4/terminologies-systems.html.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from fhirkit.issues import Severity
from fhirkit.validate.findings import Rule, shown

if TYPE_CHECKING:
    from fhirkit.validate.findings import Node
    from fhirkit.validate.structure import Held, Walk

_SPEC = "https://hl7.org/fhir/R4/terminologies-systems.html"
_UCUM = "http://unitsofmeasure.org"

UNKNOWN_CODE = Rule(
    "unknown-code", "code-invalid", "the code system has no such code", spec=f"{_SPEC}"
)
DISPLAY = Rule(
    "display",
    "code-invalid",
    "not the display of this code in its code system",
    spec="https://hl7.org/fhir/R4/datatypes.html#Coding",
)
CODE_FORM = Rule("code-form", "code-invalid", "no code of its system", spec=_SPEC)
UNIT = Rule("ucum", "code-invalid", "no UCUM unit", spec="https://ucum.org/ucum")
SYSTEM = Rule(
    "system",
    "code-invalid",
    "this code system goes by another url in FHIR",
    Severity.WARNING,
    spec=_SPEC,
)
RELATIVE_SYSTEM = Rule(
    "system-relative",
    "value",
    "a system is named by an absolute URI",
    spec="https://hl7.org/fhir/R4/datatypes.html#Coding",
)
VALUE_SET = Rule(
    "system-value-set",
    "value",
    "this is the url of a value set: a coding names the code system that its code is of",
    spec="https://hl7.org/fhir/R4/terminologies.html#system",
)
UNKNOWN_SYSTEM = Rule(
    "system-unknown",
    "not-found",
    "R4 has no code system of this url, though it is one of HL7's",
    Severity.WARNING,  # it may have come since
    spec=_SPEC,
)
_HL7 = ("http://hl7.org/fhir/", "http://terminology.hl7.org/")


def check_coding(walk: Walk, coding: Node, held: Held) -> None:
    """Checks one Coding: its system's url, whether it has the code, and the display of it."""
    system, code = coding.get("system"), coding.get("code")
    if not isinstance(system, str):
        return
    display = coding.get("display") if "version" not in coding else None
    verdict = _verdict(
        system,
        code if isinstance(code, str) else None,
        display if isinstance(display, str) else None,
    )
    if verdict is not None:
        rule, name, found, expected, message = verdict
        if rule is UNKNOWN_CODE and (id(coding) in walk.judged or "version" in coding):
            return
        guide = walk.profiles.guide
        if rule is UNKNOWN_SYSTEM and guide and guide.definition("CodeSystem", system):
            return
        owner = coding if name else held.owner
        place = name or held.name
        walk.findings.add(rule, owner, place, found=found, expected=expected, message=message)


def check_quantity(walk: Walk, quantity: Node, _: Held) -> None:
    """Checks the unit of a Quantity that says it is a UCUM code."""
    if quantity.get("system") != _UCUM:
        return
    code = quantity.get("code")
    if isinstance(code, str):
        message = _unit_fault(code)
        if message and id(quantity) not in walk.judged:
            walk.findings.add(
                UNIT, quantity, "code", found=shown(code), message=message, expected=_meant(code)
            )


@lru_cache(maxsize=4096)
def _verdict(
    system: str, code: str | None, display: str | None
) -> tuple[Rule, str, str | None, str | None, str | None] | None:
    """What is wrong with a coding: rule, element ("" for all of it), found, expected, message."""
    from fhirkit.validate.definitions import code_system, is_known_system
    from fhirkit.validate.terminology import canonical_system, code_fault

    right = canonical_system(system)
    if ":" not in system:
        return RELATIVE_SYSTEM, "system", None, right, None
    if right is not None:
        return SYSTEM, "system", system, right, None
    if "/ValueSet/" in system and system.startswith(_HL7):
        return VALUE_SET, "system", shown(system), None, None
    if code is None or code != code.strip():
        return None  # the walk says so
    if system.startswith(_HL7) and "/sid/" not in system and not is_known_system(system):
        return UNKNOWN_SYSTEM, "system", shown(system), None, None
    known = code_system(system)
    if known is None:
        fault = code_fault(system, code)
        return (CODE_FORM, "", shown(code), None, fault) if fault else None
    expected = known.display(code)
    if expected is None:
        return UNKNOWN_CODE, "", shown(code), f"a code of {system}", None
    if display is not None and expected and _folded(display) != _folded(expected):
        return DISPLAY, "display", None, expected, None
    return None


@lru_cache(maxsize=4096)
def _unit_fault(code: str) -> str | None:
    from fhirkit.validate.terminology import code_fault

    return code_fault(_UCUM, code)


def _meant(code: str) -> str | None:
    from fhirkit.validate.terminology.ucum import suggestion

    return suggestion(code)


def _folded(display: str) -> str:
    return " ".join(display.split()).casefold()
