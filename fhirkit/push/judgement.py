"""Reads what a server said of one resource, and turns it into findings of ours. No I/O."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fhirkit.issues import Issue, Severity
from fhirkit.push.answer import sentence
from fhirkit.validate.place import at, expression, where
from fhirkit.validate.positions import positions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhirkit.validate.place import Resource, Steps

SPEC = "https://hl7.org/fhir/R4/resource-operation-validate.html"
NO_ANSWER = "server:no-answer"

_SEVERITIES = {each.value: each for each in Severity}
# https://hl7.org/fhir/R4/valueset-issue-type.html
_CODES = frozenset(
    """
    invalid structure required value invariant security login unknown expired forbidden
    suppressed processing not-supported duplicate multiple-matches not-found deleted too-long
    code-invalid extension too-costly business-rule conflict transient lock-error no-store
    exception timeout incomplete throttled informational
    """.split()
)
_MESSAGE_ID = re.compile(r"(?:https?://\S+#)?([A-Za-z][A-Za-z0-9_-]{0,80})")
# FHIRPath that only leads to an element. Anything else could hold values, and is not repeated.
_NAME, _INDEX = r"ofType\([A-Za-z]+\)|[A-Za-z][A-Za-z0-9]*", r"\[\d{1,9}\]"
_PATH = re.compile(rf"[A-Z][A-Za-z]*((?:\.(?:{_NAME})(?:{_INDEX})?)+)")
_STEPS = re.compile(rf"{_NAME}|{_INDEX}")
_ENOUGH = 1_000  # characters of a server's words that are kept of an issue


def judgements(root: Resource, steps: Steps, said: Iterable[dict[str, Any]]) -> list[Issue]:
    """The issues a server answered with for the resource that ``steps`` lead to, each once.

    Left out is what only says that all is well: an OperationOutcome must have an issue. Lines
    are for :func:`on_lines` to add.
    """
    made = (_judgement(root, steps, issue) for issue in said if not _all_well(issue))
    return list(dict.fromkeys(made))


def no_answer(root: Resource, steps: Steps, reason: str) -> Issue:
    """The finding that a resource was not judged although that was asked for."""
    return Issue(
        severity=Severity.ERROR,
        code="incomplete",
        key=NO_ANSWER,
        expression=expression(root, steps),
        where=where(root, steps),
        message=f"the server gave no judgement: {reason}",
        spec=SPEC,
    )


def on_lines(text: str, issues: list[Issue]) -> list[Issue]:
    """The issues with their line and column in the text the document was read from."""
    ways = [element_steps(issue.expression or "") for issue in issues]
    places = positions(text, ways)
    return [_placed(issue, places.get(way)) for issue, way in zip(issues, ways, strict=True)]


def _placed(issue: Issue, place: tuple[int, int] | None) -> Issue:
    return issue if place is None else replace(issue, line=place[0], column=place[1])


def element_steps(path: str) -> Steps:
    """The way in JSON to the element that a FHIRPath leads to.

    >>> element_steps("Observation.component[0].value.ofType(Quantity).code")
    ('component', 0, 'valueQuantity', 'code')
    """
    steps: list[str | int] = []
    for token in _STEPS.findall(path)[1:]:  # after the name of the type
        if token.startswith("["):
            steps.append(int(token[1:-1]))
        elif token.startswith("ofType(") and steps:
            steps[-1] = f"{steps[-1]}{token[7].upper()}{token[8:-1]}"
        else:
            steps.append(token)
    return tuple(steps)


def _judgement(root: Resource, steps: Steps, said: dict[str, Any]) -> Issue:
    """The server's issue as one of ours, at the element it names if that can be told."""
    element = _element(said)
    code = said.get("code")
    known = code if isinstance(code, str) and code in _CODES else "processing"
    whole, named = expression(root, steps), where(root, steps)
    return Issue(
        severity=_severity(said.get("severity")),
        code=known,
        key=f"server:{_message_id(said) or known}",
        expression=f"{whole}.{element}" if element else whole,
        where=f"{named}, {element}" if element else named,
        message=_words(said),
        spec=SPEC,
    )


def _message_id(said: dict[str, Any]) -> str:
    """The server's own name for the kind of issue, as HAPI gives it: ``dom-6``."""
    code = at(said, ("details", "coding", 0, "code"))
    match = _MESSAGE_ID.fullmatch(code) if isinstance(code, str) else None
    return match[1] if match else ""


def _words(said: dict[str, Any]) -> str:
    words = " ".join(sentence(said).split())[:_ENOUGH]
    return f"the server says: {words}" if words else "the server objects without a word"


def _severity(value: object) -> Severity:
    return _SEVERITIES.get(value, Severity.ERROR) if isinstance(value, str) else Severity.ERROR


def _element(said: dict[str, Any]) -> str:
    """The element within the resource, as FHIRPath; empty where the server names none."""
    for name in ("expression", "location"):
        places = said.get(name)
        for place in places if isinstance(places, list) else ():
            match = _PATH.fullmatch(place) if isinstance(place, str) else None
            if match:
                return match[1].removeprefix(".")
    return ""


def _all_well(said: dict[str, Any]) -> bool:
    return said.get("severity") == "information" and not _element(said)
