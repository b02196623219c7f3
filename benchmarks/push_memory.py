"""How much memory fhirkit takes while it pushes bundles from a stream.

    python benchmarks/push_bundles.py COUNT | python benchmarks/push_memory.py URL COUNT JOURNAL

Prints, as JSON, the resident megabytes after each tenth of the bundles, and what one bundle took.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter, process_time

WORKERS = 8
_PAGES = Path("/proc/self/statm")


def resident() -> float:
    """Megabytes of memory: at present on Linux, elsewhere the most there ever were."""
    if _PAGES.exists():
        return int(_PAGES.read_text().split()[1]) * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def points(url: str, count: int, journal: Path, lines: Iterator[bytes]) -> dict[str, object]:
    """What memory was in use after each tenth."""
    from fhirkit.push import Client, PushOptions

    tenth = max(1, count // 10)
    memory: dict[int, float] = {}
    landed = 0
    cpu, wall = process_time(), perf_counter()
    with Client(url, options=PushOptions(workers=WORKERS), journal=journal) as client:
        given = ((f"line {number}", line) for number, line in enumerate(lines, 1))
        for number, report in enumerate(client.deliver(given), 1):
            landed += report.state == "landed"
            if number % tenth == 0:
                memory[number] = resident()
    return {
        "memory": memory,
        "landed": landed,
        "cpu": process_time() - cpu,
        "wall": perf_counter() - wall,
        "journal": journal.stat().st_size / 1e6,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Push standard input."""
    url, count, journal = sys.argv[1:] if arguments is None else arguments
    print(json.dumps(points(url, int(count), Path(journal), iter(sys.stdin.buffer))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
