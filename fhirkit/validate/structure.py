"""The shape of each resource: elements, cardinality, types and the form of values.

The judge is fhir.resources with its R4B models; for every type of R4 that R4B still has, the
elements are the same. Each resource is judged by itself, so that a finding names it, and what
pydantic says is put in words of our own: its messages may quote the value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeGuard

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from fhirkit.issues import Issue, Severity
from fhirkit.validate.place import Resource, Steps, at, issue_at, json_kind
from fhirkit.validate.versions import R4_ONLY, other_version
from fhirkit.validate.versions import SPEC as TYPES_SPEC

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir_core.fhirabstractmodel import FHIRAbstractModel
    from pydantic_core import ErrorDetails

DATATYPES_SPEC = "https://hl7.org/fhir/R4/datatypes.html"

# What fhir_core lets through besides pydantic's own error: it looks names of types up and joins
# them without asking what they are.
_UNCHECKED = (KeyError, TypeError, ValueError, AttributeError, RecursionError)

_KINDS = {
    "bool_parsing": "a boolean",
    "bool_type": "a boolean",
    "dict_type": "an object",
    "int_from_float": "an integer",
    "int_parsing": "an integer",
    "int_type": "an integer",
    "json_invalid": "an object",  # fhir_core reads a string in the place of an object as JSON
    "json_type": "an object",
    "list_type": "an array",
    "model_type": "an object",
    "model_validation_format": "an object",
    "string_type": "a string",
    "string_unicode": "a string of Unicode characters",
}
_CHOICES = re.compile(r"from this list \[([^\]]*)\]")
_PRIMITIVE = re.compile(r"\b(Base64Binary|DateTime|Date|Decimal|Instant|Integer|Time|Uri|Url)\b")
# Values for an element that is there as an extension only, by the end of its name.
_STAND_INS: dict[str, Any] = {
    "Boolean": True,
    "DateTime": "2000-01-01T00:00:00Z",
    "Date": "2000-01-01",
    "Integer": 1,
    "String": "-",
    "Uri": "urn:x",
}


def structure(root: Resource, value: object, steps: Steps = ()) -> Iterator[Issue]:
    """Findings about the resource in ``root`` that ``steps`` lead to, and what it contains."""
    if not isinstance(value, dict):
        yield _kind(root, steps, "an object", value)
        return
    kind = value.get("resourceType")
    if not isinstance(kind, str) or not kind:
        message = "no resourceType: it cannot be told what this is"
        yield issue_at(root, steps, "required", "resource-type", message)
        return
    other = other_version(value)
    if other:
        yield _wrong_version(root, steps, *other)
        return
    contained = value.get("contained")
    if not isinstance(contained, list):
        yield from _by_model(root, value, steps, kind)
        return
    outer = {name: inner for name, inner in value.items() if name != "contained"}
    yield from _by_model(root, outer, steps, kind)
    for position, inner in enumerate(contained):
        yield from structure(root, inner, (*steps, "contained", position))


def _by_model(root: Resource, resource: Resource, steps: Steps, kind: str) -> Iterator[Issue]:
    if kind in R4_ONLY:
        message = f"the structure of {kind} is not checked by this version of fhirkit"
        yield issue_at(
            root, steps, "not-supported", "not-checked", message, severity=Severity.INFORMATION
        )
        return
    model = _model(kind)
    if model is None:
        yield issue_at(
            root,
            (*steps, "resourceType"),
            "value",
            "unknown-type",
            "no FHIR R4 resource type",
            expected="the name of an R4 resource type",
            spec=TYPES_SPEC,
        )
        return
    for error in _errors(model, resource):
        if error is None:
            message = "a part of this resource cannot be read as FHIR R4"
            yield issue_at(root, steps, "structure", "unreadable", message)
        else:
            yield _of(root, resource, steps, error)


def _errors(model: type[FHIRAbstractModel], resource: Resource) -> list[ErrorDetails | None]:
    """What the model says; None stands for a part it could not read at all."""
    try:
        model.model_validate(resource)
    except ValidationError as errors:
        found = errors.errors(include_url=False, include_input=False)
        gap = _gap(resource, found)
        return list(found) if gap is None else _errors(model, {**resource, **gap})
    except _UNCHECKED:
        return [None]
    return []


def _gap(resource: Resource, errors: list[ErrorDetails]) -> Resource | None:
    """A value for a required choice the resource gives as an extension only.

    ``"_effectiveDateTime": {"extension": [...]}`` alone is legal FHIR, but the models ask for
    ``effectiveDateTime``.
    """
    for error in errors:
        if error["loc"]:
            continue
        for name in _choices(error):
            for ending, value in _STAND_INS.items():
                if f"_{name}" in resource and name not in resource and name.endswith(ending):
                    return {name: value}
    return None


def _of(root: Resource, resource: Resource, steps: Steps, error: ErrorDetails) -> Issue:
    kind = error["type"]
    loc: Steps = error["loc"]
    if loc and loc[-1] == "root":
        loc = loc[:-1]  # fhir_core's word for the value itself
    here = (*steps, *loc)
    if kind in ("missing", "model_field_validation.missing"):
        return issue_at(root, here, "required", "required", "a required element is missing")
    if kind == "extra_forbidden":
        return issue_at(root, here, "structure", "unknown-element", "R4 has no such element here")
    if "None is not allowed" in error["msg"]:
        return issue_at(root, here, "structure", "null", "null cannot stand in this array")
    if "One of field value is required" in error["msg"]:
        return issue_at(root, here, "structure", "empty", "an element needs a value or children")
    if kind in _KINDS:
        return _kind(root, here, _KINDS[kind], at(resource, loc))
    choices = _choices(error)
    if choices and "multiple" in error["msg"]:
        return _twice(root, here, choices, at(resource, loc))
    if choices:
        message = "one of these elements is required"
        expected = " | ".join(choices)
        return issue_at(root, here, "required", "choice-required", message, expected=expected)
    return _form(root, here, error)


def _twice(root: Resource, here: Steps, choices: list[str], owner: object) -> Issue:
    names = [name for name in (owner if isinstance(owner, dict) else ()) if name in choices]
    message = "only one of these elements may be there"
    expected = " | ".join(choices)
    return issue_at(
        root, (*here, *names[1:2]), "structure", "choice-twice", message, expected=expected
    )


def _form(root: Resource, here: Steps, error: ErrorDetails) -> Issue:
    """A value of the right JSON kind and the wrong form."""
    pattern = error.get("ctx", {}).get("pattern")
    primitive = _PRIMITIVE.search(error["msg"])
    expected: str | None = None
    if error["type"].startswith(("date", "time")):
        expected = "a date or time that exists, as FHIR writes it"
    elif primitive:
        expected = f"the form of FHIR's {primitive[0][0].lower()}{primitive[0][1:]}"
    elif pattern:
        expected = f"the form {pattern}"
    message = "the value has not the form it should have"
    return issue_at(root, here, "value", "form", message, expected=expected, spec=DATATYPES_SPEC)


def _kind(root: Resource, here: Steps, expected: str, value: object) -> Issue:
    message = f"{expected} was expected"
    found = json_kind(value)
    return issue_at(root, here, "structure", "kind", message, expected=expected, found=found)


def _wrong_version(root: Resource, steps: Steps, version: str, sign: str) -> Issue:
    message = f"this is written for FHIR {version}: fhirkit reads R4 (4.0.1)"
    return issue_at(
        root,
        (*steps, sign),
        "not-supported",
        "fhir-version",
        message,
        found=version,
        expected="R4",
        spec=TYPES_SPEC,
    )


def is_resource_type(kind: object) -> TypeGuard[str]:
    """Whether this is the name of an R4 resource type."""
    return isinstance(kind, str) and (kind in R4_ONLY or _model(kind) is not None)


def _model(kind: str) -> type[FHIRAbstractModel] | None:
    """The model of a resource type, None where R4 has no such resource."""
    try:
        model = get_fhir_model_class(kind)
    except ValueError:
        return None
    return model if model.has_resource_base() else None


def _choices(error: ErrorDetails) -> list[str]:
    match = _CHOICES.search(error["msg"])
    return [name.strip(" '") for name in match[1].split(",")] if match else []
