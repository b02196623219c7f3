"""The specification's tables, compiled by ``scripts/compile-definitions``: types, codes, rules.

A line is taken apart when something of its name is met, so that a small bundle reads a dozen of
them and not a thousand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from fhirkit._definitions import lines
from fhirkit.issues import Severity
from fhirkit.validate.findings import Rule
from fhirkit.validate.primitives import PRIMITIVES, Primitive

if TYPE_CHECKING:
    from collections.abc import Mapping

UNBOUNDED = 2**31
#: Pages that are not named after a type: by the beginning of an invariant's key, and by type.
_PAGES = {
    "dom": "domainresource.html#invs",
    "ele": "element.html#invs",
    "ext": "extensibility.html#Extension",
    "Dosage": "dosage.html",
    "ElementDefinition": "elementdefinition.html#invs",
    "Narrative": "narrative.html",
    "Reference": "references.html#Reference",
}
#: Rules that a choice has for one of its types only.
_OF_QUANTITY = ("sqty-1", "mqty-1")


@dataclass(frozen=True, slots=True)
class Binding:
    """The value set an element's code is to come from; ``codes`` by system, None for all of it."""

    url: str
    required: bool
    codes: Mapping[str, frozenset[str] | None]

    @property
    def any_code(self) -> frozenset[str] | None:
        """The codes whatever their system; None where a system's codes are not known."""
        return _joined(self.codes)


@dataclass(frozen=True, slots=True)
class Element:
    """An element as JSON spells it: ``valueQuantity``, not ``value[x]``.

    ``type`` is the name of a type, or the path of the group whose elements this one has.
    ``choice`` is the stem of a choice type, "" elsewhere. ``targets`` are the types a reference
    may lead to, empty where any may. ``rules`` are invariants of this use of the type: of the
    object itself, or of its owner where it is a primitive.
    """

    name: str
    path: str
    type: str
    least: int
    most: int
    choice: str
    primitive: Primitive | None
    targets: tuple[str, ...]
    bound_to: tuple[str, bool] | None
    many: bool
    is_resource: bool
    rules: tuple[str, ...] = ()

    @property
    def binding(self) -> Binding | None:
        """The binding, None where there is none or its codes are not known."""
        return None if self.bound_to is None else _binding(*self.bound_to)


@dataclass(frozen=True, slots=True)
class Group:
    """An object of the JSON: a type, or an element with elements of its own.

    ``required`` has the names of which one must be there, for each required element; ``rules``
    are the keys of the invariants.
    """

    path: str
    kind: str
    elements: Mapping[str, Element]
    required: tuple[tuple[str, ...], ...]
    rules: tuple[str, ...]
    types: tuple[str, ...] = field(default=())


def is_resource_type(name: object) -> bool:
    """Whether this is the name of an R4 resource type that an instance can have."""
    return isinstance(name, str) and name in resource_types()


@cache
def resource_types() -> frozenset[str]:
    """The 146 resource types of R4, without the abstract ones."""
    return frozenset(
        name
        for name, line in lines("types").items()
        if line.startswith('{"kind":"resource"') and '"abstract":true' not in line[:60]
    )


@cache
def group(path: str) -> Group | None:
    """The group of a type name or of an element's path; None where R4 has none."""
    name = path.partition(".")[0]
    if name not in lines("types"):
        return None
    definition = _type(name)
    own = definition["groups"].get(path)
    if own is None:
        return None
    base = definition.get("base") if path == name else own.get("base", "BackboneElement")
    above = group(base) if base else None
    elements = dict(above.elements) if above else {}
    required = [*above.required] if above else []
    rules = [*above.rules] if above else []
    for stem, described in own.get("elements", {}).items():
        made = _elements(path, stem, described)
        elements.update({element.name: element for element in made})
        if made[0].primitive is not None:
            rules += made[0].rules
        if made[0].least:
            required.append(tuple(element.name for element in made))
    return Group(
        path=path,
        kind=definition["kind"] if path == name else "element",
        elements=elements,
        required=tuple(required),
        rules=(*rules, *own.get("rules", ())),
        types=(path, *(above.types if above else ())),
    )


@cache
def invariant(key: str, path: str, words: str) -> Rule:
    """The rule that an invariant is, which ``words`` tell, as it holds at ``path``.

    Raises KeyError where there is none.
    """
    table = lines("rules")
    line = table.get(f"{key} {path}") or table[key]
    severity, expression = line.split("\t", 1)
    text = " ".join(words.split()) or key
    spec = _page(key, path.partition(".")[0])
    return Rule(key, "invariant", text, Severity(severity), spec=spec, reads=expression)


def _page(key: str, name: str) -> str:
    """Where the specification lists an invariant of a type."""
    page = _PAGES.get(key.partition("-")[0]) or _PAGES.get(name)
    if page is None:
        resource = name in resource_types()
        page = f"{name.lower()}.html#invs" if resource else f"datatypes.html#{name}"
    return f"https://hl7.org/fhir/R4/{page}"


@dataclass(frozen=True, slots=True)
class CodeSystem:
    """A complete code system: display by code; ``caseless`` where case does not count."""

    url: str
    caseless: bool
    codes: Mapping[str, str]

    def display(self, code: str) -> str | None:
        """The display of a code, "" where it has none; None where there is no such code."""
        return self.codes.get(code.lower() if self.caseless else code)


@cache
def code_system(url: str) -> CodeSystem | None:
    """A code system whose codes are all shipped, None for others."""
    line = lines("codesystems").get(url)
    found = json.loads(line) if line else {}
    if "codes" not in found:
        return None
    caseless = found.get("caseless", False)
    codes = found["codes"]
    if caseless:
        codes = {code.lower(): display for code, display in codes.items()}
    return CodeSystem(url, caseless, codes)


def is_known_system(url: str) -> bool:
    """Whether R4's package has a code system of this url, even if its codes are not shipped."""
    return url.partition("|")[0] in lines("codesystems")


@cache
def value_set(url: str) -> Mapping[str, frozenset[str] | None] | None:
    """The codes of a value set by system; None where they are not known."""
    line = lines("valuesets").get(url)
    if line is None:
        return None
    return {
        system: None if codes is None else frozenset(codes)
        for system, codes in json.loads(line).items()
    }


def contains(codes: Mapping[str, frozenset[str] | None], system: object, code: str) -> bool:
    """Whether a set has a code; of any system where the element's own is not said."""
    if system is None:
        return any(known is None or code in known for known in codes.values())
    if not isinstance(system, str) or system not in codes:
        return False
    known = codes[system]
    return known is None or code in known or _is_in_caseless(system, code, known)


def _is_in_caseless(system: str, code: str, known: frozenset[str]) -> bool:
    shipped = code_system(system)
    return bool(shipped and shipped.caseless) and code.lower() in {one.lower() for one in known}


@cache
def _binding(url: str, required: bool) -> Binding | None:  # noqa: FBT001 - a key of the cache
    codes = value_set(url)
    return None if codes is None else Binding(url, required, codes)


def _joined(codes: Mapping[str, frozenset[str] | None]) -> frozenset[str] | None:
    known = [found for found in codes.values() if found is not None]
    return frozenset().union(*known) if len(known) == len(codes) else None


def _elements(path: str, stem: str, described: dict[str, Any]) -> list[Element]:
    """The elements of one definition: one, or one for each type of a choice."""
    kinds = described["type"]
    if isinstance(kinds, str):
        return [_element(path, stem, kinds, described, "")]
    bare = stem.removesuffix("[x]")
    return [
        _element(path, f"{bare}{kind[0].upper()}{kind[1:]}", kind, described, bare)
        for kind in kinds
    ]


def _element(path: str, name: str, kind: str, described: dict[str, Any], choice: str) -> Element:
    most = described.get("max", "1")
    primitive = PRIMITIVES.get(kind)
    bound = described.get("binding")
    takes_code = kind in ("code", "Coding", "CodeableConcept", "Quantity", "uri", "string")
    is_reference = kind in ("Reference", "canonical")
    return Element(
        name=name,
        path=f"{path}.{choice}[x]" if choice else f"{path}.{name}",
        type=kind,
        least=described.get("min", 0),
        most=UNBOUNDED if most == "*" else int(most),
        choice=choice,
        primitive=primitive,
        targets=tuple(described.get("targets", ())) if is_reference else (),
        bound_to=(bound[1], bound[0] == "required") if bound and takes_code else None,
        many=most != "1",
        is_resource=kind == "Resource",
        rules=tuple(
            key
            for key in described.get("rules", ())
            if key not in _OF_QUANTITY or kind == "Quantity"
        ),
    )


@cache
def _type(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(lines("types")[name])
    return found
