"""Reads a text with a model's proposals, and by rules alone where there are none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fhirkit.errors import Refused, ServerError
from fhirkit.facts.lexicon import lexicon
from fhirkit.facts.read import extract
from fhirkit.llm.answer import read_answer
from fhirkit.llm.prompt import LONGEST_TEXT
from fhirkit.llm.quotes import Found, find
from fhirkit.narrative.narrative import read_narrative
from fhirkit.narrative.view import BLANK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fhirkit.facts.case import Case

#: Failures in a row after which the model is not asked again.
_PATIENT_WITH = 3


class ModelReader:
    """Reads cases with the proposals of one model.

    ``ask`` gives the server's answer to a text or raises ServerError; the same answer gives an
    equal case. After three failures in a row it is not called again.
    """

    def __init__(self, name: str, ask: Callable[[str], bytes], mappings: Path | None) -> None:
        self._name = name
        self._ask = ask
        self._mappings = mappings
        self._failures = 0

    def read(self, text: str, *, explain: bool = False) -> Case:
        """The facts of a text; ``notices`` say what was dropped, or why rules alone read it."""
        try:
            found = self._found(text)
        except ServerError as error:
            case = extract(text, mappings=self._mappings, explain=explain)
            told = f"{self._name} gave nothing to use, rules alone read this text: {error}"
            return replace(case, notices=(*case.notices, told))
        case = extract(
            text, mappings=self._mappings, proposers=[found], hints=found.hints, explain=explain
        )
        left_out = (*case.left_out, *(found.left_out(text) if explain else ()))
        return replace(
            case,
            notices=(*case.notices, *found.notices()),
            left_out=tuple(sorted(left_out, key=lambda i: (i.span.start, i.span.end, i.kind))),
        )

    def _found(self, text: str) -> Found:
        """What the model proposes for a text. Raises ServerError where it proposes nothing."""
        if self._failures >= _PATIENT_WITH:
            raise Refused(f"not asked any more after {_PATIENT_WITH} failures in a row")
        if len(text) > LONGEST_TEXT:
            raise Refused(f"not asked: the text has more than {LONGEST_TEXT:,} characters")
        words = lexicon(self._mappings)
        narrative = read_narrative(text, is_word=words.is_word, headings=words.headings)
        try:
            answer = read_answer(self._ask(narrative.view.text.replace(BLANK, " ")))
        except ServerError:
            self._failures += 1
            raise
        self._failures = 0
        return find(narrative, words, answer, self._name)
