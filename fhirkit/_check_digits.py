"""LOINC and SNOMED CT codes end with a check digit, so that a slip of the pen shows.

Sources: LOINC Users' Guide, appendix "Calculating mod 10 check digits"
(https://loinc.org/kb/users-guide/); SNOMED CT Release File Specification, "SNOMED CT Identifier"
and "Check-digit Computation" (https://docs.snomed.org).
"""

from __future__ import annotations

# Verhoeff's tables: multiplication in the dihedral group of order ten, and the powers of
# its permutation (SNOMED CT Technical Implementation Guide, "Check-digit").
_PRODUCT = tuple(
    tuple(int(digit) for digit in line)
    for line in (
        "0123456789 1234067895 2340178956 3401289567 4012395678 "
        "5987604321 6598710432 7659821043 8765932104 9876543210"
    ).split()
)
_PERMUTED = tuple(
    tuple(int(digit) for digit in line)
    for line in (
        "0123456789 1576283094 5803796142 8916043527 9453126870 4286573901 2793806415 7046913258"
    ).split()
)


def loinc_check_digit_fits(code: str) -> bool:
    """Whether the last digit of a LOINC number is right (mod 10, doubled from the right)."""
    total = 0
    for place, digit in enumerate(reversed(code.replace("-", ""))):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def snomed_check_digit_fits(code: str) -> bool:
    """Whether the last digit of a SNOMED CT identifier is right (Verhoeff)."""
    state = 0
    for place, digit in enumerate(reversed(code)):
        state = _PRODUCT[state][_PERMUTED[place % 8][int(digit)]]
    return state == 0
