"""What names a fact, and what the vocabulary knows under a name."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fhirkit._check_digits import loinc_check_digit_fits, snomed_check_digit_fits
from fhirkit.facts.model import (
    AdverseEventFact,
    ConditionFact,
    MedicationFact,
    ObservationFact,
    ProcedureFact,
    ReportFact,
    SymptomFact,
)
from fhirkit.narrative.words import fold_phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fhirkit._data import Mappings
    from fhirkit.facts.model import Code, Fact, Term

#: The field with the name of a fact, and the files of the mappings that have names for it.
_NAMING: Final[Mapping[type[Fact], tuple[str, tuple[str, ...]]]] = {
    AdverseEventFact: ("reaction", ("conditions", "symptoms", "observations")),
    ConditionFact: ("name", ("conditions", "symptoms", "observations")),
    MedicationFact: ("drug", ("drugs",)),
    ObservationFact: ("analyte", ("observations", "scores")),
    ProcedureFact: ("name", ("procedures", "reports")),
    ReportFact: ("study", ("reports", "procedures")),
    SymptomFact: ("name", ("symptoms", "conditions", "observations")),
}
_SYSTEMS: Final[Mapping[str, tuple[re.Pattern[str], Callable[[str], bool]]]] = {
    "http://loinc.org": (re.compile(r"[0-9]{1,7}-[0-9]"), loinc_check_digit_fits),
    "http://snomed.info/sct": (re.compile("[0-9]{6,18}"), snomed_check_digit_fits),
}
#: A name of so few letters, most of them capitals, is an abbreviation: "MS" is not "ms".
_SHORT: Final = 5


def name_field(kind: type[Fact]) -> str:
    """The field with the words that name a fact of this kind."""
    return _NAMING[kind][0]


def naming(fact: Fact) -> Term:
    """The words that name a fact."""
    field, _ = _NAMING[type(fact)]
    found: Term = getattr(fact, field)
    return found


def coded(fact: Fact, code: Code, mappings: Mappings) -> Fact:
    """``fact`` under another code; the vocabulary's name stays where the code is one of its own."""
    field, kinds = _NAMING[type(fact)]
    term = naming(fact)
    known = mappings.codings(term.concept, *kinds) if term.concept is not None else ()
    is_its_own = any((c.system, c.code) == (code.system, code.code) for c in known)
    concept = term.concept if is_its_own else None
    made: Fact = replace(fact, **{field: replace(term, concept=concept, code=code)})  # type: ignore[arg-type]
    return made


def codes_of(fact: Fact, mappings: Mappings) -> str:
    """The codes a fact has so far, for people; "none" without."""
    _, kinds = _NAMING[type(fact)]
    term = naming(fact)
    if term.code is not None:
        return written(term.code.system, term.code.code)
    known = mappings.codings(term.concept, *kinds) if term.concept is not None else ()
    return ", ".join(written(code.system, code.code) for code in known) or "none"


def written(system: str, code: str) -> str:
    """A code with its system."""
    return f"{system}|{code}"


def is_well_formed(code: Code) -> bool:
    """Whether a code of LOINC or SNOMED CT has the form and the check digit that they have."""
    known = _SYSTEMS.get(code.system)
    return known is None or (known[0].fullmatch(code.code) is not None and known[1](code.code))


def concept_of(kind: type[Fact], words: str, mappings: Mappings) -> tuple[str, str] | None:
    """The file of the mappings and the concept that ``words`` name; None where nothing does."""
    folded = fold_phrase(words)
    if not folded:
        return None
    _, files = _NAMING[kind]
    for file in files:
        for row in getattr(mappings, file).values():
            if any(_is_name(name, words, folded) for name in (row.name, *row.synonyms)):
                return file, row.name
    for known in mappings.vocabulary.names(folded[0]):
        if known.words == folded and known.kind in files:
            return known.kind, known.concept
    return None


def _is_name(name: str, words: str, folded: tuple[str, ...]) -> bool:
    if fold_phrase(name) != folded:
        return False
    letters = [c for c in name if c.isalpha()]
    is_abbreviation = len(letters) <= _SHORT and sum(map(str.isupper, letters)) * 2 > len(letters)
    return not is_abbreviation or words.split() == name.split()
