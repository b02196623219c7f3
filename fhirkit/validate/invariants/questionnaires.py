"""Invariants of Questionnaire: https://hl7.org/fhir/R4/questionnaire.html#invs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.validate.invariants.reading import (
    choice,
    count,
    has,
    has_any,
    items,
    may_be,
    repeated,
    tree,
)
from fhirkit.validate.invariants.registry import culprits, invariant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.validate.findings import Node
    from fhirkit.validate.invariants.registry import Place
    from fhirkit.validate.scope import Scope

_WITH_OPTIONS = (
    "choice",
    "open-choice",
    "decimal",
    "integer",
    "date",
    "dateTime",
    "time",
    "string",
    "quantity",
)
_WITH_LENGTH = ("boolean", "decimal", "integer", "string", "text", "url", "open-choice")


@invariant
def que_1(item: Node, _: Scope) -> bool:
    """Group items must have nested items, display items cannot have nested items"""
    kind = item.get("type")
    return has(item, "item") if kind == "group" else kind != "display" or not has(item, "item")


@culprits
def que_2(questionnaire: Node, _: Scope) -> Iterator[Place]:
    """The link ids for groups and questions must be unique within the questionnaire"""
    asked = list(tree(questionnaire, "item"))
    for place in repeated([item.get("linkId") for item in asked]):
        yield asked[place], "linkId"


@invariant
def que_3(item: Node, _: Scope) -> bool:
    """Display items cannot have a "code" asserted"""
    return item.get("type") != "display" or not has(item, "code")


@invariant
def que_4(item: Node, _: Scope) -> bool:
    """A question cannot have both answerOption and answerValueSet"""
    return not (has(item, "answerOption") and has(item, "answerValueSet"))


@invariant
def que_5(item: Node, _: Scope) -> bool:
    """Only 'choice' and 'open-choice' items can have answerValueSet"""
    return not has_any(item, "answerOption", "answerValueSet") or may_be(
        item, "type", *_WITH_OPTIONS
    )


@invariant
def que_6(item: Node, _: Scope) -> bool:
    """Required and repeat aren't permitted for display items"""
    return item.get("type") != "display" or not has_any(item, "required", "repeats")


@invariant
def que_7(condition: Node, _: Scope) -> bool:
    """If the operator is 'exists', the value must be a boolean"""
    if condition.get("operator") != "exists":
        return True
    return choice(condition, "answer") in (None, "answerBoolean")


@invariant
def que_8(item: Node, _: Scope) -> bool:
    """Initial values can't be specified for groups or display items"""
    return not has(item, "initial") or item.get("type") not in ("group", "display")


@invariant
def que_9(item: Node, _: Scope) -> bool:
    """Read-only can't be specified for "display" items"""
    return item.get("type") != "display" or not has(item, "readOnly")


@invariant
def que_10(item: Node, _: Scope) -> bool:
    """Maximum length can only be declared for simple question types"""
    return not has(item, "maxLength") or may_be(item, "type", *_WITH_LENGTH)


@invariant
def que_11(item: Node, _: Scope) -> bool:
    """If one or more answerOption is present, initial[x] must be missing"""
    return not (has(item, "answerOption") and has(item, "initial"))


@invariant
def que_12(item: Node, _: Scope) -> bool:
    """If there are more than one enableWhen, enableBehavior must be specified"""
    return len(items(item.get("enableWhen"))) <= 1 or has(item, "enableBehavior")


@invariant
def que_13(item: Node, _: Scope) -> bool:
    """Can only have multiple initial values for repeating items"""
    return count(item, "initial") <= 1 or item.get("repeats") is True
