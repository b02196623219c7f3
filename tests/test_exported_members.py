"""What a user may import from fhirkit, and what importing it costs."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import fhirkit


def test_exported_members_are_these() -> None:
    """A name that appears or goes is a change for users: it is made here too."""
    assert fhirkit.__all__ == [
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


def test_exported_members_are_sorted() -> None:
    """The list reads like an index, capitals first."""
    assert fhirkit.__all__ == sorted(fhirkit.__all__)


def test_dir_shows_the_exported_members() -> None:
    """dir(fhirkit) helps a person at a prompt although names are loaded late."""
    assert set(fhirkit.__all__) <= set(dir(fhirkit))


@pytest.mark.parametrize("name", [name for name in fhirkit.__all__ if name != "__version__"])
def test_exported_member_is_documented(name: str) -> None:
    """Every public function and class says what it gives in a docstring of its own."""
    member = getattr(fhirkit, name)
    assert inspect.isclass(member) or inspect.isfunction(member)
    assert (member.__doc__ or "").strip()
    # dataclass writes one such as "Span(start: int, end: int)" where there is none.
    assert not (member.__doc__ or "").startswith(f"{name}(")


def test_unknown_name_is_an_attribute_error() -> None:
    """A misspelled name fails as in any module, naming module and name."""
    with pytest.raises(AttributeError, match=r"module 'fhirkit' has no attribute 'extrakt'"):
        fhirkit.extrakt  # noqa: B018


@pytest.mark.parametrize("first", ["fhirkit.push", "fhirkit.report", "fhirkit.validate"])
def test_subpackage_does_not_hide_its_function(first: str) -> None:
    """``fhirkit.push`` is the function, whichever module was imported before."""
    code = f"import {first}, fhirkit, sys; sys.exit(not callable({first}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("heavy", ["httpx", "fhir.resources", "pydantic"])
def test_import_is_light(heavy: str) -> None:
    """``import fhirkit`` leaves out what is slow to load."""
    code = f"import sys, fhirkit; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
