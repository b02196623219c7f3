"""The validator's findings as HTML."""

from __future__ import annotations

import pytest

from fhirkit.issues import Issue, Severity
from fhirkit.report.findings import counted, finding, listed


def issue(severity: Severity = Severity.ERROR, **more: str) -> Issue:
    """A finding with some of its fields."""
    return Issue(**({"severity": severity, "code": "value", "message": "wrong"} | more))  # type: ignore[arg-type]


def test_a_finding_says_what_where_and_what_was_expected() -> None:
    """Severity, message, what was found and expected, and the element."""
    html = finding(issue(found="x", expected="y", expression="Bundle.entry[3].resource.code"))
    assert html.startswith('<li class="finding error"><strong>error</strong> wrong. ')
    assert "found: x, expected: y. <code>Bundle.entry[3].resource.code</code>" in html


@pytest.mark.parametrize("severity", [Severity.FATAL, Severity.ERROR])
def test_what_must_not_be_used_looks_like_an_error(severity: Severity) -> None:
    """A fatal finding is no milder than an error."""
    assert 'class="finding error"' in finding(issue(severity))


def test_only_the_specification_is_linked() -> None:
    """A finding of a server or guide may name any address; none but HL7's becomes a link."""
    assert 'href="https://hl7.org/fhir/R4/x.html"' in finding(
        issue(spec="https://hl7.org/fhir/R4/x.html")
    )
    for address in ("javascript:x()", "http://evil.example", "https://hl7.org.evil.example/"):
        assert "href" not in finding(issue(spec=address))


def test_findings_are_escaped() -> None:
    """A code may be anything."""
    assert "<script>" not in finding(
        issue(found="<script>", expression="<script>", message="<script>")
    )


@pytest.mark.parametrize(
    ("severities", "told"),
    [
        ([], "Validator: no findings."),
        ([Severity.ERROR], "Validator: 1 error."),
        (
            [Severity.FATAL, Severity.ERROR, Severity.WARNING, Severity.INFORMATION],
            "Validator: 2 errors, 1 warning, 1 for information.",
        ),
    ],
)
def test_findings_are_counted_by_severity(severities: list[Severity], told: str) -> None:
    """The worst comes first."""
    assert counted([issue(severity) for severity in severities]) == told


def test_no_findings_make_no_section() -> None:
    """A heading over nothing says nothing."""
    assert listed([]) == ""
