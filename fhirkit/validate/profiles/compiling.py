"""From a StructureDefinition with a snapshot to the compiled form of the profile.

A snapshot repeats all that the base type says. What the structure layer checks by the base's
tables is left out here, so that a defect is not found twice.
https://hl7.org/fhir/R4/profiling.html#snapshot
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from fhirkit._definitions import lines
from fhirkit.validate.definitions import Element, group

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

CORE = "http://hl7.org/fhir/StructureDefinition/"
_TYPE_URL = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
#: Profiles that the base itself asks for wherever they are asked for.
_OF_BASE = (f"{CORE}SimpleQuantity", f"{CORE}MoneyQuantity")
_STRENGTHS = ("required", "extensible")
_BY_TYPE: Json = {"by": [["type", "$this"]], "rules": "open"}


class NoSnapshot(Exception):
    """A StructureDefinition has no snapshot, so it does not say all that holds."""


def compile_profile(definition: Json) -> Json:
    """The compiled form as JSON, see :func:`fhirkit.validate.profiles.compiled.read_profile`.

    Raises NoSnapshot, and what a malformed definition leads to: KeyError, TypeError, ValueError,
    AttributeError, IndexError.
    """
    elements = definition.get("snapshot", {}).get("element")
    if not elements:
        raise NoSnapshot(str(definition.get("url", "")))
    root = _without_empty(_tree(elements))
    _drop_idle_references(root, root)
    made: Json = {"type": definition["type"], "root": root}
    if definition.get("version"):
        made["version"] = definition["version"]
    if definition.get("baseDefinition", "") != CORE + definition["type"]:
        made["base"] = definition.get("baseDefinition", "")
    if definition["type"] == "Extension":
        made["contexts"] = [list(one) for one in _contexts(definition)]
        if elements[0].get("isModifier"):
            made["modifier"] = True
    return made


def _contexts(definition: Json) -> Iterator[tuple[str, str]]:
    for context in definition.get("context", ()):
        yield context["type"], context["expression"]


def _tree(elements: list[Json]) -> Json:
    """The parts by nesting. Elements come in the order of a walk, a slice after what it slices."""
    root: Json = {}
    at = {elements[0]["path"]: root}
    root.update(_facts(elements[0]))
    for name in ("min", "max"):
        root.pop(name, None)
    for element in elements[1:]:
        owner, _, last = element["path"].rpartition(".")
        name = _choice_name(element, last)
        parts = at[owner].setdefault("parts", {})
        slice_name = element.get("sliceName", "")
        if name != last and not slice_name:
            slice_name = last  # valueQuantity stands for the slice of that type
        if slice_name:
            part = _slice(parts.setdefault(name, {}), slice_name)
        else:
            part = parts.setdefault(name, {})
        at[element["path"]] = part
        part.update(_facts(element, is_slice=bool(slice_name)))
    return root


def _choice_name(element: Json, last: str) -> str:
    """The name an element has in the base: ``value[x]`` where a profile says valueQuantity."""
    base = str(element.get("base", {}).get("path", "")).rpartition(".")[2]
    stem = base.removesuffix("[x]")
    return base if base != stem and last != base and last.startswith(stem) else last


def _slice(part: Json, name: str) -> Json:
    """The part of a slice; ``a/b`` is slice ``b`` of slice ``a``."""
    slicing = part.setdefault("slicing", dict(_BY_TYPE))
    outer, _, inner = name.partition("/")
    slices = slicing.setdefault("slices", {})
    if inner and outer in slices:
        return _slice(slices[outer], inner)
    made: Json = slices.setdefault(name, {})
    return made


def _facts(element: Json, *, is_slice: bool = False) -> Json:
    base = _base_element(str(element.get("base", {}).get("path", "")))
    made = _cardinality(element, is_slice=is_slice)
    made.update(_values(element))
    made.update(_typing(element, base))
    binding = element.get("binding", {})
    if binding.get("strength") in _STRENGTHS and "valueSet" in binding:
        url = str(binding["valueSet"])
        bound = (url.partition("|")[0], binding["strength"] == "required")
        if base is None or base.bound_to not in (bound, (bound[0], True)):
            made["binding"] = [binding["strength"], _canonical(url)]
    if constraints := [*_constraints(element)]:
        made["constraints"] = constraints
    if "slicing" in element:
        made["slicing"] = _slicing(element["slicing"])
    if reference := element.get("contentReference", ""):
        if reference.startswith("#"):
            made["like"] = reference.removeprefix("#").partition(".")[2]
    return made


def _cardinality(element: Json, *, is_slice: bool) -> Json:
    base = element.get("base", {})
    made: Json = {}
    least, most = element.get("min", 0), str(element.get("max", "*"))
    if least > 0 and (is_slice or least > base.get("min", 0)):
        made["min"] = least
    if most != "*" and most != str(base.get("max", "*")):
        made["max"] = most
    return made


def _values(element: Json) -> Json:
    made: Json = {}
    for name, value in element.items():
        for kind in ("fixed", "pattern", "minValue", "maxValue"):
            if name.startswith(kind) and name[len(kind) : len(kind) + 1].isupper():
                made[kind] = value
    if "maxLength" in element:
        made["maxLength"] = element["maxLength"]
    return made


def _typing(element: Json, base: Element | None) -> Json:
    kinds = element.get("type", [])
    names = [_type_name(kind) for kind in kinds]
    made: Json = {}
    if names and _is_narrowed(element, names):
        made["types"] = names
    profiles: dict[str, list[str]] = {}
    for name, kind in zip(names, kinds, strict=True):
        urls = [url for one in kind.get("profile", ()) if (url := _canonical(one)) not in _OF_BASE]
        if urls:
            profiles[name] = urls
    if profiles:
        made["profiles"] = profiles
    made.update(_targets(kinds, base))
    return made


def _targets(kinds: list[Json], base: Element | None) -> Json:
    targets = [_canonical(url) for kind in kinds for url in kind.get("targetProfile", ())]
    allowed = [*base.targets] if base else []
    if not targets or CORE + "Resource" in targets or targets == [CORE + name for name in allowed]:
        return {}
    if {url.removeprefix(CORE) for url in targets} == set(allowed):
        return {}
    return {"targets": targets, "baseTargets": allowed} if allowed else {"targets": targets}


def _canonical(url: object) -> str:
    """A canonical without the version where that is R4's own, which is the one at hand."""
    return str(url).removesuffix("|4.0.1")


def _is_narrowed(element: Json, names: list[str]) -> bool:
    owner, _, last = str(element.get("base", {}).get("path", "")).rpartition(".")
    above = group(owner) if owner else None
    if above is None or last in above.elements:
        return names != ["Resource"] and bool(above and above.elements[last].is_resource)
    stem = last.removesuffix("[x]")
    return {one.type for one in above.elements.values() if one.choice == stem} != set(names)


@cache
def _base_element(path: str) -> Element | None:
    """The base's element of a path as definitions spell it; of a choice the first."""
    owner, _, last = path.rpartition(".")
    above = group(owner) if owner else None
    if above is None:
        return None
    if last in above.elements:
        return above.elements[last]
    stem = last.removesuffix("[x]")
    choices = [one for one in above.elements.values() if one.choice == stem]
    return max(choices, key=lambda one: len(one.targets), default=None)


def _type_name(kind: Json) -> str:
    for extension in kind.get("extension", ()):
        if extension.get("url") == _TYPE_URL:
            return str(extension.get("valueUrl") or extension.get("valueUri"))
    return str(kind["code"])


def _constraints(element: Json) -> Iterator[list[str]]:
    """The rules that the base does not have: those of other sources, and of other names."""
    for rule in element.get("constraint", ()):
        source = rule.get("source", "").partition("|")[0]
        expression = " ".join(rule.get("expression", "").split())
        of_base = source.startswith(CORE) and group(source.removeprefix(CORE)) is not None
        if expression and not of_base and not _is_base_rule(rule["key"], source, expression):
            yield [rule["key"], rule["severity"], rule.get("human", ""), expression]


def _is_base_rule(key: str, source: str, expression: str) -> bool:
    """Whether a rule without a source, or with the profile's own, is the base's all the same."""
    of_base = lines("rules").get(key)
    return of_base is not None and (not source or of_base.partition("\t")[2] == expression)


def _slicing(slicing: Json) -> Json:
    made: Json = {
        "by": [[one["type"], one["path"]] for one in slicing.get("discriminator", ())],
        "rules": slicing.get("rules", "open"),
    }
    if slicing.get("ordered"):
        made["ordered"] = True
    return made


def _without_empty(part: Json) -> Json:
    """The part without what says nothing: elements as in the base, slicing without slices."""
    parts = {name: _without_empty(inner) for name, inner in part.pop("parts", {}).items()}
    if kept := {name: inner for name, inner in parts.items() if inner}:
        part["parts"] = kept
    if slicing := part.get("slicing"):
        slices = slicing.get("slices", {})
        slicing["slices"] = {name: _without_empty(inner) for name, inner in slices.items()}
        if not slices:
            del part["slicing"]
    return part


def _drop_idle_references(part: Json, root: Json) -> None:
    """Drops references to elements of which the profile says nothing itself."""
    for name, inner in [*part.get("parts", {}).items()]:
        _drop_idle_references(inner, root)
        if "like" in inner and not _has_path(root, inner["like"]):
            del inner["like"]
        if not inner:
            del part["parts"][name]
    for inner in part.get("slicing", {}).get("slices", {}).values():
        _drop_idle_references(inner, root)
    if not part.get("parts", True):
        del part["parts"]


def _has_path(root: Json, path: str) -> bool:
    for name in path.split("."):
        root = root.get("parts", {}).get(name, {})
    return bool(root.get("parts"))
