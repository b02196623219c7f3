"""Pages made without the command line: of a text, or of a case written by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import fhirkit
from fhirkit.report.page import page
from fhirkit.report.subject import Subject
from fhirkit.settings import Settings

if TYPE_CHECKING:
    from fhirkit.facts.case import Case


def subject_of(case: str | Case, **fields: Any) -> Subject:
    """A case with its bundle and findings; ``fields`` replace those of the subject."""
    if isinstance(case, str):
        case = fhirkit.extract(case, explain=True)
    bundle = fhirkit.to_bundle(case, Settings(test_data=True))
    made = Subject(
        name="case.txt",
        case=case,
        bundle=bundle,
        issues=tuple(fhirkit.validate(bundle)),
        decisions=None,
        altered=frozenset(),
    )
    return replace(made, **fields)


def html_of(case: str | Case, **fields: Any) -> str:
    """The page of a case."""
    return page(subject_of(case, **fields))
