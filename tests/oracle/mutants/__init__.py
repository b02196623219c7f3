"""Resources with one defect each, made by rule out of valid ones, and variants without any.

from oracle.mutants import draw, mutants
for mutant in draw(mutants(bundle), 300):
    text = mutant.text(bundle)
"""

from __future__ import annotations

from oracle.mutants.catalogue import draw, mutants, variants
from oracle.mutants.model import Edit, Mutant, expression

__all__ = ["Edit", "Mutant", "draw", "expression", "mutants", "variants"]
