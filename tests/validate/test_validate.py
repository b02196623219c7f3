from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fhirkit
from fhirkit.issues import Severity
from fhirkit.validate import validate

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "resourceType",
                    "entry",
                    "resource",
                    "id",
                    "contained",
                    "reference",
                    "type",
                    "request",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def spots(node: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON value that can be given another value."""
    found: list[tuple[Any, Any]] = []
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in pairs:
        found.append((node, key))
        if isinstance(value, dict | list):
            found += spots(value)
    return found


@pytest.mark.parametrize("form", [lambda b: b, json.dumps, lambda b: json.dumps(b).encode()])
def test_objects_text_and_bytes_are_taken(bundle: dict[str, Any], form: Any) -> None:
    """However a bundle is given, the findings are the same."""
    bundle["entry"][1]["resource"]["value"] = 3
    issues = fhirkit.validate(form(bundle))
    assert [issue.expression for issue in issues] == ["Bundle.entry[1].resource.value"]


@pytest.mark.parametrize("entry", [None, 3, {}, []], ids=repr)
def test_a_bundle_with_odd_entries_is_judged(entry: object) -> None:
    """``entry`` may be missing or empty; what is no array is an issue."""
    issues = validate({"resourceType": "Bundle", "type": "collection", "entry": entry})
    assert all(issue.severity is Severity.ERROR for issue in issues)


def test_a_bundle_without_entries_is_fine() -> None:
    """Nothing to push is no defect."""
    assert validate({"resourceType": "Bundle", "type": "transaction"}) == []


@given(st.data())
def test_no_change_of_a_bundle_is_an_exception(data: st.DataObject) -> None:
    """Any value in any place of a bundle gives findings or none, but never an exception."""
    spoilt: dict[str, Any] = {
        "resourceType": "Bundle",
        "type": data.draw(st.sampled_from(["transaction", "batch", "collection"])),
        "entry": [
            {
                "fullUrl": "urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a01",
                "resource": {
                    "resourceType": "Observation",
                    "status": "final",
                    "code": {"coding": [{"code": "x"}]},
                    "contained": [{"resourceType": "Patient", "id": "p"}],
                    "subject": {"reference": "#p", "type": "Patient"},
                    "component": [{"code": {"text": "x"}, "valueQuantity": {"value": 1}}],
                },
                "request": {"method": "PUT", "url": "Observation?identifier=a|2"},
            }
        ],
    }
    owner, key = data.draw(st.sampled_from(spots(spoilt)))
    owner[key] = data.draw(VALUES)
    for issue in validate(spoilt):
        assert issue.message
        issue.to_dict()


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_no_input_is_an_exception(data: bytes | str) -> None:
    """Whatever bytes or text are given, the answer is a list of issues."""
    assert [issue.severity for issue in validate(data)] == [Severity.FATAL]


@pytest.mark.parametrize("number", ["000", "001"])
def test_reference_bundles_have_no_issue(benchmark: Path, require: Any, number: str) -> None:
    """The bundles modelled by hand are without a finding."""
    path = benchmark.parent / "reference" / f"bundle-{number}.json"
    if not path.is_file():
        require("no reference bundles beside the benchmark")
    assert validate(path.read_bytes()) == []


def test_the_benchmarks_valid_variants_have_no_issue(benchmark: Path) -> None:
    """No false alarm on bundles that are unusual and right."""
    folder = benchmark / "validation" / "mutants"
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    alarms = {
        row["file"]: issues
        for row in manifest
        if row["kind"] == "valid" and (issues := validate((folder / row["file"]).read_bytes()))
    }
    assert alarms == {}


def test_time_grows_with_the_bundle_and_not_with_its_square(bundle: dict[str, Any]) -> None:
    """A bundle of 2,000 entries, each referring to the first, is judged in one pass."""
    reading = bundle["entry"].pop()
    for number in range(2_000):
        entry = {**reading, "fullUrl": f"urn:uuid:00000000-0000-4000-8000-{number:012d}"}
        entry["request"] = {"method": "PUT", "url": f"Observation?identifier=a|{number}"}
        bundle["entry"].append(entry)
    assert validate(bundle) == []
