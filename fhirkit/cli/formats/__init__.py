"""How findings are written: one module a format.

Each has a function of the format's results and their sums, ``lines(results, tally)``, that gives
the lines to print as the results come. The sums are complete once the results are used up.
"""

from __future__ import annotations
