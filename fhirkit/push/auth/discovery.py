"""What a server says about where its tokens come from and which scopes it knows.

https://hl7.org/fhir/smart-app-launch/conformance.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from fhirkit._remote import base_url
from fhirkit.errors import SettingsError
from fhirkit.push.auth.origin import is_private

WELL_KNOWN = ".well-known/smart-configuration"
_OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"

# Everything a push does: create, read back, update, delete on undo, search. The newer form of
# scopes first; "*" is all of it in the older.
_SCOPES = ("system/*.cruds", "system/*.*", "system/*.write system/*.read")


@dataclass(frozen=True, slots=True)
class Discovered:
    """A token endpoint, and the scope to ask it for."""

    token_url: str
    scope: str


def from_configuration(body: bytes) -> Discovered | None:
    """What ``.well-known/smart-configuration`` says; None if it names no token endpoint."""
    said = json_object(body)
    endpoint = said.get("token_endpoint")
    if not isinstance(endpoint, str):
        return None
    return Discovered(endpoint, scope_for(_words(said, "scopes_supported"), _capabilities(said)))


def from_statement(body: bytes) -> Discovered | None:
    """The same from the extension of a CapabilityStatement, where older servers say it."""
    for rest in _objects(json_object(body).get("rest")):
        security = rest.get("security")
        extensions = security.get("extension") if isinstance(security, dict) else None
        for extension in _objects(extensions):
            if extension.get("url") != _OAUTH_URIS:
                continue
            for part in _objects(extension.get("extension")):
                if part.get("url") == "token" and isinstance(part.get("valueUri"), str):
                    return Discovered(part["valueUri"], _SCOPES[0])
    return None


def scope_for(supported: Iterable[str], capabilities: Iterable[str] = ()) -> str:
    """The scope to ask for where nobody chose one, from what a server says it supports.

    All resource types, since what the bundles hold is not known when the token is fetched. A
    server that names neither form of that is asked for the newer: it may grant more than it
    lists, and else says ``invalid_scope``.

    >>> scope_for(["openid", "system/*.read", "system/*.write"])
    'system/*.write system/*.read'
    >>> scope_for([], ["permission-v1"])
    'system/*.*'
    """
    known = frozenset(supported)
    for scope in _SCOPES:
        if known.issuperset(scope.split()):
            return scope
    versions = frozenset(capabilities) & {"permission-v1", "permission-v2"}
    return _SCOPES[1] if versions == {"permission-v1"} else _SCOPES[0]


def checked_endpoint(address: str, named_by: str) -> str:
    """The address of a token endpoint, if what is sent there can be read by nobody else.

    Raises SettingsError otherwise; ``named_by`` says who gave the address.
    """
    try:
        httpx.URL(address)
        base_url(address.partition("?")[0])
    except (httpx.InvalidURL, SettingsError):
        raise SettingsError(f"the token endpoint that {named_by} names is no address") from None
    if not is_private(address):
        raise SettingsError(
            f"the token endpoint that {named_by} names is not https://, and credentials are not "
            "sent over plain http"
        )
    return address


def _capabilities(said: Mapping[str, Any]) -> list[str]:
    return _words(said, "capabilities")


def _words(said: Mapping[str, Any], name: str) -> list[str]:
    words = said.get(name)
    return [word for word in words if isinstance(word, str)] if isinstance(words, list) else []


def json_object(body: bytes) -> dict[str, Any]:
    """The object that an answer holds; an empty one where it holds anything else."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
