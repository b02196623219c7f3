"""Where the specification's own expression is not followed, each with the reason.

The words of an invariant are its meaning, the FHIRPath expression is how a machine is told.
Where an expression cannot be evaluated, or says something else than the words, the function
follows what is named here as done. Every other function gives the verdict of its expression.

Two things hold for all of them and are no patch: an element of the wrong JSON type, and a
primitive with an extension in place of a value, break no rule that would read their value.
"""

from __future__ import annotations

from dataclasses import dataclass

from fhirkit.validate.invariants.names import PREFIXES


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

CONFORMANCE_PATCHES: dict[str, Patch] = {
    **{
        f"{prefix}-0": Patch(
            slip="a definition without a name gives an empty result, which counts as broken",
            done="asked where there is a name",
        )
        for prefix in PREFIXES
    },
    "cpb-3": Patch(
        slip="the words require an end-point of an instance, the expression only forbids it "
        "elsewhere",
        done="the expression: an instance may receive messages whose end-points are not told",
    ),
    "csd-1": Patch(
        slip="descendants() reaches into contained code systems too",
        done="the codes of this code system's own concepts are compared, as in the words",
    ),
    "eld-2": Patch(
        slip="a max that is no number gives an empty result, which counts as broken",
        done="eld-3 says that it is no number",
    ),
    "eld-11": Patch(
        slip="exists() asks whether there are answers, and not whether one of them is yes: with "
        "any type the rule holds",
        done="one of the types can be bound, as in the words; kinds of string and uri can, too",
    ),
    "eld-20": Patch(
        slip="also broken by every path that breaks eld-19",
        done="asked where eld-19 holds",
    ),
    "md-1": Patch(
        slip="a focus without max gives an empty result, which counts as broken; max is optional",
        done="asked where there is a max",
    ),
    "opd-3": Patch(
        slip="a parameter that is a resource may not say which profile it has; R5 and HL7's own "
        "engine allow it",
        done="the type may also be a resource",
    ),
    "que-2": Patch(
        slip="descendants() reaches into contained questionnaires too",
        done="the items of this questionnaire are compared, as in the words",
    ),
    "que-5": Patch(
        slip="the words allow answerValueSet for choices only, the expression for numbers, dates, "
        "strings and quantities too; and it asks the same of answerOption",
        done="the expression, as other parts of the specification allow lists of such answers",
    ),
    "que-7": Patch(
        slip="names a type Boolean, which no answer has: FHIR's is boolean",
        done="the answer is an answerBoolean",
    ),
    "que-12": Patch(
        slip="asks for enableBehavior from the third condition on",
        done="asked from the second on, as in the words",
    ),
    "sdf-8": Patch(
        slip="also compares the first path with the type, as sdf-11 does",
        done="the paths after the first are compared with it",
    ),
    "sdf-16": Patch(
        slip="also broken by an element without id, as sdf-14 is",
        done="ids are compared where they are",
    ),
    "sdf-17": Patch(slip="as sdf-16", done="as sdf-16"),
    "tst-3": Patch(
        slip="the words allow one of the three, the expression two",
        done="the expression, which every engine evaluates",
    ),
}
"""Conformance, definitional and financial resources."""

PATCHES = CLINICAL_PATCHES | CONFORMANCE_PATCHES
"""Every slip by the invariant's key."""

BEST_PRACTICE: dict[str, str] = {
    "dom-6": "a resource need not have narrative, and most that machines make for machines have "
    "none: the specification marks the rule as best practice, and so it is told in strict mode only",
}
"""Invariants that are good advice and no condition: by key, why they are not told by default."""
