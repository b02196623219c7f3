from __future__ import annotations

import copy
import json
from dataclasses import fields, is_dataclass, replace
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facts_builder import Story
from fhirkit.errors import InputError
from fhirkit.facts.case import Case
from fhirkit.facts.jsonform import KINDS, from_dict, schema, to_dict
from fhirkit.facts.model import Code, EncounterFact, Range, Review, SymptomFact, Term
from fhirkit.narrative.span import Span
from rich_case import CASE

NUMBERS = st.from_regex(r"\A[0-9]{1,4}(\.[0-9]{1,3})?\Z")
STRINGS = {
    "digits": NUMBERS,
    "numerator": NUMBERS,
    "denominator": NUMBERS,
    "period": NUMBERS,
    "comparator": st.sampled_from(["<", "<=", ">", ">="]),
    "relation": st.sampled_from(["before", "after", "at", "during"]),
}


def spans(text: str) -> st.SearchStrategy[Span]:
    """Pieces of ``text``."""
    starts = st.integers(0, len(text) - 1)
    ranges = starts.flatmap(lambda s: st.tuples(st.just(s), st.integers(s + 1, len(text))))
    return ranges.map(lambda r: Span(r[0], r[1], text[r[0] : r[1]]))


def values(hint: Any, name: str, text: str) -> st.SearchStrategy[Any]:
    """Values of a field."""
    if get_origin(hint) is tuple:
        inner = values(get_args(hint)[0], name, text)
        return st.lists(inner, min_size=name == "spans", max_size=2).map(tuple)
    if isinstance(hint, UnionType):
        return st.one_of([values(option, name, text) for option in get_args(hint)])
    if hint is Span:
        return spans(text)
    if is_dataclass(hint):
        return instances(hint, text)
    plain = {NoneType: st.none(), bool: st.booleans(), int: st.integers(0, 99)}
    if hint in plain:
        return plain[hint]
    if issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    return STRINGS.get(name, st.text(min_size=1, max_size=8))


def instances(kind: Any, text: str, **fixed: Any) -> st.SearchStrategy[Any]:
    """Instances of a dataclass with any values that its fields allow."""
    hints = get_type_hints(kind)
    found = {f.name: values(hints[f.name], f.name, text) for f in fields(kind)}
    return st.builds(kind, **(found | fixed))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Cases with facts of any kind and any content."""
    text = draw(st.text(min_size=1, max_size=30))
    kinds = draw(st.lists(st.sampled_from(list(KINDS.values())), max_size=3))
    made = [draw(instances(kind, text, id=st.just(f"fact-{n}"))) for n, kind in enumerate(kinds)]
    return Case(text, tuple(made), tuple(draw(st.lists(st.text(min_size=1), max_size=1))))


@settings(max_examples=25)
@given(cases())
def test_case_comes_back_from_json(case: Case) -> None:
    """Through the text of JSON, and the schema agrees."""
    data = json.loads(json.dumps(to_dict(case)))
    assert from_dict(data) == case


@settings(max_examples=25)
@given(cases())
def test_schema_takes_what_we_write(case: Case) -> None:
    """The published schema and the form are one."""
    jsonschema = pytest.importorskip("jsonschema", reason="validates against JSON Schema")
    jsonschema.validate(to_dict(case), schema(), cls=jsonschema.Draft202012Validator)


def test_schema_is_a_schema() -> None:
    """Of the 2020-12 draft, with a definition for every kind of fact."""
    jsonschema = pytest.importorskip("jsonschema", reason="validates against JSON Schema")
    published = schema()
    jsonschema.Draft202012Validator.check_schema(published)
    assert set(KINDS) <= set(published["$defs"])
    assert published == json.loads(json.dumps(schema()))


def test_rich_case_in_json() -> None:
    """What a user sees: digits as a string, nothing empty, the words with each value."""
    data = to_dict(CASE)
    assert data["format"] == "fhirkit-facts/1"
    hb = next(fact for fact in data["facts"] if fact["id"] == "hb")
    assert hb["kind"] == "observation"
    value = CASE.text.index("7.00 g/dl")
    assert hb["value"] == {
        "type": "quantity",
        "span": {"start": value, "end": value + 9, "text": "7.00 g/dl"},
        "digits": "7.00",
        "unit": "g/dl",
        "ucum": "g/dL",
    }
    assert not [fact for fact in data["facts"] if None in fact.values() or [] in fact.values()]
    assert from_dict(data) == CASE


def test_class_of_an_encounter() -> None:
    """Its field "kind" would clash with the kind of fact."""
    story = Story("She was [[admitted]].")
    fact = EncounterFact(
        id="e", spans=(story("admitted"),), kind=story.term("admitted", "inpatient")
    )
    (made,) = to_dict(story.case(fact))["facts"]
    assert made["kind"] == "encounter"
    assert made["class"]["concept"] == "inpatient"


def test_value_without_bounds_stays_a_range() -> None:
    """The type is told, not guessed from what is there."""
    story = Story("[[Hb]] was [[wide]].")
    made = KINDS["observation"](
        id="o",
        spans=(story("Hb"),),
        analyte=Term(story("Hb")),  # type: ignore[call-arg]
        category="laboratory",
        value=Range(story("wide"), None, None),
    )
    case = story.case(made)
    assert from_dict(to_dict(case)) == case


STORY = Story("He had [[fever]].")
PLAIN = to_dict(STORY.case(SymptomFact(id="s", spans=(STORY("fever"),), name=STORY.term("fever"))))


def changed(path: str, value: Any) -> dict[str, Any]:
    """The JSON form of a plain case with one value changed; ``...`` takes it away."""
    data: Any = copy.deepcopy(PLAIN)
    node = data
    *names, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    for name in names:
        node = node[name]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    made: dict[str, Any] = data
    return made


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("format", "fhirkit-facts/2", "format must be 'fhirkit-facts/1'"),
        ("sha256", "0", "sha256 is not that of the text"),
        ("text", 7, "text must be a string"),
        ("text", "another", "sha256 is not that of the text"),
        ("extra", 1, "extra is no field of this form"),
        ("facts", {}, "facts must be a list"),
        ("facts/0", 7, r"facts\[0\].kind must be one of patient, "),
        ("facts/0/kind", "sympton", r"facts\[0\].kind must be one of patient, "),
        ("facts/0/id", "a b", r"facts\[0\].id must match"),
        ("facts/0/id", ..., r"facts\[0\].id is missing"),
        ("facts/0/colour", "red", r"facts\[0\].colour is no field"),
        ("facts/0/certainty", "sure", r"facts\[0\].certainty must be one of affirmed, "),
        ("facts/0/name", [], r"facts\[0\].name must be an object"),
        ("facts/0/name/span/start", "7", r"facts\[0\].name.span.start must be a whole number"),
        ("facts/0/name/span/start", True, r"facts\[0\].name.span.start must be a whole number"),
        ("facts/0/name/span/start", -1, r"facts\[0\].name.span.start must not be negative"),
        ("facts/0/spans", "fever", r"facts\[0\].spans must be a list"),
        ("facts/0/spans", [], "facts fact s has no span"),
        ("facts/0/spans/0/text", "rash", "facts fact s: span 7-12 is not what the text says"),
        ("facts/0/duration", {"digits": "5"}, r"facts\[0\].duration.span is missing"),
        ("notices", "x", "notices must be a list"),
        ("notices", [1], r"notices\[0\] must be a string"),
    ],
)
def test_fault_is_named_with_its_place(path: str, value: Any, message: str) -> None:
    """And without the words of the narrative."""
    with pytest.raises(InputError, match=f"facts as JSON: {message}"):
        from_dict(changed(path, value))


def test_document_must_be_an_object() -> None:
    """The first thing to go wrong."""
    with pytest.raises(InputError, match="the document must be an object"):
        from_dict([])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"digits": "5,5"}, r"duration.digits must match"),
        ({"digits": "5", "comparator": "~"}, r"duration.comparator must be one of <, <=, >=, >"),
        ({"digits": 5}, r"duration.digits must be a string"),
    ],
)
def test_quantity_is_checked(value: dict[str, Any], message: str) -> None:
    """A number that FHIR could not hold is refused here, where it came from."""
    span = {"start": 7, "end": 12, "text": "fever"}
    with pytest.raises(InputError, match=message):
        from_dict(changed("facts/0/duration", {"span": span, **value}))


def test_value_needs_its_type() -> None:
    """Of four kinds of value."""
    case = replace(CASE, facts=tuple(fact for fact in CASE.facts if fact.id == "hb"))
    data = to_dict(case)
    data["facts"][0]["value"]["type"] = "number"
    with pytest.raises(InputError, match=r"value.type must be one of quantity, ratio, range, term"):
        from_dict(data)


REVIEW = Review("s", "correct", "A. Reviewer", "2026-11-23T10:00:00+01:00", ("unit from a to b",))


def test_reviews_and_a_reviewers_code_come_back() -> None:
    """What a person decided is part of the case."""
    code = Code("http://snomed.info/sct", "386661006", "Fever")
    story = Story("She had [[fever]].")
    fact = SymptomFact(id="s", spans=(story("fever"),), name=Term(story("fever"), code=code))
    case = Case(story.text, (fact,), reviews=(REVIEW,))
    data = json.loads(json.dumps(to_dict(case)))
    assert from_dict(data) == case
    assert data["reviews"][0]["changed"] == ["unit from a to b"]


def test_a_case_nobody_reviewed_has_no_reviews_in_json() -> None:
    """The form of before."""
    assert "reviews" not in to_dict(CASE)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        pytest.param({"verdict": "maybe"}, "reviews[0].verdict", id="verdict"),
        pytest.param({"at": "2026-11-23"}, "reviews[0].at", id="no-instant"),
        pytest.param({"fact": "a fact"}, "reviews[0].fact", id="no-id"),
        pytest.param({"mood": "good"}, "reviews[0].mood", id="unknown"),
        pytest.param({"changed": "unit"}, "reviews[0].changed", id="no-list"),
    ],
)
def test_a_review_that_is_none_is_told(changes: dict[str, object], place: str) -> None:
    """With its place."""
    data = to_dict(replace(CASE, reviews=(REVIEW,)))
    data["reviews"][0] |= changes
    with pytest.raises(InputError) as caught:
        from_dict(data)
    assert place in str(caught.value)


def test_each_patient_has_the_reviews_of_their_facts() -> None:
    """And of no others."""
    text = "A. B."
    facts = tuple(
        SymptomFact(id=f"p{n}-s", spans=(span,), name=Term(span), patient=n)
        for n, span in ((1, Span(0, 1, "A")), (2, Span(3, 4, "B")))
    )
    both = tuple(replace(REVIEW, fact=f"p{n}-s", patient=n) for n in (1, 2))
    parts = Case(text, facts, reviews=both).by_patient()
    assert [part.reviews for part in parts.values()] == [both[:1], both[1:]]
