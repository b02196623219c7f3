"""Asks a FHIR server for its own word on resources: ``$validate``.

https://hl7.org/fhir/R4/resource-operation-validate.html
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from fhirkit._remote import base_url
from fhirkit.errors import InDoubt, Refused
from fhirkit.push.answer import outcome_issues, outcome_words
from fhirkit.push.connection import connected
from fhirkit.push.exact import read_exact, write_exact
from fhirkit.push.judgement import judgements, no_answer, on_lines
from fhirkit.push.options import TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from fhirkit.issues import Issue
    from fhirkit.push.connection import Connection
    from fhirkit.validate.place import Resource, Steps

_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}")
_JUDGED = {200, 201, 400, 409, 412, 422}  # servers answer "invalid" by all of these
_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


@contextmanager
def server_validator(
    url: str, *, http: httpx.Client | None = None, timeout: float = TIMEOUT
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
    with connected(base, http=http, timeout=timeout) as connection:

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
    connection: Connection, base: str, root: Resource, steps: Steps, resource: Resource
) -> list[Issue]:
    kind = resource.get("resourceType")
    body = _body(resource)
    if not isinstance(kind, str) or not _TYPE.fullmatch(kind) or body is None:
        return []  # what is wrong with it has been said
    try:
        reply = connection.send("POST", f"{base}/{kind}/$validate", content=body)
    except InDoubt as error:
        return [no_answer(root, steps, str(error))]
    status = reply.status
    said = outcome_issues(reply.body)
    if status in _JUDGED and said:
        return judgements(root, steps, said)
    reason = f"HTTP {status} from {kind}/$validate"
    if status in _LATER or (status >= 500 and status != HTTPStatus.NOT_IMPLEMENTED):
        return [no_answer(root, steps, reason)]
    code, detail = outcome_words(reply.body)
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
        value = read_exact(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _body(resource: Resource) -> bytes | None:
    try:
        return write_exact(resource)
    except ValueError:  # NaN, half a surrogate pair
        return None
