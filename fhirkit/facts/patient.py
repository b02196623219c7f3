"""The patient: age, sex, handedness, occupation, death."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.attribution import PERSON_LEAD
from fhirkit.facts.certainty import negated_at
from fhirkit.facts.held import speaks_of_relative
from fhirkit.facts.model import PatientFact, Quantity, Range, Term, Whose
from fhirkit.facts.numbers import NUMBER_WORDS, TENS, clean_digits
from fhirkit.narrative.layout import SectionKind
from fhirkit.narrative.words import fold

if TYPE_CHECKING:
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.scene import Scene

_UNIT = {"y": "a", "m": "mo", "w": "wk", "d": "d"}
_WORDS = "|".join(NUMBER_WORDS)
_AGE = (
    re.compile(
        rf"\b(?P<n>\d{{1,3}}|{_WORDS}|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
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
    where = age[1:3] if age else (sex[1].start, sex[1].end) if sex else death[1:] if death else None
    if where is None:
        found = (own[0], named) if named else _bare_mention(own)
        if found is None:
            return None
        scene, where = found
    else:
        scene = age[0] if age else sex[2] if sex else death[0] if death else own[0]
    draft = book.new("patient", PatientFact, "case", scene, *where, "patient")
    narrative = book.narrative
    if age:
        _, start, end, digits, ucum, unit = age
        span = narrative.span(start, end)
        draft.fields["age"] = Quantity(span, digits, unit, ucum)
    elif decade:
        span = narrative.span(*decade[1:3])
        low, high = (Quantity(span, str(decade[3] + n), None, "a") for n in (0, 9))
        draft.fields["age"] = Range(span, low, high)
    if sex:
        span = narrative.span(sex[1].start, sex[1].end)
        draft.fields["sex"] = Term(span, sex[0])
        draft.add_span(span)
    for term in (t for s in own for t in s.terms("handedness")):
        draft.fields.setdefault("handedness", Term(narrative.span(term.start, term.end), term.name))
    if age and not (sex and abs(sex[1].start - age[2]) < 80 and sex[1].word):
        _occupation(book, draft, age[0], age[2])
    if death:
        span = narrative.span(death[1], death[2])
        draft.fields["deceased"] = span
        draft.add_span(span)
    return draft


#: Words one of which stands in every way to tell an age.
_AGE_WORDS = frozenset(
    "old aged age year yr y month week day woman man female male patient".split()
)
_ARTICLES = frozenset({"a", "an", "the", "this", "our", "one"})
_DEATH_WORDS = frozenset(
    "died passed succumbed expired pronounced declared dead death survive fatal lethal".split()
)


def _age(own: list[Scene]) -> tuple[Scene, int, int, str, str, str | None] | None:
    for scene in own:
        if _AGE_WORDS.isdisjoint(scene.all_words):
            continue
        s = scene.sentence
        text = scene.narrative.view.text
        for pattern in _AGE:
            for match in pattern.finditer(text, s.start, s.end):
                digits = _age_digits(match.group("n"))
                unit = match.group("u")
                ucum = _UNIT[unit[0].lower()] if unit else "a"
                if (
                    digits
                    and int(digits) <= (125 if ucum == "a" else 400)
                    and not _of_relative(scene, match.start())
                ):
                    return scene, match.start(), match.end(), digits, ucum, unit
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


def _age_digits(written: str) -> str | None:
    if written.isdigit():
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


def _sex_beside(
    age: tuple[Scene, int, int, str, str, str | None] | None,
) -> tuple[str, _Place, Scene] | None:
    """From the noun next to the age: "a male fetus was delivered by a 37-year-old woman"."""
    if age is None:
        return None
    scene, start, end = age[:3]
    near = [
        (max(start - term.end, term.start - end), term)
        for term in scene.terms("sex")
        if scene.held.get(term.start) is None
    ]
    near = [pair for pair in near if pair[0] < _BESIDE]
    if not near:
        return None
    term = min(near, key=lambda pair: (pair[0], pair[1].start))[1]
    return term.name, _Place(term.start, term.end, word=True), scene


def _sex(own: list[Scene]) -> tuple[str, _Place, Scene] | None:
    """From the noun that names the patient, else from the pronouns if they agree."""
    for scene in own:
        for term in scene.terms("sex"):
            named = scene.strong or not _ARTICLES.isdisjoint(
                scene.words(term.first - 4, term.first)
            )
            if scene.held.get(term.start) is None and named:
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
