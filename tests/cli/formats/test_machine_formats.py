"""The formats that other programs read."""

from __future__ import annotations

import importlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import fhirkit
from fhirkit.cli.formats.results import Checked, Tally
from fhirkit.issues import Issue, Severity

FULL = Issue(
    file="notes/a b.json",
    severity=Severity.ERROR,
    code="value",
    key="ucum-code",
    expression="Bundle.entry[4].resource.valueQuantity.code",
    where="Observation hb, valueQuantity.code",
    line=131,
    column=17,
    found="mg%dl",
    expected="a UCUM code",
    message="no UCUM code",
    spec="https://hl7.org/fhir/R4/datatypes.html#Quantity",
)
BARE = Issue(file="b.json", severity=Severity.WARNING, code="structure", message="is odd")
NOTE = Issue(file="b.json", severity=Severity.INFORMATION, code="value", key="hint", message="x")
UNREAD = Issue(
    file="c.json",
    severity=Severity.FATAL,
    code="exception",
    key="input-unreadable",
    message="Permission denied",
)
RESULTS = (
    Checked("notes/a b.json", (FULL,), Counter({"dom-6": 2})),
    Checked("b.json", (BARE, NOTE)),
    Checked("c.json", (UNREAD,)),
    Checked("d.json", ()),
)


def written(module: str, *results: Checked) -> str:
    """What the format makes of these results."""
    tally = Tally()
    function = importlib.import_module(f"fhirkit.cli.formats.{module}").lines
    return "\n".join(function(tally.counting(results or RESULTS), tally))


def test_json_has_all_findings_and_the_sums() -> None:
    """One document."""
    made = json.loads(written("jsonform"))
    assert made["issues"] == [i.to_dict() for i in (FULL, BARE, NOTE, UNREAD)]
    assert {name: made[name] for name in made if name != "issues"} == {
        "files": 3,
        "filesWithErrors": 1,
        "filesUnreadable": 1,
        "counts": {"error": 1, "fatal": 1, "information": 1, "warning": 1},
        "ignored": {"dom-6": 2},
    }


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_json_is_json_for_any_number_of_findings(number: int) -> None:
    """The commas are right, too, where there is nothing to part."""
    made = json.loads(written("jsonform", Checked("a.json", (FULL,) * number)))
    assert len(made["issues"]) == number


def test_ndjson_is_a_line_a_finding() -> None:
    """Nothing else; what the library's Issue.to_dict gives."""
    lines = written("ndjson").splitlines()
    assert [json.loads(line) for line in lines] == [i.to_dict() for i in (FULL, BARE, NOTE, UNREAD)]


def test_an_outcome_says_it_in_fhir() -> None:
    """Severity, code, words, place; what R4 has no element for stands in diagnostics."""
    first, second, *_ = (json.loads(line) for line in written("outcome").splitlines())
    assert first == {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "code": "value",
                "details": {"text": "no UCUM code"},
                "diagnostics": "notes/a b.json; Observation hb, valueQuantity.code; found mg%dl; "
                "expected a UCUM code; [ucum-code]; "
                "https://hl7.org/fhir/R4/datatypes.html#Quantity",
                "location": ["Line[131] Col[17]"],
                "expression": ["Bundle.entry[4].resource.valueQuantity.code"],
            }
        ],
    }
    assert second["issue"][0] == {
        "severity": "warning",
        "code": "structure",
        "details": {"text": "is odd"},
        "diagnostics": "b.json",
    }


def test_every_outcome_is_valid_r4() -> None:
    """One a line for each input, also for one without findings: R4 wants at least one issue."""
    lines = written("outcome").splitlines()
    assert len(lines) == len(RESULTS)
    for line in lines:
        assert [i for i in fhirkit.validate(line) if i.is_error] == []


def sarif(*results: Checked) -> dict[str, Any]:
    """The one run of the log."""
    log = json.loads(written("sarif", *results))
    assert set(log) == {"$schema", "version", "runs"}
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def test_sarif_places_each_result() -> None:
    """File as a relative reference, line and column, the element as a logical location."""
    result, bare, note = sarif()["results"]
    assert result == {
        "ruleId": "ucum-code",
        "level": "error",
        "message": {
            "text": "Observation hb, valueQuantity.code: no UCUM code (found mg%dl); expected a "
            "UCUM code [ucum-code]"
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "notes/a%20b.json"},
                    "region": {"startLine": 131, "startColumn": 17},
                },
                "logicalLocations": [
                    {
                        "fullyQualifiedName": "Bundle.entry[4].resource.valueQuantity.code",
                        "kind": "element",
                    }
                ],
            }
        ],
    }
    assert (bare["ruleId"], bare["level"]) == ("structure", "warning")
    assert "region" not in bare["locations"][0]["physicalLocation"]
    assert note["level"] == "note"


def test_sarif_describes_each_rule_once() -> None:
    """With the part of the specification as its help; every result names one of them."""
    run = sarif(Checked("a.json", (FULL, FULL)), Checked("b.json", (BARE,)))
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("fhirkit", fhirkit.__version__)
    assert driver["rules"] == [
        {"id": "ucum-code", "helpUri": "https://hl7.org/fhir/R4/datatypes.html#Quantity"},
        {"id": "structure"},
    ]
    assert {result["ruleId"] for result in run["results"]} == {r["id"] for r in driver["rules"]}


def test_sarif_tells_of_files_that_could_not_be_read() -> None:
    """As the tool's own trouble, not as a result about the file's content."""
    run = sarif()
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    (told,) = invocation["toolExecutionNotifications"]
    assert told["message"] == {"text": "Permission denied"}
    assert "input-unreadable" not in {result["ruleId"] for result in run["results"]}
    assert sarif(Checked("a.json", ()))["invocations"][0]["executionSuccessful"] is True


def test_sarif_names_an_absolute_path_as_a_file(tmp_path: Path) -> None:
    """A scheme makes it absolute."""
    path = tmp_path / "ä.json"
    issue = Issue(file=str(path), severity=Severity.ERROR, code="value", message="x")
    (result,) = sarif(Checked(str(path), (issue,)))["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == path.as_uri()


def test_sarif_keeps_a_colon_from_making_a_scheme() -> None:
    """PMC:17.json is a file's name."""
    issue = Issue(file="PMC:17.json", severity=Severity.ERROR, code="value", message="x")
    (result,) = sarif(Checked("PMC:17.json", (issue,)))["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "PMC%3A17.json"


def test_github_annotates_the_line() -> None:
    """The command, its properties, and the sentence; the sums come last, for the log."""
    first, second, third, fourth, last = written("github").splitlines()
    assert first == (
        "::error file=notes/a b.json,line=131,col=17,title=ucum-code::Observation hb, "
        "valueQuantity.code: no UCUM code (found mg%25dl); expected a UCUM code [ucum-code]"
    )
    assert second == "::warning file=b.json::is odd"
    assert third.startswith("::notice ")
    assert fourth.startswith("::error file=c.json,title=input-unreadable::Permission denied")
    assert last.startswith("3 bundles checked: ")


def test_github_properties_are_escaped() -> None:
    """A name may hold what parts properties from each other and from the message."""
    issue = Issue(file="a,b:%c.json", severity=Severity.ERROR, code="value", message="50 % :: x")
    (line, _) = written("github", Checked("a", (issue,))).splitlines()
    assert line == "::error file=a%2Cb%3A%25c.json::50 %25 :: x"
