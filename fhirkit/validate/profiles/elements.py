"""What a profile says of one value of an element, apart from what stands inside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fhirkit.validate.definitions import is_resource_type
from fhirkit.validate.profiles import rules
from fhirkit.validate.profiles.comparing import equals, fits, order
from fhirkit.validate.profiles.compiled import ABSENT, Json
from fhirkit.validate.profiles.compiling import CORE
from fhirkit.validate.profiles.paths import resolved, type_of
from fhirkit.validate.profiles.slicing import has_code

if TYPE_CHECKING:
    from collections.abc import Callable

    from fhirkit.validate.findings import Node
    from fhirkit.validate.profiles.compiled import Part
    from fhirkit.validate.profiles.items import Item
    from fhirkit.validate.profiles.walk import Walk

    Conforms = Callable[[Walk, str, Node], bool | None]
    Place = tuple[Node | list[Any], str | int | None]

_CODED = ("code", "system", "url", "status", "type", "use", "intent", "mode", "language")
_LISTED = 12
"""Codes of a value set that are listed where one of them was expected."""


def check_value(walk: Walk, part: Part, item: Item) -> bool:
    """Checks the value itself, and says whether it is worth looking inside it."""
    if part.types and item.kind and item.kind not in part.types:
        walk.add(rules.VALUE_TYPE, *_place(item), found=item.kind, expected=" | ".join(part.types))
        return False
    if item.value is None:
        return True  # a primitive with extensions only: data-absent-reason stands in
    if not _check_fixed(walk, part, item):
        return True
    _check_limits(walk, part, item)
    if part.binding is not None:
        _check_binding(walk, part.binding, item)
    return True


def _place(item: Item) -> Place:
    return item.owner, item.name


def _check_fixed(walk: Walk, part: Part, item: Item) -> bool:
    if part.fixed is not ABSENT and not equals(item.value, part.fixed):
        walk.add(rules.FIXED, *_place(item), found=_code(item), expected=shown(part.fixed))
        return False
    if part.pattern is not ABSENT and not fits(item.value, part.pattern):
        walk.add(rules.PATTERN, *_place(item), found=_code(item), expected=shown(part.pattern))
        return False
    return True


def _check_limits(walk: Walk, part: Part, item: Item) -> None:
    if part.low is not ABSENT and order(item.value, part.low) == -1:
        walk.add(rules.LIMIT, *_place(item), expected=f"at least {shown(part.low)}")
    if part.high is not ABSENT and order(item.value, part.high) == 1:
        walk.add(rules.LIMIT, *_place(item), expected=f"at most {shown(part.high)}")
    if part.longest is not None and isinstance(item.value, str) and len(item.value) > part.longest:
        walk.add(rules.LENGTH, *_place(item), expected=f"at most {part.longest} characters")


def _check_binding(walk: Walk, binding: tuple[str, str], item: Item) -> None:
    strength, url = binding
    codes = walk.run.value_set(url)
    value = item.value
    if codes is None or not isinstance(value, (str, dict)) or has_code(codes, value):
        return
    coded = _codings(value)
    every = {code for some in codes.values() for code in some or ()}
    closed = None not in codes.values() and len(every) <= _LISTED
    expected = " | ".join(sorted(every)) if closed else f"a code of {url.partition('|')[0]}"
    owner, name = _coded_place(item)
    if strength != "required":
        if coded and all("system" in one for one in coded):
            walk.add(rules.EXTENSIBLE, owner, name, found=_code(item), expected=expected)
    elif coded or isinstance(value, str):
        walk.add(rules.BINDING, owner, name, found=_code(item), expected=expected)
    elif "extension" not in value:  # data-absent-reason stands in for a code
        walk.add(rules.NO_CODE, owner, name, expected=expected)


def _codings(value: str | Json) -> list[Json]:
    if isinstance(value, str):
        return []
    codings = value.get("coding", [value] if "code" in value else [])
    if not isinstance(codings, list):
        return []
    return [one for one in codings if isinstance(one, dict) and isinstance(one.get("code"), str)]


def _coded_place(item: Item) -> Place:
    """The unit's code where a Quantity's unit is at fault, else the element."""
    if isinstance(item.value, dict) and item.type == "Quantity" and "code" in item.value:
        return item.value, "code"
    return _place(item)


def _code(item: Item) -> str | None:
    """What may be told of a value: a code; never what may be free text."""
    value = item.value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        coded = _codings(value)
        return str(coded[0]["code"]) if coded else None
    if isinstance(value, str) and (item.type == "code" or item.name in _CODED):
        return value
    return None


def shown(wanted: object) -> str:
    """A fixed value or pattern in one line: it is the profile's, so it may be told."""
    if isinstance(wanted, dict):
        return ", ".join(f"{name} {shown(value)}" for name, value in wanted.items())
    if isinstance(wanted, list):
        return "; ".join(shown(one) for one in wanted)
    return str(wanted).lower() if isinstance(wanted, bool) else str(wanted)


def check_target(walk: Walk, part: Part, item: Item, conforms: Conforms) -> None:
    """Checks that a reference leads to what the profile allows, as far as it can be seen."""
    if not isinstance(item.value, dict):
        return
    target = next(iter(resolved(walk.scope, item) or ()), None)
    node = target.value if target and isinstance(target.value, dict) else None
    kind = target.kind if target else ""
    if not kind or (part.base_targets and kind not in part.base_targets):
        return  # not to be told, or the base's own matter
    fitting = [url for url in part.targets if type_of(walk.run, url) in (kind, "")]
    if not fitting:
        expected = " | ".join(type_of(walk.run, url) or url for url in part.targets)
        walk.add(rules.TARGET, *_place(item), found=kind, expected=expected)
    elif node is not None:
        inner = walk.of(node)
        if all(conforms(inner, url, node) is False for url in fitting):
            walk.add(
                rules.TARGET,
                *_place(item),
                found=f"{kind} that does not conform",
                expected=" | ".join(fitting),
            )


def is_core_type(url: str) -> bool:
    """Whether a profile's url is that of a resource type itself, which every such resource is."""
    return is_resource_type(url.removeprefix(CORE).removesuffix("|4.0.1"))
