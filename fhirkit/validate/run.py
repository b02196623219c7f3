"""The layers in their order: what is checked, and how the findings become issues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.issues import Issue, Severity
from fhirkit.validate.bundle import check_bundle
from fhirkit.validate.datatypes import ASK
from fhirkit.validate.findings import Findings
from fhirkit.validate.references import check_batch, check_references, index
from fhirkit.validate.report import issues, placed
from fhirkit.validate.structure import Walk
from fhirkit.validate.syntax import parse

if TYPE_CHECKING:
    from fhirkit.validate.findings import Node


def validate(bundle: dict[str, object] | str | bytes) -> list[Issue]:
    parsed = parse(bundle)
    root = parsed.resource
    if root is None:
        return list(parsed.issues)
    findings = Findings()
    check(root, findings)
    if not findings.made:
        return []
    found = placed(findings.made, root)
    return issues(found, root, {})


def check(root: Node, findings: Findings) -> None:
    is_bundle = root.get("resourceType") == "Bundle"
    walk = Walk(findings, ASK, index(root) if is_bundle else {})
    walk.resource(root, root, None, None)
    if is_bundle:
        check_bundle(root, findings)
        check_batch(walk, root)
    check_references(walk, root)
