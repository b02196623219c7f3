"""Pictures of pages: to be looked at by people, and those of the documents."""

from __future__ import annotations

import os
import re
from importlib import resources
from pathlib import Path

import pytest

from browser.pages import html_of
from browser.watch import NewPage, Open, Scheme

WIDTHS = (1440, 768, 320)
LIMIT = 200_000
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where pictures go: what FHIRKIT_SCREENSHOTS names, or a folder nobody looks into."""
    made = Path(os.environ.get("FHIRKIT_SCREENSHOTS") or tmp_path / "pictures")
    made.mkdir(parents=True, exist_ok=True)
    return made


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("seed", ["000", "001"])
def test_published_cases_at_three_widths(
    benchmark: Path, folder: Path, new_page: NewPage, open_html: Open, seed: str, scheme: Scheme
) -> None:
    """Both published cases can be pictured, wide and narrow, light and dark; whole if asked for."""
    text = (benchmark / "seeds" / f"{seed}.txt").read_bytes().decode("utf-8")
    still = new_page(scheme=scheme, reduced_motion="reduce")
    page = open_html(html_of(text, name=f"{seed}.txt"), on=still)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        name = f"{seed}-{scheme}-{width}"
        page.evaluate("scrollTo(0, 0)")
        assert page.screenshot(path=folder / f"{name}-top.png").startswith(PNG)
        if "FHIRKIT_SCREENSHOTS" in os.environ:
            page.screenshot(path=folder / f"{name}-whole.png", full_page=True)
        page.evaluate("document.querySelector('main').scrollIntoView()")
        assert page.screenshot(path=folder / f"{name}-facts.png").startswith(PNG)


def test_pictures_of_the_documents_are_there(checkout: Path) -> None:
    """Each picture that a document names is a PNG of less than 200 kB, with words for who cannot see it."""
    named: set[Path] = set()
    for document in (checkout / "README.md", *(checkout / "docs").glob("*.md")):
        for words, name in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)\)", document.read_text("utf-8")):
            picture = (document.parent / name).resolve()
            assert words, f"{document.name} shows {name} without a word"
            data = picture.read_bytes()
            assert data.startswith(PNG)
            assert len(data) < LIMIT
            named.add(picture)
    assert named == set((checkout / "docs" / "pictures").resolve().iterdir())


def test_pictures_are_of_shipped_cases(checkout: Path) -> None:
    """No picture is of a text that is not our own."""
    shipped = {case.name for case in resources.files("fhirkit").joinpath("bundles").iterdir()}
    pictures = {file.stem for file in (checkout / "docs" / "pictures").iterdir()}
    assert pictures <= shipped
    assert len(pictures) == 2
