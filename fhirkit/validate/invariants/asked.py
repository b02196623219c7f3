"""Whom an invariant is asked of, where its key and the element's definition do not tell.

An invariant is asked of each object whose definition holds it: ``obs-6`` of every Observation,
``qty-3`` of every Quantity. Two things the definitions leave open stand here.
"""

from __future__ import annotations

ELEMENT_LEVEL: dict[str, tuple[str, str]] = {
    "eld-3": ("ElementDefinition", "max"),
    "org-2": ("Organization", "address"),
    "org-3": ("Organization", "telecom"),
    "ras-1": ("RiskAssessment.prediction", "probability[x]"),
    "sdf-10": ("StructureDefinition.snapshot", "element"),
    "txt-1": ("Narrative", "div"),
    "txt-2": ("Narrative", "div"),
    "vs-1": ("Observation", "effective[x]"),
}
"""Invariants of an element that has no definition of its own: its owner and its name there.

Where the element is an object (a ContactPoint, a Range), the function is given that object;
where it is a primitive, the owner.
"""

HOMONYMS: dict[tuple[str, str], str] = {
    ("inv-1", "Event"): "inv-1-event",
    ("inv-1", "Parameters.parameter"): "inv-1-parameter",
    ("inv-1", "Task"): "inv-1-task",
    ("inv-1", "TestReport.setup.action"): "inv-1-setup",
    ("inv-2", "Event"): "inv-2-event",
    ("inv-2", "TestReport.test.action"): "inv-2-test",
}
"""Keys the specification gives to several invariants: by key and element, the one that is meant."""


def registered_as(key: str, element: str) -> str:
    """The name under which an invariant of an element is registered: its key, mostly.

    ``Parameters.parameter`` and ``Task`` each have an ``inv-1`` of their own: ``inv-1-parameter``
    and ``inv-1-task``. A finding still names the specification's key.
    """
    return HOMONYMS.get((key, element), key)
