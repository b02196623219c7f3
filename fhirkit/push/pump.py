"""Delivers many bundles with several workers at once, in flat memory.

Each worker takes the next bundle when it is done with one. A bundle waits while another that has
a key in common with it is on its way: two creates of one key that meet make two resources on
many servers. Once a resource that bundles share, such as a Device, has landed, it is found by
its key and nobody waits for it any more.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from fhirkit.errors import InputError
from fhirkit.push.gate import Stopped
from fhirkit.push.load import read_load
from fhirkit.push.noted import Landed
from fhirkit.push.plan import SHARED
from fhirkit.push.report import DONE, BundleReport, EntryOutcome, State
from fhirkit.push.way import Past

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fhirkit.push.course import Course
    from fhirkit.push.delivery import Delivery
    from fhirkit.push.gate import Gate
    from fhirkit.push.journal import Journal
    from fhirkit.push.load import Load
    from fhirkit.push.options import OnExisting

Given = tuple[str, bytes | BundleReport]
"""A bundle with its name, or the report of one that must not be sent."""

_REMEMBERED = 10_000  # shared resources
_HANDFUL = 16  # reports
_MOMENT = 0.02  # seconds


class Keys:
    """The keys of the bundles on their way."""

    def __init__(self) -> None:
        self._busy: set[str] = set()
        self._settled: OrderedDict[str, None] = OrderedDict()
        self._changed = threading.Condition()

    @contextmanager
    def held(self, load: Load) -> Iterator[None]:
        """For the time of the block, nobody else has one of these keys on its way."""
        with self._changed:
            while True:
                keys = {one.key for one in load.asked} - self._settled.keys()
                if self._busy.isdisjoint(keys):
                    break
                self._changed.wait()
            self._busy |= keys
        try:
            yield
        finally:
            with self._changed:
                self._busy -= keys
                self._changed.notify_all()

    def landed(self, load: Load, entries: Sequence[EntryOutcome]) -> None:
        """Remembers the shared resources that are on the server now, the last ten thousand."""
        shared = [one for one in load.asked if one.type in SHARED]
        if not shared:
            return
        with self._changed:
            for one in shared:
                if entries[one.position].outcome in DONE:
                    self._settled[one.key] = None
                    self._settled.move_to_end(one.key)
            while len(self._settled) > _REMEMBERED:
                self._settled.popitem(last=False)


class Outbox:
    """Reports on their way from the workers to whoever takes them.

    They are handed over by the handful: waking a thread for each would cost more than a tenth
    of all the time.
    """

    def __init__(self, workers: int, *, room: int) -> None:
        self.failure: BaseException | None = None
        self._working = workers
        self._room = room
        self._reports: list[BundleReport] = []
        self._changed = threading.Condition()
        self._closed = False

    def put(self, report: BundleReport) -> None:
        """Adds a report; waits while too many have not been taken."""
        with self._changed:
            self._reports.append(report)
            if len(self._reports) == _HANDFUL:
                self._changed.notify_all()
            while len(self._reports) >= self._room and not self._closed:
                # Nobody takes any more once the program has ended, which waits for its threads.
                if not self._changed.wait(1.0) and not threading.main_thread().is_alive():
                    raise Stopped("the program has ended")

    def end(self, failure: BaseException | None) -> None:
        """A worker has ended, by itself or by what it met with."""
        with self._changed:
            self._working -= 1
            self.failure = self.failure or failure
            self._changed.notify_all()

    def take(self) -> list[BundleReport] | None:
        """The reports there are, after a moment if they are few; None when all have ended."""
        with self._changed:
            while not self._reports and self._working:
                # Not without end: that would not notice Ctrl-C on every system.
                self._changed.wait(_MOMENT)
                if self._reports and len(self._reports) < _HANDFUL and self._working:
                    self._changed.wait(_MOMENT)
            if not self._reports:
                return None
            some, self._reports = self._reports, []
            self._changed.notify_all()
            return some

    def close(self) -> None:
        """Nobody takes any more: nobody need wait."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class Pump:
    """One push of many bundles."""

    def __init__(
        self,
        *,
        delivery: Delivery,
        course: Course,
        gate: Gate,
        journal: Journal,
        run: int,
        server: str,
        on_existing: OnExisting,
        workers: int,
    ) -> None:
        self._delivery = delivery
        self._course = course
        self._gate = gate
        self._journal = journal
        self._run = run
        self._server = server
        self._on_existing = on_existing
        self._workers = workers
        self._keys = Keys()

    def reports(self, given: Iterable[Given]) -> Iterator[BundleReport]:
        """The report of each bundle as soon as its fate is known, in no fixed order.

        Few bundles are taken from ``given`` ahead of the reports that were taken: five for each
        worker and a handful. What goes wrong beside the bundles (the journal, the input, the credentials) is
        raised here, when no request is on its way any more.
        """
        source = _Source(given)
        outbox = Outbox(self._workers, room=self._workers * 4 + _HANDFUL)
        threads = [
            threading.Thread(
                target=self._work, args=(source, outbox), name=f"fhirkit-push-{number}"
            )
            for number in range(self._workers)
        ]
        for thread in threads:
            thread.start()
        try:
            while (some := outbox.take()) is not None:
                yield from some
        finally:
            self._gate.stop()
            outbox.close()
            for thread in threads:
                thread.join()
        if outbox.failure is not None:
            raise outbox.failure

    def _work(self, source: _Source, outbox: Outbox) -> None:
        failure: BaseException | None = None
        try:
            while not self._gate.stopped:
                item = source.next()
                if item is None:
                    break
                number, (name, data) = item
                if isinstance(data, BundleReport):
                    outbox.put(replace(data, number=number))
                else:
                    outbox.put(self._one(number, name, data))
        except Stopped:
            pass
        except BaseException as error:  # noqa: BLE001 - raised by the thread that takes reports
            failure = error
            self._gate.stop()
        finally:
            outbox.end(failure)

    def _one(self, number: int, name: str, data: bytes) -> BundleReport:
        try:
            load = read_load(name, data, self._on_existing)
        except InputError as error:
            return BundleReport(name=name, number=number, state=State.NOT_SENT, message=str(error))
        with self._keys.held(load):
            with self._course.travelling():
                if self._gate.stopped:  # while this one waited
                    raise Stopped("stopped")
                report = self._claimed(number, load)
            self._keys.landed(load, report.entries)
        return report

    def _claimed(self, number: int, load: Load) -> BundleReport:
        claim = self._journal.claim(
            self._run,
            load.digest,
            load.name,
            self._gate.server_time,
            [one.key for one in load.asked],
        )
        if isinstance(claim, Landed):
            message = "landed before, in this run"
            return BundleReport(
                name=load.name,
                number=number,
                state=State.LANDED,
                entries=claim.entries,
                message=message,
            )
        tried = claim.attempts > 0
        past = Past(
            tried=tried,
            since=claim.since,
            entries=self._journal.before(self._run, load.digest) if tried else (),
            elsewhere=self._elsewhere,
        )
        report = self._delivery.deliver(load, past, number)
        self._journal.record(self._run, load.digest, report.state, report.entries)
        return report

    def _elsewhere(self, location: str) -> bool:
        return self._journal.created_elsewhere(self._run, self._server, location)


class _Source:
    """The input, from which one worker at a time takes the next bundle."""

    def __init__(self, given: Iterable[Given]) -> None:
        self._given = iter(given)
        self._lock = threading.Lock()
        self._number = 0
        self._ended = False

    def next(self) -> tuple[int, Given] | None:
        with self._lock:
            if self._ended:
                return None
            try:
                item = next(self._given)
            except StopIteration:
                self._ended = True
                return None
            except BaseException:
                self._ended = True
                raise
            self._number += 1
            return self._number, item
