"""The facts of a case: frozen values, each with the words it was read from.

A fact says *what* (its class and fields), *whose* it is (:class:`Whose`) and *how sure* the
author was (:class:`Certainty`). The two axes are separate: "her mother had no migraine" is
family and negated. Every value inside a fact carries its own :class:`Span`.

Numbers keep the digits of the text (``Quantity.digits``); nothing is converted, multiplied
or resolved against a calendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fhirkit.narrative.span import Span


class Whose(StrEnum):
    """Whom a statement is about."""

    PATIENT = "patient"
    OTHERS = "others"  # other patients, case series, the literature
    GENERAL = "general"  # what is known of a drug or disease
    DEFINITION = "definition"  # a legend or scale explained
    CONSIDERED = "considered"  # a treatment weighed or offered, not given
    FAMILY = "family"


class Certainty(StrEnum):
    """How the author holds a statement."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"
    SUSPECTED = "suspected"
    DIFFERENTIAL = "differential"
    REFUTED = "refuted"  # thought of and ruled out
    NOT_DONE = "not-done"


class Use(StrEnum):
    """How a medication stands to the course that is told."""

    GIVEN = "given"  # administered during the course told
    PREVIOUS = "previous"  # earlier therapy, before the course told
    LONG_TERM = "long-term"  # repeated or running over time
    CONSIDERED = "considered"  # weighed, not given


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a code system, with its system's words where they are known."""

    system: str
    code: str
    display: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A thing named in the text.

    ``concept`` is the vocabulary's name for it (a row of ``mappings/``), None where no
    vocabulary knows it: then only the author's words count. ``code`` is a reviewer's and goes
    before those of the vocabulary.
    """

    span: Span
    concept: str | None = None
    code: Code | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit as written.

    ``digits`` are the text's digits without thousands separators ("3,000" is "3000", "0.40"
    stays "0.40"). ``unit`` is as written, ``ucum`` its UCUM code where ``mappings/units.csv``
    knows it. ``comparator`` is one of ``<``, ``<=``, ``>``, ``>=`` or None.
    """

    span: Span
    digits: str
    unit: str | None = None
    ucum: str | None = None
    comparator: str | None = None


@dataclass(frozen=True, slots=True)
class Ratio:
    """Two numbers as a ratio, "2:1"."""

    span: Span
    numerator: str
    denominator: str


@dataclass(frozen=True, slots=True)
class Range:
    """Low and high bound of a value or a reference range."""

    span: Span
    low: Quantity | None
    high: Quantity | None


@dataclass(frozen=True, slots=True)
class When:
    """A time as the text gives it, tied to an event of the case and never to the clock.

    ``offset`` is the distance ("eight months"), ``relation`` before, after, at or during,
    ``anchor`` the id of the fact it is measured from (None where the text does not say),
    ``date`` a calendar date as precise as written ("2014", "2014-03").
    """

    span: Span
    offset: Quantity | None = None
    relation: str | None = None
    anchor: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Regimen:
    """How often and how long, as written; no total is ever computed.

    ``frequency`` times per ``period`` ``period_unit`` (UCUM: h, d, wk, mo, a), up to
    ``period_max`` where the text gives a range ("every 4 to 6 weeks"); ``count`` is a number of
    cycles, courses or doses; ``duration`` how long the course lasted; ``as_needed`` where the
    drug was taken on demand.
    """

    span: Span
    frequency: int | None = None
    period: str | None = None
    period_unit: str | None = None
    count: int | None = None
    duration: Quantity | None = None
    period_max: str | None = None
    as_needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What every fact has.

    ``id`` is unique in its case and the same on every run; ``spans`` are the mentions, the
    defining one first. ``rule`` names the rule that made the fact, with the proposer in
    brackets where no vocabulary knows the name; ``why`` says what it was judged by: whose it is,
    and the words that make it other than affirmed. ``patient`` is the number of the patient in
    whose part of the text it is told, where the text tells of several; None where it tells of one.
    """

    id: str
    spans: tuple[Span, ...]
    whose: Whose = Whose.PATIENT
    certainty: Certainty = Certainty.AFFIRMED
    rule: str = ""
    why: str = ""
    patient: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientFact(Fact):
    """The person the case is about: at most one a patient of the text."""

    age: Quantity | Range | None = None  # a range where only the decade is told
    age_group: Term | None = None  # concept infant, adult, elderly, ...; only where no age is told
    sex: Term | None = None  # concept "female" or "male"
    handedness: Term | None = None  # concept "right handed", "left handed", "ambidextrous"
    occupation: Term | None = None
    deceased: Span | None = None
    died: When | None = None
    cause_of_death: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicationFact(Fact):
    """A drug or drug class the patient had, or that was considered.

    ``dose`` is the amount of one administration (or a rate), ``cumulative`` what the text calls
    the total of several; a change of dose is a fact of its own. ``dose_number`` counts the doses
    of a vaccine ("the second dose"). ``action`` is what was done with the drug, in the ICH
    E2B(R3) G.k.8 terms (drug withdrawn, dose reduced, dose increased, dose not changed).
    """

    drug: Term
    level: str = "ingredient"  # ingredient, class, combination, vaccine
    use: Use = Use.GIVEN
    dose: Quantity | None = None
    cumulative: Quantity | None = None
    dose_number: Quantity | None = None
    form: Term | None = None  # concept: tablet, patch, ...
    dose_words: Term | None = None  # concept high dose, low dose, ...: what the text says of it
    route: Term | None = None
    regimen: Regimen | None = None
    when: When | None = None
    start: When | None = None
    stop: When | None = None
    reason: tuple[str, ...] = ()  # ids of conditions treated
    reason_words: Span | None = None
    reason_stopped: Span | None = None
    stopped: Span | None = None
    action: Term | None = None
    encounter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationFact(Fact):
    """A measured or judged property: laboratory, score, vital sign, serology."""

    analyte: Term
    category: str  # laboratory, survey, vital-signs, exam, imaging, social-history
    value: Quantity | Ratio | Range | Term | None = None
    specimen: Term | None = None
    method: Term | None = None
    interpretation: Term | None = None  # concept: H, L, N, A, POS, NEG
    reference: Range | None = None
    when: When | None = None
    encounter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionFact(Fact):
    """A diagnosis, comorbidity or complication."""

    name: Term
    severity: Term | None = None  # concept mild, moderate, severe
    course: Term | None = None  # "relapsing-remitting", "chronic"
    body_site: Term | None = None  # with the side where it is told: "right thigh"
    stage: Span | None = None  # "FIGO stage IB1", "T2N0M0"
    onset: When | None = None
    history: Span | None = None  # "14-year history of"
    onset_age: Quantity | None = None
    outcome: Term | None = None
    due_to: tuple[str, ...] = ()  # ids of the facts it is due to
    evidence: tuple[str, ...] = ()  # ids of observations and reports
    is_history: bool = False
    encounter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SymptomFact(Fact):
    """A sign or symptom; absent ones have certainty NEGATED."""

    name: Term
    severity: Term | None = None
    body_site: Term | None = None
    duration: Quantity | None = None
    when: When | None = None
    encounter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureFact(Fact):
    """Something done to the patient, or expressly not done."""

    name: Term
    count: Quantity | None = None
    regimen: Regimen | None = None
    when: When | None = None
    outcome: Span | None = None
    reason: tuple[str, ...] = ()
    reason_not_done: Span | None = None
    encounter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFact(Fact):
    """Imaging, EEG, pathology or another study with what its authors concluded."""

    study: Term
    category: str  # imaging, neurophysiology, pathology, cardiology, genetics
    body_site: Term | None = None
    conclusion: tuple[Span, ...] = ()
    when: When | None = None
    encounter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EncounterFact(Fact):
    """A stay or visit the course hangs on."""

    kind: Term  # concept inpatient, emergency, ambulatory
    when: When | None = None
    length: Quantity | None = None
    reason: tuple[str, ...] = ()
    reason_words: Span | None = None
    discharge: Span | None = None


@dataclass(frozen=True, slots=True)
class Suspect:
    """A drug the authors hold responsible, with the words that say so.

    ``role`` is "interacting" for one of several that did harm by their interaction.
    ``dechallenge`` says whether the reaction abated after the drug was withdrawn or reduced
    (concepts: positive, negative); ``rechallenge`` whether it came again when the drug was given
    again (ICH E2B(R3) G.k.9.i.4; concepts: recurred, did not recur, unknown, not done).
    """

    span: Span
    medication: str  # id of a MedicationFact or ProcedureFact
    role: str = "suspect"
    dechallenge: Term | None = None
    rechallenge: Term | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEventFact(Fact):
    """A reaction and what the authors say of its cause.

    ``seriousness`` are ICH E2A criteria the text supports (concepts: death,
    life-threatening, hospitalisation, disability, congenital anomaly, other);
    ``outcome`` has the ICH E2B(R3) E.i.7 terms as concepts (recovered, recovering,
    not recovered, recovered with sequelae, fatal, unknown); ``causality`` are the author's
    words, ``causality_category`` only what the text itself states as a category, and
    ``causality_method`` the scale it is stated by ("Naranjo").
    """

    reaction: Term
    condition: str | None = None  # id of the ConditionFact, SymptomFact or ObservationFact
    suspects: tuple[Suspect, ...] = ()
    latency: When | None = None
    seriousness: tuple[Term, ...] = ()
    severity: Term | None = None
    outcome: Term | None = None
    causality: tuple[Span, ...] = ()
    causality_category: Term | None = None
    causality_method: Span | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Words that name a thing, or a number, and went into no fact.

    ``kind`` is drug, report, procedure, score, observation, condition, symptom or number, or
    what a proposer took the words for; ``concept`` the vocabulary's name, None for a number;
    ``why`` the reason in plain words; ``patient`` as for a :class:`Fact`.
    """

    span: Span
    kind: str
    why: str
    concept: str | None = None
    whose: Whose = Whose.PATIENT
    certainty: Certainty = Certainty.AFFIRMED
    patient: int | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence that is not about the patient: whose it is, and by which rule.

    ``patient`` as for a :class:`Fact`.
    """

    span: Span
    whose: Whose
    why: str
    patient: int | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """What a reviewer decided on a fact, who and when.

    ``verdict`` is accept, reject, correct, add or note; a rejected fact is no longer among the
    facts. ``changed`` says what was corrected, from what to what; ``patient`` as for a
    :class:`Fact`.
    """

    fact: str
    verdict: str
    by: str
    at: str
    changed: tuple[str, ...] = ()
    note: str | None = None
    patient: int | None = None
