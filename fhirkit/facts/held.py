"""What stands in a sentence and is not its subject's.

A relative's illness, the newborn's, a treatment only weighed, what is so in general.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.model import Whose

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.scene import Scene

#: Pronouns that are the subject of what they stand with.
SUBJECT = frozenset({"he", "she"})
_INFORMANT = frozenset(
    "report reported noticed noted state stated said describe described brought observed gave "
    "found denied by confirmed told called".split()
)
#: How many words a "considered" cue reaches.
_CONSIDERED_REACH = 8
_GIVEN = frozenset({"given", "received", "started", "initiated", "begun", "commenced"})
#: Somebody's course, and not what is so in general.
TOLD = re.compile(
    r"\b(?:was|were|had|did|he|she|his|her|patient|patient['’]s|our|we|showed|revealed|presented"
    r"|underwent|received)\b",
    re.IGNORECASE,
)


def hold_apart(scene: Scene) -> None:
    """Set ``held`` of a scene."""
    _hold_relatives(scene)
    _hold_newborn(scene)
    _hold_premise(scene)
    _hold_considered(scene)


def _hold_relatives(scene: Scene) -> None:
    """Things said of a relative, up to the next mention of the patient."""
    for cue in scene.cues("whose", "family"):
        if not speaks_of_relative(scene, cue):
            continue
        back = _back_to_patient(scene, cue)
        _hold(scene, cue.first, min(back, _end_of_aside(scene, cue)), Whose.FAMILY)


def _end_of_aside(scene: Scene, cue: Mention) -> int:
    """Where a clause that only mentions relatives ends and the main one goes on.

    "a man with no family history of asthma, who smoked, presented with cough": the cough is his.
    """
    words = scene.narrative.words
    if _is_subject(scene, cue):
        return scene.sentence.last_word
    history = "history" in words[cue.first : cue.last]
    for i in range(cue.last, scene.sentence.last_word - 1):
        if words[i] in (",", ";") and words[i + 1] in _GOES_ON:
            return i
        if history and words[i] in _FINITE:
            return i
    return scene.sentence.last_word


#: A family's history ends where the sentence comes to its own verb.
_FINITE = frozenset("wa was presented underwent developed came visited complained".split())
#: After a comma, words with which a sentence goes on about whom it began with.
_GOES_ON = frozenset(
    "who wa was is presented had underwent developed came visited complained".split()
)


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


_PREMISE = re.compile(
    r"\s*(?:(?:however|therefore|moreover|thus|but|and),?\s+)?(?:because|as|since|although|while|given\s+that|even\s+though)\s+[^,;]{0,200}?\b(?:is|are|(?:can|may|might)(?!\s+have\b)"
    r"|has\s+been|have\s+been)\b[^,;]*,",
    re.IGNORECASE,
)
#: What may come of a thing, told in a clause of its own: "a disorder that may end in shock".
_POSSIBLE = re.compile(
    r"\b(?:that|which)\s+(?:(?:can|may|might)(?!\s+have\b)|(?:is|are)\s+(?:usually|often|commonly|typically|generally"
    r"|normally|sometimes|known\s+to))\b[^,;:()]*",
    re.IGNORECASE,
)


def _hold_premise(scene: Scene) -> None:
    """ "Because this drug can cause fever, ...", "which may cause fever": told of nobody."""
    text = scene.all_text
    match = _PREMISE.match(text)
    found = [match] if match else []
    if not scene.all_words.isdisjoint(("that", "which")):
        found += _POSSIBLE.finditer(text)
    for clause in found:
        if not TOLD.search(clause.group()):
            first, last = (
                scene.narrative.word_at(scene.sentence.start + at) for at in clause.span()
            )
            _hold(scene, first, last, Whose.GENERAL)


def _back_to_patient(scene: Scene, cue: Mention) -> int:
    """The word from which a sentence that names a relative speaks of the patient again."""
    named = [o.first for o in scene.cues("whose", "patient") if o.first > cue.last]
    words = scene.narrative.words
    for i in range(cue.last, scene.sentence.last_word):
        if words[i] in SUBJECT and words[i - 1] in (",", ";", "but", "and"):
            named.append(i)
            break
    return min(named, default=10**9)


def speaks_of_relative(scene: Scene, cue: Mention) -> bool:
    """Whether the relative is the one something is said of, and not who tells it."""
    if (
        scene.words(cue.last, cue.last + 1)
        and scene.words(cue.last, cue.last + 1)[0] in _NO_RELATIVE
    ):
        return False
    if cue.last - cue.first > 1 or scene.words(cue.first, cue.first + 1) == ["family"]:
        return True
    after = scene.words(cue.last, cue.last + 3)
    if any(w in _INFORMANT for w in after):
        return False
    if any(w in _OF_RELATIVE for w in after):
        return True
    return _is_subject(scene, cue)


def _is_subject(scene: Scene, cue: Mention) -> bool:
    """Whether a clause begins with the relative."""
    words = scene.narrative.words
    lead = cue.first - 1
    while lead >= scene.sentence.first_word and words[lead] in _POSSESSIVE:
        lead -= 1
    return lead < scene.sentence.first_word or words[lead] in (",", ";", "and", "but", "while")


#: "a twin pregnancy", "a first-cousin marriage" speak of no relative.
_NO_RELATIVE = frozenset("pregnancy gestation marriage union delivery".split())
_OF_RELATIVE = frozenset("had has have wa was with history died suffered and who".split())
#: Words that may stand before a relative where a clause begins with one.
_POSSESSIVE = frozenset(
    "her hi his the their a an one another maternal paternal older younger elder eldest oldest "
    "youngest first second half full biological male female identical affected".split()
)


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
