"""Reads what a server answered to a request. No I/O: bytes in, outcomes out."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fhirkit.push.report import DONE, EntryOutcome, Outcome
from fhirkit.push.retry import TABLE, leaves_doubt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fhirkit.push.glance import Asked
    from fhirkit.push.options import OnExisting

_LOCATION = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/([^/?#\s]+)(?:/_history/([^/?#\s]+))?$")
_VERSION = re.compile(r"[^\s/]{1,200}")
_ENTRY = re.compile(r"\bBundle\.entry\[(\d{1,9})\]")
_SIZE = re.compile(
    r"(?=.*\b(?:entr(?:y|ies)|bundle|transaction|batch|size|bytes|resources)\b)"
    r".*\b(?:too (?:many|large|big|long)|exceed\w*|limit(?:ed)?|maximum|more than|at most)\b",
    re.IGNORECASE | re.DOTALL,
)
_ENOUGH = 2_000  # characters of a server's words that are kept


class Fate(Enum):
    """What an answer means for all of its request."""

    DONE = "done"  # each entry has its own outcome
    REFUSED = "refused"  # nothing was stored
    IN_DOUBT = "in doubt"  # it may have been stored


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came: status, headers by their small names, body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request: ``message`` in our words, ``detail`` in the server's."""

    fate: Fate
    entries: tuple[EntryOutcome, ...]
    status: int | None = None
    message: str = ""
    detail: str = ""


def read_answer(reply: Reply, asked: Sequence[Asked], on_existing: OnExisting) -> Answer:
    """What became of the entries of a transaction or batch.

    Some servers commit and answer 5xx all the same, and some say 200 and mean no: whatever
    is not plainly a refusal or a full answer leaves the entries in doubt.
    """
    answer = _json(reply.body)
    if not _success(reply.status):
        return _failed(reply, answer, asked)
    if not isinstance(answer, dict) or answer.get("resourceType") != "Bundle":
        _, detail = _words(answer, b"")
        message = f"HTTP {reply.status} without a response bundle: what was stored is unknown"
        return _all(Fate.IN_DOUBT, asked, reply.status, message, detail)
    entries = answer.get("entry") or []
    if not isinstance(entries, list) or len(entries) != len(asked):
        number = len(entries) if isinstance(entries, list) else 0
        message = f"{number} entries in the answer to {len(asked)}: which one lacks is unknown"
        return _all(Fate.IN_DOUBT, asked, reply.status, message, "")
    outcomes = _all_created(asked, entries) or tuple(
        [_entry(one, entry, on_existing) for one, entry in zip(asked, entries, strict=True)]
    )
    return Answer(Fate.DONE, outcomes, reply.status)


def read_single(reply: Reply, asked: Asked, on_existing: OnExisting) -> Answer:
    """The same for an entry that was sent by itself."""
    answer = _json(reply.body)
    if reply.status != HTTPStatus.NOT_MODIFIED and not _success(reply.status):
        return _failed(reply, answer, (asked,))
    response = {
        "status": str(reply.status),
        "location": reply.headers.get("location") or reply.headers.get("content-location"),
        "etag": reply.headers.get("etag"),
        "outcome": answer,
    }
    entry: dict[str, Any] = {"response": response}
    if isinstance(answer, dict) and isinstance(answer.get("id"), str):
        entry["fullUrl"] = f"{answer.get('resourceType')}/{answer['id']}"
        meta = _dict(answer.get("meta"))
        response["lastModified"] = meta.get("lastUpdated")
        response["etag"] = response["etag"] or meta.get("versionId")
    outcome = _entry(asked, entry, on_existing)
    if outcome.location is None and outcome.outcome in DONE:
        message = f"HTTP {reply.status} without a location: what was stored is unknown"
        _, detail = _words(answer, b"")
        return _all(Fate.IN_DOUBT, (asked,), reply.status, message, detail)
    return Answer(Fate.DONE, (outcome,), reply.status)


def unanswered(asked: Sequence[Asked], message: str) -> Answer:
    """The answer to a request that was sent and got none."""
    return _all(Fate.IN_DOUBT, asked, None, message, "")


def doubtful(refusal: Answer) -> Answer:
    """A refusal that came after an attempt which may have been carried out all the same."""
    said = f"HTTP {refusal.status}, after an attempt that may have been stored"
    return replace(
        refusal,
        fate=Fate.IN_DOUBT,
        message=said,
        entries=tuple(entry._replace(outcome=Outcome.IN_DOUBT) for entry in refusal.entries),
    )


def complains_of_size(answer: Answer) -> bool:
    """Whether a refusal is about how much was sent at once."""
    if answer.fate is not Fate.REFUSED:
        return False
    if answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return True
    return answer.status in (400, 403, 409, 422) and _SIZE.search(answer.detail) is not None


def status_of(entry: EntryOutcome) -> int:
    """The number in the status of an entry, 0 where it has none."""
    match = re.match(r"\s*(\d{3})\b", entry.status or "")
    return int(match[1]) if match else 0


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


def place_of(address: object) -> tuple[str, str, str | None] | None:
    """Type, ``Type/id`` and version of an address on a server, None where it is none."""
    match = _LOCATION.search(address) if isinstance(address, str) else None
    return (match[1], f"{match[1]}/{match[2]}", match[3]) if match else None


def version_of(etag: object) -> str | None:
    """The version in an etag; HAPI gives a bare ``1``, others ``W/"1"``."""
    if not isinstance(etag, str):
        return None
    version = etag.removeprefix("W/").strip('"')
    return version if _VERSION.fullmatch(version) else None


def _failed(reply: Reply, answer: object, asked: Sequence[Asked]) -> Answer:
    status = reply.status
    code, detail = _words(answer, reply.body)
    reason = f"HTTP {status}{_phrase(status)}" + (f", {code}" if code else "")
    if 300 <= status < 400:
        message = f"{reason}: the server sends clients elsewhere; push to that address instead"
        return _all(Fate.REFUSED, asked, status, message, detail)
    if leaves_doubt(status):
        message = f"{reason}: the server may have stored it; push again once it is well"
        return _all(Fate.IN_DOUBT, asked, status, message, detail)
    message = f"{reason}: nothing was stored"
    return _blamed(_all(Fate.REFUSED, asked, status, message, detail), answer)


def _all_created(asked: Sequence[Asked], entries: Sequence[Any]) -> tuple[EntryOutcome, ...]:
    """The outcomes at a glance where every entry was created, which is nearly always; else none."""
    created = Outcome.CREATED
    made = []
    try:
        for one, entry in zip(asked, entries, strict=True):
            response = entry["response"]
            match = _LOCATION.search(response["location"])
            if match is None or not response["status"].startswith("201"):
                return ()
            kind, identity, version = match.groups()
            told, modified = _told(entry, response)
            made.append(
                EntryOutcome(
                    one.position,
                    created,
                    one.type,
                    f"{kind}/{identity}",
                    version or told,
                    response["status"],
                    "",
                    modified,
                )
            )
    except (TypeError, LookupError, AttributeError):
        return ()
    return tuple(made)


def _entry(asked: Asked, entry: object, on_existing: OnExisting) -> EntryOutcome:
    entry = _dict(entry)
    response = _dict(entry.get("response"))
    status = response.get("status")
    if not isinstance(status, str):
        status = None
    place = place_of(response.get("location")) or place_of(entry.get("fullUrl"))
    kind, location, version = place or (None, None, None)
    outcome = _outcome(status, response, on_existing)
    told, modified = _told(entry, response)
    return EntryOutcome(
        asked.position,
        outcome,
        asked.type or kind,
        location,
        version or told,
        status,
        "" if outcome in DONE else _words(response.get("outcome"), b"")[1],
        modified,
    )


def _told(entry: dict[str, Any], response: dict[str, Any]) -> tuple[str | None, str | None]:
    """Version and time of an entry of an answer.

    Medplum tells both in the resource alone, which other servers leave out.
    """
    etag, modified = response.get("etag"), response.get("lastModified")
    if etag is None or modified is None:
        meta = _dict(_dict(entry.get("resource")).get("meta"))
        etag = meta.get("versionId") if etag is None else etag
        modified = meta.get("lastUpdated") if modified is None else modified
    return version_of(etag), modified if isinstance(modified, str) else None


def _outcome(status: str | None, response: dict[str, Any], on_existing: OnExisting) -> Outcome:
    digits = (status or "").strip()[:3]
    number = int(digits) if digits.isascii() and digits.isdigit() else 0
    if number == HTTPStatus.CREATED:
        return Outcome.CREATED
    if number == HTTPStatus.NOT_MODIFIED:
        return Outcome.EXISTED
    if _success(number):
        if on_existing == "keep" or _unchanged(response.get("outcome")):
            return Outcome.EXISTED
        return Outcome.UPDATED
    if number in TABLE and leaves_doubt(number):
        return Outcome.IN_DOUBT
    return Outcome.REFUSED if number >= 400 else Outcome.IN_DOUBT


def _unchanged(words: object) -> bool:
    """Whether HAPI's code says that nothing had to be changed."""
    codes = [
        coding.get("code")
        for issue in _issues(words)
        for coding in _list(_dict(issue.get("details")).get("coding"))
        if isinstance(coding, dict)
    ]
    return any(isinstance(code, str) and code.endswith("_NO_CHANGE") for code in codes)


def _blamed(answer: Answer, outcome: object) -> Answer:
    """Hands the server's words to the entries it names in ``issue.expression``."""
    said: dict[int, list[str]] = {}
    for issue in _issues(outcome):
        places = [*_list(issue.get("expression")), *_list(issue.get("location"))]
        for place in places:
            match = _ENTRY.search(place) if isinstance(place, str) else None
            if match:
                said.setdefault(int(match[1]), []).append(sentence(issue))
    entries = tuple(
        entry._replace(detail="\n".join(said.get(index, ()))[:_ENOUGH])
        for index, entry in enumerate(answer.entries)
    )
    return Answer(answer.fate, entries, answer.status, answer.message, answer.detail)


def _all(
    fate: Fate, asked: Sequence[Asked], status: int | None, message: str, detail: str
) -> Answer:
    outcome = Outcome.REFUSED if fate is Fate.REFUSED else Outcome.IN_DOUBT
    entries = tuple(EntryOutcome(one.position, outcome, one.type) for one in asked)
    return Answer(fate, entries, status, message, detail)


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
