"""The kinds of findings that profiles lead to, and how a profile's own rule becomes one."""

from __future__ import annotations

from fhirkit.issues import Severity
from fhirkit.validate.findings import Rule

_PROFILING = "https://hl7.org/fhir/R4/profiling.html"
_ELEMENT = "https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition"
_TERMINOLOGIES = "https://hl7.org/fhir/R4/terminologies.html"

UNKNOWN = Rule(
    "profile-unknown",
    "not-found",
    "this profile is not known, so nothing was checked by it",
    Severity.WARNING,
    expected="a profile of R4, or of a package given with --ig",
    spec="https://hl7.org/fhir/R4/resource-definitions.html#Meta.profile",
)
TYPE = Rule(
    "profile-type",
    "structure",
    "this profile is one of another type of resource",
    spec=f"{_PROFILING}#resources",
)
REQUIRED = Rule(
    "profile-required",
    "required",
    "an element that the profile requires is missing",
    spec=f"{_ELEMENT}.min",
)
TOO_FEW = Rule(
    "profile-too-few",
    "required",
    "fewer of this element than the profile requires",
    spec=f"{_ELEMENT}.min",
)
TOO_MANY = Rule(
    "profile-too-many",
    "structure",
    "more of this element than the profile allows",
    spec=f"{_ELEMENT}.max",
)
PROHIBITED = Rule(
    "profile-prohibited",
    "structure",
    "the profile does not allow this element",
    spec=f"{_ELEMENT}.max",
)
VALUE_TYPE = Rule(
    "profile-value-type",
    "structure",
    "the profile does not allow a value of this type",
    spec=f"{_ELEMENT}.type",
)
FIXED = Rule(
    "profile-fixed",
    "value",
    "not the value that the profile fixes",
    spec=f"{_ELEMENT}.fixed_x_",
)
PATTERN = Rule(
    "profile-pattern",
    "value",
    "not as the pattern of the profile",
    spec=f"{_ELEMENT}.pattern_x_",
)
LIMIT = Rule(
    "profile-limit",
    "value",
    "beyond the limit that the profile sets",
    spec=f"{_ELEMENT}.minValue_x_",
)
LENGTH = Rule(
    "profile-length",
    "too-long",
    "longer than the profile allows",
    spec=f"{_ELEMENT}.maxLength",
)
BINDING = Rule(
    "profile-binding",
    "code-invalid",
    "not a code of the value set that the profile takes its codes from",
    spec=f"{_TERMINOLOGIES}#required",
)
NO_CODE = Rule(
    "profile-no-code",
    "code-invalid",
    "the profile needs a code here: its value set allows no text alone",
    spec=f"{_TERMINOLOGIES}#required",
)
EXTENSIBLE = Rule(
    "profile-binding-extensible",
    "code-invalid",
    "not in the profile's value set, which has to be used where it has a fitting code",
    Severity.WARNING,
    spec=f"{_TERMINOLOGIES}#extensible",
)
SLICE_MISSING = Rule(
    "profile-slice-missing",
    "required",
    "one of the values has to be as the profile says, and none is",
    spec=f"{_PROFILING}#slicing",
)
SLICE_TOO_MANY = Rule(
    "profile-slice-too-many",
    "structure",
    "more values of this kind than the profile allows",
    spec=f"{_PROFILING}#slicing",
)
NO_SLICE = Rule(
    "profile-no-slice",
    "structure",
    "the profile allows no other values here than those it lists",
    spec=f"{_PROFILING}#slicing",
)
SLICE_ORDER = Rule(
    "profile-slice-order",
    "structure",
    "not in the order that the profile asks for",
    spec=f"{_PROFILING}#slicing",
)
TARGET = Rule(
    "profile-target",
    "structure",
    "the profile does not allow a reference to this",
    spec=f"{_ELEMENT}.type",
)
NO_PROFILE = Rule(
    "profile-none-fits",
    "structure",
    "as none of the profiles that are allowed here",
    spec=f"{_ELEMENT}.type",
)
CONSTRAINT = f"{_ELEMENT}.constraint"
UNEVALUATED = Rule(
    "profile-constraint-unevaluated",
    "incomplete",
    "a rule of the profile could not be evaluated",
    Severity.INFORMATION,
    spec=CONSTRAINT,
)
NO_ENGINE = Rule(
    "profile-constraints-unevaluated",
    "incomplete",
    "the rules that profiles give in FHIRPath were not evaluated: fhirpathpy is not installed",
    Severity.INFORMATION,
    expected="pip install 'fhirkit-cases[profiles]'",
    spec=CONSTRAINT,
)
