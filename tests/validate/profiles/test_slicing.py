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


LOINC = {"system": "http://loinc.org", "code": "1-8"}
FOCUS = "Observation.focus"
LEADS_ANYWHERE = {"type": [{"code": "Reference", "targetProfile": [f"{CORE}Resource"]}]}
ACTIVE = profile(
    "Patient", element("Patient.active", min=1, fixedBoolean=True), url="http://example.org/active"
)


def quantity(code: str) -> dict:
    """A component with this unit."""
    return {"code": {"text": "x"}, "valueQuantity": {"value": 1, "code": code}}


def components(way: str, *inside: dict) -> list[dict]:
    """Components sliced by a value: one is required."""
    path = "Observation.component"
    return sliced([("value", way)], named("one", path, min=1), *inside, path=path)


UNIT = (
    element("Observation.component.value[x]", types=["Quantity"]),
    element(
        "Observation.component.value[x].code",
        fixedCode="kg",
        base={"path": "Quantity.code", "min": 0, "max": "1"},
    ),
)


@pytest.mark.parametrize(
    ("elements", "component", "missing"),
    [
        pytest.param(components("value.code", *UNIT), quantity("kg"), False, id="choice"),
        pytest.param(components("value.code", *UNIT), quantity("g"), True, id="other-choice"),
        pytest.param(
            components("value.ofType(Quantity).code", *UNIT), quantity("kg"), False, id="of-type"
        ),
        pytest.param(
            components("value.ofType(Quantity).code", *UNIT),
            {"valueString": "kg"},
            True,
            id="of-another-type",
        ),
        pytest.param(
            components(
                "code",
                element("Observation.component.code"),
                element(
                    "Observation.component.code.coding",
                    base={"path": "CodeableConcept.coding", "min": 0, "max": "*"},
                    min=1,
                ),
                element(
                    "Observation.component.code.coding.code",
                    fixedCode="1-8",
                    base={"path": "Coding.code", "min": 0, "max": "1"},
                ),
            ),
            {"code": {"coding": [LOINC]}},
            False,
            id="by-what-is-inside",
        ),
        pytest.param(
            components(
                "code",
                element("Observation.component.code"),
                element("Observation.component.code.text", min=1, fixedString="a", base=CODE),
            ),
            {"code": {"coding": [LOINC]}},
            True,
            id="not-by-what-is-inside",
        ),
    ],
)
def test_paths(elements: list[dict], component: dict, missing: bool) -> None:
    """A path may lead through a choice, to a type of it, and to an element with parts."""
    expected = ["error profile-slice-missing Observation.component"] if missing else []
    assert checked(*elements, component=[component]) == expected


@pytest.mark.parametrize(
    ("active", "missing"),
    [pytest.param(True, False, id="as-its-profile"), pytest.param(False, True, id="not")],
)
def test_values_of_targets(active: bool, missing: bool) -> None:
    """What a slice's target profile says of the target tells its members."""
    types = [{"code": "Reference", "targetProfile": [ACTIVE["url"]]}]
    elements = sliced(
        [("value", "resolve().active")], named("a", FOCUS, min=1, type=types), path=FOCUS
    )
    found = checked(
        *elements,
        others=({**PATIENT, "active": active},),
        more=(ACTIVE,),
        focus=[{"reference": "Patient/p"}],
    )
    assert ("error profile-slice-missing Observation.focus" in found) is missing


EXTENSION = profile(
    "Extension",
    element("Extension.value[x]", types=["code"], fixedCode="a"),
    url="http://example.org/e",
)


@pytest.mark.parametrize(
    ("way", "kind", "extension", "missing"),
    [
        pytest.param(
            "extension('http://example.org/e')", "exists", [("e", "a")], False, id="there"
        ),
        pytest.param(
            "extension('http://example.org/e')", "exists", [("f", "a")], True, id="not-there"
        ),
        pytest.param(
            "extension('http://example.org/e').value", "value", [("e", "a")], False, id="value"
        ),
        pytest.param(
            "extension('http://example.org/e').value", "value", [("e", "b")], True, id="other"
        ),
    ],
)
def test_discriminators_by_extension(
    way: str, kind: str, extension: list[tuple[str, str]], missing: bool
) -> None:
    """A slice may be told by an extension, or by the value of one."""
    types = [{"code": "Extension", "profile": [EXTENSION["url"]]}]
    inside = element(
        "Observation.category.extension", base={"path": "Element.extension", "min": 0, "max": "*"}
    )
    inside["slicing"] = {"discriminator": [{"type": "value", "path": "url"}], "rules": "open"}
    slice_of = {**inside, "sliceName": "e", "min": 1, "type": types}
    del slice_of["slicing"]
    elements = sliced([(kind, way)], named("a", min=1), inside, slice_of)
    given = [{"url": f"http://example.org/{url}", "valueCode": code} for url, code in extension]
    found = checked(*elements, more=(EXTENSION,), category=[{"text": "x", "extension": given}])
    assert ("error profile-slice-missing Observation.category" in found) is missing


def test_values_by_the_profile_of_their_type() -> None:
    """A data type's profile may tell a slice: here quantities with a code."""
    coded = profile("Quantity", element("Quantity.code", min=1), url="http://example.org/q")
    path = "Observation.component"
    types = [{"code": "Quantity", "profile": [coded["url"]]}]
    elements = sliced(
        [("profile", "value")],
        named("one", path, min=1),
        element(f"{path}.value[x]", type=types),
        path=path,
    )
    assert checked(*elements, more=(coded,), component=[quantity("kg")]) == []
    without = {"code": {"text": "x"}, "valueQuantity": {"value": 1}}
    assert checked(*elements, more=(coded,), component=[without]) == [
        "error profile-slice-missing Observation.component"
    ]


BOUND = {"binding": {"strength": "required", "valueSet": "http://example.org/v"}}


@pytest.mark.parametrize(
    ("discriminator", "facts", "inside", "category", "missing"),
    [
        pytest.param(("value", "trace('x')"), {}, (), {"text": "x"}, False, id="no-such-function"),
        pytest.param(("type", "$this"), {}, (), {"text": "x"}, False, id="no-type"),
        pytest.param(("profile", "$this"), {}, (), {"text": "x"}, False, id="no-profile"),
        pytest.param(("value", "$this"), BOUND, (), {"text": "x"}, False, id="unknown-set"),
        pytest.param(("value", "$this"), like("x"), (), 5, True, id="malformed"),
        pytest.param(
            ("value", "text"),
            {},
            (element("Observation.category.text", max="0", base=CODE),),
            {"text": "x"},
            True,
            id="must-not-be-there",
        ),
    ],
)
def test_what_discriminators_cannot_tell(
    discriminator: tuple[str, str],
    facts: dict,
    inside: tuple[dict, ...],
    category: object,
    missing: bool,
) -> None:
    """A slice is missing only where it can be told that no value is in it."""
    elements = sliced([discriminator], named("a", min=1, **facts), *inside)
    found = checked(*elements, category=[category])
    assert ("error profile-slice-missing Observation.category" in found) is missing


def test_values_of_targets_that_are_not_at_hand() -> None:
    """Where only the type of a target is known its elements tell nothing."""
    types = [{"code": "Reference", "targetProfile": [ACTIVE["url"]]}]
    one = named("a", FOCUS, min=1, type=types)
    elements = sliced([("value", "resolve().active")], one, path=FOCUS)
    assert checked(*elements, more=(ACTIVE,), focus=[{"reference": "Patient/other"}]) == []


def test_targets_by_a_profile_that_is_not_known() -> None:
    """A slice by a profile that nobody has is neither missing nor there."""
    types = [{"code": "Reference", "targetProfile": ["http://example.org/none"]}]
    one = named("a", FOCUS, min=1, type=types)
    elements = sliced([("profile", "resolve()")], one, path=FOCUS)
    assert checked(*elements, others=(PATIENT,), focus=[{"reference": "Patient/p"}]) == []
