"""What a person decided on what the software read: who, when, and what was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fhirkit.facts.model import Review
    from fhirkit.mappers.context import MappingContext

#: Names of Provenances of a review begin so; the dot keeps them apart from every fact's id.
REVIEW: Final = "review."


def is_a_persons(name: str, context: MappingContext) -> bool:
    """Whether the resource called ``name`` says what a person found, and not the software."""
    review = context.reviews.get(name)
    return name.startswith(REVIEW) or (review is not None and review.verdict == "add")


def remark(name: str, context: MappingContext) -> str:
    """What the readable part of a resource says of the person who changed or added it."""
    review = context.reviews.get(name.removesuffix(".age"))
    if review is None:
        return ""
    by = context.wording.line(review.by)
    if review.verdict == "add":
        return f" [added by {by}]"
    return f" [corrected by {by}: {_changes(review, context)}]" if review.changed else ""


def _changes(review: Review, context: MappingContext) -> str:
    return context.wording.line("; ".join(review.changed))
