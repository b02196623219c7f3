from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest

from fhirkit._cases import GoldenCase, golden_cases
from fhirkit.cli import demo
from fhirkit.push import push
from fhirkit.serve import INSTALL, running

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.mark.server
def test_the_whole_path_is_shown(run: Run, tmp_path: Path, require: Any) -> None:
    """Every shipped case lands, the second push adds nothing, nothing but pages is left behind."""
    if find_spec("sekmet") is None:
        require(f"no embedded server: {INSTALL}")
    elsewhere = tmp_path.with_name("temporary")
    elsewhere.mkdir()
    done = run("demo", **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(elsewhere)))
    said = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    for case in golden_cases():
        assert f"{case.key}: " in said
    assert "The second push changed nothing." in said
    rows = [line.split() for line in said.splitlines() if line[:1].isupper()]
    counts = [row[1:] for row in rows if len(row) == 3 and row[1].isdigit()]
    assert len(counts) >= 5
    assert all(first == second for first, second in counts)
    assert list(tmp_path.iterdir()) == []
    (folder,) = elsewhere.iterdir()
    pages = [Path(path) for path in re.findall(r"^Look at: (.*?)\r?$", said, re.MULTILINE)]
    assert sorted(pages) == sorted(folder / f"{case.key}.html" for case in golden_cases())
    assert sorted(folder.iterdir()) == sorted(pages)
    assert "Nothing else was left behind." in said
    for case, page in zip(golden_cases(), pages, strict=True):
        _shows(page, case)


def _shows(page: Path, case: GoldenCase) -> None:
    """The page has the narrative of the case, and is whole."""
    html = page.read_text("utf-8")
    assert sha256(case.text.encode()).hexdigest() in html
    assert html.rstrip().endswith("</html>")


@pytest.mark.server
def test_what_is_kept_can_be_served(run: Run, tmp_path: Path, require: Any) -> None:
    """--keep leaves pages, bundles and a database with what the last run pushed, and says how."""
    if find_spec("sekmet") is None:
        require(f"no embedded server: {INSTALL}")
    for _ in range(2):
        done = run("demo", "--keep", "shown")
        assert done.returncode == 0
    assert b"fhirkit serve --database shown" in done.stdout
    names = sorted(path.name for path in (tmp_path / "shown").iterdir())
    kept = [f"{case.key}.{kind}" for case in golden_cases() for kind in ("html", "json")]
    assert names == sorted(["demo.db", *kept])
    assert b"Nothing else was left behind." not in done.stdout
    bundle = (tmp_path / "shown" / f"{golden_cases()[0].key}.json").read_bytes()
    assert json.loads(bundle)["resourceType"] == "Bundle"
    with running(tmp_path / "shown" / "demo.db") as server:
        assert "created" not in push([bundle], server.base).counts
        listed = httpx.get(server.cases, trust_env=False).text
        assert listed.count('href="/cases/') == len(golden_cases())


@pytest.mark.parametrize(
    ("before", "after", "created", "code"),
    [
        pytest.param({"Patient": 2}, {"Patient": 2}, 2, 0, id="as-it-should-be"),
        pytest.param({"Patient": 2}, {"Patient": 4}, 2, 1, id="doubled"),
        pytest.param({"Patient": 1}, {"Patient": 1}, 2, 1, id="lost"),
    ],
)
def test_counts_decide(
    before: dict[str, int], after: dict[str, int], created: int, code: int
) -> None:
    """A resource lost or doubled is a failure."""
    assert demo._verdict(before, after, created) == code


def test_shipped_cases_have_text() -> None:
    """Found beside the package, in a checkout as in the wheel, in the order of their keys."""
    cases = golden_cases()
    assert len(cases) >= 5
    assert [case.key for case in cases] == sorted(case.key for case in cases)
    assert all(case.text.strip() for case in cases)
