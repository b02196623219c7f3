"""What is found or not found: "CSF showed oligoclonal bands", "no schistocytes"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.model import Certainty, ObservationFact, Term
from fhirkit.narrative.words import fold_phrase

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.notebook import Notebook
    from fhirkit.facts.scene import Scene
    from fhirkit.facts.specimen import Specimens

#: What joins the members of a list of tests.
LIST = re.compile(
    r"[\s,/()-]*(?:\b(?:and|or|as well as|anti|the|both|serum|csf|levels?|antibod\w*|igg|igm|for"
    r"|including|virus|tests?|of|plasma|screen|screening)\b[\s,/()-]*)*",
    re.IGNORECASE,
)
#: Words that say that something was tested for.
TESTED = re.compile(
    r"\b(?:tests?|testing|serolog\w+|screen\w*|pcr|panel|markers?|cultures?|smears?|work-?up|swabs?|stain\w*|analysis)\b",
    re.I,
)
_SHOWED = re.compile(
    r"\b(?:showed|revealed|demonstrated|detected|found|had|disclosed|identified|with|showing|noted)\s+"
    r"(?:[\w-]+\s+){0,3}$",
    re.I,
)
_GIVEN = re.compile(
    r"\b(?:treat\w*|therap\w+|managed|supported|supplement\w*|started)\s+\Z", re.IGNORECASE
)
#: Last words of names that are done or work, and are not found or absent themselves.
_NOT_FOUND = frozenset(
    "test examination function panel screen profile index sound pulse gait auscultation palpation"
    " percussion level pressure".split()
)
#: Last words of names of a sign of an infection, which the infection's own name may stand for.
_SIGN_OF = frozenset("antibody antigen serology rna dna pcr culture".split())


def _can_be_present(scene: Scene, analyte: Mention) -> bool:
    """Whether the mention names something that is there or not: cells, bands, a mutation.

    "HIV" alone stands for its antibody only where something is tested.
    """
    head = fold_phrase(analyte.name)[-1]
    if head in _NOT_FOUND:
        return False
    said = {*scene.words(analyte.first, analyte.last)}
    return head not in _SIGN_OF or head in said or TESTED.search(scene.all_text) is not None


#: Units of what is found or not found as much as measured: cells in a smear, bands.
_OF_FINDINGS = frozenset({"%", "{bands}", "/[HPF]", "{titer}", "{index_val}", "{ratio}"})


def presence(
    book: Notebook, scene: Scene, analyte: Mention, specimens: Specimens, listed: Mention | None
) -> bool:
    """Something found or not found: "CSF showed oligoclonal bands", "no schistocytes".

    True where it is told as found, so that a list can go on.
    """
    row = book.lexicon.mappings.observations.get(analyte.name)
    if row is None or row.category != "laboratory" or set(row.units) - _OF_FINDINGS:
        return False
    if not _can_be_present(scene, analyte):
        return False
    collective = book.lexicon.parts("observations", "collective")
    last_word = scene.narrative.raw[analyte.last - 1].lower()
    if row.name.split()[-1] in collective or last_word in book.lexicon.parts(
        "observations", "property"
    ):
        return False
    absent = scene.certainty_of(analyte) in (Certainty.NEGATED, Certainty.REFUTED)
    lead = _SHOWED.search(scene.view, max(scene.sentence.start, analyte.start - 60), analyte.start)
    if lead and _GIVEN.search(
        scene.view, max(scene.sentence.start, lead.start() - 20), lead.start()
    ):
        lead = None  # "treated with catecholamines"
    goes_on = listed is not None and LIST.fullmatch(scene.text(listed.end, analyte.start))
    if not absent and not lead and not goes_on:
        return False
    concept, specimen = specimens.resolve(book, scene, analyte, None)
    if not concept or book.about("observation", concept):
        return not absent
    span = scene.span(analyte)
    fields: dict[str, object] = {
        "analyte": Term(span, concept),
        "category": row.category,
        "value": Term(span, "NEG" if absent else "POS"),
        "interpretation": Term(span, "NEG" if absent else "POS"),
    }
    if specimen is not None:
        fields["specimen"] = specimen
    draft = book.new(
        "observation",
        ObservationFact,
        concept,
        scene,
        analyte.start,
        analyte.end,
        "not found" if absent else "found",
        concept=concept,
        **fields,
    )
    book.at[analyte.start] = draft
    return not absent
