"""What a decision is tied to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from facts_builder import Story
from fhirkit.facts.model import Certainty, Quantity, SymptomFact, Whose
from fhirkit.review.seen import seen

S = Story("She had [[fever]] for [[two days]], and [[fever]] again.")
FEVER = SymptomFact(
    id="fever", spans=(S("fever"),), name=S.term("fever"), rule="symptom.named", why="she"
)


def test_sixteen_digits() -> None:
    """The same on every run and machine."""
    assert seen(FEVER) == "5896293f39330e6a"


def test_by_what_rule_a_fact_was_made_is_not_seen() -> None:
    """A decision outlives a new name of the rule that made the fact."""
    assert seen(replace(FEVER, rule="other", why="")) == seen(FEVER)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"certainty": Certainty.NEGATED}, id="certainty"),
        pytest.param({"whose": Whose.FAMILY}, id="whose"),
        pytest.param({"spans": (S("fever"), S("fever", 1))}, id="another-mention"),
        pytest.param({"spans": (S("fever", 1),)}, id="elsewhere"),
        pytest.param({"name": S.term("fever", "pyrexia")}, id="concept"),
        pytest.param({"duration": Quantity(S("two days"), "2", "days", "d")}, id="value"),
        pytest.param({"encounter": "stay"}, id="link"),
        pytest.param({"patient": 2}, id="patient"),
        pytest.param({"id": "fever-2"}, id="id"),
    ],
)
def test_whatever_a_fact_says_is_seen(changes: dict[str, object]) -> None:
    """A decision on one reading holds for no other."""
    assert seen(replace(FEVER, **changes)) != seen(FEVER)  # type: ignore[arg-type]
