"""The entries of a page: facts, the resources they became, and what was found in those."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fhirkit.issues import Issue, Severity
from fhirkit.report.collect import collect
from fhirkit.report.entries import Entry
from fhirkit.report.kinds import GROUPS, KINDS
from fhirkit.report.resources import key_of
from fhirkit.report.subject import Subject, of_text

TEXT = (
    "A 40-year-old woman with multiple sclerosis, previously treated with fingolimod, was given "
    "alemtuzumab 12 mg daily for five days. Eight months later she was admitted with a headache "
    "but no fever, and haemoglobin was 6.8 g/dL. EDSS was 3.5. MRI showed new lesions. She was "
    "transfused. Alemtuzumab-induced autoimmune haemolytic anaemia was diagnosed. Her sister had "
    "lupus."
)


@pytest.fixture(scope="module")
def subject() -> Subject:
    """A case with a fact of every group."""
    return of_text("case.txt", TEXT)


def by_title(subject: Subject) -> dict[str, Entry]:
    """The entries by their titles."""
    return {entry.title: entry for entry in collect(subject)[0]}


def test_every_fact_is_an_entry(subject: Subject) -> None:
    """None is left out, none is told twice, and the order is the text's."""
    entries, loose = collect(subject)
    assert [entry.id for entry in entries] == [fact.id for fact in subject.case.facts]
    assert loose == ()


@pytest.mark.parametrize(
    ("title", "group"),
    [
        ("female patient", "patient"),
        ("alemtuzumab", "exposure"),
        ("fingolimod", "previous"),
        ("admission", "admission"),
        ("headache", "findings"),
        ("fever", "findings"),
        ("hemoglobin", "laboratory"),
        ("EDSS", "scores"),
        ("MRI", "studies"),
        ("multiple sclerosis", "diagnoses"),
        ("autoimmune haemolytic anaemia", "adverse-events"),
    ],
)
def test_facts_stand_where_a_clinician_looks(subject: Subject, title: str, group: str) -> None:
    """By what they are; a symptom that is denied is still a symptom."""
    found = {(entry.title, entry.group) for entry in collect(subject)[0]}
    assert (title, group) in found


def test_what_is_not_the_patients_stands_apart(subject: Subject) -> None:
    """The sister's disease became no resource and is in the last group."""
    others = [entry for entry in collect(subject)[0] if entry.group == "others"]
    assert [entry.whose for entry in others] == ["family"]
    assert all(entry.made is None and entry.codes == () for entry in others)


def test_an_entry_names_the_resource_it_became(subject: Subject) -> None:
    """Its type, its key, and the codes that go out with it."""
    entry = by_title(subject)["hemoglobin"]
    assert entry.made is not None
    assert entry.made.type == "Observation"
    assert entry.made.key.endswith(entry.id)
    assert [(code.name, code.code) for code in entry.codes] == [("LOINC", "718-7")]
    assert (entry.value, entry.unit) == ("6.8", "g/dL")


def test_groups_and_kinds_have_names(subject: Subject) -> None:
    """An entry of a group that the page does not know would not be shown."""
    for entry in collect(subject)[0]:
        assert entry.group in GROUPS
        assert entry.kind in KINDS


def found_in(subject: Subject, resource_type: str, **more: str) -> Subject:
    """The same subject with a finding in the first resource of a type."""
    entries = subject.bundle["entry"]
    types = [entry["resource"]["resourceType"] for entry in entries]
    place = f"Bundle.entry[{types.index(resource_type)}].resource"
    issue = Issue(severity=Severity.ERROR, code="value", message="m", expression=place, **more)
    return replace(subject, issues=(issue,))


def test_a_finding_stands_with_its_fact(subject: Subject) -> None:
    """The entry whose resource it is in has it, and no other."""
    entries, loose = collect(found_in(subject, "MedicationAdministration"))
    assert [entry.title for entry in entries if entry.findings] == ["alemtuzumab"]
    assert loose == ()


def test_a_finding_on_the_age_stands_with_the_patient(subject: Subject) -> None:
    """What is observed of the person has resources of its own, but no fact of its own."""
    keys = [key_of(entry["resource"]) or "" for entry in subject.bundle["entry"]]
    place = next(position for position, key in enumerate(keys) if key.endswith(".age"))
    issue = Issue(
        severity=Severity.WARNING,
        code="value",
        message="m",
        expression=f"Bundle.entry[{place}].resource.valueQuantity",
    )
    entries, _ = collect(replace(subject, issues=(issue,)))
    assert [entry.kind for entry in entries if entry.findings] == ["patient"]


@pytest.mark.parametrize("expression", ["Bundle.type", None, "Bundle.entry[999].resource", "x"])
def test_a_finding_of_no_fact_is_not_lost(subject: Subject, expression: str | None) -> None:
    """It is told of the bundle."""
    issue = Issue(severity=Severity.ERROR, code="value", message="m", expression=expression)
    entries, loose = collect(replace(subject, issues=(issue,)))
    assert loose == (issue,)
    assert not any(entry.findings for entry in entries)


def test_findings_on_software_and_document_are_the_bundles(subject: Subject) -> None:
    """No fact became the Device."""
    _, loose = collect(found_in(subject, "Device"))
    assert len(loose) == 1


def test_an_altered_resource_is_shown_as_it_is(subject: Subject) -> None:
    """What the bundle says counts, and nothing of the reading can be accepted in its place."""
    bundle = {**subject.bundle, "entry": [dict(entry) for entry in subject.bundle["entry"]]}
    entry = next(
        one
        for one in bundle["entry"]
        if one["resource"].get("valueQuantity", {}).get("value") == 6.8
    )
    resource = {**entry["resource"], "valueQuantity": {"value": 8.6, "unit": "g/dL"}}
    entry["resource"] = resource
    altered = replace(subject, bundle=bundle, altered=frozenset({entry["fullUrl"]}))
    found = next(one for one in collect(altered)[0] if one.id == "observation-hemoglobin")
    told = {detail.label: detail.parts[0].text for detail in found.details}
    assert told["valueQuantity"] == "8.6 g/dL"
    assert (found.value, found.seen, found.changes) == ("", None, ())
    assert "otherwise" in found.remark


def test_a_resource_of_nobody_is_shown_too(subject: Subject) -> None:
    """What stands in a bundle and was read by no rule must not be overlooked."""
    stranger = {
        "fullUrl": "urn:uuid:5",
        "resource": {"resourceType": "Condition", "id": "a b<c>", "code": {"text": "gout"}},
    }
    bundle = {**subject.bundle, "entry": [*subject.bundle["entry"], stranger]}
    entry = collect(replace(subject, bundle=bundle))[0][-1]
    assert entry.remark == "in the bundle, but not read from the text by fhirkit"
    assert (entry.title, entry.kind, entry.group, entry.seen) == (
        "gout",
        "condition",
        "diagnoses",
        None,
    )
    assert entry.made is not None
    assert entry.id == f"entry.{len(bundle['entry']) - 1}"


def test_a_reviewers_addition_keeps_its_name(subject: Subject) -> None:
    """The name its key has, if no fact has it; one resource cannot take another's place."""
    document = (key_of(subject.bundle["entry"][0]["resource"]) or "").partition("-")[0]
    added = [
        {"resource": {"resourceType": "Condition", "identifier": [{"value": f"{document}-{name}"}]}}
        for name in ("added-condition-1-5", "a b", "added-condition-1-5")
    ]
    bundle = {**subject.bundle, "entry": [*subject.bundle["entry"], *added]}
    ids = [entry.id for entry in collect(replace(subject, bundle=bundle))[0]]
    assert "added-condition-1-5" in ids
    assert len(set(ids)) == len(ids)


def test_seen_tells_readings_apart(subject: Subject) -> None:
    """Every fact has its own, so that a decision cannot be taken for one on another."""
    seen = [entry.seen for entry in collect(subject)[0]]
    assert None not in seen
    assert len(set(seen)) == len(seen)
