"""Reads what a server answered to a transaction or batch. No I/O: bytes in, outcomes out."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fhirkit.push.report import DONE, BundleReport, EntryOutcome, Outcome, State

if TYPE_CHECKING:
    from collections.abc import Sequence

_LOCATION = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/([^/?#\s]+)(?:/_history/([^/?#\s]+))?$")
_ENTRY = re.compile(r"\bBundle\.entry\[(\d{1,9})\]")
_ENOUGH = 2_000  # characters of a server's words that are kept


@dataclass(frozen=True, slots=True)
class Sent:
    """What one entry of the request asked for."""

    method: str
    resource_type: str | None
    conditional: bool


def sent(bundle: dict[str, Any]) -> tuple[Sent, ...]:
    """What the entries of a bundle ask for, in their order."""
    entries = bundle.get("entry")
    return tuple(_sent(entry) for entry in (entries if isinstance(entries, list) else ()))


def read_answer(name: str, status: int, body: bytes, asked: Sequence[Sent]) -> BundleReport:
    """What became of a bundle, by the server's answer to it.

    Some servers commit and answer 5xx all the same, and some say 200 and mean no: whatever
    is not plainly a refusal or a full answer leaves the bundle in doubt.
    """
    answer = _json(body)
    if _success(status):
        return _accepted(name, status, answer, asked)
    code, detail = _words(answer, body)
    reason = f"HTTP {status}{_phrase(status)}" + (f", {code}" if code else "")
    if 300 <= status < 400:
        message = f"{reason}: the server sends clients elsewhere; push to that address instead"
        return _all(name, State.REFUSED, Outcome.REFUSED, asked, status, message, detail)
    if status < 500 and status != HTTPStatus.REQUEST_TIMEOUT:
        message = f"{reason}: nothing was stored"
        report = _all(name, State.REFUSED, Outcome.REFUSED, asked, status, message, detail)
        return _blamed(report, answer)
    message = f"{reason}: the server may have stored it; push again once it is well"
    return _all(name, State.IN_DOUBT, Outcome.UNKNOWN, asked, status, message, detail)


def in_doubt(name: str, asked: Sequence[Sent], message: str) -> BundleReport:
    """The report of a bundle that was sent and got no answer."""
    return _all(name, State.IN_DOUBT, Outcome.UNKNOWN, asked, None, message, "")


def outcome_words(body: bytes) -> tuple[str, str]:
    """The issue code and the words of an OperationOutcome, empty where it is none."""
    return _words(_json(body), body)


def outcome_issues(body: bytes) -> list[dict[str, Any]]:
    """The issues of an OperationOutcome, also of one that comes within Parameters."""
    answer = _json(body)
    if isinstance(answer, dict) and answer.get("resourceType") == "Parameters":
        inside = (_dict(given).get("resource") for given in _list(answer.get("parameter")))
        return [issue for resource in inside for issue in _issues(resource)]
    return _issues(answer)


def sentence(issue: dict[str, Any]) -> str:
    """The words of one issue of an OperationOutcome, empty where it has none."""
    text = issue.get("diagnostics") or _dict(issue.get("details")).get("text")
    return text.strip() if isinstance(text, str) else ""


def _accepted(name: str, status: int, answer: object, asked: Sequence[Sent]) -> BundleReport:
    if not isinstance(answer, dict) or answer.get("resourceType") != "Bundle":
        _, detail = _words(answer, b"")
        message = f"HTTP {status} without a response bundle: what was stored is unknown"
        return _all(name, State.IN_DOUBT, Outcome.UNKNOWN, asked, status, message, detail)
    entries = answer.get("entry") or []
    if not isinstance(entries, list) or len(entries) != len(asked):
        number = len(entries) if isinstance(entries, list) else 0
        message = f"{number} entries in the answer to {len(asked)}: which one lacks is unknown"
        return _all(name, State.IN_DOUBT, Outcome.UNKNOWN, asked, status, message, "")
    outcomes = tuple(
        _entry(position, request, entry if isinstance(entry, dict) else {})
        for position, (request, entry) in enumerate(zip(asked, entries, strict=True))
    )
    return BundleReport(
        name=name, state=_state(outcomes), entries=outcomes, status=status, message=""
    )


def _state(outcomes: Sequence[EntryOutcome]) -> State:
    kinds = {entry.outcome for entry in outcomes}
    if kinds <= DONE:
        return State.LANDED
    if Outcome.UNKNOWN in kinds:
        return State.IN_DOUBT
    return State.PARTLY if kinds & DONE else State.REFUSED


def _entry(position: int, request: Sent, entry: dict[str, Any]) -> EntryOutcome:
    response = entry.get("response")
    if not isinstance(response, dict):
        response = {}
    status = response.get("status")
    words = response.get("outcome")
    kind, location, version = _place(response, entry)
    outcome = _outcome(request, status, words)
    return EntryOutcome(
        position=position,
        outcome=outcome,
        resource_type=request.resource_type or kind,
        location=location,
        version=version,
        status=status if isinstance(status, str) else None,
        detail="" if outcome in DONE else _words(words, b"")[1],
    )


def _outcome(request: Sent, status: object, words: object) -> Outcome:
    match = re.match(r"\s*(\d{3})\b", status) if isinstance(status, str) else None
    number = int(match[1]) if match else 0
    if number >= 400:
        return Outcome.REFUSED
    if number == HTTPStatus.CREATED:
        return Outcome.CREATED
    if number == HTTPStatus.NOT_MODIFIED or (_success(number) and _unchanged(words)):
        return Outcome.EXISTED
    if not _success(number):
        return Outcome.UNKNOWN
    if request.method == "POST":
        return Outcome.EXISTED if request.conditional else Outcome.CREATED
    return Outcome.UPDATED


def _unchanged(words: object) -> bool:
    """Whether HAPI's code says that nothing had to be changed."""
    codes = [
        coding.get("code")
        for issue in _issues(words)
        for coding in _list(_dict(issue.get("details")).get("coding"))
        if isinstance(coding, dict)
    ]
    return any(isinstance(code, str) and code.endswith("_NO_CHANGE") for code in codes)


def _place(
    response: dict[str, Any], entry: dict[str, Any]
) -> tuple[str | None, str | None, str | None]:
    for candidate in (response.get("location"), entry.get("fullUrl")):
        match = _LOCATION.search(candidate) if isinstance(candidate, str) else None
        if match:
            return match[1], f"{match[1]}/{match[2]}", match[3] or _version(response.get("etag"))
    return None, None, _version(response.get("etag"))


def _version(etag: object) -> str | None:
    """The version in an etag; HAPI gives a bare ``1``, others ``W/"1"``."""
    if not isinstance(etag, str):
        return None
    return etag.removeprefix("W/").strip('"') or None


def _blamed(report: BundleReport, answer: object) -> BundleReport:
    """Hands the server's words to the entries it names in ``issue.expression``."""
    said: dict[int, list[str]] = {}
    for issue in _issues(answer):
        places = [*_list(issue.get("expression")), *_list(issue.get("location"))]
        for place in places:
            match = _ENTRY.search(place) if isinstance(place, str) else None
            if match:
                said.setdefault(int(match[1]), []).append(sentence(issue))
    if not said:
        return report
    entries = tuple(
        EntryOutcome(
            position=entry.position,
            outcome=entry.outcome,
            resource_type=entry.resource_type,
            detail="\n".join(said.get(entry.position, ()))[:_ENOUGH],
        )
        for entry in report.entries
    )
    return BundleReport(
        name=report.name,
        state=report.state,
        entries=entries,
        status=report.status,
        message=report.message,
        detail=report.detail,
    )


def _all(
    name: str,
    state: State,
    outcome: Outcome,
    asked: Sequence[Sent],
    status: int | None,
    message: str,
    detail: str,
) -> BundleReport:
    entries = tuple(
        EntryOutcome(position=position, outcome=outcome, resource_type=request.resource_type)
        for position, request in enumerate(asked)
    )
    return BundleReport(
        name=name, state=state, entries=entries, status=status, message=message, detail=detail
    )


def _words(answer: object, body: bytes) -> tuple[str, str]:
    """Issue code and text of an OperationOutcome, or the start of what came instead of one."""
    issues = _issues(answer)
    if issues:
        worst = next((i for i in issues if i.get("severity") in ("fatal", "error")), issues[0])
        code = worst.get("code")
        lines = [sentence(issue) for issue in issues]
        return code if isinstance(code, str) else "", "\n".join(filter(None, lines))[:_ENOUGH]
    text = body[:_ENOUGH].decode("utf-8", "replace") if answer is None else ""
    return "", " ".join(re.sub(r"<[^>]*>", " ", text).split())


def _issues(answer: object) -> list[dict[str, Any]]:
    if not isinstance(answer, dict) or answer.get("resourceType") != "OperationOutcome":
        return []
    return [issue for issue in _list(answer.get("issue")) if isinstance(issue, dict)]


def _sent(entry: object) -> Sent:
    request = _dict(_dict(entry).get("request"))
    method, url = request.get("method"), request.get("url")
    kind = _dict(_dict(entry).get("resource")).get("resourceType")
    return Sent(
        method=method if isinstance(method, str) else "",
        resource_type=kind if isinstance(kind, str) else None,
        conditional=bool(request.get("ifNoneExist")) or (isinstance(url, str) and "?" in url),
    )


def _json(body: bytes) -> object:
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value


def _success(status: int) -> bool:
    return 200 <= status < 300


def _phrase(status: int) -> str:
    try:
        return f" {HTTPStatus(status).phrase}"
    except ValueError:
        return ""


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
