from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fhirkit.errors import InputError, OutputError, SettingsError
from fhirkit.push import Client, PushOptions
from fhirkit.push.load import read_load
from fhirkit.push.pump import Keys, Outbox
from fhirkit.push.report import BundleReport, EntryOutcome, Outcome, State
from pushing import HASTY, case, data
from servers.faults import Faults
from servers.faulty import Faulty

Start = Callable[..., Faulty]
Given = tuple[str, bytes | BundleReport]


@pytest.fixture(autouse=True)
def _no_threads_are_left() -> Iterator[None]:
    """Whatever happened, every worker has ended."""
    yield
    left = [one.name for one in threading.enumerate() if one.name.startswith("fhirkit-push")]
    assert left == []


def client(server: Faulty, workers: int = 4, **options: Any) -> Client:
    """A client of several workers."""
    asked = PushOptions(workers=workers, patience=options.pop("patience", 5.0), **options)
    return Client(server.base, options=asked, clock=HASTY)


def named(*bundles: dict[str, Any]) -> list[Given]:
    """Bundles as a command gives them."""
    return [(f"{number}.json", data(bundle)) for number, bundle in enumerate(bundles)]


@pytest.mark.server
def test_workers_work_at_one_time(faulty: Start) -> None:
    """And every bundle has its report, under its own number and name."""
    server = faulty(Faults(latency=0.02))
    with client(server, workers=6) as pushing:
        reports = list(pushing.deliver(named(*(case(number) for number in range(40)))))
    assert sorted(report.number for report in reports) == list(range(1, 41))
    assert all(report.name == f"{report.number - 1}.json" for report in reports)
    assert {report.state for report in reports} == {State.LANDED}
    state = server.state()
    assert 2 <= state["most_in_flight"] <= 6
    assert state["resources"] == 120


@pytest.mark.server
def test_a_key_is_never_on_its_way_twice(faulty: Start) -> None:
    """Bundles that share a device wait for each other until it has landed."""
    server = faulty(Faults(latency=0.01, seed=4, commit_then_503=0.2, silent=0.2, attempts=2))
    shared = [case(number, device=f"d{number % 3}") for number in range(30)]
    with client(server, workers=8) as pushing:
        report = pushing.push(shared)
    assert report.landed
    state = server.state()
    assert state["types"]["Device"] == 3
    assert state["made_again"] == {}
    made = [key for key in state["clashes"] if not key.startswith("Device")]
    assert made == []


@pytest.mark.server
def test_what_was_shared_and_has_landed_stops_nobody(faulty: Start) -> None:
    """A device in every bundle would else make one worker of eight."""
    server = faulty(Faults(latency=0.02))
    with client(server, workers=8) as pushing:
        assert pushing.push([case(number, device="d") for number in range(40)]).landed
    assert server.state()["most_in_flight"] > 2


@pytest.mark.server
def test_the_same_bytes_twice_are_sent_once(faulty: Start) -> None:
    """The second is told to have landed; both have a report."""
    server = faulty(Faults(latency=0.01))
    with client(server) as pushing:
        reports = list(pushing.deliver(named(*[case(1)] * 12)))
    assert [report.state for report in reports] == [State.LANDED] * 12
    assert sum("before" in report.message for report in reports) == 11
    state = server.state()
    assert (state["bundles"], state["resources"]) == (1, 3)


@pytest.mark.server
def test_a_report_that_is_given_is_handed_through(faulty: Start) -> None:
    """What cannot be read has its place among the others."""
    bad = BundleReport(name="bad", state=State.NOT_SENT, message="this is not JSON")
    given: list[Given] = [("bad", bad), *named(case(1))]
    with client(faulty()) as pushing:
        reports = {report.number: report for report in pushing.deliver(given)}
    assert reports[1].message == "this is not JSON"
    assert reports[2].state is State.LANDED


@pytest.mark.server
@pytest.mark.parametrize("error", [InputError("cannot read on"), KeyError("x"), OSError("gone")])
def test_what_goes_wrong_with_the_input_is_raised(faulty: Start, error: Exception) -> None:
    """After the reports of what was sent before."""

    def given() -> Iterator[Given]:
        yield from named(case(1), case(2))
        raise error

    reports: list[BundleReport] = []
    with client(faulty()) as pushing, pytest.raises(type(error)):
        reports.extend(pushing.deliver(given()))
    assert [report.state for report in reports] == [State.LANDED] * len(reports)


@pytest.mark.server
@pytest.mark.parametrize(
    "error", [OutputError("the disk is full"), SettingsError("no token"), ZeroDivisionError()]
)
def test_what_goes_wrong_beside_the_bundles_stops_the_push(
    faulty: Start, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Nothing more is sent, and it is raised where the reports are taken."""
    server = faulty()
    with client(server) as pushing:
        record = pushing.journal.record
        noted = Counter[str]()

        def failing(*arguments: Any) -> None:
            noted["n"] += 1
            if noted["n"] == 5:
                raise error
            record(*arguments)

        monkeypatch.setattr(pushing.journal, "record", failing)
        given = named(*(case(number) for number in range(200)))
        with pytest.raises(type(error)):
            list(pushing.deliver(given))
    assert server.state()["bundles"] < 20


@pytest.mark.server
def test_whoever_takes_no_more_reports_ends_it(faulty: Start) -> None:
    """No request is on its way when the generator is closed."""
    server = faulty(Faults(latency=0.01))
    with client(server) as pushing:
        reports = pushing.deliver(named(*(case(number) for number in range(500))))
        next(reports)
        reports.close()  # type: ignore[attr-defined]
        sent = server.state()["bundles"]
        time.sleep(0.05)
        assert server.state()["bundles"] == sent
    assert sent < 60


@pytest.mark.server
def test_a_stop_leaves_no_bundle_in_doubt_that_was_not_sent(faulty: Start) -> None:
    """Those that only waited for a key are not noted as on their way."""
    server = faulty(Faults(latency=0.05))
    with client(server, workers=8) as pushing:
        reports = pushing.deliver(named(*(case(1, size=number) for number in range(2, 60))))
        next(reports)
        reports.close()  # type: ignore[attr-defined]
        (run,) = pushing.journal.runs()
    assert run.bundles <= server.state()["bundles"] + 1


@pytest.mark.server
def test_the_input_is_not_read_far_ahead(faulty: Start) -> None:
    """Millions of bundles fit into any memory."""
    taken = 0

    def given() -> Iterator[Given]:
        nonlocal taken
        for number in range(10_000):
            taken += 1
            yield f"{number}", data(case(number, size=1))

    workers = 2
    with client(faulty(), workers=workers) as pushing:
        reports = pushing.deliver(given())
        for _ in range(3):
            next(reports)
        time.sleep(0.5)
        ahead = taken
        reports.close()  # type: ignore[attr-defined]
    assert ahead <= 2 * (workers * 4 + 16) + workers + 3


ABANDONED = """
import sys
sys.path.insert(0, sys.argv[2])
from fhirkit.push import Client, PushOptions
from pushing import case, data
client = Client(sys.argv[1])
reports = client.deliver((str(n), data(case(n, size=1))) for n in range(100_000))
print(next(reports).state.value)
"""

INTERRUPTED = """
import os, signal, sys, threading
sys.path.insert(0, sys.argv[2])
from fhirkit.push import Client
from pushing import case, data
threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
with Client(sys.argv[1]) as client:
    try:
        for report in client.deliver((str(n), data(case(n, size=1))) for n in range(10**9)):
            pass
    except KeyboardInterrupt:
        left = [t.name for t in threading.enumerate() if t.name.startswith("fhirkit-push")]
        print("stopped", left)
"""


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "told"),
    [pytest.param(ABANDONED, "landed", id="end"), pytest.param(INTERRUPTED, "stopped []", id="^C")],
)
def test_a_program_ends_though_it_pushes(
    faulty: Start, checkout: Any, program: str, told: str
) -> None:
    """One that leaves its reports lying, and one that is interrupted."""
    server = faulty(own_process=True)
    done = subprocess.run(
        [sys.executable, "-c", program, server.base, str(checkout / "tests")],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, told), done.stderr


# Parts


def test_keys_are_held_by_one_at_a_time() -> None:
    """Others with one of them wait; others without do not."""
    keys = Keys()
    first, second, other = (
        read_load("x", data(one), "keep")
        for one in (case(1, device="d"), case(2, device="d"), case(3))
    )
    order: list[str] = []

    def wait() -> None:
        with keys.held(second):
            order.append("second")

    waiting = threading.Thread(target=wait)
    with keys.held(first):
        waiting.start()
        with keys.held(other):
            order.append("other")
        time.sleep(0.05)
        order.append("first")
    waiting.join()
    assert order == ["other", "first", "second"]


def test_what_did_not_land_is_not_settled() -> None:
    """A device that was refused is sent by one at a time still."""
    keys = Keys()
    load = read_load("x", data(case(1, device="d")), "keep")
    entries = [EntryOutcome(one.position, Outcome.REFUSED) for one in load.asked]
    keys.landed(load, entries)
    assert not keys._settled
    keys.landed(load, [one._replace(outcome=Outcome.EXISTED) for one in entries])
    assert list(keys._settled) == ["Device?identifier=urn:x|d"]


def test_a_full_outbox_lets_workers_wait() -> None:
    """Until somebody takes, or nobody will any more."""
    outbox = Outbox(1, room=2)
    report = BundleReport(name="a", state=State.LANDED)
    outbox.put(report)
    put: list[int] = []

    def go() -> None:
        for number in range(3):
            outbox.put(report)
            put.append(number)
        outbox.end(None)

    thread = threading.Thread(target=go)
    thread.start()
    time.sleep(0.05)
    assert put == []
    taken = 0
    while (some := outbox.take()) is not None:
        taken += len(some)
    thread.join()
    assert taken == 4
    closed = Outbox(1, room=1)
    closed.close()
    closed.put(report)


def test_the_first_failure_is_kept() -> None:
    """What followed is often its consequence."""
    outbox = Outbox(2, room=9)
    first = ValueError("first")
    outbox.end(first)
    outbox.end(ValueError("second"))
    assert outbox.take() is None
    assert outbox.failure is first
