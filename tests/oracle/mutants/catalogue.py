"""All the rules together, and how to take an even sample of what they make."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator

from oracle.mutants import bundles, codes, extensions, primitives, references, structure, syntax
from oracle.mutants.model import ElementSite, Mutant, Node, elements, objects


def mutants(root: Node) -> Iterator[Mutant]:
    """Every mutant that the rules make of a valid resource; a bundle of 20 entries has 40,000."""
    yield from syntax.of_text(root)
    yield from bundles.of_bundle(root)
    yield from _in_resources(root)
    for site in objects(root):
        yield from structure.of_object(site)
        yield from references.of_object(site)
        yield from extensions.of_object(site)
        for one in elements(site):
            yield from _of_element(one, root)


def variants(root: Node) -> Iterator[Mutant]:
    """Every variant of a valid resource that is as valid."""
    yield from syntax.legal(root)
    yield from bundles.legal(root)
    for site in objects(root):
        yield from structure.reorderings(site)
        yield from extensions.legal_extensions(site)
        for one in elements(site):
            yield from structure.companions(one)
            yield from structure.ids(one)
            yield from primitives.legal(one)
            yield from codes.legal(one)
            yield from references.legal(one)
            yield from extensions.legal(one)


def draw(found: Iterable[Mutant], count: int) -> list[Mutant]:
    """``count`` of them, as evenly from all rules as can be; always the same ones."""
    by_rule: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in found:
        by_rule[mutant.rule].append(mutant)
    rows = [sorted(by_rule[rule], key=_shuffled) for rule in sorted(by_rule)]
    drawn: list[Mutant] = []
    turn = 0
    while rows and len(drawn) < count:
        rows = [row for row in rows if len(row) > turn]
        drawn += [row[turn] for row in rows]
        turn += 1
    return drawn[:count]


def _in_resources(root: Node) -> Iterator[Mutant]:
    """What concerns a resource as a whole, of the one given or of each in the bundle."""
    if root.get("resourceType") != "Bundle":
        yield from structure.ids_twice(root)
        return
    for at, entry in enumerate(root.get("entry", ())):
        if "resource" in entry:
            for mutant in structure.ids_twice(entry["resource"]):
                yield mutant.below(("entry", at, "resource"))


def _of_element(site: ElementSite, root: Node) -> Iterator[Mutant]:
    yield from structure.of_element(site)
    yield from primitives.faults(site)
    yield from codes.of_element(site)
    yield from references.of_element(site, root)
    yield from extensions.of_element(site)


def _shuffled(mutant: Mutant) -> bytes:
    return hashlib.sha256(mutant.label.encode()).digest()
