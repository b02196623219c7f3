"""LOINC and SNOMED CT codes end with a check digit, so that a slip of the pen shows.

Sources: LOINC Users' Guide, appendix "Calculating mod 10 check digits"
(https://loinc.org/kb/users-guide/); SNOMED CT Release File Specification, "SNOMED CT Identifier"
and "Check-digit Computation" (https://docs.snomed.org); for what may be a code in FHIR,
https://hl7.org/fhir/R4/snomedct.html and https://hl7.org/fhir/R4/loinc.html.
"""

from __future__ import annotations

import re

_LOINC = re.compile(r"([0-9]{1,8})-([0-9])")
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

#: The digit a digit doubled adds to the sum: the digits of the product, added.
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)

#: Verhoeff's scheme: the dihedral group D5, and a permutation applied once for each place.
_D5 = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_PERMUTATION = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _permutations() -> tuple[tuple[int, ...], ...]:
    """The permutation applied no times, once, ... seven times; the eighth begins anew."""
    rows = [tuple(range(10))]
    for _ in range(7):
        rows.append(tuple(_PERMUTATION[digit] for digit in rows[-1]))
    return tuple(rows)


_PERMUTED = _permutations()


def loinc_fault(code: str) -> str | None:
    """What keeps ``code`` from being a LOINC code; None where its form and check digit are right."""
    match = _LOINC.fullmatch(code)
    if match is None:
        if _LOINC_PART.fullmatch(code):
            return None
        return "a LOINC code is digits, a hyphen and a check digit, as in 718-7"
    if _luhn(match[1]) != int(match[2]):
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
    if not _verhoeff_holds(code):
        return "the check digit is wrong: SNOMED CT has no such concept"
    if code[-3:-1] not in _CONCEPT_PARTITIONS:
        return "an identifier of SNOMED CT, but not of a concept"
    if code[-3] == "1" and len(code) < _SHORTEST_EXTENSION:
        return "a concept of an extension of SNOMED CT has 11 digits or more"
    return None


def _luhn(digits: str) -> int:
    """The mod 10 check digit: every other digit is doubled, from the last one on."""
    total = sum(
        _DOUBLED[int(digit)] if place % 2 == 0 else int(digit)
        for place, digit in enumerate(reversed(digits))
    )
    return -total % 10


def _verhoeff_holds(digits: str) -> bool:
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _D5[check][_PERMUTED[place % 8][int(digit)]]
    return check == 0
