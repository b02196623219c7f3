"""A process that pushes a file of bundles by a journal, and may be killed: see test_resilience."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from fhirkit.push import Client, PushOptions


def main(base: str, bundles: str, journal: str, workers: str) -> int:
    """0 if everything landed."""
    lines = Path(bundles).read_bytes().splitlines()
    given = ((f"line {number}", line) for number, line in enumerate(lines, 1))
    states: Counter[str] = Counter()
    with Client(base, options=PushOptions(workers=int(workers)), journal=journal) as client:
        for report in client.deliver(given, inputs=bundles):
            states[report.state.value] += 1
    sys.stdout.write(", ".join(f"{number} {state}" for state, number in states.items()))
    return 0 if set(states) == {"landed"} else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
