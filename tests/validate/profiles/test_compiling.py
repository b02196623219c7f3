import pytest

from fhirkit.validate.profiles.compiling import NoSnapshot, compile_profile
from profile_builder import CORE, element, profile

URL_SLICING = {"discriminator": [{"type": "value", "path": "url"}], "rules": "open"}


def rooted(*elements: dict) -> dict:
    """The compiled root of a profile with these elements."""
    return compile_profile(profile("Observation", *elements))["root"]


@pytest.mark.parametrize(
    ("one", "made"),
    [
        pytest.param(element("Observation.subject", min=1), {"subject": {"min": 1}}, id="min"),
        pytest.param(element("Observation.subject", max="0"), {"subject": {"max": "0"}}, id="max"),
        pytest.param(
            element("Observation.status", fixedCode="final"),
            {"status": {"fixed": "final"}},
            id="fixed",
        ),
        pytest.param(
            element("Observation.code", patternCodeableConcept={"text": "x"}),
            {"code": {"pattern": {"text": "x"}}},
            id="pattern",
        ),
        pytest.param(
            element("Observation.value[x]", types=["Quantity", "string"]),
            {"value[x]": {"types": ["Quantity", "string"]}},
            id="types",
        ),
        pytest.param(
            element("Observation.issued", minValueInstant="2020-01-01T00:00:00Z", maxLength=3),
            {"issued": {"minValue": "2020-01-01T00:00:00Z", "maxLength": 3}},
            id="limits",
        ),
        pytest.param(
            element("Observation.category", binding={"strength": "required", "valueSet": "u|1"}),
            {"category": {"binding": ["required", "u|1"]}},
            id="binding",
        ),
        pytest.param(
            element(
                "Observation.subject",
                type=[{"code": "Reference", "targetProfile": [f"{CORE}Patient"]}],
            ),
            {
                "subject": {
                    "targets": [f"{CORE}Patient"],
                    "baseTargets": ["Device", "Group", "Location", "Patient"],
                }
            },
            id="targets",
        ),
        pytest.param(
            element(
                "Observation.code",
                constraint=[
                    {"key": "x-1", "severity": "error", "human": "h", "expression": " a  b"}
                ],
            ),
            {"code": {"constraints": [["x-1", "error", "h", "a b"]]}},
            id="constraint",
        ),
    ],
)
def test_what_a_profile_narrows(one: dict, made: dict) -> None:
    """Each fact that goes beyond the base is kept."""
    assert rooted(one)["parts"] == made


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(element("Observation.status"), id="required-in-base"),
        pytest.param(element("Observation.category"), id="unbounded-in-base"),
        pytest.param(
            element(
                "Observation.status",
                binding={
                    "strength": "required",
                    "valueSet": "http://hl7.org/fhir/ValueSet/observation-status|4.0.1",
                },
            ),
            id="binding-of-base",
        ),
        pytest.param(
            element("Observation.category", binding={"strength": "preferred", "valueSet": "u"}),
            id="binding-that-binds-nothing",
        ),
        pytest.param(element("Observation.note", types=["Annotation"]), id="type-of-base"),
        pytest.param(
            element(
                "Observation.subject",
                type=[
                    {
                        "code": "Reference",
                        "targetProfile": [
                            CORE + kind for kind in ("Patient", "Group", "Device", "Location")
                        ],
                    }
                ],
            ),
            id="targets-of-base",
        ),
        pytest.param(
            element(
                "Observation.referenceRange",
                constraint=[
                    {
                        "key": "obs-3",
                        "severity": "error",
                        "human": "h",
                        "expression": "low.exists() or high.exists() or text.exists()",
                    }
                ],
            ),
            id="rule-of-base-without-source",
        ),
        pytest.param(
            element(
                "Observation.code",
                constraint=[
                    {
                        "key": "ele-1",
                        "severity": "error",
                        "expression": "x",
                        "source": f"{CORE}Element",
                    }
                ],
            ),
            id="rule-of-base-with-source",
        ),
        pytest.param(element("Observation.code", mustSupport=True), id="must-support"),
        pytest.param(
            element("Observation.extension", slicing=URL_SLICING), id="slicing-without-slices"
        ),
        pytest.param(
            element(
                "Observation.component.referenceRange",
                contentReference="#Observation.referenceRange",
            ),
            id="like-an-element-of-which-nothing-is-said",
        ),
    ],
)
def test_what_the_base_says_is_left_out(one: dict) -> None:
    """What the structure layer checks already is no part of a profile."""
    between = [element("Observation.component")] if "component" in one["path"] else []
    assert rooted(*between, one) == {}


def test_slices_with_what_is_inside_them() -> None:
    """Elements after a slice are the slice's, and a slice of a slice is inside it."""
    root = rooted(
        element(
            "Observation.category",
            slicing={
                "discriminator": [{"type": "pattern", "path": "$this"}],
                "rules": "closed",
                "ordered": True,
            },
        ),
        element("Observation.category", sliceName="a", min=1),
        element(
            "Observation.category.text",
            min=1,
            base={"path": "CodeableConcept.text", "min": 0, "max": "1"},
        ),
        element("Observation.category", sliceName="a/b", max="1"),
    )
    slicing = root["parts"]["category"]["slicing"]
    assert (slicing["by"], slicing["rules"], slicing["ordered"]) == (
        [["pattern", "$this"]],
        "closed",
        True,
    )
    outer = slicing["slices"]["a"]
    assert (outer["min"], outer["parts"]) == (1, {"text": {"min": 1}})
    assert outer["slicing"]["slices"] == {"b": {"max": "1"}}


def test_a_type_in_the_name_is_a_slice_of_the_choice() -> None:
    """Older profiles say valueQuantity where they mean the slice of value[x] that is a Quantity."""
    base = {"path": "Observation.value[x]", "min": 0, "max": "1"}
    root = rooted(element("Observation.valueQuantity", types=["Quantity"], min=1, base=base))
    slicing = root["parts"]["value[x]"]["slicing"]
    assert slicing["by"] == [["type", "$this"]]
    assert slicing["slices"] == {"valueQuantity": {"min": 1, "types": ["Quantity"]}}


def test_an_element_that_is_like_another() -> None:
    """A content reference leads to what the profile says of that element."""
    made = compile_profile(
        profile(
            "Questionnaire",
            element("Questionnaire.item"),
            element("Questionnaire.item.prefix", max="0"),
            element("Questionnaire.item.item", contentReference="#Questionnaire.item"),
        )
    )
    inner = made["root"]["parts"]["item"]["parts"]
    assert inner == {"prefix": {"max": "0"}, "item": {"like": "item"}}


@pytest.mark.parametrize(
    "definition",
    [
        pytest.param({"type": "Patient", "url": "x"}, id="none"),
        pytest.param({"type": "Patient", "url": "x", "snapshot": {"element": []}}, id="empty"),
    ],
)
def test_no_snapshot(definition: dict) -> None:
    """Without a snapshot it cannot be told what a profile demands."""
    with pytest.raises(NoSnapshot):
        compile_profile(definition)


def test_types_that_only_an_extension_tells() -> None:
    """Some packages spell the type of an element's id as FHIRPath's, the true one beside it."""
    told = {"url": f"{CORE}structuredefinition-fhir-type", "valueUrl": "string"}
    one = element("Observation.id")
    one["type"] = [{"code": "http://hl7.org/fhirpath/System.String", "extension": [told]}]
    assert rooted(one) == {}


def test_an_extension_knows_where_it_may_stand() -> None:
    """Context and whether it is a modifier are kept for extensions."""
    made = compile_profile(
        {
            **profile("Extension", context=[{"type": "element", "expression": "Patient"}]),
            "snapshot": {"element": [{**element("Extension"), "isModifier": True}]},
        }
    )
    assert (made["contexts"], made["modifier"]) == ([["element", "Patient"]], True)
