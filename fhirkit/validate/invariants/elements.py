"""Invariants of ElementDefinition: https://hl7.org/fhir/R4/elementdefinition.html#invs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.validate.invariants.reading import (
    has,
    has_any,
    has_choice,
    items,
    may_be,
    nodes,
    number,
    repeated,
    text,
)
from fhirkit.validate.invariants.registry import culprits, invariant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhirkit.validate.findings import Node
    from fhirkit.validate.invariants.registry import Place
    from fhirkit.validate.scope import Scope

REFERRING = ("Reference", "canonical")
"""The types that point to another resource."""

_BOUND = (
    *("code", "Coding", "CodeableConcept", "Quantity", "string", "uri"),
    *("canonical", "oid", "url", "uuid", "id", "markdown"),  # kinds of uri and of string
)
_OF_CONTENT = ("type", "example", "maxLength", "binding")
_CHOICES_OF_CONTENT = ("defaultValue", "fixed", "pattern", "minValue", "maxValue")

_NUMBER = r"[0-9]+"
_TOKENS = r"[a-zA-Z0-9/\-_\[\]@]+"
_NAME = r"""[^\s.,:;'"/|?!@#$%&*()\[\]{}]{1,64}"""
_PATH = rf"{_NAME}(?:\.{_NAME}(?:\[x\])?(?::[^\s.]+)?)*"
_PLAIN_PATH = r"[A-Za-z][A-Za-z0-9]*(?:\.[a-z][A-Za-z0-9]*(?:\[x\])?)*"


@invariant
def eld_1(slicing: Node, _: Scope) -> bool:
    """If there are no discriminators, there must be a definition"""
    return has_any(slicing, "discriminator", "description")


@invariant
def eld_2(element: Node, _: Scope) -> bool:
    """Min <= Max"""
    least, most = number(element.get("min")), text(element.get("max"))
    if least is None or not re.fullmatch(_NUMBER, most):
        return True
    # Nobody counts to a number of more digits, and Python reads no number of very many.
    return len(most) > 18 or least <= int(most)


@culprits
def eld_3(element: Node, _: Scope) -> Iterable[Place]:
    """Max SHALL be a number or "*" """
    most = text(element.get("max"))
    if not most or most == "*" or (re.fullmatch(_NUMBER, most)):
        return ()
    return ((element, "max"),)


@invariant
def eld_4(kind: Node, _: Scope) -> bool:
    """Aggregation may only be specified if one of the allowed types for the element is a reference"""
    return not has(kind, "aggregation") or may_be(kind, "code", *REFERRING)


@invariant
def eld_5(element: Node, _: Scope) -> bool:
    """if the element definition has a contentReference, it cannot have type, defaultValue, fixed, pattern, example, minValue, maxValue, maxLength, or binding"""
    if not has(element, "contentReference"):
        return True
    return not (
        has_any(element, *_OF_CONTENT)
        or any(has_choice(element, stem) for stem in _CHOICES_OF_CONTENT)
    )


@invariant
def eld_6(element: Node, _: Scope) -> bool:
    """Fixed value may only be specified if there is one type"""
    return len(items(element.get("type"))) <= 1 or not has_choice(element, "fixed")


@invariant
def eld_7(element: Node, _: Scope) -> bool:
    """Pattern may only be specified if there is one type"""
    return len(items(element.get("type"))) <= 1 or not has_choice(element, "pattern")


@invariant
def eld_8(element: Node, _: Scope) -> bool:
    """Pattern and fixed are mutually exclusive"""
    return not (has_choice(element, "pattern") and has_choice(element, "fixed"))


@invariant
def eld_11(element: Node, _: Scope) -> bool:
    """Binding can only be present for coded elements, string, and uri"""
    if not has(element, "binding"):
        return True
    kinds = nodes(element.get("type"))
    return not kinds or any(may_be(kind, "code", *_BOUND) for kind in kinds)


@culprits
def eld_12(binding: Node, _: Scope) -> Iterable[Place]:
    """ValueSet SHALL start with http:// or https:// or urn:"""
    url = text(binding.get("valueSet"))
    if not url or url.startswith(("http:", "https:", "urn:")):
        return ()
    return ((binding, "valueSet"),)


@culprits
def eld_13(element: Node, _: Scope) -> Iterable[Place]:
    """Types must be unique by code"""
    return _again(items(element.get("type")), "code")


@culprits
def eld_14(element: Node, _: Scope) -> Iterable[Place]:
    """Constraints must be unique by key"""
    return _again(items(element.get("constraint")), "key")


@invariant
def eld_15(element: Node, _: Scope) -> bool:
    """default value and meaningWhenMissing are mutually exclusive"""
    return not has(element, "meaningWhenMissing") or not has_choice(element, "defaultValue")


@culprits
def eld_16(element: Node, _: Scope) -> Iterable[Place]:
    """sliceName must be composed of proper tokens separated by "/" """
    name = text(element.get("sliceName"))
    return ((element, "sliceName"),) if name and not re.fullmatch(_TOKENS, name) else ()


@invariant
def eld_17(kind: Node, _: Scope) -> bool:
    """targetProfile is only allowed if the type is Reference or canonical"""
    return not has(kind, "targetProfile") or may_be(kind, "code", *REFERRING)


@invariant
def eld_18(element: Node, _: Scope) -> bool:
    """Must have a modifier reason if isModifier = true"""
    return element.get("isModifier") is not True or has(element, "isModifierReason")


@culprits
def eld_19(element: Node, _: Scope) -> Iterable[Place]:
    """Element names cannot include some special characters"""
    path = text(element.get("path"))
    return ((element, "path"),) if path and not re.fullmatch(_PATH, path) else ()


@culprits
def eld_20(element: Node, _: Scope) -> Iterable[Place]:
    """Element names should be simple alphanumerics with a max of 64 characters, or code generation tools may be broken"""
    path = text(element.get("path"))
    # A path that eld-19 refuses needs no warning besides.
    if not path or re.fullmatch(_PLAIN_PATH, path) or not re.fullmatch(_PATH, path):
        return ()
    return ((element, "path"),)


@invariant
def eld_21(constraint: Node, _: Scope) -> bool:
    """Constraints should have an expression or else validators will not be able to enforce them"""
    return has(constraint, "expression")


@invariant
def eld_22(element: Node, _: Scope) -> bool:
    """sliceIsConstraining can only appear if slicename is present"""
    return not has(element, "sliceIsConstraining") or has(element, "sliceName")


def _again(parts: list[object], name: str) -> Iterator[Place]:
    """The parts whose ``name`` another before them has."""
    if len(parts) < 2:
        return
    known = [part if isinstance(part, dict) else {} for part in parts]
    for place in repeated([part.get(name) for part in known]):
        yield known[place], name
