"""Whose a statement is: this patient's, other people's, nobody's in particular.

Sentences are judged in order. What a sentence says of itself comes first ("our patient",
"cases reported", "is a rare complication"); what is left follows the section and the
sentence before it. Single mentions can be held apart from their sentence: a relative in it, a
treatment only weighed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit.facts.held import SUBJECT, hold_apart
from fhirkit.facts.model import Whose
from fhirkit.facts.persons import TALK, Signs, introduces
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from fhirkit.facts.scene import Scene

_FRONT_MATTER = {SectionKind.REFERENCES, SectionKind.BYLINE, SectionKind.CORRESPONDENCE}


@dataclass(slots=True)
class _State:
    """What the sentences so far have set up."""

    introduced: bool = False  # the patient has been introduced
    topic: Whose = Whose.PATIENT  # whom the running text is about
    why: str = "the patient is told of without an introduction"  # why the topic is whose it is
    stranger: bool = False  # the last person introduced was somebody else
    counted: bool = False  # the others spoken of last were counted
    age: str = ""  # the age the patient was introduced by
    sex: str = ""  # the patient's, as far as it was told
    other_sex: str = ""  # that of the somebody else
    relative: int = 99  # sentences since a relative was told of
    paragraph: int = -1
    section: SectionKind | None = None


def attribute(all_scenes: list[Scene]) -> None:
    """Set ``whose``, ``why`` and ``held`` of each scene."""
    # A note that names nobody, but says "she" all along, still has its patient.
    state = _State(
        introduced=not any(introduces(s) for s in all_scenes)
        and any(not SUBJECT.isdisjoint(s.all_words) for s in all_scenes)
    )
    for scene in all_scenes:
        section = scene.sentence.section
        if section is not state.section:
            state.section, state.stranger = section, False
            state.topic = Whose.GENERAL if section in TALK else Whose.PATIENT
            state.why = f"section {section}"
            state.introduced = state.introduced or section is SectionKind.CASE
        verdict = _judge(scene, state)
        scene.whose, scene.why, scene.strong = verdict.whose, verdict.why, verdict.strong
        hold_apart(scene)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Whose a sentence is and why; ``strong`` if it says so itself."""

    whose: Whose
    why: str
    strong: bool = False
    carries: bool = True  # the sentences after it go on with it


def _by_section(signs: Signs, state: _State) -> _Verdict | None:
    if signs.section in _FRONT_MATTER:
        return _Verdict(Whose.OTHERS, f"section {signs.section}", carries=False)
    if signs.section is SectionKind.LEGEND:
        return _Verdict(Whose.DEFINITION, "figure legend", carries=False)
    if signs.section is SectionKind.TITLE:
        return _Verdict(Whose.PATIENT, "title", carries=False)
    if signs.section is SectionKind.TABLE:
        return _Verdict(state.topic, "table", carries=False)
    return None


def _by_number(signs: Signs, _: _State) -> _Verdict | None:
    if signs.numbered:
        return _Verdict(Whose.PATIENT, "names the patient among others", strong=True)
    return None


def _by_name(signs: Signs, state: _State) -> _Verdict | None:
    if signs.newcomer and signs.section not in TALK and not state.introduced:
        return _Verdict(Whose.PATIENT, "introduces the patient", strong=True)
    if signs.own:
        return _Verdict(Whose.PATIENT, f"names the patient: {signs.own}", strong=True)
    other = state.age.isdigit() and signs.age.isdigit() and signs.age != state.age
    here = not (state.introduced and (signs.section in TALK or other))
    if signs.age and here and not signs.stranger and not signs.reported:
        state.age = state.age or signs.age
        return _Verdict(Whose.PATIENT, "introduces the patient", strong=True)
    return None


def _by_stranger(signs: Signs, state: _State) -> _Verdict | None:
    aged = signs.somebody and (signs.section in TALK or state.introduced or signs.reported)
    newcomer = signs.newcomer and (signs.section in TALK or state.introduced) and not signs.pronoun
    if signs.stranger or newcomer or aged:
        state.stranger, state.other_sex = True, signs.sex
        return _Verdict(Whose.OTHERS, "another patient")
    return None


def _by_donor(signs: Signs, _: _State) -> _Verdict | None:
    if signs.donor:
        return _Verdict(Whose.OTHERS, "the donor", carries=False)
    return None


def _by_relative(signs: Signs, state: _State) -> _Verdict | None:
    """Her husband was brought in. "He" had an infarction: it was the husband's."""
    state.relative = 0 if signs.relative else state.relative + 1
    other = signs.pronoun and "" != signs.sex != state.sex != ""
    if other and not signs.relative and state.relative <= _RELATIVE_WITHIN:
        state.relative = 0
        return _Verdict(Whose.FAMILY, "a relative told of before", carries=False)
    return None


#: Sentences in which a pronoun of the other sex may still mean a relative.
_RELATIVE_WITHIN = 2


def _by_pronoun(signs: Signs, state: _State) -> _Verdict | None:
    # After a man of the literature "she" is the patient again, if the patient is a woman.
    clear = state.other_sex != signs.sex == state.sex != "" != state.other_sex
    hers = signs.pronoun and state.introduced and (not state.stranger or clear)
    if hers and not (signs.others and signs.section in TALK):
        return _Verdict(Whose.PATIENT, "pronoun", strong=True)
    return None


def _by_others(signs: Signs, state: _State) -> _Verdict | None:
    if signs.others:
        state.counted = signs.group
        # One sentence on the literature within a case does not end the case.
        aside = signs.section is SectionKind.CASE and not signs.group
        return _Verdict(Whose.OTHERS, "other patients or the literature", carries=not aside)
    return None


def _by_introduction(signs: Signs, state: _State) -> _Verdict | None:
    new = not state.introduced and signs.section not in TALK and not signs.general
    if new and signs.new_case:
        return _Verdict(Whose.PATIENT, "introduces the patient", strong=True)
    return None


def _by_general(signs: Signs, state: _State) -> _Verdict | None:
    told = signs.section not in TALK and state.introduced and signs.past
    if signs.general and not (told and state.topic is Whose.PATIENT):
        return _Verdict(Whose.GENERAL, "general statement")
    return None


def _by_modal(signs: Signs, _: _State) -> _Verdict | None:
    if signs.modal:
        return _Verdict(Whose.GENERAL, "general statement", carries=False)
    return None


def _by_finding(signs: Signs, state: _State) -> _Verdict | None:
    """After a general statement, what a study showed is the patient's again."""
    back = state.topic is Whose.GENERAL or (state.topic is Whose.OTHERS and not state.counted)
    told = state.introduced and not state.stranger and signs.section not in TALK
    if told and back and not signs.group and signs.finding:
        return _Verdict(Whose.PATIENT, "tells what a study showed")
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
    _by_donor,
    _by_stranger,
    _by_relative,
    _by_pronoun,
    _by_others,
    _by_introduction,
    _by_general,
    _by_modal,
    _by_finding,
)


def _judge(scene: Scene, state: _State) -> _Verdict:
    signs = Signs(scene)
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
        state.sex = state.sex or signs.sex
    return verdict


def _as_before(why: str) -> str:
    """The reason of the sentences that go on with what ``why`` was the reason of."""
    return why if why.startswith(_BEFORE) else f"{_BEFORE}{why}"


_BEFORE = "as before: "
