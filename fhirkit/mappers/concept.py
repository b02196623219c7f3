"""From a thing named in the text to a CodeableConcept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit._data import Coding
from fhirkit.narrative.words import fold_phrase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhirkit.facts.model import Term
    from fhirkit.mappers.context import MappingContext, Resource


def concept(term: Term, context: MappingContext, *kinds: str) -> Resource:
    """The concept under the vocabulary's and the author's name, with its codes."""
    return with_codes(_codes(term, context, kinds), name_of(term, context))


def quoted(term: Term, context: MappingContext, *kinds: str) -> Resource:
    """The concept in the author's words, with its codes."""
    return with_codes(_codes(term, context, kinds), context.wording.of(term.span))


def finding(term: Term, context: MappingContext) -> Resource:
    """A diagnosis, sign or symptom: the words if they say more than the vocabulary's name."""
    codes, _ = finding_codes(term, context)
    return with_codes(codes, name_of(term, context))


def finding_codes(term: Term, context: MappingContext) -> tuple[Iterable[Coding], str]:
    """The codes of a finding; where only a wider concept has any, those and its name."""
    if term.code is not None or term.concept is None:
        return reviewers_code(term), ""
    codes = context.mappings.codings(term.concept, "conditions", "symptoms", "observations")
    row = context.mappings.conditions.get(term.concept)
    if codes or row is None or not row.broader:
        return codes, ""
    return context.mappings.codings(row.broader, "conditions"), row.broader


def name_of(term: Term, context: MappingContext) -> str:
    """What a clinician reads: the author's words, and what the vocabulary takes them for.

    "severe headache" for "headache"; "multiple sclerosis (MS)" where the words are others
    than the vocabulary's, so that both can be seen and found.
    """
    words = context.wording.of(term.span)
    if term.concept is None:
        return words
    said, meant = set(fold_phrase(words)), set(fold_phrase(term.concept))
    if meant <= said:
        return words
    if said <= meant:
        return term.concept
    return f"{term.concept} ({words})"


def named(name: str, kind: str, context: MappingContext, text: str = "") -> Resource:
    """A concept that the mapping itself needs, such as "Symptom absent"."""
    codes = context.mappings.codings(name, kind)
    return with_codes(codes, text or next((code.display for code in codes if code.display), name))


def with_codes(codes: Iterable[Coding], text: str) -> Resource:
    """A CodeableConcept of ``codes`` and ``text``."""
    made: Resource = {}
    if codings := [_coding(code) for code in codes]:
        made["coding"] = codings
    made["text"] = text
    return made


def reviewers_code(term: Term) -> tuple[Coding, ...]:
    """The code that a reviewer gave the term; none where it has only the vocabulary's."""
    if term.code is None:
        return ()
    return (Coding(term.code.system, term.code.code, term.code.display or ""),)


def _codes(term: Term, context: MappingContext, kinds: tuple[str, ...]) -> Iterable[Coding]:
    if term.code is not None:
        return reviewers_code(term)
    return () if term.concept is None else context.mappings.codings(term.concept, *kinds)


def _coding(code: Coding) -> Resource:
    made: Resource = {"system": code.system, "code": code.code}
    if code.display:
        made["display"] = code.display
    return made
