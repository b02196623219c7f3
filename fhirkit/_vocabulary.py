"""Names from public vocabularies, beyond the rows of the mappings.

The file is compiled by ``scripts/build-vocabulary``. It is text: a first line with its
version; one line for each word that names begin with, sorted, with all names that do; an
empty line; one line for each concept that has codes. A line is only taken apart when a text
has its word, so that starting costs one dictionary of lines.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

FIRST_LINE = "fhirkit-vocabulary 1"
#: The letter that stands for a kind: a file of the mappings.
KINDS = {"c": "conditions", "d": "drugs", "s": "symptoms"}
#: The letter that stands for a code system.
SYSTEMS = {
    "h": "http://human-phenotype-ontology.org",
    "i": "http://hl7.org/fhir/sid/icd-10-cm",
    "u": "http://fdasis.nlm.nih.gov",
}


class Name(NamedTuple):
    """A name as its folded words; ``proper`` where it only counts with a capital letter."""

    words: tuple[str, ...]
    kind: str
    concept: str
    proper: bool


class Vocabulary:
    """The names of a vocabulary file, by their first word."""

    def __init__(self, text: str) -> None:
        names, _, codes = text.partition("\n\n")
        self._lines = dict(line.split("\t", 1) for line in names.split("\n")[1:])
        self._codes = codes
        self._coded: dict[str, str] | None = None

    @property
    def first_words(self) -> AbstractSet[str]:
        """The folded words that names begin with."""
        return self._lines.keys()

    def names(self, first: str) -> list[Name]:
        """All names that begin with a folded word."""
        found = []
        for entry in self._lines.get(first, "").split("\t"):
            if entry:
                letter, concept, *rest = entry.split("|")
                words = (first, *rest[0].split()) if rest else (first,)
                kind = KINDS[letter.lower()]
                found.append(Name(words, kind, concept or " ".join(words), letter.isupper()))
        return found

    def codes(self, kind: str, concept: str) -> list[tuple[str, str, str]]:
        """System, code and display of each code of a concept."""
        if self._coded is None:
            self._coded = dict(line.split("\t", 1) for line in self._codes.split("\n") if line)
        cells = self._coded.get(f"{kind[0]}|{concept}", "")
        return [
            (SYSTEMS[letter], code, display)
            for cell in filter(None, cells.split("\t"))
            for letter, code, display in [cell.split("|", 2)]
        ]


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary that is shipped."""
    return Vocabulary((resources.files("fhirkit") / "vocabulary" / "names.txt").read_text("utf-8"))
