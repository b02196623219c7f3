"""The published cases. None of them is part of the project; see the fixture ``benchmark``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import fhirkit

SEEDS = [pytest.param("000", id="first"), pytest.param("001", id="second")]


def convert(source: Path, target: Path) -> None:
    """One narrative as a bundle in a file."""
    bundle = fhirkit.to_bundle(fhirkit.extract(source.read_text(encoding="utf-8")))
    target.write_text(fhirkit.to_json(bundle), encoding="utf-8")


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """A script of the benchmark."""
    return subprocess.run(
        [sys.executable, *map(str, command)], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def seeds(benchmark: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the bundles of both seeds."""
    folder = tmp_path_factory.mktemp("seeds")
    for text in sorted((benchmark / "seeds").glob("*.txt")):
        convert(text, folder / f"{text.stem}.json")
    return folder


@pytest.mark.parametrize("seed", SEEDS)
def test_the_seeds_are_read(benchmark: Path, seeds: Path, seed: str, tmp_path: Path) -> None:
    """F1 of .97, nothing that must not be stated, all doses, suspects and outcomes."""
    figures = tmp_path / "figures.json"
    gold = benchmark / "seeds" / f"{seed}.gold.json"
    done = run(benchmark / "score.py", seeds / f"{seed}.json", gold, "--json", figures, "-v")
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(figures.read_text())
    total, extras = result["total"], result["extras"]
    f1 = 2 * total["tp"] / (2 * total["tp"] + total["fp"] + total["fn"])
    assert f1 >= 0.97, done.stdout
    assert extras["violations"] == 0, done.stdout
    for name in ("dose", "suspect", "outcome"):
        right, of = extras[name]
        assert right == of, f"{name}: {done.stdout}"
    assert extras["suspect"][1] > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_the_spans_of_the_seeds_are_found(benchmark: Path, seeds: Path, seed: str) -> None:
    """Every required span is pointed at, no trap is asserted."""
    folder = benchmark / "seeds"
    bundle, gold, text = seeds / f"{seed}.json", f"{seed}.spans.json", f"{seed}.txt"
    done = run(benchmark / "score_spans.py", bundle, folder / gold, folder / text, "-v")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_other_cases_are_scored(
    benchmark: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are converted and the figures printed, whatever they are."""
    for text in sorted((benchmark / "cases").glob("*.txt")):
        convert(text, tmp_path / f"{text.stem}.json")
    done = run(benchmark / "score.py", "--all", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "all missed" not in done.stdout
    with capsys.disabled():
        print(done.stdout)  # noqa: T201 - the figures are the test's product


def unlabelled(benchmark: Path) -> Iterator[tuple[str, str]]:
    """(id, text) of the narratives without gold."""
    path = benchmark / "corpora" / "unlabelled" / "narratives.ndjson"
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            yield str(record["id"]), record["text"]


@pytest.mark.slow
def test_a_thousand_narratives_become_valid_bundles(benchmark: Path) -> None:
    """None raises, none has an error."""
    wrong: dict[str, list[str]] = {}
    count = 0
    for name, text in unlabelled(benchmark):
        count += 1
        try:
            issues = fhirkit.validate(fhirkit.to_bundle(fhirkit.extract(text)))
        except Exception as error:  # noqa: BLE001 - any exception is what this test is for
            wrong[name] = [f"{type(error).__name__} raised"]
            continue
        errors = [f"{i.code} at {i.where}" for i in issues if i.is_error]
        if errors:
            wrong[name] = errors
    assert count >= 1000
    assert wrong == {}


HASHES = """
import hashlib, json, sys, fhirkit
for line in open(sys.argv[1], encoding="utf-8"):
    record = json.loads(line)
    try:
        data = fhirkit.to_json(fhirkit.to_bundle(fhirkit.extract(record["text"])))
    except Exception as error:
        data = type(error).__name__
    print(record["id"], hashlib.sha256(data.encode()).hexdigest())
"""


@pytest.mark.slow
def test_another_hash_seed_gives_the_same_bytes(benchmark: Path) -> None:
    """The bundles of all narratives, made in two processes."""
    path = benchmark / "corpora" / "unlabelled" / "narratives.ndjson"
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", HASHES, path], stdout=subprocess.PIPE, text=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
        for seed in ("1", "4242")
    ]  # fmt: skip
    first, second = (process.communicate()[0].splitlines() for process in runs)
    assert [process.returncode for process in runs] == [0, 0]
    assert len(first) >= 1000
    assert [a for a, b in zip(first, second, strict=True) if a != b] == []
