"""A page in one file that runs and loads nothing but its own style and script."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING

from fhirkit.report.html import Html, element, escaped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_STYLE_COMMENT = re.compile(r"/\*.*?\*/\n?", re.DOTALL)


def document(
    *,
    title: str,
    body: Html,
    styles: Sequence[str],
    scripts: Sequence[str],
    data: Mapping[str, str | None] | None = None,
) -> str:
    """The whole HTML of a page.

    ``styles`` and ``scripts`` name files of ``fhirkit/report/assets``; ``data`` becomes
    ``data-`` attributes of the root. The policy in its head lets a browser run and apply just
    these, known by their hashes (https://www.w3.org/TR/CSP3/), and load nothing at all; strings
    cannot become markup (https://www.w3.org/TR/trusted-types/).
    """
    style, script = (_joined(tuple(names)) for names in (styles, scripts))
    root = {f"data-{name}": value for name, value in (data or {}).items()}
    head = [
        Html('<meta charset="utf-8">'),
        Html(f'{_POLICY}{_policy(style, script)}">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html('<meta name="referrer" content="no-referrer">'),
        Html('<meta name="color-scheme" content="light dark">'),
        # Without one a browser asks the page's server for it.
        Html('<link rel="icon" href="data:,">'),
        element("title", title),
        Html(f"<style>{style}</style>"),
    ]
    page = element("html", element("head", *head), _body(body, script), lang="en", **root)
    return f"<!DOCTYPE html>\n{page}\n"


_POLICY = '<meta http-equiv="Content-Security-Policy" content="'


def policy_of(page: str) -> str:
    """The policy in the head of a page of :func:`document`, for who sends it as a header, too."""
    start = page.index(_POLICY) + len(_POLICY)
    return page[start : page.index('"', start)]


def data_block(name: str, value: object) -> Html:
    """``value`` as JSON that the page's script finds by ``name``; no browser runs it."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Html(f'<script type="application/json" id="{escaped(name)}">{text}</script>')


def _body(body: Html, script: str) -> Html:
    return element("body", body, Html(f"<script>{script}</script>"))


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


@cache
def _digest(content: str) -> str:
    return "sha256-" + b64encode(sha256(content.encode()).digest()).decode("ascii")


@cache
def _joined(names: tuple[str, ...]) -> str:
    """The files one after the other, without indentation and the lines that are comments.

    They are written for people; a page is sent by mail. A string or comment may therefore not go
    over lines that begin so (a test looks).
    """
    folder = resources.files("fhirkit.report") / "assets"
    lines = (
        line.strip() for name in names for line in (folder / name).read_text("utf-8").splitlines()
    )
    kept = "\n".join(line for line in lines if line and not line.startswith("//"))
    return _STYLE_COMMENT.sub("", kept) if names and names[0].endswith(".css") else kept
