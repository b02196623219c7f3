"""The page of a case in one call."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fhirkit.bundle import to_json
from fhirkit.errors import InputError
from fhirkit.facts.case import Case
from fhirkit.report.given import of_bundle
from fhirkit.report.page import page
from fhirkit.report.subject import Way, of_case, of_text

if TYPE_CHECKING:
    from pathlib import Path

    from fhirkit.report.subject import Subject
    from fhirkit.review.decisions import Decisions
    from fhirkit.settings import Settings


def report(
    case: str | Case | dict[str, Any],
    settings: Settings | None = None,
    *,
    name: str = "case",
    decisions: Decisions | None = None,
    mappings: Path | None = None,
) -> str:
    """The page on which a clinician checks a case, as HTML in one file that loads nothing.

    ``case`` is a narrative, the facts of one, or a bundle with its narrative inside, as
    :func:`fhirkit.to_bundle` makes it; ``name`` what the page calls it. ``decisions`` are a
    reviewer's on this text: they are shown, not applied. ``settings`` and ``mappings`` are those
    the bundle is made with. The same arguments give the same page. Raises InputError for a bundle
    without a narrative, and for decisions on another text.
    """
    subject = _subject(name, case, Way(settings, mappings))
    if decisions is not None and not subject.is_of(decisions.sha256):
        raise InputError("these decisions were made on another text than that of the case")
    return page(replace(subject, decisions=decisions))


def _subject(name: str, case: str | Case | dict[str, Any], way: Way) -> Subject:
    if isinstance(case, str):
        return of_text(name, case, way)
    if isinstance(case, Case):
        return of_case(name, case, way)
    return of_bundle(name, case, to_json(case).encode(), way)
