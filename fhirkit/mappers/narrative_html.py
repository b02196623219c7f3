"""The human-readable part of a resource, safe to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fhirkit.mappers.context import Resource


def escaped(text: str) -> str:
    """``text`` with the characters that mean something in XHTML written as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def generated(text: str) -> Resource:
    """A Narrative of one paragraph."""
    div = f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{escaped(text)}</p></div>'
    return {"status": "generated", "div": div}
