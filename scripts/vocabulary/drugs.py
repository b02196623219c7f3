"""Drug names: FDA's UNII names and the drug dictionary, led to one ingredient each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.narrative.words import fold_phrase
from vocabulary.names import Concept
from vocabulary.wheels import UNII

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vocabulary.names import Key, Words
    from vocabulary.wheels import Substance, Wheels

#: Registers whose mark behind a UNII name says that the substance is a medicine.
_OF_MEDICINES = frozenset({"INN", "USAN", "ORANGE BOOK", "PURPLE BOOK CDER", "EMA EPAR", "JAN"})
#: Marks of substances that are given to animals, plants or foods first of all.
_OF_OTHERS = frozenset(
    {
        "FHFI",
        "ISO",
        "GREEN BOOK",
        "EMA EPAR VETERINARY",
        "FCC",
        "INCI",
        "LANGUAL",
        "EMA HERBAL SUBSTANCE",
    }
)
_MARKED = re.compile(r"(?P<name>.*\S) \[(?P<mark>[^\]]+)\]")
_SYSTEM = "http://fdasis.nlm.nih.gov"


def drugs(wheels: Wheels, words: Words) -> list[Concept]:
    """Ingredients with their names; those that are a row of ours carry only further names."""
    substances = wheels.substances()
    variants = wheels.variants()
    ingredients = _Ingredients(words, {s.display: s for s in substances})
    medicines = [(s, marked) for s in substances if (marked := _marked(s))]
    # The bare ingredients first, so that salts find them.
    for substance, marked in sorted(medicines, key=lambda m: len(_generic(*m).split())):
        generic = _generic(substance, marked)
        concept = ingredients.of(generic) or ingredients.new(generic, substance)
        if concept is None:
            continue
        for name in sorted({generic, *marked}):
            _add(concept, name, words, proper=False)
        for name, kind in substance.names:
            if kind == "bn" and words.is_rare(name):
                told = variants.get(name.lower(), generic)
                if not _COMBINED.search(told) and ingredients.of(told) in (None, concept):
                    _add(concept, name, words, proper=True)
    for name, generic in variants.items():
        # Of its names of several words too many are parts of chemical names.
        if name.isalpha() and words.is_rare(name):
            concept = ingredients.of(generic)
            if concept is not None:
                _add(concept, name, words, proper=name[:_ALIKE] != generic[:_ALIKE])
    return ingredients.made


#: Between the ingredients of a preparation, whose brand is no name of one of them.
_COMBINED = re.compile(r",| and |/")
#: Letters in common that make a name a spelling of the generic one and no brand.
_ALIKE = 5


class _Ingredients:
    """The ingredients known so far, found by a generic name or a salt of it."""

    def __init__(self, words: Words, substances: Mapping[str, Substance]) -> None:
        self._concepts: dict[str, Concept] = {}
        self._words = words
        self._substances = substances
        self._by_name: dict[Key, Concept] = {}

    @property
    def made(self) -> list[Concept]:
        """All of them, in the order they came."""
        return list(self._concepts.values())

    def of(self, generic: str) -> Concept | None:
        """The ingredient of a generic name, None where it is none, or not known yet."""
        for key in self._shortened(generic):
            found = self._by_name.get(key)
            kind, name = self._words.ours.get(key, ("", ""))
            if found is None and kind == "drugs" and self._is_ingredient(name):
                found = self._keep(Concept(kind, name, UNII.name, mapped=True), key)
            if found is not None or kind:
                return found
        return None

    def new(self, generic: str, substance: Substance) -> Concept | None:
        """A further ingredient; None where the name is something else or is not looked for."""
        keys = list(self._shortened(generic))
        if _is_of_others(substance) or any(key in self._words.ours for key in keys):
            return None
        # A name that a register gives the substance is exactly its name; a name without the salt
        # is one only if it is some substance's own.
        name, named = generic, substance
        for key in keys[1:]:
            shorter = " ".join(generic.split()[: len(key)])
            if found := self._substances.get(shorter):
                name, named = shorter, found
        barred = self._words.is_barred(generic, "drugs") or self._words.is_barred(name, "drugs")
        if barred or self._words.key(name, "drugs") is None:
            return None
        concept = self._keep(Concept("drugs", name.lower(), UNII.name), fold_phrase(name))
        concept.codes[_SYSTEM] = (_SYSTEM, named.code, named.display)
        _add(concept, name, self._words, proper=False)
        return concept

    def _keep(self, concept: Concept, key: Key) -> Concept:
        known = self._concepts.setdefault(concept.name, concept)
        self._by_name[key] = known
        return known

    def _is_ingredient(self, name: str) -> bool:
        return self._words.mappings.drugs[name].level == "ingredient"

    def _shortened(self, generic: str) -> Iterator[Key]:
        """The words of a name, and then without the names of salts and hydrates at their end."""
        key = fold_phrase(generic)
        yield key
        while len(key) > 1 and key[-1] in self._words.salts:
            key = key[:-1]
            if all(word in self._words.bases or word in self._words.salts for word in key):
                break
            yield key


def _marked(substance: Substance) -> set[str]:
    """The names that registers of medicines use."""
    return {name for name, mark in _marks(substance) if mark in _OF_MEDICINES}


def _is_of_others(substance: Substance) -> bool:
    return any(mark in _OF_OTHERS for _, mark in _marks(substance))


def _marks(substance: Substance) -> list[tuple[str, str]]:
    matches = [_MARKED.fullmatch(name) for name, _ in substance.names]
    return [(match["name"], match["mark"]) for match in matches if match]


def _generic(substance: Substance, marked: set[str]) -> str:
    display = substance.display
    return display if display in marked else min(marked, key=lambda name: (len(name), name))


def _add(concept: Concept, name: str, words: Words, *, proper: bool) -> None:
    key = words.key(name, "drugs")
    if key is not None:
        concept.names[key] = concept.names.get(key, True) and proper
