"""Where the specification's own expression is not followed, each with the reason.

The words of an invariant are its meaning, the FHIRPath expression is how a machine is told.
Where an expression cannot be evaluated, or says something else than the words, the function
follows what is named here as done. Every other function gives the verdict of its expression.

Two things hold for all of them and are no patch: an element of the wrong JSON type, and a
primitive with an extension in place of a value, break no rule that would read their value.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patch:
    """A slip in the specification's expression, and what is done instead."""

    slip: str
    done: str


CLINICAL_PATCHES: dict[str, Patch] = {
    "app-4": Patch(
        slip="compares the status with 'no-show', which is no code: AppointmentStatus has 'noshow'",
        done="the code 'noshow' is meant",
    ),
    "bdl-8": Patch(
        slip="an entry without fullUrl gives an empty result, which counts as broken",
        done="asked where there is a fullUrl",
    ),
    "cnt-3": Patch(
        slip="looks for a point in the digits, so that 3.0 is no whole number",
        done="3.0 is whole, as in the words",
    ),
    "con-3": Patch(
        slip="compares the concept itself with 'problem-list-item' and counts the answers, so that "
        "any category at all counts as the problem list's",
        done="a coding with that code of condition-category is meant",
    ),
    "dom-3": Patch(
        slip="a contained resource without id gives an empty result and is left out; canonicals "
        "and uris are taken by type, which an engine needs a model for",
        done="without an id nothing can refer to it; any value '#id' in the resource is a reference",
    ),
    "drt-1": Patch(
        slip="the words ask for a code where there is a value, the expression for a value and "
        "UCUM where there is a code",
        done="the expression, which every engine evaluates: it lets a value without a code pass",
    ),
    "mdd-1": Patch(
        slip="times of different precision give an empty result, which counts as broken",
        done="broken only where one is certainly before the other",
    ),
    "obs-7": Patch(
        slip="codings are equal only in all their parts, also in display and userSelected",
        done="the same code of the same system is the same code, as in the words",
    ),
    "per-1": Patch(
        slip="times of different precision give an empty result, which counts as broken",
        done="broken only where the end is certainly before the start",
    ),
    "ppc-2": Patch(
        slip="names the code system 'something'",
        done="the system is http://terminology.hl7.org/CodeSystem/consentscope",
    ),
    "ppc-3": Patch(slip="as ppc-2", done="as ppc-2"),
    "ppc-4": Patch(slip="as ppc-2", done="as ppc-2"),
    "ppc-5": Patch(slip="as ppc-2", done="as ppc-2"),
    "ras-2": Patch(
        slip="a prediction without probability gives an empty result, which counts as broken",
        done="asked where there is a probabilityDecimal",
    ),
    "ref-1": Patch(
        slip="'#' alone, which refers to the resource around a contained one (dom-3), and no literal "
        "reference at all give an empty result, which counts as broken",
        done="'#' is a reference to the container; asked where there is a literal reference",
    ),
    "rng-2": Patch(
        slip="quantities of different units are compared by conversion, or not at all",
        done="broken only where both have the same unit and low is the greater",
    ),
    "tim-9": Patch(
        slip="'in' takes one value, and there may be several in 'when'",
        done="none of them may be C, CM, CD or CV",
    ),
    "inv-1-task": Patch(
        slip="times of different precision give an empty result, which counts as broken",
        done="broken only where the change is certainly before the authoring",
    ),
    "vs-1": Patch(
        slip="a Period, which the profile allows, is no dateTime: an empty result",
        done="asked of an effectiveDateTime",
    ),
}
"""Datatypes, bundles, clinical and administrative resources."""

CONFORMANCE_PATCHES: dict[str, Patch] = {}
"""Conformance, definitional and financial resources."""

PATCHES = CLINICAL_PATCHES | CONFORMANCE_PATCHES
"""Every slip by the invariant's key."""

BEST_PRACTICE: dict[str, str] = {
    "dom-6": "a resource need not have narrative, and most that machines make for machines have "
    "none: the specification marks the rule as best practice, and so it is told in strict mode only",
}
"""Invariants that are good advice and no condition: by key, why they are not told by default."""
