"""The paths of discriminators: what they lead to in a resource, and in a profile.

A path is a small part of FHIRPath: names, ``$this``, ``resolve()``, ``extension(url)`` and
``ofType(type)``. https://hl7.org/fhir/R4/profiling.html#discriminator
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from fhirkit.validate.definitions import is_resource_type
from fhirkit.validate.profiles.compiled import ABSENT, Part
from fhirkit.validate.profiles.compiling import CORE
from fhirkit.validate.profiles.items import Item, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.validate.findings import Node
    from fhirkit.validate.profiles.run import Run
    from fhirkit.validate.profiles.walk import Walk
    from fhirkit.validate.scope import Scope

_STEP = re.compile(
    r"(?P<name>[A-Za-z_$]\w*(?:\[x\])?)(?:\(\s*(?P<argument>'[^']*'|\"[^\"]*\"|[\w.]*)\s*\))?(?:\.|$)"
)
_FUNCTIONS = ("resolve", "extension", "ofType")


@dataclass(frozen=True, slots=True)
class Step:
    """A name, or a function and its argument."""

    name: str
    argument: str = ""
    is_function: bool = False


@lru_cache(maxsize=1000)
def steps(path: str) -> tuple[Step, ...] | None:
    """The steps of a path, without ``$this``; None where it is of another form."""
    found: list[Step] = []
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            return None
        name, argument = match["name"], match["argument"]
        if argument is not None:
            if name not in _FUNCTIONS:
                return None
            found.append(Step(name, argument.strip("'\""), is_function=True))
        elif name != "$this":
            found.append(Step(name))
        at = match.end()
    return tuple(found)


def select(scope: Scope, item: Item, way: tuple[Step, ...]) -> list[Item] | None:
    """What the steps lead to from a value; None where a reference cannot be followed."""
    found = [item]
    for step in way:
        reached: list[Item] = []
        for one in found:
            next_ones = _follow(scope, one, step)
            if next_ones is None:
                return None
            reached += next_ones
        found = reached
    return found


def _follow(scope: Scope, item: Item, step: Step) -> list[Item] | None:
    if step.name == "ofType" and step.is_function:
        return [item] if item.kind in (step.argument, "") else []
    value = item.value
    if value is None and is_resource_type(item.type):
        return None  # a resource that is not at hand
    if not isinstance(value, dict):
        inner = item.companion or {}
        return items(inner, step.name) if step.name in ("extension", "id") else []
    if not step.is_function:
        return items(value, step.name) or items(value, f"{step.name}[x]")
    if step.name == "extension":
        return [one for one in items(value, "extension") if _url(one) == step.argument]
    return resolved(scope, item)


def resolved(scope: Scope, item: Item) -> list[Item] | None:
    """The resource that a reference leads to; None where nothing is known of it.

    Of a resource that is not at hand the type may be known, and no value.
    """
    value = item.value
    reference = value.get("reference") if isinstance(value, dict) else value
    target = scope.resolve(reference) if isinstance(reference, str) else None
    if target is not None:
        return [Item(item.owner, item.name, target)]
    kind = told_type(value) if isinstance(value, dict) else ""
    return [Item(item.owner, item.name, None, None, kind)] if kind else None


def told_type(reference: Node) -> str:
    """The type that a reference itself tells of its target, "" where it tells none."""
    told = reference.get("type")
    text = reference.get("reference")
    if isinstance(text, str) and "/" in text and not text.startswith(("#", "urn:")):
        parts = text.partition("/_history/")[0].split("/")
        if is_resource_type(parts[-2]):
            return parts[-2]
    return told if isinstance(told, str) and is_resource_type(told) else ""


def _url(item: Item) -> object:
    return item.value.get("url") if isinstance(item.value, dict) else None


def wanted(walk: Walk, part: Part, way: tuple[Step, ...]) -> list[Part]:
    """What a profile says of what the steps lead to from a part; nothing where it is silent."""
    found = [part]
    for step in way:
        found = [reached for one in found for reached in _reach(walk, one, step)]
    return found


def _reach(walk: Walk, part: Part, step: Step) -> Iterator[Part]:
    if step.is_function:
        yield from _FOLLOWED[step.name](walk, part, step.argument)
        return
    inner = walk.parts_of(part)
    known = inner.part(step.name) or inner.part(f"{step.name}[x]")
    if known is not None:
        yield known
        slices = known.slicing.slices.values() if known.slicing else ()
        if step.name != "extension":
            yield from (one for one in slices if one.least or len(slices) == 1)
    if step.name == "url" and (url := extension_url(part)):
        yield Part(fixed=url)
    if part.fixed is not ABSENT or part.pattern is not ABSENT:
        yield from _of_values(part, step.name)
    if known is None:
        yield from _of_profiles(walk.run, part, step.name)


def _of_values(part: Part, name: str) -> Iterator[Part]:
    """What a fixed value or a pattern says of an element inside it."""
    for value in (part.fixed, part.pattern):
        inner = value.get(name, ABSENT) if isinstance(value, dict) else ABSENT
        for one in inner if isinstance(inner, list) else [inner]:
            if one is not ABSENT:
                yield Part(pattern=one)


def _of_profiles(run: Run, part: Part, name: str) -> Iterator[Part]:
    for urls in (part.profiles or {}).values():
        for url in urls[:1]:
            profile = run.profile(url)
            found = profile.root.part(name) if profile else None
            if found is not None:
                yield found


def extension_url(part: Part) -> str:
    """The url of the extension that a slice stands for, "" where it stands for none."""
    urls = (part.profiles or {}).get("Extension", ())
    if urls:
        return urls[0].partition("|")[0]
    url = part.part("url")
    return url.fixed if url and isinstance(url.fixed, str) else ""


def _of_type(_: Walk, part: Part, kind: str) -> Iterator[Part]:
    for one in part.slicing.slices.values() if part.slicing else ():
        if kind in one.types:
            yield one
    if not part.types or kind in part.types:
        yield replace(part, slicing=None)


def _of_extension(walk: Walk, part: Part, url: str) -> Iterator[Part]:
    extension = walk.parts_of(part).part("extension")
    for one in extension.slicing.slices.values() if extension and extension.slicing else ():
        if extension_url(one) == url:
            profile = walk.run.profile(url)
            yield replace(profile.root, least=one.least, most=one.most) if profile else one


def _of_target(walk: Walk, part: Part, _: str) -> Iterator[Part]:
    """What a profile says of the resource that a reference leads to."""
    kinds = [kind for url in part.targets if (kind := type_of(walk.run, url))]
    if kinds and len(kinds) == len(part.targets):
        yield Part(types=tuple(kinds), profiles={"": part.targets})
    elif part.targets:
        yield Part(profiles={"": part.targets})


def type_of(run: Run, canonical: str) -> str:
    """The type that a profile is one of, "" where it is not known."""
    name = canonical.removeprefix(CORE)
    if is_resource_type(name):
        return name
    profile = run.profile(canonical)
    return profile.type if profile else ""


_FOLLOWED = {"ofType": _of_type, "extension": _of_extension, "resolve": _of_target}
