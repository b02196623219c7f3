"""What a bundle says of the people who decided on its facts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from deciding import AT, addition, correction, decided, decision, on
from facts_builder import codes, grounded_words
from fhirkit import Settings, to_bundle, validate
from fhirkit.facts.case import Case
from fhirkit.facts.model import AdverseEventFact, When
from rich_case import CASE

Node = dict[str, Any]
LOINC = "http://loinc.org"


class Bundle:
    """The bundle of the rich case after decisions, all of which were applied."""

    def __init__(self, *decisions: Node, case: Case = CASE, **settings: Any) -> None:
        made = decided(case, *decisions)
        assert made.untouched == ()
        self.case = made.case
        self.entries = to_bundle(made.case, Settings(**settings))["entry"]
        self.resources = [entry["resource"] for entry in self.entries]
        self.by_url = {entry["fullUrl"]: entry["resource"] for entry in self.entries}

    def of(self, name: str) -> Node:
        """The resource of a fact."""
        return next(r for r in self.resources if _key(r).endswith(f"-{name}"))

    def provenances(self) -> list[Node]:
        """Those that are not the software's."""
        return [r for r in self.resources if "-review." in _key(r)]

    def targets(self, provenance: Node) -> set[str]:
        """The keys of what a Provenance is about, without the document's."""
        found = [self.by_url[target["reference"]] for target in provenance["target"]]
        return {_key(resource).partition("-")[2] for resource in found}


def _key(resource: Node) -> str:
    tags = resource.get("meta", {}).get("tag")
    identifiers = resource.get("identifier")
    found: str = tags[0]["code"] if tags else identifiers[0]["value"]  # type: ignore[index]
    return found


def roles(provenance: Node) -> tuple[str, str]:
    """What its one agent did, and their name."""
    (agent,) = provenance["agent"]
    return codes(agent["type"])[0], agent["who"]["display"]


def text_of(resource: Node) -> str:
    """The readable part."""
    found: str = resource["text"]["div"]
    return found


def test_nobody_is_named_where_nobody_decided() -> None:
    """The bundle of before."""
    assert Bundle().provenances() == []


def test_what_was_accepted_is_verified() -> None:
    """One Provenance of the reviewer for all of it, at the last of the instants."""
    later = "2026-11-23T10:30:00+02:00"  # which is earlier
    made = Bundle(
        on(CASE, "fever", "accept"),
        on(CASE, "mri", "accept", at="2026-11-23T09:30:00Z"),
        on(CASE, "hb", "accept", at=later),
    )
    (provenance,) = made.provenances()
    assert roles(provenance) == ("verifier", "A. Reviewer")
    assert provenance["recorded"] == "2026-11-23T09:30:00Z"
    assert made.targets(provenance) == {"fever", "mri", "hb"}
    assert "activity" not in provenance
    assert provenance["entity"][0]["role"] == "source"


def test_each_reviewer_has_a_provenance() -> None:
    """With what they accepted."""
    made = Bundle(on(CASE, "fever", "accept"), on(CASE, "mri", "accept", by="B. Second"))
    told = {roles(p)[1]: made.targets(p) for p in made.provenances()}
    assert told == {"A. Reviewer": {"fever"}, "B. Second": {"mri"}}


def test_an_accepted_patient_is_all_that_is_told_of_them() -> None:
    """Age, handedness and the rest are resources of their own."""
    made = Bundle(on(CASE, "patient", "accept"))
    (provenance,) = made.provenances()
    assert made.targets(provenance) == {
        "patient", "patient.age", "patient.handedness", "patient.occupation",
        "patient.cause-of-death",
    }  # fmt: skip


def test_a_correction_says_what_was_changed() -> None:
    """By whom, when, from what to what, and why."""
    made = Bundle(
        on(CASE, "hb", "correct", changes={"value": "24", "unit": "g/L"}, note="see the table")
    )
    (provenance,) = made.provenances()
    assert roles(provenance) == ("author", "A. Reviewer")
    assert (provenance["recorded"], codes(provenance["activity"])) == (AT, ["UPDATE"])
    assert made.targets(provenance) == {"hb"}
    words = "value from 7.00 to 24; unit from g/dl to g/L. Note: see the table"
    assert words in text_of(provenance)


def test_a_corrected_value_is_in_the_resource() -> None:
    """With a word on it beside the author's words."""
    observation = Bundle(correction(CASE, "hb", value="24", unit="g/L")).of("hb")
    assert observation["valueQuantity"] == {
        "value": 24, "unit": "g/L", "system": "http://unitsofmeasure.org", "code": "g/L"
    }  # fmt: skip
    assert "[corrected by A. Reviewer: value from 7.00 to 24; " in text_of(observation)


def test_a_corrected_age_is_the_observations() -> None:
    """The Patient has no age."""
    made = Bundle(correction(CASE, "patient", value="53"))
    (provenance,) = made.provenances()
    assert made.targets(provenance) == {"patient.age"}
    assert made.of("patient.age")["valueQuantity"]["value"] == 53


def test_a_corrected_dose_is_told_in_its_words_too() -> None:
    """What the author wrote would contradict it."""
    administration = Bundle(correction(CASE, "alemtuzumab", value="24")).of("alemtuzumab")
    assert administration["dosage"]["dose"]["value"] == 24
    assert administration["dosage"]["text"].endswith("[corrected: 24 mg]")


@pytest.mark.parametrize(
    ("name", "element"),
    [
        pytest.param("hb", "code", id="observation"),
        pytest.param("ms", "code", id="condition"),
        pytest.param("fever", "valueCodeableConcept", id="symptom"),
        pytest.param("mastocytosis", "valueCodeableConcept", id="absent-condition"),
        pytest.param("alemtuzumab", "medicationCodeableConcept", id="drug"),
        pytest.param("ocrelizumab", "medicationCodeableConcept", id="declined-drug"),
        pytest.param("vaccine", "vaccineCode", id="vaccine"),
        pytest.param("plasma-exchange", "code", id="procedure"),
        pytest.param("mri", "code", id="report"),
        pytest.param("event", "event", id="event"),
    ],
)
def test_a_reviewers_code_stands_alone(name: str, element: str) -> None:
    """In place of those of the vocabulary, under the author's words."""
    code = {"system": "https://hospital.example/codes", "code": "x-1", "display": "A thing"}
    concept = Bundle(correction(CASE, name, code=code)).of(name)[element]
    assert concept["coding"] == [code]
    assert concept["text"]


def test_a_unit_does_not_take_a_reviewers_code_away() -> None:
    """They saw the unit."""
    code = {"system": LOINC, "code": "718-7"}  # [Mass/volume]
    observation = Bundle(correction(CASE, "hb", code=code, unit="mmol/L")).of("hb")
    assert codes(observation["code"]) == ["718-7"]


@pytest.mark.parametrize(
    ("name", "certainty", "resource_type", "element", "value"),
    [
        pytest.param(
            "ms", "suspected", "Condition", "verificationStatus", "provisional", id="maybe"
        ),
        pytest.param(
            "pml", "refuted", "Condition", "verificationStatus", "refuted", id="ruled-out"
        ),
        pytest.param("fever", "negated", "Observation", "code", "111551-8", id="absent"),
        pytest.param("confusion", "affirmed", "Observation", "code", "75325-1", id="present"),
    ],
)
def test_a_corrected_certainty_changes_the_resource(
    name: str, certainty: str, resource_type: str, element: str, value: str
) -> None:
    """As if it had been read so."""
    resource = Bundle(correction(CASE, name, certainty=certainty)).of(name)
    assert resource["resourceType"] == resource_type
    assert codes(resource[element]) == [value]


def test_what_is_somebody_elses_is_no_resource() -> None:
    """And no Provenance tells of it."""
    made = Bundle(correction(CASE, "fever", whose="family"))
    assert made.provenances() == []
    assert not any(_key(resource).endswith("-fever") for resource in made.resources)


def test_what_becomes_the_patients_is_a_resource() -> None:
    """By the reviewer's word."""
    made = Bundle(correction(CASE, "lupus", whose="patient"))
    (provenance,) = made.provenances()
    assert made.of("lupus")["resourceType"] == "Condition"
    assert "whose it is from family to patient" in text_of(provenance)


def test_an_added_fact_is_its_reviewers() -> None:
    """No software asserted it, and none says that it assembled it."""
    new = addition(CASE, "symptom", "headache")
    made = Bundle(new)
    resource = made.of(new["fact"])
    assert "security" not in resource.get("meta", {})
    assert "[added by A. Reviewer]" in text_of(resource)
    assert grounded_words(resource, CASE.text) == ["headache"]
    (provenance,) = made.provenances()
    assert (roles(provenance)[0], codes(provenance["activity"])) == ("author", ["CREATE"])
    assert made.targets(provenance) == {new["fact"]}
    assert new["fact"] not in made.targets(made.of("case.provenance"))


def test_all_else_is_still_the_softwares() -> None:
    """What was accepted or corrected was read by it."""
    made = Bundle(on(CASE, "fever", "accept"), correction(CASE, "hb", value="24"))
    assembled = made.targets(made.of("case.provenance"))
    assert {"fever", "hb"} <= assembled
    assert made.of("hb")["meta"]["security"][0]["code"] == "DEVAST"


def test_test_data_is_labelled_whoever_says_it() -> None:
    """Added facts and the Provenance of people, too."""
    made = Bundle(addition(CASE, "symptom", "headache"), test_data=True)
    for resource in made.resources:
        assert "HTEST" in [label["code"] for label in resource["meta"]["security"]]


@pytest.mark.parametrize("verdict", ["reject", "note"])
def test_what_was_not_found_right_has_no_provenance(verdict: str) -> None:
    """A rejected fact has no resource, one with a note is undecided."""
    assert Bundle(on(CASE, "fever", verdict)).provenances() == []


def test_a_rejected_patient_is_somebody_not_described() -> None:
    """The facts that are left must belong to someone."""
    made = Bundle(on(CASE, "patient", "reject"))
    (patient,) = [r for r in made.resources if r["resourceType"] == "Patient"]
    assert "not described" in text_of(patient)


def test_nothing_is_left_but_the_text() -> None:
    """Where all was rejected."""
    made = Bundle(*(decision(fact, "reject") for fact in CASE.facts))
    kinds = [resource["resourceType"] for resource in made.resources]
    assert kinds == ["Device", "DocumentReference", "Provenance"]


def test_a_latency_whose_anchor_is_gone_is_measured_from_nothing() -> None:
    """Not from the suspect instead: the text did not say that."""
    event = next(fact for fact in CASE.facts if isinstance(fact, AdverseEventFact))
    told = When(event.latency.span, event.latency.offset, "after", "stay")  # type: ignore[union-attr]
    facts = (*CASE.facts[:-1], replace(event, latency=told))
    made = Bundle(on(case := replace(CASE, facts=facts), "stay", "reject"), case=case)
    extensions = made.of("event")["_date"]["extension"]
    assert [extension["url"].rpartition("/")[2] for extension in extensions] == [
        "data-absent-reason", "originalText"
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["transaction", "batch", "collection"])
def test_every_bundle_is_valid(kind: str) -> None:
    """Whatever its type: of what people decided nothing but information is found."""
    made = decided(
        CASE,
        *(decision(fact, "accept") for fact in CASE.facts),
        correction(CASE, "hb", value="24"),
        addition(CASE, "symptom", "headache"),
        addition(CASE, "adverse-event", "headache", suspects=["rituximab"]),
    )
    issues = validate(to_bundle(made.case, Settings(bundle_type=kind)))  # type: ignore[arg-type]
    ours = [issue for issue in issues if "Provenance" in str(issue.where)]
    assert ours == []


def test_a_second_bundle_is_the_same() -> None:
    """Keys and addresses come from the text and the decisions."""
    decisions = (on(CASE, "fever", "accept"), correction(CASE, "hb", value="24"))
    assert Bundle(*decisions).entries == Bundle(*decisions).entries
    urls = [entry["fullUrl"] for entry in Bundle(*decisions).entries]
    assert len(urls) == len(set(urls))
