"""Which changes a fact can take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhirkit.errors import InputError
from fhirkit.facts.model import (
    AdverseEventFact,
    ConditionFact,
    EncounterFact,
    MedicationFact,
    ObservationFact,
    PatientFact,
    ProcedureFact,
    ReportFact,
    SymptomFact,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fhirkit.facts.model import Fact
    from fhirkit.review.decisions import Decision

_MEASURED: Final = ("value", "unit", "code", "certainty", "whose")
_NAMED: Final = ("code", "certainty", "whose")
#: A patient is no statement that could be denied or another's, only its age is a value.
_CHANGES: Final[Mapping[type[Fact], tuple[str, ...]]] = {
    AdverseEventFact: _NAMED,
    ConditionFact: _NAMED,
    # What kind of stay it was has a code of HL7's own, which no vocabulary of ours gives.
    EncounterFact: ("certainty", "whose"),
    MedicationFact: _MEASURED,
    ObservationFact: _MEASURED,
    PatientFact: ("value", "unit"),
    ProcedureFact: _NAMED,
    ReportFact: _NAMED,
    SymptomFact: _NAMED,
}


def changes_for(fact: Fact) -> tuple[str, ...]:
    """What a reviewer may correct of ``fact``: of value, unit, code, certainty and whose.

    Value and unit are those of an observation, of a drug's dose and of the patient's age.
    """
    return _CHANGES[type(fact)]


def check_changes(decision: Decision, possible: tuple[str, ...]) -> None:
    """InputError, with the place of the decision, where it changes anything but ``possible``."""
    for name in decision.changes.names:
        if name not in possible:
            raise InputError(
                f"decisions: {decision.place}.changes.{name} is nothing that can be said of "
                f"{decision.kind}: take it out ({', '.join(possible)} can be)"
            )
