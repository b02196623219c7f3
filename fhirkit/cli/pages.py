"""Names of pages: safe in every file system and address, and each given once."""

from __future__ import annotations

import re

_UNFIT = re.compile(r"[^\w.-]+")
_LONGEST = 100  # characters, of four bytes at most: file systems take 255 bytes
_RESERVED = frozenset(
    {"index", "con", "prn", "aux", "nul"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
)
SUFFIX = ".html"


class Names:
    """Gives names of pages; one that is taken, in whatever case, gets a number."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def give(self, stem: str) -> str:
        """The name of the page of a document called ``stem``."""
        base = _UNFIT.sub("-", stem)[:_LONGEST].strip(".-") or "case"
        if base.casefold().partition(".")[0] in _RESERVED:
            base = f"case-{base}"
        name, number = base, 1
        while name.casefold() in self._taken:
            number += 1
            name = f"{base}-{number}"
        self._taken.add(name.casefold())
        return name + SUFFIX
