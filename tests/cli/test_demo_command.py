from __future__ import annotations

import json
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
    assert f"Look at: {folder / 'index.html'}\n" in said.replace("\r\n", "\n")
    assert sorted(page.name for page in folder.iterdir()) == _pages()
    assert "Nothing else was left behind." in said
    for case in golden_cases():
        _shows(folder / f"{case.key}.html", case)
        assert f'href="{case.key}.html"' in (folder / "index.html").read_text("utf-8")


def _pages() -> list[str]:
    """The names of all pages."""
    return sorted(["index.html", *(f"{case.key}.html" for case in golden_cases())])


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
    bundles = [f"{case.key}.json" for case in golden_cases()]
    assert names == sorted(["demo.db", *bundles, *_pages()])
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
