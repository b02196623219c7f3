"""What every format must keep to, whatever it looks like."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fhirkit.cli.formats.results import Checked, Tally, printable
from fhirkit.issues import Issue, Severity

Lines = Callable[..., Iterator[str]]
MODULES = ("text", "jsonform", "ndjson", "outcome", "sarif", "github")


@pytest.fixture(params=MODULES)
def lines(request: pytest.FixtureRequest) -> Lines:
    """The function of each format in turn."""
    function: Lines = importlib.import_module(f"fhirkit.cli.formats.{request.param}").lines
    return function


def checked(name: str, *severities: Severity, **values: Any) -> Checked:
    """An input with one finding of each severity."""
    issues = (
        Issue(file=name, severity=each, code="value", message="is odd", **values)
        for each in severities
    )
    return Checked(name, tuple(issues))


def test_findings_are_written_as_they_come(lines: Lines) -> None:
    """The second input is asked for only when the first one's findings are out."""
    asked: list[str] = []

    def results() -> Iterator[Checked]:
        for name in ("a.json", "b.json"):
            asked.append(name)
            yield checked(name, Severity.ERROR, Severity.ERROR)

    tally = Tally()
    for line in lines(tally.counting(results()), tally):
        if "a.json" in line:
            assert asked == ["a.json"]
            break
    else:
        pytest.fail("a.json is not named")


@pytest.mark.parametrize("hostile", ["\x1b[2Jgone", "two\nlines", "\u202ereversed", "\udc00half"])
def test_nothing_in_a_resource_can_steer_a_terminal(lines: Lines, hostile: str) -> None:
    """Ids, element names and a server's words come out as one line of plain characters."""
    issue = Issue(
        file="a.json",
        severity=Severity.ERROR,
        code="value",
        key="odd",
        where=f"Patient {hostile}, {hostile}",
        expression=f"Patient.{hostile}",
        found=hostile,
        message=f"the server says: {hostile}",
    )
    tally = Tally()
    made = list(lines(tally.counting([Checked("a.json", (issue,))]), tally))
    for line in "\n".join(made).split("\n"):
        assert "\x1b" not in line
        assert not line.startswith("lines")
    if lines.__module__.endswith(("text", "github")):
        assert all(line.isprintable() for line in made)


def test_no_findings_are_told_without_a_stumble(lines: Lines) -> None:
    """Nothing checked at all, too."""
    for results in ([], [Checked("a.json", ())]):
        tally = Tally()
        assert all(isinstance(line, str) for line in lines(tally.counting(results), tally))


def test_the_sums_tell_what_was_ignored_and_what_could_not_be_read() -> None:
    """An unreadable file is not among those that were checked."""
    tally = Tally()
    results = [
        checked("a.json", Severity.ERROR, Severity.WARNING),
        Checked("b.json", (), Counter({"dom-6": 2})),
        checked("c.json", Severity.FATAL, key="input-unreadable"),
    ]
    assert list(tally.counting(results)) == results
    assert (tally.checked, tally.with_errors, tally.unreadable) == (2, 1, 1)
    assert tally.severities == {"error": 1, "warning": 1, "fatal": 1}
    assert tally.ignored == {"dom-6": 2}


@pytest.mark.parametrize(
    ("found", "asked", "expected"),
    [
        pytest.param(Severity.FATAL, Severity.ERROR, True, id="worse"),
        pytest.param(Severity.ERROR, Severity.ERROR, True, id="the-same"),
        pytest.param(Severity.WARNING, Severity.ERROR, False, id="milder"),
        pytest.param(Severity.ERROR, Severity.WARNING, True, id="error-for-warning"),
        pytest.param(Severity.INFORMATION, Severity.WARNING, False, id="information"),
    ],
)
def test_a_severity_is_reached_by_it_and_by_worse(
    found: Severity, asked: Severity, expected: bool
) -> None:
    """What --fail-on asks."""
    tally = Tally()
    list(tally.counting([checked("a.json", found)]))
    assert tally.reaches(asked) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Müller 患者", "Müller 患者"),
        ("a\x1b[1m", "a\\x1b[1m"),
        ("a\nb", "a\\nb"),
        ("\u202e", "\\u202e"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_is_printable_stays(text: str, expected: str) -> None:
    """Letters of any script; the rest is written as an escape."""
    assert printable(text) == expected
