"""What a sentence says of whom it is about: its cues, nouns, pronouns and ages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.held import TOLD
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.scene import Scene

_FEMALE = frozenset({"she", "her", "hers", "woman", "female", "girl", "lady"})
_MALE = frozenset({"he", "hi", "his", "him", "man", "male", "boy", "gentleman"})
_PRONOUNS = frozenset({"he", "she", "hi", "his", "her", "him", "hers"})
_AGE_LEAD = re.compile(
    r"\b(?:an?|the|our|this)\s+(?:[\w-]+\s+){0,3}?\d{1,3}[\s-]*(?:years?|months?|weeks?|days?|yrs?|y)"
    r"[\s/-]*o(?:ld)?\b|\b[a-z]+(?:ty|teen)(?:[\s-][a-z]+)?[\s-]years?[\s-]old\b|\bpatient\s*:\s|\bpatient,?\s+aged\b|\bthe patient is an?\b"
    r"|\b(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)[\s-]*"
    r"(?:year|yr|month|week|day)s?[\s-]*(?:old|of\s+age)\b"
    r"|\b(?:woman|man|girl|boy|female|male|patient|lady|gentleman)\s*(?:,\s*)?(?:of|aged)\s+\d{1,3}\b",
    re.IGNORECASE,
)
#: Somebody brought in without an age.
PERSON_LEAD = re.compile(
    r"\b(?:an?|one)\s+(?:[\w-]+\s+){0,3}?(?:woman|man|girl|boy|female|male|infant|neonate|newborn"
    r"|gentleman|lady|patient|child|toddler|teenager)\b(?!s)",
    re.IGNORECASE,
)
#: Before the age of somebody known: "when she was 25 years old", "at the age of".
_OWN_AGE = re.compile(
    r"\b(?:(?:when|while|until|since|before|after|from|by|at)\s+(?:(?:(?:he|she|the\s+patient)\s+(?:was|is)"
    r"|(?:the|his|her|an)\s+age\s+of|age|about|around)\s+)*|(?:he|she|patient)\s+(?:was|is)\s+(?:now\s+)?"
    r"|(?:now|currently)\s+)\Z",
    re.IGNORECASE,
)
_CASE_LEAD = re.compile(
    r"\s*(?:an?|the|this|one)\s+(?:[\w-]+\s+){0,2}?case\s+of\b.*\b(?:is|was|are)\s+(?:here\s+)?(?:described"
    r"|presented|reported|studied|discussed)\b",
    re.IGNORECASE,
)
_ACTED = re.compile(
    r"\b(?:sustained|suffered|experienced|came|died|visited|sought|attended|reported)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:was|were|had|did|developed|presented|received|showed|revealed|underwent|became|started"
    r"|improved|fell|rose|dropped|remained|noticed|complained)\b",
    re.IGNORECASE,
)
_MODALS = frozenset({"can", "may", "might", "should", "must"})
_MODAL = re.compile(
    r"\b(?:can|may|might|should|must)\s+(?:(?:also|always|often|never|sometimes|not|even|therefore)\s+)?"
    # "May have been caused by" weighs what was.
    r"(?:be|have(?!\s+(?:been|led|had|\w+ed)\b)|lead|cause|occur|result|present|mimic|help|develop|improve|reduce|induce|provoke"
    r"|follow|arise|happen|require|represent|include)\b",
    re.IGNORECASE,
)
#: Words that lead from a thing to what else is said of it.
_RELATIVE = frozenset({"that", "which"})
_SHOWED = frozenset("showed revealed demonstrated disclosed confirmed detected".split())
#: Sections that speak of others and of the patient by turns.
TALK = {SectionKind.DISCUSSION, SectionKind.INTRODUCTION}


def introduces(scene: Scene) -> bool:
    """Whether a sentence tells who the text is about."""
    return scene.sentence.section is not SectionKind.TITLE and (
        bool(_AGE_LEAD.search(scene.all_text))
        or _has(scene, "patient")
        or (_has(scene, "newcomer") and scene.sentence.section not in TALK)
    )


def _has(scene: Scene, value: str) -> bool:
    return bool(scene.cues("whose", value))


class Signs:
    """What one sentence says of whom it is about; each sign is looked for when asked for."""

    def __init__(self, scene: Scene) -> None:
        self.section = scene.sentence.section
        self._scene = scene
        self._words = scene.all_words
        self._cues = {cue.name for cue in scene.cues("whose")}
        self._text = scene.all_text

    @property
    def own(self) -> str:
        """The words that name the patient, "" for none."""
        if "patient" not in self._cues:
            return ""
        scene = self._scene
        named = (c for c in scene.cues("whose", "patient") if not _is_plural(scene, c))
        cue = next(named, None)
        return scene.text(cue.start, cue.end) if cue else ""

    @property
    def numbered(self) -> bool:
        """Whether the patient is named by number, or as one of all the text tells of."""
        return self._scene.named

    @property
    def relative(self) -> bool:
        """Whether a relative is named."""
        return "family" in self._cues

    @property
    def others(self) -> bool:
        """Whether groups of people or the literature are spoken of."""
        cues = self._scene.cues("whose", "others") if "others" in self._cues else ()
        return any(not self._is_aside(cue) for cue in cues) or self.group

    def _is_aside(self, cue: Mention) -> bool:
        """Whether a cue only tells more of a thing: "a drug that has been associated with"."""
        before = self._scene.words(cue.first - 3, cue.first)
        return not _RELATIVE.isdisjoint(before) and self.past

    @property
    def group(self) -> bool:
        """Whether people are counted."""
        return next(counted_people(self._scene), None) is not None

    @property
    def stranger(self) -> bool:
        """Whether somebody else is introduced."""
        return "other-patient" in self._cues

    @property
    def donor(self) -> bool:
        """Whether something of a donor is spoken of."""
        return "donor" in self._cues

    @property
    def finding(self) -> bool:
        """Whether the sentence begins with a study or test and says what it showed."""
        scene = self._scene
        first = scene.sentence.first_word
        return any(
            thing.first < first + 4
            and not _SHOWED.isdisjoint(scene.words(thing.last, thing.last + 5))
            for thing in scene.of("reports", "observations", "procedures")
        )

    @property
    def newcomer(self) -> bool:
        """Whether somebody is introduced by "a patient with ..."."""
        return "newcomer" in self._cues

    @property
    def general(self) -> bool:
        """Whether the sentence reads as general knowledge."""
        return "general" in self._cues

    @property
    def modal(self) -> bool:
        """Whether the sentence says what can or should be, and nothing that was."""
        if _MODALS.isdisjoint(self._words):
            return False
        return bool(_MODAL.search(self._text)) and not TOLD.search(self._text)

    @property
    def age(self) -> str:
        """The age a person is introduced by, "" for none."""
        return "" if _AGED.isdisjoint(self._words) else _age_of(self._text)

    @property
    def somebody(self) -> bool:
        """Whether an age introduces a person, and is not told of one who is known."""
        if _AGED.isdisjoint(self._words):
            return False
        match = _AGE_LEAD.search(self._text)
        return match is not None and _OWN_AGE.search(self._text[: match.start()]) is None

    @property
    def reported(self) -> bool:
        """Whether the person of an age is introduced as other authors' ("X et al. described ...")."""
        match = _AGE_LEAD.search(self._text)
        if match is None or not self.others:
            return False
        at = self._scene.sentence.start + match.start()
        return any(cue.end <= at for cue in self._scene.cues("whose", "others"))

    @property
    def person(self) -> bool:
        """Whether a person is introduced otherwise."""
        return PERSON_LEAD.search(self._text) is not None

    @property
    def pronoun(self) -> bool:
        """Whether "she", "his" and the like occur."""
        return not _PRONOUNS.isdisjoint(self._words)

    @property
    def new_case(self) -> bool:
        """Whether a case is introduced: by whom it happened to, or as the case of the report."""
        acts = self.past or _ACTED.search(self._text) is not None
        return (self.person and acts) or _CASE_LEAD.match(self._text) is not None

    @property
    def sex(self) -> str:
        """The sex of whom nouns and pronouns speak, "" where they speak of none or of both."""
        female, male = not _FEMALE.isdisjoint(self._words), not _MALE.isdisjoint(self._words)
        return "" if female is male else "female" if female else "male"

    @property
    def past(self) -> bool:
        """Whether something is told as having happened."""
        return _PAST.search(self._text) is not None


def _is_plural(scene: Scene, own: Mention) -> bool:
    """Whether a cue like "our patient" or "the case described" stands in its plural."""
    words = scene.narrative.raw[own.first : own.last]
    return any(word.lower() in ("patients", "cases") for word in words)


_PEOPLE = frozenset(
    "patient people person women men children child subject case recipient individual adult "
    "participant volunteer".split()
)
_AGED = frozenset("old aged o patient woman man girl boy female male lady gentleman".split())
_GROUP = re.compile(
    r"\b(?P<n>\d[\d,]*|two|three|four|five|six|seven|eight|nine|ten|several|many|most|all)\s+"
    r"(?:%\s+of\s+)?(?:[\w-]+\s+){0,2}?(?:patients|people|persons|women|men|children|subjects|cases"
    r"|recipients|individuals|adults|participants|volunteers)\b",
    re.IGNORECASE,
)


def counted_people(scene: Scene) -> Iterator[tuple[int, int]]:
    """Where a sentence counts people ("four patients"): the view offsets of each count."""
    if not _PEOPLE.isdisjoint(scene.all_words):
        s = scene.sentence
        for match in _GROUP.finditer(scene.narrative.view.text, s.start, s.end):
            yield match.span("n")


_NUMBER = re.compile(r"\d{1,3}")


def _age_of(text: str) -> str:
    """The number of years that introduces a person, "?" where it is told in words."""
    match = _AGE_LEAD.search(text)
    if match is None:
        return ""
    number = _NUMBER.search(match.group()) or _NUMBER.search(text, match.end())
    return number.group() if number else "?"
