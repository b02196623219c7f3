"""The index as a file, and the manifest beside it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from fhirkit._vocabulary import FIRST_LINE, KINDS, SYSTEMS
from vocabulary.wheels import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vocabulary.names import Concept, Key
    from vocabulary.wheels import Wheels

_LETTER = {kind: letter for letter, kind in KINDS.items()}
_SYSTEM = {system: letter for letter, system in SYSTEMS.items()}


def index(owners: Mapping[Key, Concept]) -> str:
    """The content of the index: names by first word, then the codes of concepts."""
    lines: dict[str, list[str]] = defaultdict(list)
    coded: dict[str, str] = {}
    for key in sorted(owners):
        concept = owners[key]
        letter = _LETTER[concept.kind]
        entry = [letter.upper() if concept.names[key] else letter]
        entry.append("" if concept.name == " ".join(key) else concept.name)
        lines[key[0]].append("|".join([*entry, " ".join(key[1:])] if len(key) > 1 else entry))
        if concept.codes:
            cells = [
                "|".join((_SYSTEM[system], code, display))
                for system, code, display in sorted(concept.codes.values())
            ]
            coded[f"{letter}|{concept.name}"] = "\t".join(cells)
    names = [f"{first}\t" + "\t".join(lines[first]) for first in sorted(lines)]
    codes = [f"{name}\t{cells}" for name, cells in sorted(coded.items())]
    return "\n".join([FIRST_LINE, *names, "", *codes, ""])


def manifest(content: bytes, owners: Mapping[Key, Concept], wheels: Wheels) -> str:
    """Where the index comes from, what is in it, and its hash, as JSON."""
    concepts = {id(concept): concept for concept in owners.values()}.values()
    by_source = Counter(concept.source for concept in concepts)
    told = {
        "index": {
            "file": "names.txt",
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "names": dict(sorted(Counter(c.kind for c in owners.values()).items())),
            "concepts": dict(sorted(Counter(c.kind for c in concepts).items())),
            "codes": dict(sorted(Counter(s for c in concepts for s in c.codes).items())),
        },
        "sources": [
            {
                "package": package.name,
                "version": package.version,
                "sha256": wheels.digest(package),
                "content": package.content,
                "release": package.release,
                "licence": package.licence,
                "concepts": by_source[package.name],
            }
            for package in PACKAGES
        ],
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"
