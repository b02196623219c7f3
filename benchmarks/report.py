"""How fast pages are made, and how large they are, measured beside plain ways of writing HTML.

    python benchmarks/report.py [--rounds N] [--cases N]

Needs fhirkit installed in the same environment; the texts are the shipped cases. Everything
runs on one core; the contenders take turns, and each one's best round counts, so that a busy
machine slows all of them alike. Ratios are worth more than milliseconds.
"""

from __future__ import annotations

import argparse
import html
import importlib
from collections.abc import Callable, Sequence
from functools import partial
from importlib import resources
from typing import Any

from measuring import best_turns, stay_on_one_core

import fhirkit
from fhirkit.facts.case import Case
from fhirkit.facts.jsonform import to_dict
from fhirkit.report.index import index
from fhirkit.report.page import page
from fhirkit.report.subject import Subject
from fhirkit.report.summary import Summary, summary
from fhirkit.settings import Settings

CASE = 6_000
SIZES = (1_000, CASE, 24_000)
TARGET_SECONDS, TARGET_BYTES = 0.030, 150_000
TEMPLATE = """<!DOCTYPE html><title>{{ name }}</title><pre>{{ case.text }}</pre>
{% for fact in facts %}<article id="{{ fact.id }}"><h4>{{ fact.spans[0].text }}</h4><dl>
{% for key, value in fact.items() %}<dt>{{ key }}</dt><dd>{{ value }}</dd>{% endfor %}
</dl></article>{% endfor %}"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints every table; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=20, help="turns of each contender (20)")
    parser.add_argument("--cases", type=int, default=1000, help="cases of the index (1000)")
    options = parser.parse_args(arguments)
    stay_on_one_core()
    texts = shipped()
    met = print_stages(text_of(texts, CASE), options.rounds)
    print_sizes(texts, options.rounds)
    print_index(texts, options.cases)

    return 0 if met else 1


def shipped() -> list[str]:
    """The texts of the shipped cases."""
    cases = resources.files("fhirkit").joinpath("bundles").iterdir()
    folders = sorted((case for case in cases if case.is_dir()), key=lambda case: case.name)
    return [folder.joinpath("text.txt").read_bytes().decode("utf-8") for folder in folders]


def text_of(texts: Sequence[str], size: int) -> str:
    """One text of just this many characters: the cases one after the other."""
    whole = "\n\n".join(texts)
    return (whole * (size // len(whole) + 1))[:size]


def subject_of(text: str, name: str = "case.txt") -> Subject:
    """All that comes before a page: read, mapped, validated."""
    case = fhirkit.extract(text, explain=True)
    bundle = fhirkit.to_bundle(case, Settings(test_data=True))
    return Subject(name, case, bundle, tuple(fhirkit.validate(bundle)), None, frozenset())


def joined(case: Case) -> str:
    """The same facts in the plainest HTML there is: no marks, no plot, no style."""
    parts = [f"<!DOCTYPE html><title>case.txt</title><pre>{html.escape(case.text)}</pre>"]
    for fact in to_dict(case)["facts"]:
        parts.append(f'<article id="{html.escape(fact["id"])}"><dl>')
        for key, value in fact.items():
            parts.append(f"<dt>{html.escape(key)}</dt><dd>{html.escape(str(value))}</dd>")
        parts.append("</dl></article>")
    return "".join(parts)


def templated() -> Callable[[Case], str] | None:
    """The same with Jinja2, its template compiled beforehand, if it is installed."""
    try:
        jinja2: Any = importlib.import_module("jinja2")
    except ImportError:
        return None
    template = jinja2.Environment(autoescape=True).from_string(TEMPLATE)

    def render(case: Case) -> str:
        made: str = template.render(name="case.txt", case=case, facts=to_dict(case)["facts"])
        return made

    return render


def print_stages(text: str, rounds: int) -> bool:
    """What a page costs beside what comes before it, and beside plain HTML of the same facts."""
    subject = subject_of(text)
    contenders: dict[str, Callable[[], str | Subject]] = {
        "html.escape and join": partial(joined, subject.case),
        "page": partial(page, subject),
        "reading, mapping, validating": partial(subject_of, text),
    }
    with_jinja = templated()
    if with_jinja is not None:
        contenders["Jinja2, compiled"] = partial(with_jinja, subject.case)
    seconds = best_turns(contenders, rounds)
    plain, size = seconds["html.escape and join"], len(page(subject).encode())
    facts = len(subject.case.facts)
    print(f"a case of {len(text) / 1000:.0f} kB with {facts} facts, best of {rounds}")
    print(f"{'':<30}{'ms':>9}{'x join':>9}{'kB':>9}")
    for name, taken in sorted(seconds.items(), key=lambda item: item[1]):
        made = contenders[name]()
        cell = f"{len(made.encode()) / 1000:.1f}" if isinstance(made, str) else ""
        print(f"{name:<30}{taken * 1000:>9.2f}{taken / plain:>9.1f}{cell:>9}")
    if with_jinja is None:
        print("Jinja2 is not installed here: not compared")
    taken = seconds["page"]
    print(f"page in {TARGET_SECONDS * 1000:.0f} ms: {verdict(met := taken <= TARGET_SECONDS)}")
    print(f"page of {TARGET_BYTES / 1000:.0f} kB: {verdict(small := size <= TARGET_BYTES)}\n")
    return met and small


def verdict(met: bool) -> str:  # noqa: FBT001  # one word for each
    """How a target stands in a table."""
    return "MET" if met else "NOT MET"


def print_sizes(texts: Sequence[str], rounds: int) -> None:
    """Pages of growing texts: time and size should grow as the text does."""
    subjects = {size: subject_of(text_of(texts, size)) for size in SIZES}
    contenders = {str(size): partial(page, subject) for size, subject in subjects.items()}
    seconds = best_turns(contenders, rounds)
    print(f"pages of growing texts, best of {rounds}")
    print(f"{'':<9}{'facts':>9}{'ms':>9}{'ms/kB':>9}{'page, kB':>10}")
    for size, subject in subjects.items():
        taken, made = seconds[str(size)] * 1000, len(page(subject).encode())
        print(
            f"{size // 1000:>3} kB   {len(subject.case.facts):>9}{taken:>9.2f}"
            f"{taken * 1000 / size:>9.2f}{made / 1000:>10.1f}"
        )


def plain_table(rows: Sequence[tuple[str, Summary]]) -> str:
    """The names of the cases as the plainest table there is."""
    cells = (f'<tr><td><a href="{html.escape(n)}">{html.escape(c.name)}</a>' for n, c in rows)
    return "<!DOCTYPE html><table>" + "".join(cells) + "</table>"


def print_index(texts: Sequence[str], cases: int) -> None:
    """The page that lists many cases: what each adds to it, and all of it together."""
    subjects = [subject_of(text, f"{number}.txt") for number, text in enumerate(texts)]
    rows: list[tuple[str, Summary]] = []

    def summed() -> None:
        rows[:] = [
            (f"{number}.html", summary(subjects[number % len(subjects)])) for number in range(cases)
        ]

    summed()
    seconds = best_turns(
        {
            "plain table of names": lambda: plain_table(rows),
            "index": lambda: index(rows),
            "summaries of the cases": summed,
        },
        3,
    )
    plain, size = seconds["plain table of names"], len(index(rows).encode())
    print(f"\nindex of {cases} cases, {size / 1000:,.0f} kB, {size / cases:.0f} bytes a case")
    print(f"{'':<30}{'ms':>9}{'x plain':>9}")
    for name, taken in seconds.items():
        print(f"{name:<30}{taken * 1000:>9.1f}{taken / plain:>9.1f}")


if __name__ == "__main__":
    raise SystemExit(main())
