"""Who made the resources, from what, and who decided on them since."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from fhirkit.mappers.frame import tagged_frame
from fhirkit.mappers.hl7 import coded
from fhirkit.mappers.identity import DEVICE, DOCUMENT, PROVENANCE
from fhirkit.mappers.reviewed import REVIEW
from fhirkit.mappers.timing import absent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fhirkit.facts.model import Review
    from fhirkit.mappers.context import MappingContext, Resource, Target

_SUMMARY = (
    "Read from the source text by software. Each resource points at the words it was read "
    "from; offsets count Unicode code points of the decoded text."
)


def provenance(targets: Iterable[Target], context: MappingContext) -> Resource:
    """One Provenance for all of ``targets``."""
    made = tagged_frame("Provenance", PROVENANCE, context, _SUMMARY)
    made["target"] = [context.link(target) for target in targets]
    if context.settings.recorded is None:
        # Required, and mapping reads no clock: an honest gap is better than a made-up date.
        made["_recorded"] = {"extension": [absent()]}
    else:
        made["recorded"] = context.settings.recorded
    made["activity"] = coded("v3-DataOperation", "CREATE", "create")
    assembler = coded("provenance-participant-type", "assembler", "Assembler")
    made["agent"] = [{"type": assembler, "who": context.known_reference(DEVICE)}]
    made["entity"] = [{"role": "source", "what": context.known_reference(DOCUMENT)}]
    return made


#: What a reviewer did by their verdict, as a participant and as an operation on the data.
_AUTHOR: Final = ("author", "Author")
_VERIFIER: Final = ("verifier", "Verifier")
_CREATED: Final = ("CREATE", "create")
_REVISED: Final = ("UPDATE", "revise")


def reviews(made: Sequence[Target], context: MappingContext) -> Iterator[tuple[Target, Resource]]:
    """A Provenance for what each reviewer accepted, and one for each correction and addition.

    Only for what there is a resource of: nobody can answer for a fact that became none.
    """
    accepted: dict[str, list[Review]] = {}
    for review in context.reviews.values():
        if review.verdict == "accept":
            accepted.setdefault(review.by, []).append(review)
        elif review.verdict in ("correct", "add") and (about := _about(review, made, context)):
            yield _decided(review, about, context)
    for by, decisions in accepted.items():
        if about := [t for review in decisions for t in _about(review, made, context)]:
            yield _accepted(by, decisions, about, context)


def _about(review: Review, made: Sequence[Target], context: MappingContext) -> list[Target]:
    """The resources of a fact; of a patient's age, which alone can be corrected, its own."""
    key = context.target(review.fact, "").key
    of_fact = [t for t in made if t.key == key or t.key.startswith(f"{key}.")]
    age = [t for t in of_fact if t.key == f"{key}.age"]
    return age if age and review.verdict == "correct" else of_fact


def _accepted(
    by: str, decisions: Sequence[Review], about: Iterable[Target], context: MappingContext
) -> tuple[Target, Resource]:
    # The same reviewer of the same text has the same key, however often the text is converted.
    name = f"{REVIEW}accepted-{sha256(by.encode()).hexdigest()[:8]}"
    summary = f"Read from the source text by software, found right by {by}."
    last = max(decisions, key=lambda review: datetime.fromisoformat(review.at))
    made = _provenance(name, summary, about, last, _VERIFIER, context)
    return context.target(name, "Provenance"), made


def _decided(
    review: Review, about: Iterable[Target], context: MappingContext
) -> tuple[Target, Resource]:
    is_new = review.verdict == "add"
    name = f"{REVIEW}{'added' if is_new else 'corrected'}.{review.fact}"
    told = "Found in the source text" if is_new else "Read from the source text by software"
    what = "added" if is_new else "corrected"
    summary = f"{told}, {what} by {review.by}"
    if review.changed:
        summary += f": {'; '.join(review.changed)}"
    if review.note:
        summary += f". Note: {review.note}"
    made = _provenance(name, context.wording.line(summary), about, review, _AUTHOR, context)
    made["activity"] = coded("v3-DataOperation", *(_CREATED if is_new else _REVISED))
    return context.target(name, "Provenance"), made


def _provenance(
    name: str,
    summary: str,
    about: Iterable[Target],
    review: Review,
    role: tuple[str, str],
    context: MappingContext,
) -> Resource:
    made = tagged_frame("Provenance", name, context, summary)
    made["target"] = [context.link(target) for target in about]
    made["recorded"] = review.at
    participant = coded("provenance-participant-type", *role)
    made["agent"] = [{"type": participant, "who": {"display": context.wording.line(review.by)}}]
    made["entity"] = [{"role": "source", "what": context.known_reference(DOCUMENT)}]
    return made
