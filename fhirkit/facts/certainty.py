"""Whether a thing is affirmed, negated, suspected, weighed or ruled out.

After ConText (Harkema et al. 2009, doi:10.1016/j.jbi.2009.05.002): a cue reaches forward or
backward until a word that ends its scope. The cues are in ``mappings/cues/certainty.csv``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.facts.model import Certainty

if TYPE_CHECKING:
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
_STRENGTH = ("refuted", "negated", "differential", "suspected")
_MEANING = {
    "refuted": Certainty.REFUTED,
    "negated": Certainty.NEGATED,
    "differential": Certainty.DIFFERENTIAL,
    "suspected": Certainty.SUSPECTED,
}


_TREATMENTS = frozenset({"drugs", "procedures"})
#: "Neither steroids nor ... helped" denies the effect, unless a word of giving stands there.
_OF_EFFECT = frozenset({"neither", "nor"})
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
        if not any(a <= c.first < b for a, b in masked)
    ]
    given = not _GIVING.isdisjoint(scene.all_words)
    for thing in scene.things:
        held = {
            cue.name: cue
            for cue, a, b, word in ranges
            if a <= thing.first
            and thing.last <= b
            and not (thing.kind in _TREATMENTS and word in _OF_EFFECT and not given)
        }
        for name in _STRENGTH:
            if name in held:
                scene.certain[thing.start] = _MEANING[name]
                scene.certain_by[thing.start] = held[name]
                break
        if "hypothetical" in held:
            scene.unreal[thing.start] = held["hypothetical"]


def _inside(cue: Mention, other: Mention) -> bool:
    """Whether a cue is a part of a longer one ("excluded" in "could not be excluded")."""
    longer = other.last - other.first > cue.last - cue.first
    return longer and other.first <= cue.first and cue.last <= other.last


def negated_at(scene: Scene, word: int) -> bool:
    """Whether a negation reaches the word at ``word``."""
    stops = _stops(scene)
    masked = [(c.first, c.last) for c in scene.cues("certainty", "pseudo")]
    for cue in scene.cues("certainty", "negated"):
        if any(a <= cue.first < b for a, b in masked):
            continue
        a, b = _range(scene, cue, stops)
        if a <= word < b:
            return True
    return False


def _stops(scene: Scene) -> list[int]:
    s = scene.sentence
    words = scene.narrative.words
    marks = [i for i in range(s.first_word, s.last_word) if words[i] in (";", ":")]
    return sorted([*marks, *(c.first for c in scene.cues("certainty", "stop"))])


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
        end = next((i for i in stops if i >= cue.last), s.last_word)
        if scene.narrative.words[cue.first] in _UNTIL_COMMA:
            end = _first_comma(scene, cue.last, end)
        return cue.last, min(end, _word_after(scene, cue.last, reach))
    limit = cue.first
    if scene.narrative.words[limit - 1 : limit] == [":"]:
        limit -= 1  # "myocarditis: excluded" is one statement
    start = next((i + 1 for i in reversed(stops) if i < limit), s.first_word)
    return max(start, cue.first - reach), cue.first
