"""Elements too many, too few, unknown, empty, or of the wrong kind of JSON."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from oracle.mutants.model import (
    GONE,
    Edit,
    ElementSite,
    Mutant,
    Node,
    ObjectSite,
    elements,
    objects,
)

_SOLE = 2
"""An object with fewer members is empty when one is taken away: another defect."""


def of_object(site: ObjectSite) -> Iterator[Mutant]:
    """Faults of an object as a whole: members missing, unknown, and the resource's type."""
    yield from _missing(site)
    yield from _unknown(site)
    if site.resource_type and site.steps:
        yield from _resource_type(site)


def of_element(site: ElementSite) -> Iterator[Mutant]:
    """Faults of one element's shape."""
    yield from _arrays(site)
    yield from _kinds(site)
    yield from _empty(site)
    if site.element.primitive:
        yield from _companions(site)
    if site.element.choice:
        yield from _choices(site)


def _missing(site: ObjectSite) -> Iterator[Mutant]:
    if len(site.node) < _SOLE:
        return
    for names in site.group.required:
        present = [name for name in names if name in site.node]
        if len(present) == 1:
            name = present[0]
            edits = tuple(
                Edit(site.member(one), GONE) for one in (name, f"_{name}") if one in site.node
            )
            yield Mutant("required missing", "structure", site.member(name), edits)


def _unknown(site: ObjectSite) -> Iterator[Mutant]:
    names = [name for name in site.node if name in site.group.elements]
    made_up = [("unknown element", f"{name}s") for name in names[-1:]]
    made_up += [("unknown element, case", name[0].upper() + name[1:]) for name in names[:1]]
    made_up += [("unknown element, private", "x-note"), ("unknown _element", "_fhirkit")]
    for rule, name in made_up:
        if name not in site.group.elements and name.lstrip("_") not in site.group.elements:
            value = {"id": "x"} if name.startswith("_") else "x"
            yield Mutant(rule, "structure", site.member(name), (Edit(site.member(name), value),))
    if not site.resource_type:
        place = site.member("resourceType")
        edit = Edit(place, "Patient")
        yield Mutant("resourceType in a data type", "structure", place, (edit,))


def _resource_type(site: ObjectSite) -> Iterator[Mutant]:
    place = site.member("resourceType")
    for rule, value in (
        ("resourceType missing", GONE),
        ("resourceType unknown", "Patients"),
        ("resourceType, case", site.resource_type.lower()),
        ("resourceType abstract", "DomainResource"),
        ("resourceType a data type", "HumanName"),
        ("resourceType of another kind", 5),
        ("resourceType null", None),
        ("resourceType empty", ""),
    ):
        yield Mutant(rule, "structure", place, (Edit(place, value),))


def _arrays(site: ElementSite) -> Iterator[Mutant]:
    steps, whole = site.steps, site.whole
    paired = f"_{site.element.name}" in site.owner.node
    if not site.element.many:
        yield Mutant("array for a single element", "structure", whole, (Edit(whole, [site.value]),))
        yield Mutant("empty array for a single element", "structure", whole, (Edit(whole, []),))
        two = [site.value, site.value]
        yield Mutant("two of a single element", "structure", whole, (Edit(whole, two),))
        return
    if site.at == 0 and not paired:
        yield Mutant("single for an array", "structure", whole, (Edit(whole, site.value),))
        yield Mutant("empty array", "structure", whole, (Edit(whole, []),))
        items = site.owner.node[site.element.name]
        end = (*whole, len(items))
        yield Mutant("null in an array", "structure", end, (Edit(end, None),))
        yield Mutant("array in an array", "structure", steps, (Edit(steps, [site.value]),))


def _kinds(site: ElementSite) -> Iterator[Mutant]:
    steps, primitive = site.steps, site.element.primitive
    wrong: dict[str, object] = {"object": {"value": "x"}, "string": "x", "true": True, "number": 7}
    if primitive is None:
        del wrong["object"]
    elif primitive.name == "boolean":
        wrong = {**wrong, "string of it": "true", "zero": 0}
        del wrong["true"]
    elif primitive.json is str:
        del wrong["string"]
        wrong["false"] = False
    else:
        wrong["string of it"] = str(site.value)
        del wrong["number"]
    for kind, value in wrong.items():
        rule = f"{kind} for {primitive.name if primitive else 'an object'}"
        yield Mutant(rule, "structure", steps, (Edit(steps, value),))


def _empty(site: ElementSite) -> Iterator[Mutant]:
    steps, layer = site.steps, "structure"
    if site.element.primitive is None:
        yield Mutant("empty object", layer, steps, (Edit(steps, {}),))
        yield Mutant("only an id", layer, steps, (Edit(steps, {"id": "x"}),), severity="any")
    elif site.element.primitive.json is str:
        yield Mutant("empty string", layer, steps, (Edit(steps, ""),))
    if site.at is None:
        yield Mutant("null for an element", layer, steps, (Edit(steps, None),))


def _companions(site: ElementSite) -> Iterator[Mutant]:
    """Faults of ``_name``, which holds the id and the extensions of a primitive."""
    name, layer = f"_{site.element.name}", "structure"
    place = site.owner.member(name)
    if name in site.owner.node:
        return
    no_url = {"extension": [{"valueString": "x"}]}
    if site.at is None:
        faults: list[tuple[str, object, tuple[str | int, ...]]] = [
            ("_element empty", {}, ()),
            ("_element with an unknown member", {"value": "x"}, ("value",)),
            ("_element a string", "x", ()),
            ("_element null", None, ()),
            ("_element an array", [{"id": "x"}], ()),
            ("_element extension without url", no_url, ("extension", 0, "url")),
            ("_element extension empty", {"extension": []}, ("extension",)),
        ]
        for rule, value, rest in faults:
            yield Mutant(rule, layer, (*place, *rest), (Edit(place, value),))
        alone = (Edit(site.whole, GONE), Edit(place, {"id": "x"}))
        yield Mutant("_element with an id and no value", layer, place, alone)
        return
    if site.at == 0:
        count = len(site.owner.node[site.element.name])
        longer = [{"id": "x"}] * (count + 1)
        yield Mutant("_element longer than its array", layer, place, (Edit(place, longer),))
        single = Edit(place, {"id": "x"})
        yield Mutant("_element single for an array", layer, place, (single,))
        both = (Edit(site.steps, None), Edit(place, [None] * count))
        yield Mutant("null in both arrays", layer, site.steps, both)


def _choices(site: ElementSite) -> Iterator[Mutant]:
    element, owner = site.element, site.owner
    others = [
        one.name
        for one in owner.group.elements.values()
        if one.choice == element.choice and one.name != element.name
    ]
    for name in others:
        if name.endswith(("String", "DateTime", "Boolean", "CodeableConcept", "Reference")):
            value = _SAMPLES[owner.group.elements[name].type]
            place = owner.member(name)
            yield Mutant("two of a choice", "structure", place, (Edit(place, value),))
            break
    for rule, name in (
        ("choice without its type", element.choice),
        ("choice with a type it has not", f"{element.choice}Uuid"),
        ("choice with a type that is none", f"{element.choice}Text"),
        ("choice in lower case", element.name.lower()),
    ):
        if name not in owner.group.elements:
            edits = (Edit(site.whole, GONE), Edit(owner.member(name), site.value))
            yield Mutant(rule, "structure", owner.member(name), edits)


_SAMPLES: dict[str, object] = {
    "string": "x",
    "dateTime": "2020-01-31",
    "boolean": True,
    "CodeableConcept": {"text": "x"},
    "Reference": {"display": "x"},
}


def reorderings(site: ObjectSite) -> Iterator[Mutant]:
    """Valid: the members of an object in another order."""
    if len(site.node) > 1:
        turned = dict(reversed(site.node.items()))
        edit = Edit(site.steps, turned)
        yield Mutant("members in another order", "structure", site.steps, (edit,), "none")


def companions(site: ElementSite) -> Iterator[Mutant]:
    """Valid: ids and extensions on primitives, with and without a value."""
    if not site.element.primitive or f"_{site.element.name}" in site.owner.node:
        return
    place = site.owner.member(f"_{site.element.name}")
    if site.at is None and site.element.primitive.name != "xhtml":
        edit = Edit(place, {"id": "note-1"})
        yield Mutant("id on a primitive", "structure", place, (edit,), "none")
    if site.at == 0:
        count = len(site.owner.node[site.element.name])
        padded = [{"id": "note-1"}, *[None] * (count - 1)]
        yield Mutant("ids paired with nulls", "structure", place, (Edit(place, padded),), "none")


def ids_twice(root: Node) -> Iterator[Mutant]:
    """The same id on two elements of one resource."""
    places = [
        (*one.steps, "id")
        for site in objects(root)
        for one in elements(site)
        if not site.steps and isinstance(one.value, dict)
        if one.element.primitive is None and not one.element.is_resource
    ]
    for first, second in itertools.pairwise(places):
        if first[:-1] != second[: len(first) - 1]:
            edits = (Edit(first, "twice"), Edit(second, "twice"))
            yield Mutant("an element's id twice", "structure", second, edits)


def ids(site: ElementSite) -> Iterator[Mutant]:
    """Valid: an id on an element with members."""
    if site.element.primitive is None and not site.element.is_resource:
        place = (*site.steps, "id")
        yield Mutant("id on an element", "structure", place, (Edit(place, "part-1"),), "none")
