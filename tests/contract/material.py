"""What the contract suite sends: a small case that every server takes, and published ones."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

Bundle = dict[str, Any]
SYSTEM = "urn:x-contract"

_URN = re.compile(r"urn:uuid:([0-9a-f-]{36})")
_TEXT = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">a test</div>'}


def case(key: str, observations: int = 3, *, kind: str = "transaction") -> Bundle:
    """A patient, a condition, and observations of which each one points at the one before."""
    patient = {"reference": urn(key, "patient")}
    entries = [
        entry(key, "patient", "Patient", {"active": True}),
        entry(key, "condition", "Condition", {"subject": patient, "code": {"text": "fever"}}),
    ]
    for number in range(observations):
        content = {
            "status": "final",
            "code": {"text": "Temperature"},
            "subject": patient,
            "valueQuantity": {"value": 37.5, "unit": "Cel"},
        }
        if number:
            content["hasMember"] = [{"reference": urn(key, f"observation-{number - 1}")}]
        entries.append(entry(key, f"observation-{number}", "Observation", content))
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


def cases(key: str, number: int) -> list[Bundle]:
    """Several of them."""
    return [case(f"{key}-{position}") for position in range(number)]


def alone(key: str, kind: str, content: dict[str, Any]) -> Bundle:
    """A bundle with one entry."""
    made = entry(key, "one", kind, content)
    return {"resourceType": "Bundle", "type": "transaction", "entry": [made]}


def entry(key: str, name: str, kind: str, content: dict[str, Any]) -> dict[str, Any]:
    """A conditional create, as fhirkit writes it."""
    identifier = [{"system": SYSTEM, "value": f"{key}-{name}"}]
    return {
        "fullUrl": urn(key, name),
        "resource": {"resourceType": kind, "text": _TEXT, "identifier": identifier, **content},
        "request": {
            "method": "POST",
            "url": kind,
            "ifNoneExist": f"identifier={SYSTEM}|{key}-{name}",
        },
    }


def urn(key: str, name: str) -> str:
    """The address of an entry within its bundle."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{key} {name}')}"


def published(files: Iterable[Path], key: str) -> dict[str, bytes]:
    """Bundles of files under keys of their own, as if the document had been another."""
    return {path.parent.name + "/" + path.name: rekeyed(path, key) for path in files}


def rekeyed(path: Path, key: str) -> bytes:
    """A bundle's bytes with the document's key, and what was made from it, written anew."""
    text = path.read_text(encoding="utf-8")
    condition = keys(json.loads(text))[0]
    document = condition.partition("|")[2].partition("-")[0]
    assert re.fullmatch(r"[0-9a-f]{16}", document), "a key begins with that of its document"
    text = text.replace(document, uuid5(NAMESPACE_URL, f"{key} {document}").hex[:16])
    return _URN.sub(lambda found: f"urn:uuid:{_moved(found[1], key)}", text).encode()


def keys(bundle: Bundle) -> list[str]:
    """What each entry is known by: ``Type?identifier=system|value``, or by its tag."""
    found = []
    for one in bundle["entry"]:
        request = one["request"]
        criteria = request.get("ifNoneExist")
        found.append(f"{request['url']}?{criteria}" if criteria else request["url"])
    return found


def types(bundle: Bundle) -> list[str]:
    """The types of its resources."""
    return sorted({one["resource"]["resourceType"] for one in bundle["entry"]})


def changed(bundle: Bundle, position: int, **content: Any) -> Bundle:
    """The same with other elements in one resource."""
    other = copy.deepcopy(bundle)
    other["entry"][position]["resource"].update(content)
    return other


def _moved(uuid: str, key: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"{key} {uuid}")
