import pytest

from fhirkit.validate.profiles.items import choice_type, items


@pytest.mark.parametrize(
    ("node", "name", "expected"),
    [
        pytest.param({"status": "final"}, "status", [("status", "final", "")], id="one"),
        pytest.param({"given": ["a", "b"]}, "given", [(0, "a", ""), (1, "b", "")], id="array"),
        pytest.param(
            {"valueQuantity": {"value": 1}},
            "value[x]",
            [("valueQuantity", {"value": 1}, "Quantity")],
            id="choice",
        ),
        pytest.param({"valueString": "a"}, "value[x]", [("valueString", "a", "string")], id="text"),
        pytest.param(
            {"_effectiveDateTime": {"extension": []}},
            "effective[x]",
            [("effectiveDateTime", None, "dateTime")],
            id="choice-with-extension-only",
        ),
        pytest.param(
            {"given": [None, "b"], "_given": [{"id": "x"}]},
            "given",
            [(0, None, ""), (1, "b", "")],
            id="null-with-extension",
        ),
        pytest.param({"_given": [{"id": "x"}]}, "given", [(0, None, "")], id="extensions-only"),
        pytest.param({"valueSet": "x"}, "value[x]", [], id="name-that-only-looks-like-a-choice"),
        pytest.param({"values": "x"}, "value[x]", [], id="longer-word"),
        pytest.param({}, "status", [], id="nothing"),
    ],
)
def test_items(node: dict, name: str, expected: list) -> None:
    """Values come with their place and, where the name tells it, their type."""
    assert [(item.name, item.value, item.type) for item in items(node, name)] == expected


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        pytest.param("CodeableConcept", "CodeableConcept", id="datatype"),
        pytest.param("DateTime", "dateTime", id="primitive"),
        pytest.param("quantity", "", id="lower-case"),
        pytest.param("Nothing", "", id="no-type"),
        pytest.param("", "", id="empty"),
    ],
)
def test_choice_type(ending: str, kind: str) -> None:
    """The ending of a choice's name is a type's name with a capital, or no choice at all."""
    assert choice_type(ending) == kind
