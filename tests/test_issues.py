from __future__ import annotations

import json

import pytest

from fhirkit.issues import Issue, Severity


def test_json_form_holds_what_is_known_in_one_order() -> None:
    """Fields come in the order of the class, and those that are not known are left out."""
    issue = Issue(
        severity=Severity.WARNING, code="value", message="odd", file="a.json", line=3, key="k"
    )
    assert json.dumps(issue.to_dict()) == (
        '{"file": "a.json", "severity": "warning", "code": "value", "key": "k", "line": 3, '
        '"message": "odd"}'
    )


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        pytest.param(Severity.FATAL, True, id="fatal"),
        pytest.param(Severity.ERROR, True, id="error"),
        pytest.param(Severity.WARNING, False, id="warning"),
        pytest.param(Severity.INFORMATION, False, id="information"),
    ],
)
def test_fatal_and_error_forbid_use(severity: Severity, expected: bool) -> None:
    """A warning lets a resource be used, an error does not."""
    assert Issue(severity=severity, code="value", message="odd").is_error is expected
