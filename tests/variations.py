"""The same narrative told in other letters, and what two readings have in common."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from fhirkit.facts.case import Case
from fhirkit.facts.lexicon import lexicon
from fhirkit.facts.model import Fact, Whose
from fhirkit.facts.read import read_case
from fhirkit.narrative.words import fold_phrase
from reading import said

Content = tuple[str, ...]

#: Fields that say where or by which rule, not what.
_NOT_CONTENT = {"id", "spans", "rule", "why", "whose", "certainty"}
_LINE_HYPHEN = re.compile(r"[-‐][ \t]*\r?\n\s*")


def read(text: str) -> Case:
    """The facts of a text."""
    return read_case(text, lexicon())


def flat(text: str) -> str:
    """Words as the vocabulary compares them, without hyphens."""
    return " ".join(fold_phrase(_LINE_HYPHEN.sub("", text).replace("-", "")))


def content(fact: Fact) -> Content:
    """Kind, whose, certainty and the values of a fact, without any offset."""
    values = []
    for name in fact.__dataclass_fields__:
        value = getattr(fact, name)
        if name in _NOT_CONTENT or value is None or value == ():
            continue
        parts = value if isinstance(value, tuple) else (value,)
        shown = (flat(part if isinstance(part, str) else said(part)) for part in parts)
        values.append(f"{name}={', '.join(shown)}")
    return type(fact).__name__, fact.whose.value, fact.certainty.value, *values


def contents(text: str) -> Counter[Content]:
    """What a text says."""
    return Counter(content(fact) for fact in read(text).facts)


def own(text: str) -> Counter[Content]:
    """What a text says of its patient."""
    return Counter(content(fact) for fact in read(text).facts if fact.whose is Whose.PATIENT)


def without(said_: Counter[Content], *words: str) -> Counter[Content]:
    """The same with each of ``words`` read as one and the same word."""
    found: Counter[Content] = Counter()
    forms = [form for word in words for form in (flat(word), flat(word).replace(" ", ""))]
    for parts, times in said_.items():
        changed = []
        for part in parts:
            for form in sorted(forms, key=len, reverse=True):
                part = part.replace(form, "*")
            changed.append(part)
        found[tuple(changed)] += times
    return found


def wrapped(text: str, width: int, end: str = "\n") -> str:
    """The text with lines of prose broken so that none is much longer than ``width``."""
    return _broken(text, width, end, hyphens=False)


def hyphenated(text: str, width: int) -> str:
    """The same, with long words broken at the end of lines."""
    return _broken(text, width, "\n", hyphens=True)


def _broken(text: str, width: int, end: str, *, hyphens: bool) -> str:
    lines = []
    for line in text.split("\n"):
        table = re.search(r"\S {2,}\S", line)
        short = table or len(line) <= width + 20
        lines.append(line if short else end.join(_lines(line, width, hyphens=hyphens)))
    return "\n".join(lines)


def _lines(line: str, width: int, *, hyphens: bool) -> Iterator[str]:
    current = ""
    for word in line.split(" "):
        room = width - len(current) - 1
        if not current or len(word) <= room:
            current = f"{current} {word}" if current else word
            continue
        letters = re.fullmatch(r"[a-z]([a-z]{7,})\W*", word)
        if hyphens and letters and room >= _FEWEST:
            cut = max(3, min(room, len(letters.group(1)) - 3))
            yield f"{current} {word[:cut]}-"
            current = word[cut:]
        else:
            yield current
            current = word
    yield current


#: Letters before a hyphen at the end of a line.
_FEWEST = 4


def replaced(text: str, word: str, other: str) -> str:
    """``other`` in the place of ``word``, broken at a line end or not; capitals stay."""

    def as_there(match: re.Match[str]) -> str:
        return other[0].upper() + other[1:] if match.group()[0].isupper() else other

    letters = r"(?:-\r?\n)?".join(map(re.escape, word))
    return re.sub(rf"\b{letters}\b", as_there, text, flags=re.IGNORECASE)


#: British and American spellings of stems and words.
SPELLINGS = (
    ("haemo", "hemo"), ("aemia", "emia"), ("oedema", "edema"), ("oesophag", "esophag"),
    ("diarrhoea", "diarrhea"), ("tumour", "tumor"), ("leucocyt", "leukocyt"),
    ("sulph", "sulf"), ("ischaemi", "ischemi"), ("paediatr", "pediatr"),
    ("anaesth", "anesth"), ("hospitalis", "hospitaliz"), ("stabilis", "stabiliz"),
    ("immunis", "immuniz"), ("colour", "color"), ("behaviour", "behavior"),
    ("litre", "liter"), ("fibre", "fiber"), ("foetal", "fetal"), ("gynaecolog", "gynecolog"),
    ("normalis", "normaliz"), ("generalis", "generaliz"), ("localis", "localiz"),
    ("recognis", "recogniz"), ("analysed", "analyzed"), ("centre", "center"),
    ("dyspnoea", "dyspnea"), ("neutropaenia", "neutropenia"), ("orthopaed", "orthoped"),
)  # fmt: skip


def spelt(text: str, *, british: bool) -> str:
    """The text with each word of :data:`SPELLINGS` spelt so."""
    for pair in SPELLINGS:
        old, new = reversed(pair) if british else pair
        # "edema" stands in "oedema" already.
        before = "(?<![ao])" if british and new.endswith(old) else ""
        for a, b in ((old, new), (old.capitalize(), new.capitalize())):
            text = re.sub(before + a, b, text)
    return text


#: Told of others: adds nothing to what is known of any patient.
LITERATURE = (
    "In a series of 40 patients, 12 % had sepsis after sirolimus 5 mg.",
    (
        "Adler et al. described a 60-year-old man who died of pneumonia while taking leflunomide. "
        "His platelet count was 12 x 10^9/L."
    ),
    (
        "Patients treated with mitoxantrone 12 mg had neutropenia in 4 of 90 cases. Most of them "
        "recovered."
    ),
    "Hepatitis is a known side effect of isoniazid. It is usually mild.",
    (
        "Two patients in the literature recovered after splenectomy. One of them was a 30-year-old "
        "woman who had received abatacept."
    ),
    "Dapsone may cause methaemoglobinaemia.",
    "In published series the mean ferritin was 900 ng/mL, and 5 of 23 patients died.",
    "According to the guidelines, patients with lymphoma should be vaccinated.",
    "The Glasgow Coma Scale runs from 3 to 15.",
    (
        "In the pivotal trial, 14 % of those on daclizumab developed hepatitis, and the drug was "
        "withdrawn from the market."
    ),
)
LEGENDS = (
    "Figure 1. Ferritin of 5000 ng/mL after sirolimus 5 mg.",
    "Figure 2. (A) Biopsy shows vasculitis; scale bar 50 µm.",
    "Fig. 3 Score from 0 to 10 in patients with dementia.",
    "Figure 4. Course of neutropenia over 12 days on mitoxantrone 3.5 mg.",
    "Figure 5: Chest radiograph showing pneumonia (arrow).",
)

_PARAGRAPH_END = re.compile(r"(?<=[.!?])[ ]*\r?\n[ ]*\r?\n")


def first_paragraph(text: str) -> int:
    """Where the first paragraph of prose begins, behind titles and names."""
    start = 0
    for paragraph in re.split(r"(?<=\n)\s*\n", text):
        if len(paragraph.split()) >= 12 and paragraph.rstrip()[-1:] in (".", "!", "?"):
            return text.index(paragraph, start)
    return 0


def outside(text: str, extra: str) -> Iterator[str]:
    """The text with a paragraph more before and behind it."""
    first = first_paragraph(text)
    yield f"{text[:first]}{extra}\n\n{text[first:]}"
    yield f"{text.rstrip()}\n\n{extra}\n"


def between(text: str, extras: tuple[str, ...]) -> Iterator[str]:
    """The text with a paragraph more between two; they take turns at each place, three each."""
    for i, match in enumerate(_PARAGRAPH_END.finditer(text)):
        for j in range(3):
            extra = extras[(3 * i + j) % len(extras)]
            yield f"{text[: match.start()]}\n\n{extra}{text[match.start() :]}"
