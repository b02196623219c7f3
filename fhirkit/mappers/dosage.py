"""How much of a drug, by which way, how often: as written, nothing multiplied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.mappers.concept import quoted
from fhirkit.mappers.quantity import TIME_UNITS, duration, simple_quantity
from fhirkit.mappers.timing import repeat

if TYPE_CHECKING:
    from fhirkit.facts.model import MedicationFact, Quantity
    from fhirkit.mappers.context import MappingContext, Resource


def dosage_words(fact: MedicationFact, context: MappingContext) -> str:
    """Dose in words and numbers, form, route and regimen as the author has them, "" for none."""
    spans = (
        fact.dose_words.span if fact.dose_words is not None else None,
        fact.dose.span if fact.dose is not None else None,
        fact.form.span if fact.form and not fact.drug.span.covers(fact.form.span) else None,
        # "intravenous immunoglobulin" names a drug; its route is no word of the dosage.
        fact.route.span if fact.route and not fact.drug.span.covers(fact.route.span) else None,
        fact.regimen.span if fact.regimen is not None else None,
    )
    words = context.wording.phrase(spans)
    if fact.dose is not None and context.change_of(fact.id, "value ", "unit "):
        # The author's words and the dose would contradict each other without a word on it.
        dose = simple_quantity(fact.dose)
        return f"{words} [corrected: {fact.dose.digits} {dose.get('unit', '')}".rstrip() + "]"
    return words


def remarks(fact: MedicationFact, context: MappingContext) -> list[Resource]:
    """Annotations for what no element of R4 holds: the cumulative dose, what was done."""
    said = []
    if fact.cumulative is not None:
        said.append(f"Cumulative dose: {context.wording.of(fact.cumulative.span)}")
    if fact.action is not None:
        said.append(f"Action taken: {fact.action.concept} ({context.wording.of(fact.action.span)})")
    return [{"text": words} for words in said]


def administered(fact: MedicationFact, context: MappingContext) -> Resource | None:
    """MedicationAdministration.dosage; None without a dose or rate, which mad-1 requires."""
    amount = _amount(fact, "dose", "rateQuantity")
    if not amount:
        return None
    made: Resource = {"text": dosage_words(fact, context)}
    if fact.route is not None:
        made["route"] = quoted(fact.route, context, "route")
    made |= amount
    if "dose" in made and (over := _spread_over(fact, context)):
        made["rateRatio"] = {"numerator": dict(made["dose"]), "denominator": over}
    return made


def stated(fact: MedicationFact, context: MappingContext) -> Resource | None:
    """A Dosage for a MedicationStatement; None where the text says nothing of it."""
    words = dosage_words(fact, context)
    if not words:
        return None
    made: Resource = {"text": words}
    if fact.regimen is not None and (repeated := repeat(fact.regimen)):
        made["timing"] = {"repeat": repeated}
    if fact.regimen is not None and fact.regimen.as_needed:
        made["asNeededBoolean"] = True
    if fact.route is not None:
        made["route"] = quoted(fact.route, context, "route")
    if amount := _amount(fact, "doseQuantity", "rateQuantity"):
        made["doseAndRate"] = [amount]
    return made


def _amount(fact: MedicationFact, dose_name: str, rate_name: str) -> Resource:
    """The dose, or the rate where the unit is one per time; a bound ("< 5 mg") is neither."""
    if fact.dose is None or fact.dose.comparator:
        return {}
    name = rate_name if _is_rate(fact.dose) else dose_name
    return {name: simple_quantity(fact.dose)}


def _is_rate(dose: Quantity) -> bool:
    # "60 mg/day" is no amount of one administration.
    return dose.ucum is not None and dose.ucum.rpartition("/")[2] in TIME_UNITS


def _spread_over(fact: MedicationFact, context: MappingContext) -> Resource | None:
    """How long one dose took: "3 g over 3 days" is one amount, "3 g for 3 days" is three."""
    regimen = fact.regimen
    if regimen is None or regimen.frequency or regimen.count or regimen.period:
        return None
    if not context.wording.of(regimen.span).lower().startswith("over "):
        return None
    over = duration(regimen.duration)
    return None if over is None or "comparator" in over else over
