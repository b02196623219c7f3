"""What goes with a fact that a reviewer took away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from deciding import addition, correction, decided, decision, fact_of, ids, on
from fhirkit.facts.case import Case
from fhirkit.facts.model import AdverseEventFact, Suspect, When
from rich_case import CASE

EVENT = next(fact for fact in CASE.facts if isinstance(fact, AdverseEventFact))
GONE = [
    pytest.param(("reject", {}), id="rejected"),
    pytest.param(("correct", {"changes": {"whose": "family"}}), id="of-somebody-else"),
    pytest.param(("correct", {"changes": {"certainty": "refuted"}}), id="refuted"),
    pytest.param(("correct", {"changes": {"certainty": "not-done"}}), id="not-done"),
]
How = tuple[str, dict[str, Any]]


def with_event(**changes: Any) -> Case:
    """The rich case with its event changed."""
    return replace(CASE, facts=(*CASE.facts[:-1], replace(EVENT, **changes)))


@pytest.mark.parametrize("how", GONE)
def test_the_event_goes_with_its_reaction(how: How) -> None:
    """A reaction that the patient did not have cannot be anybody's fault."""
    verdict, more = how
    made = decided(CASE, on(CASE, "leukoencephalopathy", verdict, **more))
    assert made.untouched == ()
    assert "event" not in ids(made)


@pytest.mark.parametrize("how", GONE)
def test_the_suspect_goes_with_its_drug(how: How) -> None:
    """The others stay, and so does the event."""
    verdict, more = how
    two = (*EVENT.suspects, Suspect(EVENT.spans[0], "prednisone"))
    case = with_event(suspects=two)
    event = fact_of(decided(case, on(case, "alemtuzumab", verdict, **more)), "event")
    assert [suspect.medication for suspect in event.suspects] == ["prednisone"]


@pytest.mark.parametrize("how", GONE)
def test_the_event_goes_with_its_last_suspect(how: How) -> None:
    """What is put down to nothing is only a finding, which has a fact of its own."""
    verdict, more = how
    made = decided(CASE, on(CASE, "alemtuzumab", verdict, **more))
    assert "event" not in ids(made)
    assert "leukoencephalopathy" in ids(made)


def test_an_event_without_a_suspect_stays_without() -> None:
    """It never hung on any."""
    case = with_event(suspects=())
    assert "event" in ids(decided(case, on(case, "alemtuzumab", "reject")))


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        pytest.param("alemtuzumab", "certainty", "suspected", id="suspected-drug"),
        pytest.param("leukoencephalopathy", "certainty", "differential", id="one-of-several"),
        pytest.param("alemtuzumab", "value", "24", id="another-dose"),
    ],
)
def test_the_event_stays_with_what_may_be(name: str, field: str, value: str) -> None:
    """Only what is denied takes it along."""
    made = decided(CASE, correction(CASE, name, **{field: value}))
    assert fact_of(made, "event").suspects == EVENT.suspects


def test_a_decision_on_an_event_that_goes_is_told() -> None:
    """Whoever accepted it should know."""
    made = decided(CASE, on(CASE, "event", "accept"), on(CASE, "alemtuzumab", "reject"))
    (told,) = made.untouched
    assert told.startswith("event: accept was not applied: ")
    assert [review.fact for review in made.case.reviews] == ["alemtuzumab"]


def test_an_added_event_goes_with_its_suspect_too() -> None:
    """Whatever the order of the decisions."""
    event = addition(CASE, "adverse-event", "headache", suspects=["rituximab"])
    made = decided(CASE, event, correction(CASE, "rituximab", certainty="negated"))
    assert event["fact"] not in ids(made)
    assert made.untouched[0].startswith(f"{event['fact']}: add was not applied: ")


@pytest.mark.parametrize(
    ("name", "holder", "field"),
    [
        pytest.param("ms", "interferon", "reason", id="reason-of-a-drug"),
        pytest.param("leukoencephalopathy", "plasma-exchange", "reason", id="of-a-procedure"),
        pytest.param("leukoencephalopathy", "stay", "reason", id="of-a-stay"),
        pytest.param("alemtuzumab", "leukoencephalopathy", "due_to", id="cause"),
    ],
)
@pytest.mark.parametrize("how", GONE)
def test_reasons_and_causes_go(name: str, holder: str, field: str, how: How) -> None:
    """Ids of facts that are none of the patient's any more."""
    verdict, more = how
    made = decided(CASE, on(CASE, name, verdict, **more))
    assert getattr(fact_of(made, holder), field) == ()


def test_what_is_denied_may_be_evidence() -> None:
    """A study that was not made is none; a value that is not there may be one."""
    rejected = decided(CASE, on(CASE, "hb", "reject"))
    denied = decided(CASE, correction(CASE, "hb", certainty="negated"))
    assert fact_of(rejected, "leukoencephalopathy").evidence == ("mri",)
    assert fact_of(denied, "leukoencephalopathy").evidence == ("mri", "hb")


@pytest.mark.parametrize("name", ["fever", "hb", "mri", "prednisone", "pml"])
def test_facts_of_a_stay_that_goes_are_of_none(name: str) -> None:
    """They stay."""
    assert fact_of(decided(CASE, on(CASE, "stay", "reject")), name).encounter is None


@pytest.mark.parametrize(
    ("gone", "name", "field"),
    [
        pytest.param("stay", "fever", "when", id="when"),
        pytest.param("stay", "patient", "died", id="death"),
        pytest.param("alemtuzumab", "stay", "when", id="stay"),
        pytest.param("alemtuzumab", "leukoencephalopathy", "onset", id="onset"),
    ],
)
def test_a_time_is_no_longer_measured_from_what_is_gone(gone: str, name: str, field: str) -> None:
    """The words stay, without relation or distance."""
    before: When = getattr(next(fact for fact in CASE.facts if fact.id == name), field)
    assert before.anchor == gone
    after = getattr(fact_of(decided(CASE, on(CASE, gone, "reject")), name), field)
    assert after == When(before.span)


def test_times_measured_from_others_stay() -> None:
    """Only what hangs on the fact is touched."""
    made = decided(CASE, on(CASE, "fever", "reject"))
    assert [f for f in CASE.facts if f.id != "fever"] == list(made.case.facts)


def test_all_can_be_rejected() -> None:
    """What is left is a text."""
    made = decided(CASE, *(decision(fact, "reject") for fact in CASE.facts))
    assert made.case.facts == ()
