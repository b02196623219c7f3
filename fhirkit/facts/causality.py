"""Which reaction the text ties to which drug, and by what words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.aftermath import told_by_the_course
from fhirkit.facts.anchors import anchored
from fhirkit.facts.hinted import hinted_links
from fhirkit.facts.links import (
    BREAK,
    BROUGHT,
    DEVELOPED,
    LACK,
    LIST,
    PROGRESS,
    SILENT,
    Link,
    before_cue,
    behind_cue,
    drugs_of,
    is_lack,
    reactions_of,
    treats,
)
from fhirkit.facts.model import Whose
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.links import Named
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.scene import Scene


_EXAMPLES = re.compile(r"\b(?:such as|including|like|namely|for example|e\.g\.)\b", re.I)


_HARM = re.compile(r"side effect|adverse|complication|toxicity", re.I)


_DRUG_INDUCED = re.compile(
    r"\b(?:drug|medication|treatment|therapy|vaccine|chemotherapy)[\s-]+(?:induced|related|associated)\s*$",
    re.I,
)


_LEAD = re.compile(r"\b(?:we (?:report|present|describe)|case of|is reported|report of)\b", re.I)


#: What is treated is no reaction to the treatment.
_INDICATION = re.compile(
    r"\b(?:for|against|to treat|treatment of|therapy of|prophylaxis of|prevention of|to prevent|died of|died from)\s+"
    r"(?:[\w-]+\s+){0,3}$",
    re.I,
)


#: "A woman with lupus treated with D": what somebody has is there before the treatment.
_HAS = re.compile(
    r"\b(?:patient|man|woman|male|female|boy|girl|child|infant|neonate|adult|individual|lady|gentleman"
    r"|recipient|person|survivor|case)s?\s+(?:\w+\s+){0,2}?(?:with|suffering from|affected by|known for"
    r"|diagnosed with|had|having)\s+[^,;.]{0,80}$",
    re.I,
)


#: Between a reaction and "after D": the text tells of its treatment or of another person's doing.
_TREATED = re.compile(
    r"\b(?:treat\w*|manag\w*|resol\w*|remit\w*|improv\w*|respon\w*|diagnosed|success\w*|surviv\w*"
    r"|reliev\w*|controlled|underg\w+|underwent|on the basis|who|for which|received|receiving|whose|cured"
    r"|recover\w*|disappear\w*|free|started|commenced|begun|initiated|given|put|placed)\b",
    re.I,
)


_CAME = re.compile(
    r"\b(?:develop\w*|experienc\w*|present\w* with|occurr\w*|appear\w*|suffered)\b", re.I
)


#: "Diabetic patients with": the word says what kind of patients.
_OF_PATIENTS = re.compile(r"\s*(?:patients?|subjects?|man|men|woman|women|child|children)\b", re.I)


#: "A case of X in a patient treated with D": X came under D.
_IN_SOMEBODY = re.compile(
    r"\s*(?:(?:occurring|arising|developing)\s+)?in\s+an?\s+(?:[\w-]+\s+){0,4}?(?:patient|woman|man|boy|girl"
    r"|child|infant|adult|recipient)\s+(?:who\s+was\s+)?(?:being\s+)?(?:treated|receiving(?:\s+treatment)?"
    r"|taking)\s*",
    re.I,
)
_STOPPED = re.compile(
    r"\s*(?:(?:therapy|treatment|was|were|had|has|been|is)\s+)*"
    r"(?:(?:abruptly|suddenly|gradually)\s+)?(?:stopped|discontinued|discontinuation|withdrawn|withdrawal|ceased"
    r"|cessation|reduced|tapered|held|interrupted)\b",
    re.I,
)
#: Treatments other than drugs that reactions are reported after without words on the cause.
_LIKE_A_DRUG = re.compile(r"transfusion|chemotherapy|radiotherapy|plasma exchange|vaccin", re.I)


def links(book: Notebook) -> Iterator[Link]:
    """Every tie between a reaction of the patient and a drug of the patient."""
    given = next((d for d in book.given if d.fields.get("level") != "class"), None)
    for scene in book.scenes:
        if scene.sentence.section in SILENT:
            continue
        if bool(scene.cues("causality", "rejected")):
            continue
        reactions = [(m, d) for m, d in reactions_of(book, scene)]
        drugs = [(m, d) for m, d in drugs_of(book, scene)]
        if not reactions:
            continue
        yield from _stated(book, scene, reactions, drugs)
        yield from hinted_links(scene, reactions, drugs)
        yield from _drug_induced(scene, reactions, drugs, given)
        yield from _toxicity(scene, reactions, drugs)
    yield from told_by_the_course(book)


def _stated(book: Notebook, scene: Scene, reactions: Named, drugs: Named) -> Iterator[Link]:
    """What a sentence itself says: "X caused by D", "D-induced X", a title's "X after D"."""
    if not drugs:
        return
    own = scene.whose is Whose.PATIENT
    reporting = scene.sentence.section is SectionKind.TITLE or (
        own and bool(_LEAD.search(scene.all_text))
    )
    for cue in scene.cues("causality", "caused-by", "after", "causes", "blamed"):
        if scene.words(cue.first - 1, cue.first) == ["not"]:
            continue  # "was not due to" denies the tie, whatever the link word
        if cue.name == "caused-by":
            yield from _backward(scene, reactions, drugs, cue, own=own)
            yield from _examples(scene, reactions, drugs, cue, own=own)
        elif cue.name == "causes":
            yield from _forward(scene, reactions, drugs, cue, own=own)
        elif cue.name == "blamed":
            yield from _blamed(scene, reactions, drugs, cue, own=own)
        elif reporting:
            yield from _after(book, scene, reactions, drugs, cue, "reported after", own=own)
        elif own:
            lead = scene.text(scene.sentence.start, cue.start)
            found = reactions if DEVELOPED.search(lead) else []
            if not found and (BROUGHT.search(lead) or _is_timed(book, scene, cue)):
                found = [r for r in reactions if r[0].kind == "conditions"]
            yield from _after(book, scene, found, drugs, cue, "developed after", own=False)


def _is_timed(book: Notebook, scene: Scene, cue: Mention) -> bool:
    """Whether the link word ends a time from something of the case: "ten minutes after D"."""
    return any(
        phrase.form == "after"
        and phrase.end == cue.end
        and anchored(book, scene, phrase).anchor is not None
        for phrase in scene.times
    )


def _backward(
    scene: Scene, reactions: Named, drugs: Named, cue: Mention, *, own: bool
) -> Iterator[Link]:
    """Reaction, link, drug."""
    behind = behind_cue(scene, drugs, cue, limit=45)
    together = len(behind) > 1 and _interacted(scene, behind[0][0])
    for mention, draft in before_cue(scene, reactions, cue):
        for drug, medication in behind:
            yield Link(draft, mention, medication, drug, scene, "stated cause", own, together)


def _interacted(scene: Scene, drug: Mention) -> bool:
    """Whether the words before the first of several drugs speak of their interaction."""
    lead = scene.text(max(scene.sentence.start, drug.start - 40), drug.start)
    return _INTERACTION.search(lead) is not None


_INTERACTION = re.compile(r"\binteractions?\s+(?:\w+\s+)?(?:between|of|with)\s+(?:the\s+)?$", re.I)


def _after(
    book: Notebook,
    scene: Scene,
    reactions: Named,
    drugs: Named,
    cue: Mention,
    rule: str,
    *,
    own: bool,
) -> Iterator[Link]:
    """Reaction, "after", drug: told as following it and as nothing that it was given for."""
    for mention, draft in before_cue(scene, reactions, cue):
        before = scene.text(scene.sentence.start, mention.start)
        between = scene.text(mention.end, cue.start)
        somebody = _IN_SOMEBODY.fullmatch(between) is not None
        if (_TREATED.search(between) and not somebody) or _INDICATION.search(before[-60:]):
            continue
        if PROGRESS.search(draft.concept or ""):
            continue
        has = _HAS.search(before)
        background = has is not None and not _CAME.search(has.group())
        if (background and between.strip()) or _OF_PATIENTS.match(between):
            continue
        for drug, medication in behind_cue(scene, drugs, cue, limit=45):
            if not (drug.kind == "drugs" or _LIKE_A_DRUG.search(drug.name)):
                continue
            if _STOPPED.match(scene.text(drug.end, scene.sentence.end)):
                continue  # "relapse after D was stopped"
            if not treats(book, medication, draft):
                yield Link(draft, mention, medication, drug, scene, rule, own)


def _forward(
    scene: Scene, reactions: Named, drugs: Named, cue: Mention, *, own: bool
) -> Iterator[Link]:
    """Drug, link, reaction: "D-induced X", "D, which caused X", "A and B interacted"."""
    hyphened = _HYPHENED.fullmatch(scene.text(cue.start, cue.end)) is not None
    subject = _RIGHT_AT if hyphened else _SUBJECT
    for index, (drug, medication) in enumerate(drugs):
        gap = scene.text(drug.end, cue.start) if drug.end <= cue.start else None
        if gap is None or len(gap) > _NEXT_TO or not subject.fullmatch(gap):
            continue
        joined = [(drug, medication), *_joint(scene, drugs[:index], drug)]
        together = len(joined) > 1 and _interacted(scene, joined[-1][0])
        for mention, draft in reactions:
            gap = scene.text(cue.end, mention.start) if mention.start >= cue.end else None
            if gap is None or len(gap) > _EFFECT_WITHIN or BREAK.search(gap):
                continue
            if _OF_WHOM.search(gap):
                continue
            for each, its in joined:
                if not is_lack(each, draft):
                    yield Link(draft, mention, its, each, scene, "stated cause", own, together)


#: "D-induced eruption in diabetes": what follows is whose the reaction was.
_OF_WHOM = re.compile(r"\b(?:in|among|for|with)\b|\bof an?\b", re.I)


#: Link words that are part of a compound with the drug: "D-induced X".
_HYPHENED = re.compile(r"induced|related|associated|triggered|provoked|precipitated", re.I)


_RIGHT_AT = re.compile(
    r"(?:\s[a-z]+(?:ide|ate|ium))?[\s–-]*(?:\([\w\s-]{1,16}\)[\s–-]*)?(?:(?:therapy|treatment|use|infusion|toxicity|exposure|overdose"
    r"|withdrawal)[\s–-]*)?",
    re.I,
)


_SUBJECT = re.compile(
    r"(?:\s*\([\w\s-]{1,16}\))?[\s,(]*(?:(?:which|that|has|had|have|may|might|could|can|probably|possibly|likely|therapy|treatment"
    r"|infusions?|administration|use|intake|ingestion|overdose|toxicity|was|were|is|are|been|be|thought"
    r"|considered|believed|found|felt|known|to|then|also|itself|eventually|judged|deemed|determined"
    r"|suspected|held|together|the|a|most|probable|possible|definite|main|sole|only|primary|strongly)\b[\s,)]*)*(?:\([\w\s-]{1,16}\)\s*)?",
    re.I,
)


#: Characters between a link word and the reaction it leads to.
_EFFECT_WITHIN = 25


_TOGETHER = re.compile(
    r"\b(?:interactions?\s+(?:between|of)|interaction|combinations?\s+of|concomitant\s+use\s+of"
    r"|concomitance\s+of|combined\s+use\s+of|co-?administration\s+of|both)\s+(?:the\s+)?$",
    re.I,
)


def _joint(scene: Scene, before: Named, drug: Mention) -> Named:
    """The drugs that did it together with ``drug``: "the combination of A and B caused X"."""
    found: Named = []
    start = drug.start
    for item in reversed(before):
        if not LIST.fullmatch(scene.text(item[0].end, start)):
            break
        found.append(item)
        start = item[0].start
    lead = scene.text(max(scene.sentence.start, start - 40), start)
    return found if _TOGETHER.search(lead) else []


def _blamed(
    scene: Scene, reactions: Named, drugs: Named, cue: Mention, *, own: bool
) -> Iterator[Link]:
    """Reaction, drug, blame: "X; the team held D responsible". With two reactions none is meant."""
    for drug, medication in drugs:
        if not 0 <= cue.start - drug.end <= _NEXT_TO:
            continue
        told = [r for r in reactions if r[0].end <= drug.start]
        if len(told) == 1 and not LACK.search(scene.text(told[0][0].end, drug.start)):
            yield Link(told[0][1], told[0][0], medication, drug, scene, "stated cause", own)


#: Characters between a drug and the link word that it is the subject of.
_NEXT_TO = 40


def _examples(
    scene: Scene,
    reactions: list[tuple[Mention, Draft]],
    drugs: list[tuple[Mention, Draft]],
    cue: Mention,
    *,
    own: bool,
) -> Iterator[Link]:
    """ "side effects of DRUG such as A, B or C"."""
    if not _HARM.search(scene.text(cue.start, cue.end)):
        return
    for drug, medication in behind_cue(scene, drugs, cue, limit=30):
        tail = scene.text(drug.end, scene.sentence.end)
        such = _EXAMPLES.search(tail)
        if such is None or such.start() > 30:
            continue
        last = drug.end + such.end()
        for mention, draft in reactions:
            if mention.start < last:
                continue
            if not LIST.fullmatch(scene.text(last, mention.start)):
                break
            last = mention.end
            yield Link(draft, mention, medication, drug, scene, "stated cause", own)


_TOXICITY = re.compile(r"toxicity|intoxication|poisoning|overdose", re.IGNORECASE)


def _toxicity(scene: Scene, reactions: Named, drugs: Named) -> Iterator[Link]:
    """ "D toxicity", "D nephrotoxicity": the name says of what."""
    own = scene.whose is Whose.PATIENT
    for mention, draft in reactions:
        if not _TOXICITY.search(scene.text(mention.start, mention.end)):
            continue
        for drug, medication in drugs:
            gap = scene.text(drug.end, mention.start) if drug.end <= mention.start else "x"
            if own and not gap.strip(" \n-"):
                yield Link(draft, mention, medication, drug, scene, "stated cause", own)


def _drug_induced(
    scene: Scene, reactions: Named, drugs: Named, given: Draft | None
) -> Iterator[Link]:
    """ "drug-induced X": the drug named before it, else the first that was ``given``."""
    if scene.whose is not Whose.PATIENT:
        return
    for mention, draft in reactions:
        text = scene.narrative.view.text
        before = text[max(scene.sentence.start, mention.start - 30) : mention.start]
        own_phrase = re.match(
            r"(?:drug|medication|vaccine)[\s-]+(?:induced|related)",
            text[mention.start : mention.end],
            re.I,
        )
        if not (_DRUG_INDUCED.search(before) or own_phrase):
            continue
        nearest = [d for m, d in drugs if m.start < mention.start]
        if not nearest and given is not None and given.at < mention.start:
            nearest = [given]
        for medication in nearest[-1:]:
            yield Link(draft, mention, medication, None, scene, "drug-induced", True)
