"""scripts/rule-table, over what the benchmark folder has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

#: Below so many judged facts a share says little.
ENOUGH = 10


def run(checkout: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The script, as it is typed."""
    command = [sys.executable, checkout / "scripts" / "rule-table", *arguments]
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False
    )


def test_without_a_benchmark_it_says_so(checkout: Path, tmp_path: Path) -> None:
    """No table, and a plain sentence."""
    done = run(checkout, tmp_path)
    assert (done.returncode, done.stderr) == (2, "")
    assert "no benchmark" in done.stdout


@pytest.mark.slow
def test_no_rule_is_wrong_more_than_one_time_in_five(checkout: Path, benchmark: Path) -> None:
    """Of the rules that the gold says enough of, over all sets together."""
    done = run(checkout, "--examples", benchmark)
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if line.startswith("all ")]
    assert len(rows) >= 12
    wrong = []
    for row in rows:
        *_, met, spurious, _neutral, precision = row.split()
        if int(met) + int(spurious) >= ENOUGH and float(precision) < 0.8:
            wrong.append(row)
    assert wrong == []
    assert "    " in done.stdout
