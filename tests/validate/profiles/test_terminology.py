import pytest

from fhirkit.validate.definitions import contains
from fhirkit.validate.profiles.terminology import value_set
from profile_builder import guide

SYSTEM = "http://example.org/c"
TREE = {
    "resourceType": "CodeSystem",
    "url": SYSTEM,
    "content": "complete",
    "concept": [
        {"code": "a", "concept": [{"code": "a1", "concept": [{"code": "a2"}]}]},
        {"code": "b"},
        {"code": "b1", "property": [{"code": "subsumedBy", "valueCode": "b"}]},
    ],
}


def made(compose: dict | None, *others: dict, **more: object) -> dict | None:
    """The codes of a set of this composition."""
    definition = {"resourceType": "ValueSet", "url": "http://example.org/v", **more}
    if compose is not None:
        definition["compose"] = compose
    return value_set(guide(definition, TREE, *others), "http://example.org/v")


def including(**include: object) -> dict:
    """A composition out of the system."""
    return {"include": [{"system": SYSTEM, **include}]}


def filtered(op: str, value: str, prop: str = "concept") -> dict:
    """A composition by one filter."""
    return including(filter=[{"property": prop, "op": op, "value": value}])


@pytest.mark.parametrize(
    ("compose", "codes"),
    [
        pytest.param(including(), {"a", "a1", "a2", "b", "b1"}, id="whole-system"),
        pytest.param(including(concept=[{"code": "a"}]), {"a"}, id="list"),
        pytest.param(filtered("is-a", "a"), {"a", "a1", "a2"}, id="is-a"),
        pytest.param(filtered("is-a", "b"), {"b", "b1"}, id="is-a-by-property"),
        pytest.param(filtered("descendent-of", "a"), {"a1", "a2"}, id="descendent-of"),
        pytest.param(filtered("is-not-a", "a"), {"b", "b1"}, id="is-not-a"),
        pytest.param(filtered("in", "a, b"), {"a", "b"}, id="in"),
        pytest.param(
            {**including(), "exclude": including(concept=[{"code": "a"}])["include"]},
            {"a1", "a2", "b", "b1"},
            id="exclude",
        ),
    ],
)
def test_expansion(compose: dict, codes: set[str]) -> None:
    """Lists, hierarchies and exclusions give the codes they mean."""
    assert made(compose) == {SYSTEM: codes}


@pytest.mark.parametrize(
    "compose",
    [
        pytest.param(filtered("regex", "a.*"), id="filter-of-another-kind"),
        pytest.param(filtered("is-a", "a", "parent"), id="property-of-another-kind"),
        pytest.param({"include": [{"valueSet": ["http://example.org/none"]}]}, id="unknown-set"),
        pytest.param({"include": [{"valueSet": ["http://example.org/v"]}]}, id="set-of-itself"),
        pytest.param({"include": [{}]}, id="nothing-included"),
        pytest.param({"include": []}, id="empty"),
        pytest.param(
            {**including(), "exclude": [{"system": "http://loinc.org"}]},
            id="without-a-system-that-is-not-here",
        ),
        pytest.param({"include": ["x"]}, id="malformed"),
        pytest.param(
            {
                "include": [
                    {
                        "system": "http://snomed.info/sct",
                        "filter": [{"property": "concept", "op": "is-a", "value": "1"}],
                    }
                ]
            },
            id="filter-over-a-system-that-is-not-here",
        ),
        pytest.param(None, id="no-compose"),
    ],
)
def test_what_cannot_be_told(compose: dict | None) -> None:
    """A set that cannot be expanded offline is unknown, so that no code is judged by it."""
    assert made(compose) is None


def test_system_that_is_not_here_allows_all_its_codes() -> None:
    """Every code of a system without a list is taken as it is."""
    assert made({"include": [{"system": "http://loinc.org"}]}) == {"http://loinc.org": None}


def test_set_within_a_set_and_two_that_meet() -> None:
    """Two sets in one include are what both have."""
    one = {
        "resourceType": "ValueSet",
        "url": "http://example.org/1",
        "compose": filtered("is-a", "a"),
    }
    two = {
        "resourceType": "ValueSet",
        "url": "http://example.org/2",
        "compose": including(concept=[{"code": "a1"}, {"code": "b"}]),
    }
    both = {"include": [{"valueSet": [one["url"], two["url"]]}]}
    assert made(both, one, two) == {SYSTEM: {"a1"}}


def test_codes_of_a_system_where_case_does_not_count() -> None:
    """Such codes are known as they are given and in lower case."""
    caseless = {**TREE, "caseSensitive": False, "concept": [{"code": "Ab"}]}
    definition = {"resourceType": "ValueSet", "url": "http://a.org/v", "compose": including()}
    assert value_set(guide(definition, caseless), "http://a.org/v") == {SYSTEM: {"Ab", "ab"}}


def test_expansion_that_is_brought_along() -> None:
    """A whole expansion stands in for a compose that cannot be told; a partial one does not."""
    contains_ = [{"system": SYSTEM, "code": "a"}, {"system": SYSTEM, "code": "x", "abstract": True}]
    assert made(filtered("regex", "a"), expansion={"contains": contains_}) == {SYSTEM: {"a"}}
    assert made(filtered("regex", "a"), expansion={"contains": contains_, "total": 9}) is None
    assert made(filtered("regex", "a"), expansion={"contains": ["x"]}) is None


def test_sets_of_r4() -> None:
    """Without a guide the sets of R4 are known."""
    codes = value_set(None, "http://hl7.org/fhir/ValueSet/observation-status|4.0.1")
    assert contains(codes, None, "final")


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        pytest.param(SYSTEM, "a", True, id="both"),
        pytest.param(None, "a", True, id="code-alone"),
        pytest.param(SYSTEM, "x", False, id="other-code"),
        pytest.param("http://example.org/d", "a", False, id="other-system"),
        pytest.param("http://loinc.org", "anything", True, id="whole-system"),
        pytest.param(["x"], "a", False, id="malformed-system"),
    ],
)
def test_contains(system: object, code: str, expected: bool) -> None:
    """A code is of a set with its system, or by itself where its element has none."""
    codes = {SYSTEM: frozenset({"a"})}
    if system == "http://loinc.org":
        codes["http://loinc.org"] = None
    assert contains(codes, system, code) is expected
