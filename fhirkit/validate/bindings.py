"""Bindings: whether a code comes from the value set its element is bound to.

Source: https://hl7.org/fhir/R4/terminologies.html#strength. Required bindings are errors,
extensible ones warnings. A set that cannot be told offline judges nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fhirkit.issues import Severity
from fhirkit.validate.definitions import code_system, contains
from fhirkit.validate.findings import Rule, shown

if TYPE_CHECKING:
    from fhirkit.validate.definitions import Binding
    from fhirkit.validate.findings import Node
    from fhirkit.validate.plans import Slot
    from fhirkit.validate.structure import Walk

_SPEC = "https://hl7.org/fhir/R4/terminologies.html"

REQUIRED = Rule(
    "binding-required",
    "code-invalid",
    "not a code of the value set that this element takes its codes from",
    spec=f"{_SPEC}#required",
)
NO_CODE = Rule(
    "binding-no-code",
    "code-invalid",
    "a code is needed here: the value set allows no text alone",
    spec=f"{_SPEC}#required",
)
EXTENSIBLE = Rule(
    "binding-extensible",
    "code-invalid",
    "not in the value set, which has to be used where it has a fitting code",
    Severity.WARNING,
    spec=f"{_SPEC}#extensible",
)
CODE_FORM = Rule("code-form", "code-invalid", "no code of its system", spec=f"{_SPEC}#system")


def check_code(
    walk: Walk, value: object, slot: Slot, owner: Node | list[Any], name: str | int
) -> None:
    """Checks the value of an element of type ``code``, whose form is right already."""
    binding = slot.binding
    if binding is None or slot.element.type != "code" or not isinstance(value, str):
        return
    codes = binding.any_code
    if codes is None:
        _check_form(walk, value, binding, owner, name)
    elif value not in codes:
        rule = REQUIRED if binding.required else EXTENSIBLE
        walk.findings.add(rule, owner, name, found=shown(value), expected=_expected(binding))


def check_binding(
    walk: Walk, node: Node, slot: Slot, owner: Node | list[Any], name: str | int
) -> None:
    """Checks a CodeableConcept, Coding or Quantity against its element's value set.

    Codings that are found outside it are noted as judged, so that no other layer says it again.
    """
    binding = slot.binding
    if binding is None:
        return
    codings = _codings(node, slot.element.type)
    if codings is None or any(_is_in(coding, binding) for coding in codings):
        return
    coded = [coding for coding in codings if isinstance(coding.get("code"), str)]
    if binding.required and not coded:
        if "extension" not in node:  # data-absent-reason stands in for a code
            walk.findings.add(NO_CODE, owner, name, expected=_expected(binding))
    elif coded and (binding.required or _is_for_the_binding(coded)):
        rule = REQUIRED if binding.required else EXTENSIBLE
        found = coded[0]["code"]
        walk.findings.add(rule, owner, name, found=shown(found), expected=_expected(binding))
        walk.judged.update(id(coding) for coding in coded)


def _is_for_the_binding(codings: list[Node]) -> bool:
    """Whether codes outside an extensible set may still be right ones, of another set.

    A code that its own system does not have is wrong, and told as such.
    """
    for coding in codings:
        system = coding.get("system")
        if not isinstance(system, str):
            return False
        known = code_system(system)
        if known is not None and known.display(coding["code"]) is None and "version" not in coding:
            return False
    return True


def _codings(node: Node, kind: str) -> list[Node] | None:
    """The codings of an element; None where it has none to be judged."""
    if kind == "CodeableConcept":
        codings = node.get("coding", [])
        if not isinstance(codings, list):
            return None
        return [coding for coding in codings if isinstance(coding, dict)]
    if kind == "Coding":
        return [node]
    return [node] if "code" in node and "system" in node else None


def _is_in(coding: Node, binding: Binding) -> bool:
    system, code = coding.get("system"), coding.get("code")
    return (
        isinstance(system, str) and isinstance(code, str) and contains(binding.codes, system, code)
    )


def _check_form(
    walk: Walk, value: str, binding: Binding, owner: Node | list[Any], name: str | int
) -> None:
    """Judges a code of a system without a list by its form: MIME types, languages, currencies."""
    from fhirkit.validate.terminology import code_fault

    faults = [code_fault(system, value) for system in binding.codes]
    if faults and all(faults):
        walk.findings.add(CODE_FORM, owner, name, found=shown(value), message=faults[0])


def _expected(binding: Binding) -> str:
    codes = binding.any_code
    if codes is not None and len(codes) <= 12:
        return " | ".join(sorted(codes))
    return f"a code of {binding.url}"
