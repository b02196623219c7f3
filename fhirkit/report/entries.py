"""What a page tells of a case: one entry for each fact, with the resource it became."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fhirkit.issues import Issue
    from fhirkit.narrative.span import Span


@dataclass(frozen=True, slots=True)
class Part:
    """Some words of a detail.

    ``span`` is where they stand in the narrative, ``fact`` the id of the fact they mean.
    """

    text: str
    span: Span | None = None
    fact: str | None = None


@dataclass(frozen=True, slots=True)
class Detail:
    """Something known of an entry: "dose: 12 mg"."""

    label: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A code of what an entry is about; ``system`` is the URI, ``name`` what people call it."""

    system: str
    name: str
    code: str
    display: str


@dataclass(frozen=True, slots=True)
class Made:
    """The resource an entry became."""

    type: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing told of a case, as its page shows it.

    ``id`` is the fact's id, or the place of a resource that is no fact of this reading. ``value``
    and ``unit`` are what a reviewer may correct, as written. ``mentions`` are the fact's own
    spans, ``words`` those of the first in one line, ``spans`` all of it. ``seen`` is what a decision is tied to, None where an entry can
    only be read. ``changes`` are the names of what can be corrected. ``remark`` is what must be
    seen of where the entry comes from: a reviewer's correction, a resource altered by somebody.
    """

    id: str
    kind: str
    group: str
    title: str
    value: str = ""
    unit: str = ""
    details: tuple[Detail, ...] = ()
    codes: tuple[Code, ...] = ()
    certainty: str = "affirmed"
    whose: str = "patient"
    rule: str = ""
    why: str = ""
    words: str = ""
    mentions: tuple[Span, ...] = ()
    spans: tuple[Span, ...] = ()
    made: Made | None = None
    findings: tuple[Issue, ...] = ()
    seen: str | None = None
    changes: tuple[str, ...] = ()
    remark: str = ""
    patient: int | None = None
