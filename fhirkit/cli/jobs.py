"""Validates inputs one after the other, or several at a time in processes of their own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from fhirkit.errors import FhirkitError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from fhirkit.cli.bundles import Input
    from fhirkit.issues import Issue

Check = Callable[[bytes], "list[Issue]"]
Judged = tuple["Input", "list[Issue]"]

_BATCH = 64  # inputs handed to a process at a time,
_BATCH_BYTES = 1_000_000  # unless they have so many bytes together
_AHEAD = 2  # batches waiting for each process


@dataclass(frozen=True, slots=True)
class Rules:
    """What to validate by, in a form that can be handed to another process."""

    strict: bool = False
    packages: tuple[str, ...] = ()


def judged(inputs: Iterable[Input], rules: Rules, *, jobs: int) -> Iterator[Judged]:
    """Every input with its findings, in the order of the inputs whatever ``jobs`` is.

    With more than one job a few batches of inputs are held, never all. Raises FhirkitError if
    a process ends before its work does.
    """
    if jobs > 1:
        yield from _in_processes(inputs, rules, jobs)
        return
    check = _checker(rules)
    for given in inputs:
        yield given, _findings(given, check)


def _checker(rules: Rules) -> Check:
    from fhirkit.validate import validate

    guide = None
    if rules.packages:
        from fhirkit.validate.profiles.guide import load_guide

        guide = load_guide(*rules.packages)
    return partial(validate, strict=rules.strict, guide=guide)


def _findings(given: Input, check: Check) -> list[Issue]:
    return given.placed([given.problem] if given.problem is not None else check(given.data))


def _in_processes(inputs: Iterable[Input], rules: Rules, jobs: int) -> Iterator[Judged]:
    from concurrent.futures import ProcessPoolExecutor

    _ready(rules)  # here, where a wrong package can be told
    pool = ProcessPoolExecutor(jobs, initializer=_begin, initargs=(rules,))
    waiting: deque[tuple[list[Input], Future[list[list[Issue]]]]] = deque()
    batches = _batches(inputs)
    try:
        while True:
            for batch in islice(batches, jobs * _AHEAD - len(waiting)):
                waiting.append((batch, pool.submit(_work, batch)))
            if not waiting:
                return
            batch, future = waiting.popleft()
            yield from zip(batch, _result(batch, future), strict=True)
    finally:
        # Whoever stops in the middle, by Ctrl-C or a closed pipe, waits for what is being checked
        # and for nothing else: a pool that is left alone complains of its closed pipes.
        pool.shutdown(wait=True, cancel_futures=True)


def _batches(inputs: Iterable[Input]) -> Iterator[list[Input]]:
    batch: list[Input] = []
    size = 0
    for given in inputs:
        batch.append(given)
        size += len(given.data)
        if len(batch) == _BATCH or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _result(batch: list[Input], future: Future[list[list[Issue]]]) -> list[list[Issue]]:
    from concurrent.futures.process import BrokenProcessPool

    try:
        return future.result()
    except BrokenProcessPool:
        names = batch[0].name if len(batch) == 1 else f"{batch[0].name} to {batch[-1].name}"
        raise FhirkitError(
            f"{names}: the process that checked this ended without a word, for want of memory "
            "perhaps: try --jobs 1"
        ) from None


_check: Check | None = None  # what _work does


def _begin(rules: Rules) -> None:
    """Readies a process; Ctrl-C, which reaches all of them, ends it without a traceback."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _ready(rules)


def _ready(rules: Rules) -> None:
    """Makes the check once: a forked process has its parent's, any other makes its own."""
    global _check  # noqa: PLW0603 - a pool's initializer has no other way to hand on a value
    _check = _check or _checker(rules)


def _work(batch: list[Input]) -> list[list[Issue]]:
    assert _check is not None  # noqa: S101 - _begin has run
    return [_findings(given, _check) for given in batch]
