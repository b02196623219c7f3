"""The driver: opens a connection, sends, and hands answers to :mod:`fhirkit.push.answer`.

All rules are elsewhere. Here httpx's exceptions end: each becomes one of ours, which says
what happened to the data.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx

from fhirkit import __version__
from fhirkit._remote import base_url, is_loopback, keep_quiet
from fhirkit.errors import InDoubt, Refused, ServerError, SettingsError, Unreachable
from fhirkit.push.answer import in_doubt, outcome_words, read_answer, sent
from fhirkit.push.auth import authentication, credentials_from, tls
from fhirkit.push.report import BundleReport, PushReport, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Resource = dict[str, Any]

JSON = "application/fhir+json"
TIMEOUT = 120.0  # seconds; a large transaction takes a server its time
_CONNECT = 10.0

keep_quiet()

_LOOSE = "servers need not resolve urn:uuid references within a batch: use a transaction"

# Raised before a byte of the request is out.
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


def push(
    bundles: Iterable[Resource | bytes | str] | Resource | bytes | str,
    url: str,
    *,
    client: httpx.Client | None = None,
    timeout: float = TIMEOUT,
) -> PushReport:
    """Sends each transaction or batch bundle to a FHIR server, one request a bundle.

    Bundles given as bytes are sent as they are. The report says of every bundle whether it
    landed, was refused, is in doubt or was not sent, and what became of each entry; call its
    ``raise_for_failure()`` to have an exception instead. Nothing is sent twice, split or
    repeated.

    Credentials come from the environment (see docs/commands.md) unless ``client`` is given:
    then its own are used, and it stays open.

    Raises SettingsError for a wrong address or credentials, and Unreachable if the server
    cannot be reached for the first bundle: then nothing was sent at all.
    """
    if isinstance(bundles, dict | bytes | str):
        bundles = [bundles]
    named = ((f"bundle {number}", bundle) for number, bundle in enumerate(bundles, 1))
    return deliver(named, url, client=client, timeout=timeout)


def deliver(
    bundles: Iterable[tuple[str, Resource | bytes | str]],
    url: str,
    *,
    client: httpx.Client | None = None,
    timeout: float = TIMEOUT,
) -> PushReport:
    """The same for bundles with names, which the report repeats."""
    reports = tuple(deliver_each(bundles, url, client=client, timeout=timeout))
    return PushReport(server=base_url(url), bundles=reports)


def deliver_each(
    bundles: Iterable[tuple[str, Resource | bytes | str]],
    url: str,
    *,
    client: httpx.Client | None = None,
    timeout: float = TIMEOUT,
) -> Iterator[BundleReport]:
    """The report of each bundle as soon as it is known; the next is sent when it is taken."""
    base = base_url(url)
    gone: Unreachable | None = None
    something_sent = False
    with connected(base, client, timeout) as connection:
        for name, bundle in bundles:
            if gone is not None:
                yield _not_sent(name, str(gone))
                continue
            try:
                report = _one(connection, base, name, bundle)
            except Unreachable as error:
                if not something_sent:
                    raise
                gone = error
                report = _not_sent(name, str(error))
            something_sent = something_sent or report.state is not State.NOT_SENT
            yield report


def count(
    url: str,
    types: Iterable[str],
    *,
    client: httpx.Client | None = None,
    timeout: float = TIMEOUT,
) -> dict[str, int]:
    """How many resources of each type a server says it has.

    Raises SettingsError, Unreachable or Refused.
    """
    base = base_url(url)
    with connected(base, client, timeout) as connection:
        return {kind: _total(connection, base, kind) for kind in types}


def _one(
    connection: httpx.Client, base: str, name: str, bundle: Resource | bytes | str
) -> BundleReport:
    try:
        body = _body(bundle)
        parsed = bundle if isinstance(bundle, dict) else json.loads(body)
    except (ValueError, RecursionError):
        return _not_sent(name, "this is not JSON")
    if not isinstance(parsed, dict) or parsed.get("resourceType") != "Bundle":
        return _not_sent(name, "this is no FHIR bundle")
    if parsed.get("type") not in ("transaction", "batch"):
        return _not_sent(name, "only bundles of type transaction or batch can be pushed")
    asked = sent(parsed)
    try:
        response = request(connection, "POST", base, base, content=body)
    except InDoubt as error:
        return in_doubt(name, asked, str(error))
    report = read_answer(name, response.status_code, response.content, asked)
    if parsed["type"] == "batch" and report.state is State.LANDED and b'"urn:uuid:' in body:
        return replace(report, message=_LOOSE)
    return report


def _total(connection: httpx.Client, base: str, kind: str) -> int:
    address = f"{base}/{kind}?_summary=count"
    try:
        # HAPI keeps the result of a search for a minute unless told not to.
        response = request(connection, "GET", address, base, headers={"Cache-Control": "no-cache"})
    except InDoubt as error:
        raise Unreachable(str(error)) from error  # nothing was to be stored
    if not response.is_success:
        code, detail = outcome_words(response.content)
        raise Refused(
            f"counting {kind} on {base}: HTTP {response.status_code}" + (code and f", {code}"),
            detail=detail,
        )
    try:
        total = response.json()["total"]
    except (ValueError, LookupError, TypeError):
        total = None
    if not isinstance(total, int):
        raise Refused(f"counting {kind} on {base}: the answer holds no total")
    return total


def request(
    connection: httpx.Client,
    method: str,
    address: str,
    base: str,
    *,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    """What a server answers, whatever its status.

    Raises Unreachable if nothing was sent, InDoubt if no answer came, and SettingsError.
    """
    sending = {"Content-Type": JSON} if content is not None else {}
    try:
        return connection.request(
            method,
            address,
            content=content,
            headers={"Accept": JSON, **sending, **(headers or {})},
            # An address the server names may be another host: patient data stays here.
            follow_redirects=False,
        )
    except _NOT_SENT as error:
        raise _mapped(Unreachable, error, f"{base} cannot be reached") from None
    except httpx.InvalidURL:
        raise SettingsError("the server's address is no URL, such as https://host/fhir") from None
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise _mapped(InDoubt, error, f"no answer from {base}") from None


def _mapped(kind: type[ServerError], error: Exception, message: str) -> ServerError:
    """One of our errors for one of httpx's.

    Its words may hold an address, so they stay out, except the system's own for why a
    connection failed ("Connection refused", "certificate verify failed").
    """
    words = str(error) if isinstance(error, httpx.ConnectError) else ""
    return kind(f"{message} ({words or type(error).__name__})", detail=str(error))


@contextmanager
def connected(base: str, client: httpx.Client | None, timeout: float) -> Iterator[httpx.Client]:
    """The given client, or one with the environment's credentials that is closed at the end."""
    if client is not None:
        yield client
        return
    credentials = credentials_from({}, os.environ)
    with httpx.Client(
        auth=authentication(credentials, base),
        verify=tls(credentials) or True,
        headers={"User-Agent": f"fhirkit/{__version__}"},
        timeout=httpx.Timeout(timeout, connect=min(timeout, _CONNECT)),
        # A proxy is for other machines; it could not even see this one's loopback.
        trust_env=not is_loopback(base),
    ) as connection:
        yield connection


def _body(bundle: Resource | bytes | str) -> bytes:
    if isinstance(bundle, bytes):
        return bundle
    if isinstance(bundle, str):
        return bundle.encode()
    from fhirkit.bundle import to_json

    return to_json(bundle).encode()


def _not_sent(name: str, message: str) -> BundleReport:
    return BundleReport(name=name, state=State.NOT_SENT, message=message)
