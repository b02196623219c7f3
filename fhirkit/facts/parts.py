"""The scenes of one patient of a text that tells of several, and what is left over."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from fhirkit.facts.model import Whose
from fhirkit.facts.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhirkit.facts.model import LeftOut
    from fhirkit.facts.owners import Series


def of_patient(series: Series, scenes: list[Scene], empty: list[Scene], number: int) -> list[Scene]:
    """The scenes as they count for one patient: those of the others are ``empty``."""
    return [
        replace(
            scene,
            held={},
            certain={},
            certain_by={},
            unreal={},
            named=scene.sentence.index in series.named,
        )
        if number in series.owners.get(scene.sentence.index, ())
        else nothing
        for scene, nothing in zip(scenes, empty, strict=True)
    ]


def of_none(series: Series, scenes: list[Scene], empty: list[Scene]) -> list[Scene]:
    """The scenes that are about none of the patients, or not plainly about one."""
    return [
        nothing
        if scene.sentence.index in series.owners
        else replace(scene, whose=Whose.OTHERS, why=_NO_ONE)
        for scene, nothing in zip(scenes, empty, strict=True)
    ]


def emptied(scenes: list[Scene]) -> list[Scene]:
    """The scenes with nothing met in them, to stand for those of other patients."""
    return [Scene(s.sentence, s.narrative, whose=Whose.OTHERS, why=_NO_ONE) for s in scenes]


_NO_ONE = "several patients are told of, and the sentence is not plainly about one"


def told_of(series: Series) -> str:
    """What a user should know about the patients of the text."""
    if not series.first:
        return "several patients are told of together: only the document itself was kept"
    numbers = ", ".join(map(str, sorted(series.first)))
    return (
        f"{len(series.first)} patients are told apart ({numbers}); "
        "what is not plainly said of one is left out"
    )


def merged(left_out: Iterable[tuple[LeftOut, ...]]) -> tuple[LeftOut, ...]:
    """What was left out of each patient's part and of the rest, in the order of the text."""
    found = chain.from_iterable(left_out)
    return tuple(
        sorted(found, key=lambda item: (item.span.start, item.span.end, item.patient or 0))
    )
