"""Codes of HL7's own code systems, as R4 (4.0.1) publishes them with their displays.

They are part of the shape of a resource. What a clinician might question (diagnoses, drugs,
laboratory codes) is in ``mappings/``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fhirkit.mappers.context import Resource

TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem/"

# Code and display by code system; the last part of a system's URI is its name here.
ACT_CODE: Final = {
    "inpatient": ("IMP", "inpatient encounter"),
    "emergency": ("EMER", "emergency"),
    "ambulatory": ("AMB", "ambulatory"),
}
INTERPRETATION: Final = {
    "A": "Abnormal",
    "AA": "Critical abnormal",
    "DET": "Detected",
    "H": "High",
    "HH": "Critical high",
    "HU": "Significantly high",
    "IND": "Indeterminate",
    "L": "Low",
    "LL": "Critical low",
    "LU": "Significantly low",
    "N": "Normal",
    "ND": "Not detected",
    "NEG": "Negative",
    "POS": "Positive",
}
OBSERVATION_CATEGORY: Final = {
    "exam": "Exam",
    "imaging": "Imaging",
    "laboratory": "Laboratory",
    "social-history": "Social History",
    "survey": "Survey",
    "vital-signs": "Vital Signs",
}
REPORT_SECTION: Final = {
    "genetics": ("GE", "Genetics"),
    "imaging": ("RAD", "Radiology"),
    "laboratory": ("LAB", "Laboratory"),
    "neurophysiology": ("EN", "Electroneuro (EEG, EMG,EP,PSG)"),
}
CAUSALITY: Final = {
    "certain": ("Certain", "Certain"),
    "definite": ("Certain", "Certain"),
    "probable": ("Probably-Likely", "Probably/Likely"),
    "likely": ("Probably-Likely", "Probably/Likely"),
    "possible": ("Possible", "Possible"),
    "unlikely": ("Unlikely", "Unlikely"),
    "conditional": ("Conditional-Classified", "Conditional/Classified"),
    "unclassified": ("Conditional-Classified", "Conditional/Classified"),
    "unassessable": ("Unassessable-Unclassifiable", "Unassessable/Unclassifiable"),
}
# ICH E2B(R3) E.i.7 to the required binding of AdverseEvent.outcome.
EVENT_OUTCOME: Final = {
    "recovered": ("resolved", "Resolved"),
    "recovering": ("recovering", "Recovering"),
    "not recovered": ("ongoing", "Ongoing"),
    "recovered with sequelae": ("resolvedWithSequelae", "Resolved with Sequelae"),
    "fatal": ("fatal", "Fatal"),
    "unknown": ("unknown", "Unknown"),
}
EVENT_SEVERITY: Final = {"mild": "Mild", "moderate": "Moderate", "severe": "Severe"}
# ICH E2A criteria to R4's codes, which R5 and HL7's terminology server no longer have.
SERIOUS_BECAUSE: Final = {
    "death": ("SeriousResultsInDeath", "Results in death"),
    "life-threatening": ("SeriousIsLifeThreatening", "Is Life-threatening"),
    "hospitalisation": (
        "SeriousResultsInHospitalization",
        "Requires or prolongs inpatient hospitalization",
    ),
    "disability": (
        "SeriousResultsInDisability",
        "Results in persistent or significant disability/incapacity",
    ),
    "congenital anomaly": ("SeriousIsBirthDefect", "Is a congenital anomaly/birth defect"),
}


def coding(system: str, code: str, display: str) -> Resource:
    """A Coding of one of HL7's systems; ``system`` is the last part of its URI."""
    return {"system": TERMINOLOGY + system, "code": code, "display": display}


def coded(system: str, code: str, display: str, text: str = "") -> Resource:
    """A CodeableConcept of one coding, with the author's words if there are any."""
    made: Resource = {"coding": [coding(system, code, display)]}
    if text:
        made["text"] = text
    return made


def looked_up(system: str, code: str, displays: Mapping[str, str], text: str = "") -> Resource:
    """A CodeableConcept for ``code``; only ``text`` where the system has no such code."""
    if code in displays:
        return coded(system, code, displays[code], text)
    return {"text": text or code}
