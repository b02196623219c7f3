"""Concepts and quotations: whether the words stand in the text, and the codes are theirs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fhirkit._vocabulary import vocabulary
from fhirkit.issues import Severity
from fhirkit.validate.fidelity import rules
from fhirkit.validate.fidelity.passage import words_of
from fhirkit.validate.fidelity.vocabulary import (
    concepts,
    is_concept,
    is_measured,
    narrower,
    spoken,
    synonyms,
)

if TYPE_CHECKING:
    from fhirkit.validate.fidelity.passage import Passage
    from fhirkit.validate.findings import Findings, Node

#: What fhirkit itself says: the question asked, not the answer found.
OURS: Final = frozenset(
    {
        "Age",
        "Cause of death",
        "Handedness",
        "Occupation",
        "Severity of symptoms",
        "Statement of the author in the narrative",
        "Symptom",
        "Symptom absent",
        "The text gives this finding as suspected.",
        "The text gives this result as suspected.",
        "absent",
        "unknown",
    }
)
_LED: Final = re.compile(
    r"(?:Course|Outcome|Cumulative dose): (?P<words>.+)|Action taken: [^(]+\((?P<done>.+)\)"
    r"|Coded to the broader concept .+: no code of its own is known\."
)
_SHORT: Final = 4
_COORDINATED = re.compile(r"\s*(?:,|/|-|and\b|or\b|to\b)")
_HEAD_WITHIN: Final = 60
_CHALLENGE = re.compile(r"(?:De|Re)challenge(?:: [a-z ]+)?")
_INTERPRETATION: Final = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
#: Results by the interpretation that the same words have.
_RESULTS: Final = {
    "abnormal": "A",
    "detected": "POS",
    "equivocal": "equivocal",
    "negative": "NEG",
    "normal": "N",
    "not detected": "NEG",
    "positive": "POS",
    "present": "POS",
}
_WITH_WORDS = re.compile(r"(?P<concept>.+) \((?P<words>.+)\)")


def check_quote(owner: Node, name: str, passage: Passage, findings: Findings) -> None:
    """A string that repeats the author's words, possibly after a word of ours."""
    text = owner[name]
    if text in OURS or passage.holds(text):
        return
    led = _LED.fullmatch(text)
    if led is not None:
        said = led["words"] or led["done"]
        if not said or passage.holds(said):
            return
    findings.add(rules.QUOTE, owner, name)


def check_concept(
    concept: Node, passage: Passage, findings: Findings, *, notes: str = "", drug: bool = False
) -> None:
    """The text of a CodeableConcept, and its codes against that; ``notes`` may name a wider one."""
    text = concept.get("text")
    if not isinstance(text, str) or text in OURS:
        return
    if not is_named(text, passage, drug=drug):
        # A name that we do not know may be of a site's own mappings.
        severity = None if is_concept(text) else Severity.WARNING
        findings.add(rules.QUOTE, concept, "text", severity=severity)
        return
    codings = concept.get("coding")
    for coding in codings if isinstance(codings, list) else ():
        if isinstance(coding, dict) and not _is_code_of(coding, text, notes):
            findings.add(rules.CODE, coding, "code", found=str(coding.get("code")))
            return


def check_known_drug(concept: Node, passage: Passage, findings: Findings) -> None:
    """A drug of a bundle that others made, where we know its name.

    The text must hold it, or another name for it, wherever that is.
    """
    text = concept.get("text")
    if not isinstance(text, str) or not is_concept(text):
        return
    if not any(_stands_in(passage.text, name) for name in (text, *synonyms(text))):
        findings.add(rules.QUOTE, concept, "text", severity=passage.severity)


def is_named(text: str, passage: Passage, *, drug: bool = False) -> bool:
    """Whether a text is the author's words, or a name for them."""
    if passage.holds(text) or _CHALLENGE.fullmatch(text):
        return True
    both = _WITH_WORDS.fullmatch(text)
    if both is not None and passage.holds(both["words"]):
        meant = words_of(both["concept"])
        is_named_too = any(place and place <= meant for place in passage.named)
        return is_named_too or _means_the_same(both["concept"], both["words"], passage)
    said = words_of(text)
    if any(place and place <= said for place in passage.named) and (
        # A name may say more than the words; a number that they lack must be part of a name.
        not any(word[0].isdigit() for word in said - passage.words) or is_concept(text)
    ):
        return True
    if not drug and _shares_its_head(text, passage):
        return True
    if ";" in text and all(passage.holds(part) for part in text.split(";")):
        return True
    return any(passage.holds(name) for name in synonyms(text)) or _is_further(text, passage.words)


def _means_the_same(concept: str, words: str, passage: Passage) -> bool:
    """Whether a concept may be meant by words: they share one, or the text has it elsewhere.

    Nothing can be told of a concept without further names, nor of what is measured: a fever is
    a body temperature.
    """
    if is_measured(concept) or _is_further(concept, words_of(words)):
        return True
    said, others = words_of(words), synonyms(concept)
    return not others or any(
        not said.isdisjoint(words_of(name)) or _stands_in(passage.text, name)
        for name in (concept, *others)
    )


def _stands_in(text: str, name: str) -> bool:
    """Whether a name stands in a text as words of its own; a short one as it is written."""
    case = re.NOFLAG if len(name) <= _SHORT else re.IGNORECASE
    return re.search(rf"\b{re.escape(name)}\b", text, case) is not None


def _shares_its_head(text: str, passage: Passage) -> bool:
    """ "acute or chronic hepatitis": the noun stands further on, with the last of several."""
    said = words_of(text)
    for start, end in passage.places:
        if end - start <= _HEAD_WITHIN and _COORDINATED.match(passage.text, end):
            held = words_of(passage.text[start : end + _HEAD_WITHIN])
            if said <= held:
                return True
    return False


def _is_further(text: str, words: frozenset[str]) -> bool:
    """Whether the words name the concept by a name beyond the rows of the mappings."""
    known = vocabulary()
    return any(
        name.concept == text and words.issuperset(name.words)
        for first in words
        for name in known.names(first)
    )


def _means(text: str) -> str | None:
    """The interpretation that words have, None where we do not know any."""
    return spoken("interpretation").get(text.lower())


def _is_code_of(coding: Node, text: str, notes: str) -> bool:
    """Whether a code may stand for ``text``: it does, or we do not know the code."""
    system, code = coding.get("system"), coding.get("code")
    if not isinstance(system, str) or not isinstance(code, str):
        return True
    if system == _INTERPRETATION:
        return _means(text) in (None, code)
    names = concepts(system, code)
    if not names:
        return True
    if results := {_RESULTS[name] for name in names if name in _RESULTS}:
        return _means(text) is None or _means(text) in results
    said = words_of(text)
    for name in names:
        if words_of(name) <= said or name in notes:
            return True
    return any(
        words_of(other) <= said
        for name in names
        for other in (*synonyms(name), *narrower(name))
        if other
    )
