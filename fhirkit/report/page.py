"""The page on which a clinician checks one case."""

from __future__ import annotations

import sys
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING

from fhirkit.report.collect import collect
from fhirkit.report.document import data_block, document
from fhirkit.report.facts import groups, ways
from fhirkit.report.findings import listed
from fhirkit.report.glance import glance
from fhirkit.report.html import EMPTY, Html, element, joined
from fhirkit.report.kinds import KINDS
from fhirkit.report.left_out import left_out
from fhirkit.report.marks import marked
from fhirkit.report.plots import plots
from fhirkit.review.jsonform import write_decisions
from fhirkit.validate.terminology.forms import FORMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fhirkit.issues import Issue
    from fhirkit.report.entries import Entry
    from fhirkit.report.subject import Subject

_STYLES = ("page.css", "timeline.css", "decide.css")
# One script in several files: each uses what those before it have.
_SCRIPTS = (
    "page/start.js",
    "page/elements.js",
    "page/text.js",
    "page/marks.js",
    "page/decisions.js",
    "page/adding.js",
    "page/shown.js",
    "page/filter.js",
    "page/moving.js",
    "page/reviewer.js",
)
_UNSIGNED = "Test data, read by a machine. Nobody has reviewed it: not for use in care."


def page(subject: Subject, *, index: str | None = None) -> str:
    """The whole HTML of a case's page, in one file that loads nothing.

    ``index`` is the relative address of the page that lists this one among others. The same
    subject gives the same bytes.
    """
    entries, loose = collect(subject)
    main = element("main", _narrative(subject, entries), _facts(subject, entries), id="main")
    body = joined(
        [
            *_skips(),
            _header(subject, index),
            _overview(subject, entries, loose),
            _filters(entries),
            ways(entries),
            main,
            _footer(subject),
            _given(subject),
        ]
    )
    return document(
        title=f"{subject.name} – fhirkit",
        body=body,
        styles=_STYLES,
        scripts=_SCRIPTS,
        data={"sha256": _digest(subject.case.text), "document": subject.name},
    )


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _skips() -> Iterable[Html]:
    for target, words in (("#narrative", "Skip to the narrative"), ("#facts", "Skip to the facts")):
        yield element("a", words, class_="skip", href=target)


def _header(subject: Subject, index: str | None) -> Html:
    back = element("p", element("a", "All cases", href=index), class_="back") if index else EMPTY
    return element(
        "header",
        back,
        element("h1", subject.name),
        element("p", _UNSIGNED, id="banner", class_="unsigned", role="status"),
        id="top",
    )


def _overview(subject: Subject, entries: Sequence[Entry], loose: Sequence[Issue]) -> Html:
    """The case in a few lines, the reviewer's own panel, and the course."""
    first = element(
        "div",
        glance(subject, entries),
        listed(loose),
        element(
            "section",
            id="review",
            aria_label="Review",
            data_systems=_SYSTEMS,
            data_changes=_changes(entries),
        ),
    )
    return element("div", first, plots(subject.case), class_="over")


def _changes(entries: Iterable[Entry]) -> str:
    """What can be corrected of the facts of each kind."""
    found = {entry.kind: " ".join(entry.changes) for entry in entries if entry.changes}
    return ";".join(f"{kind}:{names}" for kind, names in sorted(found.items()))


def _filters(entries: Iterable[Entry]) -> Html:
    """A button for each kind there is; shown by the script, which they need."""
    numbers = Counter(entry.kind for entry in entries)
    buttons = [
        element(
            "button",
            f"{name} ",
            element("span", str(numbers[kind])),
            type="button",
            class_=f"k-{kind}",
            data_kind=kind,
            aria_pressed="true",
        )
        for kind, name in KINDS.items()
        if numbers[kind]
    ]
    return element("nav", *buttons, id="filters", aria_label="Filter by kind", hidden=True)


def _narrative(subject: Subject, entries: Sequence[Entry]) -> Html:
    case = subject.case
    text = marked(case.text, entries, case.statements, case.left_out)
    return element(
        "section",
        element("h2", "Narrative", id="h-narrative"),
        element("div", text, id="text"),
        id="narrative",
        aria_labelledby="h-narrative",
    )


def _facts(subject: Subject, entries: Sequence[Entry]) -> Html:
    return element(
        "section",
        element("h2", "Facts", id="h-facts"),
        groups(entries),
        left_out(subject.case.left_out),
        id="facts",
        aria_labelledby="h-facts",
    )


def _footer(subject: Subject) -> Html:
    # Looked up, not imported: the package names all stages, and no stage may know a later one.
    version = sys.modules["fhirkit"].__version__
    return element(
        "footer",
        element(
            "p",
            f"Read by rules by fhirkit {version}; no medical device. Everything on this page stays "
            "on this machine. Text: SHA-256 ",
            element("code", _digest(subject.case.text)),
        ),
    )


def _given(subject: Subject) -> Html:
    if subject.decisions is None:
        return EMPTY
    return data_block("given", write_decisions(subject.decisions))


#: The code systems a reviewer can choose from: those the mappings use.
_SYSTEMS = ";".join(
    f"{FORMS[system].name}|{system}"
    for system in (
        "http://snomed.info/sct",
        "http://loinc.org",
        "http://www.nlm.nih.gov/research/umls/rxnorm",
        "http://www.whocc.no/atc",
        "http://hl7.org/fhir/sid/icd-10",
        "http://hl7.org/fhir/sid/icd-10-cm",
        "http://human-phenotype-ontology.org",
        "http://fdasis.nlm.nih.gov",
    )
)
