"""Whose a statement is: this patient's, other people's, nobody's in particular.

Sentences are judged in order. What a sentence says of itself comes first ("our patient",
"cases reported", "is a rare complication"); what is left follows the section and the
sentence before it. Single mentions can be held apart from their sentence: a relative in it, a
treatment only weighed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit.facts.model import Whose
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.scene import Scene

_SUBJECT = frozenset({"he", "she"})
_PRONOUNS = frozenset({"he", "she", "hi", "his", "her", "him", "hers"})
_AGE_LEAD = re.compile(
    r"\b(?:an?|the|our|this)\s+(?:[\w-]+\s+){0,3}?\d{1,3}[\s-]*(?:years?|months?|weeks?|days?|yrs?|y)"
    r"[\s/-]*o(?:ld)?\b|\b[a-z]+(?:ty|teen)(?:[\s-][a-z]+)?[\s-]years?[\s-]old\b|\bpatient\s*:\s|\bpatient,?\s+aged\b|\bthe patient is an?\b"
    r"|\b\d{1,3}[\s-]*(?:year|yr|month|week|day)s?[\s-]*old\b"
    r"|\b(?:woman|man|girl|boy|female|male|patient|lady|gentleman)\s*(?:,\s*)?(?:of|aged)\s+\d{1,3}\b",
    re.IGNORECASE,
)
_PERSON_LEAD = re.compile(
    r"\b(?:an?|one)\s+(?:[\w-]+\s+){0,3}?(?:woman|man|girl|boy|female|male|infant|neonate|newborn"
    r"|gentleman|lady|patient|child|toddler|teenager)\b(?!s)",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:was|were|had|did|developed|presented|received|showed|revealed|underwent|became|started"
    r"|improved|fell|rose|dropped|remained|noticed|complained)\b",
    re.IGNORECASE,
)
_INFORMANT = frozenset(
    "report reported noticed noted state stated said describe described brought observed gave "
    "found denied by confirmed told called".split()
)
_FRONT_MATTER = {SectionKind.REFERENCES, SectionKind.BYLINE, SectionKind.CORRESPONDENCE}
_TALK = {SectionKind.DISCUSSION, SectionKind.INTRODUCTION}

#: How many words a "considered" cue reaches.
_CONSIDERED_REACH = 8
_GIVEN = frozenset({"given", "received", "started", "initiated", "begun", "commenced"})


@dataclass(slots=True)
class _State:
    """What the sentences so far have set up."""

    introduced: bool = False  # the patient has been introduced
    topic: Whose = Whose.PATIENT  # whom the running text is about
    why: str = "the patient is told of without an introduction"  # why the topic is whose it is
    stranger: bool = False  # the last person introduced was somebody else
    age: str = ""  # the age the patient was introduced by
    paragraph: int = -1
    section: SectionKind | None = None


def attribute(all_scenes: list[Scene]) -> None:
    """Set ``whose``, ``why`` and ``held`` of each scene."""
    # A note that names nobody, but says "she" all along, still has its patient.
    state = _State(
        introduced=not any(_introduces(s) for s in all_scenes)
        and any(not _SUBJECT.isdisjoint(s.all_words) for s in all_scenes)
    )
    for scene in all_scenes:
        section = scene.sentence.section
        if section is not state.section:
            state.section, state.stranger = section, False
            state.topic = Whose.GENERAL if section in _TALK else Whose.PATIENT
            state.why = f"section {section}"
            state.introduced = state.introduced or section is SectionKind.CASE
        verdict = _judge(scene, state)
        scene.whose, scene.why, scene.strong = verdict.whose, verdict.why, verdict.strong
        _hold_relatives(scene)
        _hold_newborn(scene)
        _hold_considered(scene)


def _introduces(scene: Scene) -> bool:
    return scene.sentence.section is not SectionKind.TITLE and (
        bool(_AGE_LEAD.search(scene.all_text))
        or _has(scene, "patient")
        or (_has(scene, "newcomer") and scene.sentence.section not in _TALK)
    )


def _has(scene: Scene, value: str) -> bool:
    return bool(scene.cues("whose", value))


class _Signs:
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
    def others(self) -> bool:
        """Whether groups of people or the literature are spoken of."""
        if "others" in self._cues:
            return True
        return not _PEOPLE.isdisjoint(self._words) and _GROUP.search(self._text) is not None

    @property
    def stranger(self) -> bool:
        """Whether somebody else is introduced."""
        return "other-patient" in self._cues

    @property
    def newcomer(self) -> bool:
        """Whether somebody is introduced by "a patient with ..."."""
        return "newcomer" in self._cues

    @property
    def general(self) -> bool:
        """Whether the sentence reads as general knowledge."""
        return "general" in self._cues

    @property
    def age(self) -> str:
        """The age a person is introduced by, "" for none."""
        return "" if _AGED.isdisjoint(self._words) else _age_of(self._text)

    @property
    def person(self) -> bool:
        """Whether a person is introduced otherwise."""
        return _PERSON_LEAD.search(self._text) is not None

    @property
    def pronoun(self) -> bool:
        """Whether "she", "his" and the like occur."""
        return not _PRONOUNS.isdisjoint(self._words)

    @property
    def past(self) -> bool:
        """Whether something is told as having happened."""
        return _PAST.search(self._text) is not None


def _is_plural(scene: Scene, own: Mention) -> bool:
    """Whether a cue like "our patient" stands in its plural."""
    return scene.narrative.raw[own.last - 1].lower().endswith("patients")


_PEOPLE = frozenset(
    "patient people person women men children child subject case recipient individual adult "
    "participant volunteer".split()
)
_AGED = frozenset("old aged o patient woman man girl boy female male lady gentleman".split())
_GROUP = re.compile(
    r"\b(?:\d[\d,]*|two|three|four|five|six|seven|eight|nine|ten|several|many|most|all)\s+"
    r"(?:%\s+of\s+)?(?:[\w-]+\s+){0,2}?(?:patients|people|persons|women|men|children|subjects|cases"
    r"|recipients|individuals|adults|participants|volunteers)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{1,3}")


def _age_of(text: str) -> str:
    """The number of years that introduces a person, "?" where it is told in words."""
    match = _AGE_LEAD.search(text)
    if match is None:
        return ""
    number = _NUMBER.search(match.group()) or _NUMBER.search(text, match.end())
    return number.group() if number else "?"


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Whose a sentence is and why; ``strong`` if it says so itself."""

    whose: Whose
    why: str
    strong: bool = False
    carries: bool = True  # the sentences after it go on with it


def _by_section(signs: _Signs, state: _State) -> _Verdict | None:
    if signs.section in _FRONT_MATTER:
        return _Verdict(Whose.OTHERS, f"section {signs.section}", carries=False)
    if signs.section is SectionKind.LEGEND:
        return _Verdict(Whose.DEFINITION, "figure legend", carries=False)
    if signs.section is SectionKind.TITLE:
        return _Verdict(Whose.PATIENT, "title", carries=False)
    if signs.section is SectionKind.TABLE:
        return _Verdict(state.topic, "table", carries=False)
    return None


def _by_number(signs: _Signs, _: _State) -> _Verdict | None:
    if signs.numbered:
        return _Verdict(Whose.PATIENT, "names the patient among others", strong=True)
    return None


def _by_name(signs: _Signs, state: _State) -> _Verdict | None:
    if signs.newcomer and signs.section not in _TALK and not state.introduced:
        return _Verdict(Whose.PATIENT, "introduces the patient", strong=True)
    if signs.own:
        return _Verdict(Whose.PATIENT, f"names the patient: {signs.own}", strong=True)
    other = state.age.isdigit() and signs.age.isdigit() and signs.age != state.age
    here = not (state.introduced and (signs.section in _TALK or other))
    if signs.age and here and not signs.stranger:
        state.age = state.age or signs.age
        return _Verdict(Whose.PATIENT, "introduces the patient", strong=True)
    return None


def _by_stranger(signs: _Signs, state: _State) -> _Verdict | None:
    aged = signs.age and (signs.section in _TALK or state.introduced)
    newcomer = signs.newcomer and (signs.section in _TALK or state.introduced) and not signs.pronoun
    if signs.stranger or newcomer or aged:
        state.stranger = True
        return _Verdict(Whose.OTHERS, "another patient")
    return None


def _by_pronoun(signs: _Signs, state: _State) -> _Verdict | None:
    hers = signs.pronoun and state.introduced and not state.stranger
    if hers and not (signs.others and signs.section in _TALK):
        return _Verdict(Whose.PATIENT, "pronoun", strong=True)
    return None


def _by_others(signs: _Signs, _: _State) -> _Verdict | None:
    if signs.others:
        return _Verdict(Whose.OTHERS, "other patients or the literature")
    return None


def _by_introduction(signs: _Signs, state: _State) -> _Verdict | None:
    new = not state.introduced and signs.section not in _TALK and not signs.general
    if new and signs.person and signs.past:
        return _Verdict(Whose.PATIENT, "introduces the patient", strong=True)
    return None


def _by_general(signs: _Signs, state: _State) -> _Verdict | None:
    told = signs.section not in _TALK and state.introduced and signs.past
    if signs.general and not (told and state.topic is Whose.PATIENT):
        return _Verdict(Whose.GENERAL, "general statement")
    return None


def _by_course(state: _State) -> _Verdict:
    if not state.introduced:
        return _Verdict(Whose.GENERAL, "before the patient is introduced", carries=False)
    return _Verdict(state.topic, state.why)


#: The rules in their order: the first that speaks decides.
_RULES = (
    _by_section,
    _by_number,
    _by_name,
    _by_stranger,
    _by_pronoun,
    _by_others,
    _by_introduction,
    _by_general,
)


def _judge(scene: Scene, state: _State) -> _Verdict:
    signs = _Signs(scene)
    if signs.section is SectionKind.CASE and state.paragraph != scene.sentence.paragraph:
        # A new paragraph of the case is the patient's again.
        state.topic, state.why = Whose.PATIENT, "paragraph of the case"
    verdict = next((v for rule in _RULES if (v := rule(signs, state))), None)
    verdict = verdict or _by_course(state)
    if verdict.carries:
        state.topic, state.why = verdict.whose, _as_before(verdict.why)
        state.paragraph = scene.sentence.paragraph
    if verdict.strong:
        state.introduced, state.stranger = True, False
    return verdict


def _as_before(why: str) -> str:
    """The reason of the sentences that go on with what ``why`` was the reason of."""
    return why if why.startswith(_BEFORE) else f"{_BEFORE}{why}"


_BEFORE = "as before: "


def _hold_relatives(scene: Scene) -> None:
    """Things said of a relative, up to the next mention of the patient."""
    for cue in scene.cues("whose", "family"):
        if not speaks_of_relative(scene, cue):
            continue
        back = _back_to_patient(scene, cue)
        _hold(scene, cue.first, back, Whose.FAMILY)


def _hold(scene: Scene, first: int, last: int, whose: Whose) -> None:
    """What stands in the words ``first:last`` is not the sentence's but ``whose``."""
    for mention in (*scene.things, *scene.signs):
        if first <= mention.first < last:
            scene.held[mention.start] = whose


def _hold_newborn(scene: Scene) -> None:
    """A birth is the mother's, weight and illness of the child are not."""
    for cue in scene.cues("whose", "newborn"):
        words = scene.words(cue.last)
        ends = (
            i
            for i, word in enumerate(words)
            if word in (";", "and", "but")
            or (word == "," and words[i + 1 : i + 2] != [] and words[i + 1] not in _OF_NEWBORN)
        )
        back = cue.last + next(ends, len(words))
        _hold(scene, cue.last, back, Whose.OTHERS)


#: Words after a comma that still speak of the child.
_OF_NEWBORN = frozenset({"weighing", "who", "whose", "with", "aged", "birth"})


def _back_to_patient(scene: Scene, cue: Mention) -> int:
    """The word from which a sentence that names a relative speaks of the patient again."""
    named = [o.first for o in scene.cues("whose", "patient") if o.first > cue.last]
    words = scene.narrative.words
    for i in range(cue.last, scene.sentence.last_word):
        if words[i] in _SUBJECT and words[i - 1] in (",", ";", "but", "and"):
            named.append(i)
            break
    return min(named, default=10**9)


def speaks_of_relative(scene: Scene, cue: Mention) -> bool:
    """Whether the relative is the one something is said of, and not who tells it."""
    if cue.last - cue.first > 1 or scene.words(cue.first, cue.first + 1) == ["family"]:
        return True
    after = scene.words(cue.last, cue.last + 3)
    if any(w in _INFORMANT for w in after):
        return False
    if any(w in _OF_RELATIVE for w in after):
        return True
    words = scene.narrative.words
    lead = cue.first - 1
    while lead >= scene.sentence.first_word and words[lead] in _POSSESSIVE:
        lead -= 1
    return lead < scene.sentence.first_word or words[lead] in (",", ";", "and", "but", "while")


_OF_RELATIVE = frozenset("had has have wa was with history died suffered and who".split())
_POSSESSIVE = frozenset("her hi his the their a an one maternal paternal older younger".split())


_DECLINED = re.compile(
    r"[^.;]{0,40}?\b(?:suggested|recommended|advised|offered|proposed|planned|discussed)\b[^.;]{0,60}?"
    r"\b(?:declin|refus|denied by|against|not wish|did not want|did not consent|rejected)",
    re.IGNORECASE,
)


#: Words between a treatment and a "considered" cue that part the two.
_CONSIDERED_BREAK = frozenset({";", "but", "which", "who", "administered", *_GIVEN})


def _goes_on_as_given(words: list[str]) -> bool:
    """ "... had been planned and was started": what was weighed was then given."""
    return words[:1] == ["and"] and not _GIVEN.isdisjoint(words) and "not" not in words


def _hold_considered(scene: Scene) -> None:
    """Treatments weighed or offered and not given."""
    for thing in scene.of("drugs", "procedures"):
        if _DECLINED.match(scene.text(thing.end, min(scene.sentence.end, thing.end + 140))):
            scene.held.setdefault(thing.start, Whose.CONSIDERED)
    for cue in scene.cues("whose", "considered"):
        for thing in scene.of("drugs", "procedures"):
            if cue.entry.scope == "forward":
                near = cue.last <= thing.first < cue.last + _CONSIDERED_REACH
                between = scene.words(cue.last, thing.first)
            else:
                near = thing.last <= cue.first < thing.last + _CONSIDERED_REACH
                near = near and not _goes_on_as_given(scene.words(cue.last, cue.last + 4))
                between = scene.words(thing.last, cue.first)
            if near and _CONSIDERED_BREAK.isdisjoint(between):
                scene.held.setdefault(thing.start, Whose.CONSIDERED)
