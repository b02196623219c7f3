"""The patient: age, sex, handedness, occupation, death."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit.facts.certainty import negated_at
from fhirkit.facts.held import speaks_of_relative
from fhirkit.facts.model import PatientFact, Quantity, Range, Term, Whose
from fhirkit.facts.numbers import NUMBER_WORDS, TENS, clean_digits
from fhirkit.facts.persons import PERSON_LEAD
from fhirkit.narrative.layout import SectionKind
from fhirkit.narrative.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.scene import Scene
    from fhirkit.narrative.narrative import Narrative

_UNIT = {"y": "a", "m": "mo", "w": "wk", "d": "d"}
_WORDS = "|".join(NUMBER_WORDS)
_AGE = (
    re.compile(
        rf"(?<![\d.,])\b(?P<n>\d{{1,3}}(?:\.\d)?|{_WORDS}|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
        r"(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?)[\s-]*"
        r"(?P<u>years?|yrs?|y|months?|weeks?|days?)[\s/-]*(?:old|o\b)",
        re.IGNORECASE,
    ),
    re.compile(
        r"\baged?\s+(?:of\s+)?(?P<n>\d{1,3})(?:\s*(?P<u>years?|months?|weeks?|days?))?\b", re.I
    ),
    re.compile(r"\b(?P<n>\d{1,3})\s*(?P<u>years?|months?)\s+of\s+age\b", re.I),
    re.compile(
        r"\b(?:woman|man|female|male|girl|boy|patient)\s+(?:of|in\s+(?:his|her)|,)\s*"
        r"(?P<n>\d{1,3})(?:\s*(?P<u>years?|months?))?\b(?!\s*(?:mg|%))",
        re.I,
    ),
    re.compile(
        r"\b(?:woman|man|female|male|girl|boy|patient)\s*\(\s*(?:aged?\s+)?(?P<n>\d{1,3})"
        r"(?:\s*(?P<u>years?|months?|y))?\b",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?:female|male)\s*,\s*(?P<n>\d{1,3})\s*(?P<u>years?|y)\b", re.I),
)
_DIED = re.compile(
    r"\b(?:died|passed away|succumbed|was pronounced dead|was declared dead|was found dead"
    r"|did not survive|(?:he|she|patient)\s+expired|(?:his|her|patient['’]s)\s+death"
    r"|(?:outcome|course) was (?:fatal|lethal))\b",
    re.IGNORECASE,
)
_OTHER_SUBJECT = re.compile(
    r"\b(?:mother|father|sister|brother|donor|fetus|foetus|husband|wife|who|others?|patients|people|cases|one|\d+\s?%?|two|three|four|five|six|seven"
    r"|eight|nine|ten|eleven|twelve|of (?:the|these|those|them)(?:\s\w+)?)\s*$",
    re.I,
)
_FEMALE = frozenset({"she", "her", "hers"})
_MALE = frozenset({"he", "him", "hi", "his"})
_JOB_END = re.compile(
    r"\s*(?P<job>[a-z][a-z-]+(?:\s+[a-z][a-z-]+){0,4}?)\s+(?:developed|presented|was|had|with|who"
    r"|experienced|reported|complained|noticed|came|underwent|received|presents)\b"
)
#: How words for several people end.
_PLURAL = ("men", "s")
_NO_JOB = frozenset(
    "patient individual person subject woman man female male girl boy lady gentleman child infant "
    "adult newborn neonate teenager adolescent toddler white black caucasian asian african hispanic "
    "smoker case known healthy otherwise previously".split()
)


def read_patient(book: Notebook, named: tuple[int, int] | None = None) -> Draft | None:
    """The patient of the case, None where no statement is about one.

    ``named`` are the words that number the patient among others ("Case 2"), as offsets of the
    view: they stand for one of whom neither age nor sex is told.
    """
    own = [
        s
        for s in book.scenes
        if s.whose is Whose.PATIENT and s.sentence.section is not SectionKind.TITLE
    ]
    if not own:
        return None
    age = _age(own)
    decade = None if age else _decade(own)
    sex = _sex_beside(age) or _sex(own)
    death = _death(own)
    group = None if age or decade else _age_group(own)
    if age:
        scene, where = age[0], (age[1].start, age[1].end)
    elif sex:
        scene, where = sex[2], (sex[1].start, sex[1].end)
    elif death:
        scene, where = death[0], death[1:]
    elif group:
        scene, where = group[0], (group[1].start, group[1].end)
    elif named:
        scene, where = own[0], named
    elif (found := _bare_mention(own)) is not None:
        scene, where = found
    else:
        return None
    draft = book.new("patient", PatientFact, "case", scene, *where, "patient")
    narrative = book.narrative
    _tell_age(draft, narrative, age, decade, group)
    if sex:
        span = narrative.span(sex[1].start, sex[1].end)
        draft.fields["sex"] = Term(span, sex[0])
        draft.add_span(span)
    for term in (t for s in own for t in s.terms("handedness")):
        draft.fields.setdefault("handedness", Term(narrative.span(term.start, term.end), term.name))
    if age and not (sex and abs(sex[1].start - age[1].end) < 80 and sex[1].word):
        _occupation(book, draft, age[0], age[1].end)
    if death:
        span = narrative.span(death[1], death[2])
        draft.fields["deceased"] = span
        draft.add_span(span)
    return draft


def _tell_age(
    draft: Draft,
    narrative: Narrative,
    age: tuple[Scene, Age] | None,
    decade: tuple[Scene, int, int, int] | None,
    group: tuple[Scene, Mention] | None,
) -> None:
    """The age in years, else the decade, else the words for it."""
    if age:
        stated = age[1]
        span = narrative.span(stated.start, stated.end)
        draft.fields["age"] = Quantity(span, stated.digits, stated.unit, stated.ucum)
    elif decade:
        span = narrative.span(*decade[1:3])
        low, high = (Quantity(span, str(decade[3] + n), None, "a") for n in (0, 9))
        draft.fields["age"] = Range(span, low, high)
    elif group:
        span = narrative.span(group[1].start, group[1].end)
        draft.fields["age_group"] = Term(span, group[1].name)
        draft.add_span(span)


#: Words one of which stands in every way to tell an age.
_AGE_WORDS = frozenset(
    "old aged age year yr y month week day woman man female male patient".split()
)
_ARTICLES = frozenset({"a", "an", "the", "this", "our", "one"})
_DEATH_WORDS = frozenset(
    "died passed succumbed expired pronounced declared dead death survive fatal lethal".split()
)


@dataclass(frozen=True, slots=True)
class Age:
    """An age in the view: its digits, UCUM unit, and the unit as written (None where left out)."""

    start: int
    end: int
    digits: str
    ucum: str
    unit: str | None


def ages(scene: Scene) -> Iterator[Age]:
    """The ages a sentence states, whoever's they are; one place may be met twice."""
    if _AGE_WORDS.isdisjoint(scene.all_words):
        return
    s, text = scene.sentence, scene.narrative.view.text
    for pattern in _AGE:
        for match in pattern.finditer(text, s.start, s.end):
            digits = _age_digits(match.group("n"))
            unit = match.group("u")
            ucum = _UNIT[unit[0].lower()] if unit else "a"
            if digits and float(digits) <= (_OLDEST if ucum == "a" else 400):
                yield Age(match.start(), match.end(), digits, ucum, unit)


#: Years; nobody has been older.
_OLDEST = 125


def _age(own: list[Scene]) -> tuple[Scene, Age] | None:
    for scene in own:
        for age in ages(scene):
            if not _of_relative(scene, age.start):
                return scene, age
    return None


def _of_relative(scene: Scene, at: int) -> bool:
    """Whether what stands at ``at`` is said of a relative told of shortly before."""
    if any(
        whose is Whose.FAMILY and abs(start - at) < _SAID_WITHIN
        for start, whose in scene.held.items()
    ):
        return True
    return any(
        cue.end <= at < cue.end + _SAID_WITHIN and speaks_of_relative(scene, cue)
        for cue in scene.cues("whose", "family")
    )


#: Characters between a relative and an age that is the relative's.
_SAID_WITHIN = 60


def _decade(own: list[Scene]) -> tuple[Scene, int, int, int] | None:
    """ "a woman in her early seventies": the decade, where no age is told."""
    for scene in own:
        if _DECADE_WORDS.isdisjoint(scene.all_words):
            continue
        s = scene.sentence
        match = _DECADE.search(scene.narrative.view.text, s.start, s.end)
        if match is not None and not _of_relative(scene, match.start()):
            written = match.group("n").lower()
            first = int(written[:2]) if written[0].isdigit() else _DECADES[written]
            return scene, match.start("n"), match.end("n"), first
    return None


_DECADES = {
    "twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60,
    "seventies": 70, "eighties": 80, "nineties": 90,
}  # fmt: skip
_DECADE = re.compile(
    rf"\bin (?:his|her|their)\s+(?:early |mid[- ]?|late )?(?P<n>[2-9]0['’]?s|{'|'.join(_DECADES)})\b",
    re.IGNORECASE,
)
#: Folded words one of which tells a decade.
_DECADE_WORDS = frozenset(
    [fold(w) for w in (*_DECADES, *(f"{n}0s" for n in range(2, 10)), "s")]
    + [str(n * 10) for n in range(2, 10)]
)


#: What may follow a word for an age that is a person's: "an elderly man", "an infant with".
_OF_SOMEBODY = re.compile(
    r"\s+(?:(?:white|black|male|female|obese|diabetic)\s+)?(?:m[ae]n|wom[ae]n|male|female|boy|girl"
    r"|patient|lady|gentleman|with|who|was|presented|presenting|developed|had|admitted|born)\b",
    re.IGNORECASE,
)


#: What stands before a person who is introduced; a child somebody had is no patient.
_INTRODUCES = re.compile(
    r"(?:^|\b(?:of|in|is|was|report|describe|present|here))[\s,:]*\ban?\s+(?:[\w-]+\s+){0,2}$",
    re.IGNORECASE,
)


def _age_group(own: list[Scene]) -> tuple[Scene, Mention] | None:
    """ "An elderly woman was admitted": the words for an age that is not told in numbers."""
    for scene in own:
        for term in scene.terms("age-group") if scene.strong else ():
            before = scene.text(scene.sentence.start, term.start)
            behind = scene.text(term.end, scene.sentence.end)
            introduced = _INTRODUCES.search(before.lstrip()) and _OF_SOMEBODY.match(behind)
            if introduced and scene.held.get(term.start) is None:
                return scene, term
    return None


def _age_digits(written: str) -> str | None:
    if written[0].isdigit():
        return clean_digits(written)
    parts = re.split(r"[\s-]+", written.lower())
    total = sum(TENS.get(p, NUMBER_WORDS.get(p, 0)) for p in parts)
    return str(total) if total else None


class _Place:
    """Where the sex is read from; ``word`` is true for a noun ("woman")."""

    __slots__ = ("end", "start", "word")

    def __init__(self, start: int, end: int, *, word: bool) -> None:
        self.start, self.end, self.word = start, end, word


#: Characters between an age and the noun it is said of.
_BESIDE = 50


def _sex_beside(age: tuple[Scene, Age] | None) -> tuple[str, _Place, Scene] | None:
    """From the noun next to the age: "a male fetus was delivered by a 37-year-old woman"."""
    if age is None:
        return None
    scene, start, end = age[0], age[1].start, age[1].end
    near = [
        (max(start - term.end, term.start - end), term)
        for term in scene.terms("sex")
        if scene.held.get(term.start) is None and not _is_several(scene, term)
    ]
    near = [pair for pair in near if pair[0] < _BESIDE]
    if not near:
        return None
    term = min(near, key=lambda pair: (pair[0], pair[1].start))[1]
    return term.name, _Place(term.start, term.end, word=True), scene


def _is_several(scene: Scene, term: Mention) -> bool:
    """ "women" are no patient."""
    return scene.narrative.raw[term.last - 1].lower().endswith(_PLURAL)


def _sex(own: list[Scene]) -> tuple[str, _Place, Scene] | None:
    """From the noun that names the patient, else from the pronouns if they agree."""
    for scene in own:
        for term in scene.terms("sex"):
            named = scene.strong or not _ARTICLES.isdisjoint(
                scene.words(term.first - 4, term.first)
            )
            if scene.held.get(term.start) is None and named and not _is_several(scene, term):
                return term.name, _Place(term.start, term.end, word=True), scene
    counts: dict[str, list[tuple[Scene, int]]] = {"female": [], "male": []}
    for scene in own:
        s = scene.sentence
        for i in range(s.first_word, s.last_word):
            word = scene.narrative.words[i]
            if scene.held.get(scene.narrative.starts[i]):
                continue
            if word in _FEMALE:
                counts["female"].append((scene, i))
            elif word in _MALE:
                counts["male"].append((scene, i))
    female, male = len(counts["female"]), len(counts["male"])
    if female > 2 * male or male > 2 * female:
        sex = "female" if female > male else "male"
        scene, i = counts[sex][0]
        n = scene.narrative
        return sex, _Place(n.starts[i], n.ends[i], word=False), scene
    return None


def _death(own: list[Scene]) -> tuple[Scene, int, int] | None:
    for scene in own:
        if _DEATH_WORDS.isdisjoint(scene.all_words):
            continue
        s = scene.sentence
        text = scene.narrative.view.text
        for match in _DIED.finditer(text, s.start, s.end):
            before = text[max(s.start, match.start() - 30) : match.start()]
            word = scene.narrative.word_at(match.start())
            family = any(
                w is Whose.FAMILY and at <= match.start() for at, w in scene.held.items()
            ) or any(c.start < match.start() for c in scene.cues("whose", "family"))
            fatal = match.group().endswith(("fatal", "lethal"))
            told = (scene.strong or fatal) and not _OTHER_SUBJECT.search(before)
            told = told and not re.search(r"\b(?:nearly|almost|risk of|before)\s*$", before)
            if told and not family and not negated_at(scene, word):
                return scene, match.start(), match.end()
    return None


def _bare_mention(own: list[Scene]) -> tuple[Scene, tuple[int, int]] | None:
    """The words that name the patient ("our patient"), else those that bring one in."""
    for value in ("patient", "newcomer"):
        for scene in own:
            for cue in scene.cues("whose", value):
                return scene, (cue.start, cue.end)
    for scene in own:
        match = PERSON_LEAD.search(scene.all_text) if scene.strong else None
        if match is not None:
            at = scene.sentence.start
            article = max(match.group().rfind(f" {word} ") for word in ("a", "an", "one")) + 1
            return scene, (at + match.start() + article, at + match.end())
    return None


def _occupation(book: Notebook, draft: Draft, scene: Scene, after: int) -> None:
    """The noun phrase that names the patient by work ("a 39-year-old farmer presented")."""
    for term in scene.terms("handedness"):
        if after <= term.start < after + 4:
            after = term.end
    match = _JOB_END.match(book.narrative.view.text, after, scene.sentence.end)
    if match is None:
        return
    words = match.group("job").split()
    known = any(t.start < match.end("job") and match.start("job") < t.end for t in scene.things)
    if known or set(words) & _NO_JOB or len(words) > 4:
        return
    span = book.narrative.span(match.start("job"), match.end("job"))
    draft.fields["occupation"] = Term(span)
