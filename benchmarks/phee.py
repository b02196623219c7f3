"""How well fhirkit reads the sentences of PHEE (Sun et al., EMNLP 2022, arXiv:2210.12560).

    python benchmarks/phee.py [--split dev] [--no-alignment] [--proposer learned]

Needs the benchmark folder (``FHIRKIT_BENCHMARK``, or ``../shared/benchmark`` beside the
checkout). PHEE has single sentences of published case reports, each with adverse or therapeutic
events and their arguments. It tells whose nothing is, so this measures reading, not attribution.

Two counts are printed.

*Exact span*: a span counts when both its ends are an annotated span's of the same argument,
each annotated span once, whatever event it belongs to. The disorder of the subject and the
disorder treated are one argument here.

*As the paper counts* (``evaluate/phee_metric.py`` beside the corpus): arguments are compared as
text, in lower case, cut at punctuation, without "a", "an", "the"; a sentence's arguments of one
type are a multiset, and the type holds the kind of event, so that an argument of an adverse event
read as one of a therapeutic event is both wrong and missing. Exact match compares whole
arguments, token the words of all arguments of one type together; main arguments are subject,
treatment and effect, the others sub-arguments. Precision and recall are summed over sentences.

What fhirkit finds becomes arguments in ``phee_reading.py``; where annotation conventions differ
from ours ("40-year-old" or "40 years old man", "severe" inside or outside of a reaction), the ends
of spans are aligned by what the train split does with the words there (``phee_alignment.py``).
The dev split serves for nothing but the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import string
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phee_alignment import Alignment, Place
from phee_reading import OF, Reader, Reading

from fhirkit.facts.learned import LearnedProposer

MAIN = ("Subject", "Treatment", "Effect")
SUB = {
    "Subject": ("Age", "Gender", "Population", "Race", "Disorder"),
    "Treatment": (
        "Drug",
        "Dosage",
        "Freq",
        "Route",
        "Time_elapsed",
        "Duration",
        "Disorder",
    ),
}
#: Arguments of the first table, with what each must reach.
TARGETS = {
    "Drug": 0.87,
    "Age": 0.93,
    "Gender": 0.92,
    "Route": 0.75,
    "Dosage": 0.75,
    "Freq": None,
    "Duration": None,
    "Time_elapsed": None,
    "Disorder": None,
    "Effect": 0.60,
}
PUBLISHED = {"sub-arguments": 0.7616, "main arguments": 0.6860}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its arguments: (event type, argument) to the spans of all its events."""

    text: str
    arguments: dict[tuple[str, str], list[Place]]

    def spans(self, name: str) -> set[Place]:
        """The spans of an argument, whatever its event and its main argument."""
        return {
            place
            for (_, argument), places in self.arguments.items()
            if argument.rpartition(".")[2] == name
            for place in places
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both tables; 2 when the corpus is not there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--split", default="dev", help="what is scored (dev)")
    parser.add_argument("--no-alignment", action="store_true", help="spans as fhirkit has them")
    parser.add_argument("-v", dest="shown", metavar="ARGUMENT", help="list what went wrong")
    parser.add_argument("--proposer", choices=["learned"], help="with the learnt proposer")
    options = parser.parse_args(arguments)
    folder = corpus()
    if not (folder / f"{options.split}.json").exists():
        print("no corpus: FHIRKIT_BENCHMARK names no such folder, and none is beside us")
        return 2
    reader = Reader(LearnedProposer() if options.proposer else None)
    alignment = Alignment()
    if not options.no_alignment:
        for sentence in load(folder / "train.json"):
            reading = reader.read(sentence.text)
            for name, places in reading.spans.items():
                alignment.learn(name, sentence.text, places, sentence.spans(name))
    pairs = [
        (sentence, aligned(reader.read(sentence.text), sentence.text, alignment))
        for sentence in load(folder / f"{options.split}.json")
    ]
    if options.shown:
        print_wrong(pairs, options.shown)
        return 0
    print_spans(pairs)
    print_paper(pairs)
    return 0


def corpus() -> Path:
    """The folder of the corpus."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "benchmark"
    return Path(os.environ.get("FHIRKIT_BENCHMARK") or beside) / "corpora" / "phee"


def load(path: Path) -> Iterator[Sentence]:
    """The sentences of a split, as they are annotated."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            found: dict[tuple[str, str], list[Place]] = {}
            for event in record["annotations"][0]["events"]:
                kind = event["event_type"]
                for name in MAIN:
                    main_argument = event.get(name, {})
                    found.setdefault((kind, name), []).extend(places_of(main_argument))
                    for sub in SUB.get(name, ()):
                        places = places_of(main_argument.get(sub, {}))
                        found.setdefault((kind, f"{name}.{sub}"), []).extend(places)
                for combined in event.get("Treatment", {}).get("Combination", ()):
                    places = places_of(combined.get("Drug", {}))
                    found.setdefault((kind, "Combination.Drug"), []).extend(places)
            yield Sentence(record["context"], {key: p for key, p in found.items() if p})


def places_of(argument: dict[str, Any]) -> list[Place]:
    """The offsets of an argument's words, half-open."""
    return [
        (start, start + len(text))
        for texts, starts in zip(argument.get("text", ()), argument.get("start", ()), strict=True)
        for text, start in zip(texts, starts, strict=True)
    ]


def aligned(reading: Reading, text: str, alignment: Alignment) -> Reading:
    """The reading with the ends of its spans where the corpus would have them."""
    spans = {
        name: sorted({alignment.place(name, text, place) for place in places})
        for name, places in reading.spans.items()
    }
    return Reading(reading.event, spans)


def f1(right: int, found: int, wanted: int) -> tuple[float, float, float]:
    """Precision, recall and their harmonic mean."""
    precision = right / found if found else 0.0
    recall = right / wanted if wanted else 0.0
    both = precision + recall
    return precision, recall, 2 * precision * recall / both if both else 0.0


def print_spans(pairs: Iterable[tuple[Sentence, Reading]]) -> None:
    """Exact spans of each argument, and in brackets those that at least overlap."""
    counts: Counter[tuple[str, str]] = Counter()
    for sentence, reading in pairs:
        for name in TARGETS:
            gold, found = sentence.spans(name), set(reading.spans.get(name, ()))
            counts[name, "right"] += len(gold & found)
            counts[name, "found"] += len(found)
            counts[name, "gold"] += len(gold)
            counts[name, "touched"] += sum(any(meets(g, f) for g in gold) for f in found)
            counts[name, "met"] += sum(any(meets(g, f) for f in found) for g in gold)
    print(f"{'exact span':<16}{'gold':>6}{'P':>8}{'R':>8}{'F1':>8}{'overlap':>9}{'target':>8}")
    for name, target in TARGETS.items():
        predicted, wanted = counts[name, "found"], counts[name, "gold"]
        p, r, f = f1(counts[name, "right"], predicted, wanted)
        touched = counts[name, "touched"] / predicted if predicted else 0.0
        met = counts[name, "met"] / wanted if wanted else 0.0
        loose = 2 * touched * met / (touched + met) if touched + met else 0.0
        print(f"{name:<16}{wanted:>6}{p:>8.3f}{r:>8.3f}{f:>8.3f}{loose:>9.3f}{target or '':>8}")


def meets(one: Place, other: Place) -> bool:
    """Whether two spans share a character."""
    return one[0] < other[1] and other[0] < one[1]


def print_paper(pairs: Iterable[tuple[Sentence, Reading]]) -> None:
    """Main and sub-arguments as the paper counts them."""
    exact: Counter[tuple[str, str]] = Counter()
    token: Counter[tuple[str, str]] = Counter()
    for sentence, reading in pairs:
        read = {
            (reading.event, f"{OF[name]}.{name}" if name in OF else name): places
            for name, places in reading.spans.items()
        }
        for kind, name in {*sentence.arguments, *read}:
            layer = "main arguments" if name in MAIN else "sub-arguments"
            gold = texts(sentence.text, sentence.arguments.get((kind, name), ()))
            found = texts(sentence.text, read.get((kind, name), ()))
            count(exact, layer, Counter(gold), Counter(found))
            count(token, layer, Counter(" ".join(gold).split()), Counter(" ".join(found).split()))
    print(f"\n{'as the paper':<16}{'P':>8}{'R':>8}{'F1':>8}{'token':>9}{'published':>11}")
    for layer, published in PUBLISHED.items():
        p, r, f = f1(*(exact[layer, which] for which in ("right", "found", "gold")))
        by_token = f1(*(token[layer, which] for which in ("right", "found", "gold")))[2]
        print(f"{layer:<16}{p:>8.3f}{r:>8.3f}{f:>8.3f}{by_token:>9.3f}{published:>11.3f}")


def count(
    counts: Counter[tuple[str, str]], layer: str, gold: Counter[str], found: Counter[str]
) -> None:
    """Add one multiset of arguments, or of their words."""
    counts[layer, "right"] += sum((gold & found).values())
    counts[layer, "found"] += sum(found.values())
    counts[layer, "gold"] += sum(gold.values())


_PUNCTUATION = re.compile(f"[{re.escape(string.punctuation)}]")
_ARTICLE = re.compile(r"\b(?:a|an|the)\b")


def texts(text: str, places: Iterable[Place]) -> list[str]:
    """Arguments as the paper compares them."""
    cleaned = (_PUNCTUATION.sub(" ", text[start:end].lower()) for start, end in places)
    return [" ".join(_ARTICLE.sub(" ", words).split()) for words in cleaned]


def print_wrong(pairs: Iterable[tuple[Sentence, Reading]], name: str) -> None:
    """Each sentence whose argument was read otherwise than annotated."""
    for sentence, reading in pairs:
        gold, found = sentence.spans(name), set(reading.spans.get(name, ()))
        if gold != found:
            missed, spurious = (
                [sentence.text[start:end] for start, end in sorted(places)]
                for places in (gold - found, found - gold)
            )
            print(f"- {missed} + {spurious} in {sentence.text}")


if __name__ == "__main__":
    raise SystemExit(main())
