"""Both published cases and all golden bundles land, read back equal, and can be taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contract.ground import Ground
from contract.material import rekeyed, types
from fhirkit.push.compare import compare
from fhirkit.push.exact import read_exact
from fhirkit.push.report import BundleReport
from servers.fixtures import REAL
from servers.server import Server


def _files(checkout: Path, benchmark: Path, require: Any) -> list[Path]:
    reference = [
        benchmark.parent / "reference" / f"bundle-{number}.json" for number in ("000", "001")
    ]
    if not all(path.is_file() for path in reference):
        require("no reference bundles beside the benchmark")
    return [*sorted((checkout / "bundles").glob("*/bundle.json")), *reference]


@pytest.mark.parametrize("name", REAL)
def test_published_cases_land_and_go(
    name: str,
    request: pytest.FixtureRequest,
    checkout: Path,
    benchmark: Path,
    require: Any,
    tmp_path: Path,
) -> None:
    """What is stored is what was sent, to the digit, and the server is as it was afterwards."""
    server: Server = request.getfixturevalue(name)
    with Ground(server, tmp_path, "published") as ground:
        given = [rekeyed(path, ground.key) for path in _files(checkout, benchmark, require)]
        bundles = [json.loads(data) for data in given]
        kinds = sorted({kind for bundle in bundles for kind in types(bundle)})
        before = ground.counts(kinds)
        with ground.client(journal=ground.journal(), verify=True) as client:
            report = client.push(given)
            assert report.landed, report.to_text()
            assert set(report.counts) == {"created"}
            for data, told in zip(given, report.bundles, strict=True):
                assert differing(ground, data, told) == []
            assert "created" not in client.push(given, fresh=True).counts
            ground.once(bundles[0])
            assert report.run is not None
            taken = client.undo(report.run)
        assert taken.counts == {"deleted": report.counts["created"]}, taken.to_text()
        assert ground.counts(kinds) == before
        ground.gone(*bundles)


def differing(ground: Ground, data: bytes, report: BundleReport) -> list[str]:
    """The elements that the server holds otherwise than they stand in the bundle."""
    entries = read_exact(data)["entry"]
    places = {
        entry["fullUrl"]: str(told.location)
        for entry, told in zip(entries, report.entries, strict=True)
    }
    with ground.client() as client:
        return [
            f"{told.location} {difference}"
            for entry, told in zip(entries, report.entries, strict=True)
            for difference in compare(
                entry["resource"],
                client.read(str(told.location)),
                references=places,
                base=ground.server.base,
            ).differences
        ]
