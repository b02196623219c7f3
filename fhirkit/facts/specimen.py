"""From which specimen a value comes: named at the value, or told just before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.dimension import dimension
from fhirkit.facts.model import Term
from fhirkit.facts.regimen import term
from fhirkit.narrative.words import fold_phrase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.notebook import Notebook
    from fhirkit.facts.numbers import Measure
    from fhirkit.facts.scene import Scene


#: Words between a specimen other than CSF and what was measured in it: "serum sodium".
_NEAR = 3


class Specimens:
    """The specimen that the running text speaks of."""

    def __init__(self) -> None:
        self._paragraph = -1
        self._carried: Term | None = None
        self._here: list[Mention] = []
        self._scene: Scene | None = None

    def enter(self, scene: Scene) -> None:
        """Go on to the next sentence: its own specimens count first."""
        if self._here and self._scene is not None:
            last = self._here[-1]
            self._carried = term(self._scene, last)  # CSF results run over several sentences
        if scene.sentence.paragraph != self._paragraph:
            self._carried = None
            self._paragraph = scene.sentence.paragraph
        self._scene = scene
        self._here = [
            t for t in scene.terms("specimen") if t.name != "tissue" and not _is_part(scene, t)
        ]

    def resolve(
        self, book: Notebook, scene: Scene, analyte: Mention, measure: Measure | None
    ) -> tuple[str, Term | None]:
        """(concept, specimen) of an analyte: "protein" in CSF is "CSF protein"."""
        row = book.lexicon.mappings.observations.get(analyte.name)
        if row is None:
            return analyte.name, self._named(
                book, scene, analyte, measure
            ) if not analyte.name else None
        found = self._named(book, scene, analyte, measure)
        name = analyte.name
        if row.specimen and (found is None or found.concept != row.specimen):
            name = _unspecific(book, scene, analyte)
            row = book.lexicon.mappings.observations.get(name)
            if row is None:
                return "", found
        if measure is not None and measure.ucum == "%" and _is_counted(row.units):
            return _share(book, name, found), found
        if row.specimen:
            return name, found
        specific = f"{_PREFIX.get(found.concept or '', '?')} {name}" if found else ""
        if found is not None and self._carried is found and "antibody" in name:
            return name, None  # which specimen an antibody was sought in is not told
        if specific in book.lexicon.mappings.observations:
            return specific, found
        if found is not None and self._carried is found:
            return name, None
        return name, found

    def _named(
        self, book: Notebook, scene: Scene, analyte: Mention, measure: Measure | None
    ) -> Term | None:
        if measure is not None:
            for sign in self._here:
                gap = scene.text(measure.end, sign.start) if sign.start >= measure.end else "?"
                if re.fullmatch(r"\s*in\s+(?:the\s+|his\s+|her\s+)?", gap):
                    return term(scene, sign)
        first = scene.narrative.words[analyte.first]
        following = scene.narrative.words[analyte.first + 1 : analyte.last]
        row = book.lexicon.mappings.observations.get(analyte.name)
        sampled = row is None or row.category == "laboratory"
        if (
            first in _SPECIMEN_WORDS and sampled and following[:1] != ["cell"]
        ):  # "serum neurofilament": the name says it itself
            narrative = scene.narrative
            start, end = narrative.starts[analyte.first], narrative.ends[analyte.first]
            return Term(narrative.span(start, end), _SPECIMEN_WORDS[first])
        best: Mention | None = None
        for sign in self._here:
            near = sign.name == "csf" or 0 <= analyte.first - sign.last <= _NEAR
            if (sign.start <= analyte.start and near) or _behind(scene, analyte, sign):
                best = sign
        if best is not None:
            return term(scene, best)
        carried = self._carried
        return carried if carried is not None and carried.concept == "csf" else None


_SPECIMEN_WORDS = {
    "serum": "serum",
    "plasma": "plasma",
    "blood": "blood",
    "urine": "urine",
    "urinary": "urine",
}


def _is_part(scene: Scene, sign: Mention) -> bool:
    """Whether the word only belongs to a name ("plasma cells") and tells no specimen."""
    for thing in scene.of("observations", "conditions", "drugs"):
        if thing.start <= sign.start < thing.end:
            leads = sign.start == thing.start and thing.kind == "observations"
            return not leads or scene.narrative.words[sign.last : sign.last + 1] == ["cell"]
    return False


def _is_counted(units: Iterable[str]) -> bool:
    return any(dimension(unit) == "count/volume" for unit in units)


def _unspecific(book: Notebook, scene: Scene, analyte: Mention) -> str:
    """The name without its specimen, unless the words themselves name it ("CSF protein")."""
    words = fold_phrase(scene.text(analyte.start, analyte.end))
    if words[0] in ("csf", "cerebrospinal", "urine") or words[-1].endswith("uria"):
        return analyte.name
    bare = analyte.name.partition(" ")[2]
    return bare if bare in book.lexicon.mappings.observations else ""


def _share(book: Notebook, name: str, specimen: Term | None) -> str:
    """The concept for a share of cells: a percentage is not the count, and codes differ."""
    known = book.lexicon.mappings.observations
    bare = name.removeprefix("CSF ")
    prefix = "CSF " if specimen is not None and specimen.concept == "csf" else ""
    for candidate in (f"{prefix}{bare}/100 leukocytes", f"{prefix}{bare} percentage"):
        if candidate in known:
            return candidate
    return f"{prefix}{bare} percentage"


_PREFIX = {name: name for name in ("serum", "plasma", "blood", "urine")} | {"csf": "CSF"}


def _behind(scene: Scene, analyte: Mention, sign: Mention) -> bool:
    gap = scene.text(analyte.end, sign.start)
    return bool(re.fullmatch(r"\s*(?:(?:was|were|are|is)\s+\w+\s+)?(?:in|of)\s+(?:the\s+)?", gap))
