"""Fidelity to the text: a bundle that carries its source says nothing its words do not.

Every resource names the places it was read from (``derivation-reference``). Here its numbers,
units, dates and names are looked up there; a bundle changed by hand after conversion is caught.
No word of the text goes into a finding, only where in the text was looked.
"""

from __future__ import annotations

from fhirkit.validate.datatypes import GROUNDING
from fhirkit.validate.fidelity.check import check_fidelity

__all__ = ["GROUNDING", "check_fidelity"]
