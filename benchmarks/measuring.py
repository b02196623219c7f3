"""What the benchmarks share: turns on one core, and whole processes with their peak memory."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter

# A process starts with its parent's memory as its peak, so a small parent measures each.
LAUNCHER = """
import os, sys, time
start = time.perf_counter()
nowhere = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[nowhere])
status, usage = os.wait4(process, 0)[1:]
print(time.perf_counter() - start, usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def benchmark_folder() -> Path:
    """The benchmark folder: ``FHIRKIT_BENCHMARK``, or the one beside the checkout."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "benchmark"
    return Path(os.environ.get("FHIRKIT_BENCHMARK") or beside)


def stay_on_one_core() -> None:
    """Keep this process and its children on one core, where the system can."""
    if sys.platform == "linux":
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def best_turns(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Seconds of each contender's best turn; they take turns, so a busy machine slows all."""
    best = dict.fromkeys(contenders, float("inf"))
    for _ in range(rounds):
        for name, contender in contenders.items():
            gc.collect()
            start = perf_counter()
            contender()
            best[name] = min(best[name], perf_counter() - start)
    return best


def run(command: Sequence[str], *, findings: bool = False) -> tuple[float, float]:
    """Seconds and peak resident megabytes of one process; its output is thrown away.

    With ``findings`` it may find something: it may end with 1, and what it tells is thrown away, too.
    """
    launched = [sys.executable, "-I", "-S", "-c", LAUNCHER, *command]
    told = subprocess.DEVNULL if findings else None
    done = subprocess.run(launched, stdout=subprocess.PIPE, stderr=told, text=True, check=False)
    if done.returncode not in ((0, 1) if findings else (0,)):
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}")
    seconds, peak = map(float, done.stdout.split())
    # Kilobytes on Linux, bytes on macOS.
    return seconds, peak / (1_000_000 if sys.platform == "darwin" else 1_000)


def fhirkit_command() -> str | None:
    """The fhirkit command beside this Python, None where it is not installed."""
    path = Path(sys.executable).with_name("fhirkit")
    return str(path) if path.exists() else None
