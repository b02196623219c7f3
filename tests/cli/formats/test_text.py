from __future__ import annotations

from collections import Counter

import pytest

from fhirkit.cli.formats import text
from fhirkit.cli.formats.results import Checked, Tally
from fhirkit.issues import Issue, Severity

UNIT = Issue(
    file="a.json",
    severity=Severity.ERROR,
    code="value",
    key="ucum-code",
    expression="Bundle.entry[4].resource.valueQuantity.code",
    where="Observation hb, valueQuantity.code",
    line=131,
    column=17,
    found="mg%dl",
    expected="UCUM",
    message="no code",
    spec="https://hl7.org/fhir/R4/datatypes.html#Quantity",
)
STATUS = Issue(
    severity=Severity.WARNING,
    code="value",
    key="odd",
    expression="Bundle.entry[4].resource.status",
    where="Observation hb, status",
    line=9,
    column=5,
    message="is odd",
)
ANONYMOUS = Issue(
    severity=Severity.ERROR,
    code="structure",
    expression="Bundle.entry[2].resource",
    where="Observation (entry[2])",
    message="is empty",
)
FATAL = Issue(severity=Severity.FATAL, code="structure", line=2, column=13, message="not JSON")


def written(*results: Checked, **options: bool) -> list[str]:
    """The lines about these results."""
    tally = Tally()
    return list(text.lines(tally.counting(results), tally, **options))


def test_findings_stand_under_their_resource() -> None:
    """The resource by type, id and entry; then place, severity, element, and what to do."""
    assert written(Checked("a.json", (UNIT, ANONYMOUS, STATUS))) == [
        "a.json: 2 errors, 1 warning",
        "  Observation hb (entry[4])",
        "    131:17  error    valueQuantity.code: no code (found mg%dl); expected UCUM [ucum-code]",
        "       9:5  warning  status: is odd [odd]",
        "  Observation (entry[2])",
        "            error    is empty",
        "1 bundle checked: 2 errors, 1 warning",
    ]


def test_what_belongs_to_no_resource_stands_by_itself() -> None:
    """A file that is no JSON has only a line and a column."""
    assert written(Checked("a.json", (FATAL,))) == [
        "a.json: 1 fatal",
        "    2:13  fatal  not JSON",
        "1 bundle checked: 1 fatal",
    ]


def test_two_resources_of_one_id_are_two_groups() -> None:
    """The entry tells them apart."""
    other = Issue(
        severity=Severity.ERROR,
        code="value",
        expression="Bundle.entry[7].resource.status",
        where="Observation hb, status",
        message="is odd",
    )
    heads = [line for line in written(Checked("a.json", (STATUS, other))) if line[2] == "O"]
    assert heads == ["  Observation hb (entry[4])", "  Observation hb (entry[7])"]


@pytest.mark.parametrize(
    ("message", "expected", "said"),
    [
        ("is odd", "an even number", "is odd; expected an even number"),
        ("an even number was expected", "an even number", "an even number was expected"),
        ("is odd", None, "is odd"),
    ],
)
def test_what_was_expected_is_said_once(message: str, expected: str | None, said: str) -> None:
    """A message that names it needs no repetition."""
    issue = Issue(severity=Severity.ERROR, code="value", message=message, expected=expected)
    assert text.sentence(issue) == said


def test_quiet_leaves_out_what_is_fine() -> None:
    """And keeps the sums."""
    fine, bad = Checked("a.json", (), Counter(odd=1)), Checked("b.json", (FATAL,))
    assert written(fine, bad, quiet=True)[0] == "b.json: 1 fatal"
    assert written(fine, quiet=True) == ["1 bundle checked: no findings; 1 ignored (odd 1)"]


def test_explain_links_each_kind_once() -> None:
    """Sorted, after the findings; a finding without a link has no line."""
    made = written(Checked("a.json", (UNIT, UNIT, STATUS)), explain=True)
    assert made[-2] == f"[ucum-code] {UNIT.spec}"
    assert sum(str(UNIT.spec) in line for line in made) == 1


def test_ignored_findings_are_counted() -> None:
    """At the input, and by key in the sums."""
    result = Checked("a.json", (STATUS,), Counter({"dom-6": 2, "ucum-code": 1}))
    made = written(result)
    assert made[0] == "a.json: 1 warning, 3 ignored"
    assert made[-1] == "1 bundle checked: 1 warning; 3 ignored (dom-6 2, ucum-code 1)"


def test_unreadable_files_are_counted_apart() -> None:
    """They were not checked."""
    issue = Issue(
        severity=Severity.FATAL, code="exception", key="input-unreadable", message="Is a pipe"
    )
    assert written(Checked("a.json", (issue,)), Checked("b.json", ()))[-1] == (
        "1 bundle checked: 1 fatal; 1 could not be read"
    )
