"""What a page is made of: a case, its bundle, what was found in it, what was decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from fhirkit.bundle import to_bundle, to_json
from fhirkit.errors import InputError
from fhirkit.facts.jsonform import fact_to_dict
from fhirkit.facts.read import extract
from fhirkit.validate import validate

if TYPE_CHECKING:
    from pathlib import Path

    from fhirkit.facts.case import Case
    from fhirkit.facts.model import Fact
    from fhirkit.issues import Issue
    from fhirkit.mappers.context import Resource
    from fhirkit.review.decisions import Decisions
    from fhirkit.settings import Settings


class Reader(Protocol):
    """Reads one text."""

    def __call__(self, text: str, *, explain: bool = False) -> Case:
        """The facts of the text."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a text becomes a case and the case a bundle: as where the bundle was made.

    ``read`` is :func:`fhirkit.extract` with these mappings where it is not given. ``patient``
    leaves the others out, where a text tells of several.
    """

    settings: Settings | None = None
    mappings: Path | None = None
    read: Reader | None = None
    patient: int | None = None

    def case(self, text: str) -> Case:
        """The facts of a text, with all that was left out and whom else its sentences are about."""
        read = self.read or partial(extract, mappings=self.mappings)
        return read(text, explain=True)

    def bundle(self, case: Case) -> Resource:
        """The bundle of a case."""
        return to_bundle(case, self.settings, mappings=self.mappings)


@dataclass(frozen=True, slots=True)
class Subject:
    """All that the page of one case shows.

    ``name`` is the document's. ``bundle`` is what was made of the case, or was given; ``altered``
    are the fullUrls of those of its entries that are not what fhirkit reads from the text.
    ``decisions`` are a reviewer's on this very text; they are shown, not applied.
    """

    name: str
    case: Case
    bundle: Resource
    issues: tuple[Issue, ...] = ()
    decisions: Decisions | None = None
    altered: frozenset[str] = frozenset()

    def is_of(self, digest: str) -> bool:
        """Whether this is the SHA-256 of its text, by which decisions know it."""
        return sha256(self.case.text.encode("utf-8", "surrogatepass")).hexdigest() == digest


def of_text(name: str, text: str, way: Way | None = None) -> Subject:
    """The subject of a narrative."""
    way = way or Way()
    return _of(name, way.case(text), way)


def of_case(name: str, case: Case, way: Way | None = None) -> Subject:
    """The subject of facts that were read before.

    Why they were read so, and what was left out, is told where the text is still read the same.
    """
    way = way or Way()
    return _of(name, explained(case, way), way)


def _of(name: str, case: Case, way: Way) -> Subject:
    case = only(case, way.patient)
    bundle = way.bundle(case)
    return Subject(name, case, bundle, tuple(validate(to_json(bundle).encode())))


def only(case: Case, patient: int | None) -> Case:
    """What ``case`` tells of this patient; all of it for None. InputError if there is none such."""
    if patient is None:
        return case
    found = case.by_patient()
    if patient not in found:
        there = ", ".join(map(str, found)) or "none"
        raise InputError(f"there is no patient {patient} (patients told of: {there})")
    return replace(found[patient], notices=case.notices)


def explained(case: Case, way: Way) -> Case:
    """``case`` with the reasons of a fresh reading, if that gives the very same facts.

    Else what is there stays as it is: reasons of another reading would tell of other facts.
    """
    if case.left_out or case.statements:
        return case
    fresh = way.case(case.text)
    if list(map(_said, fresh.facts)) != list(map(_said, case.facts)):
        return case
    return replace(fresh, notices=case.notices, reviews=case.reviews)


def _said(fact: Fact) -> Resource:
    """All that a fact says, without by what rule it was made."""
    form = fact_to_dict(fact)
    form.pop("rule", None)
    form.pop("why", None)
    return form
