"""How an invariant of the specification becomes a function here.

A predicate says whether a rule holds for an element::

    @invariant
    def obs_6(observation: Node, scope: Scope) -> bool:
        \"\"\"dataAbsentReason SHALL only be present if Observation.value[x] is not present\"\"\"
        return not (has(observation, "dataAbsentReason") and has_choice(observation, "value"))

The function's name is the invariant's key, its docstring the specification's own text. Which
elements it is asked for, and how severe it is, stand in the compiled definitions. Where a rule
is about a part of its element, a function with ``@culprits`` yields the parts that break it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fhirkit.validate.findings import Node
    from fhirkit.validate.scope import Scope

    Place = tuple[Node | list[Any], str | int | None]
    """An element at fault: the object or array it stands in, and its name there."""

    Check = Callable[[Node, Scope], Iterable[Place]]

INVARIANTS: dict[str, Check] = {}
"""Every invariant by its key; each gives the places that break it, none where it holds."""

PREDICATES: dict[str, Callable[[Node, Scope], bool]] = {}
"""Those of them that are a predicate: the walk asks it and saves the detour."""

WORDS: dict[str, str] = {}
"""What each invariant says, in the specification's words."""


def invariant(holds: Callable[[Node, Scope], bool]) -> Callable[[Node, Scope], bool]:
    """Registers a predicate: where it does not hold, the element itself is at fault."""

    def check(node: Node, scope: Scope) -> Iterable[Place]:
        return () if holds(node, scope) else ((node, None),)

    _register(holds, check)
    PREDICATES[key_of(holds)] = holds
    return holds


def culprits(find: Check) -> Check:
    """Registers a function that gives the parts at fault."""
    _register(find, find)
    return find


def key_of(function: Callable[..., object]) -> str:
    """The invariant's key a function is named after: ``obs_6`` is ``obs-6``."""
    return function.__name__.replace("_", "-")


def _register(function: Callable[..., object], check: Check) -> None:
    key = key_of(function)
    INVARIANTS[key] = check
    WORDS[key] = " ".join((function.__doc__ or "").split())
