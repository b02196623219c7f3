"""Extensions: known or not, where they may stand, and what they have to hold.

R4's own, those of packages given with ``--ig``, and the few that fhirkit writes beyond R4's.
https://hl7.org/fhir/R4/extensibility.html, https://hl7.org/fhir/R4/defining-extensions.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.issues import Severity
from fhirkit.validate.definitions import is_resource_type
from fhirkit.validate.findings import Rule, shown
from fhirkit.validate.profiles.constraints import check_constraint
from fhirkit.validate.profiles.items import Item, items
from fhirkit.validate.profiles.parts import check_element
from fhirkit.validate.profiles.paths import extension_url
from fhirkit.validate.profiles.walk import Walk

if TYPE_CHECKING:
    from fhirkit.validate.findings import Findings, Node
    from fhirkit.validate.profiles.compiled import Part, Profile
    from fhirkit.validate.profiles.run import Run
    from fhirkit.validate.scope import Scope

_EXTENSIBILITY = "https://hl7.org/fhir/R4/extensibility.html"
_DEFINING = "https://hl7.org/fhir/R4/defining-extensions.html"

UNKNOWN = Rule(
    "extension-unknown",
    "extension",
    "no extension of this url is known, so what it says was not checked",
    Severity.WARNING,
    expected="an extension of R4, or of a package given with --ig",
    spec=_EXTENSIBILITY,
)
UNKNOWN_MODIFIER = Rule(
    "extension-modifier-unknown",
    "extension",
    "a modifier extension that is not known: nobody may pass it over, or read the rest without it",
    spec=f"{_EXTENSIBILITY}#modifierExtension",
)
URL = Rule(
    "extension-url",
    "value",
    "the url of an extension is absolute and has no version",
    spec=f"{_EXTENSIBILITY}#Extension",
)
NO_MODIFIER = Rule(
    "extension-no-modifier",
    "extension",
    "no modifier: it stands in extension, not in modifierExtension",
    spec=f"{_EXTENSIBILITY}#modifierExtension",
)
MODIFIER = Rule(
    "extension-modifier",
    "extension",
    "a modifier: it stands in modifierExtension, not in extension",
    spec=f"{_EXTENSIBILITY}#modifierExtension",
)
CONTEXT = Rule(
    "extension-context",
    "extension",
    "this extension may not stand here",
    spec=f"{_DEFINING}#context",
)
TYPE = Rule(
    "extension-value-type",
    "structure",
    "the extension takes no value of this type",
    spec=f"{_EXTENSIBILITY}#Extension",
)
NO_VALUE = Rule(
    "extension-no-value",
    "structure",
    "the extension takes extensions inside it and no value",
    spec=f"{_EXTENSIBILITY}#Extension",
)
NO_PARTS = Rule(
    "extension-no-parts",
    "structure",
    "the extension takes a value and no extensions inside it",
    spec=f"{_EXTENSIBILITY}#Extension",
)
UNKNOWN_PART = Rule(
    "extension-part-unknown",
    "extension",
    "the extension has no part of this name",
    spec=f"{_EXTENSIBILITY}#Extension",
)
PART_MISSING = Rule(
    "extension-part-missing",
    "required",
    "a part that the extension requires is missing",
    spec=f"{_EXTENSIBILITY}#Extension",
)
PART_TOO_MANY = Rule(
    "extension-part-too-many",
    "structure",
    "more of this part than the extension allows",
    spec=f"{_EXTENSIBILITY}#Extension",
)

#: Elements of other versions of FHIR: https://hl7.org/fhir/R4/versions.html#extensions
_OF_OTHER_VERSIONS = re.compile(
    r"http://hl7\.org/fhir/\d\.\d/StructureDefinition/extension-[A-Z]\w*(\.\w+(\[x\])?)*"
)
_EVERYWHERE = frozenset({"Element", "Base"})


def check_extension(
    extension: Node,
    scope: Scope,
    findings: Findings,
    run: Run,
    *,
    path: str,
    types: tuple[str, ...],
    modifier: bool = False,
    strict: bool = False,
) -> None:
    """Checks an extension by the definition of its url.

    ``path`` is the path, as definitions spell it, of the element that has the extension:
    ``Patient.birthDate``, ``HumanName.family``, ``Patient``, and ``Extension`` where it is one
    itself. ``types`` are that element's type and the types it is derived from. ``modifier`` says
    that it stands in modifierExtension; ``strict`` makes an unknown extension an error.

    Parts of an extension, whose urls are plain names, are checked with the whole.
    """
    url = extension.get("url")
    if not isinstance(url, str) or not url:
        return
    profile = run.profile(url)
    if profile is None or profile.type != "Extension" or "|" in url:
        if ":" in url or "Extension" not in types:
            _check_unknown(extension, findings, url, modifier=modifier, strict=strict)
        return
    walk = Walk(run, profile, scope, findings)
    if modifier != profile.modifier:
        walk.add(NO_MODIFIER if modifier else MODIFIER, extension, found=shown(url))
    if not _may_stand(profile, path, types):
        expected = " | ".join(sorted(expression for _, expression in profile.contexts))
        walk.add(CONTEXT, extension, found=path, expected=expected)
    _check_content(walk, profile.root, extension)
    for constraint in profile.root.constraints:
        check_constraint(walk, constraint, Item(extension, None, extension), "Extension")


def _check_unknown(
    extension: Node, findings: Findings, url: str, *, modifier: bool, strict: bool
) -> None:
    if ":" not in url or "|" in url:
        findings.add(URL, extension, "url", found=shown(url))
    elif modifier:
        findings.add(UNKNOWN_MODIFIER, extension, found=shown(url))
    elif not _OF_OTHER_VERSIONS.fullmatch(url):
        severity = Severity.ERROR if strict else None
        findings.add(UNKNOWN, extension, found=shown(url), severity=severity)


def _may_stand(profile: Profile, path: str, types: tuple[str, ...]) -> bool:
    """Whether one of the contexts is that of the element; those nobody can judge here are."""
    if not profile.contexts:
        return True
    for kind, expression in profile.contexts:
        if kind != "element" or "#" in expression or expression in _EVERYWHERE:
            return True
        if expression == path or expression in types:
            return True
        if expression.replace("[x]", "") == path.replace("[x]", "") or _ends_alike(
            expression, path
        ):
            return True
    return False


def _ends_alike(expression: str, path: str) -> bool:
    """Whether a context is spelt through a data type.

    ``StructureDefinition.snapshot.element.binding.valueSet`` names
    ``ElementDefinition.binding.valueSet``.
    """
    head, _, tail = path.partition(".")
    return bool(tail) and not is_resource_type(head) and expression.endswith(f".{tail}")


def _check_content(walk: Walk, definition: Part, extension: Node) -> None:
    """Checks the value, or the extensions inside, of an extension or of a part of one."""
    value = definition.part("value[x]")
    inside = definition.part("extension")
    values = items(extension, "value[x]")
    if value is not None and value.most == 0:
        if values:
            walk.add(NO_VALUE, extension, found=values[0].type)
            return
    elif inside is not None and inside.most == 0 and "extension" in extension:
        if not values:  # with a value it is ext-1's matter
            walk.add(NO_PARTS, extension)
        return
    if value is not None and values:
        _check_values(walk, value, extension, values)
    if inside is not None and inside.most != 0:
        _check_parts(walk, inside, extension)


def _check_values(walk: Walk, part: Part, extension: Node, values: list[Item]) -> None:
    wrong = [item for item in values if part.types and item.type not in part.types]
    if wrong:
        expected = " | ".join(part.types)
        walk.add(TYPE, extension, found=wrong[0].type, expected=expected)
    else:
        check_element(walk, part, extension, "value[x]", "Extension.value[x]")


def _check_parts(walk: Walk, inside: Part, extension: Node) -> None:
    given = extension.get("extension")
    by_url: dict[str, list[Node]] = {}
    for one in given if isinstance(given, list) else ():
        if isinstance(one, dict) and isinstance(one.get("url"), str):
            by_url.setdefault(one["url"], []).append(one)
    known = inside.slicing.slices.values() if inside.slicing else ()
    for part in known:
        url = extension_url(part)
        found = by_url.pop(url, [])
        if len(found) < part.least:
            walk.add(PART_MISSING, extension, expected=url)
        elif part.most is not None and len(found) > part.most:
            expected = f"{url}: at most {part.most}"
            walk.add(PART_TOO_MANY, found[part.most], expected=expected)
        if ":" not in url:
            for one in found:
                _check_content(walk, part, one)
    for url, found in by_url.items():
        if ":" not in url:
            walk.add(UNKNOWN_PART, found[0], found=shown(url), expected=_names(inside))


def _names(inside: Part) -> str:
    known = inside.slicing.slices.values() if inside.slicing else ()
    return " | ".join(extension_url(part) for part in known)
