"""The walk over a resource: each element against the tables, and what is asked of each on the way.

Elements, cardinality, choices, kinds of JSON, the form of primitives and required codes are
judged here, ``_element`` companions in :mod:`fhirkit.validate.companions`. Objects of the right
shape are asked for their invariants and by the layer that knows their data type
(:mod:`fhirkit.validate.datatypes`), so that a resource is walked once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fhirkit.issues import Severity
from fhirkit.validate import primitives
from fhirkit.validate.bindings import check_binding
from fhirkit.validate.companions import check_companion, nulls_are_paired
from fhirkit.validate.definitions import is_resource_type
from fhirkit.validate.findings import Findings, Node, Rule
from fhirkit.validate.plans import (
    ARRAY,
    CHOICE,
    OBJECT,
    PRIMITIVE,
    RESOURCE,
    Plan,
    Rules,
    Slot,
    plan_of,
)
from fhirkit.validate.profiles.run import Run
from fhirkit.validate.scope import Scope, contained_by_id
from fhirkit.validate.shapes import EMPTY, NULL, TWO_OF_A_CHOICE, UNKNOWN, add_kind
from fhirkit.validate.values import check_value
from fhirkit.validate.versions import SPEC as TYPES_SPEC
from fhirkit.validate.versions import other_version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Ask = Callable[["Walk", Node, "Held"], None]

_CARDINALITY = "https://hl7.org/fhir/R4/conformance-rules.html#cardinality"

REQUIRED = Rule("required", "required", "a required element is missing", spec=_CARDINALITY)
ID_TWICE = Rule(
    "element-id-twice",
    "duplicate",
    "another element of this resource has the same id",
    spec="https://hl7.org/fhir/R4/element.html#id",
)
NO_TYPE = Rule(
    "resource-type",
    "required",
    "missing: it cannot be told what kind of resource this is",
    spec=TYPES_SPEC,
)
UNKNOWN_TYPE = Rule(
    "unknown-type",
    "value",
    "no FHIR R4 resource type",
    expected="the name of an R4 resource type",
    spec=TYPES_SPEC,
)
VERSION = Rule("fhir-version", "not-supported", "", expected="R4", spec=TYPES_SPEC)
FORM = {
    "empty": EMPTY,
    "form": Rule("form", "value", "not the form it should have", spec=primitives.SPEC),
    "date": Rule("date", "value", "there is no such day", spec=primitives.SPEC),
    "length": Rule("length", "too-long", "the text is too long", spec=primitives.SPEC),
    "control": Rule(
        "control", "value", "a control character", Severity.WARNING, spec=primitives.SPEC
    ),
    "blank": Rule("blank", "value", "white space only", Severity.WARNING, spec=primitives.SPEC),
}


@dataclass(slots=True)
class Held:
    """Where an object stands: its slot, the object or array it stands in with its name there.

    ``above`` is the slot of the object that has the element, None where that is a resource;
    ``plan`` is the plan of that object.
    """

    slot: Slot
    owner: Node | list[Any]
    name: str | int
    above: Slot | None
    plan: Plan
    scope: Scope


@dataclass(slots=True)
class Walk:
    """One walk over what is to be checked; what it notes on the way is for later layers.

    ``ask`` has the function that knows a data type, by its name. The walk notes ``references``,
    every Reference with where it stands, and ``scopes``, one for every resource. ``judged`` are
    the identities of objects whose codes a binding has judged already; ``is_grounded`` is set where an
    extension names the words that something was read from; ``ids`` are the element ids so far,
    with the identity of their resource.
    """

    findings: Findings
    ask: Mapping[str, Ask]
    targets: Mapping[str, Node] = field(default_factory=dict)
    references: list[tuple[Node, Held]] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    judged: set[int] = field(default_factory=set)
    profiles: Run = field(default_factory=Run)
    strict: bool = False
    is_grounded: bool = False
    ids: set[tuple[int, str]] = field(default_factory=set)

    def resource(
        self, value: object, owner: Node | list[Any], name: str | int | None, above: Scope | None
    ) -> None:
        """Checks a resource at ``name`` in ``owner``; ``above`` is the scope it stands in."""
        if not isinstance(value, dict):
            add_kind(self.findings, owner, name, "an object", value)
            return
        kind = value.get("resourceType")
        if not isinstance(kind, str) or not kind:
            severity = Severity.FATAL if above is None else None
            self.findings.add(NO_TYPE, value, "resourceType", severity=severity)
            return
        other = other_version(value)
        if other:
            self._other_version(value, *other)
        elif is_resource_type(kind):
            scope = self._scope(value, owner, name, above)
            self.scopes.append(scope)
            self.visit(value, plan_of(kind), None, scope)
        else:
            self.findings.add(UNKNOWN_TYPE, value, "resourceType")

    # One loop, and long: it runs for each element of each resource.
    def visit(  # noqa: C901
        self, node: Node, plan: Plan, above: Slot | None, scope: Scope
    ) -> None:
        """Checks an object of the group that ``plan`` is of; ``above`` is the slot it stands in."""
        slots = plan.slots
        chosen: dict[str, str] | None = None
        for name, value in node.items():
            slot = slots.get(name)
            if slot is None:
                self._unlisted(node, name, plan, scope)
                continue
            shape = slot.shape
            if shape == PRIMITIVE:
                if value.__class__ is not slot.json or not slot.quick(value):
                    self._primitive(node, name, value, slot)
            elif shape == ARRAY:
                self._array(node, name, value, slot, plan, above, scope)
            elif shape == OBJECT:
                self._object(node, name, value, slot, plan, above, scope)
            elif shape == CHOICE:
                chosen = self._choose(node, name, slot, chosen)
                if slot.item == OBJECT:
                    self._object(node, name, value, slot, plan, above, scope)
                elif value.__class__ is not slot.json or not slot.quick(value):
                    self._primitive(node, name, value, slot)
            elif shape == RESOURCE:
                self.resource(value, node, name, scope)
        for names in plan.required:
            if names[0] not in node:
                self._require(node, names)
        if plan.rules is not None:
            self._ask_rules(plan.rules, node, scope)

    def _ask_rules(self, rules: Rules, node: Node, scope: Scope) -> None:
        for rule, holds in rules.predicates:
            if not holds(node, scope):
                self.findings.add(rule, node)
        for rule, find in rules.finders:
            for owner, name in find(node, scope):
                self.findings.add(rule, owner, name)

    def _object(
        self,
        owner: Node | list[Any],
        name: str | int,
        value: object,
        slot: Slot,
        plan: Plan,
        above: Slot | None,
        scope: Scope,
    ) -> None:
        if value.__class__ is not dict:
            add_kind(self.findings, owner, name, "an object", value)
            return
        node: Node = value
        if not node or (len(node) == 1 and "id" in node):
            self.findings.add(EMPTY, owner, name)
            return
        if "id" in node:
            self._note_id(node, slot, scope)
        if slot.binding is not None:
            check_binding(self, node, slot, owner, name)
        self.visit(node, slot.plan or slot.made_ready(), slot, scope)
        if slot.rules is not None:
            self._ask_rules(slot.rules, node, scope)
        ask = self.ask.get(slot.type)
        if ask is not None:
            ask(self, node, Held(slot, owner, name, above, plan, scope))

    def _note_id(self, node: Node, slot: Slot, scope: Scope) -> None:
        """Each id of an element once in a resource; definitions repeat theirs in two views."""
        identity = node["id"]
        if not isinstance(identity, str) or slot.element.type == "ElementDefinition":
            return
        key = (id(scope.resource), identity)
        if key in self.ids:
            self.findings.add(ID_TWICE, node, "id")
        self.ids.add(key)

    def _array(
        self,
        node: Node,
        name: str,
        value: object,
        slot: Slot,
        plan: Plan,
        above: Slot | None,
        scope: Scope,
    ) -> None:
        if not isinstance(value, list):
            add_kind(self.findings, node, name, "an array", value)
            return
        if not value:
            self.findings.add(EMPTY, node, name, message="an empty array: leave the element out")
            return
        if slot.item == OBJECT:
            for position, item in enumerate(value):
                self._object(value, position, item, slot, plan, above, scope)
        elif slot.item == RESOURCE:
            for position, item in enumerate(value):
                self.resource(item, value, position, scope)
        else:
            for position, item in enumerate(value):
                if item is None:
                    if not nulls_are_paired(node, name, position):
                        self.findings.add(NULL, value, position)
                elif item.__class__ is not slot.json or not slot.quick(item):
                    self._primitive(value, position, item, slot)

    def _primitive(
        self, owner: Node | list[Any], name: str | int, value: object, slot: Slot
    ) -> None:
        primitive = slot.element.primitive
        if primitive is None or (value.__class__ is int and primitive.name == "decimal"):
            return
        if isinstance(value, list) and not slot.element.many:
            add_kind(self.findings, owner, name, "one value, no array", value)
            return
        fault = primitives.fault(primitive, value)
        if fault is None:
            check_value(self, value, slot, owner, name)
        elif fault.key == "kind":
            add_kind(self.findings, owner, name, fault.expected, value)
        else:
            message = fault.message
            self.findings.add(
                FORM[fault.key], owner, name, message=message, expected=fault.expected
            )

    def _choose(
        self, node: Node, name: str, slot: Slot, chosen: dict[str, str] | None
    ) -> dict[str, str]:
        """Notes which element of a choice is there; a second one is a finding."""
        if chosen is None:
            return {slot.element.choice: name}
        first = chosen.setdefault(slot.element.choice, name)
        if first != name:
            self.findings.add(TWO_OF_A_CHOICE, node, name, found=name, expected=f"{first} alone")
        return chosen

    def _unlisted(self, node: Node, name: str, plan: Plan, scope: Scope) -> None:
        slot = plan.slots.get(name[1:]) if name.startswith("_") else None
        if slot is not None and slot.item == PRIMITIVE:
            check_companion(self, node, name, slot, plan, scope)
        else:
            self.findings.add(UNKNOWN, node, name, expected=_choices(name, plan))

    def _require(self, node: Node, names: tuple[str, ...]) -> None:
        if any(name in node or f"_{name}" in node for name in names):
            return
        stem = names[0]
        expected = None
        if len(names) > 1:
            stem = _stem(names)
            expected = " | ".join(names) if len(names) < 12 else f"{stem}[x]"
        self.findings.add(REQUIRED, node, stem, expected=expected)

    def _scope(
        self, value: Node, owner: Node | list[Any], name: str | int | None, above: Scope | None
    ) -> Scope:
        inside = contained_by_id(value) if "contained" in value else {}
        if above is None:
            return Scope(value, value, value, None, self.targets, inside)
        if above.resource.get("contained") is owner:
            container, entry = above.container, above.entry
            return Scope(above.root, container, value, entry, self.targets, above.contained)
        entry = owner if isinstance(owner, dict) and name == "resource" else None
        return Scope(above.root, value, value, entry, self.targets, inside)

    def _other_version(self, value: Node, version: str, sign: str) -> None:
        message = f"this is written for FHIR {version}: fhirkit reads R4 (4.0.1)"
        self.findings.add(VERSION, value, sign, found=version, message=message)


def _stem(names: tuple[str, ...]) -> str:
    """What the names of a choice begin with: ``effective`` of effectiveDateTime and others."""
    first, last = min(names), max(names)
    size = next(
        (i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first)
    )
    return first[:size]


def _choices(name: str, plan: Plan) -> str | None:
    """The elements meant where a choice was given without its type, or with another."""
    meant = [
        slot.element.name
        for slot in plan.slots.values()
        if slot.element.choice and name.startswith(slot.element.choice)
    ]
    return " | ".join(meant) if 0 < len(meant) < 12 else None
