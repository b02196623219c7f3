"""From a case to its timeline."""

from __future__ import annotations

from dataclasses import replace
from math import inf, isfinite
from typing import TYPE_CHECKING

from fhirkit.facts.model import (
    AdverseEventFact,
    Certainty,
    ConditionFact,
    EncounterFact,
    Fact,
    MedicationFact,
    PatientFact,
    ProcedureFact,
    Use,
)
from fhirkit.report.timeline import names
from fhirkit.report.timeline.model import Item, Lane, Place, Series, Timeline, Untimed
from fhirkit.report.timeline.order import Landmark, between, counted, ordered, telling
from fhirkit.report.timeline.place import (
    PRESENTATION,
    after_another,
    components,
    edges,
    place,
    shifted,
)
from fhirkit.report.timeline.shown import (
    detail_of,
    goes_on,
    has_quantity,
    numeric,
    shown,
    undirected,
    within,
)
from fhirkit.report.timeline.told import Told, counts_from_end, days, length, times

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fhirkit.facts.case import Case

#: Lanes by kind, from what was given to what was found.
GROUPS = (
    ("medication", "Exposures"),
    ("encounter", "Stays"),
    ("adverse-event", "Adverse events"),
    ("condition", "Diagnoses"),
    ("symptom", "Symptoms"),
    ("procedure", "Procedures"),
    ("report", "Studies"),
    ("observation", "Values"),
)
_GROUP = dict(GROUPS)
_DRAWN_UNTIMED = (MedicationFact, ProcedureFact, EncounterFact, AdverseEventFact, PatientFact)


def timeline(case: Case) -> Timeline:
    """The course of one patient: what is the patient's own and affirmed, or suspected.

    For a text of several patients give each part of :meth:`Case.by_patient`.
    """
    return _Builder(case).made()


class _Builder:
    """What is worked out of a case, each thing once."""

    def __init__(self, case: Case) -> None:
        self.facts = shown(case.facts)
        self.by_id = {fact.id: fact for fact in self.facts}
        everything = {fact.id: fact for fact in case.facts}
        self.told = {fact.id: self._times(fact, everything) for fact in self.facts}
        everyone = [f for f in case.facts if isinstance(f, PatientFact)]
        self.tale = telling(case.text, [*everyone, *self.facts])
        self.at = {fact.id: self._told_at(fact) for fact in self.facts}
        self.suspects = self._suspects()
        self.zero = self._scale()
        self.landmarks = self._landmarks()
        self.opens_late = self._opens_late()
        self.lines = self._lines()

    def _times(self, fact: Fact, everything: Mapping[str, Fact]) -> tuple[Told, ...]:
        """What a fact says of its time; a reaction without one says what its condition does."""
        found = tuple(self._from_last(told) for told in times(fact))
        if found or not isinstance(fact, AdverseEventFact):
            return found
        condition = everything.get(fact.condition or "")
        if condition is not None:
            own = (self._from_last(told) for told in times(condition) if not told.end)
            found = tuple(replace(told, owner=fact.id) for told in own)
        drugs = [s for s in fact.suspects if s.medication in self.by_id]
        if not found and drugs:  # what a drug did came after it
            anchor = drugs[0]
            found = (
                Told(
                    owner=fact.id,
                    at=fact.spans[0].start,
                    words="",
                    short="",
                    low=0.0,
                    high=inf,
                    anchor=anchor.medication,
                ),
            )
        return found

    def _from_last(self, told: Told) -> Told:
        """A distance from the last dose, as one from the first, where every place is counted from.

        Without a length of the course only the order is left. What has a fact for each dose
        counts from the last one's own place.
        """
        course = self.by_id.get(told.anchor or "")
        if course is None or not counts_from_end(told):
            return told
        lasted = length(course)
        by = days(lasted)
        if by is None or lasted is None:
            single = sum(self._same_drug(f, names.name(course)) for f in self.facts) == 1
            return replace(told, high=inf) if single else told
        whole = names.span_of_time(lasted.digits, lasted.ucum or "")
        short = after_another(whole, told.short)
        return replace(told, low=told.low + by, high=told.high + by, short=short)

    def _told_at(self, fact: Fact) -> int:
        """Where a fact is told: where its time is, if that is told; else where it is named."""
        if isinstance(fact, PatientFact):
            died = fact.died.span if fact.died is not None else fact.deceased
            return died.start if died is not None else self.tale.at[fact.id]
        own = [t.at for t in self.told[fact.id] if t.words and not t.end]
        return next((at for at in own if at >= self.tale.begin), self.tale.at[fact.id])

    # -- the scale ------------------------------------------------------------------------------

    def _suspects(self) -> list[str]:
        """Ids of what is suspected, most often named first."""
        votes: dict[str, int] = {}
        for fact in self.facts:
            if isinstance(fact, AdverseEventFact):
                for suspect in fact.suspects:
                    if suspect.medication in self.by_id:
                        votes[suspect.medication] = votes.get(suspect.medication, 0) + 1
        return sorted(votes, key=lambda i: (-votes[i], self.tale.at[i], i))

    def _scale(self) -> str | None:
        """Day 0, with the places measured from it."""
        statements = [t for told in self.told.values() for t in told]
        self.edges = edges(statements, counted(self.facts, statements, self.tale))
        self.parts = components(self.edges)
        stays = [f.id for f in self.facts if isinstance(f, EncounterFact)]
        first = [e.anchor for e in self.edges if e.anchor in self.by_id or e.anchor == PRESENTATION]
        candidates = [*self._doses(), *stays, *first, *(e.told.owner for e in self.edges)]
        self.contradictory: frozenset[str] = frozenset()
        self.places: Mapping[str, Place] = {}
        seen: set[str] = set()
        for candidate in candidates:
            if candidate in seen or candidate in self.contradictory:
                continue
            placed = place(candidate, self.parts.get(candidate, []))
            self.contradictory |= placed.contradictory
            if candidate in self.contradictory:
                continue
            if self._tells_distance(candidate, placed.places):
                self.places = placed.places
                self.edges = [e for e in self.edges if e.told.owner not in self.contradictory]
                return candidate
            seen |= set(placed.places)
        return None

    def _doses(self) -> list[str]:
        """The first dose of each suspect: of the facts of one drug the one placed earliest."""
        made = []
        for suspect in self.suspects:
            name = names.name(self.by_id[suspect])
            same = [f.id for f in self.facts if f.id == suspect or self._same_drug(f, name)]
            places = place(suspect, self.parts.get(suspect, [])).places if len(same) > 1 else {}
            made.append(min(same, key=lambda i: (_low(places.get(i)), i != suspect)))
        return made

    def _same_drug(self, fact: Fact, name: str) -> bool:
        return isinstance(fact, MedicationFact) and names.name(fact) == name

    def _tells_distance(self, zero: str, places: Mapping[str, Place]) -> bool:
        """Whether anything has a distance from ``zero``: another thing, or its own end."""
        shown = [p for node, p in places.items() if node.split("/")[0] in self.by_id]
        if any(p.middle != 0 for p in shown):
            return True
        fact = self.by_id.get(zero)
        return fact is not None and days(length(fact)) is not None and bool(self.suspects)

    # -- the order ------------------------------------------------------------------------------

    def _landmarks(self) -> list[Landmark]:
        """The places the telling comes by, in its order."""
        found = []
        for edge in self.edges:
            # "For 12 days" is told where the story stands at what the days are counted to.
            here = edge.anchor if edge.told.back else edge.node
            if here in self.places and edge.told.at >= self.tale.begin and not edge.told.end:
                found.append(Landmark(edge.told.at, self.places[here].middle))
        told = {edge.told.owner for edge in self.edges}
        found += [
            Landmark(self.at[i], self.places[i].middle)
            for i in self.by_id
            if i in self.places and i not in told and self._goes_on_from(i, found)
        ]
        return sorted(found, key=lambda mark: (mark.at, mark.day))

    def _goes_on_from(self, i: str, landmarks: Sequence[Landmark]) -> bool:
        """Whether the telling goes on from a fact that tells no time itself to what came later.

        Else it may be named where the telling looks back ("she had taken ...").
        """
        at, day = self.at[i], self.places[i].middle
        return any(mark.at > at and mark.day > day for mark in landmarks)

    def _order(self, fact: Fact) -> Place | None:
        """Where a fact without a distance stands; None where nothing at all is known."""
        statement = next((t for t in self.told[fact.id] if not t.end), None)
        stay = getattr(fact, "encounter", None)
        if statement is None and stay in self.by_id and stay != fact.id:
            statement = within(fact, stay, self.at[fact.id], self._stay_length(stay))
        words = statement if statement is not None else undirected(fact, self.at[fact.id])
        if not self._worth_a_place(fact, words):
            return None
        if words is None and self._only_in_title(fact):
            return None
        bounds = self._bounds(fact)
        if bounds is None:
            if statement is None or statement.anchor not in self.places:
                return None
            bounds = (-inf, inf)
        anchor = self.places.get(words.anchor) if words is not None and words.anchor else None
        return ordered(words, bounds, anchor)

    def _only_in_title(self, fact: Fact) -> bool:
        """Whether a fact is named only before the patient is, in the first words of the text."""
        at = self.at[fact.id]
        return at < self.tale.begin and self.tale.sentence(at) == 0

    def _worth_a_place(self, fact: Fact, words: Told | None) -> bool:
        """Symptoms, diagnoses and single values without any word of time are only counted."""
        return isinstance(fact, _DRAWN_UNTIMED) or words is not None or fact.id in self.lines

    def _bounds(self, fact: Fact) -> tuple[float, float] | None:
        """Between which times it is told; what was before the course told is before day 0."""
        earlier = isinstance(fact, MedicationFact) and fact.use is Use.PREVIOUS
        if earlier:
            return -inf, 0.0
        bounds = between(self.at[fact.id], self.landmarks)
        if bounds is not None and bounds[0] == -inf and self.opens_late:
            return -inf, inf
        return bounds

    def _opens_late(self) -> bool:
        """Whether the telling begins with the end: with a stay or a reaction, and looks back then.

        What is told there before the first time is not before that time.
        """
        first = min((mark.at for mark in self.landmarks), default=-1)
        late = (EncounterFact, AdverseEventFact, PatientFact)
        return any(self.at[f.id] < first for f in self.facts if isinstance(f, late))

    def _stay_length(self, stay: str) -> float:
        fact = self.by_id[stay]
        return days(length(fact)) or inf

    # -- the drawing ----------------------------------------------------------------------------

    def _lines(self) -> dict[str, str]:
        """Observations told more than once in one unit, by the key of their line."""
        keys: dict[str, list[str]] = {}
        for fact in self.facts:
            number = numeric(fact)
            if number is not None:
                keys.setdefault(f"{number.name}\n{number.unit}", []).append(fact.id)
        return {i: key for key, ids in keys.items() if len(ids) > 1 for i in ids}

    def made(self) -> Timeline:
        items: dict[str, Item] = {}
        contradictory, untimed = [], []
        for fact in self.facts:
            place_ = self.places.get(fact.id)
            if fact.id in self.contradictory:
                contradictory.append(Untimed(fact.id, names.name(fact)))
                continue
            if place_ is None:
                place_ = self._order(fact)
            if place_ is None:
                untimed.append(Untimed(fact.id, names.name(fact)))
            else:
                items[fact.id] = self._item(fact, place_)
        self._step(items)
        lines = {i: key for i, key in self.lines.items() if i in items}
        return Timeline(
            self._zero_name(),
            tuple(self._lanes([i for i in items.values() if i.fact not in lines])),
            tuple(self._series(items, lines)),
            tuple(untimed),
            tuple(contradictory),
        )

    def _zero_name(self) -> str | None:
        if self.zero is None:
            return None
        fact = self.by_id.get(self.zero)
        return names.name(fact) if fact is not None else "presentation"

    def _item(self, fact: Fact, start: Place) -> Item:
        end = self.places.get(f"{fact.id}/end")
        lasted = length(fact)
        lasting = days(lasted)
        if end is None and lasting and start.measured and lasted is not None:
            short = names.span_of_time(lasted.digits, lasted.ucum or "")
            end = shifted(start, lasting, names.folded(lasted.span.text), short)
        if isinstance(fact, ConditionFact) and fact.history is not None:
            edge = next((e for e in self.edges if e.node == fact.id and e.told.back), None)
            if edge is not None and start.measured:  # it runs on to what it counts back from
                end = shifted(start, -edge.middle, "", "")
        if end is not None and end.middle <= start.middle:
            end = None
        return Item(
            fact=fact.id,
            kind=names.kind(fact),
            name=names.name(fact),
            start=start,
            end=end,
            detail=detail_of(fact),
            suspected=fact.certainty is Certainty.SUSPECTED,
            open_end=goes_on(fact, end),
        )

    def _step(self, items: dict[str, Item]) -> None:
        """Numbers what has only an order: one step for what one sentence tells of different things."""
        zones: dict[tuple[float, float], list[Item]] = {}
        for item in items.values():
            if not item.start.measured:
                key = (item.start.low, item.start.high)
                if not item.start.between:
                    key = (-inf, inf) if self.zero is None else _side(item.start)
                zones.setdefault(key, []).append(item)
        for found in zones.values():
            keys = {item.fact: self._key(item.fact) for item in found}
            found.sort(key=lambda item: keys[item.fact])
            step, before = 0, None
            taken: set[str] = set()
            for item in found:
                here = keys[item.fact][:3]
                if before is not None and (here != before or item.name in taken):
                    step, taken = step + 1, set()
                before = here
                taken.add(item.name)
                items[item.fact] = replace(item, start=replace(item.start, step=step))

    def _key(self, i: str, seen: frozenset[str] = frozenset()) -> tuple[int, int, int, int]:
        """Where the telling has it; what was before the course comes first.

        What is said to be after or before something of which no more is known stands beyond it.
        """
        fact = self.by_id[i]
        earlier = isinstance(fact, MedicationFact) and fact.use is Use.PREVIOUS
        at = self.at[i]
        own = (0 if earlier else 1, self.tale.sentence(at), 0, at)
        told = next((t for t in self.told[i] if not t.end), None)
        anchor = told.anchor if told is not None else None
        if told is None or anchor not in self.by_id or anchor in self.places or i in seen:
            return own
        of_anchor = self._key(anchor, seen | {i})
        if told.low >= 0 and own <= of_anchor:
            return (*of_anchor[:2], of_anchor[2] + 1, at)
        if told.high <= 0 and own >= of_anchor:
            return (*of_anchor[:2], of_anchor[2] - 1, at)
        return own

    def _lanes(self, items: Sequence[Item]) -> list[Lane]:
        rows: dict[tuple[str, str], list[Item]] = {}
        for item in items:
            group = "Stays" if item.kind == "patient" else _GROUP[item.kind]
            rows.setdefault((group, item.name), []).append(item)
        order = {group: i for i, (_, group) in enumerate(GROUPS)}
        made = [
            Lane(
                name,
                group,
                tuple(sorted(found, key=_when)),
                any(i.fact in self.suspects for i in found),
            )
            for (group, name), found in rows.items()
        ]
        return sorted(
            made, key=lambda lane: (order[lane.group], not lane.suspect, _when(lane.items[0]))
        )

    def _series(self, items: Mapping[str, Item], lines: Mapping[str, str]) -> list[Series]:
        rows: dict[str, list[str]] = {}
        for i, key in lines.items():
            rows.setdefault(key, []).append(i)
        made = []
        for key, ids in rows.items():
            points = sorted((items[i] for i in ids), key=_when)
            numbers = [numeric(self.by_id[p.fact]) for p in points]
            values = tuple(n.value for n in numbers if n is not None)
            name, _, _ = key.partition("\n")
            fact = self.by_id[points[0].fact]
            unit = fact.value.unit if has_quantity(fact) else None  # type: ignore[attr-defined]
            made.append(Series(name, names.folded(unit or ""), tuple(points), values))
        return made


def _low(place_: Place | None) -> float:
    return place_.low if place_ is not None else inf


def _side(place_: Place) -> tuple[float, float]:
    """Before everything with a distance, or after it."""
    return (-inf, 0.0) if isfinite(place_.high) else (0.0, inf)


def _when(item: Item) -> tuple[float, int]:
    """The order of things in a lane, and of lanes; of things at one time that of the telling."""
    start = item.start
    if start.measured:
        return start.middle, 0
    if start.between:
        return start.low + (start.high - start.low) / 1e3, start.step
    return (-inf if isfinite(start.high) else inf), start.step
