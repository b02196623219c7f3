from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from facts_builder import Story
from fhirkit.bundle import to_bundle, to_json
from fhirkit.errors import InputError
from fhirkit.facts.model import SymptomFact
from fhirkit.settings import Settings
from rich_case import CASE
from small_mappings import MAPPINGS

TESTS = Path(__file__).resolve().parents[1]
TYPES = ["transaction", "batch", "collection"]


def bundle(**settings: Any) -> dict[str, Any]:
    """The Bundle of the rich case."""
    return to_bundle(CASE, Settings(**settings), mappings=MAPPINGS)


def test_shared_resources_come_first() -> None:
    """What others point at is there before them; the Provenance points at all."""
    types = [entry["resource"]["resourceType"] for entry in bundle()["entry"]]
    assert types[:3] == ["Device", "DocumentReference", "Patient"]
    assert types[-1] == "Provenance"
    assert types.index("Specimen") < types.index("Observation")
    assert types.index("Encounter") < types.index("Condition")


def test_every_kind_of_fact_is_there() -> None:
    """The rich case shows every resource type that mappers make."""
    types = Counter(entry["resource"]["resourceType"] for entry in bundle()["entry"])
    assert set(types) == {
        "AdverseEvent",
        "Condition",
        "Device",
        "DiagnosticReport",
        "DocumentReference",
        "Encounter",
        "Immunization",
        "MedicationAdministration",
        "MedicationStatement",
        "Observation",
        "Patient",
        "Procedure",
        "Provenance",
        "Specimen",
    }


def test_others_statements_are_left_out() -> None:
    """The mother's lupus is not the patient's."""
    assert "lupus" not in to_json(bundle())


def test_every_entry_is_created_only_once() -> None:
    """A conditional create with the bare query, by the resource's own key."""
    seen = set()
    for entry in bundle()["entry"]:
        resource, request = entry["resource"], entry["request"]
        assert request["method"] == "POST"
        assert request["url"] == resource["resourceType"]
        parameter, _, key = request["ifNoneExist"].partition("=")
        system, _, value = key.partition("|")
        by_tag = resource["resourceType"] in ("AdverseEvent", "Provenance")
        assert parameter == ("_tag" if by_tag else "identifier")
        if by_tag:
            assert {"system": system, "code": value} in resource["meta"]["tag"]
        else:
            assert {"system": system, "value": value} in resource["identifier"]
        seen.add(request["ifNoneExist"])
    assert len(seen) == len(bundle()["entry"])


def test_update_on_repeat_is_a_conditional_update() -> None:
    """For a site whose server holds nothing but what fhirkit sent."""
    for entry in bundle(on_repeat="update")["entry"]:
        assert entry["request"]["method"] == "PUT"
        assert entry["request"]["url"].startswith(f"{entry['resource']['resourceType']}?")
        assert "ifNoneExist" not in entry["request"]


def test_odd_identifier_system_is_escaped_in_the_search() -> None:
    """A "&" in the system would end the parameter."""
    entry = bundle(identifier_system="https://h.org/a?b=1&c=2")["entry"][0]
    assert "https://h.org/a%3Fb%3D1%26c%3D2|" in entry["request"]["ifNoneExist"]
    assert entry["resource"]["identifier"][0]["system"] == "https://h.org/a?b=1&c=2"


def test_full_urls_are_lower_case_uuids() -> None:
    """Some servers rewrite no others."""
    urls = [entry["fullUrl"] for entry in bundle()["entry"]]
    assert len(set(urls)) == len(urls)
    for url in urls:
        assert url == url.lower()
        assert len(url) == len("urn:uuid:") + 36


def test_keys_hold_the_document_and_the_fact() -> None:
    """Another text gives other keys, so that no case overwrites another."""
    first = bundle()["entry"][2]["resource"]["identifier"][0]["value"]
    second = to_bundle(replace(CASE, text=CASE.text + " "), mappings=MAPPINGS)
    other = second["entry"][2]["resource"]["identifier"][0]["value"]
    assert first.endswith("-patient")
    assert other.endswith("-patient")
    assert first != other


def test_collection_has_no_requests() -> None:
    """bdl-3."""
    assert not any("request" in entry for entry in bundle(bundle_type="collection")["entry"])


def test_batch_points_by_identifier() -> None:
    """No server resolves a urn between the entries of a batch."""
    made = bundle(bundle_type="batch")
    assert '"reference":"urn:' not in to_json(made)
    patient = next(e["resource"] for e in made["entry"] if "gender" in e["resource"])
    condition = next(
        e["resource"] for e in made["entry"] if e["resource"]["resourceType"] == "Condition"
    )
    assert condition["subject"] == {"type": "Patient", "identifier": patient["identifier"][0]}


@pytest.mark.parametrize("kind", TYPES)
def test_same_case_gives_the_same_bytes(kind: str) -> None:
    """Twice in one process."""
    assert to_json(bundle(bundle_type=kind)) == to_json(bundle(bundle_type=kind))


def test_results_share_nothing() -> None:
    """Changing one result, or one resource in it, changes no other."""
    before = to_json(bundle())
    spoilt = bundle()
    spoilt["entry"][0]["resource"]["meta"]["security"][0]["code"] = "X"
    assert to_json(spoilt).count('"code":"X"') == 1
    assert to_json(bundle()) == before


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from rich_case import CASE
from small_mappings import MAPPINGS
from fhirkit.bundle import to_bundle, to_json
sys.stdout.buffer.write(to_json(to_bundle(CASE, mappings=MAPPINGS)).encode())
"""


def test_same_bytes_with_another_hash_seed() -> None:
    """No order comes from a set or from memory."""
    made = set()
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", SCRIPT, str(TESTS)]
        made.add(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
    assert made == {to_json(bundle()).encode()}


@pytest.mark.parametrize("name", ["", "a b", "a|b", "case.patient", "ä", "x" * 129])
def test_id_that_cannot_be_searched_for_is_refused(name: str) -> None:
    """It becomes part of an identifier; the message does not repeat it."""
    story = Story("He had [[fever]].")
    fact = SymptomFact(id=name, spans=(story("fever"),), name=story.term("fever"))
    with pytest.raises(InputError, match="a fact's id"):
        to_bundle(story.case(fact), mappings=MAPPINGS)


def test_shipped_mappings_are_the_default() -> None:
    """Without others given."""
    story = Story("He had [[fever]].")
    fact = SymptomFact(id="s", spans=(story("fever"),), name=story.term("fever"))
    assert '"75325-1"' in to_json(to_bundle(story.case(fact)))
