"""Results in words: "glucose was normal", "antibodies were negative", "elevated troponin"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.certainty import negated_at
from fhirkit.facts.model import Certainty, ObservationFact, Term, Whose
from fhirkit.facts.observation import is_observed
from fhirkit.facts.regimen import term
from fhirkit.facts.specimen import Specimens

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.notebook import Notebook
    from fhirkit.facts.scene import Scene

_COPULA = re.compile(
    r"[\s,:)-]*(?:\b(?:was|were|is|are|all|both|also|remained|came back|returned|tested|turned|found|to be|be"
    r"|level|levels|count|counts|test|tests|testing|titers?|titres?|serology|results?|again|initially"
    r"|persistently|markedly|significantly|slightly|mildly|strongly|within|had|been|status|screen|of"
    r"|\w+ly|pcr|culture|cultures|panel|for|body|bodies|antibody|antibodies|respectively|which|values?)\b"
    r"[\s,:)-]*)*",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"[\s,/()-]*(?:\b(?:and|or|as well as|anti|the|both|serum|csf|levels?|antibod\w*|igg|igm|for"
    r"|including|virus|tests?|of|plasma|screen|screening)\b[\s,/()-]*)*",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"[\s(-]*(?:\b(?:for|the|a|serum|plasma|csf|level|levels|of|direct|anti|in|on|both|values?|markers)\b[\s(-]*)*",
    re.I,
)
_SHOWED = re.compile(
    r"\b(?:showed|revealed|demonstrated|detected|found|had|disclosed|identified|with|showing|noted)\s+"
    r"(?:[\w-]+\s+){0,3}$",
    re.I,
)
_INCLUDED = re.compile(r"\s*,?\s*(?:\(\s*)?(?:including|notably|especially)\s+(?:for\s+)?", re.I)
_TESTED = re.compile(
    r"\b(?:tests?|testing|serolog\w+|screen\w*|pcr|panel|markers?|cultures?)\b", re.I
)


def read_qualitative(book: Notebook) -> None:
    """Drafts for results in words, and interpretations for values already read."""
    specimens = Specimens()
    judgements: set[tuple[str, str]] = set()
    for scene in book.scenes:
        specimens.enter(scene)
        if not is_observed(scene):
            continue
        analytes = [m for m in scene.of("observations") if scene.whose_is(m) is Whose.PATIENT]
        tested = [*_tested_conditions(scene), *_tested_organisms(scene)]
        if not analytes and not tested:
            continue
        judged: set[int] = set()
        for sign in scene.terms("interpretation"):
            for analyte in _judged_by(scene, sign, analytes, tested):
                if analyte.start not in judged:
                    judged.add(analyte.start)
                    _record(book, scene, analyte, sign, specimens, judgements)
        listed: Mention | None = None  # the last thing found, which a list may go on from
        for analyte in analytes:
            if analyte.start in judged or analyte.start in book.at:
                continue
            if _presence(book, scene, analyte, specimens, listed):
                listed = analyte


def _tested_conditions(scene: Scene) -> list[Mention]:
    """Diseases that the sentence tests for ("tests for hepatitis and HIV were negative")."""
    text = scene.all_text
    signs = [t for t in scene.terms("interpretation") if t.name == "NEG"]
    return [
        m
        for m in scene.of("conditions")
        if scene.whose_is(m) is Whose.PATIENT
        and (_TESTED.search(text) or any(0 <= t.first - m.last <= 2 for t in signs))
    ]


def _tested_organisms(scene: Scene) -> list[Mention]:
    """Organisms that tests of the sentence look for ("all negative, including listeria")."""
    if not _TESTED.search(scene.all_text):
        return []
    taken = [(m.start, m.end) for m in scene.things]
    return [
        t for t in scene.terms("organism") if not any(a < t.end and t.start < b for a, b in taken)
    ]


def _judged_by(
    scene: Scene, sign: Mention, analytes: list[Mention], tested: list[Mention]
) -> list[Mention]:
    """The analytes a word like "negative" or "elevated" speaks of."""
    if negated_at(scene, sign.first) and sign.name != "N":
        return []
    pool = sorted(
        [*analytes, *(tested if sign.name in ("NEG", "POS") else [])], key=lambda m: m.start
    )
    after = [a for a in pool if a.start >= sign.end]
    before = [a for a in pool if a.end <= sign.start]
    found: list[Mention] = []
    if before and _COPULA.fullmatch(scene.text(before[-1].end, sign.start)):
        found = [before[-1]]
        for left in reversed(before[:-1]):
            if not _LIST.fullmatch(scene.text(left.end, found[-1].start)):
                break
            found.append(left)
        for right in after:  # "... were all negative, including listeria"
            if not _INCLUDED.fullmatch(scene.text(sign.end, right.start)):
                break
            found.append(right)
        return found
    inside = [a for a in pool if a.start <= sign.start and sign.end <= a.end]
    if inside:
        return []
    if (
        after
        and len(scene.text(sign.end, after[0].start)) < 30
        and _BEFORE.fullmatch(scene.text(sign.end, after[0].start))
    ):
        found = [after[0]]
        for right in after[1:]:
            gap = scene.text(found[-1].end, right.start)
            gap = re.sub(r"\([^()]*\)", "", gap)
            if not (_LIST.fullmatch(gap) and re.search(r",|and|or", gap)):
                break
            found.append(right)
    return found


def _record(
    book: Notebook,
    scene: Scene,
    analyte: Mention,
    sign: Mention,
    specimens: Specimens,
    judgements: set[tuple[str, str]],
) -> None:
    valued = book.at.get(analyte.start)
    interpretation = term(scene, sign)
    if valued is not None and valued.id.startswith("observation"):
        valued.fields.setdefault("interpretation", interpretation)
        return
    if analyte.kind != "observations":
        concept, specimen = analyte.name, None
        shown: Term = Term(scene.span(analyte))
    else:
        concept, specimen = specimens.resolve(book, scene, analyte, None)
        shown = Term(scene.span(analyte), concept or None)
        concept = concept or scene.span(analyte).text
    told = (concept, sign.name) in judgements
    if told or _comes_with_value(book, scene, analyte, concept, sign):
        return
    judgements.add((concept, sign.name))
    row = book.lexicon.mappings.observations.get(analyte.name)
    fields: dict[str, object] = {
        "analyte": shown,
        "category": row.category if row else "laboratory",
        "interpretation": interpretation,
    }
    if sign.name in ("POS", "NEG"):
        fields["value"] = interpretation
    if specimen is not None:
        fields["specimen"] = specimen
    start, end = min(analyte.start, sign.start), max(analyte.end, sign.end)
    if end - start > 80:
        start, end = analyte.start, analyte.end
    draft = book.new(
        "observation",
        ObservationFact,
        concept,
        scene,
        start,
        end,
        "result in words",
        concept=concept,
        **fields,
    )
    draft.add_span(scene.span(analyte))
    if analyte.kind == "observations":
        book.at[analyte.start] = draft


def _comes_with_value(
    book: Notebook, scene: Scene, analyte: Mention, concept: str, sign: Mention
) -> bool:
    """Whether the word speaks of a number told right after ("low hemoglobin ... 2.4 g/dl")."""
    if sign.name not in ("H", "L", "A", "N"):
        return False
    index = scene.sentence.index
    for draft in (d for s in book.scenes[index : index + 3] for d in book.inside("observation", s)):
        if draft.concept == concept and draft.rule == "value":
            if "interpretation" not in draft.fields:
                draft.fields["interpretation"] = term(scene, sign)
                draft.add_span(scene.span(analyte))
            return True
    return False


#: Units of what is found or not found as much as measured: cells in a smear, bands.
_OF_FINDINGS = frozenset({"%", "{bands}", "/[HPF]", "{titer}", "{index_val}", "{ratio}"})


def _presence(
    book: Notebook, scene: Scene, analyte: Mention, specimens: Specimens, listed: Mention | None
) -> bool:
    """Something found or not found: "CSF showed oligoclonal bands", "no schistocytes".

    True where it is told as found, so that a list can go on.
    """
    row = book.lexicon.mappings.observations.get(analyte.name)
    if row is None or row.category == "vital-signs" or set(row.units) - _OF_FINDINGS:
        return False
    collective = book.lexicon.parts("observations", "collective")
    last_word = scene.narrative.raw[analyte.last - 1].lower()
    if row.name.split()[-1] in collective or last_word in book.lexicon.parts(
        "observations", "property"
    ):
        return False
    absent = scene.certainty_of(analyte) in (Certainty.NEGATED, Certainty.REFUTED)
    lead = _SHOWED.search(scene.text(max(scene.sentence.start, analyte.start - 60), analyte.start))
    goes_on = listed is not None and _LIST.fullmatch(scene.text(listed.end, analyte.start))
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
