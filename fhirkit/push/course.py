"""The plan of a push while it goes on: what the server turns out to take changes it.

Statements lie. The first bundle travels alone; where the server refuses the way it was sent, not
the bundle itself, the next plainer way is taken and said so.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fhirkit.errors import ServerError
from fhirkit.push.caller import Request
from fhirkit.push.exact import write_exact
from fhirkit.push.options import Mode
from fhirkit.push.plan import Plan, Taking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from fhirkit.push.caller import Caller

# A way is refused by these; 501 is "not implemented".
_OTHERWISE = frozenset({400, 404, 405, 422, 501})
# Nothing about a bundle's content is ever answered so.
_SURELY = frozenset({405, 501})


class Course:
    """The present plan, shared by all workers; ``tell`` is called with what a person should know."""

    def __init__(self, plan: Plan, caller: Caller, tell: Callable[[str], None]) -> None:
        self._plan = plan
        self._caller = caller
        self._tell = tell
        self._types: dict[str, Taking] = {}
        self._lock = threading.RLock()
        self._pilot = threading.Lock()
        self._proven = False

    @property
    def plan(self) -> Plan:
        """The plan as it stands."""
        return self._plan

    @contextmanager
    def travelling(self) -> Iterator[None]:
        """For the time of one bundle: alone, until one has shown that the way is open."""
        if not self._shown():
            with self._pilot:
                if not self._shown():  # while this one waited
                    yield
                    return
        yield

    def _shown(self) -> bool:
        return self._proven

    def proven(self) -> None:
        """Something landed: the server takes bundles in this way."""
        self._proven = True

    def taking(self, kinds: Iterable[str]) -> dict[str, Taking]:
        """Whether the server takes these types.

        It is asked, by a search, where its statement does not name them.
        """
        missing = {kind for kind in kinds if kind not in self._types}
        if missing:
            with self._lock:
                for kind in sorted(missing - self._types.keys()):
                    taking = self._plan.taking(kind)
                    self._types[kind] = (
                        self._asked(kind, taking) if taking.taken is None else taking
                    )
        return {kind: self._types[kind] for kind in kinds}

    @property
    def types(self) -> dict[str, Taking]:
        """All types looked at so far."""
        return dict(self._types)

    def refused(
        self, plan: Plan, status: int | None, lands_alone: Callable[[], bool] | None = None
    ) -> bool:
        """Whether a plainer way is open after a refusal that ``plan`` met with.

        Only before anything has landed, and only if the server also refuses a request of the same
        kind that stores nothing: then it is not the bundle that it refuses. ``lands_alone`` is
        given where each entry of a batch was refused by itself, and sends one without the batch.
        """
        with self._lock:
            if self._plan is not plan:
                return self._plan.mode is not plan.mode
            if self._proven or status not in _OTHERWISE:
                return False
            below = plan.downgraded(f"the server refuses a {plan.mode.value} (HTTP {status})")
            if below is None or not self._shut(plan.mode, status, lands_alone):
                self._proven = True
                return False
            self._plan = below
            self._tell(f"{below.why}: sending {_NOUNS[below.mode]} instead")
            return True

    def too_much(self, entries: int) -> bool:
        """Whether fewer entries may fit, after a server refused that many at once."""
        with self._lock:
            room = self._plan.room.entries
            if room is not None and room < entries:
                return True  # somebody else has found out
            if entries <= 1 or self._plan.options.max_entries is not None:
                return False
            self._plan = self._plan.shrunk(
                entries // 2, f"the server refuses {entries} entries at once"
            )
            self._tell(f"{self._plan.why}: sending at most {entries // 2}")
            return True

    def _shut(self, mode: Mode, status: int | None, lands_alone: Callable[[], bool] | None) -> bool:
        """Whether it is the way, not the bundle, that the server refuses."""
        if status in _SURELY or not self._takes_harmless(mode):
            return True
        return lands_alone is not None and lands_alone()

    def _takes_harmless(self, mode: Mode) -> bool:
        entry = {"request": {"method": "GET", "url": "Patient?_summary=count"}}
        bundle = {"resourceType": "Bundle", "type": mode.value, "entry": [entry]}
        called = self._caller.call(Request("POST", body=write_exact(bundle)))
        return called.reply is not None and 200 <= called.reply.status < 300

    def _asked(self, kind: str, taking: Taking) -> Taking:
        try:
            called = self._caller.call(Request("GET", f"{kind}?_summary=count"))
        except ServerError:
            return Taking(True, taking.why)
        status = called.reply.status if called.reply is not None else None
        if status == 200:
            return Taking(True, f"{taking.why}, but it answers searches for it")
        if status is not None and 400 <= status < 500 and status not in (401, 403):
            return Taking(False, f"{taking.why}, and a search for it is answered HTTP {status}")
        return Taking(True, f"{taking.why}: it is tried")


_NOUNS = {
    Mode.TRANSACTION: "transactions",
    Mode.BATCH: "batches",
    Mode.SINGLE: "single requests",
}
