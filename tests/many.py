"""Summaries made by hand, for tests of the index."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fhirkit.report.summary import Patient, Summary

ONE = Summary(
    name="case.txt",
    sha256="0" * 64,
    patients=(Patient("40, female", 40.0),),
    suspects=("alemtuzumab",),
    drugs=("prednisolone",),
    events=("colitis",),
    seriousness=("hospitalisation",),
    course=("0 → 9.5 → 3.5",),
    worst=9.5,
    facts=3,
    altered=0,
    open=3,
    seen=("aaaa111122223333", "bbbb111122223333", "cccc111122223333"),
    reviewers=(),
    is_signed=False,
    errors=0,
    warnings=0,
)


def row(name: str, **fields: Any) -> tuple[str, Summary]:
    """A row of the index: the file of the page and the case."""
    return f"{name}.html", replace(ONE, name=f"{name}.txt", **fields)


#: Cases that differ in every column.
ROWS = [
    row("b", sha256="b" * 64),
    row(
        "a",
        sha256="a" * 64,
        patients=(Patient("9, male", 9.0),),
        suspects=("nivolumab", "ipilimumab"),
        drugs=(),
        events=("myocarditis", "rash"),
        seriousness=("death", "hospitalisation"),
        course=(),
        worst=None,
        facts=12,
        open=0,
        seen=("dddd111122223333",),
        reviewers=("A. Reviewer",),
        is_signed=True,
        errors=1,
        warnings=2,
    ),
    row(
        "c10",
        sha256="c" * 64,
        patients=(),
        suspects=(),
        drugs=("Zoledronate", "aspirin"),
        events=(),
        seriousness=("non-serious",),
        course=("4.0",),
        worst=4.0,
        facts=100,
        altered=2,
        open=7,
        reviewers=("B. Reviewer", "A. Reviewer"),
        warnings=1,
    ),
    row("c9", sha256="d" * 64, seriousness=(), worst=10.0, course=("10",), open=2),
]
