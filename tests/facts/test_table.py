from __future__ import annotations

from fhirkit.facts.case import Case
from fhirkit.facts.model import (
    AdverseEventFact,
    Certainty,
    MedicationFact,
    ObservationFact,
    PatientFact,
    Quantity,
    Range,
    Ratio,
    Regimen,
    Suspect,
    SymptomFact,
    Term,
    When,
    Whose,
)
from fhirkit.facts.table import render
from fhirkit.narrative.span import Span

TEXT = (
    "A 40-year-old woman took 12 mg of\nzalmoxin for five days. No fever.\u202e Her sister had gout. "
    "The kappa/lambda ratio was 2:1, sodium 130 to 140. Anaemia came eight months later."
)


def span(words: str) -> Span:
    """Where the words stand in the text."""
    start = TEXT.index(words)
    return Span(start, start + len(words), words)


WOMAN = PatientFact(
    id="p", spans=(span("A 40-year-old woman"),),
    age=Quantity(span("40-year"), "40", "year", "a"), sex=Term(span("woman"), "female"),
)  # fmt: skip
DRUG = MedicationFact(
    id="m", spans=(span("12 mg of\nzalmoxin"), span("zalmoxin")), drug=Term(span("zalmoxin")),
    dose=Quantity(span("12 mg"), "12", "mg", "mg"), regimen=Regimen(span("for five days")),
)  # fmt: skip
FEVER = SymptomFact(
    id="s", spans=(span("No fever.\u202e"),), name=Term(span("fever"), "fever"),
    certainty=Certainty.NEGATED,
)  # fmt: skip
GOUT = SymptomFact(
    id="g", spans=(span("gout"),), name=Term(span("gout"), "gout"), whose=Whose.FAMILY
)
LIGHT = ObservationFact(
    id="l", spans=(span("ratio was 2:1"),), analyte=Term(span("kappa/lambda ratio")),
    category="laboratory", value=Ratio(span("2:1"), "2", "1"),
)  # fmt: skip
SODIUM = ObservationFact(
    id="n", spans=(span("sodium 130 to 140"),), analyte=Term(span("sodium"), "sodium"),
    category="laboratory",
    value=Range(span("130 to 140"), Quantity(span("130"), "130"), Quantity(span("140"), "140")),
)  # fmt: skip
EVENT = AdverseEventFact(
    id="a", spans=(span("Anaemia"),), reaction=Term(span("Anaemia"), "anaemia"),
    suspects=(Suspect(span("zalmoxin"), "m"),), latency=When(span("eight months later")),
)  # fmt: skip


def row(table: str, start: str) -> str:
    """The row that begins with these words."""
    return next(line for line in table.splitlines() if line.strip().startswith(start))


def test_facts_stand_under_their_kind_with_their_words() -> None:
    """What, how it is said, details, the words and where they stand."""
    table = render(Case(TEXT, (WOMAN, DRUG, FEVER, GOUT, LIGHT, SODIUM, EVENT)))
    lines = table.splitlines()
    order = ["Patient", "Symptoms", "Medications", "Observations", "Adverse events"]
    assert [line for line in lines if line in order] == order
    assert "age: 40 year; sex: female" in row(table, "patient")
    assert row(table, "patient").endswith("0-19")
    assert "2:1" in table
    assert "130 to 140" in table


def test_other_people_and_negation_are_visible() -> None:
    """A reader must not take them for the patient's own."""
    table = render(Case(TEXT, (FEVER, GOUT)))
    assert " negated " in row(table, "fever")
    assert " family " in row(table, "gout")


def test_ids_of_other_facts_become_their_names() -> None:
    """A suspect is a drug, not a number."""
    table = render(Case(TEXT, (DRUG, EVENT)))
    assert "suspects: zalmoxin" in table
    assert "latency: eight" in table


def test_more_mentions_are_counted() -> None:
    """The defining words stand there; the others are counted."""
    table = render(Case(TEXT, (DRUG,)))
    assert "(+1)" in table
    assert "12 mg of zalmoxin" in table


def test_nothing_in_the_text_steers_the_terminal() -> None:
    """Marks of direction and escape sequences are shown, not obeyed."""
    assert "\u202e" not in render(Case(TEXT, (FEVER,)))
    evil = "gout \x1b[31m here"
    fact = SymptomFact(id="s", spans=(Span(0, len(evil), evil),), name=Term(Span(0, 4, "gout")))
    assert "\x1b" not in render(Case(evil, (fact,)))


def test_no_facts_and_notices_are_said() -> None:
    """An empty table says so, and a notice follows."""
    assert render(Case(TEXT, ())) == "no facts\n"
    assert render(Case(TEXT, (), ("only the document was kept",))) == (
        "no facts\nnote: only the document was kept\n"
    )


def test_long_words_are_cut() -> None:
    """The place says where the rest stands."""
    text = "pain " * 200
    fact = SymptomFact(id="s", spans=(Span(0, 1000, text),), name=Term(Span(0, 4, "pain")))
    assert "…" in render(Case(text, (fact,)))
