"""Invariants of datatypes: quantities, periods, references, what triggers and expresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.validate.invariants.comparing import certainly_before, certainly_greater
from fhirkit.validate.invariants.reading import UCUM, has, has_choice, number, text
from fhirkit.validate.invariants.registry import invariant

if TYPE_CHECKING:
    from fhirkit.validate.findings import Node
    from fhirkit.validate.scope import Scope


@invariant
def ref_1(reference: Node, scope: Scope) -> bool:
    """SHALL have a contained resource if a local reference is provided"""
    target = reference.get("reference")
    if not isinstance(target, str) or not target.startswith("#"):
        return True
    return scope.resolve(target) is not None


@invariant
def att_1(attachment: Node, _: Scope) -> bool:
    """If the Attachment has data, it SHALL have a contentType"""
    return not has(attachment, "data") or has(attachment, "contentType")


@invariant
def cpt_2(contact: Node, _: Scope) -> bool:
    """A system is required if a value is provided."""
    return not has(contact, "value") or has(contact, "system")


@invariant
def exp_1(expression: Node, _: Scope) -> bool:
    """An expression or a reference must be provided"""
    return has(expression, "expression") or has(expression, "reference")


@invariant
def per_1(period: Node, _: Scope) -> bool:
    """If present, start SHALL have a lower value than end"""
    if "start" not in period or "end" not in period:
        return True
    return not certainly_before(period["end"], period["start"])


@invariant
def rng_2(value: Node, _: Scope) -> bool:
    """If present, low SHALL have a lower value than high"""
    return not certainly_greater(value.get("low"), value.get("high"))


@invariant
def rat_1(ratio: Node, _: Scope) -> bool:
    """Numerator and denominator SHALL both be present, or both are absent. If both are absent, there SHALL be some extension present"""
    if "numerator" in ratio:
        return "denominator" in ratio
    return "denominator" not in ratio and "extension" in ratio


@invariant
def qty_3(quantity: Node, _: Scope) -> bool:
    """If a code for the unit is present, the system SHALL also be present"""
    return has(quantity, "system") or not has(quantity, "code")


@invariant
def age_1(age: Node, _: Scope) -> bool:
    """There SHALL be a code if there is a value and it SHALL be an expression of time.  If system is present, it SHALL be UCUM.  If value is present, it SHALL be positive."""
    value = number(age.get("value"))
    return _has_code_for_value(age) and _is_ucum(age) and (value is None or value > 0)


@invariant
def cnt_3(counted: Node, _: Scope) -> bool:
    """There SHALL be a code with a value of "1" if there is a value. If system is present, it SHALL be UCUM.  If present, the value SHALL be a whole number."""
    value = number(counted.get("value"))
    return (
        _has_code_for_value(counted)
        and _is_ucum(counted)
        and text(counted.get("code")) in ("", "1")
        and (value is None or value == value.to_integral_value())
    )


@invariant
def dis_1(distance: Node, _: Scope) -> bool:
    """There SHALL be a code if there is a value and it SHALL be an expression of length.  If system is present, it SHALL be UCUM."""
    return _has_code_for_value(distance) and _is_ucum(distance)


@invariant
def drt_1(duration: Node, _: Scope) -> bool:
    """There SHALL be a code if there is a value and it SHALL be an expression of time.  If system is present, it SHALL be UCUM."""
    if not has(duration, "code"):
        return True
    return has(duration, "system") and _is_ucum(duration) and has(duration, "value")


def _has_code_for_value(quantity: Node) -> bool:
    return has(quantity, "code") or not has(quantity, "value")


def _is_ucum(quantity: Node) -> bool:
    return text(quantity.get("system")) in ("", UCUM)


@invariant
def sqty_1(quantity: Node, _: Scope) -> bool:
    """The comparator is not used on a SimpleQuantity"""
    return not has(quantity, "comparator")


@invariant
def mqty_1(quantity: Node, _: Scope) -> bool:
    """There SHALL be a code if there is a value and it SHALL be an expression of currency.  If system is present, it SHALL be ISO 4217 (system = "urn:iso:std:iso:4217" - currency)."""
    system = text(quantity.get("system"))
    return _has_code_for_value(quantity) and system in ("", "urn:iso:std:iso:4217")


@invariant
def trd_1(trigger: Node, _: Scope) -> bool:
    """Either timing, or a data requirement, but not both"""
    return "data" not in trigger or not has_choice(trigger, "timing")


@invariant
def trd_2(trigger: Node, _: Scope) -> bool:
    """A condition only if there is a data requirement"""
    return "condition" not in trigger or "data" in trigger


@invariant
def trd_3(trigger: Node, _: Scope) -> bool:
    """A named event requires a name, a periodic event requires timing, and a data event requires data"""
    kind = text(trigger.get("type"))
    if kind == "named-event":
        return has(trigger, "name")
    if kind == "periodic":
        return has_choice(trigger, "timing")
    return "data" in trigger or not kind.startswith("data-")
