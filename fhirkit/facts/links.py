"""A reaction tied to a drug, and what the rules that tie them share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit.facts.model import Certainty, Use, Whose
from fhirkit.facts.regimen import NO_TREATMENT
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.scene import Scene

    Named = list[tuple[Mention, Draft]]


DEVELOPED = re.compile(
    r"\b(?:develop(?:ed|ing)?|experienc(?:ed|ing)|suffered|occurred|appeared)\b", re.IGNORECASE
)


#: What brought the patient: a diagnosis may be the reaction, a symptom is only its sign.
BROUGHT = re.compile(r"\b(?:present(?:ed|ing) with|admitted with|complained of)\b", re.IGNORECASE)


LIST = re.compile(
    r"[\s,]*(?:\b(?:and|or|with|as well as|the|a|an|consecutive|severe|subsequent|its|warm|acute)\b[\s,]*)*",
    re.I,
)


LACK = re.compile(
    r"\b(?:missed|omitted|skipped|forgotten|missing|lack of|absence of|non-?adherence to|stopping"
    r"|withdrawal of|discontinuation of|cessation of|refusal of)\b",
    re.IGNORECASE,
)


BREAK = re.compile(
    r"[;]|\.\s|\b(?:was treated|treated with|managed|requiring|required|responded|for which|underwent)\b",
    re.I,
)


SILENT = frozenset(
    {
        SectionKind.REFERENCES,
        SectionKind.BYLINE,
        SectionKind.CORRESPONDENCE,
        SectionKind.LEGEND,
    }
)


@dataclass(slots=True)
class Link:
    """A reaction tied to a drug: the words of both, the sentence, and by which rule."""

    reaction: Draft
    mention: Mention
    medication: Draft
    drug: Mention | None
    scene: Scene
    rule: str
    own_words: bool  # the sentence speaks of this patient
    interacting: bool = False


def reactions_of(book: Notebook, scene: Scene) -> Iterator[tuple[Mention, Draft]]:
    """The patient's conditions and symptoms named in a sentence that may be reactions."""
    for thing in scene.of("conditions", "symptoms"):
        if thing.start in scene.held:
            continue  # "her mother had X due to D" says nothing of the patient's X
        draft = book.at.get(thing.start) or _named(book, thing)
        if draft is None or draft.whose is not Whose.PATIENT:
            continue
        if draft.certainty in (Certainty.NEGATED, Certainty.REFUTED, Certainty.DIFFERENTIAL):
            continue
        if draft.id.startswith("medication") or thing.name == _NO_REACTION:
            continue
        if scene.certainty_of(thing) in (Certainty.NEGATED, Certainty.REFUTED):
            continue
        yield thing, draft


#: What two drugs do to each other; the harm it did is the reaction.
_NO_REACTION = "drug interaction"


def _named(book: Notebook, thing: Mention) -> Draft | None:
    """The patient's draft that a mention outside the case means."""
    exact = book.find("condition", thing.name) or book.find("symptom", thing.name)
    if exact is not None:
        return exact
    words = book.concept_words(thing.name)
    wider = book.wider("condition", words) if len(words) > 1 else []
    return next((d for d in wider if d.whose is Whose.PATIENT), None)


def drugs_of(book: Notebook, scene: Scene) -> Iterator[tuple[Mention, Draft]]:
    """The patient's drugs and procedures named in a sentence."""
    for thing in scene.of("drugs", "procedures"):
        if thing.start in scene.held:
            continue
        draft = book.at.get(thing.start)
        if draft is None and book.refused.get(thing.start) == NO_TREATMENT:
            continue
        if draft is None:
            draft = book.find("medication" if thing.kind == "drugs" else "procedure", thing.name)
        if draft is None or draft.whose is not Whose.PATIENT:
            continue
        if draft.fields.get("use") is Use.CONSIDERED or draft.certainty is Certainty.NOT_DONE:
            continue
        yield thing, draft


_APPOSED = re.compile(r"\s*[,(]\s*(?:an?|the)\s+(?:\w+\s+)?", re.I)


#: The treated disease going on, whatever was given for it.
PROGRESS = re.compile(r"metasta|relapse|recurren|progress", re.IGNORECASE)


def is_lack(drug: Mention, reaction: Draft) -> bool:
    """ "D deficiency" is what D is given for."""
    return f"{drug.name} deficiency" == reaction.concept


def before_cue(
    scene: Scene, reactions: list[tuple[Mention, Draft]], cue: Mention
) -> list[tuple[Mention, Draft]]:
    """The reactions a link word looks back to: the nearest, and those listed with it."""
    # "An allergic reaction to D": the link word may be the last one of the reaction's name.
    before = [r for r in reactions if r[0].end <= cue.start or r[0].start < cue.start < r[0].end]
    if not before:
        return []
    gap = scene.text(before[-1][0].end, cue.start)
    if len(gap) > 75 or BREAK.search(gap):
        return []
    if any(before[-1][0].end <= d.start < cue.start for d in scene.of("drugs")):
        return []
    found = [before[-1]]
    for item in reversed(before[:-1]):
        if not LIST.fullmatch(scene.text(item[0].end, found[-1][0].start)):
            break
        found.append(item)
    return found


def behind_cue(
    scene: Scene, drugs: list[tuple[Mention, Draft]], cue: Mention, *, limit: int
) -> list[tuple[Mention, Draft]]:
    """The drugs a link word looks on to: the nearest within ``limit`` characters, and its list."""
    after = [d for d in drugs if d[0].start >= cue.end - 1]
    if not after:
        return []
    gap = scene.text(cue.end, after[0][0].start)
    if len(gap) > limit or _VERB.search(gap) or BREAK.search(gap) or LACK.search(gap):
        return []
    if any(cue.end <= t.start < after[0][0].start for t in scene.of("conditions")):
        return []
    found = [after[0]]
    for item in after[1:]:
        if item[1].fields.get("level") == "class" and _APPOSED.fullmatch(
            scene.text(found[-1][0].end, item[0].start)
        ):
            break  # "D, a diuretic"
        if not LIST.fullmatch(scene.text(found[-1][0].end, item[0].start)):
            break
        found.append(item)
    return found


_VERB = re.compile(
    r"\b(?:was|were|is|had|has|who|which|that|when|managed|performed|developed|underwent|occurred"
    r"|deficiency|at|site)\b",
    re.I,
)


def treated(book: Notebook, medication: Draft) -> set[Draft]:
    """The conditions that the drug was told as given for."""
    reasons = (book.by_id(reason) for reason in medication.fields.get("reason", ()))
    found = {draft for draft in reasons if draft is not None}
    for scene, drug in book.told(medication):
        for thing in scene.of("conditions", "symptoms"):
            gap = scene.text(drug.end, thing.start) if thing.start >= drug.end else ""
            condition = book.at.get(thing.start)
            if condition is not None and 0 < len(gap) < 60 and _GIVEN_FOR.search(gap):
                found.add(condition)
    return found


def treats(book: Notebook, medication: Draft, reaction: Draft) -> bool:
    """Whether the drug was told as given for the condition."""
    return reaction in treated(book, medication)


_GIVEN_FOR = re.compile(r"\b(?:for|because of|due to)\b", re.IGNORECASE)
