"""The table of the cases a server has, made of what it says of them."""

from __future__ import annotations

from base64 import b64decode
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit.report.html import EMPTY, Html, element, joined
from fhirkit.report.resources import details_of, title_of
from fhirkit.serve.answers import CASES, Answer, plain
from fhirkit.serve.keys import document_key_of, keys_of
from fhirkit.serve.stored import attached, place_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

    from fhirkit.mappers.context import Resource
    from fhirkit.serve.inside import Inside
    from fhirkit.serve.keys import Key
    from fhirkit.serve.stored import Place

_COLUMNS = ("Case", "Patient", "Adverse events", "Suspects", "Resources pushed")
#: Characters of the beginning of a narrative that are looked at, in base64, and shown.
_FIRST, _LONGEST = 400, 80
#: A narrow screen moves the table, by keyboard, too.
_SIDEWAYS = {"class_": "scroller", "role": "region", "aria_label": "Cases", "tabindex": "0"}
_NONE = (
    "No case yet. Push one in another terminal, and load this page again: "
    "fhirkit convert CASE.txt > bundle.json && fhirkit push bundle.json --to "
)


@dataclass(frozen=True, slots=True)
class Line:
    """A case of the table."""

    document: str
    key: Key
    beginning: str
    patient: str
    events: tuple[str, ...]
    suspects: tuple[str, ...]
    resources: int


async def listing(inside: Inside) -> Answer:
    """The page with the table."""
    lines = [line async for line in _lines(inside)]
    if not lines:
        return plain(200, "Cases", element("p", _NONE, element("code", inside.base)))
    head = element("tr", *(element("th", name, scope="col") for name in _COLUMNS))
    table = element(
        "table",
        element("caption", _counted(len(lines))),
        element("thead", head),
        element("tbody", *map(_row, lines)),
    )
    return plain(200, "Cases", element("div", table, **_SIDEWAYS))


def _counted(number: int) -> str:
    return "1 case on this server" if number == 1 else f"{number} cases on this server"


def _row(line: Line) -> Html:
    number = line.key.patient.strip("p-")
    key = f"{line.key.document}, patient {number}" if number else line.key.document
    link = element("a", line.beginning or key, href=f"{CASES}/{line.document}")
    name = joined([link, " ", element("code", key)])
    cells = [line.patient, _all(line.events), _all(line.suspects), str(line.resources or "–")]
    return element(
        "tr", element("th", name, scope="row"), *(element("td", cell or "–") for cell in cells)
    )


def _beginning(document: Resource) -> str:
    """The first words of a narrative: those who know it know it by them."""
    data = (attached(document) or "")[:_FIRST]
    try:
        # Four characters of base64 are three bytes; the last character may be cut.
        text = b64decode(data).decode("utf-8", "ignore")
    except ValueError:
        return ""
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST else words[: words.rfind(" ", 0, _LONGEST)] + " …"


def _all(names: Iterable[str]) -> Html:
    items = [element("li", name) for name in names]
    return element("ul", *items) if items else EMPTY


async def _lines(inside: Inside) -> AsyncIterator[Line]:
    """The lines of the table in the order in which the cases came."""
    documents = [
        (one, key)
        for one in await inside.search("DocumentReference", _sort="_lastUpdated")
        for key in [document_key_of(one)]
        if key is not None and attached(one)
    ]
    people = await _people(inside, [key for _, key in documents])
    events, suspects = await _events(inside)
    pushed = await _pushed(inside)
    for document, key in documents:
        owner = _owner(key)
        yield Line(
            document=str(document.get("id")),
            key=key,
            beginning=_beginning(document),
            patient=people.get(owner, ""),
            events=tuple(dict.fromkeys(events.get(owner, ()))),
            suspects=tuple(dict.fromkeys(suspects.get(owner, ()))),
            resources=len(pushed.get(owner, ())),
        )


async def _pushed(inside: Inside) -> dict[str, set[str]]:
    """What Provenance says was made of each case, by the beginning of the keys."""
    made: defaultdict[str, set[str]] = defaultdict(set)
    for one in await inside.search("Provenance"):
        owner, targets = next(map(_owner, keys_of(one)), ""), one.get("target")
        # Reviewers have a Provenance of their own, of resources that the software's names, too.
        made[owner].update(map(str, targets if isinstance(targets, list) else ()))
    return made


async def _people(inside: Inside, wanted: Iterable[Key]) -> dict[str, str]:
    """Sex and age of the patients, by the beginning of their keys."""
    known = {_owner(key) for key in wanted}
    found = {
        _owner(key): (key, one)
        for one in await inside.search("Patient")
        for key in keys_of(one)
        if _owner(key) in known
    }
    by_system: defaultdict[str, list[str]] = defaultdict(list)
    for key, _ in found.values():
        by_system[key.system].append(f"{key.value}.age")
    ages = {
        _owner(key): _value(one)
        for system, values in by_system.items()
        for one in await inside.with_keys("Observation", values, system=system)
        for key in keys_of(one)
    }
    return {
        owner: ", ".join(filter(None, (_word(one.get("gender")), ages.get(owner, ""))))
        for owner, (_, one) in found.items()
    }


async def _events(inside: Inside) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """What adverse events are called, and their suspects, by the beginning of the keys."""
    events: defaultdict[str, list[str]] = defaultdict(list)
    places: defaultdict[str, list[Place]] = defaultdict(list)
    for one in await inside.search("AdverseEvent"):
        owner = next(map(_owner, keys_of(one)), None)
        if owner is not None:
            events[owner].append(title_of(one))
            places[owner] += _suspects(one, inside.base)
    names = await _names(inside, (place for some in places.values() for place in some))
    suspects = {
        owner: [names[place] for place in some if place in names] for owner, some in places.items()
    }
    return events, suspects


def _suspects(event: Resource, base: str) -> Iterator[Place]:
    entities = event.get("suspectEntity")
    for entity in entities if isinstance(entities, list) else ():
        instance = entity.get("instance") if isinstance(entity, dict) else None
        place = place_of(instance.get("reference"), base) if isinstance(instance, dict) else None
        if place is not None:
            yield place


async def _names(inside: Inside, places: Iterable[Place]) -> dict[Place, str]:
    """What the resources at these places are called."""
    ids: defaultdict[str, list[str]] = defaultdict(list)
    for kind, identity in places:
        ids[kind].append(identity)
    return {
        (kind, str(one.get("id"))): title_of(one)
        for kind, values in ids.items()
        for one in await inside.with_ids(kind, values)
    }


def _owner(key: Key) -> str:
    """How the keys of a patient's resources begin."""
    return f"{key.document}-{key.patient}"


def _value(observation: Resource) -> str:
    between = observation.get("valueRange")
    if isinstance(between, dict):
        ends = [between.get(name) for name in ("low", "high")]
        return "–".join(str(end.get("value")) for end in ends if isinstance(end, dict)) + " years"
    told = (one for one in details_of(observation) if one.label.startswith("value"))
    return next((part.text for one in told for part in one.parts), "")


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""
