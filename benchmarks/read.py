"""How fast narratives are read and converted, measured beside plain ways of reading them.

    python benchmarks/read.py [--rounds N]

Needs the benchmark folder (``FHIRKIT_BENCHMARK``, or ``../shared/benchmark`` beside the
checkout) and fhirkit installed in the same environment. Everything runs on one core; the
contenders take turns, and each one's best round counts, so that a busy machine slows all of
them alike. Ratios are worth more than seconds.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter

import measuring
from adversarial import KINDS
from measuring import benchmark_folder, fhirkit_command, run, stay_on_one_core

DOCUMENT = 6_000
SIZES = (10_000, 100_000, 1_000_000)
TARGETS = {"extract": 300, "convert": 150}
TOKEN = re.compile(r"\w+(?:[-'’.]\w+)*|[^\w\s]")
Contender = Callable[[str], object]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print every table; 2 when there is nothing to read."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="turns of each contender (5)")
    rounds: int = parser.parse_args(arguments).rounds
    narratives = load_narratives()
    if not narratives:
        print("no narratives: FHIRKIT_BENCHMARK names no such folder, and none is beside us")
        return 2
    stay_on_one_core()
    print_processes(narratives, rounds * 2)
    print_speed(narratives, rounds)
    print_growth(narratives, max(2, rounds // 2))
    print_adversarial()
    return 0


def load_narratives() -> list[str]:
    """Texts of the unlabelled corpus, in the order of its file."""
    folder = benchmark_folder()
    found: list[str] = []
    for path in sorted((folder / "corpora" / "unlabelled").glob("*.ndjson")):
        with path.open(encoding="utf-8") as lines:
            found += [json.loads(line)["text"] for line in lines]
    return found


def join_documents(narratives: Iterable[str], size: int) -> list[str]:
    """Neighbouring narratives joined by an empty line until each document has the size."""
    documents: list[str] = []
    pieces: list[str] = []
    length = 0
    for text in narratives:
        pieces.append(text)
        length += len(text) + 2
        if length >= size:
            documents.append("\n\n".join(pieces))
            pieces, length = [], 0
    return documents


def text_of(narratives: Sequence[str], size: int) -> str:
    """One text of exactly this many characters; the corpus again where it is too short."""
    whole = "\n\n".join(narratives)
    return (whole * (size // len(whole) + 1))[:size]


def ours() -> dict[str, Contender]:
    """What fhirkit does: facts, and facts to the bundle's bytes."""
    import fhirkit

    def convert(text: str) -> bytes:
        return fhirkit.to_json(fhirkit.to_bundle(fhirkit.extract(text))).encode()

    return {"extract": fhirkit.extract, "convert": convert}


def medspacy_pipeline() -> Contender | None:
    """The default pipeline of medspaCy (sentences, target matcher, context), if installed."""
    # Its sentence splitter logs a line a token, which is not the work compared here.
    os.environ.setdefault("LOGURU_LEVEL", "ERROR")
    try:
        pipeline: Contender = importlib.import_module("medspacy").load()
    except ImportError:
        return None
    return pipeline


def best_turns(
    contenders: dict[str, Contender], texts: Sequence[str], rounds: int
) -> dict[str, float]:
    """Seconds of each contender's best round over all texts."""
    return measuring.best_turns(
        {name: partial(_over, contender, texts) for name, contender in contenders.items()}, rounds
    )


def _over(contender: Contender, texts: Sequence[str]) -> None:
    for text in texts:
        contender(text)


def print_speed(narratives: Sequence[str], rounds: int) -> None:
    """Documents a second, and how many times longer than the plain ways."""
    documents = join_documents(narratives, DOCUMENT)
    contenders: dict[str, Contender] = {
        "whitespace split": str.split,
        "re tokens": TOKEN.findall,
        **ours(),
    }
    for name in TARGETS:
        start = perf_counter()
        contenders[name](documents[0])
        print(f"first {name}: {(perf_counter() - start) * 1000:.0f} ms, mappings loaded")
    medspacy = medspacy_pipeline()
    if medspacy is not None:
        contenders["medspaCy"] = medspacy
    seconds = best_turns(contenders, documents, rounds)

    kilobytes = sum(map(len, documents)) / 1000
    print(f"\n{len(documents)} documents of {kilobytes / len(documents):.1f} kB, best of {rounds}")
    print(f"{'':<18}{'documents/s':>12}{'MB/s':>9}{'x split':>9}{'x re':>9}{'target':>9}")
    for name, taken in seconds.items():
        print(
            f"{name:<18}{len(documents) / taken:>12,.0f}{kilobytes / taken / 1000:>9.2f}"
            f"{taken / seconds['whitespace split']:>9.1f}{taken / seconds['re tokens']:>9.1f}"
            f"{TARGETS.get(name, ''):>9}"
        )
    if medspacy is None:
        print("medspaCy is not installed here: not compared")


def print_growth(narratives: Sequence[str], rounds: int) -> None:
    """Time a kilobyte at growing lengths: level where the time is linear."""
    print(f"\ngrowth, ms per kB, best of {rounds}")
    print(f"{'':<18}" + "".join(f"{size // 1000:>9,} kB" for size in SIZES))
    contenders = ours()
    columns = [
        best_turns(contenders, [text_of(narratives, size)], rounds if size > SIZES[0] else 10)
        for size in SIZES
    ]
    for name in contenders:
        cells = [taken[name] * 1e6 / size for taken, size in zip(columns, SIZES, strict=True)]
        print(f"{name:<18}" + "".join(f"{cell:>12.3f}" for cell in cells))


def print_adversarial() -> None:
    """Time a kilobyte of each text that is made to be slow: level where the time is linear."""
    print("\nadversarial texts, extract, ms per kB")
    print(f"{'':<24}" + "".join(f"{size // 1000:>9,} kB" for size in SIZES) + f"{'growth':>9}")
    extract = ours()["extract"]
    for name, text in KINDS.items():
        columns = [
            best_turns({name: extract}, [text(size)], 3 if size == SIZES[0] else 1)[name]
            for size in SIZES
        ]
        cells = [taken * 1e6 / size for taken, size in zip(columns, SIZES, strict=True)]
        row = "".join(f"{cell:>12.3f}" for cell in cells)
        print(f"{name:<24}{row}{cells[-1] / cells[0]:>9.1f}", flush=True)


def print_processes(narratives: Sequence[str], rounds: int) -> None:
    """Start-up of whole processes and their peak memory."""
    fhirkit = fhirkit_command()
    if fhirkit is None:
        print("the fhirkit command is not installed beside this Python: start-up not measured\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder, "small.txt"), Path(folder, "large.txt")
        small.write_text(text_of(narratives, 2_000), encoding="utf-8")
        large.write_text(text_of(narratives, SIZES[-1]), encoding="utf-8")
        commands = {
            "python -c pass": ([sys.executable, "-c", "pass"], rounds),
            "fhirkit --help": ([fhirkit, "--help"], rounds),
            "fhirkit extract, 2 kB": ([fhirkit, "extract", str(small)], rounds),
            "fhirkit convert, 2 kB": ([fhirkit, "convert", str(small)], rounds),
            "fhirkit extract, 1 MB": ([fhirkit, "extract", str(large)], 1),
            "fhirkit convert, 1 MB": ([fhirkit, "convert", str(large)], 1),
        }
        print(f"whole processes, best of {rounds} (1 MB: one run)")
        print(f"{'':<24}{'seconds':>9}{'peak MB':>9}")
        for name, (command, turns) in commands.items():
            # A megabyte of many cases, read as one patient's, is nothing to find no fault with.
            results = [run(command, findings=command[1] == "convert") for _ in range(turns)]
            seconds, peak = min(r[0] for r in results), max(r[1] for r in results)
            print(f"{name:<24}{seconds:>9.3f}{peak:>9.0f}")
    print()


if __name__ == "__main__":
    raise SystemExit(main())
