"""The invariants of the R4 base specification, one function each, by the subject they are about."""

from __future__ import annotations

from importlib import import_module

from fhirkit.validate.invariants.asked import registered_as
from fhirkit.validate.invariants.registry import INVARIANTS, WORDS

__all__ = ["INVARIANTS", "WORDS", "registered_as"]

#: Each module registers its functions when it is imported.
import pkgutil as _p
_SUBJECTS = [m.name for m in _p.iter_modules(__path__) if m.name not in ("asked","registry","reading","patches","comparing")]
for _subject in _SUBJECTS:
    import_module(f"{__name__}.{_subject}")
