"""Slices: which values of an element belong to which, and whether each has what it needs.

https://hl7.org/fhir/R4/profiling.html#slicing
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fhirkit.validate.definitions import contains
from fhirkit.validate.profiles import paths, terminology
from fhirkit.validate.profiles.comparing import equals, fits
from fhirkit.validate.profiles.compiled import ABSENT, DEFAULT_SLICE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fhirkit.validate.profiles.compiled import Part, Slicing
    from fhirkit.validate.profiles.items import Item
    from fhirkit.validate.profiles.walk import Walk


@dataclass(slots=True)
class Sorted:
    """The values of an element by slice. Of those ``unclear`` it cannot be told.

    ``placed`` has them in their order with the number of the slice, the count of all slices for
    a value of none.
    """

    slices: dict[str, list[Item]]
    others: list[Item] = field(default_factory=list)
    unclear: list[Item] = field(default_factory=list)
    placed: list[tuple[Item, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Judges:
    """How it is found out whether a value is as a part says, or as one of several profiles."""

    as_part: Callable[[Walk, Part, Item], bool]
    as_profiles: Callable[[Walk, tuple[str, ...], Item], bool | None]


def sort(walk: Walk, slicing: Slicing, found: list[Item], judges: Judges) -> Sorted:
    """Puts each value into the first slice whose discriminators it meets."""
    named = [name for name in slicing.slices if name != DEFAULT_SLICE]
    made = Sorted({name: [] for name in slicing.slices})
    for item in found:
        verdicts = [_is_in(walk, slicing, slicing.slices[name], item, judges) for name in named]
        if True in verdicts:
            at = verdicts.index(True)
            made.slices[named[at]].append(item)
            made.placed.append((item, at))
        elif None in verdicts:
            made.unclear.append(item)
        else:
            rest = made.slices.get(DEFAULT_SLICE, made.others)
            rest.append(item)
            made.placed.append((item, len(slicing.slices)))
    return made


def _is_in(walk: Walk, slicing: Slicing, part: Part, item: Item, judges: Judges) -> bool | None:
    """Whether a value meets all discriminators of a slice; None where that cannot be told."""
    verdict: bool | None = bool(slicing.discriminators) or None
    for kind, path in slicing.discriminators:
        way = paths.steps(path)
        one = None if way is None else _meets(walk, kind, part, item, way, judges)
        if one is False:
            return False
        verdict = verdict and one
    return verdict


def _meets(
    walk: Walk, kind: str, part: Part, item: Item, way: tuple[paths.Step, ...], judges: Judges
) -> bool | None:
    reached = paths.select(walk.scope, item, way)
    wanted = paths.wanted(walk, part, way)
    if reached is None or not wanted:
        return None
    if kind == "exists":
        return _exists(wanted, reached)
    if kind == "type":
        return _has_type(wanted, reached)
    if kind == "profile":
        return _has_profile(walk, wanted, reached, judges)
    return _joined(_has_value(walk, one, reached, judges) for one in wanted)


def _joined(verdicts: Iterable[bool | None]) -> bool | None:
    """Whether all that can be told says yes; None where nothing can be told."""
    known = [one for one in verdicts if one is not None]
    return all(known) if known else None


def _exists(wanted: list[Part], reached: list[Item]) -> bool | None:
    if any(one.most == 0 for one in wanted):
        return not reached
    return bool(reached) if any(one.least for one in wanted) else None


def _has_type(wanted: list[Part], reached: list[Item]) -> bool | None:
    types = {kind for one in wanted for kind in one.types}
    if not types or any(not item.kind for item in reached):
        return None
    return any(item.kind in types for item in reached)


def _has_profile(
    walk: Walk, wanted: list[Part], reached: list[Item], judges: Judges
) -> bool | None:
    urls = tuple(url for one in wanted for some in (one.profiles or {}).values() for url in some)
    if not urls:
        return None
    verdicts = [judges.as_profiles(walk, urls, item) for item in reached]
    if True in verdicts:
        return True
    return None if None in verdicts else False


def _has_value(walk: Walk, wanted: Part, reached: list[Item], judges: Judges) -> bool | None:
    if wanted.fixed is not ABSENT:
        return any(equals(item.value, wanted.fixed) for item in reached)
    if wanted.pattern is not ABSENT:
        return any(fits(item.value, wanted.pattern) for item in reached)
    if wanted.parts:
        return any(judges.as_part(walk, wanted, item) for item in reached)
    if wanted.binding and wanted.binding[0] == "required":
        codes = walk.run.value_set(wanted.binding[1])
        return None if codes is None else any(has_code(codes, item.value) for item in reached)
    if wanted.most == 0:
        return not reached
    return None


def has_code(codes: terminology.Codes, value: object) -> bool:
    """Whether a code, Coding, Quantity or CodeableConcept is of a value set."""
    if isinstance(value, str):
        return contains(codes, None, value)
    if not isinstance(value, dict):
        return False
    codings = value.get("coding")
    if isinstance(codings, list):
        return any(has_code(codes, one) for one in codings if isinstance(one, dict))
    code = value.get("code")
    system = value.get("system", "")  # a coding without a system is of no value set
    return isinstance(code, str) and contains(codes, system, code)
