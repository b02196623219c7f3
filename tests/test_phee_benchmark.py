"""How the PHEE benchmark reads, aligns and counts, on sentences of our own."""

from __future__ import annotations

import importlib
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def modules(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    """The benchmark's modules by their last word."""
    monkeypatch.syspath_prepend(str(checkout / "benchmarks"))
    names = ("phee_alignment", "phee_reading", "phee")
    found = {name.rpartition("_")[2]: importlib.import_module(name) for name in names}
    for name in names:
        monkeypatch.delitem(sys.modules, name)
    return found


def test_arguments_of_a_sentence(modules: dict[str, ModuleType]) -> None:
    """Each with its own words; the treated disorder is no effect."""
    text = (
        "An elderly woman developed pancreatitis two weeks after oral azathioprine 50 mg daily"
        " for Crohn's disease."
    )
    reading = modules["reading"].Reader().read(text)
    said = {name: [text[a:b] for a, b in places] for name, places in reading.spans.items()}
    wanted = {
        "Age": ["elderly"],
        "Gender": ["woman"],
        "Drug": ["azathioprine"],
        "Route": ["oral"],
        "Dosage": ["50 mg"],
        "Freq": ["daily"],
        "Disorder": ["Crohn's disease"],
        "Effect": ["pancreatitis"],
    }
    assert {name: said.get(name) for name in wanted} == wanted
    assert reading.event == "Adverse_event"


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        pytest.param("Methotrexate (MTX) caused fever.", ["Methotrexate"], id="abbreviation"),
        pytest.param("Phenytoin toxicity was seen.", ["Phenytoin"], id="in-a-name"),
        pytest.param("The antibiotic ceftriaxone caused fever.", ["ceftriaxone"], id="class"),
        pytest.param("Nausea was seen in 5 women.", [], id="none"),
    ],
)
def test_which_drugs_count(modules: dict[str, ModuleType], text: str, drugs: list[str]) -> None:
    """As the corpus has them, once each."""
    reading = modules["reading"].Reader().read(text)
    assert [text[a:b] for a, b in reading.spans.get("Drug", [])] == drugs


def test_ends_move_to_where_the_corpus_has_them(modules: dict[str, ModuleType]) -> None:
    """A word seen inside often enough is taken in; a word never seen is not, nor is any dropped."""
    alignment = modules["alignment"].Alignment()
    for lead in ("a", "the"):
        text = f"{lead} severe rash"
        start = text.index("severe")
        alignment.learn("Effect", text, [(start + 7, len(text))], [(start, len(text))])
    text = "her severe rash and odd fever"
    assert alignment.place("Effect", text, (11, 15)) == (4, 15)
    assert alignment.place("Effect", text, (24, 29)) == (24, 29)
    assert alignment.place("Drug", text, (11, 15)) == (11, 15)


def test_the_papers_count(modules: dict[str, ModuleType]) -> None:
    """Lower case, cut at punctuation, no articles; each argument counts as often as it stands."""
    phee = modules["phee"]
    text = "The A-rash, a fever"
    assert phee.texts(text, [(0, 10), (12, 19)]) == ["rash", "fever"]
    counts: Counter[tuple[str, str]] = Counter()
    phee.count(counts, "x", Counter(["rash", "rash"]), Counter(["rash", "fever"]))
    assert phee.f1(*(counts["x", which] for which in ("right", "found", "gold"))) == (0.5, 0.5, 0.5)
