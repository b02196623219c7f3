"""Times as the text gives them: a date, a distance from another event, or unknown.

The target of a relative time is a logical reference (type and identifier): it stands in an
extension of a primitive, where servers do not rewrite the ``urn:uuid`` of a transaction.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from fhirkit.mappers.quantity import UCUM, duration, number

if TYPE_CHECKING:
    from fhirkit.facts.model import Regimen, When
    from fhirkit.mappers.context import MappingContext, Resource

_RELATIVE = "http://hl7.org/fhir/StructureDefinition/cqf-relativeDateTime"
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_WORDS = "http://hl7.org/fhir/StructureDefinition/originalText"

# The element of a resource that says when it was.
_TIME_OF: Final = {
    "AdverseEvent": "date",
    "Condition": "onset",
    "DiagnosticReport": "effective",
    "Encounter": "period",
    "Immunization": "occurrence",
    "MedicationAdministration": "effective",
    "MedicationStatement": "effective",
    "Observation": "effective",
    "Patient": "deceased",
    "Procedure": "performed",
}
_RELATIONSHIP: Final = {
    "before": "before",
    "after": "after",
    "at": "concurrent",
    "during": "concurrent",
}
_DATE = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-[0-3][0-9])?)?")
_UNITS_OF_TIME = frozenset({"s", "min", "h", "d", "wk", "mo", "a"})


def point(resource: Resource, name: str, when: When, context: MappingContext) -> None:
    """Set the primitive ``name`` of ``resource`` to ``when``, or its extensions to that."""
    if known := known_date(when):
        resource[name] = known
    else:
        resource[f"_{name}"] = {"extension": extensions(when, context)}


def known_date(when: When | None) -> str | None:
    """The calendar date, as precise as written; None without one that exists."""
    if when is None or when.date is None or not _DATE.fullmatch(when.date):
        return None
    try:
        date.fromisoformat(when.date if len(when.date) == 10 else f"{when.date[:4]}-01-01")
    except ValueError:
        return None
    return when.date


def extensions(when: When, context: MappingContext) -> list[Resource]:
    """What stands in place of a date: the relation to an event if there is one, the words."""
    return [relative(when, context) or absent(), words(when, context)]


def words(when: When, context: MappingContext) -> Resource:
    """The extension that keeps the author's words."""
    return {"url": _WORDS, "valueString": context.wording.of(when.span)}


def unknown_time() -> Resource:
    """effective[x] of an Observation whose time the text does not give.

    An Observation should have the element, one of a vital sign must.
    """
    return {"_effectiveDateTime": {"extension": [absent()]}}


def absent(reason: str = "unknown") -> Resource:
    """The extension that says why there is no value."""
    return {"url": _ABSENT, "valueCode": reason}


def relative(when: When, context: MappingContext) -> Resource | None:
    """The extension for a time measured from another resource; None where none is known."""
    relation = _RELATIONSHIP.get(when.relation or "")
    target = context.logical(when.anchor) if when.anchor else None
    if relation is None or target is None or target["type"] not in _TIME_OF:
        return None
    path = _TIME_OF[target["type"]]
    if target["type"] == "Encounter" and when.relation != "during":
        # "six days after admission" counts from the first day of the stay.
        path, relation = "period.start", _from_start(relation)
    return {
        "url": _RELATIVE,
        "extension": [
            {"url": "target", "valueReference": target},
            {"url": "targetPath", "valueString": path},
            {"url": "relationship", "valueCode": relation},
            {"url": "offset", "valueDuration": _offset(when)},
        ],
    }


def _from_start(relation: str) -> str:
    return "concurrent-with-start" if relation == "concurrent" else f"{relation}-start"


def _offset(when: When) -> Resource:
    """The distance; it is required, so one that the text does not give says that it is unknown."""
    stated = duration(when.offset)
    if stated is not None:
        return stated
    if when.relation in ("at", "during"):
        return {"value": 0, "unit": "days", "system": UCUM, "code": "d"}
    return {"extension": [absent()]}


def period(start: When | None, stop: When | None, context: MappingContext) -> Resource:
    """A Period whose unknown start says so: R4B refuses a MedicationAdministration without."""
    made: Resource = {}
    if start is None:
        made["_start"] = {"extension": [absent()]}
    else:
        point(made, "start", start, context)
    if stop is not None and not _earlier(known_date(stop), known_date(start)):
        point(made, "end", stop, context)
    return made


def _earlier(first: str | None, second: str | None) -> bool:
    """Whether one date is surely before the other, to the precision they share (per-1)."""
    if first is None or second is None:
        return False
    shared = min(len(first), len(second))
    return first[:shared] < second[:shared]


def repeat(regimen: Regimen) -> Resource | None:
    """Timing.repeat of a regimen; None where it holds no number that FHIR can say."""
    made: Resource = {}
    if (bounds := duration(regimen.duration)) is not None:
        made["boundsDuration"] = bounds
    if regimen.count:
        made["count"] = regimen.count
    if regimen.period is not None and regimen.period_unit in _UNITS_OF_TIME:
        made["frequency"] = regimen.frequency or 1
        made["period"] = number(regimen.period)
        made["periodUnit"] = regimen.period_unit
        if regimen.period_max is not None:
            made["periodMax"] = number(regimen.period_max)
    return made or None
