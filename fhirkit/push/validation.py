"""Asks a FHIR server for its own word on resources: ``$validate``.

https://hl7.org/fhir/R4/resource-operation-validate.html
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fhirkit._remote import base_url
from fhirkit.errors import InDoubt, Refused
from fhirkit.issues import Issue, Severity
from fhirkit.push.answer import outcome_issues, outcome_words, sentence
from fhirkit.push.client import TIMEOUT, connected, request
from fhirkit.validate.place import expression, where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from fhirkit.validate.place import Resource, Steps

SPEC = "https://hl7.org/fhir/R4/resource-operation-validate.html"
NO_ANSWER = "server:no-answer"

_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}")
# What comes after the type in a FHIRPath that a server names: nothing else is repeated.
_ELEMENT = re.compile(r"[A-Z][A-Za-z]*\.((?:[A-Za-z0-9_.]|\[\d+\]|\([A-Za-z]+\))+)")
_SEVERITIES = {each.value: each for each in Severity}
_ENOUGH = 1_000  # characters of a server's words that are kept of an issue
_JUDGED = {200, 201, 400, 409, 412, 422}  # servers answer "invalid" by all of these
_LATER = {408, 429}

# Numbers go through JSON as strings with this mark, which comes off again with the quotes: a
# server must see 0.8500 as it was written. No UTF-8 holds half a surrogate pair.
_MARK = "\udc00digits:"
_MARKED = re.compile('"\udc00digits:([0-9.eE+-]+)"')


@contextmanager
def server_validator(
    url: str, *, client: httpx.Client | None = None, timeout: float = TIMEOUT
) -> Iterator[Callable[[bytes], list[Issue]]]:
    """A function that sends each resource of a document to a server and gives its findings.

    The keys of these issues begin with ``server:``, and their messages are the server's own
    words, which may quote the resource. A resource that gets no answer is an issue, too. The
    function raises Refused if the server does not validate (or not for us), Unreachable if it
    cannot be reached, and gives nothing for what is no JSON.

    Credentials come from the environment as for :func:`fhirkit.push.push`. Raises
    SettingsError for a wrong address or credentials.
    """
    base = base_url(url)
    with connected(base, client, timeout) as connection:

        def ask(data: bytes) -> list[Issue]:
            root = _read(data)
            return [
                issue
                for steps, resource in _resources(root)
                for issue in _asked(connection, base, root, steps, resource)
            ]

        yield ask


def _asked(
    connection: httpx.Client, base: str, root: Resource, steps: Steps, resource: Resource
) -> list[Issue]:
    kind = resource.get("resourceType")
    body = _body(resource)
    if not isinstance(kind, str) or not _TYPE.fullmatch(kind) or body is None:
        return []  # what is wrong with it has been said
    try:
        response = request(connection, "POST", f"{base}/{kind}/$validate", base, content=body)
    except InDoubt as error:
        return [_unanswered(root, steps, str(error))]
    status = response.status_code
    said = outcome_issues(response.content)
    if status in _JUDGED and said:
        return _once(_judgement(root, steps, issue) for issue in said if not _all_well(issue))
    reason = f"HTTP {status} from {kind}/$validate"
    if status in _LATER or status >= 500:
        return [_unanswered(root, steps, reason)]
    code, detail = outcome_words(response.content)
    raise Refused(
        f"{base}: {reason}{code and f', {code}'}: the server does not validate this, or not for us",
        detail=detail,
    )


def _judgement(root: Resource, steps: Steps, said: dict[str, Any]) -> Issue:
    """The server's issue as one of ours, at the element it names if that can be told."""
    element = _element(said)
    code = said.get("code")
    known = isinstance(code, str) and re.fullmatch(r"[a-z][a-z-]{0,40}", code)
    whole, named = expression(root, steps), where(root, steps)
    return Issue(
        severity=_severity(said.get("severity")),
        code=str(code) if known else "processing",
        key=f"server:{code if known else 'processing'}",
        expression=f"{whole}.{element}" if element else whole,
        where=f"{named}, {element}" if element else named,
        message=_words(said),
        spec=SPEC,
    )


def _unanswered(root: Resource, steps: Steps, reason: str) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code="incomplete",
        key=NO_ANSWER,
        expression=expression(root, steps),
        where=where(root, steps),
        message=f"the server gave no judgement: {reason}",
        spec=SPEC,
    )


def _words(said: dict[str, Any]) -> str:
    words = " ".join(sentence(said).split())[:_ENOUGH]
    return f"the server says: {words}" if words else "the server objects without a word"


def _severity(value: object) -> Severity:
    return _SEVERITIES.get(value, Severity.ERROR) if isinstance(value, str) else Severity.ERROR


def _element(said: dict[str, Any]) -> str:
    for name in ("expression", "location"):
        places = said.get(name)
        for place in places if isinstance(places, list) else ():
            match = _ELEMENT.fullmatch(place) if isinstance(place, str) else None
            if match:
                return match[1]
    return ""


def _all_well(said: dict[str, Any]) -> bool:
    """Whether an issue says only that there is none, as it must where nothing was found."""
    return said.get("severity") == "information" and not _element(said)


def _once(issues: Iterator[Issue]) -> list[Issue]:
    """Each issue once: servers that check in several ways repeat themselves."""
    return list(dict.fromkeys(issues))


def _resources(root: Resource) -> Iterator[tuple[Steps, Resource]]:
    """The resources of a bundle, or the one that is no bundle."""
    if root.get("resourceType") != "Bundle":
        yield (), root
        return
    entries = root.get("entry")
    for position, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict) and isinstance(entry.get("resource"), dict):
            yield ("entry", position, "resource"), entry["resource"]


def _read(data: bytes) -> Resource:
    try:
        value = json.loads(data, parse_float=lambda digits: _MARK + digits)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _body(resource: Resource) -> bytes | None:
    try:
        text = json.dumps(resource, ensure_ascii=False, allow_nan=False)
        return _MARKED.sub(r"\1", text).encode()
    except (ValueError, RecursionError):  # NaN, half a surrogate pair
        return None
