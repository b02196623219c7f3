"""HL7's own validator and ours, asked about the same resources.

What is printed is how far they agree on the verdict and on the place. Every rule about which
they do not is listed in ``disagreements.csv`` with what each says and why we do not follow.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

import fhirkit
from fhirkit.issues import Issue
from oracle import engine
from oracle.agreement import Said, Verdict, nearest, verdict
from oracle.corpus import Document, documents

pytestmark = pytest.mark.slow

LIST = Path(__file__).parent / "disagreements.csv"
#: Of all documents, how many have the same verdict; of what both flag, how many the same place.
VERDICTS, PLACES = 0.90, 0.97
CLOSE = ("same", "parent", "child")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Compared:
    """What each validator says of a document."""

    document: Document
    ours: Verdict
    official: Verdict

    @property
    def agrees(self) -> bool:
        """Whether both find an error, or both something less, or both nothing."""
        return self.ours.level == self.official.level

    @property
    def together(self) -> bool:
        """Whether one of our places is close to one of the engine's."""
        return any(nearest(self.ours.places, one) in CLOSE for one in self.official.places)

    @property
    def key(self) -> tuple[str, str, str]:
        """The line of the list it belongs to."""
        return self.document.rule, self.ours.level, self.official.level


@pytest.fixture(scope="module")
def compared(official: Path, benchmark: Path) -> list[Compared]:
    """Every document, judged by both."""
    asked = [*documents(benchmark)]
    theirs = engine.ask(official, ((one.name, one.text) for one in asked))
    ours = {one.name: _ours(one.text) for one in asked}
    return [Compared(one, _judged(one, ours), _judged(one, theirs)) for one in asked]


def _ours(text: str) -> list[Issue]:
    """What we say of the FHIR; the engine does not hold a bundle against its source text."""
    return [one for one in fhirkit.validate(text) if not str(one.key).startswith("fidelity")]


def _judged(document: Document, said: Mapping[str, Sequence[Said]]) -> Verdict:
    """What is said beyond what was said of the valid resource already.

    Of that one errors count alone: the engine's warnings are that it has no terminology server
    here, and advice (a narrative, a performer for each observation).
    """
    if document.base:
        return verdict(said[document.name], said[document.base])
    return verdict([one for one in said[document.name] if one.severity in ("fatal", "error")])


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Prints a line although the test passes: the figures are its product."""

    def print_it(line: str) -> None:
        with capsys.disabled():
            print(line)  # noqa: T201 - see above

    return print_it


def test_verdicts_agree(compared: list[Compared], say: Say) -> None:
    """Both find an error, or both something less, in nearly every document."""
    same = sum(one.agrees for one in compared)
    table = Counter((one.ours.level, one.official.level) for one in compared)
    say(f"\nverdict: {same} of {len(compared)} agree")
    for (ours, theirs), count in sorted(table.items()):
        say(f"  ours {ours:8} official {theirs:8} {count}")
    assert same / len(compared) >= VERDICTS


def test_places_agree(compared: list[Compared], say: Say) -> None:
    """Where both find something, it is the same element, its parent or its child.

    What is no JSON at all has no place for the engine.
    """
    flagged = [one for one in compared if one.ours.places and any(one.official.places)]
    close = [one for one in flagged if one.together]
    say(f"\nplace: {len(close)} of {len(flagged)} flagged by both are close")
    for name, places in (("ours", "ours"), ("official", "official")):
        meant = Counter(
            nearest(getattr(one, places).places, one.document.place)
            for one in flagged
            if one.document.place is not None
        )
        say(f"  {name} to what was changed: {dict(meant.most_common())}")
    assert len(close) / len(flagged) >= PLACES


def test_each_disagreement_is_listed(compared: list[Compared]) -> None:
    """Whoever changes a rule tells why it does not follow the official engine."""
    listed = _listed()
    met = {one.key: one for one in compared if not one.agrees}
    unlisted = [one for key, one in met.items() if key not in listed]
    assert unlisted == [], _lines(unlisted)


def test_the_list_has_no_line_too_many(compared: list[Compared]) -> None:
    """What is no disagreement any more is taken off the list."""
    met = {one.key for one in compared if not one.agrees}
    assert sorted(_listed().keys() - met) == []


def test_each_disagreement_has_a_reason() -> None:
    """No line is there to silence a test."""
    assert [key for key, reason in _listed().items() if len(reason) < 15] == []


def test_valid_documents_are_valid_for_both(compared: list[Compared]) -> None:
    """No false alarm: what should be right has an error from neither."""
    valid = [one for one in compared if one.document.place is None]
    assert len(valid) > 300
    wrong = [one for one in valid if "error" in (one.ours.level, one.official.level)]
    assert wrong == [], _lines(wrong)


def _listed() -> dict[tuple[str, str, str], str]:
    with LIST.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {(row["rule"], row["ours"], row["official"]): row["reason"] for row in rows}


def _lines(compared: Iterable[Compared]) -> str:
    return "\n".join(
        f"{','.join(one.key)}: {one.document.place} ours {one.ours.places[:2]} "
        f"official {one.official.places[:2]}"
        for one in compared
    )
