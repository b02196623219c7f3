"""The invariants of conformance resources against their own expressions, by a FHIRPath engine."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from fhirpathpy import compile as compile_fhirpath
from fhirpathpy.engine.nodes import ResourceNode
from fhirpathpy.models import models

from fhirkit.validate.invariants.patches import CONFORMANCE_PATCHES
from invariant_builder import Node, faults
from invariant_material import MATERIAL, instance

pytestmark = pytest.mark.slow

Official = dict[str, dict[str, Any]]

INSTANCES = 300
OFFICIAL = Path(__file__).resolve().parents[2] / "data" / "invariants.json"
STRUCTURE: Node = {"kind": "resource", "type": "Patient"}


NAME = "name.empty() or name.matches('[A-Z]([A-Za-z0-9_]){0,254}')"
PATCHED = {
    "eld-11": "binding.empty() or type.empty() or type.code.intersect("
    "'code' | 'Coding' | 'CodeableConcept' | 'Quantity' | 'string' | 'uri').exists()",
    "eld-20": r"path.matches('[A-Za-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*(\[x])?)*') or path.contains(' ')",
    "md-1": "max.empty() or max = '*' or max.toInteger() > 0",
    "que-7": "operator = 'exists' implies answer is boolean",
    "que-12": "enableWhen.count() > 1 implies enableBehavior.exists()",
    "sdf-8": "element.tail().all(path.startsWith(%context.element.first().path & '.'))",
    "sdf-16": "snapshot.element.id.isDistinct()",
    "sdf-17": "differential.element.id.isDistinct()",
}
"""The expressions with the slips undone that ``patches.py`` tells of."""

MATCHES = r"matches\('((?:\\.|[^'\\])*)'\)"
"""A pattern, which as HL7's own engine reads R4 is about the whole string."""

RESOURCES = {
    "StructureDefinition.differential": lambda node: STRUCTURE | {"differential": node},
    "StructureDefinition.snapshot": lambda node: STRUCTURE | {"snapshot": node},
}
"""The resource around an element, where an invariant looks at it."""

ASKED = [
    pytest.param(key, path, id=f"{key}-{path}")
    for key, rule in json.loads(OFFICIAL.read_text(encoding="utf-8")).items()
    for path in rule["paths"]
    if path in MATERIAL and not key.startswith(("dom-", "ele-", "ext-"))
]


@pytest.mark.parametrize(("key", "path"), ASKED)
def test_verdicts_agree(key: str, path: str, expressions: Official) -> None:
    """Function and expression give one verdict on elements put together by chance."""
    expression = NAME if key.endswith("-0") else PATCHED.get(key, expressions[key]["expression"])
    evaluate = compile_fhirpath(re.sub(MATCHES, r"matches('^(?:\1)$')", expression), models["r4"])
    chance = random.Random(key)
    seen = set()
    for _ in range(INSTANCES):
        node = instance(MATERIAL[path], chance)
        around = RESOURCES.get(path, dict)(node)
        expected = evaluate(ResourceNode.create_node(node, path), {"resource": around}) == [True]
        assert (faults(key, node, around) == []) is expected, node
        seen.add(expected)
    assert seen == {True, False}


def test_slips_undone_are_told_of() -> None:
    """No expression is read otherwise without a reason."""
    assert set(PATCHED) <= set(CONFORMANCE_PATCHES)
