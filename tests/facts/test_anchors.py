from __future__ import annotations

import pytest

from fhirkit.facts.case import spans_of
from fhirkit.facts.model import AdverseEventFact, When
from reading import Reading, said, words

WOMAN = "A 45-year-old woman came to our clinic. "


def latency(text: str) -> When | None:
    """The latency of the one adverse event."""
    return Reading(WOMAN + text).one(AdverseEventFact).latency


@pytest.mark.parametrize(
    ("text", "value", "anchor", "said_as"),
    [
        pytest.param(
            "She received nivolumab. Ten days after the first dose of nivolumab she developed "
            "myocarditis due to nivolumab.",
            "10 d after", "medication-nivolumab", "Ten days after the first dose of nivolumab", id="dose-of",
        ),
        pytest.param(
            "She developed hepatitis, caused by fingolimod, six weeks after starting fingolimod.",
            "6 wk after", "medication-fingolimod", "six weeks after starting fingolimod", id="starting",
        ),
        pytest.param(
            "She received alemtuzumab. Eight months after treatment she developed pneumonia, "
            "which was attributed to alemtuzumab.",
            "8 mo after", "medication-alemtuzumab", "Eight months after treatment", id="treatment",
        ),
        pytest.param(
            "She received ocrelizumab. Three weeks after the second infusion she developed "
            "neutropenia, which was attributed to ocrelizumab.",
            "3 wk after", "medication-ocrelizumab", "Three weeks after the second infusion", id="second-infusion",
        ),
        pytest.param(
            "She took isoniazid. Five weeks later she developed hepatitis caused by isoniazid.",
            "5 wk after", "medication-isoniazid", "Five weeks later", id="later",
        ),
        pytest.param(
            "She developed hepatitis after 8 weeks on isoniazid. The hepatitis was attributed to "
            "isoniazid.",
            "8 wk after", "medication-isoniazid", "8 weeks", id="after-weeks-on",
        ),
    ],
)  # fmt: skip
def test_latency_from_the_suspect(text: str, value: str, anchor: str, said_as: str) -> None:
    """The distance, the treatment it is measured from, and the words."""
    when = latency(text)
    assert when is not None
    assert (said(when) or "", when.anchor) == (value, anchor)
    assert said_as in (words(when) or "")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("She had hepatitis caused by isoniazid. Two years later she married.", id="another-event"),
        pytest.param("Six days after admission she had hepatitis caused by isoniazid.", id="admission"),
        pytest.param("She had hepatitis caused by isoniazid. It was gone 3 weeks after discharge.", id="discharge"),
        pytest.param("Two days after a splenectomy she had hepatitis caused by isoniazid.", id="operation"),
        pytest.param("She had hepatitis caused by isoniazid for 3 weeks.", id="duration"),
        pytest.param("She had hepatitis caused by isoniazid. Usually it comes 4 weeks after treatment.", id="general"),
    ],
)  # fmt: skip
def test_times_that_are_no_latency(text: str) -> None:
    """Measured from something else than the suspect."""
    assert latency(text) is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("She fell ill two years after that.", id="that"),
        pytest.param(
            "She fell ill eight months after treatment. Later she was given aspirin.",
            id="no-treatment-yet",
        ),
        pytest.param("She took aspirin. She fell ill two years later.", id="later"),
    ],
)
def test_nothing_is_resolved_against_the_clock(text: str) -> None:
    """Relative times stay relative: no fact has a calendar date the text does not write."""
    read = Reading(WOMAN + text)
    for fact in read.case.facts:
        assert spans_of(fact)
        for name in ("when", "start", "stop", "onset", "latency"):
            when = getattr(fact, name, None)
            assert when is None or when.date is None


def test_no_fact_is_anchored_to_itself() -> None:
    """A time measured from the fact it times says nothing."""
    read = Reading(
        WOMAN + "She was admitted with pneumonia. Two days after admission she received "
        "ceftriaxone. Nine days after admission she died."
    )
    for fact in read.case.facts:
        when = getattr(fact, "when", None)
        assert when is None or when.anchor != fact.id
