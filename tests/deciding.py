"""Decisions on the facts of a case, written short, in the form of the review page's file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from fhirkit import decide, read_decisions
from fhirkit._data import load_mappings
from fhirkit.facts.case import Case
from fhirkit.facts.jsonform import KINDS
from fhirkit.facts.model import Fact
from fhirkit.review.apply import Decided
from fhirkit.review.decisions import Decisions
from fhirkit.review.jsonform import added_id
from fhirkit.review.seen import seen

Node = dict[str, Any]
BY = "A. Reviewer"
AT = "2026-11-23T10:00:00+01:00"
KIND_OF = {made: kind for kind, made in KINDS.items()}


def decision(fact: Fact, verdict: str, **more: Any) -> Node:
    """A decision on a fact as the page writes it; ``more`` is put over its members."""
    made: Node = {
        "fact": fact.id,
        "kind": KIND_OF[type(fact)],
        "spans": [[span.start, span.end] for span in fact.spans],
        "seen": seen(fact),
        "verdict": verdict,
        "by": BY,
        "at": AT,
    }
    if fact.patient is not None:
        made["patient"] = fact.patient
    return made | more


def on(case: Case, name: str, verdict: str, **more: Any) -> Node:
    """A decision on the fact of this id."""
    return decision(next(fact for fact in case.facts if fact.id == name), verdict, **more)


def correction(case: Case, name: str, **changes: Any) -> Node:
    """A correction of the fact of this id."""
    return on(case, name, "correct", changes=changes)


def addition(
    case: Case, kind: str, words: str, *, patient: int | None = None, **changes: Any
) -> Node:
    """A fact added at the first place where the text has ``words``."""
    start = case.text.index(words)
    span = (start, start + len(words))
    made: Node = {
        "fact": added_id(kind, span, patient),
        "kind": kind,
        "spans": [list(span)],
        "verdict": "add",
        "changes": changes,
        "by": BY,
        "at": AT,
    }
    return made if patient is None else made | {"patient": patient}


def file_of(text: str, made: Iterable[Node], **more: Any) -> bytes:
    """The file of decisions on a text."""
    form = {
        "format": "fhirkit-decisions/1",
        "sha256": sha256(text.encode()).hexdigest(),
        "decisions": list(made),
    }
    return json.dumps(form | more).encode()


def decisions_on(case: Case, *decisions: Node) -> Decisions:
    """The decisions of such a file, read."""
    return read_decisions(file_of(case.text, decisions))


def decided(case: Case, *decisions: Node) -> Decided:
    """The case with decisions applied, by the shipped mappings."""
    return decide(case, decisions_on(case, *decisions), load_mappings())


def fact_of(made: Decided, name: str) -> Any:
    """The fact of this id, after the decisions, all of which were applied."""
    assert made.untouched == ()
    return next(fact for fact in made.case.facts if fact.id == name)


def ids(made: Decided) -> set[str]:
    """The ids of all facts after the decisions."""
    return {fact.id for fact in made.case.facts}
