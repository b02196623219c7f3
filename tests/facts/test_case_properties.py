from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from fhirkit._cases import golden_cases
from fhirkit.facts.model import AdverseEventFact, Fact, MedicationFact, Quantity, Whose
from variations import (
    LEGENDS,
    LITERATURE,
    Content,
    between,
    contents,
    hyphenated,
    outside,
    own,
    read,
    replaced,
    spelt,
    without,
    wrapped,
)

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "benchmark"
BENCHMARK = Path(os.environ.get("FHIRKIT_BENCHMARK") or BESIDE)


def narratives() -> dict[str, str]:
    """The shipped cases, and those of the benchmark folder where there is one."""
    found = {case.key: case.text for case in golden_cases()}
    for part in ("seeds", "cases"):
        for path in sorted((BENCHMARK / part).glob("*.txt")):
            found[f"{part}/{path.stem}"] = path.read_bytes().decode("utf-8")
    return found


TEXTS = narratives()
EACH = pytest.mark.parametrize("name", TEXTS)


def each_but(**known: str) -> pytest.MarkDecorator:
    """Every narrative; those whose key begins so are expected to fail, with the reason why."""
    return pytest.mark.parametrize(
        "name",
        [
            pytest.param(name, marks=pytest.mark.xfail(reason=reason, strict=True))
            if (reason := known.get(re.sub(r"\W", "_", name)))
            else name
            for name in TEXTS
        ],
    )


def test_the_published_cases_are_among_them(benchmark: Path) -> None:
    """Without the benchmark folder the properties below hold for the shipped cases only."""
    assert sum(name.startswith(("seeds/", "cases/")) for name in TEXTS) >= 16


@EACH
@pytest.mark.parametrize("width", [50, 61, 80, 120])
def test_where_lines_end_says_nothing(name: str, width: int) -> None:
    """Wrapped at any width of print the facts are the same."""
    assert contents(wrapped(TEXTS[name], width)) == contents(TEXTS[name])


@EACH
def test_windows_line_ends_say_nothing(name: str) -> None:
    """A carriage return before each line end changes no fact."""
    text = TEXTS[name].replace("\r\n", "\n")
    assert contents(text.replace("\n", "\r\n")) == contents(text)


@EACH
@pytest.mark.parametrize("width", [50, 63, 77])
def test_words_broken_at_line_ends_are_whole(name: str, width: int) -> None:
    """A hyphen that print put into a long word changes no fact."""
    assert contents(hyphenated(TEXTS[name], width)) == contents(TEXTS[name])


@EACH
@pytest.mark.parametrize("british", [True, False])
def test_spelling_says_nothing(name: str, british: bool) -> None:
    """British and American spellings give the same facts."""
    assert contents(spelt(TEXTS[name], british=british)) == contents(TEXTS[name])


BRANDS = {
    "alemtuzumab": "Lemtrada", "carbamazepine": "Tegretol", "cladribine": "Mavenclad",
    "dimethyl fumarate": "Tecfidera", "eculizumab": "Soliris", "fingolimod": "Gilenya",
    "furosemide": "Lasix", "glatiramer acetate": "Copaxone", "infliximab": "Remicade",
    "levetiracetam": "Keppra", "natalizumab": "Tysabri", "nivolumab": "Opdivo",
    "ocrelizumab": "Ocrevus", "paracetamol": "Tylenol", "ramipril": "Altace",
    "rituximab": "MabThera", "sildenafil": "Revatio", "teriflunomide": "Aubagio",
}  # fmt: skip


@EACH
def test_a_brand_is_the_drug_in_it(name: str) -> None:
    """With the brand's name for the ingredient's, each in turn, the facts are the same."""
    text = TEXTS[name]
    for generic, brand in BRANDS.items():
        told = without(contents(text), generic, brand)
        assert without(contents(replaced(text, generic, brand)), generic, brand) == told


OTHERS = ("teriflunomide", "siponimod", "azathioprine", "pembrolizumab")


def suspects(facts: tuple[Fact, ...]) -> set[str]:
    """The drugs that reactions are laid to."""
    drugs = {f.id: f.drug.concept for f in facts if isinstance(f, MedicationFact)}
    events = [f for f in facts if isinstance(f, AdverseEventFact)]
    named = {drugs.get(s.medication) for event in events for s in event.suspects}
    return {name for name in named if name is not None}


@EACH
def test_another_suspect_is_blamed_in_its_place(name: str) -> None:
    """The rules know the language, not the drug: facts differ by the drug's name only.

    Only drugs that the text calls by one name: "alemtuzumab (Alz)" made another drug is no
    text anybody would write.
    """
    text = TEXTS[name]
    facts = read(text).facts
    for suspect in suspects(facts):
        names = {
            s.text.lower().strip()
            for f in facts
            if isinstance(f, MedicationFact) and f.drug.concept == suspect
            for s in f.spans
        }
        short = re.search(rf"{suspect}\s*\(\s*[A-Z]", text, re.IGNORECASE)
        if short or any(re.sub(r"\s+", " ", n.replace("-\n", "")) != suspect for n in names):
            continue
        for other in OTHERS:
            if other not in text.lower():
                made = without(contents(replaced(text, suspect, other)), suspect, other)
                assert made == without(contents(text), suspect, other)


def quantities(facts: tuple[Fact, ...]) -> list[Quantity]:
    """Doses and measured values of the patient; scores have bounds that other numbers break."""
    found: dict[int, Quantity] = {}
    for fact in facts:
        value = getattr(fact, "dose", None) or getattr(fact, "value", None)
        scored = getattr(fact, "category", "") == "survey"
        if fact.whose is Whose.PATIENT and isinstance(value, Quantity) and not scored:
            found.setdefault(value.span.start, value)
    return list(found.values())


def as_written(number: str) -> str:
    """The digits of a number as facts give them."""
    decimals = re.fullmatch(r"\d+,\d{1,2}", number)
    return number.replace(",", "." if decimals else "")


def numbered(said: dict[Content, int], number: str, mark: str) -> dict[Content, int]:
    """What is said with a mark in the place of a number."""
    pattern = rf"(?<![\d.]){re.escape(number)}(?![\d.])"
    found: dict[Content, int] = {}
    for parts, times in said.items():
        changed = tuple(re.sub(pattern, mark, part) for part in parts)
        found[changed] = found.get(changed, 0) + times
    return found


@EACH
def test_values_are_the_ones_written(name: str) -> None:
    """Each dose and value changed in turn, wherever it is told: its fact follows, no other does."""
    text = TEXTS[name]
    told = contents(text)
    for value in quantities(read(text).facts):
        match = re.search(r"\d[\d.,]*\d|\d", value.span.text)
        assert match is not None
        old, unit = match.group(), value.span.text[match.end() :].strip()
        new = "".join(str(int(c) % 9 + 1) if c.isdigit() else c for c in old)
        if unit:
            changed = re.sub(rf"(?<![\d.,]){re.escape(old)}(?=\W*{re.escape(unit)})", new, text)
        else:
            start = value.span.start + match.start()
            changed = text[:start] + new + text[start + len(old) :]
        assert changed != text
        made = contents(changed)
        assert made != told, f"{old} {unit} -> {new}"
        both = [
            numbered(numbered(said, as_written(old), "N"), as_written(new), "N")
            for said in (told, made)
        ]
        assert both[0] == both[1], f"{old} {unit} -> {new}"


@EACH
@pytest.mark.parametrize("kind", [LITERATURE, LEGENDS], ids=["literature", "legend"])
def test_what_stands_around_a_case_changes_nothing_in_it(name: str, kind: tuple[str, ...]) -> None:
    """A paragraph on others or a legend, before or behind it, changes no fact of the patient."""
    told = own(TEXTS[name])
    for extra in kind:
        for text in outside(TEXTS[name], extra):
            assert own(text) == told, extra


@EACH
def test_a_legend_inside_a_case_changes_nothing_in_it(name: str) -> None:
    """Between any two paragraphs."""
    told = own(TEXTS[name])
    for text in between(TEXTS[name], LEGENDS):
        assert own(text) == told


_NO_HEADING = (
    "no heading says that the case goes on behind the paragraph, and the next one names nobody: "
    "it may as well speak of the others"
)


@each_but(cases_ms_ntz_pml_brainstem_rw=_NO_HEADING, seeds_000=_NO_HEADING, seeds_001=_NO_HEADING)
def test_literature_inside_a_case_changes_nothing_in_it(name: str) -> None:
    """Between any two paragraphs."""
    told = own(TEXTS[name])
    for text in between(TEXTS[name], LITERATURE):
        assert own(text) == told
