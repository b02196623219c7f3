"""Decisions as JSON, as the review page writes them, and back."""

from __future__ import annotations

import json
import re
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

from fhirkit.errors import InputError
from fhirkit.facts.jsonform import FACT_ID, KINDS
from fhirkit.facts.model import Certainty, Code, Whose
from fhirkit.review.decisions import Changes, Decision, Decisions, Signature, Verdict
from fhirkit.settings import INSTANT, URI

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    C = TypeVar("C", bound=StrEnum)

FORMAT: Final = "fhirkit-decisions/1"
#: Kinds of facts that a reviewer can add.
ADDED: Final = (
    "condition",
    "symptom",
    "medication",
    "observation",
    "procedure",
    "report",
    "adverse-event",
)

_FILE: Final = ("format", "sha256", "document", "signed", "decisions")
_DECISION: Final = (
    "fact",
    "kind",
    "spans",
    "seen",
    "verdict",
    "changes",
    "note",
    "patient",
    "by",
    "at",
)
_CHANGES: Final = ("value", "unit", "code", "certainty", "whose", "suspects")
_SHA256 = re.compile("[0-9a-f]{64}")
_SEEN = re.compile("[0-9a-f]{16}")
# As many digits as any measured value has; more would be lost on the way.
_VALUE = re.compile(r"(?P<bound><=|>=|<|>)?\s?(?P<digits>[+-]?[0-9]{1,15}(\.[0-9]{1,15})?)")
# https://hl7.org/fhir/R4/datatypes.html#code
_CODE = re.compile(r"\S+( \S+)*")
_LONGEST_NAME: Final = 200
_LONGEST_NOTE: Final = 10_000


def read_decisions(data: bytes) -> Decisions:
    """The decisions that ``data`` is the JSON form of; InputError names the place of a fault.

    Whether they fit a text, and its facts, is asked when they are applied.
    """
    try:
        read = json.loads(data)
    except (ValueError, RecursionError):
        raise InputError("decisions: not JSON: save them again from the review page") from None
    given = _object(read, "", _FILE)
    if given.get("format") != FORMAT:
        _refuse("format", f"must be '{FORMAT}'")
    document = given.get("document")
    if document is not None and not isinstance(document, str):
        _refuse("document", "must be the name of a file")
    return Decisions(
        sha256=_matched(given, "sha256", "", _SHA256, "the SHA-256 of the text, in hexadecimal"),
        decisions=tuple(
            _decision(item, f"decisions[{index}]")
            for index, item in enumerate(_list(given.get("decisions"), "decisions"))
        ),
        signed=_signature(given["signed"]) if given.get("signed") is not None else None,
        document=document,
    )


def _signature(data: object) -> Signature:
    given = _object(data, "signed", ("by", "at"))
    return Signature(_name(given, "signed"), _instant(given, "signed"))


def _decision(data: object, place: str) -> Decision:
    given = _object(data, place, _DECISION)
    verdict = _one_of(given.get("verdict"), Verdict, f"{place}.verdict")
    note, patient = given.get("note"), given.get("patient")
    made = Decision(
        fact=_matched(given, "fact", place, FACT_ID, "the id of a fact"),
        kind=_kind(given, place, verdict),
        spans=_spans(given, f"{place}.spans"),
        verdict=verdict,
        by=_name(given, place),
        at=_instant(given, place),
        seen=_seen(given, place, verdict),
        changes=_changes(given, place, verdict),
        note=None if note is None else _string(note, f"{place}.note", _LONGEST_NOTE),
        patient=None if patient is None else _whole(patient, f"{place}.patient", 1),
        place=place,
    )
    _check_added(made)
    return made


def _kind(given: Mapping[str, Any], place: str, verdict: Verdict) -> str:
    kinds = ADDED if verdict is Verdict.ADD else tuple(KINDS)
    kind = given.get("kind")
    if not isinstance(kind, str) or kind not in kinds:
        _refuse(f"{place}.kind", f"must be one of {', '.join(kinds)}")
    return kind


def _seen(given: Mapping[str, Any], place: str, verdict: Verdict) -> str | None:
    # A fact that a reviewer added was never read, and a remark on it does not change it.
    if verdict is Verdict.ADD or (verdict is Verdict.NOTE and given.get("seen") is None):
        return None
    return _matched(given, "seen", place, _SEEN, "the 16 digits that the fact has on the page")


def _check_added(decision: Decision) -> None:
    """An added fact's id says what it is of, so that nobody can give it another's."""
    if decision.verdict is not Verdict.ADD:
        return
    if len(decision.spans) != 1:
        _refuse(f"{decision.place}.spans", "must be one place: that of the words of the fact")
    expected = added_id(decision.kind, decision.spans[0], decision.patient)
    if decision.fact != expected:
        _refuse(f"{decision.place}.fact", f"must be {expected}, by kind, place and patient")


def added_id(kind: str, span: tuple[int, int], patient: int | None) -> str:
    """The id of a fact that a reviewer added.

    >>> added_id("symptom", (120, 131), None)
    'added-symptom-120-131'
    """
    number = "" if patient is None else f"p{patient}-"
    return f"{number}added-{kind}-{span[0]}-{span[1]}"


def _spans(given: Mapping[str, Any], place: str) -> tuple[tuple[int, int], ...]:
    found = []
    for index, span in enumerate(_list(given.get("spans"), place)):
        where = f"{place}[{index}]"
        if not isinstance(span, list) or len(span) != 2:
            _refuse(where, "must be two whole numbers: where the words begin and end")
        start = _whole(span[0], f"{where}[0]", 0)
        found.append((start, _whole(span[1], f"{where}[1]", start + 1)))
    if not found:
        _refuse(place, "must have a place")
    return tuple(found)


def _changes(given: Mapping[str, Any], place: str, verdict: Verdict) -> Changes:
    place = f"{place}.changes"
    if given.get("changes") is None:
        if verdict is Verdict.CORRECT:
            _refuse(place, "is missing: say what is corrected")
        return Changes()
    made = _changed(_object(given["changes"], place, _CHANGES), place)
    if not made.names and verdict is Verdict.CORRECT:
        _refuse(place, "is empty: say what is corrected")
    if made.names and verdict not in (Verdict.CORRECT, Verdict.ADD):
        _refuse(place, f"goes with correct and add, not with {verdict}")
    if made.suspects and (verdict is not Verdict.ADD or given.get("kind") != "adverse-event"):
        _refuse(f"{place}.suspects", "goes with an added adverse event only")
    return made


def _changed(given: Mapping[str, Any], place: str) -> Changes:
    unit, code, certainty, whose = (given.get(n) for n in ("unit", "code", "certainty", "whose"))
    bound, value = _value(given, place)
    return Changes(
        value=value,
        comparator=bound,
        unit=None if unit is None else _unit(unit, f"{place}.unit"),
        code=None if code is None else _code(code, f"{place}.code"),
        certainty=(
            None if certainty is None else _one_of(certainty, Certainty, f"{place}.certainty")
        ),
        whose=None if whose is None else _one_of(whose, Whose, f"{place}.whose"),
        suspects=_suspects(given, f"{place}.suspects"),
    )


def _value(given: Mapping[str, Any], place: str) -> tuple[str | None, str | None]:
    """The comparator and the digits, None for what is not given."""
    value = given.get("value")
    if value is None:
        return None, None
    match = _VALUE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        _refuse(
            f"{place}.value",
            "must be a string of digits with a point for fractions, < <= > >= before it where "
            "they bound it",
        )
    return match["bound"], match["digits"]


def _unit(value: object, place: str) -> str:
    return "" if value == "" else _string(value, place, _LONGEST_NAME)


def _code(data: object, place: str) -> Code:
    given = _object(data, place, ("system", "code", "display"))
    display = given.get("display")
    return Code(
        _matched(given, "system", place, URI, "the absolute URI of a code system"),
        _matched(given, "code", place, _CODE, "a code"),
        _string(display, f"{place}.display", _LONGEST_NAME * 5) if display else None,
    )


def _suspects(given: Mapping[str, Any], place: str) -> tuple[str, ...]:
    found = []
    for index, name in enumerate(_list(given.get("suspects", []), place)):
        if not isinstance(name, str) or not FACT_ID.fullmatch(name):
            _refuse(f"{place}[{index}]", "must be the id of a fact")
        found.append(name)
    return tuple(dict.fromkeys(found))


def _name(given: Mapping[str, Any], place: str) -> str:
    return _string(given.get("by"), f"{place}.by", _LONGEST_NAME).strip()


def _instant(given: Mapping[str, Any], place: str) -> str:
    at = given.get("at")
    if not isinstance(at, str) or not INSTANT.fullmatch(at) or not _is_in_the_calendar(at):
        _refuse(
            f"{place}.at",
            "must be an instant with seconds and a time zone, such as 2026-03-01T12:00:00Z",
        )
    return at


def _is_in_the_calendar(instant: str) -> bool:
    try:
        datetime.fromisoformat(f"{instant[:19]}Z")
    except ValueError:
        return False
    return True


def _object(data: object, place: str, names: Iterable[str]) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        _refuse(place, "must be an object")
    for name in data:
        if name not in names:
            # What stands there may be anybody's: a key is shown only where it looks like one.
            shown = name if name.isidentifier() and len(name) < 40 else "a member"
            _refuse(f"{place}.{shown}" if place else shown, "is no field of this form")
    return data


def _list(data: object, place: str) -> list[Any]:
    if not isinstance(data, list):
        _refuse(place, "must be a list")
    return data


def _matched(
    given: Mapping[str, Any], name: str, place: str, pattern: re.Pattern[str], what: str
) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value) or not value.isprintable():
        _refuse(f"{place}.{name}" if place else name, f"must be {what}")
    return value


def _string(value: object, place: str, longest: int) -> str:
    """Words in one or more lines that FHIR can hold."""
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        _refuse(place, f"must be a string with something in it, {longest} characters at most")
    if any(not (c.isprintable() or c in "\r\n\t") for c in value):
        _refuse(place, "has control characters in it")
    return value


def _whole(value: object, place: str, least: int) -> int:
    if type(value) is not int or value < least:
        _refuse(place, f"must be a whole number from {least}")
    return value


def _one_of(value: object, choices: type[C], place: str) -> C:
    if not isinstance(value, str) or value not in list(choices):
        _refuse(place, f"must be one of {', '.join(choices)}")
    return choices(value)


def _refuse(place: str, what: str) -> NoReturn:
    raise InputError(f"decisions: {place or 'the document'} {what}")


def write_decisions(decisions: Decisions) -> dict[str, Any]:
    """The JSON form of ``decisions``, which :func:`read_decisions` takes."""
    made: dict[str, Any] = {"format": FORMAT, "sha256": decisions.sha256}
    if decisions.document is not None:
        made["document"] = decisions.document
    if decisions.signed is not None:
        made["signed"] = {"by": decisions.signed.by, "at": decisions.signed.at}
    made["decisions"] = [_written(decision) for decision in decisions.decisions]
    return made


def _written(decision: Decision) -> dict[str, Any]:
    changes = _written_changes(decision.changes)
    form = {
        "fact": decision.fact,
        "kind": decision.kind,
        "spans": [list(span) for span in decision.spans],
        "seen": decision.seen,
        "verdict": decision.verdict.value,
        # The page asks an added fact what it says, even where it says nothing else.
        "changes": changes if changes or decision.verdict is Verdict.ADD else None,
        "note": decision.note,
        "patient": decision.patient,
        "by": decision.by,
        "at": decision.at,
    }
    return {name: value for name, value in form.items() if value is not None}


def _written_changes(changes: Changes) -> dict[str, Any]:
    code = changes.code
    form = {
        "value": None if changes.value is None else f"{changes.comparator or ''}{changes.value}",
        "unit": changes.unit,
        "code": None
        if code is None
        else {
            "system": code.system,
            "code": code.code,
            **({"display": code.display} if code.display else {}),
        },
        "certainty": changes.certainty and changes.certainty.value,
        "whose": changes.whose and changes.whose.value,
        "suspects": list(changes.suspects) or None,
    }
    return {name: value for name, value in form.items() if value is not None}
