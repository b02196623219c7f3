from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

pytest.importorskip("definitions", reason="the wheel has no scripts")

from definitions import ucum


def wheel(folder: Path, name: str, content: bytes) -> None:
    """Writes a wheel that has a table."""
    with ZipFile(folder / name, "w") as file:
        file.writestr("ucumvert/vendor/ucum-essence.xml", content)


@pytest.fixture
def table(checkout: Path) -> bytes:
    """UCUM's table as it is shipped."""
    return (checkout / "fhirkit" / "definitions" / ucum.FILE).read_bytes()


def test_the_table_is_shipped_as_it_was_published(tmp_path: Path, table: bytes) -> None:
    """What is shipped is what the pinned package has, byte for byte."""
    wheel(tmp_path, "ucumvert-0.3.2-py3-none-any.whl", table)
    assert ucum.compile_ucum(tmp_path).encode("ascii") == table


def test_another_table_is_refused(tmp_path: Path, table: bytes) -> None:
    """A table that nobody has looked through does not get in."""
    wheel(tmp_path, "ucumvert-0.3.2-py3-none-any.whl", table.replace(b"meter", b"metre"))
    with pytest.raises(ValueError, match=r"ucumvert-0.3.2-py3-none-any.whl is"):
        ucum.compile_ucum(tmp_path)


def test_another_version_is_not_taken(tmp_path: Path, table: bytes) -> None:
    """Only the pinned version is read."""
    wheel(tmp_path, "ucumvert-0.4.0-py3-none-any.whl", table)
    with pytest.raises(FileNotFoundError, match=r"ucumvert==0.3.2"):
        ucum.compile_ucum(tmp_path)
