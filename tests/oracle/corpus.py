"""What both validators are asked about: valid bundles, mutants of them, broken invariants."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fhirkit
from fhirkit._cases import golden_cases
from fhirkit.validate.definitions import resource_types
from oracle.broken import broken
from oracle.instances import smallest
from oracle.mutants import draw, expression, mutants, variants
from oracle.mutants.model import read, write

NARRATIVES = 40
OF_BENCHMARK, OF_GOLDEN, VALID = 500, 250, 120


@dataclass(frozen=True, slots=True)
class Document:
    """A resource's text; ``base`` names the valid one it was made of, "" for a valid one.

    ``place`` is the element at fault, None where there is none.
    """

    name: str
    rule: str
    text: str
    base: str = ""
    place: str | None = None


def documents(benchmark: Path) -> Iterator[Document]:
    """Everything, in an order that stays the same."""
    for case in golden_cases():
        yield Document(f"golden {case.key}", "golden bundle", case.bundle.decode())
    for name, text in _narratives(benchmark / "corpora" / "unlabelled" / "narratives.ndjson"):
        bundle = fhirkit.to_json(fhirkit.to_bundle(fhirkit.extract(text)))
        yield Document(f"converted {name}", "converted narrative", bundle)
    for resource_type in sorted(resource_types()):
        text = write(smallest(resource_type))
        yield Document(f"smallest {resource_type}", "smallest instance", text)
    for number, one in enumerate(broken()):
        base = f"smallest {one.resource['resourceType']}"
        name, rule = f"broken {one.key} {number}", f"invariant {one.key}"
        yield Document(name, rule, write(one.resource), base, one.place)
    good = (benchmark / "validation" / "mutants" / "good.json").read_text("utf-8")
    yield Document("good", "good bundle", good)
    yield from _changed("good", good, OF_BENCHMARK, VALID)
    golden = golden_cases()[0].bundle.decode()
    yield Document("golden", "golden bundle", golden)
    yield from _changed("golden", golden, OF_GOLDEN, 0)


def _changed(base: str, text: str, count: int, valid: int) -> Iterator[Document]:
    root = read(text)
    for number, one in enumerate(draw(mutants(root), count)):
        place = expression(one.steps, root["resourceType"])
        yield Document(f"{base} mutant {number}", one.rule, one.text(root), base, place)
    for number, one in enumerate(draw(variants(root), valid)):
        yield Document(f"{base} variant {number}", f"valid: {one.rule}", one.text(root), base)


def _narratives(path: Path) -> Iterator[tuple[str, str]]:
    """Every so many of the narratives without gold."""
    lines = path.read_text("utf-8").splitlines()
    for line in lines[:: len(lines) // NARRATIVES]:
        record: dict[str, Any] = json.loads(line)
        yield str(record["id"]), record["text"]
