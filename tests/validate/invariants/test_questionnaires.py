"""Invariants of Questionnaire."""

from __future__ import annotations

from typing import Any

import pytest

from invariant_builder import Cases, Node, faults, rows

OPTION: Node = {"valueString": "yes"}
WHEN: Node = {"question": "1", "operator": "=", "answerBoolean": True}

CASES: Cases = {
    "que-1": (
        [
            {"linkId": "1", "type": "group"},
            {"linkId": "1", "type": "display", "item": [{"linkId": "1.1"}]},
        ],
        [
            {"type": "group", "item": [{"linkId": "1.1"}]},
            {"type": "display"},
            {"type": "string", "item": [{"linkId": "1.1"}]},
            {"type": "string"},
            {"item": [{"linkId": "1.1"}]},
            {"type": ["group"]},
        ],
    ),
    "que-3": (
        [{"type": "display", "code": [{"code": "1"}]}],
        [{"type": "display"}, {"type": "group", "code": [{"code": "1"}]}],
    ),
    "que-4": (
        [{"answerOption": [OPTION], "answerValueSet": "http://e.org/vs"}],
        [{"answerOption": [OPTION]}, {"answerValueSet": "http://e.org/vs"}, {}],
    ),
    "que-5": (
        [
            {"type": "boolean", "answerValueSet": "http://e.org/vs"},
            {"type": "group", "answerOption": [OPTION]},
            {"type": "text", "_answerValueSet": {"extension": []}},
        ],
        [
            {"type": "choice", "answerValueSet": "http://e.org/vs"},
            {"type": "open-choice", "answerOption": [OPTION]},
            {"type": "integer", "answerOption": [{"valueInteger": 1}]},
            {"type": "boolean"},
            {"answerValueSet": "http://e.org/vs"},
            {"type": {}, "answerValueSet": "http://e.org/vs"},
        ],
    ),
    "que-6": (
        [{"type": "display", "required": False}, {"type": "display", "repeats": True}],
        [{"type": "display"}, {"type": "string", "required": True, "repeats": True}],
    ),
    "que-7": (
        [
            {"operator": "exists", "answerString": "true"},
            {"operator": "exists", "answerCoding": {"code": "true"}},
        ],
        [
            {"operator": "exists", "answerBoolean": False},
            {"operator": "=", "answerString": "true"},
            {"operator": "exists"},
        ],
    ),
    "que-8": (
        [{"type": "group", "initial": [OPTION]}, {"type": "display", "initial": [OPTION]}],
        [{"type": "string", "initial": [OPTION]}, {"type": "group"}],
    ),
    "que-9": (
        [{"type": "display", "readOnly": True}],
        [{"type": "display"}, {"type": "string", "readOnly": True}],
    ),
    "que-10": (
        [{"type": "choice", "maxLength": 3}, {"type": "group", "maxLength": 3}],
        [{"type": "text", "maxLength": 3}, {"type": "choice"}, {"maxLength": 3}],
    ),
    "que-11": (
        [{"answerOption": [OPTION], "initial": [OPTION]}],
        [{"answerOption": [OPTION]}, {"initial": [OPTION]}],
    ),
    "que-12": (
        [{"enableWhen": [WHEN, WHEN]}, {"enableWhen": [WHEN, WHEN, WHEN]}],
        [
            {"enableWhen": [WHEN, WHEN], "enableBehavior": "all"},
            {"enableWhen": [WHEN]},
            {"enableWhen": WHEN},
        ],
    ),
    "que-13": (
        [{"initial": [OPTION, OPTION]}, {"repeats": False, "initial": [OPTION, OPTION]}],
        [{"repeats": True, "initial": [OPTION, OPTION]}, {"initial": [OPTION]}],
    ),
}


@pytest.mark.parametrize(("key", "item", "holds"), rows(CASES))
def test_item(key: str, item: Node, holds: bool) -> None:
    """An item that breaks a rule is at fault itself; a near miss is not."""
    assert faults(key, item) == ([] if holds else [(item, None)])


TYPES = (
    "group display boolean decimal integer date dateTime time string text url choice open-choice "
    "attachment reference quantity"
).split()


@pytest.mark.parametrize(
    ("key", "names", "allowed"),
    [
        pytest.param(
            "que-5",
            ("answerOption", "answerValueSet"),
            "choice open-choice decimal integer date dateTime time string quantity",
            id="answers",
        ),
        pytest.param(
            "que-10",
            ("maxLength",),
            "boolean decimal integer string text url open-choice",
            id="length",
        ),
    ],
)
def test_types_of_items(key: str, names: tuple[str, ...], allowed: str) -> None:
    """Some types of items may have lists of answers (que-5), some a maximum length (que-10)."""
    for name in names:
        sound = [kind for kind in TYPES if not faults(key, {"type": kind, name: "x"})]
        assert sorted(sound) == sorted(allowed.split())


def test_link_ids_are_unique_at_all_levels() -> None:
    """Every repetition of a link id is at fault (que-2), not the first item that has it."""
    inner: Node = {"linkId": "1", "type": "string"}
    last: Node = {"linkId": "1", "type": "display"}
    first: Node = {"linkId": "1", "type": "group", "item": [inner, {"linkId": "1.1"}]}
    questionnaire = {"resourceType": "Questionnaire", "item": [first, last]}
    found = faults("que-2", questionnaire)
    assert [(id(owner), name) for owner, name in found] == [
        (id(inner), "linkId"),
        (id(last), "linkId"),
    ]


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([{"linkId": "1", "item": [{"linkId": "1.1"}]}, {"linkId": "2"}], id="unique"),
        pytest.param([{"type": "group"}, {"type": "group"}], id="without"),
        pytest.param([{"linkId": ["1"]}, {"linkId": ["1"]}], id="wrong-type"),
        pytest.param([{"linkId": "1", "code": [{"item": [{"linkId": "1"}]}]}], id="elsewhere"),
        pytest.param("1", id="no-array"),
    ],
)
def test_link_ids_without_fault(items: Any) -> None:
    """Different link ids, and what is no link id of an item, break no rule (que-2)."""
    contained = {"resourceType": "Questionnaire", "item": [{"linkId": "1"}]}
    assert faults("que-2", {"item": items, "contained": [contained]}) == []


def test_items_of_any_depth_are_read() -> None:
    """A tree of 50,000 levels is read to its end (que-2)."""
    item: Node = {"linkId": "same"}
    for _ in range(50_000):
        item = {"linkId": "same", "item": [item]}
    assert len(faults("que-2", {"item": [item]})) == 50_000
