"""Rules that profiles give in FHIRPath, evaluated by ``fhirpathpy`` where it is installed.

The rules of R4's own profiles, and others that many guides repeat word for word, are functions
here: they hold for vital signs without the extra, and cost microseconds.
https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.constraint
"""

from __future__ import annotations

import io
from contextlib import redirect_stderr
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fhirkit.issues import Severity
from fhirkit.validate.findings import Rule
from fhirkit.validate.profiles import rules
from fhirkit.validate.profiles.items import items

if TYPE_CHECKING:
    from collections.abc import Callable

    from fhirkit.validate.profiles.compiled import Constraint
    from fhirkit.validate.profiles.items import Item
    from fhirkit.validate.profiles.walk import Walk

_LONGEST = 4000
"""Characters of an expression; longer ones are not evaluated, to stay within bounded time."""


def check_constraint(walk: Walk, constraint: Constraint, item: Item, path: str) -> None:
    """Notes a rule that does not hold for a value; ``path`` is that of its definition."""
    known = _KNOWN.get(constraint.expression)
    holds = known(item) if known else _evaluated(walk, constraint, item, path)
    if holds is False:
        severity = Severity.ERROR if constraint.severity == "error" else Severity.WARNING
        rule = Rule(
            constraint.key,
            "invariant",
            constraint.human,
            severity,
            spec=rules.CONSTRAINT,
            reads=constraint.expression,
        )
        walk.add(rule, item.owner, item.name)


def _evaluated(walk: Walk, constraint: Constraint, item: Item, path: str) -> bool | None:
    """Whether the rule holds; None where it could not be evaluated, which is told."""
    if not _has_engine():
        if not walk.run.engine_missed and not walk.is_trial:
            walk.run.engine_missed = True
            walk.findings.add(rules.NO_ENGINE, walk.scope.root)
        return None
    try:
        return _answer(walk, constraint.expression, item, path)
    except Exception:  # noqa: BLE001 - the engine raises whatever an expression leads it to
        walk.add(
            rules.UNEVALUATED,
            item.owner,
            item.name,
            message=f"rule {constraint.key} of the profile could not be evaluated",
        )
        return None


def _answer(walk: Walk, expression: str, item: Item, path: str) -> bool | None:
    from fhirpathpy.engine.nodes import ResourceNode

    value = item.value if item.value is not None else item.companion
    node = ResourceNode.create_node(value, item.type or path)  # type: ignore[no-untyped-call]
    around = {
        "resource": walk.scope.resource,
        "rootResource": walk.scope.container,
        "sct": "http://snomed.info/sct",
        "loinc": "http://loinc.org",
    }
    answer = _compiled(expression)(node, around)
    if not isinstance(answer, list) or len(answer) != 1:
        return None  # empty: the official engine and the specification differ, so nothing is said
    return answer[0] is not False


@lru_cache(maxsize=500)
def _compiled(expression: str) -> Callable[[Any, dict[str, Any]], Any]:
    import fhirpathpy
    from fhirpathpy.models import models

    if len(expression) > _LONGEST:
        raise ValueError("too long")
    with redirect_stderr(io.StringIO()):  # its parser prints what it cannot read
        made: Callable[[Any, dict[str, Any]], Any] = fhirpathpy.compile(
            expression, models["r4"], {"userInvocationTable": _FUNCTIONS}
        )
    return made


def _has_value(found: list[Any]) -> bool:
    """FHIR's ``hasValue()``, which the engine lacks: one primitive that is more than extensions."""
    return len(found) == 1 and not isinstance(found[0], dict | list)


_FUNCTIONS = {"hasValue": {"fn": _has_value, "arity": {0: []}}}


@lru_cache(maxsize=1)
def _has_engine() -> bool:
    from importlib.util import find_spec

    return find_spec("fhirpathpy") is not None


def _has(node: object, *names: str) -> bool:
    return isinstance(node, dict) and any(items(node, name) for name in names)


def _has_value_or_reason(item: Item) -> bool:
    return not isinstance(item.value, dict) or _has(item.value, "value[x]", "dataAbsentReason")


def _has_value_or_reason_unless_parts(item: Item) -> bool:
    return _has(item.value, "component", "hasMember") or _has_value_or_reason(item)


def _is_as_precise_as_day(item: Item) -> bool:
    return item.type != "dateTime" or not isinstance(item.value, str) or len(item.value) >= 8


def _has_no_comparator(item: Item) -> bool:
    return not _has(item.value, "comparator")


def _has_result(item: Item) -> bool:
    return not isinstance(item.value, dict) or _has(
        item.value, "value[x]", "hasMember", "component", "dataAbsentReason"
    )


def _has_offset_with_length(item: Item) -> bool:
    parts = item.value.get("extension") if isinstance(item.value, dict) else None
    if not isinstance(parts, list):
        return True
    urls = [part.get("url") for part in parts if isinstance(part, dict)]
    return "length" not in urls or "offset" in urls


_KNOWN: dict[str, Callable[[Item], bool]] = {
    "extension.where(url='length').exists() implies extension.where(url='offset').exists()": (
        _has_offset_with_length
    ),
    "($this as dateTime).toString().length() >= 8": _is_as_precise_as_day,
    "$this.ofType(dateTime).empty() or ($this as dateTime).toString().length() >= 8": (
        _is_as_precise_as_day
    ),
    "(component.empty() and hasMember.empty()) implies (dataAbsentReason.exists() or value.exists())": (
        _has_value_or_reason_unless_parts
    ),
    "value.exists() or dataAbsentReason.exists()": _has_value_or_reason,
    "value.exists() or hasMember.exists() or component.exists() or dataAbsentReason.exists()": (
        _has_result
    ),
    "comparator.empty()": _has_no_comparator,
}
"""Expressions, their white space normalised, and whether a value holds them."""
