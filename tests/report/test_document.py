"""A page in one file that runs and loads nothing but its own style and script."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from importlib import resources

import pytest

from fhirkit.report.document import data_block, document
from fhirkit.report.html import Html

FOLDER = resources.files("fhirkit.report") / "assets"
ASSETS = sorted(
    f"{before}{file.name}"
    for folder, before in ((FOLDER, ""), (FOLDER / "page", "page/"))
    for file in folder.iterdir()
    if file.name.endswith((".css", ".js"))
)


def made(**given: object) -> str:
    """A document with some of its parts as given."""
    arguments = {
        "title": "t",
        "body": Html("<p>b</p>"),
        "styles": ["page.css"],
        "scripts": ["page/start.js"],
    }
    return document(**(arguments | given))  # type: ignore[arg-type]


def policy(html: str) -> str:
    """The content security policy in the head."""
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert found
    return found[1]


@pytest.mark.parametrize(("kind", "tag"), [("script-src", "script"), ("style-src", "style")])
def test_the_policy_names_the_hash_of_what_is_inside(kind: str, tag: str) -> None:
    """A browser runs and applies just what the hash is of."""
    html = made()
    inside = re.search(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
    assert inside
    digest = b64encode(sha256(inside[1].encode()).digest()).decode()
    assert f"{kind} 'sha256-{digest}'" in policy(html)


def test_the_policy_lets_nothing_be_loaded() -> None:
    """Everything is forbidden that is not named."""
    found = policy(made())
    assert found.startswith("default-src 'none';")
    assert "unsafe" not in found
    assert not re.search(r"https?:|\*", found)
    assert "require-trusted-types-for 'script'" in found


def test_data_of_the_root_is_escaped() -> None:
    """A file's name is nobody's markup."""
    html = made(title='"><script>x()</script>', data={"document": '"><script>x()</script>'})
    assert html.count("<script>") == 1


@pytest.mark.parametrize("text", ["</script><script>x()", "<!--<script>", "]]>", "a & b"])
def test_a_block_of_data_cannot_end_itself(text: str) -> None:
    """What is in it comes back, and no tag stands in it."""
    block = data_block("given", {"note": text})
    inner = block.removeprefix('<script type="application/json" id="given">').removesuffix(
        "</script>"
    )
    assert "<" not in inner
    assert json.loads(inner) == {"note": text}


@pytest.mark.parametrize("name", ASSETS)
def test_assets_stand_lines_that_are_stripped(name: str) -> None:
    """Pages have them without indentation and lines of comments, so nothing may depend on those."""
    text = (FOLDER / name).read_text("utf-8")
    assert "</script" not in text.lower()
    assert "</style" not in text.lower()
    templates = (
        re.sub(r"//.*|/\*.*?\*/", "", text, flags=re.DOTALL) if name.endswith(".css") else text
    )
    lines = [line for line in templates.splitlines() if not line.strip().startswith("//")]
    assert all(line.count("`") % 2 == 0 for line in lines), "a template over several lines"


@pytest.mark.parametrize("name", ASSETS)
def test_assets_name_no_address_to_load(name: str) -> None:
    """Neither style nor script asks for anything."""
    text = (FOLDER / name).read_text("utf-8")
    assert not re.search(
        r"@import|url\(|fetch\(|XMLHttpRequest|innerHTML|eval\(|new Function", text
    )


def test_the_same_page_has_the_same_bytes() -> None:
    """Nothing in it is of the moment."""
    assert made() == made()


def test_every_script_of_a_page_is_in_it() -> None:
    """A file that is in the folder and not named by the page would do nothing."""
    from fhirkit.report import page

    assert {name for name in ASSETS if name.startswith("page/")} == set(page._SCRIPTS)
