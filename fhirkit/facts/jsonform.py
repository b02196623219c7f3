"""Cases as JSON and back, and the JSON Schema of that form.

The form follows the dataclasses of :mod:`fhirkit.facts.model` field by field. What is None,
empty or False is left out. A number is given once, as the string of its digits: a JSON number
would lose them ("0.40"), and two forms of one value could disagree. Spans are half-open
ranges of Unicode code points of ``text`` and repeat their words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import StrEnum
from hashlib import sha256
from inspect import cleandoc
from types import NoneType, UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

from fhirkit.errors import InputError
from fhirkit.facts.case import Case
from fhirkit.facts.model import (
    AdverseEventFact,
    ConditionFact,
    EncounterFact,
    Fact,
    LeftOut,
    MedicationFact,
    ObservationFact,
    PatientFact,
    ProcedureFact,
    Quantity,
    Range,
    Ratio,
    ReportFact,
    Review,
    Statement,
    SymptomFact,
    Term,
)
from fhirkit.settings import INSTANT

FORMAT: Final = "fhirkit-facts/1"
#: The form of a fact's id: it becomes part of identifiers and of searches for them.
FACT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")

KINDS: Final[Mapping[str, type[Fact]]] = {
    "patient": PatientFact,
    "medication": MedicationFact,
    "observation": ObservationFact,
    "condition": ConditionFact,
    "symptom": SymptomFact,
    "procedure": ProcedureFact,
    "report": ReportFact,
    "encounter": EncounterFact,
    "adverse-event": AdverseEventFact,
}
_PARTS: Final = (
    "format",
    "sha256",
    "text",
    "facts",
    "notices",
    "left_out",
    "statements",
    "reviews",
)
# A field that can hold one of these says which in "type".
_VALUES: Final = {"quantity": Quantity, "ratio": Ratio, "range": Range, "term": Term}
_KIND_OF: Final = {made: kind for kind, made in KINDS.items()}
_VALUE_OF: Final = {made: name for name, made in _VALUES.items()}

# "kind" says what a fact is; FHIR calls the kind of an encounter its class.
_RENAMED: Final = {(EncounterFact, "kind"): "class"}

_NUMBER = r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?"
_PATTERNS: Final = {
    "id": FACT_ID.pattern,
    "digits": _NUMBER,
    "numerator": _NUMBER,
    "denominator": _NUMBER,
    "period": _NUMBER,
    "at": INSTANT.pattern,
    "fact": FACT_ID.pattern,
}
_CHOICES: Final = {
    "comparator": ("<", "<=", ">=", ">"),
    "relation": ("before", "after", "at", "during"),
    "verdict": ("accept", "reject", "correct", "add", "note"),
}


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a dataclass: its name there and in JSON, its type, whether it may be absent."""

    attribute: str
    name: str
    hint: Any
    required: bool
    default: Any
    varies: bool


def to_dict(case: Case) -> dict[str, Any]:
    """``case`` in its JSON form."""
    made: dict[str, Any] = {
        "format": FORMAT,
        "sha256": _digest(case.text),
        "text": case.text,
        "facts": [fact_to_dict(fact) for fact in case.facts],
    }
    if case.notices:
        made["notices"] = list(case.notices)
    if case.left_out:
        made["left_out"] = [_encoded(item) for item in case.left_out]
    if case.statements:
        made["statements"] = [_encoded(item) for item in case.statements]
    if case.reviews:
        made["reviews"] = [_encoded(item) for item in case.reviews]
    return made


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def fact_to_dict(fact: Fact) -> dict[str, Any]:
    """One fact in its JSON form."""
    return {"kind": _KIND_OF[type(fact)], **_encoded(fact)}


def _encoded(value: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for field in _fields(type(value)):
        inner = getattr(value, field.attribute)
        if inner is None or inner == () or inner == "" or inner is False:
            continue
        made[field.name] = _plain(inner)
        if field.varies:
            made[field.name] = {"type": _VALUE_OF[type(inner)], **made[field.name]}
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if type(value) is tuple:
        return [_plain(item) for item in value]
    return _encoded(value) if is_dataclass(value) else value


def from_dict(data: object) -> Case:
    """The case that ``data`` is the JSON form of; InputError names the place of a fault."""
    made = _mapping(data, "", _PARTS)
    if made.get("format") != FORMAT:
        raise _fault("format", f"must be '{FORMAT}'")
    text = _decoded(made.get("text"), str, "text")
    if made.get("sha256") != _digest(text):
        raise _fault("sha256", "is not that of the text: the file was changed")
    facts = tuple(
        _decoded_fact(item, f"facts[{index}]") for index, item in enumerate(_list(made, "facts"))
    )
    notices = tuple(
        _decoded(item, str, f"notices[{index}]")
        for index, item in enumerate(_list(made, "notices") if "notices" in made else ())
    )
    left_out: tuple[LeftOut, ...] = _decoded_list(made, "left_out", LeftOut)
    statements: tuple[Statement, ...] = _decoded_list(made, "statements", Statement)
    reviews: tuple[Review, ...] = _decoded_list(made, "reviews", Review)
    try:
        return Case(text, facts, notices, left_out, statements, reviews)
    except ValueError as error:
        raise _fault("facts", str(error)) from None


def _list(data: Mapping[str, Any], name: str) -> list[Any]:
    found = data.get(name)
    if not isinstance(found, list):
        raise _fault(name, "must be a list")
    return found


def _decoded_list(data: Mapping[str, Any], name: str, kind: type[Any]) -> tuple[Any, ...]:
    """The values of a list that may be absent."""
    return tuple(
        _decoded_dataclass(item, kind, f"{name}[{index}]")
        for index, item in enumerate(_list(data, name) if name in data else ())
    )


def _decoded_fact(data: object, place: str) -> Fact:
    kind = data.get("kind") if isinstance(data, Mapping) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise _fault(f"{place}.kind", f"must be one of {', '.join(KINDS)}")
    made: Fact = _decoded_dataclass(data, KINDS[kind], place, tag="kind")
    return made


def _decoded_dataclass(data: object, kind: type[Any], place: str, *, tag: str = "") -> Any:
    known = _fields(kind)
    names = [field.name for field in known]
    given = _mapping(data, place, (*names, tag) if tag else names)
    values = {}
    for field in known:
        inner = f"{place}.{field.name}"
        if field.name in given:
            values[field.attribute] = _decoded(given[field.name], field.hint, inner)
        elif field.required:
            raise _fault(inner, "is missing")
        else:
            values[field.attribute] = field.default
    return kind(**values)


def _decoded(value: object, hint: Any, place: str) -> Any:
    """``value`` as ``hint`` wants it."""
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise _fault(place, "must be a list")
        inner = get_args(hint)[0]
        return tuple(_decoded(v, inner, f"{place}[{i}]") for i, v in enumerate(value))
    if isinstance(hint, UnionType):
        return _decoded_union(value, hint, place)
    if is_dataclass(hint):
        return _decoded_dataclass(value, hint, place)  # type: ignore[arg-type]
    if issubclass(hint, StrEnum):
        return _decoded_choice(value, hint, place)
    return _decoded_plain(value, hint, place)


def _decoded_union(value: object, hint: UnionType, place: str) -> Any:
    options = [option for option in get_args(hint) if option is not NoneType]
    if len(options) == 1:
        return _decoded(value, options[0], place)
    name = value.get("type") if isinstance(value, Mapping) else None
    if not isinstance(name, str) or name not in _VALUES:
        raise _fault(f"{place}.type", f"must be one of {', '.join(_VALUES)}")
    return _decoded_dataclass(value, _VALUES[name], place, tag="type")


def _decoded_choice(value: object, hint: type[StrEnum], place: str) -> StrEnum:
    if not isinstance(value, str) or value not in list(hint):
        raise _fault(place, f"must be one of {', '.join(hint)}")
    return hint(value)


def _decoded_plain(value: object, hint: type[Any], place: str) -> Any:
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise _fault(place, f"must be {_PLAIN[hint][0]}")
    name = place.rpartition(".")[2]
    if name in _PATTERNS and not re.fullmatch(_PATTERNS[name], str(value)):
        raise _fault(place, f"must match {_PATTERNS[name]}")
    if name in _CHOICES and value not in _CHOICES[name]:
        raise _fault(place, f"must be one of {', '.join(_CHOICES[name])}")
    if hint is int and value < 0:
        raise _fault(place, "must not be negative")
    return value


def _mapping(data: object, place: str, names: tuple[str, ...] | list[str]) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise _fault(place, "must be an object")
    for name in data:
        if name not in names:
            raise _fault(f"{place}.{name}" if place else str(name), "is no field of this form")
    return data


def _fault(place: str, what: str) -> InputError:
    return InputError(f"facts as JSON: {place or 'the document'} {what}")


_PLAIN: Final[Mapping[type, tuple[str, str]]] = {
    str: ("a string", "string"),
    int: ("a whole number", "integer"),
    bool: ("true or false", "boolean"),
}
_KNOWN_FIELDS: dict[type, tuple[_Field, ...]] = {}


def _fields(kind: type[Any]) -> tuple[_Field, ...]:
    known = _KNOWN_FIELDS.get(kind)
    if known is None:
        hints = get_type_hints(kind)
        known = _KNOWN_FIELDS[kind] = tuple(
            _described(kind, f, hints[f.name]) for f in fields(kind)
        )
    return known


def _described(kind: type[Any], field: Any, hint: Any) -> _Field:
    name = _RENAMED.get((kind, field.name), field.name)
    return _Field(field.name, name, hint, *_default(field, hint), _varies(hint))


def _default(field: Any, hint: Any) -> tuple[bool, Any]:
    """Whether a field must be given, and what it is when it is not."""
    if field.default is not MISSING:
        return False, field.default
    # A field of a bound ("low: Quantity | None") may be left out even without a default.
    return not (isinstance(hint, UnionType) and NoneType in get_args(hint)), None


def _varies(hint: Any) -> bool:
    return isinstance(hint, UnionType) and len(set(get_args(hint)) - {NoneType}) > 1


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what :func:`to_dict` gives and :func:`from_dict` takes."""
    definitions: dict[str, Any] = {}
    for kind, made in KINDS.items():
        definitions[kind] = _object(made, definitions, tag=("kind", kind))
    text = {"type": "string"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Facts of a clinical narrative, each with the words it was read from",
        "type": "object",
        "required": ["format", "sha256", "text", "facts"],
        "properties": {
            "format": {"const": FORMAT},
            "sha256": {
                "description": "SHA-256 of the text in UTF-8",
                "type": "string",
                "pattern": "^[0-9a-f]{64}$",
            },
            "text": text,
            "facts": {
                "type": "array",
                "items": {"oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in KINDS]},
            },
            "notices": {"type": "array", "items": text},
            "left_out": {"type": "array", "items": _reference(LeftOut, definitions)},
            "statements": {"type": "array", "items": _reference(Statement, definitions)},
            "reviews": {"type": "array", "items": _reference(Review, definitions)},
        },
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.items())),
    }


def _object(
    kind: type[Any], definitions: dict[str, Any], *, tag: tuple[str, str] | None = None
) -> dict[str, Any]:
    """The schema of a dataclass; those inside it are added to ``definitions``."""
    known = _fields(kind)
    properties = {field.name: _property(field, definitions) for field in known}
    required = [field.name for field in known if field.required]
    if tag is not None:
        properties = {tag[0]: {"const": tag[1]}, **properties}
        required = [tag[0], *required]
    return {
        "description": cleandoc(kind.__doc__ or "").replace("``", ""),
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }


def _property(field: _Field, definitions: dict[str, Any]) -> dict[str, Any]:
    made = _schema_of(field.hint, definitions)
    if field.name in _PATTERNS:
        made["pattern"] = f"^({_PATTERNS[field.name]})$"
    if field.name in _CHOICES:
        made["enum"] = list(_CHOICES[field.name])
    if not field.required and isinstance(field.default, StrEnum):
        made["default"] = field.default.value
    return made


def _schema_of(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _schema_of(get_args(hint)[0], definitions)}
    if isinstance(hint, UnionType):
        return _schema_of_union(hint, definitions)
    if is_dataclass(hint):
        return _reference(hint, definitions)  # type: ignore[arg-type]
    if issubclass(hint, StrEnum):
        return {"enum": [member.value for member in hint]}
    made = {"type": _PLAIN[hint][1]}
    return made | {"minimum": 0} if hint is int else made


def _schema_of_union(hint: UnionType, definitions: dict[str, Any]) -> dict[str, Any]:
    options = [option for option in get_args(hint) if option is not NoneType]
    if len(options) == 1:
        return _schema_of(options[0], definitions)
    for option in options:
        name = _VALUE_OF[option]
        definitions[f"{name}-value"] = _object(option, definitions, tag=("type", name))
    return {"oneOf": [{"$ref": f"#/$defs/{_VALUE_OF[option]}-value"} for option in options]}


def _reference(kind: type[Any], definitions: dict[str, Any]) -> dict[str, Any]:
    name = kind.__name__.lower()
    if name not in definitions:
        definitions[name] = {}  # taken before its own fields are looked at
        definitions[name] = _object(kind, definitions)
    return {"$ref": f"#/$defs/{name}"}
