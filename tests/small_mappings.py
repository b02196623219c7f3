"""A vocabulary just large enough for the mappers' tests, apart from the shipped files.

The codes are real ones, as ``mappings/codes.csv`` has them.
"""

from __future__ import annotations

from fhirkit._data import Coding, Mappings
from fhirkit.rows import ConditionRow, ObservationRow

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"

_CODES = {
    ("drugs", "alemtuzumab"): [
        (RXNORM, "117055", "alemtuzumab"),
        (ATC, "L04AG06", "alemtuzumab"),
    ],
    ("drugs", "methylprednisolone"): [(RXNORM, "6902", "methylprednisolone")],
    ("drugs", "corticosteroids"): [(ATC, "H02AB", "Glucocorticoids")],
    ("conditions", "multiple sclerosis"): [(SNOMED, "24700007", "Multiple sclerosis")],
    ("conditions", "leukoencephalopathy"): [(SNOMED, "22811006", "Leukoencephalopathy")],
    ("symptoms", "fever"): [(SNOMED, "386661006", "Fever")],
    ("symptoms", "unsteady gait"): [(SNOMED, "22631008", "Unsteady gait")],
    ("symptoms", "diplopia"): [(SNOMED, "24982008", "")],
    ("observations", "hemoglobin"): [(LOINC, "718-7", "Hemoglobin [Mass/volume] in Blood")],
    ("observations", "CSF protein"): [
        (LOINC, "2880-3", "Protein [Mass/volume] in Cerebral spinal fluid")
    ],
    ("observations", "glucose"): [(LOINC, "2345-7", "Glucose [Mass/volume] in Serum or Plasma")],
    ("observations", "CSF lymphocytes"): [
        (LOINC, "26479-6", "Lymphocytes/100 leukocytes in Cerebral spinal fluid")
    ],
    ("scores", "EDSS"): [(SNOMED, "273554001", "Kurtzke multiple sclerosis rating scale")],
    ("procedures", "MRI"): [(SNOMED, "113091000", "Magnetic resonance imaging")],
    ("reports", "MRI brain"): [(LOINC, "24590-2", "Brain MRI")],
    ("route", "intravenous"): [(SNOMED, "47625008", "Intravenous route")],
    ("specimen", "csf"): [(SNOMED, "258450006", "Cerebrospinal fluid sample")],
    ("severity", "severe"): [(SNOMED, "24484000", "Severe")],
    ("body-site", "brain"): [(SNOMED, "12738006", "Brain")],
    ("handedness", "right handed"): [(SNOMED, "46669005", "Right handed")],
    ("finding", "negative"): [(SNOMED, "260385009", "Negative")],
    ("finding", "normal"): [(SNOMED, "17621005", "Normal")],
    ("finding", "absent"): [(SNOMED, "2667000", "Absent")],
    ("history", "age"): [(LOINC, "30525-0", "Age")],
    ("observation-code", "handedness (observable)"): [(SNOMED, "57427004", "Handedness")],
    ("observation-code", "symptom (Observation.code)"): [(LOINC, "75325-1", "Symptom")],
    ("observation-code", "symptom absent (Observation.code)"): [
        (LOINC, "111551-8", "Symptom absent")
    ],
    ("observation-code", "severity of symptom (component)"): [
        (LOINC, "64750-3", "Severity of symptoms")
    ],
}
_CONDITIONS = {"disseminated necrotizing leukoencephalopathy": "leukoencephalopathy"}
_OBSERVATIONS = {"hemoglobin": ("g/dL",), "glucose": ("mg/dL",), "reflexes": ()}

MAPPINGS = Mappings(
    drugs={},
    conditions={
        name: ConditionRow(name=name, broader=broader, source="test")
        for name, broader in _CONDITIONS.items()
    },
    symptoms={},
    observations={
        name: ObservationRow(name=name, category="laboratory", units="|".join(units), source="test")
        for name, units in _OBSERVATIONS.items()
    },
    measured={},
    scores={},
    procedures={},
    reports={},
    terms={},
    symbols={},
    units={},
    units_without_case={},
    ucum=(),
    blocked=(),
    cues={},
    codes={key: tuple(Coding(*code) for code in codes) for key, codes in _CODES.items()},
)
