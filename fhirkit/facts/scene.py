"""A sentence with everything proposed in it: the readers' common ground."""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING

from fhirkit.facts.abbreviations import introduced
from fhirkit.facts.components import with_parts
from fhirkit.facts.coordination import coordinated
from fhirkit.facts.levels import measured
from fhirkit.facts.model import Certainty, Whose
from fhirkit.facts.numbers import UnitTable, dates, measures
from fhirkit.facts.propose import placed, proposed
from fhirkit.facts.timing import time_phrases

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fhirkit.facts.lexicon import Lexicon, Mention
    from fhirkit.facts.numbers import DateMention, Measure
    from fhirkit.facts.propose import Hint, Proposer
    from fhirkit.facts.timing import TimePhrase
    from fhirkit.narrative.narrative import Narrative, Sentence
    from fhirkit.narrative.span import Span

#: Folded words before a thing that was told of already.
DEFINITE = frozenset({"the", "this", "that", "these", "her", "hi", "his", "their"})
_OLD = re.compile(r"[\s-]*old\b", re.IGNORECASE)
_start = attrgetter("start")


@dataclass(slots=True)
class Scene:
    """One sentence: mentions of things, signs (cues and terms), numbers and times in it.

    ``whose`` and ``why`` are set by attribution; ``certain`` by certainty, one for each thing.
    """

    sentence: Sentence
    narrative: Narrative
    things: list[Mention] = field(default_factory=list)
    signs: list[Mention] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    times: list[TimePhrase] = field(default_factory=list)
    dates: list[DateMention] = field(default_factory=list)
    hints: list[Hint] = field(default_factory=list)  # with offsets of the view
    whose: Whose = Whose.PATIENT
    why: str = ""
    strong: bool = False
    named: bool = False  # it says itself that it is about this one of several patients
    held: dict[int, Whose] = field(default_factory=dict)
    certain: dict[int, Certainty] = field(default_factory=dict)
    certain_by: dict[int, Mention] = field(default_factory=dict)  # the cue that says so
    #: things only feared, tested for or prevented, each with the cue that says so
    unreal: dict[int, Mention] = field(default_factory=dict)
    _by_axis: dict[tuple[str, str], list[Mention]] | None = None
    _of_kinds: dict[tuple[str, ...], list[Mention]] = field(default_factory=dict)
    _all_words: frozenset[str] | None = None

    def cues(self, axis: str, *values: str) -> Sequence[Mention]:
        """The cues of an axis, of any of ``values`` if given, in order."""
        found = self._signs_of("cue", axis)
        return [s for s in found if s.entry.name in values] if values and found else found

    def terms(self, axis: str) -> Sequence[Mention]:
        """The terms of a kind, in order."""
        return self._signs_of("term", axis)

    def _signs_of(self, kind: str, axis: str) -> Sequence[Mention]:
        if self._by_axis is None:
            self._by_axis = {}
            for sign in self.signs:
                key = (sign.entry.kind, sign.entry.axis)
                self._by_axis.setdefault(key, []).append(sign)
        return self._by_axis.get((kind, axis), ())

    def of(self, *kinds: str) -> Sequence[Mention]:
        """The things of any of ``kinds``, in order."""
        found = self._of_kinds.get(kinds)
        if found is None:
            found = [thing for thing in self.things if thing.entry.kind in kinds]
            self._of_kinds[kinds] = found
        return found

    def has_time(self, start: int, end: int) -> bool:
        """Whether a relative time or a date, and not an age, begins between two offsets."""
        at = bisect_left(self.times, start, key=_start)
        while at < len(self.times) and self.times[at].start < end:
            if not _OLD.match(self.view, self.times[at].end):
                return True
            at += 1
        at = bisect_left(self.dates, start, key=_start)
        return at < len(self.dates) and self.dates[at].start < end

    def words(self, first: int = 0, last: int = sys.maxsize) -> list[str]:
        """Folded words ``first:last``, never beyond the sentence."""
        s = self.sentence
        return self.narrative.words[max(first, s.first_word) : min(last, s.last_word)]

    @property
    def all_words(self) -> frozenset[str]:
        """The folded words of the sentence."""
        if self._all_words is None:
            self._all_words = frozenset(self.words())
        return self._all_words

    @property
    def view(self) -> str:
        """The whole view, for patterns matched at an offset of it; nothing is copied."""
        return self.narrative.view.text

    def text(self, start: int, end: int) -> str:
        """The view between two offsets."""
        return self.narrative.view.text[start:end]

    @property
    def all_text(self) -> str:
        """The view of the sentence."""
        return self.text(self.sentence.start, self.sentence.end)

    def span(self, mention: Mention) -> Span:
        """The words of a mention as a span of the text as given."""
        return self.narrative.span(mention.start, mention.end)

    def whose_is(self, mention: Mention) -> Whose:
        """Whose the statement about a mention is."""
        return self.held.get(mention.start, self.whose)

    def why_is(self, whose: Whose) -> str:
        """By which rule a mention is ``whose``: the sentence's, or for being held apart from it."""
        return self.why if self.whose is whose else f"{whose} within the sentence"

    def certainty_of(self, mention: Mention) -> Certainty:
        """How sure the author is of a mention."""
        return self.certain.get(mention.start, Certainty.AFFIRMED)

    def quoted(self, cue: Mention) -> str:
        """The words of a cue in quotation marks, for a reason."""
        return f"“{' '.join(self.text(cue.start, cue.end).split())}”"


def scenes(
    narrative: Narrative,
    lexicon: Lexicon,
    proposers: Sequence[Proposer] = (),
    hints: Iterable[Hint] = (),
) -> list[Scene]:
    """One scene for each sentence, with what was proposed in it."""
    text = narrative.view.text
    found_dates = dates(text)
    signs = lexicon.signs(narrative)
    things = coordinated(narrative, lexicon.things(narrative), lexicon)
    things = proposed(narrative, things, signs, lexicon, proposers)
    things = measured(narrative, introduced(narrative, things, lexicon), lexicon)
    things = with_parts(narrative, things, lexicon)
    made = [Scene(s, narrative) for s in narrative.sentences]
    starts = [s.start for s in narrative.sentences]
    _deal(made, starts, [t for t in things if not _is_address(text, t)], "things")
    _deal(made, starts, signs, "signs")
    _deal(made, starts, found_dates, "dates")
    _deal(made, starts, measures(text, UnitTable(lexicon.mappings), found_dates), "measures")
    _deal(made, starts, time_phrases(narrative), "times")
    _deal(made, starts, placed(narrative, hints), "hints")
    return made


_ADDRESS = re.compile(
    r"\b(?:departments?|division|unit|clinic|section|school|institute|college|society|journal|faculty"
    r"|service) (?:of|for) (?:(?!\bwith\b|\bwas\b)[\w&,]+ ){0,3}$",
    re.IGNORECASE,
)


def _is_address(text: str, thing: Mention) -> bool:
    """Whether the words only name a place: "the Department of Thoracic Surgery"."""
    before = text[max(0, thing.start - 50) : thing.start]
    return " of " in before and _ADDRESS.search(before) is not None


def _deal(made: list[Scene], starts: list[int], items: Iterable[object], name: str) -> None:
    """Hand each item to the scene it stands in; what stands outside all is dropped."""
    at = 0
    last = len(starts) - 1
    for item in items:
        start: int = item.start  # type: ignore[attr-defined]
        while at < last and starts[at + 1] <= start:
            at += 1
        if at > 0 and start < starts[at]:
            at = max(bisect_left(starts, start + 1) - 1, 0)
        if made and starts[at] <= start < made[at].sentence.end:
            getattr(made[at], name).append(item)
