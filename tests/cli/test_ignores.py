from __future__ import annotations

from pathlib import Path

import pytest

from fhirkit.cli.ignores import read_ignores
from fhirkit.errors import SettingsError
from fhirkit.issues import Issue, Severity


def issue(key: str = "odd", where: str = "Observation hb, status", file: str = "a.json") -> Issue:
    """A finding to be ignored or not."""
    return Issue(
        file=file, severity=Severity.ERROR, code="value", key=key, where=where, message="is odd"
    )


def covers(tmp_path: Path, line: str, found: Issue) -> bool:
    """Whether a file with this line takes the finding away."""
    path = tmp_path / "known"
    path.write_text(line, "utf-8")
    kept, gone = read_ignores(str(path)).sift(found.file or "", [found])
    assert len(kept) + gone.total() == 1
    return not kept


@pytest.mark.parametrize(
    "line",
    [
        "odd # known",
        "  odd   #known",
        "# comment\n\nodd  # known\r\n",
        "\ufeffodd # known",
        "odd in a.json # known",
        "odd in *.json # known",
        "odd for Observation # known",
        "odd for Observation/hb # known",
        "odd for */hb # known",
        "odd for Observation/h* # known",
        "odd in a.json for Observation/hb # known # twice",
        "other # no\nodd # known",
    ],
)
def test_a_line_takes_away_what_it_names(tmp_path: Path, line: str) -> None:
    """By key, and by file and resource where it names them."""
    assert covers(tmp_path, line, issue())


@pytest.mark.parametrize(
    "line",
    [
        "",
        "# odd # known",
        "od # known",
        "odd* # known",
        "ODD # known",
        "odd in b.json # known",
        "odd in A.json # known",
        "odd for Patient # known",
        "odd for Observation/h # known",
        "odd for Observation/HB # known",
        "odd in b.json for Observation/hb # known",
        "odd in a.json for Patient # known",
    ],
)
def test_a_line_takes_away_nothing_else(tmp_path: Path, line: str) -> None:
    """All that a line says must hold."""
    assert not covers(tmp_path, line, issue())


@pytest.mark.parametrize(
    ("line", "where", "expected"),
    [
        pytest.param("odd for Observation # x", "Observation (entry[2]), status", True, id="type"),
        pytest.param("odd for Observation/* # x", "Observation (entry[2])", True, id="star"),
        pytest.param("odd for Observation/?* # x", "Observation (entry[2])", False, id="any-id"),
        pytest.param("odd for Bundle # x", "Bundle, entry[2].fullUrl", True, id="bundle"),
        pytest.param("odd for Observation # x", "", False, id="no-resource"),
    ],
)
def test_resources_without_an_id(tmp_path: Path, line: str, where: str, expected: bool) -> None:
    """They are known by their type alone."""
    assert covers(tmp_path, line, issue(where=where)) is expected


def test_a_star_passes_folders(tmp_path: Path) -> None:
    """`legacy/*` is everything below; the way there may be written with or without a dot."""
    assert covers(tmp_path, "odd in legacy/*.json # x", issue(file="legacy/old/a.json"))
    assert covers(tmp_path, "odd in legacy/*.json # x", issue(file="./legacy/a.json"))
    assert not covers(tmp_path, "odd in legacy/*.json # x", issue(file="other/legacy/a.json"))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("odd", "no reason", id="key-alone"),
        pytest.param("odd #", "no reason", id="empty-reason"),
        pytest.param("odd #   ", "no reason", id="blank-reason"),
        pytest.param("odd#known", "no reason", id="no-blank"),
        pytest.param("odd in # known", "not understood", id="no-path"),
        pytest.param("odd a.json # known", "not understood", id="no-word"),
        pytest.param("odd for Observation hb # known", "not understood", id="two-words"),
        pytest.param("odd for 17 # known", "not understood", id="no-type"),
    ],
)
def test_a_line_without_reason_or_sense_is_refused(tmp_path: Path, line: str, words: str) -> None:
    """With the file and the number of the line."""
    path = tmp_path / "known"
    path.write_text(f"fine # really\n{line}\n", "utf-8")
    with pytest.raises(SettingsError, match=rf"known line 2: {words}"):
        read_ignores(str(path))


@pytest.mark.parametrize("data", [None, b"\xff"], ids=["missing", "no-text"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, data: bytes | None) -> None:
    """By its name."""
    path = tmp_path / "known"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(SettingsError, match="known"):
        read_ignores(str(path))


def test_lines_that_were_of_no_use_are_known(tmp_path: Path) -> None:
    """But not those about files that were not looked at this time."""
    path = tmp_path / "known"
    path.write_text("odd # 1\ngone # 2\ngone in b.json # 3\ngone in a.json # 4\n", "utf-8")
    ignores = read_ignores(str(path))
    assert ignores.unused() == []
    ignores.sift("a.json", [issue()])
    assert [entry.line for entry in ignores.unused()] == [2, 4]
