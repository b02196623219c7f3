from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fhirkit.cli import jobs
from fhirkit.cli.bundles import Input
from fhirkit.cli.jobs import Rules, judged
from fhirkit.errors import FhirkitError
from fhirkit.issues import Issue, Severity

FORKS = pytest.mark.skipif(sys.platform != "linux", reason="the stand-in check must be inherited")


def patients(number: int) -> list[Input]:
    """Lines of NDJSON, every third of them with an error."""
    made = []
    for n in range(1, number + 1):
        patient = {"resourceType": "Patient", "id": str(n), "gender": 3 if n % 3 == 0 else "male"}
        made.append(Input("a.ndjson", n, json.dumps(patient).encode()))
    return made


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[bytes], list[Issue]]], None]:
    """Puts a stand-in where the validator is, for this process and those it forks."""

    def put(function: Callable[[bytes], list[Issue]]) -> None:
        monkeypatch.setattr(jobs, "_check", function)

    return put


def test_several_jobs_find_what_one_finds_in_its_order() -> None:
    """Whatever is ready first."""
    inputs = patients(300)
    alone = list(judged(inputs, Rules(), jobs=1))
    assert list(judged(inputs, Rules(), jobs=3)) == alone
    assert [given.line for given, _ in alone] == list(range(1, 301))
    assert [bool(issues) for _, issues in alone] == [n % 3 == 0 for n in range(1, 301)]


@pytest.mark.parametrize("number", [1, 2])
def test_a_problem_is_passed_on_in_its_place(number: int) -> None:
    """What could not be read is not validated."""
    problem = Issue(severity=Severity.FATAL, code="exception", key="x", message="gone")
    inputs = [*patients(1), Input("b.json", problem=problem), *patients(1)]
    found = [issues for _, issues in judged(inputs, Rules(), jobs=number)]
    assert [[issue.key for issue in issues] for issues in found] == [[], ["x"], []]
    assert found[1][0].file == "b.json"


@pytest.mark.parametrize(("number", "most"), [(1, 1), (2, 2 * 2 * 64 + 1)])
def test_inputs_are_never_held_all_together(number: int, most: int) -> None:
    """Only a few batches are read ahead of what has been given."""
    read = 0

    def many() -> Iterator[Input]:
        nonlocal read
        for given in patients(2_000):
            read += 1
            yield given

    ahead = []
    for done, _ in enumerate(judged(many(), Rules(), jobs=number)):
        ahead.append(read - done)
    assert len(ahead) == 2_000
    assert max(ahead) <= most


def test_large_inputs_make_small_batches() -> None:
    """So that a few of them do not fill the memory."""
    large = Input("a.json", data=b"x" * 600_000)
    sizes = [len(batch) for batch in jobs._batches([large] * 5)]
    assert sizes == [2, 2, 1]


@FORKS
def test_a_process_that_dies_is_told(check: Any) -> None:
    """With what it was at, as an error of ours."""
    check(lambda _data: os._exit(9))
    with pytest.raises(FhirkitError, match=r"a.ndjson line 1 to a.ndjson line 5.*--jobs 1"):
        list(judged(patients(5), Rules(), jobs=2))


@FORKS
def test_a_fault_in_a_process_is_a_fault_here(check: Any) -> None:
    """It is not lost."""

    def broken(_data: bytes) -> list[Issue]:
        raise KeyError

    check(broken)
    with pytest.raises(KeyError):
        list(judged(patients(5), Rules(), jobs=2))
