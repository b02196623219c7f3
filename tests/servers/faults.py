"""What goes wrong between a client and a server, and for which request: drawn, not by chance.

The same seed does the same to the same request at the same attempt, in whichever order the
requests of several threads come.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, fields

# Nothing is stored.
BEFORE = (
    "too_many",  # 429
    "unavailable",  # 503
    "broken",  # 500, nothing stored
    "timed_out",  # 408
    "conflict",  # 409, as HAPI tells of a lost race
    "unauthorized",  # 401
    "cut_before",  # the connection is closed without a byte of an answer
    "hang_before",  # no answer for `hang_seconds`, then as cut_before
    "page",  # 200 and a page of HTML, as a proxy before the server may give
    "hollow",  # 200 and an OperationOutcome that says no
    "redirect",  # 307 to `redirect_to`
    "pretend",  # 200 and the answer of a success; nothing was stored all the same
)
# All is stored.
AFTER = (
    "commit_then_503",
    "commit_then_500",
    "cut",  # the connection is closed in the middle of the answer
    "silent",  # the connection is closed without a byte of the answer
    "hang",  # no answer for `hang_seconds`, then as silent
    "half_answer",  # an answer with half of its entries, well formed
    "commit_then_page",  # 200 and a page of HTML
    "commit_then_hollow",  # 200 and an OperationOutcome that says nothing
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How often each goes wrong, between 0 and 1; the sum is at most 1."""

    seed: int = 0
    too_many: float = 0.0
    unavailable: float = 0.0
    broken: float = 0.0
    timed_out: float = 0.0
    conflict: float = 0.0
    unauthorized: float = 0.0
    cut_before: float = 0.0
    hang_before: float = 0.0
    page: float = 0.0
    hollow: float = 0.0
    redirect: float = 0.0
    pretend: float = 0.0
    commit_then_503: float = 0.0
    commit_then_500: float = 0.0
    cut: float = 0.0
    silent: float = 0.0
    hang: float = 0.0
    half_answer: float = 0.0
    commit_then_page: float = 0.0
    commit_then_hollow: float = 0.0
    storm: float = 0.0
    """How often a request meets 412 ``storm_length`` times before it is done."""
    storm_length: int = 3
    attempts: int = 0
    """How often one request may go wrong, then it goes well; 0: again and again."""
    reads: int = 0
    """1: reading goes wrong as well, not writing alone."""
    retry_after: str = ""
    """What 429 and 503 tell of when to come again: "seconds", "date", or nothing."""
    retry_in: int = 0
    """That time, in seconds."""
    hang_seconds: float = 5.0
    redirect_to: str = "https://elsewhere.example/fhir"
    latency: float = 0.0
    """Seconds each request takes at least."""
    refuse_transaction: int = 0
    """The status by which transactions are refused, though the statement offers them."""
    refuse_batch: int = 0
    holds_references: int = 0
    """1: what others refer to cannot be deleted."""
    max_entries: int = 0
    """More entries in a bundle are refused with 413; 0: any number is taken."""
    max_bytes: int = 0
    loses: str = ""
    """Elements that are dropped without a word, with commas between them."""

    def __post_init__(self) -> None:
        if sum(getattr(self, name) for name in (*BEFORE, *AFTER)) > 1:
            raise ValueError("more goes wrong than there is")
        if self.retry_after not in {"", "seconds", "date"}:
            raise ValueError("retry_after is seconds or date")

    def drawn(self, digest: str, attempt: int) -> str:
        """What goes wrong with a request that comes for the ``attempt``-th time, from 0 on."""
        if self.storm and attempt < self.storm_length and self._chance(digest, -1) < self.storm:
            return "storm"
        if self.attempts and attempt >= self.attempts:
            return ""
        chance = self._chance(digest, attempt)
        for name in (*BEFORE, *AFTER):
            share = getattr(self, name)
            if chance < share:
                return name
            chance -= share
        return ""

    def _chance(self, digest: str, attempt: int) -> float:
        return random.Random(f"{self.seed}:{digest}:{attempt}").random()


def options() -> dict[str, type]:
    """Each field with the type of its value."""
    return {one.name: type(one.default) for one in fields(Faults)}
