"""What a server is asked to do with an entry, so that asking twice changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from fhirkit.mappers.context import Resource, Target
    from fhirkit.settings import Settings

# AdverseEvent has no search parameter "identifier" in R4, Provenance no identifier at all.
FOUND_BY_TAG = frozenset({"AdverseEvent", "Provenance"})


def request(target: Target, settings: Settings) -> Resource:
    """The request of an entry: create unless the key is known, or update what has the key."""
    criteria = _criteria(target, settings.identifier_system)
    if settings.on_repeat == "update":
        return {"method": "PUT", "url": f"{target.type}?{criteria}"}
    # ifNoneExist holds the bare query: with "Type?" before it servers refuse or duplicate.
    return {"method": "POST", "url": target.type, "ifNoneExist": criteria}


def _criteria(target: Target, system: str) -> str:
    parameter = "_tag" if target.type in FOUND_BY_TAG else "identifier"
    # "|" stays as it is between system and key: that is how servers were seen to take it.
    return f"{parameter}={quote(system, safe=':/')}|{target.key}"
