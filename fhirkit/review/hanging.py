"""What hangs on facts that a reviewer took away from the patient."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from fhirkit.facts.model import AdverseEventFact, When

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from fhirkit.facts.model import Fact


def without(
    facts: Iterable[Fact], gone: AbstractSet[str], denied: AbstractSet[str]
) -> tuple[list[Fact], AbstractSet[str]]:
    """``facts`` without what hangs on others, and the ids of those that went altogether.

    ``gone`` are facts that were rejected or are somebody else's now, ``denied`` those that are said
    not to be so now. An adverse event goes with its reaction, and with the last of its suspects.
    What others say of a lost fact goes: reason, cause, stay, and time measured from it, of which
    the words stay. What is denied may still be evidence.
    """
    kept, vanished = list(facts), set[str]()
    while True:
        lost = gone | denied | vanished
        went = {f.id for f in kept if isinstance(f, AdverseEventFact) and _falls(f, lost)}
        if not went:
            return [_without_links(fact, lost, gone | vanished) for fact in kept], vanished
        vanished |= went
        kept = [fact for fact in kept if fact.id not in went]


def _falls(event: AdverseEventFact, lost: AbstractSet[str]) -> bool:
    if event.condition in lost:
        return True
    return bool(event.suspects) and all(s.medication in lost for s in event.suspects)


def _without_links(fact: Fact, lost: AbstractSet[str], gone: AbstractSet[str]) -> Fact:
    changes: dict[str, Any] = {}
    for field in fields(fact):
        old = getattr(fact, field.name)
        new = _cleared(field.name, old, gone if field.name == "evidence" else lost)
        if new != old:
            changes[field.name] = new
    return replace(fact, **changes) if changes else fact


#: Fields with ids of other facts.
_IDS = frozenset({"due_to", "evidence", "reason"})


def _cleared(name: str, value: Any, lost: AbstractSet[str]) -> Any:
    """The value of a field without what leads to a lost fact."""
    if name == "encounter":
        return None if value in lost else value
    if name in _IDS:
        return tuple(one for one in value if one not in lost)
    if name == "suspects":
        return tuple(suspect for suspect in value if suspect.medication not in lost)
    if isinstance(value, When) and value.anchor in lost:
        return When(value.span, date=value.date)
    return value
