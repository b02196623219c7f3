"""The page that lists many cases, and leads to the page of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from fhirkit.report.document import document
from fhirkit.report.html import EMPTY, Html, element, joined
from fhirkit.report.summary import SCALE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fhirkit.report.summary import Summary

_STYLES: Final = ("page.css", "index.css")
_SCRIPTS: Final = ("index.js",)
#: The columns by what is in their cells; "n" are sorted as numbers.
_COLUMNS: Final = (
    ("Case", ""),
    ("Patient", "n"),
    ("Drugs", ""),
    ("Adverse events", ""),
    ("Seriousness", "n"),
    (SCALE, "n"),
    ("Facts", "n"),
    ("Not reviewed", "n"),
    ("Reviewed by", ""),
    ("Findings", "n"),
)
#: Criteria of seriousness (ICH E2A), the gravest last.
_GRAVITY: Final = (
    "non-serious",
    "other",
    "congenital anomaly",
    "disability",
    "hospitalisation",
    "life-threatening",
    "death",
)
#: Digits of what was seen of a fact: enough to tell the facts of one case apart.
_DIGITS: Final = 4


def index(rows: Sequence[tuple[str, Summary]]) -> str:
    """The whole HTML of the page that lists cases; each row is the file of its page and the case.

    It is one file that loads nothing, and a plain table where no script runs. The same rows give
    the same bytes.
    """
    signed = sum(1 for _, case in rows if case.is_signed)
    header = element(
        "header",
        element("h1", "Cases"),
        element(
            "p",
            f"Test data, read by a machine. {_signed(signed, len(rows))}",
            id="banner",
            class_="unsigned" if signed < len(rows) else None,
        ),
        id="top",
    )
    body = joined(
        [
            element("a", "Skip to the cases", class_="skip", href="#cases"),
            header,
            element("main", _filters(), _table(rows), _NOTE, class_="index"),
        ]
    )
    return document(title="Cases – fhirkit", body=body, styles=_STYLES, scripts=_SCRIPTS)


def _signed(signed: int, of: int) -> str:
    if signed == of:
        return "All cases are signed by a reviewer."
    if not signed:
        return "No case is signed by a reviewer: not for use in care."
    return f"{signed} of {_number(of, 'case')} are signed by a reviewer, the rest is not for use."


_NOTE: Final = element(
    "p",
    "What was decided on their pages in this browser is counted in.",
    id="here",
    hidden=True,
)


def _filters() -> Html:
    """What narrows the table down; shown by the script, which it needs."""
    return element(
        "form",
        element("label", "Search ", element("input", type="search", id="words")),
        element("label", "Suspect ", element("select", _ANY, id="suspect")),
        element(
            "label",
            "Seriousness ",
            element(
                "select", _ANY, element("option", "any serious", value="serious"), id="criterion"
            ),
        ),
        element("label", element("input", type="checkbox", id="unreviewed"), " not all reviewed"),
        element("label", element("input", type="checkbox", id="findings"), " with findings"),
        element("button", "Show all", type="reset", class_="button"),
        element("p", role="status", id="shown"),
        id="filters",
        role="search",
        aria_label="Filter the cases",
        hidden=True,
    )


_ANY: Final = element("option", "any", value="")


def _table(rows: Sequence[tuple[str, Summary]]) -> Html:
    caption = element(
        "caption",
        f"{_number(len(rows), 'case')}. Drugs held responsible are in bold type; {SCALE} in the "
        "order told; findings are the validator’s.",
    )
    head = element(
        "tr", *(element("th", name, scope="col", data_kind=kind or None) for name, kind in _COLUMNS)
    )
    body = joined((_row(page, case) for page, case in rows), "\n")
    return element(
        "table", caption, element("thead", head), element("tbody", body), id="cases", tabindex="-1"
    )


def _row(page: str, case: Summary) -> Html:
    years = [patient.years for patient in case.patients if patient.years is not None]
    cells = [
        element("th", element("a", case.name, href=quote(page)), scope="row"),
        _cell("; ".join(patient.words for patient in case.patients), years[0] if years else None),
        element("td", _drugs(case)),
        element("td", ", ".join(case.events)),
        _cell(", ".join(case.seriousness), _gravity(case.seriousness)),
        _cell("; ".join(case.course), case.worst),
        element("td", str(case.facts), _altered(case)),
        element("td", str(case.open)),
        element("td", _reviewers(case)),
        _cell(_findings(case), case.errors * 1_000_000 + case.warnings),
    ]
    return element(
        "tr",
        *cells,
        data_sha256=case.sha256,
        data_seen="".join(digits[:_DIGITS] for digits in case.seen),
    )


def _cell(content: str, value: float | None) -> Html:
    """A cell that is sorted by ``value``."""
    return element("td", content, data_v=None if value is None else f"{value:g}")


def _drugs(case: Summary) -> Html:
    suspects = joined((element("b", name) for name in case.suspects), ", ")
    if not case.drugs:
        return suspects
    others = element("span", ("also " if case.suspects else "") + ", ".join(case.drugs))
    return joined([suspects, "; " if case.suspects else "", others])


def _gravity(criteria: Sequence[str]) -> int | None:
    known = [_GRAVITY.index(one) if one in _GRAVITY else 1 for one in criteria]
    return max(known, default=None)


def _altered(case: Summary) -> Html:
    """How much of a given bundle is not what the text says."""
    if not case.altered:
        return EMPTY
    return element("span", f" + {case.altered} not as read", class_="altered")


def _reviewers(case: Summary) -> str:
    names = ", ".join(case.reviewers)
    return f"{names} (not signed)" if names and not case.is_signed else names


def _findings(case: Summary) -> str:
    numbers = (("error", case.errors), ("warning", case.warnings))
    return ", ".join(_number(number, name) for name, number in numbers if number) or "none"


def _number(number: int, name: str) -> str:
    return f"{number:,} {name}" if number == 1 else f"{number:,} {name}s"
