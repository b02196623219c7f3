"""What pushing costs, side by side with httpx alone and with other FHIR clients of Python.

    python benchmarks/push.py [--rounds N] [--memory N] [--with-competitors | --competitors PYTHON]

Every contender sends the same bundles of 20 entries to a server that does next to nothing
(``push_sink.py``), at once or after 100 ms, over 1, 8 and 16 connections. Server and contenders
are processes of their own; each figure is the median of the rounds, in which the contenders take
turns. Then fhirkit pushes ``--memory`` bundles from a stream (100,000; 0 leaves it out).

The other clients are no part of this project. ``--with-competitors`` installs them from the
package index into an environment that is thrown away; ``--competitors`` names a Python that has
them. Ratios are worth more than seconds.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median

from push_bundles import ENTRIES, golden
from push_contenders import NOT_INSTALLED, Measure

HERE = Path(__file__).resolve().parent
RAW, KEPT, BARE = "httpx.Client", "fhirkit", "fhirkit, no journal"
OTHERS = ("fhirpy", "fhirclient", "fhir-kindling")
# fhir-kindling 1.0.3 hands httpx an argument that httpx 0.28 no longer takes.
REQUIREMENTS = ("fhirpy==2.3.1", "fhirclient==4.4.0", "fhir-kindling==1.0.3", "httpx<0.28")

WORKERS = (1, 8, 16)
DELAYS = (0.0, 0.1)
BUNDLES = 1_000  # a turn, where the server answers at once
WAVES = 30  # bundles a connection, where it does not
FEW = 60  # for a contender so slow that its figures are plain soon

TARGET_CPU, TARGET_RATE, TARGET_GROWTH = 1.3, 0.95, 1.05


@dataclass(frozen=True)
class Setting:
    """One column of the tables."""

    delay: float
    workers: int

    def bundles(self, name: str) -> int:
        """How many bundles a contender sends in a turn."""
        count = WAVES * self.workers if self.delay else BUNDLES
        return min(count, FEW) if name == "fhir-kindling" else count


@dataclass
class Figures:
    """All measures of a run, and which contenders are missing."""

    measures: dict[tuple[Setting, str], list[Measure]] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)

    def cpu(self, setting: Setting, name: str) -> float:
        """Milliseconds of processor a bundle."""
        return median(m.cpu / m.bundles * 1000 for m in self.measures[setting, name])

    def rate(self, setting: Setting, name: str) -> float:
        """Bundles a second."""
        return median(m.bundles / m.wall for m in self.measures[setting, name])


def main(arguments: Sequence[str] | None = None) -> int:
    """Print every table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="turns of each contender (5)")
    parser.add_argument("--memory", type=int, default=100_000, help="bundles streamed (100000)")
    others = parser.add_mutually_exclusive_group()
    others.add_argument("--competitors", metavar="PYTHON", help="a Python that has them")
    others.add_argument("--with-competitors", action="store_true", help="install them for this run")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        python = options.competitors
        if options.with_competitors:
            python = installed(folder / "competitors")
        print_heading(options.rounds)
        print_tables(measured(pythons(python), options.rounds, folder))
        if options.memory:
            print_memory(options.memory, folder)
    return 0


def pythons(competitors: str | None) -> dict[str, str]:
    """The interpreter of each contender."""
    ours = dict.fromkeys((RAW, KEPT, BARE), sys.executable)
    return ours | dict.fromkeys(OTHERS, competitors or sys.executable)


def installed(folder: Path) -> str:
    """A Python that has the competitors."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, *REQUIREMENTS], check=True)
    return python


@contextmanager
def sink(delay: float) -> Iterator[str]:
    """The address of a server that answers after so many seconds."""
    command = [sys.executable, str(HERE / "push_sink.py"), "--delay", str(delay)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101 -- it was asked for
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"


def measured(python: Mapping[str, str], rounds: int, folder: Path) -> Figures:
    """Every contender in every setting, in turns."""
    figures = Figures()
    for delay in DELAYS:
        with sink(delay) as url:
            for workers in WORKERS:
                for turn in range(rounds):
                    journal = folder / f"{delay}-{workers}-{turn}.db"
                    one_round(figures, python, Setting(delay, workers), url, journal)
    return figures


def one_round(
    figures: Figures, python: Mapping[str, str], setting: Setting, url: str, journal: Path
) -> None:
    """One turn of each contender that is there."""
    for name, interpreter in python.items():
        if name in figures.missing:
            continue
        measure = turn_of(name, interpreter, setting, url, journal)
        if measure is None:
            figures.missing.add(name)
        else:
            figures.measures.setdefault((setting, name), []).append(measure)


def turn_of(
    name: str, interpreter: str, setting: Setting, url: str, journal: Path
) -> Measure | None:
    """What one process measures of itself, None where the contender is not installed."""
    count = setting.bundles(name)
    # Its folder is on the path of imports; the checkout's other folders are not.
    command = [interpreter, str(HERE / "push_contenders.py"), name.partition(",")[0], url]
    command += [str(setting.workers), str(count)]
    command += [str(journal)] if name == KEPT else []
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == NOT_INSTALLED:
        return None
    if done.returncode:
        raise SystemExit(f"{name} ended with {done.returncode}: {done.stderr[-2000:]}")
    measure = Measure(**json.loads(done.stdout.splitlines()[-1]))
    if measure.landed != count:
        raise SystemExit(f"{name}: {measure.landed} of {count} bundles landed")
    return measure


def print_heading(rounds: int) -> None:
    """What is measured, and on what."""
    size = len(golden().bundle(0))
    print(f"bundles of {ENTRIES} entries, {size:,} bytes; median of {rounds} turns")
    print(f"Python {platform.python_version()}, httpx {version('httpx')}")


def print_tables(figures: Figures) -> None:
    """Processor time and throughput for each server, and the targets."""
    for delay in DELAYS:
        print(f"\nserver answers after {delay * 1000:.0f} ms; CPU ms a bundle, bundles a second")
        print(f"{'':<21}" + "".join(f"{f'workers: {workers}':>23}" for workers in WORKERS))
        print(f"{'':<21}" + f"{'ms':>8}{'x raw':>7}{'/s':>8}" * len(WORKERS))
        for name in (RAW, KEPT, BARE, *OTHERS):
            if name not in figures.missing:
                cells = (_cell(figures, Setting(delay, workers), name) for workers in WORKERS)
                print(f"{name:<21}" + "".join(cells))
    for name in sorted(figures.missing):
        print(f"{name}: not installed: not compared")
    print_targets(figures)


def print_targets(figures: Figures) -> None:
    """Whether fhirkit, with its journal, does what it is meant to do."""
    print()
    for workers in WORKERS:
        now, later = Setting(0.0, workers), Setting(0.1, workers)
        cpu = figures.cpu(now, KEPT) / figures.cpu(now, RAW)
        rate = figures.rate(later, KEPT) / figures.rate(later, RAW)
        print(f"workers {workers:>2}: CPU {cpu:.2f} x raw, at most {TARGET_CPU}: ", end="")
        print(f"{_met(cpu <= TARGET_CPU)}; at 100 ms {rate:.1%} of raw throughput, ", end="")
        print(f"{TARGET_RATE:.0%} or more: {_met(rate >= TARGET_RATE)}")


def print_memory(count: int, folder: Path) -> None:
    """Resident memory while bundles stream through."""
    generate = [sys.executable, str(HERE / "push_bundles.py"), str(count)]
    with sink(0.0) as url, subprocess.Popen(generate, stdout=subprocess.PIPE) as stream:
        command = [sys.executable, str(HERE / "push_memory.py"), url, str(count)]
        command.append(str(folder / "memory.db"))
        done = subprocess.run(command, stdin=stream.stdout, stdout=subprocess.PIPE, check=True)
    found = json.loads(done.stdout)
    if found["landed"] != count:
        raise SystemExit(f"memory: {found['landed']} of {count} bundles landed")
    print(
        f"\n{count:,} bundles from a stream, 8 workers, journal of {found['journal']:.0f} MB: ",
        end="",
    )
    print(
        f"{found['cpu'] / count * 1000:.2f} CPU ms a bundle, {count / found['wall']:,.0f} a second"
    )
    print("bundles  " + "".join(f"{int(number):>9,}" for number in found["memory"]))
    print("MB       " + "".join(f"{memory:>9.1f}" for memory in found["memory"].values()))
    growth = grown(list(found["memory"].values()))
    print(f"from the first tenth to the most: {growth:.3f} x, at most {TARGET_GROWTH}: ", end="")
    print(_met(growth <= TARGET_GROWTH))


def grown(memory: Sequence[float]) -> float:
    """How many times the memory after the first tenth was the most that was in use later."""
    return max(memory) / memory[0]


def _cell(figures: Figures, setting: Setting, name: str) -> str:
    cpu = figures.cpu(setting, name)
    ratio = cpu / figures.cpu(setting, RAW)
    return f"{cpu:>8.3f}{ratio:>7.2f}{figures.rate(setting, name):>8,.0f}"


def _met(held: object) -> str:
    return "MET" if held else "NOT MET"


if __name__ == "__main__":
    sys.exit(main())
