"""Bundles of a text that tells of several patients."""

from __future__ import annotations

from typing import Any

import fhirkit

TEXT = (
    "Case 1: A 45-year-old man with gout was given allopurinol. His CSF protein was 0.4 g/L. "
    "Case 2: A 60-year-old woman with gout was given allopurinol. Her CSF protein was 0.6 g/L."
)
CASE = fhirkit.extract(TEXT)
BUNDLES = {n: fhirkit.to_bundle(part) for n, part in CASE.by_patient().items()}


def keys(bundle: dict[str, Any]) -> set[str]:
    """What a server finds the entries of a bundle by."""
    return {entry["request"]["ifNoneExist"] for entry in bundle["entry"]}


def test_each_patient_has_a_bundle() -> None:
    """Whole and valid: one Patient, one document, one Device."""
    assert list(BUNDLES) == [1, 2]
    for bundle in BUNDLES.values():
        assert fhirkit.validate(bundle) == []
        types = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
        assert [types.count(t) for t in ("Patient", "DocumentReference", "Device")] == [1, 1, 1]


def test_two_patients_share_no_key() -> None:
    """A push of one cannot find or change what is the other's, the document included."""
    assert keys(BUNDLES[1]).isdisjoint(keys(BUNDLES[2]))
    urls = [{entry["fullUrl"] for entry in bundle["entry"]} for bundle in BUNDLES.values()]
    assert urls[0].isdisjoint(urls[1])
    assert all("-p2-" in key for key in keys(BUNDLES[2]))
    assert not any("-p2-p2-" in key for key in keys(BUNDLES[2]))


def test_genders_are_not_mixed() -> None:
    """What belongs to one stays with that one."""
    for number, gender in ((1, "male"), (2, "female")):
        (patient,) = (
            entry["resource"]
            for entry in BUNDLES[number]["entry"]
            if entry["resource"]["resourceType"] == "Patient"
        )
        assert patient["gender"] == gender


def test_the_whole_text_in_one_bundle_has_the_same_entries() -> None:
    """Pushed together or one by one, the resources are the same."""
    whole = fhirkit.to_bundle(CASE)
    assert whole["entry"] == [*BUNDLES[1]["entry"], *BUNDLES[2]["entry"]]
    assert fhirkit.validate(whole) == []
