"""Invariants of TestScript and of the TestReport on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.validate.invariants.reading import has, has_any, nodes, text
from fhirkit.validate.invariants.registry import invariant

if TYPE_CHECKING:
    from fhirkit.validate.findings import Node
    from fhirkit.validate.scope import Scope

_WITHOUT_TARGET = {"capabilities", "search", "transaction", "history"}
_ASSERTIONS = (
    "contentType",
    "expression",
    "headerField",
    "minimumId",
    "navigationLinks",
    "path",
    "requestMethod",
    "resource",
    "responseCode",
    "response",
    "validateProfileId",
)


# https://hl7.org/fhir/R4/testscript.html#invs


@invariant
def tst_1(action: Node, _: Scope) -> bool:
    """Setup action SHALL contain either an operation or assert but not both."""
    return _does_one_thing(action)


@invariant
def tst_2(action: Node, _: Scope) -> bool:
    """Test action SHALL contain either an operation or assert but not both."""
    return _does_one_thing(action)


@invariant
def tst_3(variable: Node, _: Scope) -> bool:
    """Variable can only contain one of expression, headerField or path."""
    return not all(has(variable, name) for name in ("expression", "headerField", "path"))


@invariant
def tst_4(metadata: Node, _: Scope) -> bool:
    """TestScript metadata capability SHALL contain required or validated or both."""
    capabilities = nodes(metadata.get("capability"))
    return not capabilities or any(
        has_any(capability, "required", "validated") for capability in capabilities
    )


@invariant
def tst_5(asserted: Node, _: Scope) -> bool:
    """Only a single assertion SHALL be present within setup action assert element."""
    return _asserts_one_thing(asserted)


@invariant
def tst_6(asserted: Node, _: Scope) -> bool:
    """Only a single assertion SHALL be present within test action assert element."""
    return _asserts_one_thing(asserted)


@invariant
def tst_7(operation: Node, _: Scope) -> bool:
    """Setup operation SHALL contain either sourceId or targetId or params or url."""
    return _has_a_target(operation)


@invariant
def tst_8(operation: Node, _: Scope) -> bool:
    """Test operation SHALL contain either sourceId or targetId or params or url."""
    return _has_a_target(operation)


@invariant
def tst_9(operation: Node, _: Scope) -> bool:
    """Teardown operation SHALL contain either sourceId or targetId or params or url."""
    return _has_a_target(operation)


@invariant
def tst_10(asserted: Node, _: Scope) -> bool:
    """Setup action assert SHALL contain either compareToSourceId and compareToSourceExpression, compareToSourceId and compareToSourcePath or neither."""
    return _compares_wholly(asserted)


@invariant
def tst_11(asserted: Node, _: Scope) -> bool:
    """Test action assert SHALL contain either compareToSourceId and compareToSourceExpression, compareToSourceId and compareToSourcePath or neither."""
    return _compares_wholly(asserted)


@invariant
def tst_12(asserted: Node, _: Scope) -> bool:
    """Setup action assert response and responseCode SHALL be empty when direction equals request"""
    return _asks_requests_for_no_response(asserted)


@invariant
def tst_13(asserted: Node, _: Scope) -> bool:
    """Test action assert response and response and responseCode SHALL be empty when direction equals request"""
    return _asks_requests_for_no_response(asserted)


# https://hl7.org/fhir/R4/testreport.html#invs


@invariant
def inv_1_setup(action: Node, _: Scope) -> bool:
    """Setup action SHALL contain either an operation or assert but not both."""
    return _does_one_thing(action)


@invariant
def inv_2_test(action: Node, _: Scope) -> bool:
    """Test action SHALL contain either an operation or assert but not both."""
    return _does_one_thing(action)


def _does_one_thing(action: Node) -> bool:
    return has(action, "operation") != has(action, "assert")


def _asserts_one_thing(asserted: Node) -> bool:
    if has(asserted, "extension"):
        return True
    return sum(has(asserted, name) for name in _ASSERTIONS) <= 1


def _has_a_target(operation: Node) -> bool:
    if has(operation, "sourceId"):
        return True
    if sum(has(operation, name) for name in ("targetId", "url", "params")) == 1:
        return True
    kind = operation.get("type")
    return isinstance(kind, dict) and text(kind.get("code")) in _WITHOUT_TARGET


def _compares_wholly(asserted: Node) -> bool:
    what = has_any(asserted, "compareToSourceExpression", "compareToSourcePath")
    return has(asserted, "compareToSourceId") == what


def _asks_requests_for_no_response(asserted: Node) -> bool:
    if asserted.get("direction") != "request":
        return True
    return not has_any(asserted, "response", "responseCode")
