"""Whether a laboratory code can carry a value in a given unit, from a given specimen.

A LOINC code fixes what kind of quantity it is and what it was measured in: "Glucose
[Mass/volume] in Serum" must carry neither mmol/L nor a value from cerebrospinal fluid. Both
stand in the code's display.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_PROPERTY = re.compile(r"\[([^\]]+)\]")
_VOLUME = r"(d|c|m|u|n|p|f)?L|mm3|dm3|cm3|mL"
_UNITS_OF: Final = {
    "Mass/volume": re.compile(rf"(k|m|u|n|p|f)?g/({_VOLUME})"),
    "Moles/volume": re.compile(rf"(m|u|n|p|f)?(mol|eq)/({_VOLUME})"),
    "#/volume": re.compile(rf"(10\*[0-9]+|\{{[^}}]*\}})*/({_VOLUME})"),
}
_SYSTEM = re.compile(r" in (Cerebral spinal fluid|Serum|Plasma|Blood|Urine)\b")
_OF_BLOOD: Final = frozenset({"Blood", "Plasma", "Serum"})
_SYSTEMS_OF: Final = {
    "blood": _OF_BLOOD,
    "csf": frozenset({"Cerebral spinal fluid"}),
    "plasma": _OF_BLOOD,
    "serum": _OF_BLOOD,
    "urine": frozenset({"Urine"}),
}


@lru_cache(maxsize=4096)
def fits(display: str, ucum: str | None, specimen: str | None = None) -> bool:
    """Whether a code with ``display`` may have such a value; True where nothing is known.

    >>> fits("Glucose [Mass/volume] in Serum or Plasma", "mmol/L")
    False
    >>> fits("Glucose [Mass/volume] in Serum or Plasma", "mg/dL", "csf")
    False
    >>> fits("Lymphocytes/100 leukocytes in Cerebral spinal fluid", "%", "csf")
    True
    """
    return _fits_unit(display, ucum) and _fits_specimen(display, specimen)


def _fits_unit(display: str, ucum: str | None) -> bool:
    if ucum is None:
        return True
    found = _PROPERTY.search(display)
    units = _UNITS_OF.get(found[1]) if found else None
    if units is not None:
        return units.fullmatch(ucum) is not None
    return "/100 " not in display or ucum == "%"


def _fits_specimen(display: str, specimen: str | None) -> bool:
    found, systems = _SYSTEM.search(display), _SYSTEMS_OF.get(specimen or "")
    return found is None or systems is None or found[1] in systems
