"""Decisions on the shipped cases: whatever was decided, the bundle is good."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deciding import Node, addition, decided, decision, file_of
from fhirkit import (
    InputError,
    Settings,
    decide,
    extract,
    read_decisions,
    to_bundle,
    to_json,
    validate,
)
from fhirkit._cases import golden_cases
from fhirkit.facts.case import Case
from fhirkit.facts.jsonform import from_dict, to_dict
from fhirkit.facts.model import Certainty, Whose
from fhirkit.narrative.words import WORD
from fhirkit.review.changes import changes_for
from fhirkit.review.jsonform import ADDED, added_id

CASES = {case.key: extract(case.text) for case in golden_cases()}
SEVERAL = extract(
    "Patient 1 was a 40-year-old man who took 20 mg of prednisone daily. He had a fever of 39 °C. "
    "Patient 2 was a 50-year-old woman with asthma. Hemoglobin was 9 g/dl after ibuprofen."
)
CODES = st.sampled_from(
    [
        {"system": "http://loinc.org", "code": "718-7"},
        {"system": "http://loinc.org", "code": "8480-6", "display": "Systolic blood pressure"},
        {"system": "http://snomed.info/sct", "code": "386661006", "display": "Fever"},
        {"system": "http://www.whocc.no/atc", "code": "L04AG06"},
        {"system": "https://hospital.example/codes", "code": "a b"},
    ]
)
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "value": st.sampled_from(["24", "<0.5", "3.10", "-2", "0"]),
    "unit": st.sampled_from(["mg", "g/L", "years", "furlong", "", "mmHg", "%", "mg/day"]),
    "code": CODES,
    "certainty": st.sampled_from([certainty.value for certainty in Certainty]),
    "whose": st.sampled_from([whose.value for whose in Whose]),
}


@pytest.mark.parametrize("key", CASES)
def test_accepted_as_it_is_a_case_is_valid(key: str) -> None:
    """Nothing is found, and nothing but a Provenance is new."""
    case = CASES[key]
    made = decided(case, *(decision(fact, "accept") for fact in case.facts))
    assert (made.case.facts, made.untouched) == (case.facts, ())
    bundle = to_bundle(made.case)
    assert validate(to_json(bundle).encode()) == []
    assert bundle["entry"][:-1] == to_bundle(case)["entry"]


@st.composite
def changes(draw: st.DrawFn, names: tuple[str, ...]) -> Node:
    """Some of the changes that a fact can take."""
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    return {name: draw(CHANGES[name]) for name in chosen}


@st.composite
def additions(draw: st.DrawFn, case: Case) -> Node:
    """A fact of any kind at any words."""
    words = list(WORD.finditer(case.text))
    first = draw(st.integers(0, len(words) - 3))
    last = first + draw(st.integers(0, 2))
    kind = draw(st.sampled_from(ADDED))
    numbers = sorted({fact.patient for fact in case.facts} - {None}, key=str)
    span = (words[first].start(), words[last].end())
    patient = draw(st.sampled_from(numbers)) if numbers else None
    names = ("code", "certainty", "whose")
    made = addition(case, kind, case.text[slice(*span)], patient=patient)
    said = draw(st.one_of(st.just({}), changes(names)))
    if kind in ("observation", "medication") and draw(st.booleans()):
        said |= {"value": draw(CHANGES["value"]), "unit": draw(CHANGES["unit"])}
    if kind == "adverse-event":
        drugs = [f.id for f in case.facts if "medication" in f.id]
        said["suspects"] = draw(st.lists(st.sampled_from(drugs), max_size=2, unique=True))
    return made | {"fact": added_id(kind, span, patient), "spans": [list(span)], "changes": said}


@st.composite
def reviews(draw: st.DrawFn) -> tuple[Case, list[Node]]:
    """A shipped case, and any decisions on its facts."""
    case = draw(st.sampled_from([*CASES.values(), SEVERAL]))
    made = []
    for fact in case.facts:
        verdict = draw(st.sampled_from(["accept", "reject", "correct", "note", ""]))
        if verdict == "correct":
            made.append(decision(fact, verdict, changes=draw(changes(changes_for(fact)))))
        elif verdict:
            made.append(decision(fact, verdict))
    return case, made + draw(st.lists(additions(case), max_size=4))


@settings(max_examples=60)
@given(reviews(), st.sampled_from(["transaction", "batch", "collection"]))
def test_whatever_was_decided_the_bundle_is_good(
    reviewed: tuple[Case, list[Node]], kind: Any
) -> None:
    """No reference leads nowhere (to_bundle checks), and validation finds no error."""
    case, decisions = reviewed
    made = decided(case, *decisions)
    assert from_dict(json.loads(json.dumps(to_dict(made.case)))) == made.case
    data = to_json(to_bundle(made.case, Settings(bundle_type=kind))).encode()
    assert [issue.message for issue in validate(data) if issue.is_error] == []
    assert to_json(to_bundle(decided(case, *decisions).case, Settings(bundle_type=kind))) == (
        data.decode()
    )


@pytest.mark.parametrize("change", [str.upper, str.strip, lambda text: f"{text}."])
def test_no_decision_is_applied_to_another_text(change: Callable[[str], str]) -> None:
    """Not to one that differs by a character."""
    case = next(iter(CASES.values()))
    other = change(f" {case.text}")
    made = [decision(fact, "accept") for fact in case.facts]
    with pytest.raises(InputError):
        decide(case, read_decisions(file_of(other, made)))
