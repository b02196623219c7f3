"""What may be a code of LOINC and of SNOMED CT: its form and its check digit.

Sources: https://hl7.org/fhir/R4/loinc.html and https://hl7.org/fhir/R4/snomedct.html; for the check
digits :mod:`fhirkit._check_digits`.
"""

from __future__ import annotations

import re

from fhirkit._check_digits import loinc_check_digit_fits, snomed_check_digit_fits

_LOINC = re.compile(r"[0-9]{1,8}-[0-9]")
#: Parts, answers, answer lists and groups. Their check digits follow a rule of their own; the case
#: of LOINC's letters does not count.
_LOINC_PART = re.compile(r"L[PALG][0-9]+-[0-9]", re.IGNORECASE | re.ASCII)

_SCTID = re.compile(r"[1-9][0-9]{5,17}")
_CONCEPT_PARTITIONS = ("00", "10")
#: An extension's identifier holds a namespace of seven digits, the partition and the check digit.
_SHORTEST_EXTENSION = 11
#: What no identifier has: an expression of the compositional grammar.
_EXPRESSION = re.compile(r"[:+=|(){},<>#\"]")
_TERM_OR_STRING = re.compile(r'\|[^|]*\||"[^"]*"')
#: No part of a word, and no concrete value: "#-2.5".
_CONCEPT = re.compile(r"(?<![#\w.])(?<!#[+-])[0-9]+(?![\w.])")


def loinc_fault(code: str) -> str | None:
    """What keeps ``code`` from being a LOINC code; None where its form and check digit are right."""
    if not _LOINC.fullmatch(code):
        if _LOINC_PART.fullmatch(code):
            return None
        return "a LOINC code is digits, a hyphen and a check digit, as in 718-7"
    if not loinc_check_digit_fits(code):
        return "the check digit is wrong: LOINC has no such code"
    return None


def snomed_fault(code: str) -> str | None:
    """What keeps ``code`` from being a concept or an expression of SNOMED CT; None where nothing.

    In an expression the concepts are looked at and nothing else: its grammar has more than one
    version.
    """
    if _EXPRESSION.search(code):
        return _expression_fault(code)
    return _concept_fault(code)


def _expression_fault(code: str) -> str | None:
    bare = _TERM_OR_STRING.sub(" ", code)
    if "|" in bare or '"' in bare:
        return None  # a term that is not closed: what is digits of it cannot be told
    concepts = _CONCEPT.findall(bare)
    if not concepts:
        return "neither a concept of SNOMED CT nor an expression of concepts"
    return next((found for found in map(_concept_fault, concepts) if found), None)


def _concept_fault(code: str) -> str | None:
    if not _SCTID.fullmatch(code):
        return "a concept of SNOMED CT is 6 to 18 digits, the first no zero"
    if not snomed_check_digit_fits(code):
        return "the check digit is wrong: SNOMED CT has no such concept"
    if code[-3:-1] not in _CONCEPT_PARTITIONS:
        return "an identifier of SNOMED CT, but not of a concept"
    if code[-3] == "1" and len(code) < _SHORTEST_EXTENSION:
        return "a concept of an extension of SNOMED CT has 11 digits or more"
    return None
