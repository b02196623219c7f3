"""Dechallenge and rechallenge: what came of stopping a drug, and of giving it again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from fhirkit.facts.certainty import negated_at
from fhirkit.facts.model import Whose
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.scene import Scene


@dataclass(frozen=True, slots=True)
class Challenge:
    """A drug stopped or given again, and what came of it.

    ``kind`` is dechallenge or rechallenge; ``result`` positive or negative, or recurred, did not
    recur, unknown, not done. ``drugs`` are the drugs named, none for "the drug"; ``reactions``
    the reactions named, none for "she recovered". ``start`` and ``end`` are view offsets.
    """

    kind: str
    result: str
    scene: Scene
    drugs: tuple[Mention, ...]
    reactions: tuple[Mention, ...]
    start: int
    end: int


def challenges(book: Notebook) -> Iterator[Challenge]:
    """Each one that the text tells of the patient, in order."""
    for scene, following in pairwise([*book.scenes, None]):
        if scene is None or scene.whose is not Whose.PATIENT:
            continue
        if scene.sentence.section is SectionKind.TITLE:
            continue
        last = -1
        for cue in scene.cues("action", "drug withdrawn", "dose reduced", "given again"):
            if cue.first < last:
                continue  # "stopped" within "was stopped"
            last = cue.last
            found = _target(scene, cue)
            if found is None:
                continue
            if cue.name == "given again":
                yield _again(scene, following, cue, found)
            elif (stopped := _stopped(scene, following, cue, found)) is not None:
                yield stopped


_OF_DRUG = re.compile(
    r"[\s,(]*(?:(?:of|the|both|oral|intravenous|treatment|therapy|with|to|his|her|its|all|use|from|on"
    r"|administration|a|single|low|lower|dose|test)\b[\s,(]*)*",
    re.IGNORECASE,
)
_LISTED = re.compile(r"[\s,]*(?:(?:and|or|with|plus|as well as|the)\b[\s,]*)*", re.IGNORECASE)
_DRUG_FIRST = re.compile(
    r"[\s,]*(?:(?:\([^)]{1,30}\)|therapy|treatment|infusions?|dose|dosage|tablets?|was|were|is|has|had"
    r"|have|been|be|being|therefore|then|also|immediately|subsequently|promptly|gradually|not"
    r"|never|both|all|could|should|thus|permanently|temporarily|again|later|slowly|successfully"
    r"|accidentally|inadvertently)\b[\s,]*)*",
    re.IGNORECASE,
)
_THE_DRUG = re.compile(
    r"\b(?:(?:the|this|that|these|both|all|his|her)\s+(?:\w+\s+){0,2}(?:drugs?|medications?|agents?"
    r"|medicines?|treatment|therapy|antibiotics?|infusion|vaccine|dose)|it|offending\s+\w+"
    r"|culprit\s+\w+)\b",
    re.IGNORECASE,
)
_NOUN = re.compile(
    r"withdraw|discontinu|cessation|challenge|exposure|introduction|administration|interruption",
    re.I,
)
_OF_SOMETHING = re.compile(r"\s*(?:of|with|to)\b")
#: Characters around a cue in which "the drug" may stand.
_NEAR = 40


def _target(scene: Scene, cue: Mention) -> tuple[Mention, ...] | None:
    """The drugs a cue is about; () for the drug that was told before, None for no drug."""
    drugs = scene.of("drugs")
    after = [d for d in drugs if d.start >= cue.end - 1]
    if after and _OF_DRUG.fullmatch(scene.text(cue.end, after[0].start)):
        return (after[0], *_list_on(scene, after))
    before = [d for d in drugs if d.end <= cue.start]
    if before and _DRUG_FIRST.fullmatch(scene.text(before[-1].end, cue.start)):
        return (before[-1], *_list_on(scene, before[::-1]))
    start = max(scene.sentence.start, cue.start - _NEAR)
    end = min(scene.sentence.end, cue.end + _NEAR)
    said = scene.text(start, cue.start), scene.text(cue.end, end)
    if _NOUN.search(scene.text(cue.start, cue.end)) and not any(
        start < d.start < end for d in drugs
    ):
        other = _OF_SOMETHING.match(said[1]) is not None and any(
            cue.end <= t.start < cue.end + 25 for t in scene.things
        )
        return None if other else ()
    if any(_THE_DRUG.search(part) for part in said) and not any(
        start < d.start < end for d in drugs
    ):
        return ()
    return None


def _list_on(scene: Scene, drugs: Sequence[Mention]) -> list[Mention]:
    """Those behind the first of ``drugs`` that are listed with it, in either direction."""
    found = []
    for one, other in pairwise(drugs):
        low, high = sorted((one, other), key=lambda d: d.start)
        if not _LISTED.fullmatch(scene.text(low.end, high.start)):
            break
        found.append(other)
    return found


_ONLY_THEN = re.compile(
    r"\b(?:after|upon|following|with|once|when|on|by|within|since|despite|in spite of)\b",
    re.IGNORECASE,
)
_TREATED = re.compile(
    r";|\b(?:start\w*|given|treat\w*|replaced|switched|initiat\w*|administ\w*|commenced|received|begun"
    r"|until|but|before)\b",
    re.IGNORECASE,
)
#: "Stopped after the fever had resolved": the outcome was first.
_STOPPED_FOR = re.compile(
    r"\s*(?:of\s+\w+\s+)?(?:\w+\s+){0,3}?(?:after|once|when|because|as|since|following|due|owing|for)\b",
    re.IGNORECASE,
)
#: Characters between the stop and what is told to have come of it.
_OUTCOME_WITHIN = 140
_NEXT_WITHIN = 90


def _stopped(
    scene: Scene, following: Scene | None, cue: Mention, drugs: tuple[Mention, ...]
) -> Challenge | None:
    """The dechallenge: the reaction abated, or did not, after the stop."""
    for outcome in scene.cues("outcome", *_ABATED, *_NOT_ABATED):
        if outcome.start >= cue.end:
            gap = scene.text(cue.end, outcome.start)
            fits = len(gap) <= _OUTCOME_WITHIN and not (
                _TREATED.search(gap) or _STOPPED_FOR.match(gap)
            )
        elif outcome.end <= cue.start:
            gap = scene.text(outcome.end, cue.start)
            fits = len(gap) <= _NEXT_WITHIN and ";" not in gap and bool(_ONLY_THEN.search(gap))
        else:
            fits = False
        if fits:
            start, end = min(cue.start, outcome.start), max(cue.end, outcome.end)
            return _dechallenge(scene, outcome, drugs, start, end)
    if following is None or following.whose is not Whose.PATIENT or _started(scene, cue):
        return None
    for outcome in following.cues("outcome", *_ABATED, *_NOT_ABATED):
        lead = following.text(following.sentence.start, outcome.start)
        if len(lead) <= _NEXT_WITHIN and not _TREATED.search(lead):
            return _dechallenge(following, outcome, drugs, outcome.start, outcome.end)
    return None


_ABATED = ("recovered", "recovering")
_NOT_ABATED = ("not recovered",)


def _started(scene: Scene, cue: Mention) -> bool:
    """Whether the same sentence tells of another treatment begun."""
    return _TREATED.search(scene.text(cue.end, scene.sentence.end)) is not None


def _dechallenge(
    scene: Scene, outcome: Mention, drugs: tuple[Mention, ...], start: int, end: int
) -> Challenge:
    abated = outcome.name in _ABATED and not negated_at(scene, outcome.first)
    return Challenge(
        "dechallenge", "positive" if abated else "negative", scene, drugs,
        _named(scene, outcome), start, end,
    )  # fmt: skip


#: Characters between a reaction and the words that tell what became of it.
_SUBJECT_WITHIN = 60
_RESOLUTION_OF = re.compile(r"\s+(?:of|in)\s+(?:the\s+|her\s+|his\s+|all\s+)?", re.IGNORECASE)


def _named(scene: Scene, outcome: Mention) -> tuple[Mention, ...]:
    """The conditions and symptoms whose end or return a cue tells."""
    things = scene.of("conditions", "symptoms")
    for thing in things:
        if thing.start >= outcome.end and _RESOLUTION_OF.fullmatch(
            scene.text(outcome.end, thing.start)
        ):
            return (thing,)
    before = [t for t in things if t.end <= outcome.start]
    if not before or outcome.start - before[-1].end > _SUBJECT_WITHIN:
        return ()
    return (before[-1], *_list_on(scene, before[::-1]))


def _again(
    scene: Scene, following: Scene | None, cue: Mention, drugs: tuple[Mention, ...]
) -> Challenge:
    """The rechallenge, with its result where the text gives one."""
    before = scene.text(max(scene.sentence.start, cue.start - 20), cue.start)
    tail = scene.text(cue.end, scene.sentence.end)
    if _DENIED.search(before) or _NOT_DONE.match(tail):
        return Challenge("rechallenge", "not done", scene, drugs, (), cue.start, cue.end)
    for where in (scene, following):
        if where is None or where.whose is not Whose.PATIENT:
            continue
        for sign in where.cues("action", "recurred", "did not recur"):
            if where is scene and sign.first < cue.last and cue.first < sign.last:
                continue
            lead = where.text(where.sentence.start, sign.start)
            if where is following and (len(lead) > _NEXT_WITHIN or _TREATED.search(lead)):
                continue
            denied = sign.name == "did not recur" or negated_at(where, sign.first)
            own = where is scene
            start = min(cue.start, sign.start) if own else sign.start
            end = max(cue.end, sign.end) if own else sign.end
            result = "did not recur" if denied else "recurred"
            return Challenge("rechallenge", result, where, drugs, _named(where, sign), start, end)
    return Challenge("rechallenge", "unknown", scene, drugs, (), cue.start, cue.end)


_DENIED = re.compile(
    r"\b(?:no|not|never|without|refused|declined)\s+(?:be\s+|been\s+|oral\s+)?$", re.I
)
_NOT_DONE = re.compile(
    r"\s*(?:test\w*|with\s+[\w\s-]{1,30}?|of\s+[\w\s-]{1,30}?|to\s+[\w\s-]{1,30}?)?\s*(?:was|were|is)\s+"
    r"(?:not|never|refused|declined|avoided|contraindicated|deemed)\b",
    re.IGNORECASE,
)


def tells_of(book: Notebook, challenge: Challenge, medication: Draft, reaction: Draft) -> bool:
    """Whether a challenge is of ``medication``, and its result ``reaction``'s."""
    named = [book.at.get(d.start) for d in challenge.drugs]
    if named and all(d is None or d.concept != medication.concept for d in named):
        return False
    told = [book.at.get(m.start) for m in challenge.reactions]
    return not told or any(d is reaction for d in told)
