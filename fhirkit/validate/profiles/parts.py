"""The walk along a profile's parts: cardinality, slices, and each value with what is inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.validate.profiles import rules
from fhirkit.validate.profiles.compiled import ABSENT, DEFAULT_SLICE
from fhirkit.validate.profiles.compiling import CORE
from fhirkit.validate.profiles.constraints import check_constraint
from fhirkit.validate.profiles.elements import check_target, check_value, is_core_type, shown
from fhirkit.validate.profiles.items import Item, items
from fhirkit.validate.profiles.slicing import Judges, sort

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.validate.findings import Node
    from fhirkit.validate.profiles.compiled import Part, Slicing
    from fhirkit.validate.profiles.slicing import Sorted
    from fhirkit.validate.profiles.walk import Walk

_DEEPEST = 20
"""References followed from target to target; what lies further is taken to conform."""


def report(walk: Walk, resource: Node) -> None:
    """Tells what in a resource is not as the walk's profile says, once."""
    key = (id(resource), walk.profile.url)
    if key not in walk.run.reported:
        walk.run.reported.add(key)
        check_item(walk, walk.profile.root, Item(resource, None, resource), walk.profile.type)


def conforms(walk: Walk, url: str, node: Node) -> bool | None:
    """Whether an object is as a profile says, or claims to be; None where that is not known."""
    profile = walk.run.profile(url)
    kind = node.get("resourceType")
    if profile is None:
        return url == f"{CORE}{kind}" if is_core_type(url) else None
    if isinstance(kind, str) and kind != profile.type:
        return False
    if walk.run.declares(node, profile.url):
        return True  # its own check tells what it lacks
    key = (id(node), profile.url)
    judged = walk.run.judged
    if key not in judged:
        if walk.depth > _DEEPEST:
            return True
        judged[key] = True  # where it comes back to itself on the way
        trial = walk.trial(profile)
        check_item(trial, profile.root, Item(node, None, node), profile.type)
        judged[key] = not any(one.severity == "error" for one in trial.findings.made)
    return judged[key]


def check_item(walk: Walk, part: Part, item: Item, path: str) -> None:
    """Checks one value and what is inside it; ``path`` is that of its definition."""
    if part.judges_value and not check_value(walk, part, item):
        return
    if part.targets:
        check_target(walk, part, item, conforms)
    if part.profiles:
        _check_profiles(walk, part, item)
    node = item.value if isinstance(item.value, dict) else item.companion
    if node is not None:
        inner = walk.parts_of(part)
        for name, one in (inner.parts or {}).items():
            check_element(walk, one, node, name, f"{path}.{name}")
    for constraint in part.constraints:
        check_constraint(walk, constraint, item, path)


def check_element(walk: Walk, part: Part, node: Node, name: str, path: str) -> None:
    """Checks the values of the element ``name``, spelt ``value[x]`` where it is a choice."""
    found = items(node, name)
    if not found:
        _check_presence(walk, part, node, name)
        return
    before = len(walk.findings.made)
    if part.slicing:
        right = [one for one in found if not part.types or one.kind in ("", *part.types)]
        _check_slices(walk, part.slicing, node, name, right, path)
    if len(found) < part.least and len(walk.findings.made) == before:
        expected = f"at least {part.least}"
        walk.add(rules.TOO_FEW, node, _bare(name), found=str(len(found)), expected=expected)
    _check_most(walk, part, found)
    if part.most != 0:
        for item in found:
            check_item(walk, part, item, path)


def _check_presence(walk: Walk, part: Part, node: Node, name: str) -> None:
    """Tells that an element is missing that has to be there, itself or as one of its slices."""
    if part.least:
        names = [name.replace("[x]", kind[0].upper() + kind[1:]) for kind in part.types]
        walk.add(
            rules.REQUIRED,
            node,
            names[0] if names and name.endswith("[x]") else _bare(name),
            expected=" | ".join(names) if name.endswith("[x]") else None,
        )
    elif part.slicing:
        for called, one in part.slicing.slices.items():
            if one.least:
                walk.add(rules.SLICE_MISSING, node, _bare(name), expected=_described(called, one))


def _check_most(walk: Walk, part: Part, found: list[Item]) -> None:
    if part.most is None or len(found) <= part.most:
        return
    first = found[part.most]
    if part.most == 0:
        owner, name = (first.owner, first.name)
        walk.add(rules.PROHIBITED, owner, name)
    else:
        walk.add(rules.TOO_MANY, first.owner, first.name, expected=f"at most {part.most}")


def _check_slices(
    walk: Walk, slicing: Slicing, node: Node, name: str, found: list[Item], path: str
) -> None:
    made = sort(walk, slicing, found, _JUDGES)
    for called, part in slicing.slices.items():
        own = made.slices[called]
        if len(own) < part.least and not made.unclear:
            walk.add(rules.SLICE_MISSING, node, _bare(name), expected=_described(called, part))
        if part.most is not None and len(own) > part.most:
            first = own[part.most]
            rule = rules.SLICE_TOO_MANY if part.most else rules.PROHIBITED
            walk.add(rule, first.owner, first.name, expected=f"{called}: at most {part.most}")
        if part.slicing and own:
            _check_slices(walk, part.slicing, node, name, own, path)
        for item in own:
            check_item(walk, part, item, path)
    _check_others(walk, slicing, made)


def _check_others(walk: Walk, slicing: Slicing, made: Sorted) -> None:
    """Checks what is of no slice, and the order of all."""
    if slicing.rules == "closed":
        for item in made.others:
            expected = " | ".join(name for name in slicing.slices if name != DEFAULT_SLICE)
            walk.add(rules.NO_SLICE, item.owner, item.name, expected=expected)
    if made.unclear or not (slicing.ordered or slicing.rules == "openAtEnd"):
        return
    least = 0
    for item, at in made.placed:
        is_other = at == len(slicing.slices)
        if is_other and slicing.rules != "openAtEnd":
            continue
        at = at if slicing.ordered or is_other else 0
        if at < least:
            walk.add(rules.SLICE_ORDER, item.owner, item.name)
            return
        least = at


def _check_profiles(walk: Walk, part: Part, item: Item) -> None:
    """Checks a value against the profiles that its type is narrowed to."""
    node = item.value
    urls = _profiles_of(part, item)
    if not urls or not isinstance(node, dict):
        return
    is_resource = "resourceType" in node
    inner = walk.of(node) if is_resource else walk
    if len(urls) > 1 or (is_resource and walk.is_trial):
        if all(conforms(inner, url, node) is False for url in urls):
            walk.add(rules.NO_PROFILE, item.owner, item.name, expected=" | ".join(urls))
        return
    profile = walk.run.profile(urls[0])
    if profile is None:
        return
    if is_resource and profile.type != node["resourceType"]:
        walk.add(rules.VALUE_TYPE, item.owner, item.name, expected=profile.type)
    elif is_resource:
        report(inner.by(profile), node)
    else:
        check_item(walk.by(profile), profile.root, item, profile.type)


def _profiles_of(part: Part, item: Item) -> tuple[str, ...]:
    """The profiles for the type of a value; extensions are the extension layer's."""
    known = {kind: urls for kind, urls in (part.profiles or {}).items() if kind != "Extension"}
    if item.kind in known:
        return known[item.kind]
    if len(known) == 1 and (not item.type or not part.types):
        kind, urls = next(iter(known.items()))
        return urls if kind == "Resource" or not item.kind else ()
    return ()


def _bare(name: str) -> str:
    return name.removesuffix("[x]")


def _described(name: str, part: Part) -> str:
    """A slice by its name and the values that make it one: they are the profile's own."""
    values = [*_told(part, "")]
    return f"{name} ({', '.join(values)})" if values else name


def _told(part: Part, path: str) -> Iterator[str]:
    for value in (part.fixed, part.pattern):
        if value is not ABSENT:
            yield f"{path} {shown(value)}".strip()
    for name, inner in (part.parts or {}).items():
        yield from _told(inner, f"{path}.{name}".strip("."))


def _is_as_part(walk: Walk, part: Part, item: Item) -> bool:
    trial = walk.trial(walk.profile)
    check_item(trial, part, item, walk.profile.type)
    return not any(one.severity == "error" for one in trial.findings.made)


def _is_as_profiles(walk: Walk, urls: tuple[str, ...], item: Item) -> bool | None:
    node = item.value
    if not isinstance(node, dict):
        return None
    inner = walk.of(node) if "resourceType" in node else walk
    verdicts = [conforms(inner, url, node) for url in urls]
    return True if True in verdicts else None if None in verdicts else False


_JUDGES = Judges(as_part=_is_as_part, as_profiles=_is_as_profiles)
