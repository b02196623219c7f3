"""Diseases, signs and symptoms: Disease Ontology, HPO and ICD-10-CM brought together."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from fhirkit.narrative.words import fold_phrase
from vocabulary.names import Concept
from vocabulary.wheels import DISEASES, HPO, ICD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Set

    from vocabulary.names import Key, Words
    from vocabulary.wheels import Node, Wheels

_HPO = "http://human-phenotype-ontology.org"
_ICD = "http://hl7.org/fhir/sid/icd-10-cm"
#: Steps below its root at which the Disease Ontology names more than a whole organ system.
_SPECIFIC = 3
#: Diseases that must end in a word before other names are taken for diseases by it.
_HEAD = 3


def findings(wheels: Wheels, words: Words) -> list[Concept]:
    """Conditions and symptoms; names that one source gives to two concepts are left out."""
    diseases = wheels.diseases()
    heads = Counter(_head(title) for node in diseases.values() if (title := _title(node)))
    gathered = _Gathering(words, {word for word, count in heads.items() if count >= _HEAD})
    deep = _depths(diseases)
    chosen = [(n, "conditions") for n in diseases.values() if deep.get(n.id, 0) >= _SPECIFIC]
    gathered.take(chosen, DISEASES.name, "")
    chosen = [(n, kind) for n in wheels.classification() if (kind := _chapter(n.id))]
    gathered.take(chosen, ICD.name, _ICD)
    phenotypes = wheels.phenotypes()
    kinds = _kinds(phenotypes, words.branches)
    chosen = [(n, kinds[n.id]) for n in phenotypes.values() if kinds.get(n.id)]
    gathered.take(chosen, HPO.name, _HPO)
    found = list(gathered.concepts.values())
    _lower(found, "\n".join([wheels.prose(), *(concept.name for concept in found)]))
    return found


class _Gathering:
    """Concepts by name, and whose each name is, while the sources come in one after the other."""

    def __init__(self, words: Words, heads: Set[str]) -> None:
        self.concepts: dict[str, Concept] = {}
        self._owner: dict[Key, Concept] = {}
        self._words = words
        self._heads = heads

    def take(self, nodes: Iterable[tuple[Node, str]], source: str, system: str) -> None:
        """Add a source: concepts with its code, and their other wordings.

        ICD-10-CM's inclusion terms are names without code: they belong to a category, and are
        not what its title says.

        A synonym that is another wording of the title (the same words, in another order or
        form) is a name of the concept. Any other is a concept of its own without code, and
        only where it ends as names of diseases do: what packages list as synonyms is often
        wider, narrower, or a part of the body.
        """
        read = [(node, kind) for node, kind in nodes if self._is_finding(node, kind)]
        titles = Counter(title for title, _ in {(_title(node), node.id) for node, _ in read})
        others: list[tuple[str, str]] = []
        for node, kind in read:
            title = _title(node)
            if titles[title] > 1 or (source == ICD.name and not self._is_named_so(title)):
                continue
            concept = self._concept(node, self._kind(title, kind, source), source)
            if system and not concept.mapped and node.name == node.display:
                concept.codes.setdefault(system, (system, node.id, node.display))
            for phrase in node.synonyms:
                if _is_rewording(fold_phrase(phrase), title):
                    self._add(concept, phrase)
                else:
                    others.append((phrase, kind))
        for phrase, kind in others:
            key = fold_phrase(phrase)
            if self._is_named_so(key):
                self._add(Concept(self._kind(key, kind, source), phrase, source), phrase)

    def _kind(self, key: Key, kind: str, source: str) -> str:
        """What a name is called after: a tumour is a condition, a thing seen is a sign."""
        if _head(key).endswith(self._words.diseases):
            return "conditions"
        return kind if source != HPO.name or self._is_named_so(key) else "symptoms"

    def _concept(self, node: Node, kind: str, source: str) -> Concept:
        """The row of ours, the concept of an earlier source, or a new one with the title."""
        title = _title(node)
        our_kind, our_name = self._words.ours.get(title, ("", ""))
        if our_kind:
            return self.concepts.setdefault(
                our_name, Concept(our_kind, our_name, source, mapped=True)
            )
        if title in self._owner:
            return self._owner[title]
        name = _name(node)
        concept = Concept(kind, name, source)
        self._add(concept, name)
        return concept

    def _add(self, concept: Concept, phrase: str) -> None:
        if self._words.is_barred(phrase, concept.kind):
            return
        key = self._words.key(phrase, concept.kind)
        if key is not None and self._owner.setdefault(key, concept) is concept:
            concept.names[key] = False
            self.concepts.setdefault(concept.name, concept)

    def _is_finding(self, node: Node, kind: str) -> bool:
        title = _title(node)
        ours = self._words.ours.get(title, ("symptoms", ""))[0]
        return bool(title) and ours in _FINDINGS and not self._words.is_barred(_name(node), kind)

    def _is_named_so(self, key: Key) -> bool:
        head = _head(key)
        return bool(head) and (head in self._heads or head.endswith(self._words.endings))


def _head(key: Key) -> str:
    """The word that says what a name names: "hypoplasia" of "hypoplasia of the left lung"."""
    for index, word in enumerate(key):
        if word in _JOINING:
            return key[index - 1] if index else ""
    return key[-1] if key else ""


_JOINING = frozenset(
    {"of", "in", "from", "on", "at", "involving", "affecting", "associated", "during"}
)


def _is_rewording(one: Key, other: Key) -> bool:
    """Whether two names have the same words, but for their order, endings and small words."""
    first, second = (sorted(word for word in key if word not in _SMALL) for key in (one, other))
    return len(first) == len(second) and all(map(_is_alike, first, second))


def _is_alike(one: str, other: str) -> bool:
    """Whether two words are forms of one: "spleen" and "splenic"."""
    common = 0
    while common < min(len(one), len(other)) and one[common] == other[common]:
        common += 1
    return common >= _ALIKE * max(len(one), len(other))


#: The share of the longer word that two forms of a word have in common.
_ALIKE = 0.55
_SMALL = frozenset({"of", "the", "in", "a", "an"})


_FINDINGS = ("conditions", "symptoms")
_NOS = re.compile(r",? (?:NOS|unspecified)$")


def _name(node: Node) -> str:
    return _NOS.sub("", node.name)


def _title(node: Node) -> Key:
    return fold_phrase(_name(node))


def _chapter(code: str) -> str:
    """Whether an ICD-10-CM code is a disease's or a symptom's; neither for tests and germs."""
    if code[0] == "R":
        return "symptoms" if code[1:3] < "70" else ""
    return "conditions" if code[0] < "R" and not "B95" <= code[:3] <= "B97" else ""


def _depths(nodes: Mapping[str, Node]) -> dict[str, int]:
    """The fewest steps from the root to each concept."""
    children = defaultdict(list)
    for node in nodes.values():
        for parent in node.parents:
            children[parent].append(node.id)
    found: dict[str, int] = {}
    level = [node.id for node in nodes.values() if not node.parents]
    depth = 0
    while level:
        found |= dict.fromkeys(level, depth)
        level = sorted({c for id_ in level for c in children[id_]} - found.keys())
        depth += 1
    return found


def _kinds(nodes: Mapping[str, Node], branches: Mapping[str, str]) -> dict[str, str]:
    """What the nearest branch above each phenotype says it is.

    Between branches equally near the one that leaves it out wins, then the one for symptoms.
    """
    found: dict[str, str] = {}
    for node in nodes.values():
        level, seen = {node.id}, set()
        while level and (told := level & branches.keys()) == set():
            seen |= level
            level = {p for id_ in level for p in nodes[id_].parents if p in nodes} - seen
        if level:
            found[node.id] = min((branches[id_] for id_ in told), key=_LESS_FIRST.index)
    return found


_LESS_FIRST = ["", "symptoms", "conditions"]


def _lower(concepts: Iterable[Concept], prose: str) -> None:
    """Write names as inside a sentence: a capital stays where prose writes the word with one."""
    written = Counter(re.findall(r"(?<=[\w,] )[A-Za-z][a-z]+", prose))

    def lowered(match: re.Match[str]) -> str:
        lower = match[0].lower()
        return lower if written[lower] >= max(1, written[match[0]]) else match[0]

    for concept in concepts:
        if not concept.mapped:
            name = re.sub(r"(?<![\w-])[A-Z][a-z]+\b(?!-[A-Z]|')", lowered, concept.name)
            concept.name = name[0].lower() + name[1:] if _ONE_WORD.fullmatch(name) else name


_ONE_WORD = re.compile(r"[A-Z][a-z]+")
