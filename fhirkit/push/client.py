"""The client of one FHIR server: what it can do, what will be sent, sending, taking back."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin

from fhirkit._remote import base_url
from fhirkit.errors import InputError, Refused
from fhirkit.mappers.quantity import Digits
from fhirkit.push.answer import outcome_words
from fhirkit.push.caller import Caller, Request
from fhirkit.push.capabilities import Capabilities, read_capabilities
from fhirkit.push.connection import connection_to
from fhirkit.push.course import Course
from fhirkit.push.delivery import Delivery
from fhirkit.push.gate import Clock, Gate, ServerClock
from fhirkit.push.journal import Journal
from fhirkit.push.load import read_load
from fhirkit.push.options import PushOptions
from fhirkit.push.plan import Plan, make_plan
from fhirkit.push.probe import probe
from fhirkit.push.pump import Pump
from fhirkit.push.report import BundleReport, PushReport
from fhirkit.push.search import FRESH, GONE, answer_of, answered, total
from fhirkit.push.statistics import Statistics
from fhirkit.push.undo import Made, Undoing, UndoReport, made_by

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    import httpx

    from fhirkit.push.answer import Reply
    from fhirkit.push.pump import Given
    from fhirkit.push.report import EntryOutcome
    from fhirkit.push.trials import ProbeReport

Resource = dict[str, Any]
Bundle = Resource | bytes | str

_FIRST_CONTACT = 5.0  # seconds a server that was never reached is tried again


class Client:
    """Pushes bundles to one FHIR R4 server, and takes back what it created.

    ``options`` say how (:class:`PushOptions`). ``journal`` is a file in which each push is noted,
    so that it can be resumed and undone by another process; without one these notes are kept as
    long as the client lives. Credentials come from the environment (docs/authentication.md) unless
    ``auth`` or a client of your own, ``http``, is given; that stays open. ``tell`` is called with
    each thing a person should know while it goes on, such as a change of the plan.

    Usable as a context manager, from any number of threads. Raises SettingsError for a wrong
    address or credentials, OutputError for a journal that cannot be used.

    >>> with Client("https://server.example/fhir") as client:  # doctest: +SKIP
    ...     report = client.push([bundle])
    """

    def __init__(
        self,
        url: str,
        *,
        options: PushOptions | None = None,
        journal: Path | str | None = None,
        http: httpx.Client | None = None,
        auth: httpx.Auth | None = None,
        tls_context: ssl.SSLContext | None = None,
        tell: Callable[[str], None] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.base = base_url(url)
        self.options = options or PushOptions()
        self.statistics = Statistics()
        self._tell = tell or (lambda _: None)
        self._clock = clock or Clock()
        self._connection = connection_to(
            self.base,
            timeout=self.options.timeout,
            http=http,
            auth=auth,
            tls_context=tls_context,
        )
        self._server_clock = ServerClock(self._clock)
        self._capabilities: Capabilities | None = None
        self._journal = Journal(journal)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes connections and journal."""
        self._connection.close()
        self._journal.close()

    def capabilities(self) -> Capabilities:
        """What the server says it can do; asked once.

        Raises Unreachable, and Refused for what is no FHIR R4 server.
        """
        if self._capabilities is None:
            self._capabilities = self._asked()
        return self._capabilities

    def plan(self, bundles: Iterable[Bundle] | Bundle = ()) -> Plan:
        """How bundles would be sent; the server is only asked, nothing is stored.

        Without bundles, the plan for the server alone. Raises what :meth:`capabilities` raises.
        """
        return self.plan_named(_named(bundles))

    def plan_named(self, given: Iterable[Given]) -> Plan:
        """The same for bundles with names, which its problems repeat."""
        caller = self._calling(self._new_gate())
        course = Course(make_plan(self.base, self.capabilities(), self.options), caller, self._tell)
        bundles = entries = requests = 0
        problems: list[str] = []
        for name, data in given:
            bundles += 1
            if isinstance(data, BundleReport):
                problems.append(f"{name}: {data.message}")
                continue
            try:
                load = read_load(name, data, self.options.on_existing)
                course.taking({one.type for one in load.asked})
                freight = Delivery(course, caller, _unnoted).freight(load)
                packing = freight.packed(course.plan.mode, course.plan.room)
            except InputError as error:
                problems.append(f"{name}: {error}")
                continue
            entries += len(freight.positions)
            requests += len(packing.parcels)
        return replace(
            course.plan,
            types=course.types,
            bundles=bundles,
            entries=entries,
            requests=requests,
            problems=tuple(problems),
        )

    def push(self, bundles: Iterable[Bundle] | Bundle, *, fresh: bool = False) -> PushReport:
        """Sends bundles and says of each what became of it and its entries.

        Bundles given as bytes are sent as they are where the server takes them so. What an
        unfinished push of this journal to this server has landed is not sent again, unless
        ``fresh``. Call the report's ``raise_for_failure()`` to have an exception for what did not
        land.

        Raises Unreachable if the server cannot be reached at all: then nothing was sent.
        """
        run: list[int] = []
        reports = sorted(
            self.deliver(_named(bundles), fresh=fresh, begun=run.append),
            key=lambda report: report.number,
        )
        return PushReport(server=self.base, bundles=tuple(reports), run=run[0])

    def deliver(
        self,
        given: Iterable[Given],
        *,
        inputs: str = "",
        fresh: bool = False,
        begun: Callable[[int], None] | None = None,
    ) -> Generator[BundleReport, None, None]:
        """The report of each bundle as soon as its fate is known, in no fixed order.

        ``given`` are names with bundles, as bytes, taken as they are needed. ``inputs`` says
        where they come from: a push of the same to the same server is resumed. ``begun`` is
        called with the number of the run.
        """
        plan = make_plan(self.base, self.capabilities(), self.options)
        gate = self._new_gate()
        caller = self._calling(gate)
        course = Course(plan, caller, self._tell)
        asked = self._clock.now()
        waited: list[float] = []

        def wait() -> None:
            waited.append(asked)
            self._others_turn()

        with self._journal.alone(self.base, wait):
            command = f"{self.options.on_existing}\n{inputs}"
            digest = blake2b(command.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
            now = self._clock.now()
            run = self._journal.begin(
                self.base,
                digest,
                inputs,
                now,
                fresh=fresh,
                waiting_since=waited[0] if waited else None,
            )
            self._tell_resumed(run)
            if begun is not None:
                begun(run)
            complete = yield from self._pumped(given, gate, caller, course, run)
            self._journal.end(run, self._clock.now(), complete=complete)

    def undo(self, what: PushReport | int, *, dry_run: bool = False) -> UndoReport:
        """Deletes what a push created, by its report or by its number in the journal.

        What was edited since, or is used by others, stays and is told. With ``dry_run`` nothing
        is deleted. Raises InputError for a run that is not in the journal, and ServerError where
        the server cannot be asked.
        """
        gate = self._new_gate()
        undoing = Undoing(self._calling(gate), self.capabilities())
        if isinstance(what, PushReport):
            made = [_report_made(report) for report in what.bundles]
            return undoing.run(made, dry_run=dry_run)
        run = self._journal.find(what)
        if run.server != self.base:
            raise InputError(f"run {what} was a push to {run.server}")
        with self._journal.alone(self.base, self._others_turn):
            made = [made_by(trace) for trace in self._journal.traces(what)]
            used = self._journal.in_use(what, self.base)
            report = undoing.run(made, dry_run=dry_run, used=used)
            if not dry_run and report.complete:
                self._journal.undone(what, self._clock.now())
        return report

    def probe(self) -> ProbeReport:
        """Tries what the server's statement leaves out, with test data that is deleted again."""
        return probe(self._calling(self._new_gate()), self.capabilities(), self._tell)

    def read(self, location: str) -> Resource | None:
        """The resource at ``Type/id`` as it is now, None where there is none (any more)."""
        called = self._calling(self._new_gate()).call(Request("GET", location, headers=FRESH))
        if called.reply is not None and called.reply.status in GONE:
            return None
        return _object(answer_of(called, "a read"), "a read")

    def search(self, resource_type: str, parameters: Mapping[str, str]) -> Iterator[Resource]:
        """The resources a search finds, page by page, uncached.

        Raises Refused for what the server refuses, and for a link to a next page that leads to
        another server: patients' data and credentials stay with this one.
        """
        path = f"{resource_type}?{urlencode(parameters)}"
        while path:
            page = self._asked_for(path, f"a search for {resource_type}")
            yield from _resources(page)
            path = self._next(page)

    def history(self, location: str) -> list[Resource]:
        """The versions of the resource at ``Type/id``, the newest first."""
        return list(_resources(self._asked_for(f"{location}/_history", "a history")))

    def count(self, types: Iterable[str]) -> dict[str, int]:
        """How many resources of each type the server says it has."""
        found = {}
        caller = self._calling(self._new_gate())
        for kind in types:
            request = Request("GET", f"{kind}?_summary=count", headers=FRESH)
            number = total(answered(caller, request, f"counting {kind}"))
            if number is None:
                raise Refused(f"counting {kind}: the answer holds no total")
            found[kind] = number
        return found

    @property
    def journal(self) -> Journal:
        """The notes of what was pushed."""
        return self._journal

    def _asked(self) -> Capabilities:
        patience = min(self.options.patience, _FIRST_CONTACT)
        caller = self._calling(self._new_gate())
        called = caller.call(Request("GET", "metadata"), patience=patience)
        reply = called.reply
        if reply is None:
            raise called.error or Refused("the server does not answer /metadata")
        if 200 <= reply.status < 300:
            return read_capabilities(reply.body, base=self.base)
        if self.options.mode is not None and reply.status not in (401, 403):
            return Capabilities(fhir_version="not told")
        code, detail = outcome_words(reply.body)
        raise Refused(
            f"{self.base}/metadata: HTTP {reply.status}{code and f', {code}'}: no statement of what "
            "the server can do; check its address (or say --mode, if it has none)",
            detail=detail,
        )

    def _pumped(
        self, given: Iterable[Given], gate: Gate, caller: Caller, course: Course, run: int
    ) -> Generator[BundleReport, None, bool]:
        pump = Pump(
            delivery=Delivery(course, caller, partial(self._journal.progress, run)),
            course=course,
            gate=gate,
            journal=self._journal,
            run=run,
            server=self.base,
            on_existing=self.options.on_existing,
            workers=self.options.workers,
        )
        complete = True
        for report in pump.reports(given):
            complete = complete and report.state == "landed"
            self.statistics.finished(report.state, report.counts)
            yield report
        return complete

    def _new_gate(self) -> Gate:
        """A gate for one thing to do: a server that was given up may be back for the next."""
        return Gate(
            self._clock,
            rate=self.options.rate,
            patience=self.options.patience,
            server=self._server_clock,
        )

    def _calling(self, gate: Gate) -> Caller:
        return Caller(self._connection, gate, self.statistics, self.options.patience)

    def _tell_resumed(self, run: int) -> None:
        before = self._journal.find(run)
        if before.landed:
            self._tell(
                f"going on with run {run}: {before.landed} of its bundles landed before, and are not "
                "sent again"
            )

    def _others_turn(self) -> None:
        self._tell("another push to this server is at work with this journal: waiting for its end")

    def _asked_for(self, path: str, what: str) -> Resource:
        request = Request("GET", path, headers=FRESH)
        return _object(answered(self._calling(self._new_gate()), request, what), what)

    def _next(self, page: Resource) -> str:
        """What follows the base in a page's link to the next, empty where it is the last."""
        links = _objects(page.get("link"))
        url = next((link.get("url") for link in links if link.get("relation") == "next"), None)
        if not isinstance(url, str):
            return ""
        whole = urljoin(f"{self.base}/", url)
        if not whole.startswith((f"{self.base}/", f"{self.base}?")):
            raise Refused("the link to the next page leads to another server: it is not followed")
        return whole[len(self.base) :].lstrip("/")


def push(
    bundles: Iterable[Bundle] | Bundle,
    url: str,
    *,
    options: PushOptions | None = None,
    http: httpx.Client | None = None,
) -> PushReport:
    """Sends bundles to a FHIR server: :meth:`Client.push` with a client for this once."""
    with Client(url, options=options, http=http) as client:
        return client.push(bundles)


def _unnoted(_digest: bytes, _entries: Sequence[EntryOutcome]) -> None:
    """Nothing is sent, so nothing is noted."""


def _object(reply: Reply, what: str) -> Resource:
    try:
        value = json.loads(reply.body, parse_float=Digits)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Refused(f"{what}: the answer is not FHIR JSON")
    return value


def _resources(page: Resource) -> Iterator[Resource]:
    """The resources of a bundle that a server gave."""
    for entry in _objects(page.get("entry")):
        if isinstance(entry.get("resource"), dict):
            yield entry["resource"]


def _objects(value: object) -> list[Resource]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _named(bundles: Iterable[Bundle] | Bundle) -> Iterator[Given]:
    if isinstance(bundles, dict | bytes | str):
        bundles = [bundles]
    for number, bundle in enumerate(bundles, 1):
        yield f"bundle {number}", _bytes(bundle)


def _bytes(bundle: Bundle) -> bytes:
    if isinstance(bundle, bytes):
        return bundle
    if isinstance(bundle, str):
        return bundle.encode()
    from fhirkit.bundle import to_json

    return to_json(bundle).encode()


def _report_made(report: BundleReport) -> Made:
    return Made(report.name, report.entries)
