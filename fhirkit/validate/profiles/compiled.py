"""The compiled form of a profile: what it says beyond the type that it constrains.

A profile is a tree of parts, one for each element that it narrows; elements of which it says
nothing new are not there. The same form is made of R4's own profiles when fhirkit is built and
of a guide's when they are needed (:mod:`fhirkit.validate.profiles.compiling`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

Json = dict[str, Any]

ABSENT: Final = object()
"""Stands where no fixed value, pattern or limit is given; JSON's null would be one."""
DEFAULT_SLICE = "@default"
_OF_VALUES = frozenset(
    {"fixed", "pattern", "types", "binding", "minValue", "maxValue", "maxLength"}
)


@dataclass(frozen=True, slots=True)
class Constraint:
    """A rule in FHIRPath that a profile adds."""

    key: str
    severity: str
    human: str
    expression: str


@dataclass(frozen=True, slots=True)
class Slicing:
    """How the values of an element are told apart: by what, and whether others are allowed."""

    discriminators: tuple[tuple[str, str], ...]
    rules: str
    ordered: bool
    slices: Mapping[str, Part]


@dataclass(frozen=True, slots=True)
class Part:
    """What a profile says of one element, or of one slice of it.

    ``least`` and ``most`` are what it narrows (0 and None otherwise). ``types`` are the types it
    leaves of a choice, ``profiles`` those a value of a type has to conform to, ``targets`` the
    profiles of what a reference may lead to, of ``base_targets`` as the base has it. ``binding``
    is strength and value set. ``like`` is the path of the element whose parts this one has.
    ``judges_value`` tells whether anything is said of the value itself, beside its number and
    what is inside it.
    """

    least: int = 0
    most: int | None = None
    fixed: object = ABSENT
    pattern: object = ABSENT
    types: tuple[str, ...] = ()
    profiles: Mapping[str, tuple[str, ...]] | None = None
    targets: tuple[str, ...] = ()
    base_targets: tuple[str, ...] = ()
    binding: tuple[str, str] | None = None
    constraints: tuple[Constraint, ...] = ()
    low: object = ABSENT
    high: object = ABSENT
    longest: int | None = None
    slicing: Slicing | None = None
    parts: Mapping[str, Part] | None = None
    like: str = ""
    judges_value: bool = True

    def part(self, name: str) -> Part | None:
        """The part of an element inside this one; a choice is called ``value[x]``."""
        return self.parts.get(name) if self.parts else None


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile, or the definition of an extension, which is a profile on Extension.

    ``base`` is the url of the definition that it was derived from. ``contexts`` are pairs of
    kind and expression: where the extension may stand.
    """

    url: str
    version: str
    type: str
    base: str
    root: Part
    contexts: tuple[tuple[str, str], ...] = ()
    modifier: bool = False


def read_profile(url: str, made: Json) -> Profile:
    """The profile of what :func:`fhirkit.validate.profiles.compiling.compile_profile` made."""
    return Profile(
        url=url,
        version=made.get("version", ""),
        type=made["type"],
        base=made.get("base", ""),
        root=_part(made.get("root", {})),
        contexts=tuple((kind, expression) for kind, expression in made.get("contexts", ())),
        modifier=made.get("modifier", False),
    )


@cache
def _empty() -> Part:
    return Part()


def _part(made: Json) -> Part:
    if not made:
        return _empty()
    most = made.get("max", "*")
    profiles = made.get("profiles")
    parts = made.get("parts")
    return Part(
        least=made.get("min", 0),
        most=None if most == "*" else int(most),
        fixed=made.get("fixed", ABSENT),
        pattern=made.get("pattern", ABSENT),
        types=tuple(made.get("types", ())),
        profiles={name: tuple(urls) for name, urls in profiles.items()} if profiles else None,
        targets=tuple(made.get("targets", ())),
        base_targets=tuple(made.get("baseTargets", ())),
        binding=tuple(made["binding"]) if "binding" in made else None,
        constraints=tuple(Constraint(*one) for one in made.get("constraints", ())),
        low=made.get("minValue", ABSENT),
        high=made.get("maxValue", ABSENT),
        longest=made.get("maxLength"),
        slicing=_slicing(made["slicing"]) if "slicing" in made else None,
        parts={name: _part(inner) for name, inner in parts.items()} if parts else None,
        like=made.get("like", ""),
        judges_value=not _OF_VALUES.isdisjoint(made),
    )


def _slicing(made: Json) -> Slicing:
    return Slicing(
        discriminators=tuple((kind, path) for kind, path in made.get("by", ())),
        rules=made.get("rules", "open"),
        ordered=made.get("ordered", False),
        slices={name: _part(inner) for name, inner in made.get("slices", {}).items()},
    )
