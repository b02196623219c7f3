"""Texts nobody would write, of any length: each is made to be slow in some part of reading."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

Text = Callable[[int], str]

#: Without a patient most of what is told would be nobody's, and soon read.
_PATIENT = "A 45-year-old woman took ramipril. "

_DRUGS = (
    "fingolimod natalizumab alemtuzumab rituximab ramipril aspirin metformin prednisolone "
    "azathioprine cladribine ocrelizumab methotrexate"
).split()


def _again(piece: str) -> Text:
    """The same piece as often as the length needs."""
    return lambda length: (_PATIENT + piece * (length // len(piece) + 1))[:length]


def _numbered(piece: str) -> Text:
    """A piece with another number (and drug) each time."""

    def text(length: int) -> str:
        pieces = [_PATIENT]
        left = length
        for number in count(1):
            if left <= 0:
                break
            drug = _DRUGS[number % len(_DRUGS)]
            pieces.append(piece.replace("#", str(number)).replace("DRUG", drug))
            left -= len(pieces[-1])
        return "".join(pieces)[:length]

    return text


def _ended(piece: str, end: str = "x") -> Text:
    """Repeated pieces with an end that takes back what a pattern hoped for."""
    return lambda length: _again(piece)(length - len(end)) + end


#: What each text is made of, by what it is.
KINDS: dict[str, Text] = {
    "opening brackets": _again("("),
    "brackets in brackets": lambda n: _PATIENT + "(" * (n // 2) + ")" * (n // 2),
    "words in brackets": lambda n: _PATIENT + "(a " * (n // 6) + "b) " * (n // 6),
    "square brackets": _again("["),
    "one line": _again("word "),
    "one word": _again("a"),
    "digits": _again("7"),
    "numbers with points": _ended("1."),
    "numbers with commas": _ended(",1"),
    "citations": _ended("[1,1"),
    "dashes": _again("-"),
    "full stops": _again("."),
    "stops with brackets": _ended(".)"),
    "abbreviations": _again("e.g. i.e. vs. Dr. "),
    "line ends": _again("\n"),
    "hyphens at line ends": _again("ab-\n"),
    "white space": lambda n: _PATIENT + "5" + " " * n + "mg",
    "addresses": lambda n: "a@b " + "Correspondence." * (n // 15),
    "titles": _again("word\n\n"),
    "a byline of digits": lambda n: "Anna B" + "1" * (n - 7) + "!",
    "one row": _again("haemoglobin 7 g/dL  "),
    "rows": _again("a  b\n"),
    "items": _again("- a\nb\n"),
    "a unit without end": lambda n: _PATIENT + "5 xx" + "/mg" * (n // 3),
    "abbreviations defined": _again("multiple sclerosis (MS) "),
    "cues in one sentence": _again("no fever and denied headache due to her rash after "),
    "drug names": _numbered("DRUG, "),
    "drugs with doses": _numbered("She took DRUG # mg daily. "),
    "one drug, many doses": _numbered("She received rituximab # mg. "),
    "stopped because of": _numbered("DRUG # mg was stopped because of pneumonia. "),
    "drug-induced": _numbered("She took DRUG # mg. Drug-induced pneumonia was found. "),
    "known reactions": _again("She took rituximab and had pneumonia. It is a known reaction. "),
    "causes": _again("She was hospitalised for life-threatening pneumonia due to rituximab. "),
    "values": _numbered("CRP was # mg/L. "),
    "values and words": _numbered("CRP was elevated. CRP was # mg/L. "),
    "new names": _numbered("xa#b level was # mg/L. "),
    "studies": _again("MRI showed headache. "),
    "suspicions": _again("A pneumonia was suspected. However, it was confirmed. "),
    "times": _again("She received rituximab. Two weeks after treatment she developed pneumonia. "),
    "times in one sentence": _again(
        "two weeks later she had fever, after 3 days hepatitis developed, "
    ),
    "openings": _again("Two days after rituximab, she had fever. Three days later CT was normal. "),
    "two patients in turn": _again("Patient 1 had pneumonia. Patient 2 took rituximab 5 mg. "),
    "patients": _numbered("Patient # was a 30-year-old woman who had fever. "),
}
