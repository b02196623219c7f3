"""What a person corrected or added is their word, by a Provenance of the bundle."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from deciding import addition, correction, decided, on
from fhirkit import Settings, extract, to_bundle, validate
from fhirkit.facts.case import Case
from fhirkit.facts.model import ObservationFact
from fhirkit.issues import Issue, Severity

Node = dict[str, Any]
TEXT = (
    "A 40-year-old woman with multiple sclerosis was given 12 mg of alemtuzumab for five days. "
    "Hemoglobin was 2.4 g/dl. She had no fever. Her mother had migraine."
)
CASE = extract(TEXT)
HB = next(fact.id for fact in CASE.facts if isinstance(fact, ObservationFact))


def bundle_of(*decisions: Node, case: Case = CASE, kind: str = "transaction") -> Node:
    """The bundle after decisions."""
    made = decided(case, *decisions)
    assert made.untouched == ()
    return to_bundle(made.case, Settings(bundle_type=kind))  # type: ignore[arg-type]


def told(bundle: Node) -> list[tuple[str, Severity]]:
    """Element and severity of each finding."""
    issues: list[Issue] = validate(bundle)
    return [(str(issue.where).rpartition("), ")[2], issue.severity) for issue in issues]


def review_of(bundle: Node) -> Node:
    """The reviewer's Provenance."""
    found = [entry["resource"] for entry in bundle["entry"]]
    return next(
        r
        for r in found
        if r["resourceType"] == "Provenance" and "-review." in str(r["meta"]["tag"])
    )


@pytest.mark.parametrize("kind", ["transaction", "batch", "collection"])
def test_a_corrected_value_is_information(kind: str) -> None:
    """It is not what the words say, and is meant to be so."""
    bundle = bundle_of(correction(CASE, HB, value="24"), kind=kind)
    assert told(bundle) == [("valueQuantity.value", Severity.INFORMATION)]


@pytest.mark.parametrize(
    ("changes", "element"),
    [
        pytest.param({"unit": "mmol/L"}, "valueQuantity.unit", id="unit"),
        pytest.param({"value": "<2.4"}, "valueQuantity.comparator", id="comparator"),
        pytest.param({"certainty": "not-done"}, "status", id="certainty"),
    ],
)
def test_so_is_all_that_can_be_corrected(changes: Node, element: str) -> None:
    """Each at the element that says otherwise than the words."""
    assert told(bundle_of(correction(CASE, HB, **changes))) == [(element, Severity.INFORMATION)]


def test_a_fact_added_under_a_wrong_name_is_its_reviewers() -> None:
    """The code stands for something else than the words."""
    code = {"system": "http://snomed.info/sct", "code": "386661006", "display": "Fever"}
    bundle = bundle_of(addition(CASE, "symptom", "migraine", code=code))
    assert {severity for _, severity in told(bundle)} == {Severity.INFORMATION}


def _without_activity(bundle: Node) -> None:
    del review_of(bundle)["activity"]


def _other_activity(bundle: Node) -> None:
    review_of(bundle)["activity"]["coding"][0] |= {"code": "READ", "display": "read"}


def _verified(bundle: Node) -> None:
    coding = review_of(bundle)["agent"][0]["type"]["coding"][0]
    coding |= {"code": "verifier", "display": "Verifier"}


def _by_software(bundle: Node) -> None:
    device = next(e for e in bundle["entry"] if e["resource"]["resourceType"] == "Device")
    review_of(bundle)["agent"][0]["who"] = {"reference": device["fullUrl"]}


def _by_software_elsewhere(bundle: Node) -> None:
    review_of(bundle)["agent"][0]["who"] = {"reference": "https://example.org/fhir/Device/1"}


def _by_a_kind_of_software(bundle: Node) -> None:
    review_of(bundle)["agent"][0]["who"] = {"type": "Device", "display": "a program"}


def _by_nobody(bundle: Node) -> None:
    review_of(bundle)["agent"][0]["who"] = "A. Reviewer"


def _of_another(bundle: Node) -> None:
    patient = next(e for e in bundle["entry"] if e["resource"]["resourceType"] == "Patient")
    review_of(bundle)["target"] = [{"reference": patient["fullUrl"]}]


def _taken_out(bundle: Node) -> None:
    bundle["entry"] = [e for e in bundle["entry"] if e["resource"] is not review_of(bundle)]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(_without_activity, id="no-activity"),
        pytest.param(_other_activity, id="only-read"),
        pytest.param(_verified, id="only-verified"),
        pytest.param(_by_software, id="a-device"),
        pytest.param(_by_software_elsewhere, id="a-device-elsewhere"),
        pytest.param(_by_a_kind_of_software, id="a-device-in-words"),
        pytest.param(_by_nobody, id="no-reference"),
        pytest.param(_of_another, id="of-another-resource"),
        pytest.param(_taken_out, id="no-provenance"),
    ],
)
def test_without_a_persons_word_it_is_an_error(change: Callable[[Node], None]) -> None:
    """A value that is not in the words, and for which nobody answers."""
    bundle = copy.deepcopy(bundle_of(correction(CASE, HB, value="24")))
    change(bundle)
    assert ("valueQuantity.value", Severity.ERROR) in told(bundle)


def test_what_was_accepted_is_held_to_its_words() -> None:
    """Changed by hand after the review it is found."""
    bundle = bundle_of(on(CASE, HB, "accept"))
    observation = next(
        e["resource"] for e in bundle["entry"] if "valueQuantity" in e["resource"]
        and e["resource"]["category"][0]["coding"][0]["code"] == "laboratory"
    )  # fmt: skip
    observation["valueQuantity"]["value"] = 24
    assert told(bundle) == [("valueQuantity.value", Severity.ERROR)]


@pytest.mark.parametrize(
    "place",
    [
        pytest.param((len(TEXT) + 1, 3), id="outside"),
        pytest.param((3, 1_000), id="over-the-end"),
        pytest.param((1, 1), id="a-space"),
        pytest.param((TEXT.index("Hemo") + 2, 3), id="inside-a-word"),
    ],
)
def test_places_lead_into_the_text_whoever_decided(place: tuple[int, int]) -> None:
    """A person's word has words, too."""
    bundle = copy.deepcopy(bundle_of(correction(CASE, HB, value="24")))
    for entry in bundle["entry"]:
        if entry["resource"].get("valueQuantity", {}).get("value") == 24:
            parts = entry["resource"]["extension"][0]["extension"]
            parts[2]["valueInteger"], parts[3]["valueInteger"] = place
    assert Severity.ERROR in {severity for _, severity in told(bundle)}


def test_authors_of_others_bundles_excuse_nothing() -> None:
    """There an author stands beside everything."""
    bundle = copy.deepcopy(bundle_of(correction(CASE, HB, value="24")))
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] == "DocumentReference":
            entry["resource"]["identifier"][0]["value"] = "letter-1"
    assert ("valueQuantity.value", Severity.WARNING) in told(bundle)


def test_findings_tell_nothing_of_the_text() -> None:
    """Nor of the person."""
    for issue in validate(bundle_of(correction(CASE, HB, value="24", unit="mmol/L"))):
        assert "Reviewer" not in issue.message
        assert "a person answers for it" in issue.message


def test_a_suspect_under_a_persons_name_is_theirs() -> None:
    """The event's words name the drug as the text does."""
    text = (
        "A 40-year-old woman was given methylprednisolone. "
        "She developed hepatitis, which was attributed to the steroid pulses."
    )
    case = extract(text)
    drug = next(fact for fact in case.facts if fact.id.startswith("medication"))
    code = {"system": "https://hospital.example/codes", "code": "x"}
    bundle = bundle_of(
        correction(case, drug.id, code=code),
        addition(case, "adverse-event", "hepatitis", suspects=[drug.id]),
        case=case,
    )
    # The reviewer of the event is somebody else's word, taken out: that of the drug is enough.
    bundle["entry"] = [e for e in bundle["entry"] if "review.added" not in str(e["resource"])]
    assert [told for told in told(bundle) if "suspect" in told[0]] == [
        ("suspectEntity[0].instance", Severity.INFORMATION)
    ]
