"""Small profiles for tests: a snapshot of the elements that matter, and what a check tells."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from fhirkit.validate.definitions import UNBOUNDED, group
from fhirkit.validate.findings import Findings
from fhirkit.validate.place import expression
from fhirkit.validate.profiles.check import check_profiles
from fhirkit.validate.profiles.guide import Guide
from fhirkit.validate.profiles.run import Run
from fhirkit.validate.scope import Scope
from json_tree import walk

Json = dict[str, Any]

URL = "http://example.org/StructureDefinition/p"
CORE = "http://hl7.org/fhir/StructureDefinition/"


def element(path: str, **facts: object) -> Json:
    """An element of a snapshot, its ``base`` as R4 has it; ``types`` are the names of its types."""
    owner, _, name = path.rpartition(".")
    made: Json = {"path": path, **facts}
    if "types" in made:
        made["type"] = [{"code": kind} for kind in made.pop("types")]
    if not owner:
        return {"min": 0, "max": "*", **made}
    least, most = _base(owner, name)
    made.setdefault("base", {"path": path, "min": least, "max": most})
    return {"min": made["base"]["min"], "max": made["base"]["max"], **made}


def _base(owner: str, name: str) -> tuple[int, str]:
    above = group(owner)
    stem = name.removesuffix("[x]")
    for one in above.elements.values() if above else ():
        if name == one.name or (stem != name and one.choice == stem):
            return one.least, "*" if one.most == UNBOUNDED else str(one.most)
    return 0, "*"


def profile(kind: str, *elements: Json, url: str = URL, **more: object) -> Json:
    """A StructureDefinition that constrains a type, with the elements given as its snapshot."""
    return {
        "resourceType": "StructureDefinition",
        "url": url,
        "type": kind,
        "kind": "resource",
        "derivation": "constraint",
        "baseDefinition": CORE + kind,
        "snapshot": {"element": [element(kind), *elements]},
        **more,
    }


def guide(*definitions: Json) -> Guide:
    """The guide that holds these definitions."""
    known: dict[str, dict[str, bytes]] = {}
    for one in definitions:
        data = json.dumps(one).encode()
        for url in (one["url"], f"{one['url']}|{one.get('version', '')}"):
            known.setdefault(one["resourceType"], {})[url] = data
    return Guide(known)


def told(resource: Json, known: Guide | None = None, *others: Json) -> list[str]:
    """What the profiles lead to, ``error profile-required Patient.gender``.

    ``others`` stand in the same bundle and are found by ``Type/id``.
    """
    tree = json.loads(json.dumps(resource), parse_float=Decimal)
    targets = {f"{one['resourceType']}/{one['id']}": one for one in others}
    findings = Findings()
    check_profiles(tree, Scope(tree, tree, tree, None, targets), findings, Run(known))
    return where(tree, findings)


def where(tree: Json, findings: Findings) -> list[str]:
    """Each finding as severity, key and place."""
    ways = {id(node): steps for steps, node in walk(tree)}
    return [
        f"{one.severity} {one.rule.key} "
        + expression(tree, ways[id(one.owner)] + (() if one.name is None else (one.name,)))
        for one in findings.made
    ]


def declaring(resource: Json, url: str = URL) -> Json:
    """The resource, saying that it is as a profile says."""
    return {**resource, "meta": {"profile": [url]}}
