"""How wide a text may be, in no known font: rather too wide than too narrow."""

from __future__ import annotations

from unicodedata import east_asian_width

# Advances of DejaVu Sans, wider than which fonts of a page hardly are, in parts of the size.
_ADVANCES = {
    character: advance
    for advance, characters in (
        (0.3, "IJijl"),
        (0.35, " ,./:;\\|"),
        (0.4, "()-[]ft·"),
        (0.45, "!r'"),
        (0.5, '"*_`–'),
        (0.55, "?csz"),
        (0.6, "FLkvxy"),
        (0.65, "$0123456789EPSTYabdeghnopqu{}"),
        (0.7, "ABCKRVXZ"),
        (0.75, "NU"),
        (0.8, "&DGHOQ"),
        (0.85, "#+<=>^w~−"),
        (0.9, "M"),
        (1.0, "%@Wm—…"),
    )
    for character in characters
}


def width(text: str, size: float) -> float:
    """The width of ``text`` at a size, in a font as wide as any that is usual."""
    return size * sum(map(_advance, text))


def _advance(character: str) -> float:
    found = _ADVANCES.get(character)
    if found is None:
        return 1.05 if east_asian_width(character) in "WF" else 0.75
    return found


def shortened(text: str, size: float, room: float) -> str:
    """``text``, or as much of it as fits, with … at its end; empty where nothing does."""
    if width(text, size) <= room:
        return text
    left = room - size * _advance("…")
    for index, character in enumerate(text):
        left -= size * _advance(character)
        if left < 0:
            return f"{text[:index].rstrip()}…" if index else ""
    return text


def wrapped(text: str, size: float, room: float) -> list[str]:
    """``text`` in lines that fit; a word longer than a line is shortened."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(shortened(word, size, room))
    return [line for line in lines if line]
