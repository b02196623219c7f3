"""Profiles: those a resource declares, and those of vital signs, which hold undeclared.

https://hl7.org/fhir/R4/profiling.html. Only what a profile says beyond the base is looked at;
the structure layer has looked at the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.validate.findings import shown
from fhirkit.validate.profiles import rules, shipped
from fhirkit.validate.profiles.compiling import CORE
from fhirkit.validate.profiles.elements import is_core_type
from fhirkit.validate.profiles.parts import report
from fhirkit.validate.profiles.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.validate.findings import Findings, Node
    from fhirkit.validate.profiles.compiled import Profile
    from fhirkit.validate.profiles.run import Run
    from fhirkit.validate.scope import Scope


def check_profiles(resource: Node, scope: Scope, findings: Findings, run: Run) -> None:
    """Checks a resource against the profiles it declares and those that its codes ask for.

    ``run`` is one for all resources of a bundle. A profile that is not known is a warning, as
    HL7's validator has it.
    """
    is_observation = resource.get("resourceType") == "Observation"
    if "meta" not in resource and not is_observation:
        return
    asked = [*_declared(resource, findings, run)]
    if is_observation:
        asked += _of_vital_signs(resource, asked, run)
    for profile in asked:
        report(Walk(run, profile, scope, findings), resource)


def _declared(resource: Node, findings: Findings, run: Run) -> Iterator[Profile]:
    meta = resource.get("meta")
    urls = meta.get("profile") if isinstance(meta, dict) else None
    if not isinstance(urls, list):
        return
    for at, url in enumerate(urls):
        if not isinstance(url, str):
            continue
        profile = run.declared(url)
        if profile is None and not is_core_type(url):
            findings.add(rules.UNKNOWN, urls, at, found=shown(url))
            continue
        kind = profile.type if profile else url.removeprefix(CORE).partition("|")[0]
        if kind != resource.get("resourceType"):
            findings.add(
                rules.TYPE, urls, at, found=shown(url), expected=f"a resource of type {kind}"
            )
        elif profile:
            yield profile


def _of_vital_signs(resource: Node, declared: list[Profile], run: Run) -> list[Profile]:
    """The profiles of the vital signs that the codes name and that are not declared already."""
    known = {url for profile in declared for url in run.with_bases(profile)}
    found: list[Profile] = []
    code = resource.get("code")
    codings = code.get("coding") if isinstance(code, dict) else None
    for coding in codings if isinstance(codings, list) else ():
        url = _vital_sign(coding)
        if url and url not in known:
            known.add(url)
            profile = run.profile(url)
            if profile is not None:
                found.append(profile)
    return found


def _vital_sign(coding: object) -> str | None:
    if not isinstance(coding, dict):
        return None
    system, code = coding.get("system"), coding.get("code")
    if not isinstance(system, str) or not isinstance(code, str):
        return None
    codes = shipped.vital_signs().get(system)
    return codes.get(code) if codes else None
