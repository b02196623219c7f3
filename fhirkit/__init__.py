"""Clinical case narratives to FHIR R4: facts with their words, bundles, checks, delivery.

>>> import fhirkit
>>> case = fhirkit.extract("A 40-year-old woman was admitted with fever.")
>>> bundle = fhirkit.to_bundle(case)
>>> fhirkit.validate(bundle)
[]

Everything else in the package may move between releases. Names are loaded when they are
first used, so importing the package costs next to nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from fhirkit.bundle import to_bundle, to_json, to_models
    from fhirkit.errors import (
        FhirkitError,
        InDoubt,
        InputError,
        MappingError,
        OutputError,
        Refused,
        ServerError,
        SettingsError,
        Unreachable,
        ValidationFailed,
    )
    from fhirkit.facts.case import Case
    from fhirkit.facts.read import extract
    from fhirkit.issues import Issue
    from fhirkit.narrative.span import Span
    from fhirkit.push import Client, PushOptions, push
    from fhirkit.push.report import PushReport
    from fhirkit.report.whole import report
    from fhirkit.review.apply import decide
    from fhirkit.review.decisions import Decisions
    from fhirkit.review.jsonform import read_decisions
    from fhirkit.settings import Settings
    from fhirkit.validate import validate
    from fhirkit.validate.profiles.guide import Guide, load_guide

__all__ = [
    "Case",
    "Client",
    "Decisions",
    "FhirkitError",
    "Guide",
    "InDoubt",
    "InputError",
    "Issue",
    "MappingError",
    "OutputError",
    "PushOptions",
    "PushReport",
    "Refused",
    "ServerError",
    "Settings",
    "SettingsError",
    "Span",
    "Unreachable",
    "ValidationFailed",
    "__version__",
    "decide",
    "extract",
    "load_guide",
    "push",
    "read_decisions",
    "report",
    "to_bundle",
    "to_json",
    "to_models",
    "validate",
]

_HOME = {
    "Case": "fhirkit.facts.case",
    "Client": "fhirkit.push",
    "Decisions": "fhirkit.review.decisions",
    "FhirkitError": "fhirkit.errors",
    "Guide": "fhirkit.validate.profiles.guide",
    "InDoubt": "fhirkit.errors",
    "InputError": "fhirkit.errors",
    "Issue": "fhirkit.issues",
    "MappingError": "fhirkit.errors",
    "OutputError": "fhirkit.errors",
    "PushOptions": "fhirkit.push",
    "PushReport": "fhirkit.push.report",
    "Refused": "fhirkit.errors",
    "ServerError": "fhirkit.errors",
    "Settings": "fhirkit.settings",
    "SettingsError": "fhirkit.errors",
    "Span": "fhirkit.narrative.span",
    "Unreachable": "fhirkit.errors",
    "ValidationFailed": "fhirkit.errors",
    "decide": "fhirkit.review.apply",
    "extract": "fhirkit.facts.read",
    "load_guide": "fhirkit.validate.profiles.guide",
    "push": "fhirkit.push",
    "read_decisions": "fhirkit.review.jsonform",
    "report": "fhirkit.report.whole",
    "to_bundle": "fhirkit.bundle",
    "to_json": "fhirkit.bundle",
    "to_models": "fhirkit.bundle",
    "validate": "fhirkit.validate",
}


if not TYPE_CHECKING:  # or a type checker would take any name for a member

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        member = getattr(import_module(_HOME[name]), name)
        globals()[name] = member
        return member


def __dir__() -> list[str]:
    return __all__


class _Package(ModuleType):
    """Keeps ``fhirkit.push``, ``fhirkit.report`` and ``fhirkit.validate`` the functions.

    The import system binds each subpackage it loads to a name in its parent. For these
    the name is taken: ``fhirkit.validate(bundle)`` works whoever imported what before.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if name in _HOME and isinstance(value, ModuleType):
            return
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
