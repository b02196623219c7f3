"""``fhirkit plot``: three kinds of input, two kinds of picture."""

from __future__ import annotations

import builtins
import importlib
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fhirkit
from course import parsed, texts
from fhirkit.cli.main import main
from fhirkit.cli.raster import png
from fhirkit.errors import SettingsError
from fhirkit.report.timeline import draw, timeline

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
TWO = (
    "Case 1. A 30-year-old woman was given alemtuzumab. Three months later she was admitted.\n\n"
    "Case 2. A 50-year-old man was given rituximab. Two days later he was admitted.\n"
)
NOTICE = b"fhirkit: notice: two.txt: 2 patients are told apart"


def fine(done: subprocess.CompletedProcess[bytes]) -> bytes:
    """What a run printed that had nothing to complain of."""
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout


def pixels(data: bytes) -> tuple[int, int, bytes]:
    """Width, height and RGBA of a PNG, decoded by hand: 8 bits, not interlaced."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    wide, high, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", data[16:29])
    assert (depth, colour, interlaced) == (8, 6, 0)
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        if kind == b"IDAT":
            packed += data[at + 8 : at + 8 + size]
        at += size + 12
    return wide, high, _unfiltered(zlib.decompress(packed), wide * 4, high)


def _unfiltered(raw: bytes, row: int, high: int) -> bytes:
    """Undoes the filters of https://www.w3.org/TR/png/#9Filters."""
    rows: list[bytearray] = []
    above = bytearray(row)
    for y in range(high):
        start = y * (row + 1)
        how, line = raw[start], bytearray(raw[start + 1 : start + 1 + row])
        for i in range(row):
            a = line[i - 4] if i >= 4 else 0
            b, c = above[i], above[i - 4] if i >= 4 else 0
            if how == 4:
                p = a + b - c
                nearest = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            else:
                nearest = (0, a, b, (a + b) // 2)[how]
            line[i] = (line[i] + nearest) & 255
        rows.append(line)
        above = line
    return b"".join(rows)


def test_a_narrative_becomes_an_svg(run: Run, case: str) -> None:
    """On standard output, the one that the library draws."""
    printed = fine(run("plot", "-", stdin=case.encode())).decode()
    assert printed == draw(timeline(fhirkit.extract(case)), standalone=True) + "\n"
    said = [words for words, _ in texts(printed)]
    assert said[0] == "Day 0: alemtuzumab"
    assert {"day 0", "5 days", "8 months"} <= set(said)


def test_facts_and_bundle_give_the_same_drawing(run: Run, case: str, tmp_path: Path) -> None:
    """As the narrative they were made from."""
    (tmp_path / "case.txt").write_text(case, "utf-8")
    run("extract", "case.txt", "-o", "facts")
    run("convert", "case.txt", "-o", "bundles")
    drawings = {
        fine(run("plot", name)) for name in ("case.txt", "facts/case.json", "bundles/case.json")
    }
    assert len(drawings) == 1


@pytest.mark.parametrize("name", ["case.svg", "case.png", "CASE.PNG"])
def test_the_name_of_the_file_says_what_it_is(
    run: Run, case: str, tmp_path: Path, name: str
) -> None:
    """SVG or PNG by its end."""
    assert fine(run("plot", "-", "-o", name, stdin=case.encode())) == b""
    data = (tmp_path / name).read_bytes()
    assert data.startswith(b"<svg" if name.endswith("svg") else b"\x89PNG")


def test_several_inputs_go_into_a_folder(run: Run, case: str, tmp_path: Path) -> None:
    """One file each, of the format asked for."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(case, "utf-8")
    fine(run("plot", "a.txt", "b.txt", "-o", "plots"))
    fine(run("plot", "a.txt", "b.txt", "-o", "plots", "--format", "png"))
    assert sorted(p.name for p in (tmp_path / "plots").iterdir()) == [
        "a.png", "a.svg", "b.png", "b.svg",
    ]  # fmt: skip


def test_each_patient_has_a_drawing(run: Run, tmp_path: Path) -> None:
    """By number, or the one asked for."""
    (tmp_path / "two.txt").write_text(TWO, "utf-8")
    for target in ("two.svg", "plots"):
        done = run("plot", "two.txt", "-o", target)
        assert done.returncode == 0
        assert done.stderr.startswith(NOTICE)
    made = sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.svg"))
    assert made == ["plots/two-1.svg", "plots/two-2.svg", "two-1.svg", "two-2.svg"]
    second = run("plot", "two.txt", "--patient", "2").stdout
    assert second == (tmp_path / "two-2.svg").read_bytes()
    assert b"alemtuzumab" not in second


def test_a_text_without_any_time_says_so(run: Run) -> None:
    """On standard error and in the drawing."""
    done = run("plot", "-", stdin=b"A 40-year-old man had asthma.\n")
    assert done.returncode == 0
    assert b"nothing in it has a time" in done.stderr
    assert texts(done.stdout.decode())[0][0] == "No distance in time is told"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("a.txt", "b.txt"), "name a folder with -o DIR", id="several"),
        pytest.param(("a.ndjson",), "name a folder with -o DIR", id="ndjson"),
        pytest.param(("a.txt", "b.txt", "-o", "x.svg"), "name a folder with -o DIR", id="one-file"),
        pytest.param(("a.txt", "-o", "x.gif"), "must end in .svg or .png", id="gif"),
        pytest.param(("a.txt", "-o", "x.svg", "--format", "png"), "no name for", id="disagree"),
        pytest.param(("two.txt",), "tells of 2 patients", id="patients"),
        pytest.param(("two.txt", "--patient", "3"), "has no patient 3", id="patient-3"),
        pytest.param(
            ("facts.json",), "facts.json: JSON, but neither facts nor a bundle", id="no-facts"
        ),
        pytest.param(("bundle.json",), "bundle.json: ", id="no-narrative"),
        pytest.param(("a.txt", "a/a.txt", "-o", "x"), "would both become", id="one-name"),
        pytest.param(("a.svg", "-o", "a.svg"), "overwritten by its own output", id="itself"),
    ],
)
def test_wrong_use_is_told_in_one_line(
    run: Run, case: str, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    """With code 2."""
    for name in ("a.txt", "b.txt", "a.svg"):
        (tmp_path / name).write_text(case, "utf-8")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "a.txt").write_text(case, "utf-8")
    (tmp_path / "two.txt").write_text(TWO, "utf-8")
    (tmp_path / "facts.json").write_text("{}", "utf-8")
    (tmp_path / "bundle.json").write_text('{"resourceType": "Bundle"}', "utf-8")
    done = run("plot", *arguments)
    assert done.returncode == 2
    assert words in done.stderr.decode()
    assert done.stderr.count(b"error") == 1


def test_a_text_that_begins_with_a_brace_is_a_text(run: Run) -> None:
    """If it is no JSON."""
    done = run("plot", "-", stdin=b"{A 40-year-old man} was given aspirin for 5 days.\n")
    assert done.returncode == 0
    assert b"aspirin" in done.stdout


def test_png_has_letters(case: str) -> None:
    """Ink where each word stands: a renderer without a font draws none and says nothing."""
    svg = draw(timeline(fhirkit.extract(case)), standalone=True)
    wide, high, rgba = pixels(png(svg))
    box = parsed(svg).attrib["viewBox"].split()
    assert (wide, high) == (2 * int(float(box[2])), round(2 * float(box[3])))
    for words, (left, top, right, bottom) in texts(svg):
        dark = sum(
            sum(rgba[4 * (y * wide + x) : 4 * (y * wide + x) + 3]) < 500
            for y in range(int(2 * top), int(2 * bottom))
            for x in range(max(0, int(2 * left)), min(wide, int(2 * right)))
        )
        assert dark > 4 * len(words), words
    assert rgba[:4] == b"\xff\xff\xff\xff"  # on white


def test_png_of_the_same_case_is_the_same_bytes(case: str) -> None:
    """Whatever fonts the machine has: it looks at none of them."""
    svg = draw(timeline(fhirkit.extract(case)), standalone=True)
    assert png(svg) == png(svg)


@pytest.mark.parametrize("missing", ["resvg_py", "pymupdf_fonts"])
def test_without_the_extra_png_says_what_to_install(
    case: str, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """The renderer as well as its letters."""
    real = builtins.__import__

    def without(name: str, *arguments: Any, **named: Any) -> Any:
        if name == missing:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
        return real(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SettingsError, match=rf"{missing}: pip install 'fhirkit-cases\[plot\]'"):
        png(draw(timeline(fhirkit.extract(case)), standalone=True))


def test_svg_needs_no_extra(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing of it is loaded."""
    monkeypatch.setitem(importlib.import_module("sys").modules, "resvg_py", None)
    (tmp_path / "case.txt").write_text(case, "utf-8")
    assert main(["plot", str(tmp_path / "case.txt"), "-o", str(tmp_path / "case.svg")]) == 0
    assert capsys.readouterr().err == ""
