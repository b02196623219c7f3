"""Asks a FHIR server for its own word on resources: ``$validate``.

https://hl7.org/fhir/R4/resource-operation-validate.html
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from fhirkit._remote import base_url
from fhirkit.errors import InDoubt, Refused
from fhirkit.push.answer import outcome_issues, outcome_words
from fhirkit.push.client import TIMEOUT, connected, request
from fhirkit.push.judgement import judgements, no_answer, on_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from fhirkit.issues import Issue
    from fhirkit.validate.place import Resource, Steps

_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}")
_JUDGED = {200, 201, 400, 409, 412, 422}  # servers answer "invalid" by all of these
_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}

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
            text = data.decode("utf-8-sig", "replace")
            root = _read(text)
            issues = [
                issue
                for steps, resource in _resources(root)
                for issue in _asked(connection, base, root, steps, resource)
            ]
            return on_lines(text, issues) if issues else []

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
        return [no_answer(root, steps, str(error))]
    status = response.status_code
    said = outcome_issues(response.content)
    if status in _JUDGED and said:
        return judgements(root, steps, said)
    reason = f"HTTP {status} from {kind}/$validate"
    if status in _LATER or (status >= 500 and status != HTTPStatus.NOT_IMPLEMENTED):
        return [no_answer(root, steps, reason)]
    code, detail = outcome_words(response.content)
    raise Refused(
        f"{base}: {reason}{code and f', {code}'}: the server does not validate this, or not for us",
        detail=detail,
    )


def _resources(root: Resource) -> Iterator[tuple[Steps, Resource]]:
    """The resources of a bundle, or the one that is no bundle."""
    if root.get("resourceType") != "Bundle":
        yield (), root
        return
    entries = root.get("entry")
    for position, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict) and isinstance(entry.get("resource"), dict):
            yield ("entry", position, "resource"), entry["resource"]


def _read(text: str) -> Resource:
    try:
        value = json.loads(text, parse_float=lambda digits: _MARK + digits)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _body(resource: Resource) -> bytes | None:
    try:
        text = json.dumps(resource, ensure_ascii=False, allow_nan=False)
        return _MARKED.sub(r"\1", text).encode()
    except (ValueError, RecursionError):  # NaN, half a surrogate pair
        return None
