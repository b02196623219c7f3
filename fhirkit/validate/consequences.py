"""One defect, one finding: what follows from a defect that is told already is not told again.

Layers look at a resource independently, so that one slip can break several rules: a malformed
code is also in no value set, a misspelt ``effectiveDatetime`` also leaves ``effective[x]``
missing, a malformed fullUrl leaves every reference to it unresolved. Whoever mends the first
finding mends them all, and the others hide it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fhirkit.issues import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fhirkit.validate.findings import Finding
    from fhirkit.validate.place import Steps

#: About a value as such: whatever else is said of it, or of the element it stands in, follows.
_SHAPE = frozenset(
    """
    json-value json-number json-name json-surrogate
    kind null empty blank form date length control null-pairing unknown-element choice-twice
    """.split()
)
#: What is said of an element for what stands inside it.
_OF_THE_INSIDE = (
    "binding-",
    "profile-",
    "extension-",
    "code-form",
    "unknown-code",
    "period-precision",
)
#: About a code in itself, and what is said of a concept for a code that is wrong in itself.
_OF_A_CODE = frozenset("unknown-code code-form system system-relative system-unknown".split())
_OF_CODES = ("binding-extensible", "profile-binding", "profile-slice-missing")
#: What another finding at the same element says better.
_SAID_BY = {
    "bdl-3": "bdl-5",
    "extension-unknown": "ext-1",
    "profile-unknown": "canonical-relative",
    "txt-1": "narrative-div",
    "urn": "fullurl-form",
}
_REFERRING = ("dom-3", "ref-1")
_NAMING = (("fullUrl",), ("_fullUrl",), ("resource",))


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding and the way to its element; ``order`` sorts as the text does."""

    finding: Finding
    steps: Steps
    order: tuple[int, ...]

    @property
    def key(self) -> str:
        """The key of the finding's rule."""
        return self.finding.rule.key


@dataclass(slots=True)
class _Told:
    """What the findings together say: by element, and by the resource they are in.

    ``odd`` are the places of values whose shape is told, ``wrong`` of other errors.
    """

    at: set[tuple[str, Steps]] = field(default_factory=set)
    shaped: dict[Steps, str] = field(default_factory=dict)
    odd: set[Steps] = field(default_factory=set)
    wrong: set[Steps] = field(default_factory=set)
    around: set[Steps] = field(default_factory=set)
    around_codes: dict[Steps, Severity] = field(default_factory=dict)
    misread: dict[Steps, set[str]] = field(default_factory=dict)
    misspelt: dict[Steps, list[str]] = field(default_factory=dict)
    misnamed: set[tuple[str, Steps]] = field(default_factory=set)
    entries_at_fault: bool = False


def without_consequences(found: Sequence[Placed]) -> Iterator[Placed]:
    """The findings without those that follow from another one, and each only once."""
    told = _Told()
    for one in found:
        _note(one, told)
    seen: set[tuple[str, Steps]] = set()
    for one in found:
        if (one.key, one.steps) in seen or any(follows(one, told) for follows in _FOLLOWS):
            continue
        seen.add((one.key, one.steps))
        yield one


def container(steps: Steps) -> Steps:
    """The way to the resource, not contained in another, that an element is in."""
    for size in range(len(steps), 0, -1):
        if steps[size - 1] == "resource":
            return steps[:size]
    return ()


def _note(one: Placed, told: _Told) -> None:
    steps = one.steps
    told.at.add((one.key, steps))
    name = steps[-1] if steps else None
    if one.key in _SHAPE:
        told.odd.add(steps)
    elif one.finding.severity is not Severity.WARNING and not one.key.startswith("fidelity-"):
        told.wrong.add(steps)
    if one.key in _SHAPE and one.finding.severity is not Severity.WARNING:
        told.shaped.setdefault(steps, one.key)
        told.around.update(steps[:size] for size in range(len(container(steps)) + 1, len(steps)))
    if one.key in _OF_A_CODE:
        for size in range(len(container(steps)) + 1, len(steps)):
            told.around_codes.setdefault(steps[:size], one.finding.severity)
    if one.key == "unknown-element" and isinstance(name, str):
        told.misspelt.setdefault(steps[:-1], []).append(name)
    told.misnamed |= {(key, container(steps)) for key in _missed(one)}
    if steps[:1] == ("entry",) and (len(steps) == 2 or steps[2:] in _NAMING):
        told.entries_at_fault |= one.finding.severity is Severity.ERROR
    if one.finding.rule.code != "invariant" and one.finding.severity is not Severity.WARNING:
        for size, step in enumerate(steps):
            if isinstance(step, str):
                told.misread.setdefault(steps[:size], set()).add(step.lstrip("_"))


def _missed(one: Placed) -> Iterator[str]:
    """Rules about contained resources and references to them that one missed may break."""
    inside = one.steps[len(container(one.steps)) :]
    if "contained" in inside:
        place = inside.index("contained")
        is_named = inside[-1] in ("id", "_id") or one.key == "resource-type"
        if (is_named or len(inside) <= place + 2) and one.key not in _REFERRING:
            yield from _REFERRING
    elif _is_about_a_reference(one):
        yield "dom-3"


def _is_about_a_reference(one: Placed) -> bool:
    if one.key == "required":
        return "Reference" in (one.finding.expected or "")
    if one.key in _SHAPE:
        return bool(one.steps) and str(one.steps[-1]).lower().endswith("reference")
    return one.key == "ref-1" or one.key.startswith("reference-")


def _is_of_a_misshapen_value(one: Placed, told: _Told) -> bool:
    if one.key.startswith("fidelity-"):
        return one.steps in told.odd
    if one.key in _SHAPE and one.finding.severity is Severity.WARNING:
        return one.steps in told.wrong
    if any(one.steps[:size] in told.shaped for size in range(1, len(one.steps))):
        return True  # nothing is said of what stands in a misshapen value
    first = told.shaped.get(one.steps)
    return first is not None and first != one.key


def _is_of_what_is_inside(one: Placed, told: _Told) -> bool:
    return one.key.startswith(_OF_THE_INSIDE) and one.steps in told.around


def _is_of_a_wrong_code(one: Placed, told: _Told) -> bool:
    """Whether a concept has no fitting code because the code it has is wrong in itself."""
    if not one.key.startswith(_OF_CODES):
        return False
    inside = told.around_codes.get(one.steps)
    return inside is not None and (
        inside is not Severity.WARNING or one.finding.severity is Severity.WARNING
    )


def _is_of_a_code_outside_its_set(one: Placed, told: _Told) -> bool:
    """Whether an error about the concept says what a warning about its system would say."""
    if one.key not in _OF_A_CODE or one.finding.severity is not Severity.WARNING:
        return False
    return any(("binding-required", one.steps[:size]) in told.at for size in range(len(one.steps)))


def _is_said_better(one: Placed, told: _Told) -> bool:
    return (_SAID_BY.get(one.key, ""), one.steps) in told.at


def _is_about_a_misread_element(one: Placed, told: _Told) -> bool:
    """Whether an invariant reads an element that has an error of its own."""
    reads = one.finding.rule.reads
    if not reads:
        return False
    words = re.findall(r"[a-z]\w{3,}", reads)
    return any(_reads(reads, name) for name in told.misread.get(one.steps, ())) or any(
        name.startswith(word) for name in told.misspelt.get(one.steps, ()) for word in words
    )


def _is_of_a_bundle_of_no_type(one: Placed, told: _Told) -> bool:
    return one.key.startswith("bdl-") and "type" in told.misread.get((), ())


def _is_of_a_misspelt_choice(one: Placed, told: _Told) -> bool:
    """Whether what is missing is there, under a name that R4 does not have."""
    if one.key not in ("required", "profile-required") or not one.steps:
        return False
    stem = re.split(r"(?=[A-Z])", str(one.steps[-1]))[0]
    return any(name.startswith(stem) for name in told.misspelt.get(one.steps[:-1], ()))


def _is_of_a_wrong_name(one: Placed, told: _Told) -> bool:
    """Whether a contained resource and the reference to it only miss each other by name."""
    return (one.key, container(one.steps)) in told.misnamed


def _is_of_a_faulty_entry(one: Placed, told: _Told) -> bool:
    return one.key == "reference-unresolved" and told.entries_at_fault


def _reads(expression: str, name: str) -> bool:
    """Whether a FHIRPath reads an element; ``value`` is how it reads ``valueQuantity``."""
    stem = re.match(r"[a-z]+", name)
    words = {name, stem[0] if stem else name}
    return any(re.search(rf"\b{re.escape(word)}\b", expression) for word in words)


_FOLLOWS: tuple[Callable[[Placed, _Told], bool], ...] = (
    _is_of_a_misshapen_value,
    _is_of_what_is_inside,
    _is_of_a_wrong_code,
    _is_of_a_code_outside_its_set,
    _is_said_better,
    _is_about_a_misread_element,
    _is_of_a_bundle_of_no_type,
    _is_of_a_misspelt_choice,
    _is_of_a_wrong_name,
    _is_of_a_faulty_entry,
)
