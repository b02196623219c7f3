"""Public yardsticks: planted defects, HL7's own cases, reference bundles, official examples."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

import fhirkit
from fhirkit.issues import Issue
from oracle.agreement import nearest

Say = Callable[[str], None]
Require = Callable[[str], NoReturn]
Row = dict[str, Any]

FLAGGED, PLACED, VALID = 72, 70, 11
HL7_CASES, HL7_AGREED = 39, 37
#: Read here, for the tests themselves see no settings of the environment.
PACKAGES = os.environ.get("FHIRKIT_PACKAGES")
EXAMPLES = "hl7.fhir.r4.examples"
SLIPS = Path(__file__).with_name("example_slips.csv")
#: HL7's cases whose recorded verdict is not ours, each with the reason.
NOT_OURS = {
    "bundle-id-5": "the display of a CVX code, which only a terminology server knows",
    "contained-resource-bad-id-ignore": "an option passes over contained resources; we do not",
}


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Prints a line although the test passes: the figures are its product."""

    def print_it(line: str) -> None:
        with capsys.disabled():
            print(line)  # noqa: T201 - see above

    return print_it


@pytest.fixture
def planted(benchmark: Path) -> list[tuple[Row, list[Issue]]]:
    """Each file of the manifest with what we say of it."""
    folder = benchmark / "validation" / "mutants"
    rows: list[Row] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return [(row, fhirkit.validate((folder / row["file"]).read_bytes())) for row in rows]


def is_flagged(row: Row, issues: list[Issue]) -> bool:
    """Whether the defect is told as badly as the manifest wants it told."""
    if row["severity"] == "error-or-warning":
        return bool(issues)
    return any(issue.is_error for issue in issues)


def test_every_planted_defect_is_flagged(planted: list[tuple[Row, list[Issue]]], say: Say) -> None:
    """72 mutants with one defect each, and each is seen."""
    mutants = [(row, issues) for row, issues in planted if row["kind"] == "mutant"]
    missed = [row["file"] for row, issues in mutants if not is_flagged(row, issues)]
    say(f"\nplanted defects: {len(mutants) - len(missed)} of {len(mutants)} flagged")
    assert missed == []
    assert len(mutants) >= FLAGGED


def test_planted_defects_are_told_where_they_are(
    planted: list[tuple[Row, list[Issue]]], say: Say
) -> None:
    """At the manifest's element or its parent."""
    places = {
        row["file"]: nearest([issue.expression or "" for issue in issues], row["expression"])
        for row, issues in planted
        if row["kind"] == "mutant"
    }
    say(f"\nplaces of planted defects: {dict(Counter(places.values()).most_common())}")
    placed = [file for file, place in places.items() if place in ("same", "parent")]
    assert len(placed) >= PLACED, sorted(set(places) - set(placed))


def test_one_defect_is_one_finding(planted: list[tuple[Row, list[Issue]]]) -> None:
    """Nothing is flagged twice, and nothing follows from a defect but the defect.

    Some defects are planted in an extension that nobody has defined, which is told besides.
    """
    several = {
        row["file"]: [(one.key, one.expression) for one in told]
        for row, issues in planted
        if row["kind"] == "mutant"
        and len(told := [one for one in issues if one.key != "extension-unknown"]) != 1
    }
    assert several == {}


def test_valid_variants_have_no_error(planted: list[tuple[Row, list[Issue]]]) -> None:
    """11 unusual bundles that R4 allows."""
    valid = {row["file"]: issues for row, issues in planted if row["kind"] == "valid"}
    wrong = {
        file: [(issue.key, issue.expression) for issue in issues if issue.is_error]
        for file, issues in valid.items()
    }
    assert {file: keys for file, keys in wrong.items() if keys} == {}
    assert len(valid) >= VALID


def test_the_good_bundle_has_no_finding(benchmark: Path) -> None:
    """Not a single warning."""
    good = benchmark / "validation" / "mutants" / "good.json"
    assert fhirkit.validate(good.read_bytes()) == []


def test_hl7_cases_have_the_official_verdict(benchmark: Path, say: Say) -> None:
    """Refused, strictly, is what the official validator refuses; the rest has its reason."""
    folder = benchmark / "validation" / "hl7"
    cases: list[Row] = json.loads((folder / "expected.json").read_text("utf-8"))
    other = {}
    for case in cases:
        issues = fhirkit.validate((folder / case["file"]).read_bytes(), strict=True)
        errors = [(issue.key, issue.expression) for issue in issues if issue.is_error]
        if bool(errors) != (case["verdict"] == "fail"):
            other[case["name"]] = (case["verdict"], errors[:3])
    say(f"\nHL7's cases: the official verdict on {len(cases) - len(other)} of {len(cases)}")
    assert len(cases) >= HL7_CASES
    assert len(cases) - len(other) >= HL7_AGREED, other
    assert {name: found for name, found in other.items() if name not in NOT_OURS} == {}


def test_reference_bundles_have_no_error(benchmark: Path, require: Require) -> None:
    """Bundles modelled by hand, which users are shown."""
    files = sorted((benchmark.parent / "reference").glob("*.json"))
    if not files:
        require("no reference bundles beside the benchmark")
    wrong = {
        file.name: [(issue.key, issue.expression) for issue in errors]
        for file in files
        if (errors := [one for one in fhirkit.validate(file.read_bytes()) if one.is_error])
    }
    assert wrong == {}


@pytest.mark.slow
def test_official_examples_have_no_error(require: Require, checkout: Path, say: Say) -> None:
    """Thousands of resources of every type; what is wrong in them is listed with reasons."""
    examples = [*official_examples(require, checkout)]
    known = listed_slips()
    met: dict[tuple[str, str], list[tuple[str | None, str | None]]] = {}
    for name, text in examples:
        for issue in fhirkit.validate(text):
            if issue.is_error:
                met.setdefault((name, issue.key or ""), []).append((issue.expression, issue.found))
    say(f"\nofficial examples: {len(examples)}, of which {len({n for n, _ in met})} have slips")
    assert len(examples) > 5000
    assert {slip: places[:2] for slip, places in met.items() if slip not in known} == {}
    assert sorted(known.keys() - met.keys()) == []


def official_examples(require: Require, checkout: Path) -> Iterator[tuple[str, bytes]]:
    """Every example of the package by its file name."""
    import tarfile

    folder = Path(PACKAGES or checkout / ".venv" / "packages")
    archive = next(folder.glob(f"{EXAMPLES}-*.tgz"), None)
    if archive is None:
        require(f"no package {EXAMPLES}: scripts/fetch-packages brings it")
    with tarfile.open(archive) as package:
        for member in package:
            name = member.name.rpartition("/")[2]
            file = package.extractfile(member)
            text = file.read() if file and name.endswith(".json") else b""
            if b'"resourceType"' in text:
                yield name, text


def listed_slips() -> dict[tuple[str, str], str]:
    """The reason by file and key."""
    with SLIPS.open(encoding="utf-8", newline="") as file:
        return {(row["file"], row["key"]): row["reason"] for row in csv.DictReader(file)}
