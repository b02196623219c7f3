"""How far the name of a disease reaches: the words before it and the site behind it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.scene import Scene

_ADJECTIVE = re.compile(r"[a-z]{3,}(?:al|ar|ary|eal|oid|genic)$")
#: "Fanconi anemia": a proper name belongs to the disease it stands before.
_NAME = re.compile(r"[A-Z][a-z]{3,}")
_EMPTY_ADJECTIVE = frozenset(
    "several general additional initial final clinical typical critical original total real usual "
    "actual potential special normal similar particular regular primary secondary necessary "
    "multifocal focal bilateral unilateral medical surgical viral bacterial fungal fatal final "
    "familial hospital mental physical neurological temporary".split()
)


def with_modifiers(scene: Scene, thing: Mention) -> int:
    """Where the name begins, with the words that say where or by what.

    "glomerular capillary thrombosis", "L. monocytogenes septicaemia".
    """
    narrative = scene.narrative
    start = thing.start
    for sign in scene.terms("organism"):
        if sign.end < start and not scene.text(sign.end, start).strip():
            return sign.start
    for i in range(thing.first - 1, max(scene.sentence.first_word, thing.first - 4) - 1, -1):
        word = narrative.raw[i].lower()
        gap = narrative.view.text[narrative.ends[i] : start]
        named = i > scene.sentence.first_word and _NAME.fullmatch(narrative.raw[i])
        modifies = _ADJECTIVE.match(word) and word not in _EMPTY_ADJECTIVE
        if gap.strip(" -") or not (named or modifies):
            break
        start = narrative.starts[i]
    return start


_OF_SITE = re.compile(
    r"\s+of\s+(?:(?:the|his|her|both|left|right|lower|upper)\s+)*$", re.IGNORECASE
)


def with_site(scene: Scene, thing: Mention) -> int:
    """Where the name ends, with a site told behind it: "infection of the lower airways"."""
    for sign in scene.terms("body-site"):
        if sign.start >= thing.end and _OF_SITE.fullmatch(scene.text(thing.end, sign.start)):
            return sign.end
    return thing.end
