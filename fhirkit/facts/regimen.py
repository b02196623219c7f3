"""How a treatment was given: dose, route, frequency, cycles, duration."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit.facts.model import Quantity, Regimen, Term
from fhirkit.facts.numbers import NUMBER_WORDS
from fhirkit.facts.timing import offset_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.numbers import Measure
    from fhirkit.facts.scene import Scene

#: Why the name of a drug is no drug that was taken.
NO_TREATMENT = "measured, resisted or part of another name: no treatment"

_N = r"(?P<n>\d+|" + "|".join(NUMBER_WORDS) + r")"
_U = r"(?P<u>hour|day|week|month|year|h|d|wk)s?"
_UCUM = {"h": "h", "d": "d", "w": "wk", "m": "mo", "y": "a"}
_TIMES = re.compile(
    rf"\b{_N}\s*(?:times|x)\s*(?:a|an|per|each|/)?\s*(?P<u>day|daily|week|weekly|month|monthly)\b",
    re.I,
)
_EVERY = re.compile(
    rf"\b(?:every|each|q\.?)\s*(?:{_N}(?:\s?(?:-|–|to|or)\s?(?P<m>\d+|{'|'.join(NUMBER_WORDS)}))?)?"
    rf"[\s.-]*{_U}\b",
    re.I,
)
_INTERVAL = re.compile(rf"\b(?:at|with)\s+(?:an\s+)?intervals?\s+of\s+{_N}\s+{_U}\b", re.I)
_N_LY = re.compile(rf"\b{_N}[\s-]+(?P<u>hour|week|month|year)ly\b", re.I)
_COUNT = re.compile(
    rf"\b{_N}\s+(?:further\s+|more\s+|additional\s+|consecutive\s+)?"
    r"(?:cycles?|courses?|doses?|infusions?|sessions?|exchanges?|injections?|units?|pulses?|times(?!\s*(?:an?|per|each|daily|weekly|/)\b))\b",
    re.I,
)
_DURATION_LEADS = frozenset({"for", "over", "lasting", "during", "within", "on", "x", "×"})
#: What may stand between an amount and the drug it belongs to.
_BRIDGE = re.compile(
    r"(?:[\s-]?(?:alpha|alfa|beta|gamma|[αβγ])?[\s-]?\d?[ab]?\b)?"
    r"[\s(\[,:–-]*(?:(?:\((?:[a-z]+\s)?[A-Z][\w/-]{1,8}\)|\d\s?[x×](?=\s)|of|which|that|sustained|extended|release|slow|the|a|an|at|with|dose|doses|dosage|total|initial|starting|maintenance|single"
    r"|daily|per|day|high|low|iv|i\.v\.|im|sc|po|oral|intravenous|intramuscular|subcutaneous"
    r"|intrathecal|bolus|pulse|pulsed|every|once|twice|premedication|infusion|was|were|given|begun"
    r"|started|and|built|up|to|increased|reduced|decreased|titrated|tapered|intravenously"
    r"|orally|subcutaneously|therapy|treatment|tablets?|in|by|administered|injection|adjusted|raised|prescribed"
    r"|then|first|second|third|cycle|course|supplementation|supplements?|replacement|capsules?|initially"
    r"|continuous|target|fixed|loading|up-titrated|escalated|lowered|prophylaxis|monotherapy|liposomal"
    r"|(?:di|mono|hemi)?hydrochloride|hydrobromide|sodium|potassium|calcium|magnesium|sulfate|sulphate"
    r"|phosphate|acetate|succinate|tartrate|bitartrate|citrate|maleate|mesylate|mesilate|besylate|besilate"
    r"|fumarate|furoate|propionate|valerate|gluconate|lactate|nitrate|bromide|chloride|hydroxide|carbonate"
    r"|trihydrate|monohydrate|dihydrate|disodium|axetil|proxetil|pivoxil|mofetil|medoxomil|etexilate"
    r"|maximum|minimum|usual|standard|current|suspension|solution|syrup|patch|drops|targeted)(?!\w)"
    r"[\s,(\[:–-]*)*\s*",
    re.I,
)
_PER_VOLUME = re.compile(r"/(?:d?L|[mu]?L|mm3|cm3)\b")
_DOSE_UNIT = re.compile(
    r"^(?:(?:10\*6\.)?(?:U|\[IU\]|\[iU\])|[mun]?g|\[?[kmu]?\[?IU\]?|U|M?\[?IU\]?|MBq|GBq|mCi|Gy|cGy|mL|mmol|meq|mL|[kM]?U)"
    r"(?:/(?:kg|m2|d|h|wk|min|\{\w+\}|mo|kg/d|kg/h|kg/min|m2/d|kg\.d))*$"
)


@dataclass(slots=True)
class Taken:
    """What was found of one administration, with the view range it covers."""

    dose: Measure | None = None
    cumulative: Measure | None = None
    level: Mention | None = None
    route: Mention | None = None
    form: Mention | None = None
    regimen: Regimen | None = None
    start: int = 0
    end: int = 0
    hinted: str = ""  # who tied the dose to the drug where the grammar did not


def treatments(scene: Scene) -> Iterator[tuple[Mention, int, int]]:
    """Each drug, procedure and study with the view range between its neighbours."""
    things = list(scene.of("drugs", "procedures", "reports"))
    for i, thing in enumerate(things):
        left = things[i - 1].end if i else scene.sentence.start
        right = things[i + 1].start if i + 1 < len(things) else scene.sentence.end
        yield thing, left, right


def is_dose(measure: Measure) -> bool:
    """Whether a number's unit can be the unit of a dose."""
    code = measure.ucum
    return (
        code is not None
        and measure.form == "number"
        and not _PER_VOLUME.search(code)
        and bool(_DOSE_UNIT.match(code))
    )


def dose_for(scene: Scene, drug: Mention, left: int, right: int) -> Measure | None:
    """The dose that belongs to ``drug`` between two view offsets, the nearest one."""
    best: tuple[int, Measure] | None = None
    for measure in _doses_between(scene, left, right):
        if measure.end <= drug.start:
            gap = scene.text(measure.end, drug.start)
        elif measure.start >= drug.end:
            gap = scene.text(drug.end, measure.start)
            ahead = scene.text(measure.end, right)
            if right < scene.sentence.end and _LEADS_UP.fullmatch(ahead):
                continue  # "... was given 12 mg of" the next drug
        else:
            continue
        if len(gap) > _DOSE_WITHIN or _CONCENTRATION.match(scene.text(measure.end, right)):
            continue
        if not (_BRIDGE.fullmatch(gap) or _INDICATED.fullmatch(gap)):
            continue
        of_drug = measure.end <= drug.start and gap.strip() == "of"
        distance = 0 if of_drug else len(gap) + 1
        if best is None or distance < best[0]:
            best = (distance, measure)
    return best[1] if best else None


#: Characters between a drug and its dose.
_DOSE_WITHIN = 75
#: "300 mg I/mL": what a solution holds and not what was given.
_CONCENTRATION = re.compile(r"\s*(?:I|iodine)?\s*(?:/|per)\s*(?:m[lL]|dL|L)\b")
#: "D for osteoporosis (70 mg weekly)".
_INDICATED = re.compile(r"\s+(?:\([\w /-]{2,12}\)\s+)?for\s+[^.,;()]{3,60}\s*\(\s*", re.IGNORECASE)


def cumulative_for(scene: Scene, drug: Mention, left: int, right: int) -> Measure | None:
    """The total that the text gives for several administrations of ``drug``."""
    for measure in _doses_between(scene, left, right):
        if _is_rate(measure) or not _TOTAL.search(scene.text(left, measure.start)):
            continue
        low, high = sorted(((drug.start, drug.end), (measure.start, measure.end)))
        gap = scene.text(low[1], high[0])
        if len(gap) <= _TOTAL_WITHIN and not re.search(r"[;.]\s", gap):
            return measure
    return None


_TOTAL = re.compile(
    r"\b(?:(?:cumulative|accumulated|cumulated)\s+(?:\w+\s+)?(?:dos(?:e|es|age)|amount|exposure)?"
    r"|(?:total|overall)\s+(?:dos(?:e|age)|amount))\s*(?:was|being|of|to|up to|:|=|\(|about|approximately|\s)*$",
    re.IGNORECASE,
)
#: Characters between a drug and its cumulative dose.
_TOTAL_WITHIN = 90


def _is_rate(measure: Measure) -> bool:
    return bool(measure.ucum) and (measure.ucum or "").rpartition("/")[2] in ("d", "h", "min", "wk")


def _doses_between(scene: Scene, left: int, right: int) -> Iterator[Measure]:
    """The amounts between two view offsets that no drug has yet."""
    for measure in scene.measures:
        if left <= measure.start < right and not measure.used and is_dose(measure):
            yield measure


def form_for(scene: Scene, drug: Mention, taken: Taken) -> Mention | None:
    """The dosage form named right at the drug or its dose: "tablets", "patch"."""
    places = [(drug.start, drug.end), (taken.start, taken.end)]
    for form in scene.terms("form"):
        for start, end in places:
            gap = scene.text(form.end, start) if form.end <= start else scene.text(end, form.start)
            if not gap.strip(" \n(,") or gap.strip() == "of":
                return form
    return None


def route_for(scene: Scene, drug: Mention, taken: Taken) -> Mention | None:
    """The route named at the drug or at its dose."""
    places = [(drug.start, drug.end)]
    if taken.dose:
        places.append((taken.dose.start, taken.dose.end))
    # "injected intravitreally": the way tells more than the act.
    for route in sorted(scene.terms("route"), key=lambda r: (r.name in _ACTS, r.start)):
        if not is_route(scene, route):
            continue
        if any(t.start <= route.start < t.end and t is not drug for t in scene.of("drugs")):
            continue
        if any(route.last <= t.first <= route.last + 1 for t in scene.of("procedures")):
            continue  # "antibiotics, and percutaneous drainage"
        if any(_is_route_of(scene, route, start, end) for start, end in places):
            return route
    return None


#: Routes that only name the act: what stands behind one with no "of" is another drug.
_ACTS = frozenset({"infusion", "injection", "irrigation"})


def _is_route_of(scene: Scene, route: Mention, start: int, end: int) -> bool:
    """Whether a route stands in or right at a drug or dose of these offsets."""
    if start <= route.start < end:
        return True
    before = route.end <= start
    gap = scene.text(route.end, start) if before else scene.text(end, route.start)
    if before and route.name in _ACTS and not gap.lstrip().startswith("of "):
        return False
    return len(gap) <= _ROUTE_WITHIN and _ROUTE_GAP.fullmatch(gap) is not None


#: Characters between a route and what was given so.
_ROUTE_WITHIN = 24


def level_for(scene: Scene, drug: Mention) -> Mention | None:
    """The words for a dose that stand right at the drug: "high-dose DRUG", "an overdose of DRUG"."""
    for level in scene.terms("dose"):
        gap = scene.text(level.end, drug.start) if level.end <= drug.start else None
        if gap is not None and len(gap) <= _LEVEL_WITHIN and _LEVEL_GAP.fullmatch(gap):
            return level
    return None


#: Characters between the words for a dose and the drug: room for a route.
_LEVEL_WITHIN = 24
_LEVEL_GAP = re.compile(
    r"[\s-]*(?:(?:of|the|oral|intravenous|iv|i\.v\.|intrathecal|inhaled|systemic|pulse|pulsed)\b[\s-]*)*",
    re.IGNORECASE,
)


def is_route(scene: Scene, route: Mention) -> bool:
    """Whether the words tell how a drug is given, not where or by what something happened."""
    if _NO_ROUTE.match(scene.text(route.end, scene.sentence.end)):
        return False
    return not any(
        route.end <= t.start <= route.end + 1 for t in scene.of("conditions", "symptoms")
    )


#: "infusion reaction", "injection site", "enterally fed", "oral examination".
_NO_ROUTE = re.compile(
    r"[\s-]*(?:sites?|reactions?|related|associated|tests?|testing|fed|feeding|drug ab\w+|examination"
    r"|adverse|side|cavity|mucosa\w*|intake|hygiene|growth|portal|lesions?|ulcers?|rate|pump|catheter)\b",
    re.IGNORECASE,
)
_ROUTE_GAP = re.compile(
    r"[\s,()]*(?:(?:high|low|dose|pulse|bolus|infusion|of|once|daily|was|were|given|administered|injected|infused|and|human)\b[\s,-]*)*",
    re.I,
)


def regimen_for(scene: Scene, left: int, right: int, core: tuple[int, int]) -> Regimen | None:
    """Frequency, count and duration written between ``left`` and ``right``.

    ``core`` is the view range of drug and dose. What stands behind it may come a little
    later; what stands before it must lead right up to it ("10 cycles of alternate day ..."),
    and a part that leads up to the next treatment is that one's.
    """
    words = scene.all_words
    if _RHYTHM.isdisjoint(words) and not any(w[0] == "q" and w[1:2].isdigit() for w in words):
        return _on_demand(scene, left, right, core)
    text = scene.narrative.view.text
    reach = _Reach(text, core[0], core[1], right)
    frequency = period = unit = longest = count = None
    duration: Quantity | None = None
    for start, end, named in frequencies(scene, text, left, right):
        if reach.takes(start, end):
            frequency, period, unit, longest = named
            break
    for match in _COUNT.finditer(text, left, right):
        within = core[0] <= match.start() < core[1]  # "10 units" is the dose
        if not within and reach.takes(match.start(), match.end()):
            count = _number(match.group("n"))
            break
    for phrase in scene.times:
        if phrase.form != "duration" or phrase.lead not in _DURATION_LEADS:
            continue
        if phrase.lead == "on" and "consecutive" not in scene.text(phrase.start, phrase.end):
            continue
        start = text.rfind(phrase.lead, max(left, phrase.start - 30), phrase.start)
        if core[1] <= start < right and reach.takes(start, phrase.end):
            duration = offset_quantity(scene.narrative, phrase)
            break
    needed = any(
        left <= cue.start < right and reach.takes(cue.start, cue.end)
        for cue in scene.cues("frequency", _AS_NEEDED)
    )
    if not reach.parts:
        return None
    first, last = min(p[0] for p in reach.parts), max(p[1] for p in reach.parts)
    return Regimen(
        scene.narrative.span(first, last), frequency, period, unit, count, duration, longest, needed
    )


#: The value of ``cues/frequency.csv`` that is no frequency.
_AS_NEEDED = "as needed"


def _on_demand(scene: Scene, left: int, right: int, core: tuple[int, int]) -> Regimen | None:
    """ "As needed" and no rhythm."""
    reach = _Reach(scene.narrative.view.text, core[0], core[1], right)
    for cue in scene.cues("frequency", _AS_NEEDED):
        if left <= cue.start < right and reach.takes(cue.start, cue.end):
            return Regimen(scene.span(cue), as_needed=True)
    return None


#: Words one of which stands in every way to tell a frequency, a count or a duration.
_RHYTHM = frozenset(
    "time x daily day every each q hourly weekly monthly yearly week month year hour cycle course "
    "dose infusion session exchange injection unit pulse bid tid qid qd od bd tds qds alternate "
    "other nightly night morning bedtime fortnightly annually once twice thrice min minute "
    "wk mo d h y yr biweekly interval tiw biw eod prn".split()
)


def frequencies(
    scene: Scene, text: str, left: int, right: int
) -> list[tuple[int, int, tuple[int, str, str, str | None]]]:
    """(start, end, (times, period, unit, longest period)) of each frequency, numeric ones first."""
    found = []
    for pattern in (_TIMES, _EVERY, _INTERVAL, _N_LY):
        for match in pattern.finditer(text, left, right):
            found.append((match.start(), match.end(), _frequency(pattern, match)))
    taken = [(s, e) for s, e, _ in found]
    for cue in scene.cues("frequency"):
        if cue.name == _AS_NEEDED:
            continue
        if left <= cue.start < right and not any(s <= cue.start < e for s, e in taken):
            times, _, rest = cue.name.partition("/")
            period, unit = rest.split()
            found.append((cue.start, cue.end, (int(times), period, unit, None)))
    return found


class _Reach:
    """Which parts of a regimen still belong to its core."""

    def __init__(self, text: str, start: int, end: int, right: int) -> None:
        self.text, self.start, self.end, self.right = text, start, end, right
        self.parts: list[tuple[int, int]] = []

    def takes(self, start: int, end: int) -> bool:
        """Whether the part belongs here; if so it is kept."""
        low = min([self.start, *(p[0] for p in self.parts)])
        high = max([self.end, *(p[1] for p in self.parts)])
        if start >= high:
            gap = self.text[high:start]
            leads_on = _LEADS_UP.fullmatch(self.text[end : self.right]) is not None
            fits = len(gap) <= 45 and not _GAP_ENDS.search(gap)
            if not fits or (
                leads_on and self.right < len(self.text) and self.text[self.right - 1] not in ".\n"
            ):
                return False
        elif end <= low:
            ahead = self.text[end:low]
            if not (_LEADS_UP.fullmatch(ahead) or _OF_WHAT.fullmatch(ahead)):
                return False
        self.parts.append((start, end))
        return True


_LEADS_UP = re.compile(
    r"\s*(?:of\s+)?(?:(?:the|a|an|alternate|day|daily|iv|oral|intravenous|high|low|dose|pulse|therapeutic)\b[\s-]*)*",
    re.I,
)
#: "four cycles of adjuvant" chemotherapy.
_OF_WHAT = re.compile(r"\s+of\s+(?:[\w-]+\s+){0,3}")
_GAP_ENDS = re.compile(
    r";|(?<=\w{3})\.\s|\bbut\b|\bwhich\b(?!\s+(?:(?:has been|was|were|is)\s+(?:repeated|given|continued|administered)|(?:she|he)\s+received))|\bfollowed\b|\bthen\b|\bafter\b|\bwith\b|\band\s+(?:had|was|were|has|is|developed|suffered)\b"
)


def _frequency(pattern: re.Pattern[str], match: re.Match[str]) -> tuple[int, str, str, str | None]:
    number = _number(match.group("n")) if match.group("n") else 1
    unit = _UCUM[match.group("u")[0].lower()]
    if pattern is _TIMES:
        return number, "1", unit, None
    longest = match.group("m") if pattern is _EVERY else None
    return 1, str(number), unit, str(_number(longest)) if longest else None


def _number(written: str) -> int:
    return int(written) if written.isdigit() else NUMBER_WORDS[written.lower()]


def term(scene: Scene, mention: Mention) -> Term:
    """A mention as a fact's term."""
    return Term(scene.span(mention), mention.concept)
