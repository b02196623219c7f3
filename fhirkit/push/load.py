"""What a bundle asks a server to store: each entry with the key it is known by.

No I/O: bytes in, a :class:`Load` out. Every entry that leaves here is conditional, so that sending
it twice stores it once (https://hl7.org/fhir/R4/http.html#ccreate).
"""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections import ChainMap
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from uuid import NAMESPACE_URL, uuid5

from fhirkit.bundle.request import FOUND_BY_TAG
from fhirkit.errors import InputError
from fhirkit.push.exact import read_exact
from fhirkit.push.glance import Asked, glance
from fhirkit.push.references import Resource, Target, pointed_at, repointed
from fhirkit.push.tokens import Token, has_key, read_token, written
from fhirkit.settings import DEFAULT_IDENTIFIER_SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fhirkit.push.options import OnExisting

_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}")
# Medplum rewrites nothing but lower-case UUIDs.
_URN = re.compile(r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_GLOBAL = re.compile(
    r"https?://.|urn:oid:.|urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE
)
_ID_URL = re.compile(r"(|.*/)([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})")
_NO_JSON = "this is not JSON"
_HALF = "a key or a fullUrl of the bundle holds half a character"
_PIECE = 2_047
_TAKEN = ("transaction", "batch", "collection")
_WITH_REQUEST = ("transaction", "batch")


@dataclass(frozen=True)
class Load:
    """One bundle to be stored.

    ``whole`` says that the bytes can be sent as they are: every entry is conditional already, in
    the way that was asked for.
    """

    name: str
    data: bytes
    kind: str  # Bundle.type
    asked: tuple[Asked, ...]
    on_existing: OnExisting
    whole: bool
    by_tag: frozenset[int] = frozenset()  # entries that get a tag to be known by

    @cached_property
    def digest(self) -> bytes:
        """What tells these bytes from all others: 16 bytes."""
        made = sha256()
        # In pieces so small that hashlib keeps the interpreter's lock: with several workers,
        # waiting to have it back would cost more than the hash.
        for start in range(0, len(self.data), _PIECE):
            made.update(self.data[start : start + _PIECE])
        return made.digest()[:16]

    @cached_property
    def entries(self) -> tuple[Resource, ...]:
        """The entries as they are sent: fullUrl, resource, request; every digit kept.

        Raises InputError where what was seen at a glance is no JSON after all.
        """
        try:
            given = read_exact(self.data)["entry"]
            addresses = _Addresses(() if self.whole else given, self.digest)
        except UnicodeEncodeError:
            raise InputError(_HALF) from None
        except ValueError:
            raise InputError(_NO_JSON) from None
        if self.whole:
            return tuple(given)
        return tuple(
            self._entry(entry, asked, addresses)
            for entry, asked in zip(given, self.asked, strict=True)
        )

    @cached_property
    def addresses(self) -> dict[str, int]:
        """The position of each entry by its fullUrl."""
        urls = (entry.get("fullUrl") for entry in self.entries)
        return {url: position for position, url in enumerate(urls) if isinstance(url, str)}

    def _entry(self, entry: Resource, asked: Asked, addresses: _Addresses) -> Resource:
        url = _address(entry)
        table = addresses.seen_from(url, entry["resource"])
        resource = repointed(entry["resource"], table)
        # The server gives the ids: some refuse a client's, and a numeric one is another's.
        resource.pop("id", None)
        token = read_token(asked.criteria) if asked.position in self.by_tag else None
        if token is not None:
            resource["meta"] = _tagged(resource.get("meta"), token)
        made: Resource = {"resource": resource, "request": _request(asked, self.on_existing)}
        if url is not None:
            made = {"fullUrl": table.get(url, url), **made}
        return made


def read_load(name: str, data: bytes, on_existing: OnExisting) -> Load:
    """The load of a Bundle's JSON. Raises InputError, whose words quote nothing of it.

    An entry is known by the condition it brings, else by its first identifier that has a system
    and a value. R4 has no search by identifier for AdverseEvent and none of Provenance: these are
    known by a tag, and get one where they have none.
    """
    seen = glance(data) if on_existing == "keep" else None
    if seen is not None:
        return Load(name, data, "transaction", seen, on_existing, whole=True)
    try:
        bundle = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise InputError(_NO_JSON) from None
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise InputError("this is no FHIR bundle")
    kind = bundle.get("type")
    if kind not in _TAKEN:
        raise InputError("only bundles of type transaction, batch or collection can be pushed")
    entries = bundle.get("entry")
    if not isinstance(entries, list) or not entries:
        raise InputError("the bundle has no entries: there is nothing to push")
    try:
        return _load(name, data, kind, entries, on_existing)
    except UnicodeEncodeError:
        raise InputError(_HALF) from None


def _load(name: str, data: bytes, kind: str, entries: list[Any], on_existing: OnExisting) -> Load:
    # JSON begins with no mark, and servers refuse one.
    whole = kind in _WITH_REQUEST and not data.startswith(BOM_UTF8)
    asked: list[Asked] = []
    by_tag: set[int] = set()
    seen: dict[str, int] = {}
    for position, entry in enumerate(entries):
        resource_type, request = _parts(position, entry, kind)
        criteria = _given_criteria(position, resource_type, request)
        if criteria is None or not _works(resource_type, criteria):
            whole = False
            criteria, tag = _own_criteria(position, entry, criteria, data)
            if tag:
                by_tag.add(position)
        elif not has_key(entry["resource"], criteria):
            raise InputError(
                f"entry {position} ({resource_type}) does not satisfy its own condition: a server "
                "would refuse it, or store it once more with every push"
            )
        one = Asked(position, resource_type, criteria, f"{resource_type}?{criteria}")
        first = seen.setdefault(unquote(one.key), position)
        if first != position:
            raise InputError(
                f"entries {first} and {position} ({resource_type}) have the same key: "
                "a server would store one of them"
            )
        asked.append(one)
        whole = whole and _as_asked(entry, request, one, on_existing)
    return Load(name, data, kind, tuple(asked), on_existing, whole, frozenset(by_tag))


def _parts(position: int, entry: object, kind: str) -> tuple[str, Resource]:
    """The resource's type and the request of an entry."""
    if not isinstance(entry, dict):
        raise InputError(f"entry {position} is no object")
    request = entry.get("request")
    if not isinstance(request, dict):
        request = {}
    method = request.get("method", "POST")
    if kind in _WITH_REQUEST and method not in ("POST", "PUT"):
        raise InputError(f"entry {position} asks for neither POST nor PUT: a push only stores")
    if "ifMatch" in request or "ifNoneMatch" in request:
        raise InputError(
            f"entry {position} asks for a version (ifMatch, ifNoneMatch): a push goes by "
            "--on-existing instead"
        )
    resource = entry.get("resource")
    if not isinstance(resource, dict):
        raise InputError(f"entry {position} has no resource")
    found = resource.get("resourceType")
    if not isinstance(found, str) or not _TYPE.fullmatch(found):
        raise InputError(f"entry {position} has no resource with a resourceType")
    if not isinstance(entry.get("fullUrl", ""), str) or not isinstance(resource.get("id", ""), str):
        raise InputError(f"entry {position} has a fullUrl or an id that is no string")
    return found, request


def _given_criteria(position: int, resource_type: str, request: Resource) -> str | None:
    """The condition an entry brings: of a create, or in the url of an update."""
    condition = request.get("ifNoneExist")
    if condition is None:
        url = request.get("url")
        condition = url.partition("?")[2] if isinstance(url, str) else None
    if condition is None or condition == "":
        return None
    if not isinstance(condition, str):
        raise InputError(f"entry {position}: ifNoneExist is no string")
    # Some write "Type?identifier=...": servers then refuse, or store twice.
    return condition.removeprefix(f"{resource_type}?").removeprefix("?") or None


def _works(resource_type: str, criteria: str) -> bool:
    """Whether R4 has the search: none by identifier for AdverseEvent and Provenance."""
    return resource_type not in FOUND_BY_TAG or not any(
        re.match(r"identifier\b", part) for part in criteria.split("&")
    )


def _own_criteria(
    position: int, entry: Resource, given: str | None, data: bytes
) -> tuple[str, bool]:
    """A condition made from the resource, and whether it goes by a tag that is put there."""
    resource = entry["resource"]
    token = _identifier(resource) or (read_token(given) if given is not None else None)
    if token is not None and resource["resourceType"] not in FOUND_BY_TAG:
        return written(token), False
    if token is not None:
        return written(token._replace(parameter="_tag")), True
    url = _address(entry)
    if url is None:
        raise InputError(
            f"entry {position} ({resource['resourceType']}) has neither an identifier with "
            "system and value nor a fullUrl: a second push could not know it again"
        )
    return written(Token("_tag", DEFAULT_IDENTIFIER_SYSTEM, _word(url, data))), True


def _identifier(resource: Resource) -> Token | None:
    """System and value of the first identifier that has both."""
    given = resource.get("identifier")
    for item in given if isinstance(given, list) else [given]:
        if isinstance(item, dict):
            system, value = item.get("system"), item.get("value")
            if isinstance(system, str) and isinstance(value, str) and system and value:
                return Token("identifier", system, value)
    return None


def _word(url: str, data: bytes) -> str:
    """A fullUrl as the code of a tag; one that others may have, too, counts in its bundle only."""
    if _URN.fullmatch(url):
        return url.removeprefix("urn:uuid:")
    name = url if _GLOBAL.match(url) else f"{sha256(data).hexdigest()} {url}"
    return str(uuid5(NAMESPACE_URL, name))


def _tagged(meta: object, token: Token) -> Resource:
    made = dict(meta) if isinstance(meta, dict) else {}
    _, system, code = token
    tags = made.get("tag")
    tags = list(tags) if isinstance(tags, list) else []
    if not any(
        isinstance(tag, dict) and tag.get("system") == system and tag.get("code") == code
        for tag in tags
    ):
        tags.append({"system": system, "code": code})
    return {**made, "tag": tags}


def _request(asked: Asked, on_existing: OnExisting) -> Resource:
    if on_existing == "update":
        return {"method": "PUT", "url": asked.key}
    return {"method": "POST", "url": asked.type, "ifNoneExist": asked.criteria}


def _as_asked(entry: Resource, request: Resource, asked: Asked, on_existing: OnExisting) -> bool:
    """Whether an entry says already what would be written in its place."""
    url = entry.get("fullUrl")
    return (
        request == _request(asked, on_existing)
        and isinstance(url, str)
        and _URN.fullmatch(url) is not None
        # A server gives a new resource an id of its own, whatever it brings.
        and (on_existing == "keep" or "id" not in entry["resource"])
    )


def _address(entry: Resource) -> str | None:
    """The fullUrl of an entry, else what a reference to its resource would say."""
    url = entry.get("fullUrl")
    if isinstance(url, str) and url:
        return url
    resource = entry["resource"]
    identity = resource.get("id")
    return f"{resource['resourceType']}/{identity}" if isinstance(identity, str) else None


class _Addresses:
    """What references to entries become where their address is no UUID that servers rewrite."""

    def __init__(self, entries: Iterable[Resource], digest: bytes) -> None:
        self._all: dict[str, Target] = {}
        self._relative: dict[str, dict[str, Target]] = {}  # by the base of the address
        for entry in entries:
            url = _address(entry)
            if url is None or _URN.fullmatch(url):
                continue
            urn = f"urn:uuid:{uuid5(NAMESPACE_URL, f'{digest.hex()} {url}')}"
            self._all[url] = urn
            match = _ID_URL.fullmatch(url)
            if match:
                self._relative.setdefault(match[1], {})[match[2]] = urn

    def seen_from(self, url: str | None, resource: Resource) -> Mapping[str, Target]:
        """The same with relative references, which mean the entry's own server before another.

        See https://hl7.org/fhir/R4/bundle.html#references. Raises InputError where a resource
        points at what entries of several other servers are called.
        """
        match = _ID_URL.fullmatch(url or "")
        own = self._relative.get(match[1], {}) if match else {}
        table = ChainMap(self._all, own, *self._relative.values())
        if len(self._relative) > 1:
            known = self._all.keys() | own.keys()
            for place in pointed_at(resource).keys() - known:
                if sum(place in others for others in self._relative.values()) > 1:
                    raise InputError("a reference may mean one of several entries")
        return table
