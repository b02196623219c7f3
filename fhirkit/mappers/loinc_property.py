"""Whether a laboratory code can carry a value in a given unit.

A LOINC code fixes what kind of quantity it is: "Glucose [Mass/volume] in Serum" must not
carry mmol/L. The kind stands in brackets in the code's display.
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


@lru_cache(maxsize=4096)
def fits(display: str, ucum: str | None) -> bool:
    """Whether a code with ``display`` may have a value in ``ucum``; True where nothing is known.

    >>> fits("Glucose [Mass/volume] in Serum or Plasma", "mmol/L")
    False
    >>> fits("Lymphocytes/100 leukocytes in Cerebral spinal fluid", "%")
    True
    """
    if ucum is None:
        return True
    found = _PROPERTY.search(display)
    units = _UNITS_OF.get(found[1]) if found else None
    if units is not None:
        return units.fullmatch(ucum) is not None
    return "/100 " not in display or ucum == "%"
