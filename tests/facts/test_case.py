from __future__ import annotations

import pytest

from fhirkit.facts.case import Case, spans_of
from fhirkit.facts.model import Quantity, SymptomFact, Term
from fhirkit.narrative.span import Span

TEXT = "She had fever for two days."


def fever(**changes: object) -> SymptomFact:
    """A symptom that fits the text."""
    fields: dict[str, object] = {
        "id": "s", "spans": (Span(8, 13, "fever"),), "name": Term(Span(8, 13, "fever"), "fever")
    }  # fmt: skip
    return SymptomFact(**(fields | changes))  # type: ignore[arg-type]


def test_a_case_keeps_text_facts_and_notices() -> None:
    """As they were given."""
    case = Case(TEXT, (fever(),), ("a note",))
    assert (case.text, case.facts, case.notices) == (TEXT, (fever(),), ("a note",))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        pytest.param((fever(spans=(Span(7, 12, "fever"),)),), "7-12", id="shifted"),
        pytest.param((fever(spans=(Span(8, 13, "Fever"),)),), "8-13", id="other-case"),
        pytest.param((fever(spans=(Span(8, 8, ""),)),), "8-8", id="empty"),
        pytest.param((fever(spans=(Span(25, 40, "s.!"),)),), "25-40", id="beyond-the-end"),
        pytest.param((fever(spans=(Span(-5, -1, "day!"),)),), "-5", id="negative"),
        pytest.param((fever(name=Term(Span(0, 3, "fev"))),), "0-3", id="in-a-term"),
        pytest.param((fever(duration=Quantity(Span(18, 26, "two day"), "2")),), "18-26", id="in-a-value"),
        pytest.param((fever(spans=()),), "no span", id="no-span"),
        pytest.param((fever(), fever()), "two facts", id="same-id"),
    ],
)  # fmt: skip
def test_a_span_that_does_not_fit_is_refused(facts: tuple[SymptomFact, ...], words: str) -> None:
    """A case cannot hold a fact without its words."""
    with pytest.raises(ValueError, match=words) as caught:
        Case(TEXT, facts)
    assert "fever" not in str(caught.value)


def test_all_spans_of_a_fact_are_found() -> None:
    """Mentions, values and values inside values."""
    fact = fever(duration=Quantity(Span(18, 26, "two days"), "2", "days", "d"))
    assert [s.text for s in spans_of(fact)] == ["fever", "fever", "two days"]
