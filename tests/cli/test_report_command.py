from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fhirkit
from deciding import on
from fhirkit.cli.pages import Names
from fhirkit.facts.jsonform import to_dict
from fhirkit.report.document import policy_of

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
SERIES = (
    "Case 1. A 30-year-old man was treated with nivolumab and developed myocarditis.\n\n"
    "Case 2. A 60-year-old woman was treated with pembrolizumab and developed colitis.\n"
)


def said(done: subprocess.CompletedProcess[bytes]) -> str:
    """What was told on standard error."""
    return done.stderr.decode()


def decisions(text: str, **changes: Any) -> bytes:
    """A file of decisions on a text: its first fact is accepted."""
    case = fhirkit.extract(text)
    form = {
        "format": "fhirkit-decisions/1",
        "sha256": to_dict(case)["sha256"],
        "decisions": [on(case, case.facts[0].id, "accept")],
    }
    return json.dumps(form | changes).encode()


def facts_of(page: Path) -> set[str]:
    """The ids of the facts on a page."""
    return set(re.findall(r'id="f-([\w-]+)"', page.read_text("utf-8")))


def rows_of(folder: Path) -> list[str]:
    """The addresses of the pages in an index, in its order."""
    return re.findall(r'<th scope="row"><a href="([^"]+)"', (folder / "index.html").read_text())


def test_a_page_of_a_narrative(run: Run, tmp_path: Path, case: str) -> None:
    """The page goes to the file that was named, whole, and where it went is told."""
    (tmp_path / "case.txt").write_text(case)
    done = run("report", "case.txt", "-o", "page.html")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"page.html\n", b"")
    html = (tmp_path / "page.html").read_text("utf-8")
    assert "alemtuzumab" in html
    assert "default-src 'none'" in policy_of(html)
    assert 'data-document="case.txt"' in html
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case.txt", "page.html"]


def test_the_same_input_gives_the_same_page(run: Run, tmp_path: Path, case: str) -> None:
    """Nothing of the clock or of chance is in a page or an index."""
    (tmp_path / "case.txt").write_text(case)
    for folder in ("one", "two"):
        run("report", "case.txt", "-o", folder, PYTHONHASHSEED=str(len(folder) + ord(folder[0])))
    for name in ("case.html", "index.html"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_facts_and_bundle_give_the_page_of_their_narrative(
    run: Run, tmp_path: Path, case: str
) -> None:
    """Narrative, facts file and bundle of one case show the same facts."""
    read = fhirkit.extract(case)
    (tmp_path / "a.txt").write_text(case)
    (tmp_path / "b.json").write_text(json.dumps(to_dict(read)))
    (tmp_path / "c.json").write_text(fhirkit.to_json(fhirkit.to_bundle(read)))
    assert run("report", "a.txt", "b.json", "c.json", "-o", "out").returncode == 0
    shown = [facts_of(tmp_path / "out" / f"{name}.html") for name in "abc"]
    assert shown == [{fact.id for fact in read.facts}] * 3


def test_a_bundle_of_another_seriousness_is_as_read(run: Run, tmp_path: Path, case: str) -> None:
    """--seriousness and --config choose codes as they do for convert."""
    (tmp_path / "case.txt").write_text(case)
    (tmp_path / "site.toml").write_text('seriousness = "both"\n')
    assert run("report", "case.txt", "-o", "a.html", "--config", "site.toml").returncode == 0
    assert run("report", "case.txt", "-o", "b.html", "--seriousness", "tho").returncode == 0
    (tmp_path / "site.toml").write_text('colour = "red"\n')
    done = run("report", "case.txt", "-o", "a.html", "--config", "site.toml")
    assert done.returncode == 2
    assert "no setting 'colour'" in said(done)


def test_standard_input(run: Run, tmp_path: Path, case: str) -> None:
    """'-' is a document like any other."""
    assert run("report", "-", "-o", "a.html", stdin=case.encode()).returncode == 0
    assert "alemtuzumab" in (tmp_path / "a.html").read_text()
    assert run("report", "-", "-o", "out", stdin=case.encode()).stdout == b"out/index.html\n"
    assert rows_of(tmp_path / "out") == ["stdin.html"]


def test_a_folder_gives_pages_and_an_index(run: Run, tmp_path: Path, case: str) -> None:
    """All documents below a folder, by their names; other files and hidden ones are left alone."""
    inside = tmp_path / "in"
    (inside / "deep" / "deeper").mkdir(parents=True)
    (inside / "b.txt").write_text(case)
    (inside / "a.json").write_text(json.dumps(to_dict(fhirkit.extract(case))))
    (inside / "deep" / "b.txt").write_text(SERIES)
    (inside / "deep" / "deeper" / "B.TXT").write_text(case + "She had fever.")
    records = [{"id": "r/1", "text": case}, fhirkit.to_bundle(fhirkit.extract(case))]
    lines = "\n\n".join(json.dumps(record) for record in records)
    (inside / "z.ndjson").write_text(lines)
    (inside / "notes.md").write_text("no case")
    (inside / ".hidden.txt").write_text("no case")
    (inside / "b.txt.decisions.json").write_bytes(decisions(case))
    done = run("report", "in", "-o", "out")
    assert done.returncode == 0, said(done)
    assert done.stdout == b"out/index.html\n"
    pages = ["a.html", "b.html", "b-2.html", "B-3.html", "r-1.html", "z-3.html"]
    assert rows_of(tmp_path / "out") == pages
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted([*pages, "index.html"])
    assert 'href="index.html"' in (tmp_path / "out" / "r-1.html").read_text()


def test_what_cannot_be_read_stops_nothing(run: Run, tmp_path: Path, case: str) -> None:
    """Each fault is told with its file, the other pages are written, and the exit code is 1."""
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "a.txt").write_bytes(b"\xff\xfebinary")
    (inside / "b.txt").write_text(case)
    (inside / "c.json").write_text('{"resourceType": "Patient"}')
    (inside / "d.txt").write_text(" ")
    (inside / "e.ndjson").write_text(
        '{"id": "x"}\n' + json.dumps({"id": "good", "text": case}) + "\nno json\n"
    )
    (inside / "f.ndjson").write_text("")
    (inside / "g.json").write_text('{"resourceType": "Bundle", "entry": [')
    done = run("report", "in", "-o", "out")
    assert done.returncode == 1
    assert rows_of(tmp_path / "out") == ["b.html", "good.html"]
    places = [re.findall(r"in/[\w.]+(?: line \d)?(?=:)", line) for line in said(done).splitlines()]
    assert places == [
        ["in/a.txt"],
        ["in/c.json"],
        ["in/d.txt"],
        ["in/e.ndjson line 1"],
        ["in/e.ndjson line 3"],
        ["in/f.ndjson"],
        ["in/g.json"],
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b"\xff\xfeA\0", "UTF-16"),
        (b"%PDF-1.4", "PDF"),
        (b"caf\xe9 au lait", "ISO-8859-1"),
        (b"\x00\x01", "NUL"),
        (b'{"a": 1}', "neither facts nor a bundle"),
        (b'{"format": "fhirkit-decisions/1"}', "give them with --decisions"),
    ],
)
@pytest.mark.parametrize("target", ["a.html", "out"])
def test_the_only_input_cannot_be_read(
    run: Run, tmp_path: Path, content: bytes, expected: str, target: str
) -> None:
    """Then nothing is written, and the exit code is 2."""
    (tmp_path / "in.txt").write_bytes(content)
    done = run("report", "in.txt", "-o", target)
    assert done.returncode == 2
    assert said(done).startswith("fhirkit: error: in.txt: ")
    assert expected in said(done)
    assert not (tmp_path / target).exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["case.txt"], "say where to write: -o CASE.html for one case, -o DIR for several"),
        (["case.txt", "case.txt", "-o", "a.html"], "-o a.html: several cases: name a folder"),
        (["in", "-o", "a.html"], "-o a.html: several cases: name a folder"),
        (["x.ndjson", "-o", "a.HTML"], "-o a.HTML: several cases: name a folder"),
        (["none.txt", "-o", "a.html"], "none.txt: no such file"),
        (["case.txt", "none.txt", "-o", "out"], "none.txt: no such file"),
        (["in", "-o", "out"], "in: no .txt, .json or .ndjson file in this folder"),
        (["-", "-", "-o", "out"], "'-' can be given once"),
        (["case.txt", "-o", "a.html", "--patient", "3"], "case.txt: there is no patient 3"),
        (["case.txt", "-o", "a.html", "--mappings", "none"], "--mappings none: no such folder"),
        (["own.html", "-o", "own.html"], "own.html would be overwritten by its own output"),
        (["own.html", "-o", "."], "own.html would be overwritten by its own output"),
        (["case.txt", "-o", "a.html", "--decisions", "none.json"], "none.json: No such file"),
    ],
)
def test_wrong_usage(
    run: Run, tmp_path: Path, case: str, arguments: list[str], expected: str
) -> None:
    """One line says what is wrong and what to do, and nothing is written."""
    (tmp_path / "case.txt").write_text(case)
    (tmp_path / "own.html").write_text(case)
    (tmp_path / "in").mkdir()
    (tmp_path / "x.ndjson").write_text("")
    before = sorted(path.name for path in tmp_path.iterdir())
    done = run("report", *arguments)
    assert done.returncode == 2
    assert len(said(done).splitlines()) == 1
    assert expected in said(done)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert (tmp_path / "own.html").read_text() == case


def test_a_folder_that_is_a_file(run: Run, tmp_path: Path, case: str) -> None:
    """What cannot be written is a failure, not wrong usage."""
    (tmp_path / "case.txt").write_text(case)
    (tmp_path / "out").write_text("")
    done = run("report", "case.txt", "-o", "out")
    assert done.returncode == 1
    assert "out is a file" in said(done)


def test_findings_are_no_failure(run: Run, tmp_path: Path, case: str) -> None:
    """A bundle with errors is shown with its findings; the exit code stays 0."""
    bundle = fhirkit.to_bundle(fhirkit.extract(case))
    for entry in bundle["entry"]:
        entry["resource"]["colour"] = "red"
    (tmp_path / "b.json").write_text(fhirkit.to_json(bundle))
    assert run("report", "b.json", "-o", "out").returncode == 0
    assert re.search(r"\d+ errors", (tmp_path / "out" / "index.html").read_text())


def test_a_text_without_a_case_is_told(run: Run, tmp_path: Path) -> None:
    """A page without facts comes with a notice."""
    (tmp_path / "case.txt").write_text("The weather was fine.")
    done = run("report", "case.txt", "-o", "a.html")
    assert done.returncode == 0
    assert said(done).startswith("fhirkit: notice: case.txt: no patient is described")


def test_one_of_several_patients(run: Run, tmp_path: Path) -> None:
    """--patient leaves the others out."""
    (tmp_path / "s.txt").write_text(SERIES)
    assert run("report", "s.txt", "-o", "a.html", "--patient", "2").returncode == 0
    assert facts_of(tmp_path / "a.html")
    assert all(name.startswith("p2-") for name in facts_of(tmp_path / "a.html"))


def given(page: Path) -> Any:
    """The decisions that came with a page."""
    found = re.search(r'id="given">(.*?)</script>', page.read_text("utf-8"))
    return None if found is None else json.loads(found[1])


def test_decisions_are_shown(run: Run, tmp_path: Path, case: str) -> None:
    """A file that was named goes to the page of its text, and counts in the index."""
    (tmp_path / "a.txt").write_text(case)
    (tmp_path / "b.txt").write_text(SERIES)
    (tmp_path / "d.json").write_bytes(decisions(case))
    done = run("report", "a.txt", "b.txt", "-o", "out", "--decisions", "d.json")
    assert done.returncode == 0, said(done)
    assert given(tmp_path / "out" / "a.html")["decisions"][0]["verdict"] == "accept"
    assert given(tmp_path / "out" / "b.html") is None
    assert "A. Reviewer (not signed)" in (tmp_path / "out" / "index.html").read_text()
    one = run("report", "a.txt", "-o", "a.html", "--decisions", "d.json")
    assert one.returncode == 0
    assert given(tmp_path / "a.html") == given(tmp_path / "out" / "a.html")


def test_decisions_on_another_text_are_refused(run: Run, tmp_path: Path, case: str) -> None:
    """The only page is not written; of several all are, and what is left over is told."""
    (tmp_path / "a.txt").write_text(case)
    (tmp_path / "b.txt").write_text(case)
    (tmp_path / "d.json").write_bytes(decisions(SERIES))
    done = run("report", "a.txt", "-o", "a.html", "--decisions", "d.json")
    assert done.returncode == 2
    assert "d.json: these decisions were made on none of the texts given" in said(done)
    assert not (tmp_path / "a.html").exists()
    done = run("report", "a.txt", "b.txt", "-o", "out", "--decisions", "d.json")
    assert done.returncode == 1
    assert "d.json: these decisions were made on none" in said(done)
    assert rows_of(tmp_path / "out") == ["a.html", "b.html"]


def test_a_folder_of_decisions_may_have_more(run: Run, tmp_path: Path, case: str) -> None:
    """Of a folder each page takes what is on its text; what is on others is no fault."""
    (tmp_path / "a.txt").write_text(case)
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "a.decisions.json").write_bytes(decisions(case))
    (folder / "z.decisions.json").write_bytes(decisions(SERIES))
    done = run("report", "a.txt", "-o", "a.html", "--decisions", "d")
    assert (done.returncode, said(done)) == (0, "")
    assert given(tmp_path / "a.html") is not None


@pytest.mark.parametrize("name", ["a.txt.decisions.json", "page.decisions.json"])
def test_decisions_beside_the_page_are_shown(
    run: Run, tmp_path: Path, case: str, name: str
) -> None:
    """What the page saved, put beside it, is on the next one, and that is told."""
    (tmp_path / "a.txt").write_text(case)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_bytes(decisions(case))
    done = run("report", "a.txt", "-o", "out/page.html")
    assert done.returncode == 0
    assert said(done) == f"fhirkit: notice: a.txt: shown with the decisions of out/{name}\n"
    assert given(tmp_path / "out" / "page.html") is not None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (decisions(SERIES), "it is on another text"),
        (b"{}", "format"),
        (b"\xff", "JSON"),
    ],
    ids=["another text", "no decisions", "no JSON"],
)
def test_what_else_lies_beside_the_page_is_not_used(
    run: Run, tmp_path: Path, case: str, content: bytes, expected: str
) -> None:
    """Nobody named it: it is told, and the page is written without it."""
    (tmp_path / "a.txt").write_text(case)
    (tmp_path / "a.decisions.json").write_bytes(content)
    done = run("report", "a.txt", "-o", "a.html")
    assert done.returncode == 0
    assert "a.decisions.json lies beside the page and is not used" in said(done)
    assert expected in said(done)
    assert given(tmp_path / "a.html") is None


HOSTILE = ['"><script>hacked=1<', "a b#%?é", "-o", "$(touch hacked)", "'", "index"]


def test_names_of_files_are_only_names(run: Run, tmp_path: Path, case: str) -> None:
    """Whatever a file or record is called, its page has a harmless name and shows it as text."""
    inside = tmp_path / "in"
    inside.mkdir()
    for name in HOSTILE:
        (inside / f"{name}.txt").write_text(case)
    (inside / os.fsdecode(b"b\xff.txt")).write_text(case)
    ids = ["../../up", "..", "con", "x" * 300, "\u202ereverse", "a\nb", "/etc/passwd", "<b>"]
    lines = [json.dumps({"id": name, "text": case}) for name in ids]
    (inside / "z.ndjson").write_text("\n".join(lines))
    done = run("report", "in", "-o", "out")
    assert done.returncode == 0, said(done)
    pages = [path.name for path in (tmp_path / "out").iterdir()]
    assert len(pages) == len(HOSTILE) + 1 + len(ids) + 1
    assert all(re.fullmatch(r"[\w.-]{1,120}\.html", name) for name in pages)
    assert not any(name.startswith(("-", ".")) for name in pages)
    for page in (tmp_path / "out").iterdir():
        html = page.read_text("utf-8")
        assert "<script>hacked" not in html
        assert "<b>.html" not in html


def test_names_are_given_once() -> None:
    """Not even file systems that take "A" for "a" lose a page."""
    names = Names()
    given_names = [names.give(stem) for stem in ("a", "A", "a-2", "a", "", "...", "Index", "NUL.x")]
    assert given_names == [
        "a.html",
        "A-2.html",
        "a-2-2.html",
        "a-3.html",
        "case.html",
        "case-2.html",
        "case-Index.html",
        "case-NUL.x.html",
    ]
