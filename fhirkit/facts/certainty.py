"""Whether a thing is affirmed, negated, suspected, weighed or ruled out.

After ConText (Harkema et al. 2009, doi:10.1016/j.jbi.2009.05.002): a cue reaches forward or
backward until a word that ends its scope. The cues are in ``mappings/cues/certainty.csv``.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from fhirkit.facts.lexicon import TREATMENTS
from fhirkit.facts.model import Certainty

if TYPE_CHECKING:
    from collections.abc import Collection

    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.scene import Scene

#: Words a cue reaches, by value and direction.
_REACH = {
    ("negated", "forward"): 13,
    ("negated", "backward"): 8,
    ("refuted", "forward"): 6,
    ("refuted", "backward"): 18,
    ("suspected", "forward"): 7,
    ("suspected", "backward"): 6,
    ("differential", "forward"): 7,
    ("differential", "backward"): 10,
    ("hypothetical", "forward"): 7,
    ("hypothetical", "backward"): 2,
}
#: Words behind "the cause of" that still name what has the cause.
_SETTLED_REACH = 3
_STRENGTH = ("refuted", "negated", "differential", "suspected")
_MEANING = {
    "refuted": Certainty.REFUTED,
    "negated": Certainty.NEGATED,
    "differential": Certainty.DIFFERENTIAL,
    "suspected": Certainty.SUSPECTED,
}


#: "Neither steroids nor ... helped" denies the effect, unless a word of giving stands there.
_OF_EFFECT = frozenset({"neither", "nor"})
#: Words of a negation that say of an event that it did not come: no drug is denied by them.
_OF_EVENT = frozenset(
    "recur recurred return returned occur occurred develop developed appear reappear improve resolve".split()
)
_GIVING = frozenset(
    "given administered performed received receive needed required used started taken".split()
)


def judge_certainty(scene: Scene) -> None:
    """Set ``certain`` for each thing of the scene that is not simply affirmed."""
    cues = [c for c in scene.cues("certainty") if c.name in _MEANING or c.name == "hypothetical"]
    if not cues:
        return
    masked = [(c.first, c.last) for c in scene.cues("certainty", "pseudo")]
    cues = [c for c in cues if not any(_inside(c, other) for other in cues)]
    stops = _stops(scene)
    ranges = [
        (c, *_range(scene, c, stops), scene.narrative.words[c.first])
        for c in cues
        if not any(c.first < b and a < c.last for a, b in masked)
    ]
    settled = [(c.last, c.last + _SETTLED_REACH) for c in scene.cues("certainty", "settled")]
    given = not _GIVING.isdisjoint(scene.all_words)
    for thing in scene.things:
        if any(a <= thing.first < b for a, b in settled):
            continue  # "other causes of X were excluded": X itself is there
        held = {
            cue.name: cue
            for cue, a, b, word in ranges
            if a <= thing.first
            and (thing.last <= b or _in_list(scene, cue, thing, a, stops))
            and not (thing.kind in TREATMENTS and word in _OF_EFFECT and not given)
            and not (thing.kind in TREATMENTS and _tells_event(scene, cue))
            and not (thing.kind in TREATMENTS and _denies_a_tie(scene, cue, thing))
        }
        for name in _STRENGTH:
            if name in held:
                scene.certain[thing.start] = _MEANING[name]
                scene.certain_by[thing.start] = held[name]
                break
        if "hypothetical" in held:
            scene.unreal[thing.start] = held["hypothetical"]
    _deny_whole_lists(scene, stops)


def _deny_whole_lists(scene: Scene, stops: list[int]) -> None:
    """ "No A, B, C, D and E" denies E, and "A, B, C, D and E were not present" A, however long."""
    for left, right in pairwise(scene.things):
        cue = scene.certain_by.get(left.start)
        if cue is None or not _denies_lists(scene, cue):
            continue
        if right.start in scene.certain or right.first == left.last:
            continue
        if _is_listed(scene, left, right) and right.last <= _scope_end(scene, cue, stops):
            scene.certain[right.start] = scene.certain[left.start]
            scene.certain_by[right.start] = cue
    for left, right in reversed(list(pairwise(scene.things))):
        cue = scene.certain_by.get(right.start)
        if cue is None or cue.entry.scope != "backward" or left.start in scene.certain:
            continue
        if _is_listed(scene, left, right):
            scene.certain[left.start] = scene.certain[right.start]
            scene.certain_by[left.start] = cue


#: Words between the members of a list.
_LISTING = frozenset({",", "and", "or"})


def _is_listed(scene: Scene, left: Mention, right: Mention) -> bool:
    """Whether two things that follow each other are members of one list."""
    return left.kind == right.kind and _LISTING.issuperset(scene.words(left.last, right.first))


#: Words a negation reaches at most, for the members of a list that goes on with "or".
_LIST_REACH = 26


def _in_list(scene: Scene, cue: Mention, thing: Mention, start: int, stops: list[int]) -> bool:
    """ "No evidence of A, B in the C, or D": the alternative is denied however long the list."""
    if not _denies_lists(scene, cue) or thing.last > start + _LIST_REACH:
        return False
    if _ALTERNATIVE.isdisjoint(scene.words(max(start, thing.first - 3), thing.first)):
        return False
    return thing.last <= _scope_end(scene, cue, stops)


def _denies_lists(scene: Scene, cue: Mention) -> bool:
    """Whether a cue can deny all that is listed behind it; "non-" denies one word."""
    forward = cue.name == "negated" and cue.entry.scope == "forward"
    return forward and scene.narrative.words[cue.first : cue.last] != ["non"]


def _scope_end(scene: Scene, cue: Mention, stops: list[int]) -> int:
    """Where the scope of a forward cue ends, but for the number of words it reaches."""
    return _next_clause(scene, cue, _next_stop(scene, cue, stops))


def _next_stop(scene: Scene, cue: Mention, stops: list[int]) -> int:
    return next((i for i in stops if i >= cue.last), scene.sentence.last_word)


def _tells_event(scene: Scene, cue: Mention) -> bool:
    return not _OF_EVENT.isdisjoint(scene.narrative.words[cue.first : cue.last])


def _denies_a_tie(scene: Scene, cue: Mention, thing: Mention) -> bool:
    """ "Not attributed to D": D was taken, and did no harm."""
    return any(
        cue.first <= link.first < thing.first
        for link in scene.cues("causality", "rejected", "caused-by")
    )


def _inside(cue: Mention, other: Mention) -> bool:
    """Whether a cue is a part of a longer one ("excluded" in "could not be excluded")."""
    longer = other.last - other.first > cue.last - cue.first
    return longer and other.first <= cue.first and cue.last <= other.last


def negated_at(scene: Scene, word: int, besides: Collection[int] = ()) -> bool:
    """Whether a negation reaches the word at ``word``, those that begin at ``besides`` left out."""
    stops = _stops(scene)
    masked = [(c.first, c.last) for c in scene.cues("certainty", "pseudo")]
    for cue in scene.cues("certainty", "negated"):
        if cue.first in besides or any(a <= cue.first < b for a, b in masked):
            continue
        a, b = _range(scene, cue, stops)
        if a <= word < b:
            return True
    return False


def _stops(scene: Scene) -> list[int]:
    s = scene.sentence
    words = scene.narrative.words
    marks = [
        i
        for i in range(s.first_word, s.last_word)
        if words[i] in (";", ":") or (words[i] == "," and words[i + 1 : i + 2] in _SUBJECTS)
    ]
    return sorted([*marks, *(c.first for c in scene.cues("certainty", "stop"))])


#: A comma before one of these begins another statement: "with no fever, she was given ...".
_SUBJECTS = (["he"], ["she"], ["they"], ["we"])

#: "Without treatment, pneumonia developed": the comma ends what was lacking.
_UNTIL_COMMA = frozenset({"without", "despite", "unlike"})


def _first_comma(scene: Scene, start: int, end: int) -> int:
    """The comma that ends a clause; one inside a list ("without A, B or C") does not."""
    words = scene.narrative.words
    for i in range(start, end):
        if words[i] == "," and not {"or", "nor"} & set(words[i + 1 : i + 9]):
            return i
    return end


def _word_after(scene: Scene, start: int, count: int) -> int:
    """The word ``count`` words after ``start``, commas left out."""
    words, last = scene.narrative.words, scene.sentence.last_word
    at = start
    while count > 0 and at < last:
        count -= words[at] != ","
        at += 1
    return at


def _range(scene: Scene, cue: Mention, stops: list[int]) -> tuple[int, int]:
    """Words ``first:last`` that the cue reaches."""
    reach = _REACH[cue.name, cue.entry.scope]
    s = scene.sentence
    if cue.entry.scope == "forward":
        if scene.narrative.words[cue.first : cue.last] == ["non"]:
            return cue.last, _first_thing_end(scene, cue.last)
        end = _next_stop(scene, cue, stops)
        if scene.narrative.words[cue.first] in _UNTIL_COMMA:
            end = _first_comma(scene, cue.last, end)
        end = _next_clause(scene, cue, end)
        return cue.last, min(end, _word_after(scene, cue.last, reach))
    limit = cue.first
    if scene.narrative.words[limit - 1 : limit] == [":"]:
        limit -= 1  # "myocarditis: excluded" is one statement
    start = next((i + 1 for i in reversed(stops) if i < limit), s.first_word)
    return max(_own_clause(scene, start, cue), cue.first - reach), cue.first


def _first_thing_end(scene: Scene, word: int) -> int:
    """Behind the thing that begins at ``word``: "non-" denies what it is written to."""
    return next((t.last for t in scene.things if t.first == word), word)


#: Verbs a clause of a report is told with; participles that also stand without one are left out.
_FINITE = frozenset(
    "was were is are has had have did does underwent received became remained resulted required "
    "recovered responded died began showed revealed presented developed".split()
)
_CLAUSE_BEGINS = frozenset(
    ", ; : ( that which who where because although though while whereas but if".split()
)
#: "Without", and "with out" as it is often typed.
_LACKING = frozenset({"without", "out"})
_WITH = frozenset({"with"})
_JOINS = frozenset({",", "and"})
_ALTERNATIVE = frozenset({"or", "nor"})
_RELATIVE = frozenset({"that", "which", "who", "whose", "where"})


def _next_clause(scene: Scene, cue: Mention, end: int) -> int:
    """Where a clause with a verb of its own begins behind the cue: its scope ends there.

    "She had no fever, and a biopsy was done" has two verbs and two clauses; in "No fever, cough
    and rash were noted" the one verb belongs to the whole list.
    """
    words = scene.narrative.words
    first = cue.first
    while first > scene.sentence.first_word and words[first - 1] not in _CLAUSE_BEGINS:
        first -= 1
    told = not _FINITE.isdisjoint(words[first : cue.last])
    if words[cue.last - 1] in _LACKING:
        # "A man without any history of A was diagnosed with B": the verb is the man's, and in
        # "without fever, with a rash" the rash is there.
        ends = _WITH if told else _FINITE | _WITH
        end = next((i for i in range(cue.last, end) if words[i] in ends), end)
    i = cue.last
    while i < end:
        if words[i] not in _JOINS:
            told = told or words[i] in _FINITE
            i += 1
            continue
        start = i
        while i < end and words[i] in _JOINS:
            i += 1
        if told and i < end and words[i] not in _ALTERNATIVE and _has_verb(words, i, end):
            return start
    return end


def _has_verb(words: list[str], first: int, end: int) -> bool:
    """Whether the part of a sentence that begins at ``first`` has a verb of its own."""
    for word in words[first:end]:
        if word in _FINITE:
            return True
        if word in _JOINS or word in _RELATIVE:
            return False
    return False


def _own_clause(scene: Scene, start: int, cue: Mention) -> int:
    """Where the clause begins that a cue behind its subject belongs to.

    In "A was done and the bleeding did not recur" only the bleeding is meant; what "A, B and C
    were absent" denies has no verb of its own.
    """
    words = scene.narrative.words
    last_verb = next((i for i in range(cue.first - 1, start - 1, -1) if words[i] in _FINITE), None)
    if last_verb is None:
        return start
    joints = (i for i in range(last_verb + 1, cue.first) if words[i] in _JOINS)
    return next(joints, start)
