from typing import Any

import pytest

from fhirkit.validate.findings import Findings
from fhirkit.validate.profiles.check import check_profiles
from fhirkit.validate.profiles.run import Run
from fhirkit.validate.scope import Scope
from profile_builder import CORE, URL, declaring, element, guide, profile, told

PATIENT = {"resourceType": "Patient", "id": "p", "gender": "female", "active": True}
LAB: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://example.org/c", "code": "a"}]},
}
SET = {
    "resourceType": "ValueSet",
    "url": "http://example.org/v",
    "compose": {"include": [{"system": "http://example.org/c", "concept": [{"code": "a"}]}]},
}


def checked(kind: str, *elements: dict, of: dict, others: tuple[dict, ...] = ()) -> list[str]:
    """What is told of a resource by a profile of these elements."""
    return told(declaring(of), guide(profile(kind, *elements), SET), *others)


def bound(strength: str, path: str = "Observation.code") -> dict:
    """An element bound to the set that has the code a."""
    return element(path, binding={"strength": strength, "valueSet": SET["url"]})


def coded(code: str | None, **more: object) -> dict:
    """An observation with this code, or without any."""
    codings = [{"system": "http://example.org/c", "code": code}] if code else []
    return {**LAB, "code": {**({"coding": codings} if codings else {}), **more}}


@pytest.mark.parametrize(
    ("one", "of", "expected"),
    [
        pytest.param(
            element("Observation.issued", min=1),
            LAB,
            ["error profile-required Observation.issued"],
            id="missing",
        ),
        pytest.param(
            element("Observation.value[x]", min=1, types=["Quantity", "string"]),
            LAB,
            ["error profile-required Observation.valueQuantity"],
            id="missing-choice",
        ),
        pytest.param(
            element("Observation.status", max="0"),
            LAB,
            ["error profile-prohibited Observation.status"],
            id="prohibited",
        ),
        pytest.param(
            element("Observation.category", max="1"),
            {**LAB, "category": [{"text": "a"}, {"text": "b"}]},
            ["error profile-too-many Observation.category[1]"],
            id="too-many",
        ),
        pytest.param(
            element("Observation.category", min=2),
            {**LAB, "category": [{"text": "a"}]},
            ["error profile-too-few Observation.category"],
            id="too-few",
        ),
        pytest.param(
            element("Observation.value[x]", types=["Quantity"]),
            {**LAB, "valueString": "a"},
            ["error profile-value-type Observation.valueString"],
            id="type",
        ),
        pytest.param(
            element("Observation.status", fixedCode="amended"),
            LAB,
            ["error profile-fixed Observation.status"],
            id="fixed",
        ),
        pytest.param(
            element("Observation.code", patternCodeableConcept={"coding": [{"code": "b"}]}),
            LAB,
            ["error profile-pattern Observation.code"],
            id="pattern",
        ),
        pytest.param(
            bound("required"), coded("b"), ["error profile-binding Observation.code"], id="required"
        ),
        pytest.param(
            bound("required"),
            coded(None, text="b"),
            ["error profile-no-code Observation.code"],
            id="text-alone",
        ),
        pytest.param(
            bound("extensible"),
            coded("b"),
            ["warning profile-binding-extensible Observation.code"],
            id="extensible",
        ),
        pytest.param(
            element("Observation.value[x]", minValueInteger=5),
            {**LAB, "valueInteger": 4},
            ["error profile-limit Observation.valueInteger"],
            id="below",
        ),
        pytest.param(
            element("Observation.value[x]", maxValueInteger=5),
            {**LAB, "valueInteger": 6},
            ["error profile-limit Observation.valueInteger"],
            id="above",
        ),
        pytest.param(
            element("Observation.value[x]", maxLength=2),
            {**LAB, "valueString": "abc"},
            ["error profile-length Observation.valueString"],
            id="length",
        ),
    ],
)
def test_what_is_not_as_the_profile_says(one: dict, of: dict, expected: list[str]) -> None:
    """Each kind of fact leads to one finding, at the element."""
    assert checked("Observation", one, of=of) == expected


@pytest.mark.parametrize(
    ("one", "of"),
    [
        pytest.param(element("Observation.issued", min=1), {**LAB, "issued": "x"}, id="there"),
        pytest.param(
            element("Observation.effective[x]", min=1),
            {**LAB, "_effectiveDateTime": {"extension": [{"url": "x"}]}},
            id="data-absent-reason-for-choice",
        ),
        pytest.param(
            element("Observation.issued", min=1, fixedInstant="x"),
            {**LAB, "_issued": {"extension": [{"url": "x"}]}},
            id="data-absent-reason-for-fixed",
        ),
        pytest.param(element("Observation.issued", fixedInstant="x"), LAB, id="fixed-where-absent"),
        pytest.param(bound("required"), coded("a", text="b"), id="code-of-set"),
        pytest.param(
            bound("required"),
            coded(None, extension=[{"url": "x"}]),
            id="data-absent-reason-for-code",
        ),
        pytest.param(bound("extensible"), coded(None, text="b"), id="text-where-extensible"),
        pytest.param(
            element("Observation.code", binding={"strength": "required", "valueSet": "http://no"}),
            coded("b"),
            id="unknown-set",
        ),
        pytest.param(
            element("Observation.value[x]", types=["Quantity"]),
            {**LAB, "valueQuantity": {"value": 1}},
            id="type",
        ),
        pytest.param(
            element("Observation.value[x]", types=["Quantity"]),
            {**LAB, "valueNonsense": 1},
            id="no-type-at-all-is-the-structure-layers",
        ),
        pytest.param(element("Observation.category", max="1"), {**LAB, "category": [{}]}, id="one"),
    ],
)
def test_what_is_as_the_profile_says(one: dict, of: dict) -> None:
    """No finding where the profile is kept, or cannot be judged by."""
    assert checked("Observation", one, of=of) == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(URL, [], id="known"),
        pytest.param(f"{URL}|1.0", [], id="known-version"),
        pytest.param(f"{URL}|2.0", ["warning profile-unknown"], id="other-version"),
        pytest.param("http://example.org/no", ["warning profile-unknown"], id="unknown"),
        pytest.param(f"{CORE}bodyweight", ["error profile-type"], id="of-another-type"),
        pytest.param(f"{CORE}Patient", [], id="the-type-itself"),
        pytest.param(f"{CORE}Patient|4.0.1", [], id="the-type-with-its-version"),
        pytest.param(f"{CORE}Patient|3.0.1", ["warning profile-unknown"], id="the-type-of-stu3"),
        pytest.param(f"{CORE}Observation", ["error profile-type"], id="another-type-itself"),
        pytest.param("vital-signs", ["warning profile-unknown"], id="a-line-that-is-no-profile"),
        pytest.param("", ["warning profile-unknown"], id="empty"),
    ],
)
def test_declared_profiles(url: str, expected: list[str]) -> None:
    """A profile has to be known and of the resource's type; unknown ones are a warning."""
    known = guide(profile("Patient", version="1.0"))
    place = " Patient.meta.profile[0]"
    assert told(declaring(PATIENT, url), known) == [one + place for one in expected]


def target(*urls: str) -> dict:
    """A subject that may be what these profiles say."""
    return element("Observation.subject", type=[{"code": "Reference", "targetProfile": [*urls]}])


NEEDS_GENDER = profile("Patient", element("Patient.gender", min=1), url="http://example.org/g")


@pytest.mark.parametrize(
    ("reference", "urls", "others", "wrong"),
    [
        pytest.param("Patient/p", [f"{CORE}Patient"], [PATIENT], False, id="right"),
        pytest.param("Group/g", [f"{CORE}Patient"], [], True, id="type-by-reference"),
        pytest.param("Group/g", [f"{CORE}Patient|4.0.1"], [], True, id="versioned-type"),
        pytest.param(
            "http://a.org/Group/g/_history/1", [f"{CORE}Patient"], [], True, id="absolute"
        ),
        pytest.param("urn:uuid:x", [f"{CORE}Patient"], [], False, id="not-at-hand"),
        pytest.param("#a", [f"{CORE}Patient"], [], False, id="no-such-contained"),
        pytest.param("Encounter/e", [f"{CORE}Patient"], [], False, id="the-bases-own-matter"),
        pytest.param("Patient/p", [NEEDS_GENDER["url"]], [PATIENT], False, id="conforms"),
        pytest.param(
            "Patient/p",
            [NEEDS_GENDER["url"]],
            [{"resourceType": "Patient", "id": "p"}],
            True,
            id="does-not",
        ),
        pytest.param(
            "Patient/p", ["http://example.org/none"], [PATIENT], False, id="unknown-profile"
        ),
        pytest.param(
            "Group/g",
            [NEEDS_GENDER["url"], f"{CORE}Group"],
            [{"resourceType": "Group", "id": "g"}],
            False,
            id="one-of-two",
        ),
    ],
)
def test_targets(reference: str, urls: list[str], others: list[dict], wrong: bool) -> None:
    """A reference leads to a type, and a resource, that the profile allows."""
    known = guide(profile("Observation", target(*urls)), NEEDS_GENDER)
    resource = declaring({**LAB, "subject": {"reference": reference}})
    expected = ["error profile-target Observation.subject"] if wrong else []
    assert told(resource, known, *others) == expected


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        pytest.param(NEEDS_GENDER["url"], [], id="the-profile"),
        pytest.param("http://example.org/derived", [], id="one-derived-of-it"),
        pytest.param(
            "http://example.org/none", ["error profile-target Observation.subject"], id="another"
        ),
    ],
)
def test_targets_that_declare_their_profile(declared: str, expected: list[str]) -> None:
    """What is wrong with a target that declares the profile is told there, not at references."""
    derived = profile("Patient", url="http://example.org/derived")
    derived["baseDefinition"] = NEEDS_GENDER["url"]
    known = guide(profile("Observation", target(NEEDS_GENDER["url"])), NEEDS_GENDER, derived)
    patient = declaring({"resourceType": "Patient", "id": "p"}, declared)
    resource = declaring({**LAB, "subject": {"reference": "Patient/p"}})
    assert told(resource, known, patient) == expected


def test_circles_of_references_come_to_an_end() -> None:
    """Two resources that lead to each other are each checked once."""
    part = element("Observation.hasMember", type=[{"code": "Reference", "targetProfile": [URL]}])
    known = guide(profile("Observation", part, element("Observation.issued", min=1)))
    one = {**LAB, "id": "1", "hasMember": [{"reference": "Observation/2"}]}
    two = {**LAB, "id": "2", "issued": "x", "hasMember": [{"reference": "Observation/1"}]}
    assert told(declaring({**one, "issued": "x"}), known, one, two) == [
        "error profile-target Observation.hasMember[0]"
    ]


def test_long_chains_of_references_come_to_an_end() -> None:
    """A chain of a thousand targets is followed a little way, and nothing is raised."""
    part = element("Observation.hasMember", type=[{"code": "Reference", "targetProfile": [URL]}])
    chain = [
        {**LAB, "id": str(at), "hasMember": [{"reference": f"Observation/{at + 1}"}]}
        for at in range(1000)
    ]
    assert told(declaring(chain[0]), guide(profile("Observation", part)), *chain) == []


def test_profiles_of_values() -> None:
    """A value whose type is narrowed by a profile is checked by it, where it stands."""
    quantity = profile("Quantity", element("Quantity.code", min=1), url="http://example.org/q")
    value = element(
        "Observation.value[x]", type=[{"code": "Quantity", "profile": [quantity["url"]]}]
    )
    known = guide(profile("Observation", value), quantity)
    assert told(declaring({**LAB, "valueQuantity": {"value": 1}}), known) == [
        "error profile-required Observation.valueQuantity.code"
    ]


def test_two_profiles_tell_a_defect_once() -> None:
    """What two profiles both require is missing once."""
    one = profile("Observation", element("Observation.issued", min=1))
    two = {**one, "url": "http://example.org/two"}
    resource = {**LAB, "meta": {"profile": [one["url"], two["url"]]}}
    assert told(resource, guide(one, two)) == ["error profile-required Observation.issued"]


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        5,
        "x",
        [],
        {},
        [None],
        [[]],
        {"coding": 5},
        {"coding": [5, None]},
        [{"code": []}],
    ],
)
@pytest.mark.parametrize(
    "name", ["meta", "code", "category", "component", "valueQuantity", "subject"]
)
def test_malformed_resources_raise_nothing(name: str, value: object) -> None:
    """Whatever stands in an element, nothing is raised: the structure layer tells it."""
    resource: dict = {**LAB, "meta": {"profile": [f"{CORE}bp", f"{CORE}bodyweight"]}, name: value}
    resource["code"] = {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]}
    resource[name] = value
    findings = Findings()
    check_profiles(resource, Scope(resource, resource, resource), findings, Run())
    assert all(finding.rule.key for finding in findings.made)


def entry(kind: str, **content: object) -> dict:
    """An entry of a bundle with a resource."""
    return {"fullUrl": "http://a.org/x", "resource": {"resourceType": kind, **content}}


@pytest.mark.parametrize(
    ("types", "given", "expected"),
    [
        pytest.param(
            [{"code": "Patient", "profile": [NEEDS_GENDER["url"]]}],
            entry("Patient"),
            ["error profile-required Bundle.entry[0].resource.gender"],
            id="told-inside",
        ),
        pytest.param(
            [{"code": "Patient", "profile": [NEEDS_GENDER["url"]]}],
            entry("Patient", gender="female"),
            [],
            id="conforms",
        ),
        pytest.param(
            [{"code": "Patient", "profile": [NEEDS_GENDER["url"]]}],
            entry("Group"),
            ["error profile-value-type Bundle.entry[0].resource"],
            id="another-type",
        ),
        pytest.param(
            [{"code": "Resource", "profile": [NEEDS_GENDER["url"]]}],
            entry("Group"),
            ["error profile-value-type Bundle.entry[0].resource"],
            id="another-type-than-its-profile",
        ),
        pytest.param(
            [{"code": "Resource", "profile": [NEEDS_GENDER["url"], f"{CORE}Group"]}],
            entry("Patient"),
            ["error profile-none-fits Bundle.entry[0].resource"],
            id="none-of-two",
        ),
        pytest.param(
            [{"code": "Resource", "profile": [NEEDS_GENDER["url"], f"{CORE}Group"]}],
            entry("Group"),
            [],
            id="one-of-two",
        ),
        pytest.param(
            [{"code": "Resource", "profile": ["http://example.org/none"]}],
            entry("Group"),
            [],
            id="unknown-profile",
        ),
    ],
)
def test_profiles_of_resources_inside(types: list[dict], given: dict, expected: list[str]) -> None:
    """A resource of an entry is checked by the profile that the bundle's asks of it."""
    inside = element("Bundle.entry.resource", type=types)
    known = guide(profile("Bundle", element("Bundle.entry"), inside), NEEDS_GENDER)
    bundle = declaring({"resourceType": "Bundle", "type": "collection", "entry": [given]})
    assert told(bundle, known) == expected


def test_an_element_like_another_is_checked_at_any_depth() -> None:
    """Items inside items are as the profile says of items."""
    made = profile(
        "Questionnaire",
        element("Questionnaire.item"),
        element("Questionnaire.item.prefix", max="0"),
        element("Questionnaire.item.item", contentReference="#Questionnaire.item"),
    )
    inner = {"linkId": "3", "prefix": "x"}
    items = [{"linkId": "1", "item": [{"linkId": "2", "item": [inner]}]}]
    resource = declaring({"resourceType": "Questionnaire", "item": items})
    assert told(resource, guide(made)) == [
        "error profile-prohibited Questionnaire.item[0].item[0].item[0].prefix"
    ]


@pytest.mark.parametrize(
    ("one", "of", "found"),
    [
        pytest.param(element("Observation.status", fixedCode="amended"), LAB, "final", id="code"),
        pytest.param(bound("required"), coded("b"), "b", id="coding"),
        pytest.param(
            element("Observation.value[x]", fixedString="a"),
            {**LAB, "valueString": "what a patient said"},
            None,
            id="free-text",
        ),
        pytest.param(
            element("Observation.value[x]", types=["Quantity"]),
            {**LAB, "valueString": "what a patient said"},
            "string",
            id="type",
        ),
    ],
)
def test_codes_are_told_and_free_text_is_not(one: dict, of: dict, found: str | None) -> None:
    """What was found is told where it is a code or a type."""
    resource = declaring(of)
    findings = Findings()
    known = Run(guide(profile("Observation", one), SET))
    check_profiles(resource, Scope(resource, resource, resource), findings, known)
    assert [finding.found for finding in findings.made] == [found]
