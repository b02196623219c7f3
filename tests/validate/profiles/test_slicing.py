from typing import Any

import pytest

from profile_builder import CORE, declaring, element, guide, profile, told

LAB: dict[str, Any] = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
CODE = {"path": "CodeableConcept.text", "min": 0, "max": "1"}


def sliced(
    discriminators: list[tuple[str, str]],
    *slices: dict,
    path: str = "Observation.category",
    rules: str = "open",
    ordered: bool = False,
) -> list[dict]:
    """An element with a slicing, and the elements of its slices."""
    by = [{"type": kind, "path": way} for kind, way in discriminators]
    return [
        element(path, slicing={"discriminator": by, "rules": rules, "ordered": ordered}),
        *slices,
    ]


def named(name: str, path: str = "Observation.category", **facts: object) -> dict:
    """The element of a slice."""
    return element(path, sliceName=name, **facts)


def like(text: str) -> dict:
    """A pattern of a text."""
    return {"patternCodeableConcept": {"text": text}}


def checked(
    *elements: dict, others: tuple[dict, ...] = (), more: tuple[dict, ...] = (), **of: object
) -> list[str]:
    """What is told of an observation with these elements."""
    return told(declaring({**LAB, **of}), guide(profile("Observation", *elements), *more), *others)


def categories(*texts: str) -> list[dict]:
    """A category for each text."""
    return [{"text": text} for text in texts]


A_AND_B = (named("a", min=1, max="1", **like("a")), named("b", **like("b")))


@pytest.mark.parametrize(
    ("rules", "ordered", "texts", "expected"),
    [
        pytest.param("open", False, "a", [], id="one"),
        pytest.param("open", False, "cba", [], id="any-order"),
        pytest.param("open", False, "bc", ["slice-missing Observation.category"], id="missing"),
        pytest.param("open", False, "", ["slice-missing Observation.category"], id="none-at-all"),
        pytest.param(
            "open", False, "aa", ["slice-too-many Observation.category[1]"], id="too-many"
        ),
        pytest.param("closed", False, "ab", [], id="closed"),
        pytest.param(
            "closed", False, "ac", ["no-slice Observation.category[1]"], id="closed-other"
        ),
        pytest.param("open", True, "acb", [], id="ordered"),
        pytest.param(
            "open", True, "ba", ["slice-order Observation.category[1]"], id="out-of-order"
        ),
        pytest.param("openAtEnd", False, "bac", [], id="others-at-the-end"),
        pytest.param(
            "openAtEnd", False, "ca", ["slice-order Observation.category[1]"], id="others-first"
        ),
        pytest.param(
            "openAtEnd", True, "bac", ["slice-order Observation.category[1]"], id="ordered-at-end"
        ),
    ],
)
def test_rules_of_slicing(rules: str, ordered: bool, texts: str, expected: list[str]) -> None:
    """Slices have their number, others and the order are allowed as the slicing says."""
    elements = sliced([("pattern", "$this")], *A_AND_B, rules=rules, ordered=ordered)
    of = {"category": categories(*texts)} if texts else {}
    assert checked(*elements, **of) == [f"error profile-{one}" for one in expected]


VALUE_IN_CODING = (
    named("a", min=1),
    element(
        "Observation.category.coding", base={"path": "CodeableConcept.coding", "min": 0, "max": "*"}
    ),
    element(
        "Observation.category.coding.code",
        fixedCode="a",
        base={"path": "Coding.code", "min": 0, "max": "1"},
    ),
)


@pytest.mark.parametrize(
    ("discriminator", "slices", "category", "matches"),
    [
        pytest.param(
            ("value", "coding.code"), VALUE_IN_CODING, {"coding": [{"code": "a"}]}, True, id="fixed"
        ),
        pytest.param(
            ("value", "coding.code"),
            VALUE_IN_CODING,
            {"coding": [{"code": "b"}]},
            False,
            id="other",
        ),
        pytest.param(
            ("value", "coding.code"),
            VALUE_IN_CODING,
            {"coding": [{"code": "b"}, {"code": "a"}]},
            True,
            id="any-coding",
        ),
        pytest.param(
            ("value", "coding.code"),
            (named("a", min=1, patternCodeableConcept={"coding": [{"code": "a"}]}),),
            {"coding": [{"code": "a"}]},
            True,
            id="in-a-pattern-above",
        ),
        pytest.param(
            ("value", "coding.code"),
            (named("a", min=1, patternCodeableConcept={"coding": [{"code": "a"}]}),),
            {"text": "a"},
            False,
            id="not-in-a-pattern-above",
        ),
        pytest.param(
            ("value", "$this"),
            (
                named(
                    "a", min=1, binding={"strength": "required", "valueSet": "http://example.org/v"}
                ),
            ),
            {"coding": [{"system": "http://example.org/c", "code": "a"}]},
            True,
            id="binding",
        ),
        pytest.param(
            ("value", "$this"),
            (
                named(
                    "a", min=1, binding={"strength": "required", "valueSet": "http://example.org/v"}
                ),
            ),
            {"coding": [{"system": "http://example.org/c", "code": "z"}]},
            False,
            id="not-of-the-binding",
        ),
        pytest.param(
            ("exists", "text"),
            (named("a", min=1), element("Observation.category.text", min=1, base=CODE)),
            {"text": "x"},
            True,
            id="exists",
        ),
        pytest.param(
            ("exists", "text"),
            (named("a", min=1), element("Observation.category.text", min=1, base=CODE)),
            {"id": "x"},
            False,
            id="exists-not",
        ),
        pytest.param(
            ("exists", "text"),
            (named("a", min=1), element("Observation.category.text", max="0", base=CODE)),
            {"id": "x"},
            True,
            id="must-not-exist",
        ),
        pytest.param(
            ("value", "extension('http://example.org/e').value"),
            (named("a", min=1),),
            {"text": "x"},
            None,
            id="of-which-the-profile-says-nothing",
        ),
        pytest.param(
            ("value", "%weird()"), (named("a", min=1),), {"text": "x"}, None, id="no-path"
        ),
        pytest.param(
            ("value", "text"), VALUE_IN_CODING, {"text": "x"}, None, id="nothing-to-tell-by"
        ),
    ],
)
def test_discriminators(
    discriminator: tuple[str, str], slices: tuple[dict, ...], category: dict, matches: bool | None
) -> None:
    """A value is of a slice where the discriminators say so; without an answer nothing is told."""
    codes = {
        "resourceType": "ValueSet",
        "url": "http://example.org/v",
        "compose": {"include": [{"system": "http://example.org/c", "concept": [{"code": "a"}]}]},
    }
    found = checked(*sliced([discriminator], *slices), more=(codes,), category=[category])
    missing = "error profile-slice-missing Observation.category"
    assert (missing in found) is (matches is False)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        pytest.param({"valueQuantity": {"code": "g"}}, [], id="conforms"),
        pytest.param(
            {"valueQuantity": {"value": 1}},
            ["required Observation.valueQuantity.code"],
            id="inside",
        ),
        pytest.param({"valueString": "x"}, ["no-slice Observation.valueString"], id="closed"),
        pytest.param({}, [], id="absent"),
    ],
)
def test_choices_by_type(of: dict, expected: list[str]) -> None:
    """A choice is sliced by the type that its name tells."""
    elements = sliced(
        [("type", "$this")],
        named("valueQuantity", "Observation.value[x]", types=["Quantity"]),
        element(
            "Observation.value[x].code", min=1, base={"path": "Quantity.code", "min": 0, "max": "1"}
        ),
        path="Observation.value[x]",
        rules="closed",
    )
    assert checked(*elements, **of) == [f"error profile-{one}" for one in expected]


PATIENT = {"resourceType": "Patient", "id": "p"}
GROUP = {"resourceType": "Group", "id": "g"}


def members(kind: str, way: str) -> list[dict]:
    """A focus sliced by what it leads to: a patient is required."""
    types = [{"code": "Reference", "targetProfile": [f"{CORE}Patient"]}]
    return sliced(
        [(kind, way)],
        named("patient", "Observation.focus", min=1, type=types),
        path="Observation.focus",
    )


@pytest.mark.parametrize(
    ("kind", "reference", "missing"),
    [
        pytest.param("type", "Patient/p", False, id="type"),
        pytest.param("type", "Group/g", True, id="other-type"),
        pytest.param("profile", "Patient/p", False, id="profile"),
        pytest.param("profile", "Group/g", True, id="other-profile"),
        pytest.param("type", "Patient/unknown", False, id="type-by-reference"),
        pytest.param("type", "Group/unknown", True, id="other-type-by-reference"),
        pytest.param("profile", "Patient/unknown", False, id="profile-not-at-hand"),
        pytest.param("type", "urn:uuid:unknown", False, id="not-at-hand"),
    ],
)
def test_resolve(kind: str, reference: str, missing: bool) -> None:
    """A discriminator may follow a reference; where it leads nowhere nothing is told."""
    focus = [{"reference": reference}]
    found = checked(*members(kind, "resolve()"), others=(PATIENT, GROUP), focus=focus)
    assert found == (["error profile-slice-missing Observation.focus"] if missing else [])


def test_slices_of_slices() -> None:
    """A slice may be sliced again, and what it demands holds for its own values only."""
    elements = sliced([("pattern", "$this")], named("a", **like("a")))
    inner = {"discriminator": [{"type": "exists", "path": "id"}], "rules": "open"}
    elements[1]["slicing"] = inner
    base = {"path": "Element.id", "min": 0, "max": "1"}
    elements += [named("a/one", min=1), element("Observation.category.id", min=1, base=base)]
    assert checked(*elements, category=[{"text": "b"}]) == []
    assert checked(*elements, category=[{"text": "a"}]) == [
        "error profile-slice-missing Observation.category"
    ]
    assert checked(*elements, category=[{"text": "a", "id": "1"}]) == []


def test_what_is_of_no_slice_may_have_a_default() -> None:
    """What the default slice demands holds for values of no other slice."""
    default = named("@default")
    text = element("Observation.category.text", max="0", base=CODE)
    elements = sliced(
        [("pattern", "$this")], named("a", **like("a")), default, text, rules="closed"
    )
    assert checked(*elements, category=categories("a", "x")) == [
        "error profile-prohibited Observation.category[1].text"
    ]


def test_extensions_are_sliced_by_the_profile_of_their_type() -> None:
    """The url of an extension's slice is that of its profile, whether it is known or not."""
    types = [{"code": "Extension", "profile": ["http://example.org/e|1.0"]}]
    elements = sliced(
        [("value", "url")],
        named("e", "Observation.extension", min=1, max="1", type=types),
        path="Observation.extension",
    )
    right = {"url": "http://example.org/e", "valueString": "x"}
    assert checked(*elements, extension=[right]) == []
    assert checked(*elements, extension=[right, right]) == [
        "error profile-slice-too-many Observation.extension[1]"
    ]
    assert checked(*elements, extension=[{"url": "http://example.org/f"}]) == [
        "error profile-slice-missing Observation.extension"
    ]
