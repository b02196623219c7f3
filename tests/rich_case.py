"""One invented case with every kind of fact and every way to say how sure it is."""

from __future__ import annotations

from facts_builder import Story
from fhirkit.facts.model import (
    AdverseEventFact,
    Certainty,
    ConditionFact,
    EncounterFact,
    MedicationFact,
    ObservationFact,
    PatientFact,
    ProcedureFact,
    Quantity,
    Range,
    Ratio,
    Regimen,
    ReportFact,
    Suspect,
    SymptomFact,
    Term,
    Use,
    Whose,
)

STORY = Story(
    "A [[right-handed]] [[52 year]] old [[man]], a [[baker & poet]], had a [[6-year history]] of"
    " [[multiple sclerosis]]. [[Interferon]] had been stopped for [[injection site reactions]]."
    " His [[mother]] had lupus. He got [[alemtuzumab]] [[12 mg]] [[intravenous]]ly"
    " [[for five days]] in [[2014-03]]. [[Eight months later]] he was [[admitted]] for"
    " [[four days]] with [[fever]] and a [[severe]] headache; he was [[not confused]]."
    " [[Haemoglobin]] was [[7.00 g/dl]] ([[low]], [[12 to 16]]), [[CSF protein]] [[0.40 g/L]],"
    " CD4:CD8 [[2:1]], EDSS [[6.5]], glucose [[normal]], MOG antibodies [[negative]]; no"
    " [[mastocytosis]]. [[Leukoencephalo-\npathy]], [[possibly PML]], due to it, was seen on"
    " [[MRI]] of the [[brain]]: \n[[new <T2> lesions]]. No [[biopsy]] was made [[as he was ill]]."
    " He had [[ten]] cycles of [[plasma exchange]], [[no response]], [[prednisone]] [[60 mg/day]],"
    " [[rituximab]] [[every 6 months]] and a [[flu vaccine]]; he declined [[ocrelizumab]]."
    " [[Ms. Doe]] agrees that it [[was possibly caused by alemtuzumab]]. He [[died]]"
    " [[two weeks after admission]] of [[sepsis]]."
)


def _patient() -> PatientFact:
    s = STORY
    return PatientFact(
        id="patient",
        spans=(s("man"),),
        age=s.quantity("52 year", "a"),
        sex=s.term("man", "male"),
        handedness=s.term("right-handed", "right handed"),
        occupation=s.term("baker & poet", ""),
        deceased=s("died"),
        died=s.when(
            "two weeks after admission",
            offset=Quantity(s("two weeks after admission"), "2", "weeks", "wk"),
            relation="after",
            anchor="stay",
        ),
        cause_of_death=s("sepsis"),
    )


def _drugs() -> list[MedicationFact]:
    s = STORY
    return [
        MedicationFact(
            id="interferon",
            spans=(s("Interferon"),),
            drug=s.term("Interferon", "interferon"),
            level="class",
            use=Use.PREVIOUS,
            reason=("ms",),
            reason_stopped=s("injection site reactions"),
        ),
        MedicationFact(
            id="alemtuzumab",
            spans=(s("alemtuzumab"),),
            drug=s.term("alemtuzumab"),
            dose=s.quantity("12 mg", "mg"),
            route=s.term("intravenous"),
            regimen=Regimen(
                s("for five days"), duration=Quantity(s("for five days"), "5", "days", "d")
            ),
            when=s.when("2014-03", date="2014-03"),
            reason=("ms",),
        ),
        MedicationFact(
            id="prednisone",
            spans=(s("prednisone"),),
            drug=s.term("prednisone"),
            dose=s.quantity("60 mg/day", "mg/d"),
            encounter="stay",
        ),
        MedicationFact(
            id="rituximab",
            spans=(s("rituximab"),),
            drug=s.term("rituximab"),
            use=Use.LONG_TERM,
            regimen=Regimen(s("every 6 months"), frequency=1, period="6", period_unit="mo"),
        ),
        MedicationFact(
            id="vaccine",
            spans=(s("flu vaccine"),),
            drug=s.term("flu vaccine"),
            level="vaccine",
        ),
        MedicationFact(
            id="ocrelizumab",
            spans=(s("ocrelizumab"),),
            drug=s.term("ocrelizumab"),
            certainty=Certainty.NEGATED,
        ),
    ]


def _findings() -> list[ConditionFact | SymptomFact]:
    s = STORY
    later = s.when(
        "Eight months later",
        offset=Quantity(s("Eight months later"), "8", "months", "mo"),
        relation="after",
        anchor="alemtuzumab",
    )
    return [
        ConditionFact(
            id="ms",
            spans=(s("multiple sclerosis"),),
            name=s.term("multiple sclerosis"),
            history=s("6-year history"),
            is_history=True,
        ),
        ConditionFact(
            id="lupus",
            spans=(s("mother"),),
            name=Term(s("mother"), "lupus"),
            whose=Whose.FAMILY,
        ),
        ConditionFact(
            id="leukoencephalopathy",
            spans=(s("Leukoencephalo-\npathy"),),
            name=s.term("Leukoencephalo-\npathy", "leukoencephalopathy"),
            onset=later,
            due_to=("alemtuzumab",),
            evidence=("mri", "hb"),
            severity=s.term("severe"),
            body_site=s.term("brain"),
            encounter="stay",
        ),
        ConditionFact(
            id="pml",
            spans=(s("possibly PML"),),
            name=s.term("possibly PML", "PML"),
            certainty=Certainty.SUSPECTED,
            encounter="stay",
        ),
        ConditionFact(
            id="mastocytosis",
            spans=(s("mastocytosis"),),
            name=s.term("mastocytosis"),
            certainty=Certainty.NEGATED,
        ),
        SymptomFact(
            id="fever",
            spans=(s("fever"),),
            name=s.term("fever"),
            severity=s.term("severe"),
            duration=s.quantity("four days", "d", digits="4"),
            when=s.when("admitted", relation="at", anchor="stay"),
            encounter="stay",
        ),
        SymptomFact(
            id="confusion",
            spans=(s("not confused"),),
            name=s.term("not confused", "confusion"),
            certainty=Certainty.NEGATED,
        ),
    ]


def _observations() -> list[ObservationFact]:
    s = STORY
    low, high = Quantity(s("12 to 16"), "12"), Quantity(s("12 to 16"), "16")
    return [
        ObservationFact(
            id="hb",
            spans=(s("Haemoglobin"),),
            analyte=s.term("Haemoglobin", "hemoglobin"),
            category="laboratory",
            value=s.quantity("7.00 g/dl", "g/dL"),
            interpretation=s.term("low", "L"),
            reference=Range(s("12 to 16"), low, high),
            encounter="stay",
        ),
        ObservationFact(
            id="csf-protein",
            spans=(s("CSF protein"),),
            analyte=s.term("CSF protein"),
            category="laboratory",
            value=s.quantity("0.40 g/L", "g/L"),
            specimen=Term(s("CSF protein"), "csf"),
        ),
        ObservationFact(
            id="ratio",
            spans=(s("2:1"),),
            analyte=Term(s("2:1"), "CD4:CD8 ratio"),
            category="laboratory",
            value=Ratio(s("2:1"), "2", "1"),
        ),
        ObservationFact(
            id="edss",
            spans=(s("6.5"),),
            analyte=Term(s("6.5"), "EDSS"),
            category="survey",
            value=s.quantity("6.5"),
        ),
        ObservationFact(
            id="glucose",
            spans=(s("normal"),),
            analyte=Term(s("normal"), "glucose"),
            category="laboratory",
            interpretation=s.term("normal", "N"),
        ),
        ObservationFact(
            id="mog",
            spans=(s("negative"),),
            analyte=Term(s("negative"), "MOG antibody"),
            category="laboratory",
            value=s.term("negative"),
            interpretation=s.term("negative", "NEG"),
        ),
    ]


def _course() -> list[EncounterFact | ReportFact | ProcedureFact]:
    s = STORY
    return [
        EncounterFact(
            id="stay",
            spans=(s("admitted"),),
            kind=s.term("admitted", "inpatient"),
            when=s.when(
                "Eight months later",
                offset=Quantity(s("Eight months later"), "8", "months", "mo"),
                relation="after",
                anchor="alemtuzumab",
            ),
            length=s.quantity("four days", "d", digits="4"),
            reason=("leukoencephalopathy",),
            discharge=s("died"),
        ),
        ReportFact(
            id="mri",
            spans=(s("MRI"),),
            study=s.term("MRI", "MRI brain"),
            category="imaging",
            body_site=s.term("brain"),
            conclusion=(s("new <T2> lesions"),),
            encounter="stay",
        ),
        ProcedureFact(
            id="biopsy",
            spans=(s("biopsy"),),
            name=s.term("biopsy"),
            certainty=Certainty.NOT_DONE,
            reason_not_done=s("as he was ill"),
        ),
        ProcedureFact(
            id="plasma-exchange",
            spans=(s("plasma exchange"),),
            name=s.term("plasma exchange"),
            count=Quantity(s("ten"), "10"),
            outcome=s("no response"),
            reason=("leukoencephalopathy",),
        ),
    ]


def _event() -> AdverseEventFact:
    s = STORY
    return AdverseEventFact(
        id="event",
        spans=(s("was possibly caused by alemtuzumab"),),
        reaction=s.term("Leukoencephalo-\npathy", "leukoencephalopathy"),
        condition="leukoencephalopathy",
        suspects=(Suspect(s("was possibly caused by alemtuzumab"), "alemtuzumab"),),
        latency=s.when(
            "Eight months later", offset=Quantity(s("Eight months later"), "8", "months", "mo")
        ),
        seriousness=(s.term("admitted", "hospitalisation"), s.term("died", "death")),
        severity=s.term("severe"),
        outcome=s.term("died", "fatal"),
        causality=(s("was possibly caused by alemtuzumab"),),
        causality_category=s.term("was possibly caused by alemtuzumab", "possible"),
    )


CASE = STORY.case(_patient(), *_drugs(), *_findings(), *_observations(), *_course(), _event())
