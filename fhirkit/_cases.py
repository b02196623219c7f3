"""The only way to the golden cases that come with fhirkit."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


@dataclass(frozen=True, slots=True)
class GoldenCase:
    """A case retold in our own words: ``text.txt`` and what becomes of it.

    ``facts`` and ``bundle`` are the bytes of the JSON files beside it, empty where there is
    no such file.
    """

    key: str
    text: str
    facts: bytes
    bundle: bytes


def golden_cases() -> tuple[GoldenCase, ...]:
    """All shipped cases in the order of their keys.

    In a checkout ``fhirkit/bundles`` is a link to ``bundles``; in the wheel it is a folder.
    """
    folder = resources.files("fhirkit") / "bundles"
    if not folder.is_dir():
        return ()
    found = (case for case in folder.iterdir() if (case / "text.txt").is_file())
    return tuple(_read(case) for case in sorted(found, key=lambda case: case.name))


def _read(case: Traversable) -> GoldenCase:
    text = (case / "text.txt").read_bytes().decode("utf-8")
    return GoldenCase(case.name, text, _bytes(case / "facts.json"), _bytes(case / "bundle.json"))


def _bytes(file: Traversable) -> bytes:
    return file.read_bytes() if file.is_file() else b""
