"""Text to case: the readers in their order.

narrative -> scenes (things, signs, numbers, times)
  -> attribution (whose) and certainty
  -> readers: patient, encounter, drugs, conditions, procedures, observations
  -> links: times to events, reactions to suspects
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
    time_onsets,
)
from fhirkit.facts.encounter import read_encounters, time_encounters
from fhirkit.facts.explain import left_out
from fhirkit.facts.forms import word_forms
from fhirkit.facts.lexicon import lexicon
from fhirkit.facts.medication import merge_classes, read_medications, read_other_drugs
from fhirkit.facts.model import Whose
from fhirkit.facts.notebook import Notebook
from fhirkit.facts.observation import read_observations
from fhirkit.facts.patient import read_patient
from fhirkit.facts.procedure import read_other_procedures, read_procedures, tell_outcomes
from fhirkit.facts.qualitative import read_qualitative
from fhirkit.facts.reasons import link_reasons, tell_death
from fhirkit.facts.scene import scenes
from fhirkit.narrative.narrative import read_narrative

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fhirkit.facts.lexicon import Lexicon
    from fhirkit.facts.propose import Hint, Proposer


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
    (``Case.left_out``). Offsets count Unicode code points of ``text``.
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
    found = scenes(narrative, vocabulary, (*proposers, word_forms(vocabulary)), hints)
    attribute(found)
    for scene in found:
        judge_certainty(scene)
    book = Notebook(narrative, vocabulary, found)
    patient = read_patient(book)
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
    died = patient is not None and "deceased" in patient.fields
    read_adverse_events(book, died=died)
    read_other_drugs(book)
    read_other_conditions(book)
    read_other_procedures(book)
    facts, notices = book.facts(), list[str]()
    if patient is None:
        # Facts of a patient nobody tells of would be somebody's, but whose?
        facts = tuple(f for f in facts if f.whose is not Whose.PATIENT)
        notices.append(_NOBODY)
    return Case(text, facts, tuple(notices), left_out(book, facts) if explain else ())


_NOBODY = "no patient is described: only the document itself was kept"
