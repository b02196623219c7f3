"""The form of one row of each mapping file.

Only :mod:`fhirkit._data` builds these; everyone else reads them. A row is checked by itself
here: its columns, its categories and, for a code, the form its system gives it. What needs
other rows (duplicates, a code without a concept) is checked where the files meet.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, StringConstraints, ValidationInfo
from pydantic.dataclasses import dataclass

from fhirkit._check_digits import loinc_check_digit_fits, snomed_check_digit_fits

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Vocabulary = Literal[
    "conditions", "drugs", "observations", "procedures", "reports", "scores", "symptoms"
]
TermKind = Literal[
    "action",
    "age-group",
    "body-site",
    "causality",
    "cell",
    "course",
    "document-type",
    "dose",
    "encounter",
    "finding",
    "form",
    "handedness",
    "history",
    "interpretation",
    "laterality",
    "method",
    "observation-code",
    "occupation",
    "organism",
    "outcome",
    "route",
    "section-code",
    "seriousness",
    "severity",
    "sex",
    "social-history",
    "specimen",
    "symbol",
]
Kind = Vocabulary | TermKind


def split_cell(cell: str) -> list[str]:
    """The values of a cell, separated by "|"; an empty cell has none."""
    return cell.split("|") if cell else []


def _number_cell(cell: str) -> str | None:
    return cell or None


def _check_ucum(code: str) -> str:
    if not _UCUM.fullmatch(code):
        raise ValueError("is not a UCUM code: printable ASCII without spaces is expected")
    return code


def _check_above_minimum(maximum: Decimal | None, info: ValidationInfo) -> Decimal | None:
    minimum = info.data.get("minimum")
    if maximum is not None and minimum is not None and maximum <= minimum:
        raise ValueError(f"is not above the minimum, {minimum}")
    return maximum


def _check_above_zero(step: Decimal | None) -> Decimal | None:
    if step is not None and step <= 0:
        raise ValueError("is not above zero")
    return step


def _check_code(code: str, info: ValidationInfo) -> str:
    if "system" in info.data and (fault := fault_of_code(info.data["system"], code)):
        raise ValueError(fault)
    return code


Several = Annotated[tuple[Text, ...], BeforeValidator(split_cell)]
Number = Annotated[Decimal | None, BeforeValidator(_number_cell)]
Ucum = Annotated[Text, AfterValidator(_check_ucum)]
SeveralUcum = Annotated[tuple[Ucum, ...], BeforeValidator(split_cell)]

_FORBID = ConfigDict(extra="forbid", defer_build=True)
_UCUM = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True, kw_only=True, config=_FORBID)
class Row:
    """What every row has: where it comes from."""

    source: Text


@dataclass(frozen=True, slots=True, kw_only=True, config=_FORBID)
class NamedRow(Row):
    """A concept: its name, and the other ways it is written."""

    name: Text
    synonyms: Several = ()


@dataclass(frozen=True, slots=True, kw_only=True, config=_FORBID)
class DrugRow(NamedRow):
    """An ingredient, a class, a combination or a vaccine; ``classes`` are names of classes."""

    level: Literal["ingredient", "class", "combination", "vaccine"]
    classes: Several = ()


@dataclass(frozen=True, slots=True, kw_only=True, config=_FORBID)
class ConditionRow(NamedRow):
    """A diagnosis; ``broader`` is the name of a wider one."""

    broader: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=_FORBID)
class SymptomRow(NamedRow):
    """A sign or symptom."""


@dataclass(frozen=True, slots=True, kw_only=True, config=_FORBID)
class ObservationRow(NamedRow):
    """Something measured or tested.

    ``specimen`` is a specimen's name in ``terms.csv`` where the row holds for that specimen
    only; ``units`` are the UCUM codes it is given in.
    """

    category: Literal["laboratory", "survey", "vital-signs", "exam", "imaging", "social-history"]
    specimen: str = ""
    units: SeveralUcum = ()


@dataclass(frozen=True, slots=True, kw_only=True, config=_FORBID)
class MeasuredRow(Row):
    """A condition or symptom (``name``) whose number is that of an observation."""

    name: Text
    observation: Text


@dataclass(frozen=True, slots=True, kw_only=True, config=_FORBID)
class ScoreRow(NamedRow):
    """A clinical scale with its bounds and the distance of two neighbouring values."""

    minimum: Number = None
    maximum: Annotated[Number, AfterValidator(_check_above_minimum)] = None
    step: Annotated[Number, AfterValidator(_check_above_zero)] = None


@dataclass(frozen=True, slots=True, kw_only=True, config=_FORBID)
class ProcedureRow(NamedRow):
    """Something done to the patient."""

    role: Literal["treatment", "diagnostic", "surgery", "transfusion"]


@dataclass(frozen=True, slots=True, kw_only=True, config=_FORBID)
class ReportRow(NamedRow):
    """A study that ends in a conclusion."""

    category: Literal[
        "imaging",
        "neurophysiology",
        "cardiology",
        "pathology",
        "laboratory",
        "genetics",
        "ophthalmology",
        "other",
    ]


@dataclass(frozen=True, slots=True, kw_only=True, config=_FORBID)
class TermRow(NamedRow):
    """A word that qualifies: a route, a specimen, a severity and so on."""

    kind: TermKind


@dataclass(frozen=True, slots=True, kw_only=True, config=_FORBID)
class UnitRow(Row):
    """A UCUM code and the spellings met in print."""

    ucum: Ucum
    written: Several


@dataclass(frozen=True, slots=True, kw_only=True, config=_FORBID)
class CodeRow(Row):
    """One code of a concept; ``display`` is empty where the system's own was not read."""

    kind: Kind
    name: Text
    system: Annotated[str, StringConstraints(pattern=r"^(https?://|urn:)\S+$")]
    code: Annotated[Text, AfterValidator(_check_code)]
    display: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=_FORBID)
class BlockedRow(Row):
    """A phrase that must not be read as a concept of ``kind``."""

    kind: Kind
    phrase: Text
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True, config=_FORBID)
class CueRow(Row):
    """Phrases that say whose, whether, when or why."""

    value: Text
    scope: str
    phrases: Several


def fault_of_code(system: str, code: str) -> str:
    """What is wrong with the form of a code, "" where nothing is.

    >>> fault_of_code("http://loinc.org", "718-7")
    ''
    >>> fault_of_code("http://loinc.org", "718-8")
    'is not a LOINC number: its check digit does not fit'
    """
    form = _FORMS.get(system)
    if form is None:
        return "" if _FHIR_CODE.fullmatch(code) else "is not a FHIR code: remove extra spaces"
    label, pattern, check = form
    if not pattern.fullmatch(code):
        return f"does not have the form of {label}"
    if check is not None and not check(code):
        return f"is not {label}: its check digit does not fit"
    return ""


_ICD10 = re.compile(r"[A-Z]\d[0-9AB](\.[0-9A-Z]{1,4})?")
_MEDDRA = re.compile(r"1\d{7}")
_FHIR_CODE = re.compile(r"\S+( \S+)*")
# A SNOMED CT concept ends in its partition (00, or 10 in an extension) and a check digit.
_SNOMED = re.compile(r"[1-9]\d{2,14}[01]0\d")
_FORMS = {
    "http://loinc.org": ("a LOINC number", re.compile(r"\d{1,7}-\d"), loinc_check_digit_fits),
    "http://snomed.info/sct": ("a SNOMED CT concept", _SNOMED, snomed_check_digit_fits),
    "http://hl7.org/fhir/sid/icd-10": ("an ICD-10 code", _ICD10, None),
    "http://hl7.org/fhir/sid/icd-10-cm": ("an ICD-10-CM code", _ICD10, None),
    "http://www.whocc.no/atc": (
        "an ATC code",
        re.compile(r"[A-Z](\d{2}([A-Z]([A-Z](\d{2})?)?)?)?"),
        None,
    ),
    "http://www.nlm.nih.gov/research/umls/rxnorm": (
        "an RxNorm identifier",
        re.compile(r"[1-9]\d{0,7}"),
        None,
    ),
    "http://human-phenotype-ontology.org": ("an HPO term", re.compile(r"HP:\d{7}"), None),
    "https://www.meddra.org": ("a MedDRA code", _MEDDRA, None),
    "http://meddra.org": ("a MedDRA code", _MEDDRA, None),
    "http://terminology.hl7.org/CodeSystem/mdr": ("a MedDRA code", _MEDDRA, None),
}
