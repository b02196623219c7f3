"""Adverse events: what they are put down to, how they ended, how grave they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhirkit.mappers.hl7 import EVENT_OUTCOME, SERIOUS_BECAUSE
from fhirkit.validate.fidelity import rules
from fhirkit.validate.fidelity.passage import words_of
from fhirkit.validate.fidelity.sources import name_in
from fhirkit.validate.fidelity.vocabulary import cues, spoken, synonyms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fhirkit.validate.fidelity.passage import Passage, Place
    from fhirkit.validate.fidelity.sources import Name
    from fhirkit.validate.findings import Findings, Node

#: Codes of AdverseEvent.outcome and the words for each, a value of the cues.
_OUTCOME: Final = {code: name for name, (code, _) in EVENT_OUTCOME.items() if name != "unknown"}
_REASONS: Final = {code: name for name, (code, _) in SERIOUS_BECAUSE.items()}
#: Characters between a class of drugs and the drug named behind it.
_NEAR: Final = 15
_NAMES = ("medicationCodeableConcept", "vaccineCode", "code")


def check_event(event: Node, passage: Passage, findings: Findings) -> None:
    """Outcome, severity and reasons for being serious: each has its words."""
    for code, name in ((c, _OUTCOME.get(c)) for c in _codes(event.get("outcome"))):
        if name and not _told(passage, cues("outcome", name)):
            findings.add(rules.OUTCOME, event, "outcome", found=code)
    for code in _codes(event.get("severity")):
        words = [word for word, term in spoken("severity").items() if term == code]
        if words and not _told(passage, words):
            findings.add(rules.OUTCOME, event, "severity", found=code)
    for code, name in ((c, _REASONS.get(c)) for c in _codes(event.get("seriousness"))):
        if name and not _told(passage, cues("seriousness", name)):
            findings.add(rules.OUTCOME, event, "seriousness", found=code)


def _told(passage: Passage, phrases: Iterable[str]) -> bool:
    return any(words_of(phrase) <= passage.words for phrase in phrases)


def _codes(concept: object) -> Iterator[str]:
    codings = concept.get("coding") if isinstance(concept, dict) else None
    for coding in codings if isinstance(codings, list) else ():
        code = coding.get("code") if isinstance(coding, dict) else None
        if isinstance(code, str):
            yield code


def check_suspects(
    event: Node,
    passage: Passage,
    named: Mapping[Name, Passage],
    targets: Mapping[Name, Node],
    findings: Findings,
) -> None:
    """Each suspect's name, or the words it was read from, among the words of the event."""
    suspects = event.get("suspectEntity")
    for suspect in suspects if isinstance(suspects, list) else ():
        instance = suspect.get("instance") if isinstance(suspect, dict) else None
        name = name_in(instance)
        if name is not None and name in named and not _names(passage, targets[name], named[name]):
            findings.add(rules.SUSPECT, suspect, "instance")


def _names(passage: Passage, resource: Node, source: Passage) -> bool:
    """Whether the words of an event name a drug, or are the words that the drug is named by."""
    text = _text(resource)
    if text is None or source.text is not passage.text:
        return True
    if passage.holds(text) or any(map(passage.holds, synonyms(text))):
        return True
    said = words_of(text)
    mentions = [
        place
        for place, words in zip(source.places, source.named, strict=True)
        if not words.isdisjoint(said)
    ]
    return not mentions or _meet(passage.places, mentions)


def _meet(some: Iterable[Place], others: Iterable[Place]) -> bool:
    """Whether places share words or nearly touch: "the anti-fungal drug ketoconazole"."""
    return any(
        start < other_end + _NEAR and other_start < end + _NEAR
        for start, end in some
        for other_start, other_end in others
    )


def _text(resource: Node) -> str | None:
    for name in _NAMES:
        concept = resource.get(name)
        if isinstance(concept, dict) and isinstance(concept.get("text"), str):
            return str(concept["text"])
    return None
