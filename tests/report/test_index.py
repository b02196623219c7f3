from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from fhirkit.report.index import index
from fhirkit.report.summary import Patient
from many import ROWS, row


class Table(HTMLParser):
    """The cells of the table and the addresses of its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.links: list[str] = []
        self._is_cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self._is_cell = True
        elif tag == "a" and self.rows:
            self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._is_cell = False

    def handle_data(self, data: str) -> None:
        if self._is_cell:
            self.rows[-1][-1] += data


def test_a_row_for_each_case() -> None:
    """One row a case, in the order given, under the headings of the columns."""
    table = Table(index(ROWS))
    assert table.rows[0] == [
        "Case",
        "Patient",
        "Drugs",
        "Adverse events",
        "Seriousness",
        "EDSS",
        "Facts",
        "Not reviewed",
        "Reviewed by",
        "Findings",
    ]
    assert table.rows[1] == [
        "b.txt",
        "40, female",
        "alemtuzumab; also prednisolone",
        "colitis",
        "hospitalisation",
        "0 → 9.5 → 3.5",
        "3",
        "3",
        "",
        "none",
    ]
    assert table.rows[2][2:5] == [
        "nivolumab, ipilimumab",
        "myocarditis, rash",
        "death, hospitalisation",
    ]
    assert table.rows[2][8:] == ["A. Reviewer", "1 error, 2 warnings"]
    assert table.rows[3][2] == "Zoledronate, aspirin"
    assert table.rows[3][6:] == [
        "100 + 2 not as read",
        "7",
        "B. Reviewer, A. Reviewer (not signed)",
        "1 warning",
    ]
    assert [len(cells) for cells in table.rows] == [10] * 5


def test_each_case_leads_to_its_page() -> None:
    """Links are relative, whatever stands in the name of the file."""
    assert Table(index(ROWS)).links == ["b.html", "a.html", "c10.html", "c9.html"]
    assert Table(index([row("a b?#%é")])).links == ["a%20b%3F%23%25%C3%A9.html"]


def test_the_same_rows_give_the_same_bytes() -> None:
    """Nothing of the machine, the clock or chance is in the page."""
    assert index(ROWS) == index(list(ROWS))


def test_names_stay_text() -> None:
    """What stands in names, drugs and words of reviewers never becomes markup."""
    evil = '"><script>hacked=1</script>'
    html = index(
        [
            row(
                evil,
                suspects=(evil,),
                drugs=(evil,),
                events=(evil,),
                seriousness=(evil,),
                course=(evil,),
                reviewers=(evil,),
                patients=(Patient(evil),),
            )
        ]
    )
    assert "<script>hacked" not in html
    assert Table(html).rows[1][0] == f"{evil}.txt"
    assert len(re.findall("<script", html)) == 1


def test_it_loads_nothing() -> None:
    """The policy lets nothing in, and there is no address of elsewhere."""
    html = index(ROWS)
    assert "default-src 'none'" in html
    assert not re.search(r"""(src|href)="(?!data:,)(https?:|//)""", html)


@pytest.mark.parametrize(
    ("signed", "said"),
    [
        (0, "No case is signed by a reviewer: not for use in care."),
        (1, "1 of 2 cases are signed by a reviewer, the rest is not for use."),
        (2, "All cases are signed by a reviewer."),
    ],
)
def test_the_banner_says_how_much_is_signed(signed: int, said: str) -> None:
    """What nobody signed is test data, and so is the rest."""
    html = index([row("a", is_signed=signed > 0), row("b", is_signed=signed > 1)])
    assert f"Test data, read by a machine. {said}" in html
    assert ('class="unsigned"' in html) == (signed < 2)


def test_a_thousand_cases_are_no_large_file() -> None:
    """A row takes less than a kilobyte."""
    rows = [row(f"case-{n}", seen=tuple(f"{i:016x}" for i in range(60))) for n in range(1000)]
    assert len(index(rows).encode()) < 1_000_000
