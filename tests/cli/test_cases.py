from __future__ import annotations

import json
from pathlib import Path

import pytest

from fhirkit.cli import cases
from fhirkit.cli.cases import Given, each_case, is_one
from fhirkit.errors import InputError


def problems(given: list[Given]) -> list[str]:
    """What is said of what cannot be read."""
    return [str(one.problem) for one in given if one.problem is not None]


def test_documents_of_a_folder_are_found_ones(tmp_path: Path) -> None:
    """What nobody named is marked, so that decisions among it can be passed over."""
    (tmp_path / "a.txt").write_text("x")
    assert [one.is_found for one in each_case([str(tmp_path)])] == [True]
    assert [one.is_found for one in each_case([str(tmp_path / "a.txt")])] == [False]


def test_what_leads_nowhere_is_told_and_the_next_one_read(tmp_path: Path) -> None:
    """A link without its file stops no other document."""
    (tmp_path / "a.txt").symlink_to(tmp_path / "gone.txt")
    (tmp_path / "b.txt").write_text("x")
    found = list(each_case([str(tmp_path)]))
    assert problems(found) == [f"{tmp_path / 'a.txt'}: No such file or directory"]
    assert found[1].content == b"x"


def test_what_is_too_long_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit holds for a file and for a line; what follows such a line is left alone."""
    monkeypatch.setattr(cases, "MAX_BYTES", 50)
    (tmp_path / "a.json").write_text("x" * 51)
    line = json.dumps({"id": "a", "text": "b"})
    (tmp_path / "b.ndjson").write_text(f"{line}\n{'x' * 60}\n{line}\n")
    (tmp_path / "c.txt").write_text("x" * 50)
    found = list(each_case([str(tmp_path)]))
    assert [told.partition(": ")[2] for told in problems(found)] == ["more than 0 MB: split it"] * 2
    assert [one.origin.rpartition("/")[2] for one in found] == [
        "a.json",
        "b.ndjson line 1",
        "b.ndjson line 2",
        "c.txt",
    ]


def test_lines_say_what_they_are(tmp_path: Path) -> None:
    """Records with an id are narratives, named by it; bundles and facts are named by their line."""
    lines = [
        {"id": 7, "text": "a text"},
        {"resourceType": "Bundle"},
        {"format": "fhirkit-facts/1", "text": "a text"},
        {"text": "no id"},
    ]
    (tmp_path / "x.ndjson").write_text("\n".join(map(json.dumps, lines)))
    found = list(each_case([str(tmp_path / "x.ndjson")]))
    assert [one.name for one in found] == ["7", "x-2", "x-3", "x-4"]
    assert found[0].content == "a text"
    assert isinstance(found[1].content, bytes)
    assert problems(found) == [f'{tmp_path / "x.ndjson"} line 4: "id" must be a string']


@pytest.mark.parametrize("names", [[], ["notes.md"], [".a.txt"], ["a.decisions"]])
def test_a_folder_without_documents_is_refused(tmp_path: Path, names: list[str]) -> None:
    """Nothing to show is a mistake, told before anything is written."""
    for name in names:
        (tmp_path / name).write_text("x")
    with pytest.raises(InputError, match=r"no \.txt, \.json or \.ndjson file in this folder"):
        list(each_case([str(tmp_path)]))


def test_one_case_is_one_file(tmp_path: Path) -> None:
    """What may hold several is not one, even if it does not."""
    assert is_one(["a.txt"])
    assert is_one(["-"])
    assert not is_one(["a.txt", "b.txt"])
    assert not is_one(["a.NDJSON"])
    assert not is_one([str(tmp_path)])
