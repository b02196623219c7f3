"""Facts that a reviewer adds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from deciding import Node, addition, correction, decided, fact_of, on
from fhirkit.errors import InputError
from fhirkit.facts.case import Case
from fhirkit.facts.model import (
    Certainty,
    Code,
    ConditionFact,
    MedicationFact,
    ObservationFact,
    SymptomFact,
    Term,
    Whose,
)
from fhirkit.narrative.span import Span

TEXT = (
    "A woman had MS, a head-\nache and ms of waiting. She took aspirin 3,000 mg and a cough syrup, "
    "INR was 2.4, her blorbium 17 mg/dl, GCS 15. A flu vaccine was given. Chest X-ray was done, "
    "then an appendectomy … of hookworm disease. The rash was blamed on aspirin."
)
CASE = Case(TEXT, ())


def add(kind: str, words: str, **changes: Any) -> Any:
    """The fact that is added for ``words``."""
    made = decided(CASE, addition(CASE, kind, words, **changes))
    (fact,) = made.case.facts
    assert made.untouched == ()
    return fact


def test_an_added_fact_says_who_found_it() -> None:
    """Its id has its place, its rule is the reviewer."""
    fact = add("symptom", "head-\nache")
    assert (fact.id, fact.rule) == ("added-symptom-18-28", "reviewer")
    assert fact.spans == (Span(18, 28, "head-\nache"),)
    assert (fact.whose, fact.certainty, fact.patient) == (Whose.PATIENT, Certainty.AFFIRMED, None)


@pytest.mark.parametrize(
    ("kind", "words", "field", "concept"),
    [
        pytest.param("medication", "aspirin", "drug", "aspirin", id="drug"),
        pytest.param("medication", "blorbium", "drug", None, id="no-drug-we-know"),
        pytest.param("condition", "MS", "name", "multiple sclerosis", id="abbreviation"),
        pytest.param("condition", "ms", "name", None, id="no-abbreviation"),
        pytest.param("condition", "woman", "name", None, id="no-condition"),
        pytest.param("condition", "hookworm disease", "name", "Hookworm disease", id="further"),
        pytest.param("condition", "…", "name", None, id="no-words"),
        pytest.param("symptom", "rash", "name", "rash", id="symptom"),
        pytest.param("symptom", "aspirin", "name", None, id="a-drug-is-no-symptom"),
        pytest.param("observation", "INR", "analyte", "INR", id="observation"),
        pytest.param("observation", "blorbium", "analyte", None, id="no-observation"),
        pytest.param("procedure", "appendectomy", "name", "appendectomy", id="procedure"),
        pytest.param("adverse-event", "rash", "reaction", "rash", id="reaction"),
    ],
)
def test_names_are_looked_up(kind: str, words: str, field: str, concept: str | None) -> None:
    """Among those of its kind, as the reader writes them; else the words stand alone."""
    term = getattr(add(kind, words), field)
    assert (term.span.text, term.concept) == (words, concept)


@pytest.mark.parametrize(
    ("kind", "words", "field", "value"),
    [
        pytest.param("medication", "flu vaccine", "level", "vaccine", id="vaccine"),
        pytest.param("medication", "blorbium", "level", "ingredient", id="unknown-drug"),
        pytest.param("observation", "GCS", "category", "survey", id="score"),
        pytest.param("observation", "INR", "category", "laboratory", id="laboratory"),
        pytest.param("observation", "blorbium", "category", "exam", id="unknown-value"),
        pytest.param("report", "Chest X-ray", "category", "imaging", id="study"),
        pytest.param("report", "blorbium", "category", "other", id="unknown-study"),
    ],
)
def test_what_a_kind_must_say_is_looked_up(kind: str, words: str, field: str, value: str) -> None:
    """Or what says least where nobody knows the name."""
    assert getattr(add(kind, words), field) == value


@pytest.mark.parametrize(
    ("kind", "words", "changes", "expected"),
    [
        pytest.param(
            "medication", "aspirin 3,000 mg", {"value": "3000", "unit": "mg"},
            ("3,000 mg", "3000", "mg", "mg"), id="thousands, with the unit",
        ),
        pytest.param(
            "observation", "INR was 2.4", {"value": "2.4"}, ("2.4", "2.4", None, None), id="digits"
        ),
        pytest.param(
            "observation", "blorbium 17 mg/dl", {"value": "17", "unit": "g"},
            ("17", "17", "g", "g"), id="another-unit",
        ),
        pytest.param(
            "observation", "blorbium", {"value": "17", "unit": "blorbs"},
            ("blorbium", "17", "blorbs", None), id="not-in-the-words",
        ),
        pytest.param(
            "observation", "blorbium 17", {"value": "7"}, ("blorbium 17", "7", None, None),
            id="part-of-a-number",
        ),
    ],
)  # fmt: skip
def test_a_value_stands_where_its_digits_do(
    kind: str, words: str, changes: dict[str, str], expected: tuple[str | None, ...]
) -> None:
    """Else at the whole of the words."""
    fact: MedicationFact | ObservationFact = add(kind, words, **changes)
    value = fact.dose if isinstance(fact, MedicationFact) else fact.value
    assert (value.span.text, value.digits, value.unit, value.ucum) == expected  # type: ignore[union-attr]


def test_certainty_whose_and_code() -> None:
    """As the reviewer says."""
    code = {"system": "http://snomed.info/sct", "code": "271807003"}
    fact: SymptomFact = add("symptom", "rash", certainty="suspected", whose="family", code=code)
    assert (fact.certainty, fact.whose) == (Certainty.SUSPECTED, Whose.FAMILY)
    assert fact.name.code == Code("http://snomed.info/sct", "271807003")


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        pytest.param(TEXT.index("aspirin") + 2, TEXT.index("aspirin") + 4, "aspirin", id="cut"),
        pytest.param(TEXT.index(" aspirin"), TEXT.index("aspirin") + 8, "aspirin", id="spaced"),
        pytest.param(len(TEXT) - 8, len(TEXT), "aspirin.", id="to-the-end"),
    ],
)
def test_cut_words_are_made_whole(start: int, end: int, words: str) -> None:
    """And white space around them is left out; the id has the place as it was selected."""
    made = decided(CASE, placed(start, end))
    (fact,) = made.case.facts
    assert (fact.spans[0].text, fact.id) == (words, f"added-symptom-{start}-{end}")


def placed(start: int, end: int) -> Node:
    """A symptom added at a place."""
    made = addition(CASE, "symptom", "rash")
    return made | {"fact": f"added-symptom-{start}-{end}", "spans": [[start, end]]}


@pytest.mark.parametrize(
    ("made", "said"),
    [
        pytest.param(placed(len(TEXT), len(TEXT) + 1), "not in the text", id="behind-the-text"),
        pytest.param(placed(0, len(TEXT) + 1), "not in the text", id="over-the-end"),
        pytest.param(placed(1, 2), "no words", id="a-space"),
        pytest.param(
            addition(CASE, "symptom", "rash", patient=1), "of which", id="of-a-patient-nobody-is"
        ),
        pytest.param(
            addition(CASE, "adverse-event", "rash", suspects=["aspirin"]), "suspect", id="suspect"
        ),
        pytest.param(addition(CASE, "observation", "INR", unit="s"), "no single value", id="unit"),
        pytest.param(addition(CASE, "medication", "aspirin", value=">3"), "bounded", id="dose"),
    ],
)
def test_what_cannot_be_added_is_told(made: Node, said: str) -> None:
    """And nothing is added."""
    result = decided(CASE, made)
    assert result.case == CASE
    assert said in result.untouched[0]


@pytest.mark.parametrize("kind", ["condition", "symptom", "procedure", "report", "adverse-event"])
def test_only_drugs_and_observations_have_values(kind: str) -> None:
    """The error names the place in the file."""
    with pytest.raises(InputError, match=r"decisions\[0\]\.changes\.value "):
        add(kind, "rash", value="3")


def test_an_added_event_has_its_reaction_and_suspects() -> None:
    """Be they read or added; the reaction is the diagnosis or symptom of these words."""
    drug = addition(CASE, "medication", "aspirin")
    made = decided(
        CASE,
        event := addition(CASE, "adverse-event", "rash", suspects=[drug["fact"]]),
        drug,
        rash := addition(CASE, "symptom", "rash"),
    )
    fact = fact_of(made, event["fact"])
    assert fact.condition == rash["fact"]
    assert [suspect.medication for suspect in fact.suspects] == [drug["fact"]]


@pytest.mark.parametrize("verdict", ["reject", "family"])
def test_a_reaction_that_is_gone_is_none(verdict: str) -> None:
    """A fact rejected, or somebody else's, is not what the added event is about."""
    span = Span(TEXT.index("rash"), TEXT.index("rash") + 4, "rash")
    case = Case(TEXT, (ConditionFact(id="rash", spans=(span,), name=Term(span)),))
    gone = (
        on(case, "rash", "reject")
        if verdict == "reject"
        else correction(case, "rash", whose="family")
    )
    made = decided(case, event := addition(case, "adverse-event", "rash"), gone)
    assert fact_of(made, event["fact"]).condition is None


def test_in_a_text_of_several_patients_each_fact_is_of_one() -> None:
    """Of one that the text tells of."""
    span = Span(2, 7, "woman")
    fact = SymptomFact(id="p1-s", spans=(span,), name=Term(span), patient=1)
    case = Case(TEXT, (fact, replace(fact, id="p2-s", patient=2)))
    made = decided(
        case,
        good := addition(case, "symptom", "rash", patient=2),
        addition(case, "symptom", "rash"),
        addition(case, "symptom", "rash", patient=3),
    )
    assert [f.id for f in made.case.facts] == ["p1-s", "p2-s", good["fact"]]
    assert [review.patient for review in made.case.reviews] == [2]
    assert len(made.untouched) == 2


def test_a_fact_is_added_once() -> None:
    """Applied to what it gave, a file of additions adds nothing."""
    new = addition(CASE, "symptom", "rash")
    once = decided(CASE, new)
    twice = decided(once.case, new)
    assert twice.case == once.case
    assert "already" in twice.untouched[0]
