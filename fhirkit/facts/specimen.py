"""From which specimen a value comes: named at the value, or told just before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.regimen import term

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.model import Term
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
            t
            for t in scene.terms("specimen")
            if t.name != "tissue"
            and not any(
                m.start <= t.start < m.end for m in scene.of("observations", "conditions", "drugs")
            )
        ]

    def resolve(
        self, book: Notebook, scene: Scene, analyte: Mention, measure: Measure | None
    ) -> tuple[str, Term | None]:
        """(concept, specimen) of an analyte: "protein" in CSF is "CSF protein"."""
        row = book.lexicon.mappings.observations.get(analyte.name)
        if row is None:
            return analyte.name, self._named(scene, analyte, measure) if not analyte.name else None
        found = self._named(scene, analyte, measure)
        if measure is not None and measure.ucum == "%" and row.units and "%" not in row.units:
            return _share(book, analyte.name, found), found
        if row.specimen:
            return analyte.name, found if found and found.concept == row.specimen else None
        known = book.lexicon.mappings.observations
        specific = (
            f"{_PREFIX.get(found.concept or '', found.concept or '')} {analyte.name}"
            if found
            else ""
        )
        if specific in known:
            return specific, found
        if found is not None and self._carried is found:
            return analyte.name, None
        return analyte.name, found

    def _named(self, scene: Scene, analyte: Mention, measure: Measure | None) -> Term | None:
        if measure is not None:
            for sign in self._here:
                gap = scene.text(measure.end, sign.start) if sign.start >= measure.end else "?"
                if re.fullmatch(r"\s*in\s+(?:the\s+|his\s+|her\s+)?", gap):
                    return term(scene, sign)
        best: Mention | None = None
        for sign in self._here:
            near = sign.name == "csf" or 0 <= analyte.first - sign.last <= _NEAR
            if (sign.start <= analyte.start and near) or _behind(scene, analyte, sign):
                best = sign
        if best is not None:
            return term(scene, best)
        carried = self._carried
        return carried if carried is not None and carried.concept == "csf" else None


def _share(book: Notebook, name: str, specimen: Term | None) -> str:
    """The concept for a share of cells: a percentage is not the count, and codes differ."""
    known = book.lexicon.mappings.observations
    bare = name.removeprefix("CSF ")
    prefix = "CSF " if specimen is not None and specimen.concept == "csf" else ""
    for candidate in (f"{prefix}{bare}/100 leukocytes", f"{prefix}{bare} percentage"):
        if candidate in known:
            return candidate
    return f"{prefix}{bare} percentage"


_PREFIX = {"csf": "CSF", "urine": "urine"}


def _behind(scene: Scene, analyte: Mention, sign: Mention) -> bool:
    return bool(re.fullmatch(r"\s*(?:in|of)\s+(?:the\s+)?", scene.text(analyte.end, sign.start)))
