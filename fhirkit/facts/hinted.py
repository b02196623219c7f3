"""What a proposer's hints tie together where the grammar leaves it open."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from fhirkit.facts.lexicon import TREATMENTS
from fhirkit.facts.links import BREAK, LACK, Link
from fhirkit.facts.model import Whose
from fhirkit.facts.regimen import dose_for, is_dose, treatments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.links import Named
    from fhirkit.facts.numbers import Measure
    from fhirkit.facts.scene import Scene


def hinted_dose(scene: Scene, drug: Mention) -> tuple[Measure, str] | None:
    """The dose a hint gives to ``drug``, and who hints; None where anything speaks against it.

    The amount must be read by the grammar as a dose and be claimed by no treatment of the
    sentence; one hint ties one amount to one drug; and a treatment that stands between the two
    must have an amount of its own by another hint.
    """
    given = _dose_hints(scene)
    if drug.start not in given:
        return None
    measure, by = given[drug.start]
    low, high = sorted([(drug.start, drug.end), (measure.start, measure.end)])
    gap = scene.text(low[1], high[0])
    if measure.used or len(gap) > _HINT_REACH or _HINT_ENDS.search(gap):
        return None
    between = [t for t in scene.things if low[1] <= t.start < high[0]]
    if any(t.kind in ("observations", "scores") for t in between):
        return None
    if any(t.kind in TREATMENTS and t.start not in given for t in between):
        return None
    claimed = (dose_for(scene, *other) for other in treatments(scene))
    return None if any(claim is measure for claim in claimed) else (measure, by)


def _dose_hints(scene: Scene) -> dict[int, tuple[Measure, str]]:
    """By the place of a drug the one amount that hints give to it and to no other drug."""
    pairs: dict[tuple[int, int], tuple[Measure, str]] = {}
    for hint in scene.hints:
        if hint.kind != "dose":
            continue
        amounts = [
            m for m in scene.measures if hint.start <= m.start and m.end <= hint.end and is_dose(m)
        ]
        drugs = [d for d in scene.of("drugs") if d.start < hint.of_end and hint.of_start < d.end]
        if len(amounts) == len(drugs) == 1:
            pairs[drugs[0].start, amounts[0].start] = amounts[0], hint.by
    of_drugs = Counter(drug for drug, _ in pairs)
    of_amounts = Counter(amount for _, amount in pairs)
    return {
        drug: said
        for (drug, amount), said in pairs.items()
        if of_drugs[drug] == of_amounts[amount] == 1
    }


#: Characters between a drug and an amount that a hint may bridge.
_HINT_REACH = 120


_HINT_ENDS = re.compile(
    r"[;:]|\.\s|\b(?:but|while|whereas|instead|rather|than|not|without|usual\w*|recommended|maximum)\b",
    re.IGNORECASE,
)


def hinted_links(scene: Scene, reactions: Named, drugs: Named) -> Iterator[Link]:
    """Reaction, link, drug, further apart than a rule would reach, where a hint ties the two.

    The author's link word must stand in the words the hint quotes, and nothing be named,
    doubted or denied between reaction and drug.
    """
    if not scene.hints or scene.whose is not Whose.PATIENT or scene.cues("causality", "hedge"):
        return
    for hint in scene.hints:
        cues = [
            c
            for c in scene.cues("causality", "caused-by")
            if hint.words_start <= c.start and c.end <= hint.words_end
        ]
        if hint.kind != "suspect" or len(cues) != 1:
            continue
        cue = cues[0]
        told = [r for r in reactions if r[0].end <= cue.start][-1:]
        blamed = [d for d in drugs if d[0].start >= cue.end][:1]
        for (mention, draft), (drug, medication) in zip(told, blamed, strict=False):
            meant = (
                hint.of_start <= mention.start < hint.of_end and hint.start <= drug.start < hint.end
            )
            if meant and _nothing_between(scene, mention, cue, drug):
                rule = f"stated cause, tied by {hint.by}"
                yield Link(draft, mention, medication, drug, scene, rule, own_words=True)


def _nothing_between(scene: Scene, mention: Mention, cue: Mention, drug: Mention) -> bool:
    """Whether no other thing, doubt or denial stands from the reaction to the drug."""
    gaps = ((mention.end, cue.start), (cue.end, drug.start))
    doubts = (c for c in scene.cues("certainty") if c.name not in ("stop", "pseudo"))
    return not any(mention.end <= c.start < drug.start for c in doubts) and not any(
        BREAK.search(scene.text(a, b))
        or LACK.search(scene.text(a, b))
        or any(a <= thing.start < b for thing in scene.things)
        for a, b in gaps
    )
