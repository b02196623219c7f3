"""Changes of a dose: each new amount is a course of its own, and the change an action taken."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from fhirkit.facts.model import MedicationFact, Term, Use, Whose
from fhirkit.facts.numbers import quantity
from fhirkit.facts.regimen import is_dose, regimen_for

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.numbers import Measure
    from fhirkit.facts.scene import Scene

#: Characters between a drug and the verb that changes its dose, and between that and the amount.
_SUBJECT_WITHIN = 110
_AMOUNT_WITHIN = 70
#: Sentences in which "the dose" still means the drug last told with one.
_STILL_MEANT = 2

_OTHER_SUBJECT = re.compile(
    r"[;.]\s|\b(?:which|with|while|whereas|but|because|since|her|his|level|levels|titer|count"
    r"|pressure|rate|weight|volume|output)\b",
    re.IGNORECASE,
)
_THE_DOSE = re.compile(r"\b(?:dose|doses|dosage)\s+(?:\w+\s+){0,4}$", re.IGNORECASE)
_OTHERS_DOSE = re.compile(r"\b(?!patient)\w+['’]s?\s+(?:dose|doses|dosage)\b", re.IGNORECASE)
_QUALIFIED = (
    r"(?:an?\s+|the\s+|only\s+)?(?:(?:daily|total|maximum|maintenance|final|target|initial|current|full"
    r"|dose|of|about|up|as|high|low|much)\s+)*"
)
_TO = re.compile(
    rf"[\s,]*(?:(?:again|further|gradually|slowly|rapidly|progressively|subsequently|later|then|and|to|the"
    rf"|its|dose|dosage|stepwise|down|up|initially|first|over\s+\w+\s+\w+)[\s,]+)*?to\s+{_QUALIFIED}",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"[\s,]*(?:(?:gradually|slowly|rapidly|progressively|subsequently|stepwise|down|up|the|dose|dosage)\s+)*"
    rf"from\s+{_QUALIFIED}",
    re.IGNORECASE,
)
_THEN_TO = re.compile(
    rf"[^.;]{{0,40}}?(?:\bto\b|[-–→]|\band\s+then\b|\bthen\b)\s*{_QUALIFIED}", re.IGNORECASE
)
_NEXT = re.compile(
    rf"[\s,;()]*(?:and\s+)?(?:then|followed\s+by|subsequently|thereafter|afterwards?|later)\s+"
    rf"(?:by\s+|at\s+|with\s+|to\s+)?{_QUALIFIED}",
    re.IGNORECASE,
)


def read_dose_changes(book: Notebook) -> None:
    """A draft for each further dose of the patient's drugs, and what was done with the drug."""
    for scene in book.scenes:
        if scene.whose is not Whose.PATIENT:
            continue
        for cue in scene.cues("action", "dose reduced", "dose increased"):
            _changed(book, scene, cue)
        _sequences(book, scene)
        _spoken_of(book, scene)


def _changed(book: Notebook, scene: Scene, cue: Mention) -> None:
    """ "D was increased from 5 to 10 mg daily", "the dose was reduced to 20 mg"."""
    found = _subject(book, scene, cue)
    if found is None:
        return
    drug, limit = found
    old, new = _amounts(scene, cue, limit)
    named = drug.scene is scene or _THE_DOSE.search(scene.text(scene.sentence.start, cue.start))
    if old is None and new is None and not named:
        return
    drug.fields.setdefault("action", Term(scene.span(cue), cue.name))
    if old is not None:
        _course(book, scene, drug, old)
    if new is not None:
        _course(book, scene, drug, new)


def _subject(book: Notebook, scene: Scene, cue: Mention) -> tuple[Draft, int] | None:
    """The drug whose dose the cue changes, and the view offset up to which the amount may stand."""
    things = [t for t in scene.things if t.start < cue.start]
    after = [t.start for t in scene.of("drugs", "observations", "conditions") if t.start >= cue.end]
    limit = min([cue.end + _AMOUNT_WITHIN, scene.sentence.end, *after])
    start = scene.sentence.start
    if things and things[-1].kind == "drugs":
        drug = things[-1]
        gap = scene.text(drug.end, cue.start)
        draft = book.at.get(drug.start)
        fits = len(gap) <= _SUBJECT_WITHIN and not _OTHER_SUBJECT.search(gap)
        if draft is not None and draft.whose is Whose.PATIENT and fits:
            return draft, limit
        return None
    of = _OF_DRUG.match(scene.text(cue.end, scene.sentence.end))
    at = cue.end + (of.end() if of else 0)
    named = next((d for d in scene.of("drugs") if d.start == at), None)
    if named is not None:
        draft = book.at.get(named.start)
        if draft is None or draft.whose is not Whose.PATIENT:
            return None
        return draft, min(named.end + _AMOUNT_WITHIN, scene.sentence.end)
    clause = scene.text(max(start, cue.start - 60), cue.start)
    if _OTHERS_DOSE.search(clause):
        return None
    if _THE_DOSE.search(clause) and not any(t.start > cue.start - 60 for t in things):
        last_told = _last_told(book, scene)
        return None if last_told is None else (last_told, limit)
    return None


_OF_DRUG = re.compile(
    r"\s+(?:of\s+|in\s+|the\s+|her\s+|his\s+|oral\s+|daily\s+|dose\s+|dosage\s+)*", re.IGNORECASE
)


def _last_told(book: Notebook, scene: Scene) -> Draft | None:
    """The drug that "the dose" means: the last one told in this or the sentences before."""
    index = scene.sentence.index
    for earlier in reversed(book.scenes[max(0, index - _STILL_MEANT) : index + 1]):
        told = [
            draft
            for drug in earlier.of("drugs")
            if (draft := book.at.get(drug.start)) is not None
            and draft.whose is Whose.PATIENT
            and draft.fields.get("use") is not Use.CONSIDERED
        ]
        if told:
            dosed = {d.id: d for d in told if "dose" in d.fields}
            return next(iter(dosed.values())) if len(dosed) == 1 else told[-1]
    return None


def _amounts(scene: Scene, cue: Mention, limit: int) -> tuple[Measure | None, Measure | None]:
    """The amount before the change and the one after it, each None where it is not told."""
    doses = [m for m in scene.measures if cue.end <= m.start < limit and is_dose(m)]
    if not doses:
        return None, None
    first = doses[0]
    if _ends(_FROM, scene.text(cue.end, first.start)):
        new = doses[1] if len(doses) > 1 else None
        if new is None or not _THEN_TO.fullmatch(scene.text(first.end, new.start)):
            return first, None
        return first, new
    gap = scene.text(cue.end, first.start)
    if _TO.fullmatch(gap) or (scene.text(cue.start, cue.end).endswith(" to") and not gap.strip()):
        return None, first
    return None, None


def _ends(pattern: re.Pattern[str], gap: str) -> bool:
    """Whether the gap is what ``pattern`` says, or ends so behind the drug's name."""
    return pattern.fullmatch(gap) is not None or gap.rstrip().endswith(" from")


def _sequences(book: Notebook, scene: Scene) -> None:
    """ "D 80 mg, followed by 30 mg": the second amount is of the same drug."""
    drugs = scene.of("drugs")
    for index, mention in enumerate(drugs):
        draft = book.at.get(mention.start)
        if draft is None or draft.whose is not Whose.PATIENT or "dose" not in draft.fields:
            continue
        right = drugs[index + 1].start if index + 1 < len(drugs) else scene.sentence.end
        doses = [m for m in scene.measures if mention.start - 60 <= m.start < right and is_dose(m)]
        for before, after in pairwise(doses):
            if after.used or not before.used:
                continue
            gap = scene.text(max(before.end, mention.end), after.start)
            ahead = scene.text(after.end, right)
            leads_on = re.match(r"\s*(?:of|per)\b", ahead)
            next_one = _NEXT_SOMEWHERE.search(gap) is not None and _is_next(gap)
            loading = gap.rstrip(" \n").endswith("(") and _FIRST_DOSE.match(ahead) is not None
            if (next_one or loading) and not leads_on:
                _course(book, scene, draft, after)


#: "40 mg (90 mg as the loading dose)".
_FIRST_DOSE = re.compile(
    r"\s*(?:for|as|on|at)?\s*(?:the|an?)?\s*(?:first|loading|initial|bolus)\b", re.IGNORECASE
)


def _spoken_of(book: Notebook, scene: Scene) -> None:
    """ "The starting dose was 5 mg": the dose of the drug last told."""
    start = scene.sentence.start
    for measure in scene.measures:
        if measure.used or not is_dose(measure) or measure.ucum in _RADIATION:
            continue
        if any(t.start < measure.start for t in scene.of("drugs", "procedures")):
            continue
        lead = _A_DOSE.search(scene.text(start, measure.start))
        if lead is None or _OF_A_DRUG.match(scene.text(measure.end, scene.sentence.end)):
            continue
        if _OTHERS_DOSE.search(scene.text(start, measure.start)):
            continue
        drug = _last_told(book, scene)
        if drug is not None:
            _course(book, scene, drug, measure)


_RADIATION = frozenset({"Gy", "cGy"})
_A_DOSE = re.compile(
    r"\b(?:(?:the|her|his|its)\s+(?:\w+\s+)?|(?:initial|starting|maintenance|target|final|full|loading|usual"
    r"|current)\s+)(?:dose|dosage)\s*(?:was|is|of|being|:|\()\s*(?:set\s+at\s+|\()?$",
    re.IGNORECASE,
)
_OF_A_DRUG = re.compile(r"\s*(?:daily\s+)?of\b")


_NEXT_SOMEWHERE = re.compile(r"\b(?:then|followed|subsequently|thereafter|afterwards?|later)\b")
#: What may stand between the first amount and the word that leads to the next: its regimen.
_REGIMEN_WORDS = re.compile(
    r"(?:[\s,()/-]|\b(?:\d+|daily|once|twice|three|two|one|four|five|six|seven|ten|times|a|per|day|days"
    r"|week|weeks|month|months|hours?|for|over|the|first|every|each|other|bid|tid|qd|iv|intravenously"
    r"|orally|oral|po|was|were|given|administered|in|at|loading|bolus|dose|morning|evening|night)\b)*"
)


def _is_next(gap: str) -> bool:
    lead = _REGIMEN_WORDS.match(gap.lower())
    return lead is not None and _NEXT.fullmatch(gap[lead.end() :] or " ") is not None


def _course(book: Notebook, scene: Scene, drug: Draft, measure: Measure) -> None:
    """The course of ``drug`` with this amount: one that is told already, or a new one."""
    measure.used = True
    span = scene.narrative.span(measure.start, measure.end)
    for known in book.of("medication"):
        if known.concept != drug.concept or known.whose is not drug.whose:
            continue
        dose = known.fields.get("dose")
        if dose is None and known is drug:
            known.fields["dose"] = quantity(scene.narrative, measure)
            known.add_span(span)
            return
        if dose is not None and (dose.digits, dose.ucum) == (measure.digits, measure.ucum):
            known.add_span(span)
            return
    right = min(
        (t.start for t in scene.of("drugs") if t.start > measure.start), default=scene.sentence.end
    )
    regimen = regimen_for(scene, measure.start, right, (measure.start, measure.end))
    course = book.new(
        "medication", MedicationFact, drug.concept or drug.fields["drug"].span.text, scene,
        measure.start, measure.end, "dose change", concept=drug.concept,
        drug=drug.fields["drug"], level=drug.fields["level"], use=drug.fields["use"],
        dose=quantity(scene.narrative, measure),
    )  # fmt: skip
    if regimen is not None:
        course.fields["regimen"] = regimen
