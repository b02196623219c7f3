"""Sees in a bundle's bytes, without reading them as JSON, what its entries ask for.

A bundle as fhirkit makes it is sent as it is, so all that is wanted of it are its keys, and making
two thousand objects to find twenty would be the dearest part of a push. Quotation marks within
strings are escaped, so ``"request"`` can stand in the bytes only where it is a string of its own.
The first after an entry has begun is the entry's own if it reads like one, the next entry or the
end of the bundle follows it, and there is no bundle within the bundle. Whatever is unusual is left
to the reader in :mod:`fhirkit.push.load`; what is no JSON at all, or gives a name twice, is left to
the server.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from fhirkit.bundle.request import FOUND_BY_TAG

_HEAD = re.compile(
    rb'\s*\{\s*"resourceType"\s*:\s*"Bundle"\s*,\s*"type"\s*:\s*"transaction"\s*,'
    rb'\s*"entry"\s*:\s*\[\s*\{\s*(?="fullUrl")'
)
_ENTRY = re.compile(
    rb'"fullUrl"\s*:\s*"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"\s*,'
    rb'\s*"resource"\s*:\s*\{\s*"resourceType"\s*:\s*"([A-Z][A-Za-z]{1,63})"\s*,'
)
_REQUEST = re.compile(
    rb'"request"\s*:\s*\{\s*"method"\s*:\s*"POST"\s*,\s*"url"\s*:\s*"([A-Z][A-Za-z]{1,63})"\s*,'
    rb'\s*"ifNoneExist"\s*:\s*"((?:identifier|_tag)=[!#-$\'-+.-;@-\[\]-{}~-]+\|[!#-$\'-+.-;@-\[\]-{}~-]+)"'
    rb'\s*\}\s*\}\s*(?:,\s*\{\s*(?="fullUrl")|(\]\s*\}\s*\Z))'
)

_PAIR = re.compile(rb'"([^"]*)"\s*,\s*"(value|code)"\s*:\s*"([^"]*)"')


class Asked(NamedTuple):
    """One entry: what it is and by which search a server knows it again.

    ``criteria`` is the bare query of ``ifNoneExist``, as in ``identifier=system|value``; ``key``
    is the same with the type, ``Patient?identifier=system|value``.
    """

    position: int
    type: str
    criteria: str
    key: str


def glance(data: bytes) -> tuple[Asked, ...] | None:
    """The entries of a transaction whose every entry is a conditional create; else None."""
    head = _HEAD.match(data)
    if head is None or data.find(b'"Bundle"', head.end()) >= 0:
        return None
    asked = _entries(data, head.end())
    if asked is None or len({one.key for one in asked}) != len(asked):
        return None
    return tuple(asked)


def _has_key(data: bytes, start: int, end: int, condition: bytes) -> bool:
    """Whether the first thing in a resource that has the condition's system is the key itself."""
    parameter, _, token = condition.partition(b"=")
    system, _, value = token.partition(b"|")
    pair = _PAIR.match(data, data.find(b'"%b"' % system, start, end))
    wanted = b"value" if parameter == b"identifier" else b"code"
    return pair is not None and pair.groups() == (system, wanted, value)


def _entries(data: bytes, place: int) -> list[Asked] | None:
    asked: list[Asked] = []
    while True:
        entry = _ENTRY.match(data, place)
        request = _REQUEST.match(data, data.find(b'"request"', place)) if entry else None
        if entry is None or request is None:
            return None
        url, condition, end = request.groups()
        kind, criteria = url.decode(), condition.decode()
        if url != entry[1] or (kind in FOUND_BY_TAG and criteria.startswith("identifier")):
            return None
        if not _has_key(data, entry.end(), request.start(), condition):
            return None
        asked.append(Asked(len(asked), kind, criteria, f"{kind}?{criteria}"))
        if end is not None:
            return asked
        place = request.end()
