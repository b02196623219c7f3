"""What a server says it can do for us, read from its CapabilityStatement; no I/O.

Statements leave out what works and promise what does not: what stands here is a hint, and
what a statement does not tell is None or absent, which is not the same as "no". What known
servers refuse without declaring it stands in ``limits.csv``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from fhirkit.bundle.request import FOUND_BY_TAG
from fhirkit.errors import Refused
from fhirkit.push.limits import Limits, limits_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

TYPES = (
    "Device",
    "Patient",
    "Encounter",
    "Condition",
    "Observation",
    "Specimen",
    "DiagnosticReport",
    "Procedure",
    "MedicationAdministration",
    "MedicationStatement",
    "Immunization",
    "AdverseEvent",
    "DocumentReference",
    "Provenance",
)
"""The types of resource that fhirkit makes."""

# R4B (4.3) changed none of the types above, so a bundle is the same in both.
_FITTING = re.compile(r"4\.[03](?!\d)")
_OTHER = {"1": "DSTU2", "3": "STU3", "5": "R5", "6": "R6"}
_SMART = re.compile(r"smart[ -]?on[ -]?fhir", re.IGNORECASE)
_OAUTH = "oauth-uris"  # last part of the extension's url, which differs from server to server
_LONGEST = 200  # characters kept of a word of the server's


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeCapabilities:
    """What a statement says of one type of resource; None where it does not tell."""

    interactions: frozenset[str] = frozenset()
    conditional_create: bool | None = None
    conditional_update: bool | None = None
    conditional_delete: str | None = None
    update_create: bool | None = None
    versioning: str | None = None
    read_history: bool | None = None
    search_params: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """How a server wants its clients to sign in, as far as the statement tells."""

    services: tuple[str, ...] = ()
    smart: bool = False
    token_url: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a server's statement says.

    ``software`` is name and version. ``system`` holds the interactions of the whole server,
    such as ``transaction``. Where ``declared`` is False the statement lists no type at all:
    then nothing is known about types.
    """

    fhir_version: str
    software: tuple[str, str] = ("", "")
    formats: tuple[str, ...] = ()
    system: frozenset[str] = frozenset()
    types: Mapping[str, TypeCapabilities] = field(default_factory=lambda: MappingProxyType({}))
    declared: bool = False
    security: Security = field(default_factory=Security)
    limits: Limits = field(default_factory=Limits)

    def allows(self, resource_type: str, interaction: str) -> bool | None:
        """Whether a type is said to take an interaction; None where the statement is silent.

        A type listed without a single interaction is one the statement is silent about.
        """
        if not self.declared:
            return None
        listed = self.types.get(resource_type)
        if listed is None:
            return False
        return interaction in listed.interactions if listed.interactions else None


def read_capabilities(body: bytes, *, base: str = "") -> Capabilities:
    """What a server says of itself, from its answer to ``GET /metadata``.

    The hosted services are known by their address if not by their name: ``base`` is the one
    that was asked. Raises Refused for what is no CapabilityStatement, or one of another FHIR
    version than R4.
    """
    statement = _statement(body)
    version = _fitting_version(statement)
    software = _dict(statement.get("software"))
    rests = [rest for rest in _dicts(statement.get("rest")) if rest.get("mode") != "client"]
    types = dict(_types(rests))
    return Capabilities(
        fhir_version=version,
        software=(_word(software.get("name")), _word(software.get("version"))),
        formats=tuple(_words(_list(statement.get("format")))),
        system=_codes(code for rest in rests for code in _list(rest.get("interaction"))),
        types=MappingProxyType(types),
        declared=bool(types),
        security=_security(rests),
        limits=_limits(statement, base),
    )


def to_dict(capabilities: Capabilities) -> dict[str, Any]:
    """The JSON form, with the types fhirkit makes."""
    name, version = capabilities.software
    return {
        "fhirVersion": capabilities.fhir_version,
        "software": {"name": name, "version": version},
        "formats": list(capabilities.formats),
        "system": sorted(capabilities.system),
        "declared": capabilities.declared,
        "security": _security_dict(capabilities),
        "limits": _limits_dict(capabilities.limits),
        "types": {
            kind: _type_dict(capabilities.types[kind])
            for kind in TYPES
            if kind in capabilities.types
        },
    }


def to_text(capabilities: Capabilities) -> str:
    """What the server can do for us, for a person to read."""
    lines = [_title(capabilities), *(f"{name:<9}{text}" for name, text in _facts(capabilities))]
    if not capabilities.declared:
        lines += ["", "The statement lists no types of resource: which ones it takes is unknown."]
        return "\n".join(lines)
    table = [_HEADER, *(_row(kind, capabilities) for kind in TYPES)]
    legend = 'yes, no: what its statement says; "?": it does not tell; "-": the type is not listed'
    return "\n".join([*lines, "", *_aligned(table), "", legend])


_HEADER = (
    "type",
    "create",
    "if new",
    "update",
    "by condition",
    "delete",
    "read",
    "versions",
    "found by key",
)


def _title(capabilities: Capabilities) -> str:
    name = " ".join(filter(None, capabilities.software)) or "A server without a name"
    return f"{name}, FHIR {capabilities.fhir_version}"


def _facts(capabilities: Capabilities) -> Iterator[tuple[str, str]]:
    bundles = [kind for kind in ("transaction", "batch") if kind in capabilities.system]
    yield "bundles", ", ".join(bundles) or "none declared"
    yield "formats", ", ".join(capabilities.formats) or "not told"
    yield "sign-in", ", ".join(_services(capabilities)) or capabilities.security.text or "not told"
    yield "limits", _limits_text(capabilities.limits)


def _services(capabilities: Capabilities) -> tuple[str, ...]:
    security = capabilities.security
    if security.smart and not any(_SMART.search(service) for service in security.services):
        return (*security.services, "SMART-on-FHIR")
    return security.services


def _limits_text(limits: Limits) -> str:
    if not limits.server:
        return "none known"
    known = (
        (limits.max_entries, "{} entries"),
        (limits.max_bytes, "{} bytes"),
        (limits.max_conditional, "{} entries in a transaction with a condition"),
        (limits.max_puts, "{} updates in a transaction"),
    )
    words = [text.format(f"{number:,}") for number, text in known if number is not None]
    if not limits.client_ids:
        words.append("no ids of the client's")
    return f"{'; '.join(words) or 'none'} ({limits.server})"


def _row(kind: str, capabilities: Capabilities) -> tuple[str, ...]:
    listed = capabilities.types.get(kind)
    if listed is None:
        return (kind, *("-" for _ in _HEADER[1:]))
    key = "_tag" if kind in FOUND_BY_TAG else "identifier"
    return (
        kind,
        _yes(capabilities.allows(kind, "create")),
        _yes(listed.conditional_create),
        _yes(capabilities.allows(kind, "update")),
        _yes(listed.conditional_update),
        _yes(capabilities.allows(kind, "delete")),
        _yes(capabilities.allows(kind, "read")),
        _yes(None if listed.versioning is None else listed.versioning != "no-version"),
        # Few statements list _tag, which every type has.
        f"{key}: {_yes(key in listed.search_params or None)}",
    )


def _yes(value: bool | None) -> str:  # noqa: FBT001 - the value shown
    return "?" if value is None else "yes" if value else "no"


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _security_dict(capabilities: Capabilities) -> dict[str, Any]:
    return {
        "services": list(_services(capabilities)),
        "smart": capabilities.security.smart,
        "tokenUrl": capabilities.security.token_url,
        "text": capabilities.security.text,
    }


def _limits_dict(limits: Limits) -> dict[str, Any]:
    return {
        "server": limits.server,
        "maxEntries": limits.max_entries,
        "maxBytes": limits.max_bytes,
        "maxConditional": limits.max_conditional,
        "maxPuts": limits.max_puts,
        "clientIds": limits.client_ids,
        "source": limits.source,
    }


def _type_dict(listed: TypeCapabilities) -> dict[str, Any]:
    return {
        "interactions": sorted(listed.interactions),
        "conditionalCreate": listed.conditional_create,
        "conditionalUpdate": listed.conditional_update,
        "conditionalDelete": listed.conditional_delete,
        "updateCreate": listed.update_create,
        "versioning": listed.versioning,
        "readHistory": listed.read_history,
        "searchParams": sorted(listed.search_params),
    }


def _statement(body: bytes) -> dict[str, Any]:
    if body.lstrip()[:1] == b"<":
        message = "the server answered /metadata with HTML or XML, not JSON: check its address"
        raise Refused(message)
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(
            "the server answered /metadata, but not with JSON: check its address"
        ) from None
    kind = _dict(value).get("resourceType")
    if kind == "Conformance":
        raise Refused(_another_version("DSTU2 (1.0.2)"))
    if kind != "CapabilityStatement":
        raise Refused("the server's /metadata is not a CapabilityStatement: check its address")
    return _dict(value)


def _fitting_version(statement: dict[str, Any]) -> str:
    version = _word(statement.get("fhirVersion"))
    if _FITTING.match(version):
        return version
    # What is no version is not repeated: the server may have put anything there.
    number = re.match(r"\d{1,3}\.\d{1,3}(\.\d{1,3})?", version)
    if number is None:
        raise Refused("the server's statement names no FHIR version: fhirkit needs R4 (4.0.1)")
    name = _OTHER.get(version.partition(".")[0])
    raise Refused(_another_version(f"{name} ({number[0]})" if name else number[0]))


def _another_version(version: str) -> str:
    return (
        f"the server speaks FHIR {version}, fhirkit makes R4 (4.0.1): give the address of its R4 "
        "endpoint, which many servers have beside the others"
    )


def _types(rests: list[dict[str, Any]]) -> Iterator[tuple[str, TypeCapabilities]]:
    for rest in rests:
        common = _names(rest.get("searchParam"))
        for resource in _dicts(rest.get("resource")):
            kind = _word(resource.get("type"))
            if kind:
                yield kind, _type(resource, common)


def _type(resource: dict[str, Any], common: frozenset[str]) -> TypeCapabilities:
    return TypeCapabilities(
        interactions=_codes(_list(resource.get("interaction"))),
        conditional_create=_flag(resource.get("conditionalCreate")),
        conditional_update=_flag(resource.get("conditionalUpdate")),
        conditional_delete=_word(resource.get("conditionalDelete")) or None,
        update_create=_flag(resource.get("updateCreate")),
        versioning=_word(resource.get("versioning")) or None,
        read_history=_flag(resource.get("readHistory")),
        search_params=common | _names(resource.get("searchParam")),
    )


def _security(rests: list[dict[str, Any]]) -> Security:
    given = [_dict(rest.get("security")) for rest in rests]
    services = tuple(dict.fromkeys(name for security in given for name in _service_names(security)))
    oauth = [
        extension
        for security in given
        for extension in _dicts(security.get("extension"))
        if _word(extension.get("url")).endswith(_OAUTH)
    ]
    return Security(
        services=services,
        smart=bool(oauth) or any(_SMART.search(service) for service in services),
        token_url=next(_token_urls(oauth), None),
        text=next(filter(None, (_word(each.get("description")) for each in given)), ""),
    )


def _service_names(security: dict[str, Any]) -> Iterator[str]:
    for service in _dicts(security.get("service")):
        codes = [_word(coding.get("code")) for coding in _dicts(service.get("coding"))]
        yield from filter(None, codes if any(codes) else [_word(service.get("text"))])


def _token_urls(oauth: list[dict[str, Any]]) -> Iterator[str]:
    for extension in oauth:
        for part in _dicts(extension.get("extension")):
            address = _word(part.get("valueUri")) or _word(part.get("valueUrl"))
            if part.get("url") == "token" and address:
                yield address


def _limits(statement: dict[str, Any], base: str) -> Limits:
    return limits_of(
        _word(_dict(statement.get("software")).get("name")),
        _word(statement.get("publisher")),
        _word(_dict(statement.get("implementation")).get("url")),
        _word(statement.get("url")),
        base,
    )


def _codes(values: Iterable[object]) -> frozenset[str]:
    return frozenset(filter(None, (_word(_dict(value).get("code")) for value in values)))


def _names(values: object) -> frozenset[str]:
    return frozenset(filter(None, (_word(value.get("name")) for value in _dicts(values))))


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _words(values: Iterable[object]) -> list[str]:
    return [word for word in map(_word, values) if word]


def _word(value: object) -> str:
    """A server's word on one line, without what would move the cursor of a terminal."""
    if not isinstance(value, str):
        return ""
    line = " ".join(value[: 2 * _LONGEST].split())
    return "".join(filter(str.isprintable, line))[:_LONGEST]


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
