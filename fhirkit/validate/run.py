"""The layers in their order: what is checked, and how findings become issues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.issues import Issue
from fhirkit.validate.bundle import check_bundle
from fhirkit.validate.datatypes import ASK
from fhirkit.validate.documents import check_first_entry
from fhirkit.validate.findings import Findings
from fhirkit.validate.invariants.patches import BEST_PRACTICE
from fhirkit.validate.profiles.check import check_profiles
from fhirkit.validate.profiles.run import Run
from fhirkit.validate.references import check_batch, check_references, index
from fhirkit.validate.report import issues, placed
from fhirkit.validate.structure import Walk
from fhirkit.validate.syntax import parse, parse_object, too_deep

if TYPE_CHECKING:
    from fhirkit.validate.findings import Node
    from fhirkit.validate.profiles.guide import Guide
    from fhirkit.validate.syntax import Parsed


def validate(
    bundle: dict[str, object] | str | bytes,
    *,
    strict: bool = False,
    guide: Guide | None = None,
) -> list[Issue]:
    """Checks a bundle or a single resource, given as JSON or as what ``json.loads`` gives.

    Returns every finding in the order of the text, and an empty list where there is none. Never
    raises for what it is given: input that is no FHIR at all is one issue of severity
    ``fatal``. Line and column are told where JSON is given.

    ``strict`` makes errors of what is a warning by default, such as extensions nobody has
    defined, and tells best practice too. ``guide`` has profiles beyond R4's own, as
    :func:`fhirkit.load_guide` reads them.

    Source: https://hl7.org/fhir/R4/validation.html
    """
    parsed = parse(bundle) if isinstance(bundle, str | bytes) else parse_object(bundle)
    if parsed.resource is None:
        return [] if parsed.fatal is None else [parsed.fatal]
    findings = parsed.findings
    try:
        check(parsed.resource, findings, strict=strict, guide=guide)
        return _told(parsed, findings, strict=strict)
    except RecursionError:
        return [too_deep(parsed.text)]


def check(root: Node, findings: Findings, *, strict: bool, guide: Guide | None) -> None:
    """Runs every layer over a resource."""
    is_bundle = root.get("resourceType") == "Bundle"
    targets = index(root) if is_bundle else {}
    walk = Walk(findings, ASK, targets, profiles=Run(guide), strict=strict)
    walk.resource(root, root, None, None)
    if is_bundle:
        check_bundle(root, findings)
        check_batch(walk, root)
        check_first_entry(walk, root)
    check_references(walk)
    for scope in walk.scopes:
        check_profiles(scope.resource, scope, findings, walk.profiles)
    if walk.is_grounded and is_bundle:
        from fhirkit.validate.fidelity import check_fidelity

        check_fidelity(root, findings)


def _told(parsed: Parsed, findings: Findings, *, strict: bool) -> list[Issue]:
    made = findings.made
    if not strict:
        made = [finding for finding in made if finding.rule.key not in BEST_PRACTICE]
    if not made or parsed.resource is None:
        return []
    found = placed(made, parsed.resource)
    lines = {}
    if parsed.text:
        from fhirkit.validate.positions import positions

        lines = positions(parsed.text, [one.steps for one in found])
    return issues(found, parsed.resource, lines)
