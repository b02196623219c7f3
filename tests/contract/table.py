"""What each server is expected to do in each case: a file of data, and the table made from it."""

from __future__ import annotations

import csv
from pathlib import Path

from contract.cases import CASES

EXPECTED = Path(__file__).with_name("expected.csv")
PAGE = Path(__file__).parents[2] / "docs" / "servers.md"
BEGIN = "<!-- contract: scripts/server-table writes what stands here -->"
END = "<!-- contract: end -->"
SERVERS = {
    "sekmet": "sekmet",
    "sekmet_smart": "sekmet, SMART",
    "hapi": "HAPI",
    "hapi_strict": "HAPI, strict",
    "medplum": "Medplum",
    "epic": "Epic-like",
    "oracle": "Oracle-like",
    "bad": "the bad server",
}

Words = dict[tuple[str, str], str]
"""What came of a case on a server."""


def expected() -> Words:
    """What is expected of each case on each server."""
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        return {
            (row["case"], server): row[server] for row in csv.DictReader(file) for server in SERVERS
        }


def as_csv(words: Words) -> str:
    """The file of expectations."""
    lines = [["case", *SERVERS]]
    lines += [[one.name, *(words.get((one.name, name), "") for name in SERVERS)] for one in CASES]
    return "".join(",".join(_quoted(cell) for cell in line) + "\n" for line in lines)


def as_markdown(words: Words) -> str:
    """The table for people; what all servers do alike stands in one column."""
    rows = [["case", *SERVERS.values()], ["---"] * (len(SERVERS) + 1)]
    rows += [[one.title, *(words.get((one.name, name), "") for name in SERVERS)] for one in CASES]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def page_with(page: str, words: Words) -> str:
    """The page with the table between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{as_markdown(words)}\n{END}{after}"


def _quoted(cell: str) -> str:
    return f'"{cell}"' if "," in cell else cell
