import copy

import pytest

from fhirkit.validate.findings import Findings
from fhirkit.validate.profiles import constraints
from fhirkit.validate.profiles.check import check_profiles
from fhirkit.validate.profiles.run import Run
from fhirkit.validate.scope import Scope
from profile_builder import declaring, element, guide, profile, told

PATIENT = {"resourceType": "Patient", "id": "p", "name": [{"family": "x"}], "active": True}


def ruled(
    expression: str, path: str = "Patient", severity: str = "error", of: dict = PATIENT
) -> list[str]:
    """What is told by a profile with one rule on an element."""
    rule = {"key": "x-1", "severity": severity, "human": "h", "expression": expression}
    one = element(path, constraint=[rule])
    made = profile("Patient", one)
    if path == "Patient":
        made["snapshot"] = {"element": [one]}
    return told(declaring(of), guide(made))


@pytest.mark.parametrize(
    ("expression", "path", "expected"),
    [
        pytest.param("name.exists()", "Patient", [], id="holds"),
        pytest.param("birthDate.exists()", "Patient", ["error x-1 Patient"], id="resource"),
        pytest.param("given.exists()", "Patient.name", ["error x-1 Patient.name[0]"], id="element"),
        pytest.param(
            "$this = false", "Patient.active", ["error x-1 Patient.active"], id="primitive"
        ),
        pytest.param("%resource.id = 'p'", "Patient.name", [], id="resource-variable"),
        pytest.param(
            "%rootResource.id = 'q'", "Patient.name", ["error x-1 Patient.name[0]"], id="root"
        ),
        pytest.param("active.hasValue()", "Patient", [], id="has-value"),
        pytest.param("birthDate.hasValue()", "Patient", ["error x-1 Patient"], id="has-no-value"),
        pytest.param("given.first() = 'a'", "Patient.name", [], id="empty-is-not-told"),
    ],
)
def test_rules(expression: str, path: str, expected: list[str]) -> None:
    """A rule that is false is told at its element, with its own key."""
    pytest.importorskip("fhirpathpy")
    assert ruled(expression, path) == expected


def test_severity_is_the_rules_own() -> None:
    """A rule may be a warning."""
    pytest.importorskip("fhirpathpy")
    assert ruled("birthDate.exists()", severity="warning") == ["warning x-1 Patient"]


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("memberOf('x')", id="function-it-lacks"),
        pytest.param("name.where(", id="no-fhirpath"),
        pytest.param("(" * 3000 + "1" + ")" * 3000, id="too-long"),
        pytest.param("%unknown.exists()", id="variable-it-lacks"),
    ],
)
def test_what_the_engine_cannot_do_is_told(expression: str) -> None:
    """Whatever the engine raises becomes an information."""
    pytest.importorskip("fhirpathpy")
    assert ruled(expression) == ["information profile-constraint-unevaluated Patient"]


def test_the_resource_is_not_written_into() -> None:
    """The engine leaves the resource as it was."""
    pytest.importorskip("fhirpathpy")
    before = copy.deepcopy(PATIENT)
    rule = {"key": "x-1", "severity": "error", "human": "h", "expression": "name.given.exists()"}
    made = profile("Patient")
    made["snapshot"] = {"element": [element("Patient", constraint=[rule])]}
    resource = declaring(PATIENT)
    findings = Findings()
    check_profiles(resource, Scope(resource, resource, resource), findings, Run(guide(made)))
    assert findings.made[0].owner is resource
    assert without_meta(resource) == before


def without_meta(resource: dict) -> dict:
    """The resource as it was before it declared a profile."""
    return {name: value for name, value in resource.items() if name != "meta"}


def test_without_the_engine_it_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the extra is not installed one information says so, for all rules together."""
    monkeypatch.setattr(constraints, "_has_engine", lambda: False)
    two = {**PATIENT, "name": [{"family": "x"}, {"family": "y"}]}
    assert ruled("given.exists()", "Patient.name", of=two) == [
        "information profile-constraints-unevaluated Patient"
    ]


@pytest.mark.parametrize(
    ("expression", "observation", "expected"),
    [
        pytest.param(
            "comparator.empty()", {"valueQuantity": {"comparator": "<"}}, False, id="sqty-1"
        ),
        pytest.param(
            "comparator.empty()", {"valueQuantity": {"value": 1}}, True, id="sqty-1-holds"
        ),
    ],
)
def test_rules_known_by_their_words(
    expression: str, observation: dict, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rules that many guides repeat need no engine."""
    monkeypatch.setattr(constraints, "_has_engine", lambda: False)
    rule = {"key": "x-1", "severity": "error", "human": "h", "expression": expression}
    made = profile("Observation", element("Observation.value[x]", constraint=[rule]))
    found = told(declaring({"resourceType": "Observation", **observation}), guide(made))
    assert found == ([] if expected else ["error x-1 Observation.valueQuantity"])


RESULT = "value.exists() or hasMember.exists() or component.exists() or dataAbsentReason.exists()"


@pytest.mark.parametrize(
    ("observation", "expected"),
    [
        pytest.param({}, ["error x-1 Observation"], id="nothing"),
        pytest.param({"valueString": "x"}, [], id="value"),
        pytest.param({"hasMember": [{"display": "x"}]}, [], id="members"),
    ],
)
def test_a_result_known_by_its_words(
    observation: dict, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rule of laboratory guides that an observation has a result of some kind."""
    monkeypatch.setattr(constraints, "_has_engine", lambda: False)
    rule = {"key": "x-1", "severity": "error", "human": "h", "expression": RESULT}
    made = profile("Observation")
    made["snapshot"] = {"element": [element("Observation", constraint=[rule])]}
    resource = declaring({"resourceType": "Observation", **observation})
    assert told(resource, guide(made)) == expected
