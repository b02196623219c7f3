from __future__ import annotations

import pytest

from fhirkit.facts.model import AdverseEventFact, Suspect
from reading import Reading

HEPATITIS = "A 45-year-old woman took isoniazid. She developed hepatitis, attributed to isoniazid. "


def suspect(text: str) -> Suspect:
    """The suspect of the one event."""
    (found,) = Reading(HEPATITIS + text).one(AdverseEventFact, "hepatitis").suspects
    return found


def dechallenge(text: str) -> str | None:
    """The result of stopping the drug."""
    found = suspect(text).dechallenge
    return found.concept if found else None


def rechallenge(text: str) -> str | None:
    """The result of giving it again."""
    found = suspect(text).rechallenge
    return found.concept if found else None


@pytest.mark.parametrize(
    ("text", "result"),
    [
        pytest.param("Isoniazid was stopped and the hepatitis resolved.", "positive", id="and"),
        pytest.param("The hepatitis resolved after withdrawal of isoniazid.", "positive", id="after"),
        pytest.param("After discontinuation of the drug she recovered.", "positive", id="the-drug"),
        pytest.param("Isoniazid was stopped. The hepatitis resolved within a week.", "positive", id="next-sentence"),
        pytest.param("The dose of isoniazid was reduced and the hepatitis improved.", "positive", id="reduced"),
        pytest.param("The hepatitis persisted despite withdrawal of isoniazid.", "negative", id="despite"),
        pytest.param("Isoniazid was stopped but the hepatitis persisted.", None, id="but"),
        pytest.param("Isoniazid was stopped, and the hepatitis did not improve.", "negative", id="did-not"),
        pytest.param("Isoniazid was stopped after the hepatitis had resolved.", None, id="stopped-afterwards"),
        pytest.param("The hepatitis resolved and isoniazid was stopped.", None, id="resolved-before"),
        pytest.param("Isoniazid was stopped and prednisolone was given, and she recovered.", None, id="treated"),
        pytest.param("Isoniazid was stopped.", None, id="no-result"),
        pytest.param("Rifampicin was stopped and the hepatitis resolved.", None, id="another-drug"),
        pytest.param("Isoniazid was stopped and the fever resolved.", None, id="another-reaction"),
        pytest.param("In other patients the hepatitis resolved after withdrawal of isoniazid.", None, id="others"),
    ],
)  # fmt: skip
def test_dechallenge(text: str, result: str | None) -> None:
    """Whether this reaction abated after this drug was stopped, and nothing else was begun."""
    if "Rifampicin" in text:
        found = Reading(HEPATITIS + text).one(AdverseEventFact, "hepatitis").suspects
        assert {s.medication: s.dechallenge for s in found}["medication-isoniazid"] is None
    else:
        assert dechallenge(text) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        pytest.param("The hepatitis recurred when isoniazid was reintroduced.", "recurred", id="recurred"),
        pytest.param("Isoniazid was reintroduced and the hepatitis recurred.", "recurred", id="and"),
        pytest.param("On rechallenge with isoniazid the hepatitis recurred.", "recurred", id="rechallenge"),
        pytest.param("Isoniazid was reintroduced without recurrence of hepatitis.", "did not recur", id="without"),
        pytest.param("The hepatitis did not recur on rechallenge with isoniazid.", "did not recur", id="did-not"),
        pytest.param("Isoniazid was restarted. The hepatitis did not recur.", "did not recur", id="next-sentence"),
        pytest.param("Isoniazid was restarted at a lower dose.", "unknown", id="untold"),
        pytest.param("No rechallenge was performed.", "not done", id="none"),
        pytest.param("Rechallenge with isoniazid was not attempted.", "not done", id="not-attempted"),
        pytest.param("Isoniazid was stopped.", None, id="nothing"),
        pytest.param("Rifampicin was reintroduced.", None, id="another-drug"),
        pytest.param("She resumed work.", None, id="work"),
    ],
)  # fmt: skip
def test_rechallenge(text: str, result: str | None) -> None:
    """ICH E2B(R3) G.k.9.i.4: whether the reaction came again."""
    assert rechallenge(text) == result


def test_the_words_lead_from_the_stop_to_its_result() -> None:
    """The span tells both."""
    found = suspect("Isoniazid was stopped and the hepatitis resolved.").dechallenge
    assert found is not None
    assert found.span.text == "was stopped and the hepatitis resolved"


@pytest.mark.parametrize(
    ("text", "events"),
    [
        pytest.param("She took lithium. Tremor disappeared after discontinuation of lithium.", 1, id="dechallenge"),
        pytest.param("She took lithium. Tremor recurred when lithium was restarted.", 1, id="rechallenge"),
        pytest.param("She took lithium. The tremor persisted after discontinuation of lithium.", 0, id="negative"),
        pytest.param("She took lithium for mania. The mania resolved after lithium was stopped.", 0, id="indication"),
        pytest.param("Her pneumonia resolved and ceftriaxone was stopped.", 0, id="course-ended"),
        pytest.param("No tremor occurred when lithium was restarted.", 0, id="no-reaction"),
    ],
)  # fmt: skip
def test_a_result_ties_the_reaction_to_the_drug(text: str, events: int) -> None:
    """A reaction that went with the drug, or came back with it, is an event on it."""
    read = Reading("A 45-year-old woman came to our clinic. " + text)
    assert len(read.of(AdverseEventFact)) == events
