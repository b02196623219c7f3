from __future__ import annotations

from pathlib import Path

import pytest

from fhirkit.cli.outputs import file_name, make_folder, write_file
from fhirkit.errors import InputError, OutputError


def test_a_file_is_put_in_place_whole(tmp_path: Path) -> None:
    """New or over an old one, with no second file left."""
    for data in (b"one", b"two"):
        write_file(tmp_path / "a.json", data)
        assert (tmp_path / "a.json").read_bytes() == data
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_failure_on_the_way_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fills up while writing costs nothing that was there."""
    write_file(tmp_path / "a.json", b"old")

    def full(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            file.write(data[:1])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="No space left"):
        write_file(tmp_path / "a.json", b"new")
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert (tmp_path / "a.json").read_bytes() == b"old"


def test_ctrl_c_on_the_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even the file it was being written to."""

    def interrupted(path: Path, data: bytes) -> int:
        path.open("wb").close()
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_file(tmp_path / "a.json", b"new")
    assert list(tmp_path.iterdir()) == []


def test_folders_are_made(tmp_path: Path) -> None:
    """With their parents, and again without complaint."""
    for _ in range(2):
        assert make_folder(str(tmp_path / "a" / "b")).is_dir()


@pytest.mark.parametrize("name", ["a", "PMC:1", "März 3", ".", "..", "a.b", "x" * 200])
def test_names_that_can_be_files(tmp_path: Path, name: str) -> None:
    """Whatever has no separator stays in the folder."""
    write_file(tmp_path / file_name(name, ".json", "x"), b"")
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("name", ["a/b", "../a", "a\\b", "a\nb", "a\u202eb", "x" * 201, "ä" * 101])
def test_names_that_cannot(name: str) -> None:
    """The input is named, its id is not repeated."""
    with pytest.raises(InputError, match="line 3"):
        file_name(name, ".json", "a.ndjson line 3")
