"""Asserted or denied: whether the words around a place agree with the status."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from fhirkit.validate.fidelity import rules
from fhirkit.validate.fidelity.passage import mended
from fhirkit.validate.fidelity.vocabulary import cues

if TYPE_CHECKING:
    from fhirkit.validate.fidelity.passage import Passage
    from fhirkit.validate.findings import Findings, Node

_SENTENCE_END = re.compile(r"[.?!]\s+(?=[^\sa-z])|\n\s*\n")
_REACH = 500
#: Elements that say whether something was found, not whether it was done.
_FOUND: Final = frozenset({"code", "verificationStatus"})
#: Characters of a phrase that refutes what follows, at most.
_CLOSE: Final = 60
#: What may also follow the thing that it refutes.
_AMBIGUOUS: Final = frozenset({"excluded", "ruled out", "unlikely", "exclude", "to rule out"})
_SYMPTOM: Final = ("75325-1", "111551-8")
#: What denies what follows, at once or as one of a list, and may be nothing else.
_DENIED_LIST = re.compile(
    r"\b(?:no|without|nobody recorded|neither|denied|denies|denying|absence of|no evidence of|no signs? of"
    r"|no history of|negative for|free of)\s+(?:(?:any|the|a|an|other|further|new)\s+)?"
    r"(?>[\w-]+(?:\s(?!n?or\b)[\w-]+){0,2}(?:,\s(?!n?or\b)|,?\sn?or\s))*+\Z",
    re.IGNORECASE,
)
_RULED_OUT = re.compile(
    r"\s*:?\s*(?:\([^()]{1,20}\)\s*)?(?:(?:was|were|had been|has been|have been|could be|is)\s+(?:\w+ly\s+)?)?"
    r"(?:ruled out|excluded|absent|negative|(?:thought |considered )?unlikely)\b",
    re.IGNORECASE,
)


_NOT_DONE = re.compile(
    r"\s*(?:was|were|had been|has been|could)\s+(?:not|never)\s+(?:be\s+)?(?:performed|done|given|taken"
    r"|made|started|administered|received)\b",
    re.IGNORECASE,
)
_UNDONE = re.compile(
    r"\b(?:no|declined|refused|never been)\s+(?:(?:any|the|a|an)\s+)?\Z", re.IGNORECASE
)


def check_polarity(resource: Node, passage: Passage, findings: Findings) -> None:
    """Statuses that assert or deny, against the sentence of the defining place."""
    said = _says(resource)
    if said is None:
        return
    name, denies = said
    if denies and not _may_be_denied(passage):
        findings.add(rules.ASSERTED, resource, name, severity=passage.severity)
    elif not denies and (_is_denied if name in _FOUND else _is_undone)(passage):
        findings.add(rules.DENIED, resource, name, severity=passage.severity)


def _says(resource: Node) -> tuple[str, bool] | None:
    """The element that asserts or denies, and which; None where the resource has none."""
    kind, status = resource.get("resourceType"), resource.get("status")
    if kind == "Condition":
        code = _code(resource.get("verificationStatus"))
        return ("verificationStatus", code == "refuted") if code else None
    if kind == "Observation":
        code = _code(resource.get("code"))
        if code in _SYMPTOM:
            return "code", code == _SYMPTOM[1]
        return ("status", True) if status == "cancelled" else None
    if kind in ("Procedure", "Immunization"):
        return "status", status == "not-done"
    if kind == "MedicationStatement":
        return "status", status == "not-taken"
    return ("status", False) if kind == "MedicationAdministration" else None


def _code(concept: object) -> str | None:
    codings = concept.get("coding") if isinstance(concept, dict) else None
    first = codings[0] if isinstance(codings, list) and codings else None
    code = first.get("code") if isinstance(first, dict) else None
    return code if isinstance(code, str) else None


@cache
def _denials() -> re.Pattern[str]:
    """Everything that may deny."""
    said = [*cues("certainty", "negated"), *cues("certainty", "refuted"), *cues("absence", None)]
    words = "|".join(re.escape(phrase).replace(r"\ ", r"[\s‐‑–-]+") for phrase in sorted(said))
    return re.compile(rf"\b(?:{words}|negativ\w*)\b|n't\b|[-–−](?=\s*(?:ve|[),;]))", re.IGNORECASE)


@cache
def _refuting() -> re.Pattern[str]:
    """What refutes the very next words."""
    words = "|".join(
        re.escape(phrase).replace(r"\ ", r"\s+")
        for phrase in sorted(cues("certainty", "refuted"), key=len, reverse=True)
        if phrase not in _AMBIGUOUS
    )
    return re.compile(rf"\b(?:{words})\s+(?:(?:an?|the|any)\s+)?\Z", re.IGNORECASE)


def _may_be_denied(passage: Passage) -> bool:
    """Whether anything in the sentences of the places may deny."""
    text = passage.text
    for start, end in passage.places:
        first, last = _sentence(text, start, end)
        if _denials().search(mended(text[first:last])) or _TURNED_OUT.search(
            text, last, last + _NEXT
        ):
            return True
    return False


#: What was suspected in one sentence may turn out to be something else in the next.
_TURNED_OUT = re.compile(r"\b(?:turned out|proved|however|though|instead|in fact)\b", re.IGNORECASE)
_NEXT: Final = 100


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    first = max(0, start - _REACH)
    for match in _SENTENCE_END.finditer(text, first, start):
        first = match.end()
    after = _SENTENCE_END.search(text, end, end + _REACH)
    return first, after.start() if after else min(len(text), end + _REACH)


def _is_undone(passage: Passage) -> bool:
    """Whether the defining place tells of nothing that was done: "no biopsy", "was not given"."""
    text, (start, end) = passage.text, passage.places[0]
    return (
        _NOT_DONE.match(text, end) is not None
        or _UNDONE.search(text, max(0, start - 30), start) is not None
    )


def _is_denied(passage: Passage) -> bool:
    """Whether the mentions are all denied: "no fever or chills", "was ruled out"."""
    mentions = zip(passage.places, passage.named, strict=True)
    name = passage.named[0]
    return all(_denied_at(passage.text, *place) for place, words in mentions if words & name)


def _denied_at(text: str, start: int, end: int) -> bool:
    if text.startswith("residual", start):
        return False  # "no residual tumour": there was one
    first, _ = _sentence(text, start, end)
    return (
        _RULED_OUT.match(text, end) is not None
        or _refuting().search(text, max(first, start - _CLOSE), start) is not None
        or _DENIED_LIST.search(text, first, start) is not None
    )
