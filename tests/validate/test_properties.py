"""What holds whatever is validated: nothing is raised, and steps grow as the resource does."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fhirkit
from fhirkit._cases import golden_cases
from fhirkit.issues import Issue, Severity
from fhirkit.validate.definitions import resource_types
from oracle.instances import fullest, smallest
from oracle.mutants import draw, mutants, variants
from oracle.mutants.model import read, write
from step_count import steps

GOLDEN = [case.bundle.decode() for case in golden_cases()]
ROOTS = [read(text) for text in GOLDEN]
TYPES = sorted(resource_types())
SMALL, FACTOR = 150, 4
#: Some steps are taken once however large the resource is, and caches fill.
SLACK = 1.3

JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["", " ", "#", "#a", "urn:uuid:", "Patient/1", "2019-02-30", "http://a b"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "resourceType id url system code value reference type extension _id coding".split()
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


def is_told(issues: list[Issue]) -> bool:
    """Whether every finding says enough to be acted upon."""
    return all(issue.message and issue.key and issue.code for issue in issues)


@settings(max_examples=150)
@given(root=st.sampled_from(ROOTS), seed=st.integers(0, 2**32), values=st.data())
def test_elements_of_any_kind_raise_nothing(root: Any, seed: int, values: st.DataObject) -> None:
    """Any JSON anywhere in a bundle gives findings and no exception."""
    tree = json.loads(write(root))
    chance = Random(seed)
    for _ in range(chance.randint(1, 4)):
        owner, name = _some_place(tree, chance)
        owner[name] = values.draw(JSON_VALUES)
    assert is_told(fhirkit.validate(write(tree)))


def _some_place(tree: Any, chance: Random) -> tuple[Any, Any]:
    """An object or array of the tree with a name or position in it."""
    node, found = tree, (tree, "resourceType")
    while isinstance(node, dict | list) and node:
        name = chance.choice(list(node) if isinstance(node, dict) else range(len(node)))
        found, node = (node, name), node[name]
        if chance.random() < 0.2:
            break
    return found


@settings(max_examples=200)
@given(text=st.sampled_from(GOLDEN), seed=st.integers(0, 2**32))
def test_bytes_changed_at_random_raise_nothing(text: str, seed: int) -> None:
    """A file that was damaged on its way gives findings or, by luck, none."""
    data, chance = bytearray(text.encode()), Random(seed)
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(data))
        kind = chance.randrange(3)
        if kind == 0:
            data[at] = chance.randrange(256)
        elif kind == 1:
            del data[at : at + chance.randint(1, 40)]
        else:
            data[at:at] = chance.randbytes(chance.randint(1, 6))
    assert is_told(fhirkit.validate(bytes(data)))


@given(data=st.binary(max_size=200))
def test_bytes_of_any_kind_are_one_fatal_finding(data: bytes) -> None:
    """What is no JSON is told once."""
    issues = fhirkit.validate(data)
    try:
        tree = json.loads(data)
    except ValueError:
        assert len(issues) == 1
        assert issues[0].severity is Severity.FATAL
    else:
        assert issues or isinstance(tree, dict)


@pytest.mark.slow
def test_every_kind_of_mutant_is_flagged() -> None:
    """By rule: each kind of fault is seen, and nothing of it raises."""
    missed = [
        one.label
        for root in ROOTS
        for one in draw(mutants(root), 450)
        if one.severity == "error"
        and not any(issue.is_error for issue in fhirkit.validate(one.text(root)))
    ]
    assert missed == []


@pytest.mark.slow
def test_valid_variants_have_no_finding() -> None:
    """Other orders, ids, extensions, odd values: what R4 allows is passed."""
    wrong = [
        (one.label[:200], issue.key, issue.expression)
        for root in ROOTS
        for one in draw(variants(root), 150)
        for issue in fhirkit.validate(one.text(root))
        # Another value or wording is legal, and not what the text says.
        if not str(issue.key).startswith("fidelity")
    ]
    assert wrong == []


@pytest.mark.parametrize("resource_type", TYPES)
def test_the_smallest_instance_of_each_type_is_valid(resource_type: str) -> None:
    """What is required, and nothing else, is enough."""
    issues = fhirkit.validate(write(smallest(resource_type)))
    assert [(issue.key, issue.expression) for issue in issues] == []


# The members of a bundle's entry exclude each other.
@pytest.mark.parametrize("resource_type", [one for one in TYPES if one != "Bundle"])
def test_the_fullest_instance_of_each_type_is_right_in_structure(resource_type: str) -> None:
    """Every element of the definitions is known, with every type of its choices."""
    for turn in range(4):
        issues = fhirkit.validate(write(fullest(resource_type, turn)))
        wrong = [(one.key, one.expression) for one in issues if one.code in _OF_STRUCTURE]
        assert wrong == []


_OF_STRUCTURE = ("structure", "required", "value", "code-invalid", "not-found", "too-long")


def _entries(count: int, **more: Any) -> list[Any]:
    return [
        {
            "fullUrl": f"urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-{at:012x}",
            "resource": {"resourceType": "Patient", "gender": "female", **more},
            "request": {"method": "POST", "url": "Patient"},
        }
        for at in range(count)
    ]


def _bundle(entries: list[Any]) -> str:
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})


def _same_urls(count: int) -> list[Any]:
    return [{**one, "fullUrl": one["fullUrl"][:-12] + "0" * 12} for one in _entries(count)]


def _referring(count: int) -> list[Any]:
    first = _entries(1)[0]["fullUrl"]
    link = {"other": {"reference": first}, "type": "seealso"}
    return _entries(count, link=[link, {**link, "other": {"reference": "urn:uuid:none"}}])


def _contained(count: int) -> str:
    inner = [
        {"resourceType": "Basic", "id": f"a{at}", "code": {"text": "a"}} for at in range(count)
    ]
    links = [{"other": {"reference": f"#a{at}"}, "type": "seealso"} for at in range(count)]
    return json.dumps({"resourceType": "Patient", "contained": inner, "link": links})


def _questions(count: int) -> str:
    items = [{"linkId": "1", "type": "string", "text": "a"} for _ in range(count)]
    return json.dumps({"resourceType": "Questionnaire", "status": "draft", "item": items})


GROWING: dict[str, Callable[[int], str]] = {
    "entries": lambda count: _bundle(_entries(count)),
    "entries with a fault each": lambda count: _bundle(_entries(count, gender="woman")),
    "entries of one fullUrl": lambda count: _bundle(_same_urls(count)),
    "references to one entry and to none": lambda count: _bundle(_referring(count)),
    "contained resources": _contained,
    "contained resources nobody refers to": lambda count: _contained(count).replace("#", "#b"),
    "questions of one linkId": _questions,
    "names": lambda count: json.dumps(
        {"resourceType": "Patient", "name": [{"given": ["a"] * 4, "use": "x"}] * count}
    ),
    "extensions within extensions": lambda count: json.dumps(
        {"resourceType": "Patient", "extension": [{"url": "http://a.org", "extension": []}] * count}
    ),
    "unknown elements": lambda count: json.dumps(
        {"resourceType": "Patient", **{f"a{at}": at for at in range(count)}}
    ),
    "a long narrative": lambda count: json.dumps(
        {
            "resourceType": "Patient",
            "text": {
                "status": "generated",
                "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{"<p>a &amp; b</p>" * 20 * count}</div>',
            },
        }
    ),
    "brackets": lambda count: "[" * count,
    "lines": lambda count: "\n" * count + '{"resourceType": "Patient", "gender": "woman"}',
}


@pytest.mark.parametrize("name", GROWING)
def test_steps_grow_with_the_resource_and_no_faster(name: str) -> None:
    """Four times the resource takes about four times the steps, whatever it is made of."""
    text = GROWING[name]
    fhirkit.validate(text(SMALL))  # definitions are read once
    few, many = text(SMALL), text(SMALL * FACTOR)
    small = steps(lambda: fhirkit.validate(few))
    large = steps(lambda: fhirkit.validate(many))
    assert large <= small * FACTOR * SLACK
