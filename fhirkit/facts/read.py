"""Text to case: the readers in their order.

narrative -> scenes (things, signs, numbers, times)
  -> series (which of several patients), attribution (whose) and certainty
  -> readers: patient, encounter, drugs, conditions, procedures, observations
  -> links: times to events, reactions to suspects
  -> verification: each value read again from its own words
  -> facts
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.facts.adverse_event import read_adverse_events
from fhirkit.facts.attribution import attribute
from fhirkit.facts.case import Case
from fhirkit.facts.certainty import judge_certainty
from fhirkit.facts.condition import (
    drop_findings_of_reports,
    read_conditions,
    read_other_conditions,
)
from fhirkit.facts.encounter import place_in_stay, read_encounters, time_encounters
from fhirkit.facts.explain import left_out, of_others
from fhirkit.facts.forms import word_forms
from fhirkit.facts.lexicon import lexicon
from fhirkit.facts.medication import merge_classes, read_medications, read_other_drugs
from fhirkit.facts.model import PatientFact, Whose
from fhirkit.facts.notebook import Notebook
from fhirkit.facts.observation import read_observations
from fhirkit.facts.opening import time_by_openings
from fhirkit.facts.parts import emptied, merged, of_none, of_patient, told_of
from fhirkit.facts.patient import read_patient
from fhirkit.facts.procedure import read_other_procedures, read_procedures, tell_outcomes
from fhirkit.facts.qualitative import read_qualitative
from fhirkit.facts.qualities import time_onsets
from fhirkit.facts.reasons import link_reasons, tell_death
from fhirkit.facts.scene import scenes
from fhirkit.facts.series import tell_apart
from fhirkit.facts.verify import verify_observations
from fhirkit.narrative.narrative import read_narrative

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fhirkit.facts.lexicon import Lexicon
    from fhirkit.facts.model import Fact, Statement
    from fhirkit.facts.owners import Series
    from fhirkit.facts.propose import Hint, Proposer
    from fhirkit.facts.scene import Scene


def extract(
    text: str,
    *,
    mappings: Path | None = None,
    proposers: Sequence[Proposer] = (),
    hints: Sequence[Hint] = (),
    explain: bool = False,
) -> Case:
    """The facts that ``text`` states, each with the words it was read from.

    ``mappings`` is a directory whose files are laid over the shipped ones; ``proposers`` find
    names that no mapping has, the first one's counting most; ``hints`` say what belongs together
    where the text leaves it open. With ``explain`` the case also has what was met and left out
    (``Case.left_out``) and the sentences that are not about the patient (``Case.statements``). Offsets count Unicode code points of ``text``.
    Raises :class:`~fhirkit.errors.MappingError` for a wrong mapping row. The same text always
    gives an equal case.
    """
    return read_case(text, lexicon(mappings), proposers, hints, explain=explain)


def read_case(
    text: str,
    vocabulary: Lexicon,
    proposers: Sequence[Proposer] = (),
    hints: Sequence[Hint] = (),
    *,
    explain: bool = False,
) -> Case:
    """The facts of ``text`` read with a lexicon."""
    narrative = read_narrative(text, is_word=vocabulary.is_word, headings=vocabulary.headings)
    proposers = (*proposers, word_forms(vocabulary))
    series = tell_apart(narrative)
    if series is not None:
        return _read_series(series, vocabulary, proposers, hints, explain=explain)
    found = scenes(narrative, vocabulary, proposers, hints)
    attribute(found)
    book = Notebook(narrative, vocabulary, found)
    facts = _read(book)
    notices = () if any(isinstance(f, PatientFact) for f in facts) else (_NOBODY,)
    if not explain:
        return Case(text, facts, notices)
    return Case(text, facts, notices, left_out(book, facts), tuple(of_others(found)))


def _read_series(
    series: Series,
    vocabulary: Lexicon,
    proposers: Sequence[Proposer],
    hints: Sequence[Hint],
    *,
    explain: bool,
) -> Case:
    """The facts of each of several patients, read apart from those of the others."""
    narrative = series.narrative
    found = scenes(narrative, vocabulary, proposers, hints)
    empty = emptied(found)
    books = [Notebook(narrative, vocabulary, of_none(series, found, empty))]
    told: list[Fact] = []
    for number, mark in series.first.items():
        own = of_patient(series, found, empty, number)
        attribute(_of_owner(series, own, number))
        books.append(Notebook(narrative, vocabulary, own, number))
        told += _read(books[-1], (mark.start, mark.end))
    facts = tuple(sorted(told, key=lambda fact: (fact.spans[0].start, fact.id)))
    rest = merged(left_out(book, facts) for book in books) if explain else ()
    statements = _statements(series, books) if explain else ()
    return Case(narrative.text, facts, (told_of(series),), rest, statements)


def _of_owner(series: Series, scenes_of_all: list[Scene], number: int | None) -> list[Scene]:
    """The scenes whose sentence is about the patient with this number; None for nobody's."""
    owners = series.owners
    return [
        scene
        for scene in scenes_of_all
        if (number is None and scene.sentence.index not in owners)
        or number in owners.get(scene.sentence.index, ())
    ]


def _statements(series: Series, books: Sequence[Notebook]) -> tuple[Statement, ...]:
    """The sentences that are about none of the patients, and those that the part of one has."""
    found = [
        statement
        for book in books
        for statement in of_others(_of_owner(series, book.scenes, book.patient), book.patient)
    ]
    return tuple(sorted(found, key=lambda statement: statement.span))


def _read(book: Notebook, named: tuple[int, int] | None = None) -> tuple[Fact, ...]:
    """The facts of one patient; ``named`` are the words that number one of several."""
    for scene in book.scenes:
        judge_certainty(scene)
    patient = read_patient(book, named)
    read_encounters(book)
    read_medications(book)
    read_conditions(book)
    read_procedures(book)
    drop_findings_of_reports(book)
    tell_outcomes(book)
    merge_classes(book)
    link_reasons(book)
    if patient is not None:
        tell_death(book, patient)
    time_encounters(book)
    time_onsets(book)
    read_observations(book)
    read_qualitative(book)
    verify_observations(book)
    died = patient is not None and "deceased" in patient.fields
    time_by_openings(book)
    read_adverse_events(book, died=died)
    read_other_drugs(book)
    read_other_conditions(book)
    read_other_procedures(book)
    place_in_stay(book)
    facts = book.facts()
    if patient is None:
        # Facts of a patient nobody tells of would be somebody's, but whose?
        return tuple(f for f in facts if f.whose is not Whose.PATIENT)
    return facts


_NOBODY = "no patient is described: only the document itself was kept"
