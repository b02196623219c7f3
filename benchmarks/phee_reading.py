"""What fhirkit finds in a sentence, as arguments of PHEE."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from phee_alignment import Place

from fhirkit.facts.attribution import attribute
from fhirkit.facts.forms import word_forms
from fhirkit.facts.learned import LearnedProposer
from fhirkit.facts.lexicon import Mention, lexicon
from fhirkit.facts.medication import is_treatment
from fhirkit.facts.patient import ages
from fhirkit.facts.persons import counted_people
from fhirkit.facts.regimen import frequencies, is_dose, is_route
from fhirkit.facts.scene import Scene, scenes
from fhirkit.narrative.narrative import read_narrative

ADVERSE, THERAPEUTIC = "Adverse_event", "Potential_therapeutic_event"


@dataclass(frozen=True, slots=True)
class Reading:
    """The kind of event, and spans by argument ("Age", "Subject", "Effect")."""

    event: str
    spans: dict[str, list[Place]] = field(default_factory=dict)


#: Which main argument an argument belongs to.
OF = {
    "Age": "Subject",
    "Gender": "Subject",
    "Population": "Subject",
    "Drug": "Treatment",
    "Dosage": "Treatment",
    "Freq": "Treatment",
    "Route": "Treatment",
    "Time_elapsed": "Treatment",
    "Duration": "Treatment",
    "Disorder": "Treatment",
}


class Reader:
    """Reads sentences with the shipped mappings."""

    def __init__(self, learned: LearnedProposer | None = None) -> None:
        self._lexicon = lexicon()
        self._learned = learned

    def read(self, text: str) -> Reading:
        """The arguments of a sentence (fhirkit may see more than one in it)."""
        narrative = read_narrative(
            text, is_word=self._lexicon.is_word, headings=self._lexicon.headings
        )
        found = scenes(narrative, self._lexicon, (word_forms(self._lexicon),))
        attribute(found)
        spans: dict[str, set[Place]] = {}
        for scene in found:
            names = self._learned.names(narrative, scene.sentence) if self._learned else ()
            for name, (start, end) in _arguments(scene, list(names)):
                span = narrative.span(start, end)
                spans.setdefault(name, set()).add((span.start, span.end))
        therapeutic = "Effect" not in spans and _HELPED.search(text) is not None
        return Reading(
            THERAPEUTIC if therapeutic else ADVERSE, {n: sorted(p) for n, p in spans.items()}
        )


_HELPED = re.compile(
    r"\b(?:effective\w*|efficac\w+|successful\w*|improv\w+|respon[ds]\w*|remission|benefi\w+|useful"
    r"|resol\w+|treatment of|treated with)\b",
    re.IGNORECASE,
)
_Found = tuple[str, Place]


def _arguments(scene: Scene, names: Sequence[tuple[int, int, str]]) -> Iterator[_Found]:
    conditions = scene.of("conditions", "symptoms")
    disorders = [(c.start, c.end) for c in conditions if _is_treated(scene, c)]
    reactions = [_without_drug(scene, c) for c in conditions if (c.start, c.end) not in disorders]
    rows = list(_rows(scene, reactions, _JOINED))
    starts, ends = scene.narrative.starts, scene.narrative.ends
    told = {k: [(starts[a], ends[b - 1]) for a, b, n in names if n == k] for k in "ED"}
    places = [*told["E"], *told["D"]]
    rows = [*told["E"], *(r for r in rows if not _meets(r, places))]
    disorders = [*told["D"], *(d for d in disorders if not _meets(d, places))]
    drugs = list(_drugs(scene, rows))
    person = list(_person(scene))
    given = [*_given(scene), *_times(scene)]
    yield from person
    yield from given
    yield from (("Drug", place) for place in drugs)
    yield from (("Disorder", place) for place in disorders)
    yield from (("Effect", place) for place in rows)
    for one, other in pairwise(sorted(drugs)):
        together = _COMBINED.fullmatch(scene.text(one[1], other[0])) is not None
        if together or (len(drugs) == _A_PAIR and _TOGETHER.search(scene.all_text)):
            yield "Combination.Drug", one
            yield "Combination.Drug", other
    yield from (("Subject", place) for place in _subjects(scene, disorders))
    around = [place for name, place in given if name in ("Route", "Dosage", "Freq")]
    parts = sorted([*drugs, *around, *disorders])
    for place in _rows(scene, parts, _GIVEN_TOGETHER):
        inside = [d for d in drugs if place[0] <= d[0] and d[1] <= place[1]]
        if inside:
            yield "Treatment", (place[0], max(d[1] for d in [*inside, place]))


def _drugs(scene: Scene, reactions: Sequence[Place]) -> Iterator[Place]:
    """The drugs given: of one named twice the mention next to a reaction.

    A class ("the antibiotic") beside a drug of a name only says what that is.
    """
    given = [d for d in scene.of("drugs") if is_treatment(scene, d)]
    # "methotrexate (MTX)": one mention.
    short = {
        b.start
        for a, b in pairwise(given)
        if a.name == b.name and scene.text(a.end, b.start).strip() == "("
    }
    drugs = [d for d in given if d.start not in short]
    named = not all(_is_class(d.name) for d in drugs)
    told: dict[str, list[Place]] = {}
    for drug in drugs:
        several = scene.text(drug.start, drug.end).endswith("s")
        if several or not (named and _is_class(drug.name)):
            for name, place in _parts(scene, drug):
                told.setdefault(name, []).append(place)
    for name, place in _drugs_in_names(scene):
        told.setdefault(name, []).append(place)
    for places in told.values():
        yield min(places, key=lambda p: (_distance(p, reactions), p))


def _is_class(name: str) -> bool:
    row = lexicon().mappings.drugs.get(name)
    return row is not None and row.level == "class"


def _without_drug(scene: Scene, thing: Mention) -> Place:
    """A reaction without the drug that its name begins with: "toxicity", "myopathy"."""
    for _, place in _drugs_in_names(scene):
        if place[0] == thing.start:
            lead = _BY_DRUG.match(scene.narrative.view.text, place[1], thing.end)
            return (lead.end() if lead else place[1]), thing.end
    return thing.start, thing.end


_BY_DRUG = re.compile(r"[\s-]*(?:(?:induced|associated|related)[\s-]+)?", re.IGNORECASE)


def _drugs_in_names(scene: Scene) -> Iterator[tuple[str, Place]]:
    """The drug that the name of a reaction begins with: "phenytoin toxicity"."""
    narrative = scene.narrative
    for thing in scene.of("conditions", "symptoms"):
        for last in range(thing.last - 1, thing.first, -1):
            entry = lexicon().thing(tuple(narrative.words[thing.first : last]))
            if entry is not None and entry.kind == "drugs" and not _is_class(entry.name):
                yield entry.name, (thing.start, narrative.ends[last - 1])
                break


def _parts(scene: Scene, drug: Mention) -> list[tuple[str, Place]]:
    """The drugs of a combination ("trimethoprim-sulfamethoxazole"), else the drug."""
    narrative = scene.narrative
    parts: list[tuple[str, Place]] = []
    first = drug.first
    for last in range(drug.first + 1, drug.last + 1):
        entry = lexicon().thing(tuple(narrative.words[first:last]))
        if entry is not None and entry.kind == "drugs":
            parts.append((entry.name, (narrative.starts[first], narrative.ends[last - 1])))
            first = last + (last < drug.last and not narrative.words[last].isalnum())
            first += first < drug.last and narrative.words[first] == "and"
    whole = [(drug.name, (drug.start, drug.end))]
    return parts if first >= drug.last and len(parts) > 1 else whole


def _distance(place: Place, others: Sequence[Place]) -> int:
    """Characters to the nearest of other places, 0 without any."""
    return min((max(start - place[1], place[0] - end) for start, end in others), default=0)


def _meets(place: Place, others: Sequence[Place]) -> bool:
    return any(place[0] < end and start < place[1] for start, end in others)


def _person(scene: Scene) -> Iterator[_Found]:
    for age in ages(scene):
        yield "Age", (age.start, age.end)
    for term in scene.terms("age-group"):
        yield "Age", (term.start, term.end)
    named = [(term.start, term.end) for term in scene.terms("sex")]
    yield from (("Population", place) for place in counted_people(scene))
    yield from (("Gender", place) for place in named or list(_pronouns(scene))[:1])


def _pronouns(scene: Scene) -> Iterator[Place]:
    """Words that tell a sex where no noun does."""
    narrative, s = scene.narrative, scene.sentence
    for i in range(s.first_word, s.last_word):
        if narrative.words[i] in ("she", "he"):
            yield narrative.starts[i], narrative.ends[i]


def _given(scene: Scene) -> Iterator[_Found]:
    amounts = [m for m in scene.measures if is_dose(replace(m, form="number"))]
    if amounts:
        yield from (("Dosage", (m.start, m.end)) for m in amounts)
    else:
        yield from (("Dosage", (level.start, level.end)) for level in scene.terms("dose"))
    routes = [(r.start, r.end) for r in scene.terms("route") if is_route(scene, r)]
    yield from (("Route", place) for place in _rows(scene, sorted(routes), _SPACE))
    s = scene.sentence
    for start, end, _ in frequencies(scene, scene.narrative.view.text, s.start, s.end):
        yield "Freq", (start, end)


_LONG = re.compile(r"long[- ]term$", re.IGNORECASE)


def _times(scene: Scene) -> Iterator[_Found]:
    for cue in scene.cues("medication", "long-term"):
        if _LONG.match(scene.text(cue.start, cue.end)):
            yield "Duration", (cue.start, cue.end)
    for phrase in scene.times:
        if phrase.form in ("after", "later") or phrase.lead in ("after", "within"):
            yield "Time_elapsed", (phrase.start, phrase.end)
        elif phrase.form == "duration" and phrase.lead in ("for", "over"):
            yield "Duration", (phrase.start, phrase.end)


_SPACE = re.compile(r"[\s-]")
_GIVEN_TOGETHER = re.compile(
    r"[\s,()/+-]*(?:(?:and|or|with|plus|of|for|in|combination|the|treatment|therapy|a|an|dose|doses)\b"
    r"[\s,()/+-]*)*"
)
_COMBINED = re.compile(
    r"[\s,/+-]*(?:(?:and|plus|in|combination|combined|concomitant)\b[\s,/+-]*)+(?:with\s+)?(?:(?!to\b)[\w-]+\s+){0,2}"
    r"|[\s,/+-]+"
)
#: Two drugs in a sentence with one of these were given together.
_TOGETHER = re.compile(
    r"\b(?:combin\w+|concomitant\w*|concurrent\w*|co-?administ\w+|interaction|simultaneous\w*|plus"
    r"|adding|addition of|added)\b",
    re.IGNORECASE,
)
_A_PAIR = 2
_JOINED = re.compile(r"\s*(?:,|and|,\s*and|with|or)\s+(?:[\w-]+\s+){0,1}")


def _rows(scene: Scene, places: Sequence[Place], joint: re.Pattern[str]) -> Iterator[Place]:
    """Places told in a row ("A, B and C") as one."""
    row: Place | None = None
    for start, end in places:
        if row is not None and start <= row[1]:
            row = row[0], max(end, row[1])
        elif row is not None and joint.fullmatch(scene.text(row[1], start)):
            row = row[0], end
        else:
            if row is not None:
                yield row
            row = start, end
    if row is not None:
        yield row


_SUBJECT = re.compile(
    r"(?:\b(?:an?|the|this|these|our|one|two|three|four|five|six|\d+|\w+ of)\s+)?"
    r"(?:(?!(?:of|in|with|by|and|that|is|was|were|to|for|from|on|after|reported?|describe|treated)\b)"
    r"[\w()-]+\s+){0,4}?"
    r"\b(?:patients?|wom[ae]n|m[ae]n|boys?|girls?|child(?:ren)?|infants?|neonates?|newborns?|males?"
    r"|females?|adults?|subjects?|volunteers|cases?)\b(?!\s+(?:report|series|study|studies))",
    re.IGNORECASE,
)


def _subjects(scene: Scene, disorders: Sequence[Place]) -> Iterator[Place]:
    """The noun phrase of a person, with "with DISORDER" behind it."""
    s = scene.sentence
    text = scene.narrative.view.text
    for match in _SUBJECT.finditer(text, s.start, s.end):
        end = match.end()
        for start, stop in disorders:
            if end <= start and re.fullmatch(
                r"\s+(?:with|who had)\s+(?:[\w-]+\s+){0,3}", text[end:start]
            ):
                end = stop
        yield match.start(), end


_TREATED = re.compile(
    r"(?:\bfor|\b(?:treatment|therapy|management|prophylaxis|history) of"
    r"|\b(?:patients?|subjects?|m[ae]n|wom[ae]n|boys?|girls?|child(?:ren)?|infants?|case|people"
    r"|suffering|adults?)\s+(?:with|from|who had))"
    r"\s+(?:(?!developed|during|after|induced)[\w-]+\s+){0,4}$",
    re.IGNORECASE,
)
_PERSON_BEHIND = re.compile(
    r"[\s-]*(?:infected\s+|positive\s+)?(?:patients?|subjects?|man|woman)\b", re.I
)


def _is_treated(scene: Scene, thing: Mention) -> bool:
    before = scene.text(max(scene.sentence.start, thing.start - 70), thing.start)
    behind = scene.text(thing.end, thing.end + 30)
    return _TREATED.search(before) is not None or _PERSON_BEHIND.match(behind) is not None
