"""Results in words: "glucose was normal", "antibodies were negative", "elevated troponin"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.acceptance import means_another
from fhirkit.facts.certainty import negated_at
from fhirkit.facts.lexicon import Entry, Mention
from fhirkit.facts.listed import ASIDE
from fhirkit.facts.model import ObservationFact, Quantity, Term, Whose
from fhirkit.facts.observation import is_observed
from fhirkit.facts.presence import LIST, TESTED, presence
from fhirkit.facts.reference import is_norm
from fhirkit.facts.regimen import term
from fhirkit.facts.specimen import Specimens

if TYPE_CHECKING:
    from fhirkit.facts.notebook import Notebook
    from fhirkit.facts.scene import Scene

_COPULA = re.compile(
    r"[\s,:)-]*(?:\b(?:was|were|is|are|all|both|also|remained|came back|returned|tested|turned|found|to be|be"
    r"|level|levels|count|counts|test|tests|testing|titers?|titres?|serology|results?|again|initially"
    r"|persistently|markedly|significantly|slightly|mildly|strongly|within|had|been|status|screen|of"
    r"|(?:decreased|increased|returned|rose|fell|dropped|declined|back)\s+to(?:\s+the)?"
    r"|\w+ly|pcr|culture|cultures|panel|for|body|bodies|antibody|antibodies|respectively|which|values?)\b"
    r"[\s,:)-]*)*",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"[\s(-]*(?:\b(?:for|the|a|serum|plasma|csf|level|levels|of|direct|anti|both|values?|markers)\b[\s(-]*)*",
    re.I,
)
_FOR = re.compile(r"\b(?:for|of)\s+(?:the\s+)?$", re.IGNORECASE)
_JOINED = re.compile(r",|and|or|/")
#: A member of a list that no vocabulary has; a word of these ends the list.
_NO_MEMBER = (
    r"(?:was|were|is|are|be|been|had|has|have|with|without|showed?|shows|revealed?|but|which|who|that"
    r"|while|whereas|although|however|in|on|at|after|before|of|from|by|he|she|it|they|as|the patient"
    r"|patient|no|not)\b"
)
_WORDS = rf"(?:(?!{_NO_MEMBER})[^\W\d_][\w/+-]*\s*){{1,5}}"
_MEMBER = re.compile(
    rf"\s*(?:,\s*(?:and\s+|or\s+)?|(?:and|or)\s+)(?:the\s+)?{_WORDS}(?:,\s*(?:and\s+|or\s+)?|\b(?:and|or)\s+)"
    r"(?:the\s+)?",
    re.IGNORECASE,
)
_LAST_MEMBER = re.compile(rf"\s*(?:,\s*(?:and\s+)?|and\s+)(?:the\s+)?{_WORDS},?\s*", re.IGNORECASE)
_VERB = re.compile(r"(?:was|were|is|are|remained|returned|tested|came)\b|:", re.IGNORECASE)
_TO_NORMAL = re.compile(
    r"\s+(?:back\s+)?(?:to|into)\s+(?:the\s+)?(?:near[\s-])?normal", re.IGNORECASE
)
#: Names that say of no disease in particular what was tested for.
_ANY = frozenset({"infection", "neoplasm", "disease", "malignancy"})
_REMAINED = re.compile(r"\b(?:remain(?:ed|s)|stayed|still|persist\w*)\b", re.IGNORECASE)
_DENIED = re.compile(
    r"\bnot\s+(?:yet\s+)?(?:(?:restored?|returned?|become|became|achieved?|reached|reach|been|fully)\s+)?"
    r"(?:to\s+)?(?:a\s+|the\s+)?$",
    re.IGNORECASE,
)
_FELL = re.compile(r"(?:decreased|reduced|lowered|diminished)$", re.IGNORECASE)
_BEING = re.compile(r"\b(?:was|were|is|are|been|be|being|found|remain\w*)\b|[:(,]", re.IGNORECASE)
_CHANGED = re.compile(r"\s+(?:from|by|the|his|her|their)\b")
_OF_TEST = re.compile(r"negativ|positiv|reactiv|detect|yield", re.IGNORECASE)
_CLASS = re.compile(r"Ig[AEGM]")
_VERBS = frozenset("demonstrated identified detected isolated expressed showed".split())
_PASSIVE = re.compile(r"\b(?:was|were|been|be|is|are|not)\b")
_MARK = re.compile(r"\s*[(\[]\s*(?P<mark>\+{1,4}|[-−–])\s*[)\]](?=\s*(?:[,;.)\]]|and\b|but\b|$))")
#: Words that make a test by standing last in its name.
_UNNAMED = re.compile(
    r"(?<![\w-])(?P<name>(?:[\w/+-]+\s+){1,4}(?:antibod(?:y|ies)|antigens?|PCR|serolog(?:y|ies)|stain(?:ing|s)?"
    r"|smears?|screen|tests?|assays?))\s*(?:\([^()]*\)\s*)?,?\s*(?:was|were|came\s+back|returned|remained)\s",
    re.IGNORECASE,
)
_NO_NAME = frozenset(
    "the a an his her their all both these those other others another further additional several"
    " multiple many some following remaining initial repeat repeated and or of for in on with by to"
    " laboratory lab blood diagnostic clinical extensive routine various specific respective this that"
    " any each every screening subsequent second first no such respectively which".split()
)
_INCLUDED = re.compile(r"\s*,?\s*(?:\(\s*)?(?:including|notably|especially)\s+(?:for\s+)?", re.I)


def read_qualitative(book: Notebook) -> None:
    """Drafts for results in words, and interpretations for values already read."""
    specimens = Specimens()
    judgements: set[tuple[str, str]] = set()
    for scene in book.scenes:
        specimens.enter(scene)
        if not is_observed(scene):
            continue
        things = _Things(scene)
        if not things.analytes and not things.tested and not things.unnamed:
            continue
        judged: set[int] = set()
        said = [(s, _judged_by(scene, s, things)) for s in scene.terms("interpretation")]
        for sign, spoken_of in (*_marks(scene, things.analytes), *said):
            for thing in spoken_of:
                if thing.kind == "reports" or is_norm(scene, thing) or thing.start in judged:
                    continue
                judged.add(thing.start)
                _record(book, scene, thing, sign, specimens, judgements)
        listed: Mention | None = None  # the last thing found, which a list may go on from
        for analyte in things.analytes:
            if analyte.start in judged or analyte.start in book.at:
                continue
            if presence(book, scene, analyte, specimens, listed):
                listed = analyte


class _Things:
    """What a word of judgement in a sentence may speak of."""

    def __init__(self, scene: Scene) -> None:
        self.analytes = [
            m
            for m in scene.of("observations")
            if scene.whose_is(m) is Whose.PATIENT and not means_another(scene, m)
        ]
        self.tested = [*_tested_conditions(scene), *_tested_organisms(scene)]
        self.unnamed = _unnamed_tests(scene)
        # A study may stand in a list of analytes; its own result is a report's.
        self._reports = [m for m in scene.of("reports") if scene.whose_is(m) is Whose.PATIENT]

    def judged_by(self, said: str) -> list[Mention]:
        """The things that words can judge, in order: only a test is negative or positive."""
        of_test = _OF_TEST.search(said) is not None
        tested = [*self.tested, *self.unnamed] if of_test else []
        return sorted([*self.analytes, *self._reports, *tested], key=lambda m: m.start)


def _marks(scene: Scene, analytes: list[Mention]) -> list[tuple[Mention, list[Mention]]]:
    """Results written as a mark, each with its analyte: "HBsAg (+), anti-HCV (-)"."""
    found = []
    for analyte in analytes:
        match = _MARK.match(scene.view, analyte.end)
        if match:
            name = "POS" if "+" in match["mark"] else "NEG"
            start, end = match.span("mark")
            at = scene.narrative.word_at(start)
            sign = Mention(Entry("term", name, "interpretation"), at, at + 1, start, end)
            found.append((sign, [analyte]))
    return found


def _unnamed_tests(scene: Scene) -> list[Mention]:
    """Tests that no vocabulary has, known by their last word: "the catalase test was negative"."""
    if not any(t.name in ("NEG", "POS") for t in scene.terms("interpretation")):
        return []
    found = []
    for match in _UNNAMED.finditer(scene.view, scene.sentence.start, scene.sentence.end):
        end = match.end("name")
        words = match["name"].split()
        while len(words) > 1 and words[0].lower() in _NO_NAME:
            del words[0]
        start = match.end("name") - len(match["name"][match["name"].index(words[0]) :])
        known = any(t.start < end and start < t.end for t in scene.things)
        if known or len(words) < 2:
            continue
        first, last = scene.narrative.word_at(start), scene.narrative.word_at(end)
        found.append(Mention(Entry("observations", ""), first, last, start, end))
    return found


def _tested_conditions(scene: Scene) -> list[Mention]:
    """Diseases that the sentence tests for ("tests for hepatitis and HIV were negative")."""
    text = scene.all_text
    signs = [
        t
        for t in scene.terms("interpretation")
        if t.name == "NEG" and "negative" in scene.text(t.start, t.end).lower()
    ]
    return [
        m
        for m in scene.of("conditions")
        if scene.whose_is(m) is Whose.PATIENT
        and m.name not in _ANY
        and (TESTED.search(text) or any(0 <= t.first - m.last <= 2 for t in signs))
    ]


def _tested_organisms(scene: Scene) -> list[Mention]:
    """Organisms that tests of the sentence look for ("all negative, including listeria")."""
    if not TESTED.search(scene.all_text):
        return []
    taken = [(m.start, m.end) for m in scene.things]
    return [
        t for t in scene.terms("organism") if not any(a < t.end and t.start < b for a, b in taken)
    ]


def _judged_by(scene: Scene, sign: Mention, things: _Things) -> list[Mention]:
    """The analytes a word like "negative" or "elevated" speaks of."""
    results = {t.first for t in scene.terms("interpretation") if t.name == "NEG"}
    if sign.name != "N" and negated_at(scene, sign.first, results):
        return []  # "negative for A and positive for B": a result negates no other
    if sign.name in ("H", "L") and _TO_NORMAL.match(scene.text(sign.end, sign.end + 24)):
        return []  # "decreased to normal" is normal
    if _is_change(scene, sign) or _is_not_so(scene, sign):
        return []
    pool = things.judged_by(scene.text(sign.start, sign.end))
    if any(a.start <= sign.start and sign.end <= a.end for a in pool):
        return []  # the word is part of a name
    after = [a for a in pool if a.start >= sign.end]
    before = [a for a in pool if a.end <= sign.start]
    behind = _listed_behind(scene, sign, after)
    named = behind and behind[0].kind == "observations"
    if named and _FOR.search(scene.text(sign.start, behind[0].start)):
        return behind  # "tumour cells were positive for A and B": not the cells, A and B
    if before and _FOR.search(f"{scene.text(sign.start, sign.end)} ") and not _is_test(before[-1]):
        return []
    if before and _is_subject(scene, before[-1], sign):
        return [*_listed_before(scene, before, sign), *_included(scene, sign, after)]
    return behind


def _is_change(scene: Scene, sign: Mention) -> bool:
    """Whether the word tells a change and no state: "fell from 9 to 7", "reduced the tumour"."""
    if sign.name not in ("H", "L") or not scene.text(sign.start, sign.end).lower().endswith("ed"):
        return False
    behind = scene.text(sign.end, min(scene.sentence.end, sign.end + 8))
    return _CHANGED.match(behind) is not None


def _is_not_so(scene: Scene, sign: Mention) -> bool:
    """Whether "normal" is denied: "did not return to normal"."""
    before = scene.text(max(scene.sentence.start, sign.start - 30), sign.start)
    return sign.name == "N" and _DENIED.search(before) is not None


def _is_test(thing: Mention) -> bool:
    """Whether the thing can be positive for something else: a culture, a serology, a study."""
    return thing.kind == "reports" or TESTED.search(thing.name) is not None


def _is_subject(scene: Scene, thing: Mention, sign: Mention) -> bool:
    """Whether the word is said of the thing, or of a list that it is a member of."""
    if scene.text(thing.end, sign.start).lstrip()[:1] in (")", "]"):
        alias = scene.text(thing.start - 1, thing.start) in ("(", "[")
        if not alias:
            return False  # told within brackets that the word stands outside of
    gap = _bare(scene, thing.end, sign.start)
    said = scene.text(sign.start, sign.end).lower()
    if said in _VERBS and not _PASSIVE.search(gap):
        return False  # "the examination demonstrated ..."
    if _FELL.search(said) and not _BEING.search(gap):
        return False  # "ammonia levels gradually decreased": not that they were low
    if _COPULA.fullmatch(gap):
        return True
    member = _LAST_MEMBER.match(gap)
    return (
        member is not None
        and not _named_between(scene, thing.end, sign.start)
        and _VERB.match(gap, member.end()) is not None
        and _COPULA.fullmatch(gap, member.end()) is not None
    )


def _listed_before(scene: Scene, before: list[Mention], sign: Mention) -> list[Mention]:
    """The subject and the members of the list that it closes."""
    found = [before[-1]]
    for left in reversed(before[:-1]):
        gap = _bare(scene, left.end, found[-1].start)
        bridged = (
            _MEMBER.fullmatch(gap)
            and not _named_between(scene, left.end, found[-1].start)
            and not any(left.end <= t.start < sign.start for t in scene.terms("interpretation"))
        )
        if not LIST.fullmatch(gap) and not bridged:
            break
        if gap.lstrip().startswith("for "):
            break  # "blood tests for A and B": what they were for is the list
        found.append(left)
    return found


def _included(scene: Scene, sign: Mention, after: list[Mention]) -> list[Mention]:
    """ "... were all negative, including listeria": what the word is said of besides."""
    found: list[Mention] = []
    for right in after:
        if not _INCLUDED.fullmatch(scene.text(sign.end, right.start)):
            break
        found.append(right)
    return found


def _listed_behind(scene: Scene, sign: Mention, after: list[Mention]) -> list[Mention]:
    """The analytes right behind the word: "elevated ALT and AST"."""
    if not after or after[0].start - sign.end >= 30:
        return []
    if scene.text(sign.end, after[0].start) == "-":
        return []  # a "low-sodium diet"
    if not _BEFORE.fullmatch(scene.text(sign.end, after[0].start)):
        return []
    found = [after[0]]
    for right in after[1:]:
        gap = _bare(scene, found[-1].end, right.start)
        alias = gap.strip() in ("(", "[")  # "calcium (Ca)"
        if not alias and not (LIST.fullmatch(gap) and _JOINED.search(gap)):
            break
        found.append(right)
    return found


def _bare(scene: Scene, start: int, end: int) -> str:
    """The words between two places without what stands in brackets, or after one that closes."""
    text = scene.text(start, end)
    while "(" in text or "[" in text:
        shorter = ASIDE.sub("", text)
        if shorter == text:
            break
        text = shorter
    return text.lstrip(")]")


def _named_between(scene: Scene, start: int, end: int) -> bool:
    """Whether anything that the vocabulary knows stands in between."""
    return any(
        start <= t.start < end for t in scene.of("drugs", "conditions", "symptoms", "procedures")
    )


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
        shown: Term = Term(scene.span(analyte), concept)
    else:
        concept, specimen = specimens.resolve(book, scene, analyte, None)
        if sign.name in ("POS", "NEG") and _CLASS.fullmatch(concept):
            concept = ""  # "IgM was positive": antibodies of that class, not how much there is
        shown = Term(scene.span(analyte), concept or None)
        concept = concept or scene.span(analyte).text
    if _still_so(book, scene, analyte, concept, sign):
        return
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


def _still_so(book: Notebook, scene: Scene, analyte: Mention, concept: str, sign: Mention) -> bool:
    """Whether the words say that a value told before stayed as it was: "LDH remained elevated".

    They then join that value, which was so already.
    """
    if not _REMAINED.search(scene.text(analyte.end, sign.end)):
        return False
    for draft in reversed(book.about("observation", concept)):
        if isinstance(draft.fields.get("value"), Quantity):
            said = draft.fields.setdefault("interpretation", term(scene, sign))
            if said.concept == sign.name:
                draft.add_span(scene.span(analyte))
                return True
            return False
    return False


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
