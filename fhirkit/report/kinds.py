"""What kinds of facts and groups of them are called on a page, in its order."""

from __future__ import annotations

from typing import Final

#: A kind's names for one and for several.
KINDS: Final = {
    "patient": "Patient",
    "medication": "Drugs",
    "encounter": "Stays",
    "symptom": "Signs and symptoms",
    "observation": "Values",
    "report": "Studies",
    "procedure": "Procedures",
    "condition": "Diagnoses",
    "adverse-event": "Adverse events",
}

#: Groups of facts in the order in which a clinician takes in a case.
GROUPS: Final = {
    "patient": "Patient",
    "exposure": "Exposure",
    "previous": "Earlier therapy",
    "admission": "Admissions and visits",
    "findings": "Signs, symptoms, vital signs",
    "laboratory": "Laboratory",
    "scores": "Scores",
    "studies": "Imaging and other studies",
    "procedures": "Procedures",
    "diagnoses": "Diagnoses",
    "adverse-events": "Adverse events",
    "others": "Not this patient’s",
}

#: What a stay is called, by its class.
STAYS: Final = {"inpatient": "admission", "emergency": "emergency visit", "ambulatory": "visit"}
