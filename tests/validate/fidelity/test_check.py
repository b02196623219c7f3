"""Whole bundles: nothing on what fhirkit makes, something on what a hand changed afterwards."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit import Settings, extract, to_bundle, to_json
from fhirkit._cases import golden_cases
from fhirkit.validate.fidelity import check_fidelity
from fhirkit.validate.findings import Findings

Node = dict[str, Any]
CASES = {case.key: case.bundle for case in golden_cases()}


def read(data: bytes | str) -> Node:
    """A bundle as the validator parses it."""
    parsed: Node = json.loads(data, parse_float=Decimal)
    return parsed


def check(bundle: Any) -> Findings:
    """What is found in a bundle."""
    findings = Findings()
    check_fidelity(bundle, findings)
    return findings


@pytest.mark.parametrize("key", CASES)
def test_golden_bundles_are_faithful(key: str) -> None:
    """Nothing is found in what fhirkit makes of the golden cases."""
    assert check(read(CASES[key])).made == []


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(Settings(bundle_type="batch"), id="batch"),
        pytest.param(Settings(bundle_type="collection"), id="collection"),
        pytest.param(Settings(identifier_system="https://example.org/k"), id="own-identifiers"),
        pytest.param(Settings(seriousness="both"), id="both-code-lists"),
    ],
)
def test_every_shape_of_bundle_is_faithful(settings: Settings) -> None:
    """References by identifier and other systems of identifiers change nothing."""
    for case in golden_cases():
        assert check(read(to_json(to_bundle(extract(case.text), settings)))).made == []


@pytest.mark.slow
def test_published_cases_are_faithful(benchmark: Any) -> None:
    """Nothing is found in what fhirkit makes of the published cases and the unlabelled texts."""
    files = [*(benchmark / "seeds").glob("*.txt"), *(benchmark / "cases").glob("*.txt")]
    texts = [file.read_text("utf-8") for file in files]
    narratives = benchmark / "corpora" / "unlabelled" / "narratives.ndjson"
    texts += [json.loads(line)["text"] for line in narratives.read_text("utf-8").splitlines()]
    # Read as an age of one year, and rightly found.
    texts = [text for text in texts if "hand movement at 1 meter" not in text]
    found = [text for text in texts if check(read(to_json(to_bundle(extract(text))))).made]
    assert found == []


def test_a_text_beyond_ascii() -> None:
    """Places count characters, whatever their length in bytes."""
    text = "😀 Ein Fall: a 47-year-old woman had a haemoglobin of 7.1 g/dL – très low."
    assert check(read(to_json(to_bundle(extract(text))))).made == []


def quantities(node: Any) -> Iterator[Node]:
    """Every Quantity with a number that was measured."""
    if isinstance(node, dict):
        if node.get("value") and not isinstance(node["value"], str | dict | list):
            yield node
        for name, inner in node.items():
            if name not in ("meta", "identifier"):
                yield from quantities(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from quantities(inner)


def grounded(bundle: Node) -> list[Node]:
    """The resources that name their words."""
    resources = [entry["resource"] for entry in bundle["entry"]]
    return [r for r in resources if "derivation-reference" in json.dumps(r.get("extension", []))]


def _numbers(bundle: Node) -> Iterator[Callable[[], object]]:
    for quantity in quantities(grounded(bundle)):
        yield lambda quantity=quantity: quantity.update(value=quantity["value"] * 10 + 7)


def _units(bundle: Node) -> Iterator[Callable[[], object]]:
    for quantity in quantities(grounded(bundle)):
        if quantity.get("unit") and quantity.get("code") not in ("{score}", "ng/mL"):
            unit = {"unit": "ng/mL", "code": "ng/mL"}
            yield lambda quantity=quantity, unit=unit: quantity.update(unit)


def _drugs(bundle: Node) -> Iterator[Callable[[], object]]:
    for resource in grounded(bundle):
        if "medicationCodeableConcept" in resource:
            other = {"medicationCodeableConcept": {"text": "carbamazepine"}}
            yield lambda resource=resource, other=other: resource.update(other)


def _dates(bundle: Node) -> Iterator[Callable[[], object]]:
    names = {"Condition": "onsetDateTime", "Procedure": "performedDateTime", "Patient": "birthDate"}
    for resource in grounded(bundle):
        if resource["resourceType"] in names:
            made_up = {names[resource["resourceType"]]: "1961-05-17"}
            yield lambda resource=resource, made_up=made_up: resource.update(made_up)


def _codes(bundle: Node) -> Iterator[Callable[[], object]]:
    other = {"system": "http://www.whocc.no/atc", "code": "N03AF01", "display": "carbamazepine"}
    for resource in grounded(bundle):
        for coding in resource.get("medicationCodeableConcept", {}).get("coding", ()):
            yield lambda coding=coding: coding.update(other)


def _sexes(bundle: Node) -> Iterator[Callable[[], object]]:
    other = {"male": "female", "female": "male"}
    for resource in grounded(bundle):
        if resource.get("gender") in other:
            change = {"gender": other[resource["gender"]]}
            yield lambda resource=resource, change=change: resource.update(change)


def _bare(bundle: Node) -> Iterator[Callable[[], object]]:
    for resource in grounded(bundle):
        if resource["resourceType"] != "Patient":
            yield lambda resource=resource: resource.pop("extension")


@pytest.mark.parametrize(
    ("changes", "caught"),
    [
        pytest.param(_numbers, 0.97, id="value-or-dose"),
        pytest.param(_units, 0.95, id="unit"),
        pytest.param(_drugs, 1.0, id="drug"),
        pytest.param(_codes, 1.0, id="code-of-a-drug"),
        pytest.param(_dates, 1.0, id="date-made-up"),
        pytest.param(_sexes, 1.0, id="sex"),
        pytest.param(_bare, 1.0, id="without-words"),
    ],
)
def test_changes_by_hand_are_caught(
    changes: Callable[[Node], Iterator[Callable[[], object]]], caught: float
) -> None:
    """Of the changes of one kind to the golden bundles, each made alone, so many are found."""
    found = []
    for data in CASES.values():
        for at in range(len(list(changes(read(data))))):
            bundle = read(data)
            list(changes(bundle))[at]()
            found.append(bool(check(bundle).made))
    assert found
    assert sum(found) / len(found) >= caught


def test_nothing_of_the_text_is_quoted() -> None:
    """What was found tells places, codes and units: no word and no number of the patient."""
    for data in CASES.values():
        bundle = read(data)
        for change in [*_numbers(bundle), *_units(bundle), *_drugs(bundle), *_sexes(bundle)]:
            change()
        for finding in check(bundle).made:
            told = finding.found or ""
            assert re.fullmatch(
                r"(?:none in )?characters \d+-\d+|character \d+|[A-Za-z0-9.-]{0,20}", told
            )


NAMES = st.sampled_from(
    "resourceType extension code value unit text coding status valueQuantity period start note"
    " dosage repeat gender name content attachment data offset length".split()
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
DATA = next(iter(CASES.values()), b"{}")


@given(entry=st.integers(0, 27), name=NAMES, value=JSON)
def test_any_json_anywhere(entry: int, name: str, value: Any) -> None:
    """No shape of a bundle makes the check fail."""
    bundle = read(DATA)
    resource = bundle["entry"][entry % len(bundle["entry"])]["resource"]
    resource[name] = value
    for part in list(resource):
        if isinstance(resource[part], dict):
            resource[part][name] = value
    check(bundle)


@given(bundle=JSON)
def test_any_json_at_all(bundle: Any) -> None:
    """What is no bundle is passed over."""
    check(bundle if isinstance(bundle, dict) else {"entry": bundle})


def test_deep_nesting_ends() -> None:
    """An element nested without end is left at some depth."""
    bundle = read(DATA)
    deep: Node = {}
    node = deep
    for _ in range(20_000):
        node["node"] = {}
        node = node["node"]
    grounded(bundle)[0]["node"] = deep
    check(bundle)


def test_time_grows_with_the_bundle() -> None:
    """Ten times the resources take ten times as long, not a hundred times."""

    def seconds(times: int) -> float:
        bundle = read(DATA)
        bundle["entry"] *= times
        check(bundle)
        before = time.perf_counter()
        check(bundle)
        return time.perf_counter() - before

    assert seconds(40) < 40 * max(min(seconds(4) for _ in range(3)), 0.001)
