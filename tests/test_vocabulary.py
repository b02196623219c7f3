"""The names beyond the mappings: what is shipped, where it is from, and what it must not hold."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
import zlib
from collections import Counter
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from fhirkit._data import load_mappings
from fhirkit._vocabulary import FIRST_LINE, KINDS, SYSTEMS, Name, Vocabulary, vocabulary
from fhirkit.facts.lexicon import THINGS
from fhirkit.narrative.words import fold_phrase

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = resources.files("fhirkit") / "vocabulary"
HPO = "http://human-phenotype-ontology.org"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
UNII = "http://fdasis.nlm.nih.gov"
CODE = {HPO: r"HP:\d{7}", ICD: r"[A-R][\dA-Z]{2}(\.[\dA-Z]{1,4})?", UNII: r"[0-9A-Z]{10}"}


def content() -> bytes:
    """The index as it is shipped."""
    return FOLDER.joinpath("names.txt").read_bytes()


def manifest() -> dict[str, Any]:
    """The manifest beside it."""
    told: dict[str, Any] = json.loads(FOLDER.joinpath("manifest.json").read_text("utf-8"))
    return told


def names() -> list[Name]:
    """All names, in the order of the file."""
    shipped = vocabulary()
    return [name for first in shipped.first_words for name in shipped.names(first)]


def found(phrase: str) -> Name | None:
    """The name that is written so."""
    words = fold_phrase(phrase)
    return next((n for n in vocabulary().names(words[0]) if n.words == words), None)


# The file and its manifest


def test_manifest_has_size_and_hash() -> None:
    """What is shipped is what was compiled, byte for byte."""
    told = manifest()["index"]
    assert told["file"] == "names.txt"
    assert told["bytes"] == len(content())
    assert told["sha256"] == hashlib.sha256(content()).hexdigest()


def test_manifest_counts_what_is_there() -> None:
    """Names and codes are as many as the manifest says."""
    told = manifest()["index"]
    assert told["names"] == dict(Counter(name.kind for name in names()))
    coded = Counter(
        system
        for kind, concept in {(name.kind, name.concept) for name in names()}
        for system, _, _ in vocabulary().codes(kind, concept)
    )
    assert told["codes"] == dict(coded)


def test_manifest_names_each_source() -> None:
    """Package, version, hash, content and licence of everything the index was compiled from."""
    for source in manifest()["sources"]:
        assert source["content"]
        assert source["licence"]
        assert re.fullmatch(r"[0-9a-f]{64}", source["sha256"])


def test_sources_are_the_packages_asked_for(checkout: Path) -> None:
    """The dependency group pins what the manifest names."""
    declared = tomllib.loads((checkout / "pyproject.toml").read_text("utf-8"))
    told = {f"{s['package']}=={s['version']}" for s in manifest()["sources"]}
    assert set(declared["dependency-groups"]["vocabulary"]) == told


def test_sources_are_told_to_users(checkout: Path) -> None:
    """NOTICE and docs/vocabulary.md name each package that the index has names from."""
    for page in ("NOTICE", "docs/vocabulary.md"):
        text = (checkout / page).read_text("utf-8")
        assert [s["package"] for s in manifest()["sources"] if s["package"] not in text] == []


def test_index_is_small() -> None:
    """It weighs less than 4 MB as a wheel packs it."""
    assert len(zlib.compress(content(), 6)) < 4_000_000


def test_index_is_sorted_text() -> None:
    """A first line with the version, then one line a word, so that differences can be read."""
    text = content().decode("utf-8")
    lines = text.partition("\n\n")[0].split("\n")
    firsts = [line.partition("\t")[0] for line in lines[1:]]
    assert lines[0] == FIRST_LINE
    assert firsts == sorted(set(firsts))
    assert "\r" not in text


def test_names_are_folded() -> None:
    """Each name of a concept is found by the words the matcher makes of it."""
    for name in names():
        assert all(word == word.lower() for word in name.words)
        assert fold_phrase(" ".join(name.words))
    own = {(n.kind, fold_phrase(n.concept)) for n in names()}
    keys = {(n.kind, n.words) for n in names()}
    assert len(own & keys) > 0.9 * len(own)


def test_codes_have_the_form_of_their_system() -> None:
    """No code is malformed or without the system's own words."""
    for kind, concept in {(name.kind, name.concept) for name in names()}:
        for system, code, display in vocabulary().codes(kind, concept):
            assert re.fullmatch(CODE[system], code), (concept, code)
            assert display


# What may stand in it


@pytest.fixture(scope="module")
def ours() -> set[tuple[str, ...]]:
    """All phrases of the mappings, folded."""
    mappings = load_mappings()
    return {
        fold_phrase(phrase)
        for kind in THINGS
        for row in getattr(mappings, kind).values()
        for phrase in (row.name, *row.synonyms)
    }


def test_no_name_holds_one_of_ours(ours: set[tuple[str, ...]]) -> None:
    """A row of the mappings is never shadowed by a longer name."""
    for name in names():
        words = name.words
        parts = {words[i:j] for i in range(len(words)) for j in range(i + 1, len(words) + 1)}
        assert parts.isdisjoint(ours), words


def test_no_abbreviations() -> None:
    """A single word is written out: no letters that may stand for two things."""
    for name in names():
        assert len(name.words) > 1 or (name.words[0].isalpha() and len(name.words[0]) >= 5), name


@pytest.mark.parametrize(
    ("phrase", "kind", "concept"),
    [
        pytest.param("ketanserin", "drugs", "ketanserin", id="ingredient"),
        pytest.param("Neptazane", "drugs", "methazolamide", id="brand-of-ours"),
        pytest.param("chlormadinone acetate", "drugs", "chlormadinone", id="salt"),
        pytest.param("melioidosis", "conditions", "melioidosis", id="disease"),
        pytest.param("Maffucci syndrome", "conditions", "Maffucci's syndrome", id="eponym"),
        pytest.param("hydatidosis", "conditions", "hydatidosis", id="synonym-of-its-own"),
        pytest.param("pyosalpinx", "conditions", "pyosalpinx", id="phenotype"),
        pytest.param("hyphema", "symptoms", "hyphema", id="sign"),
        pytest.param("frontal bossing", "symptoms", "frontal bossing", id="thing-seen"),
    ],
)
def test_sample_of_names(phrase: str, kind: str, concept: str) -> None:
    """Names of each source, under the concept they mean."""
    name = found(phrase)
    assert name is not None
    assert (name.kind, name.concept) == (kind, concept)


@pytest.mark.parametrize(
    ("kind", "concept", "system", "code"),
    [
        pytest.param("drugs", "ketanserin", UNII, "97F9DE4CT4", id="unii"),
        pytest.param("conditions", "melioidosis", ICD, "A24.9", id="icd"),
        pytest.param("symptoms", "hyphema", HPO, "HP:0011886", id="hpo"),
    ],
)
def test_sample_of_codes(kind: str, concept: str, system: str, code: str) -> None:
    """The code of a concept whose name the source gives just so."""
    assert code in {c for s, c, _ in vocabulary().codes(kind, concept) if s == system}


@pytest.mark.parametrize(
    "concept",
    [
        pytest.param("hydatidosis", id="a-synonym"),
        pytest.param("Aarskog syndrome", id="a-term-of-a-residual-category"),
        pytest.param("multiple sclerosis", id="ours"),
        pytest.param("methazolamide", id="our-drug"),
    ],
)
def test_no_code_where_the_name_is_not_the_source_s_own(concept: str) -> None:
    """Synonyms, members of a category and rows of ours get no code from the index."""
    codes = [vocabulary().codes(kind, concept) for kind in ("conditions", "drugs")]
    assert [s for told in codes for s, _, _ in told if s != HPO] == []


@pytest.mark.parametrize(
    "phrase",
    [
        pytest.param(phrase, id=phrase.replace(" ", "-"))
        for phrase in """water|oxygen|glucose|albumin|creatinine|lactate|cortisol|ethanol|nitric oxide|
        somatostatin|amino acid|cytochrome c|myeloperoxidase|carbon monoxide|rhubarb|starch|silicone|
        teflon|praxis|modus|alexion|disease|syndrome|injury|abnormality|lesion|pain|swelling|aortic arch|
        ductus arteriosus|herpes simplex|elevated circulating creatinine|positive test|foam cells|
        constitutional symptom|demyelination|peripheral demyelination|iron deficiency|retinal breaks|
        anhedonic|small pelvis|fetal anomaly|abnormal gait""".replace("\n", "").split("|")
        for phrase in [phrase.strip()]
    ],
)
def test_what_is_not_in_it(phrase: str) -> None:
    """Analytes, foods, materials, germs, anatomy, companies, ordinary words, results of tests."""
    assert found(phrase) is None


@pytest.mark.parametrize("phrase", ["Accolate", "Increlex", "Norpace"])
def test_brands_need_a_capital(phrase: str) -> None:
    """A brand is a proper name."""
    name = found(phrase)
    assert name is not None
    assert name.proper


# The reader


SMALL = Vocabulary(
    f"{FIRST_LINE}\n"
    "absent\ts||thumb\ts|absent thumbs|thumb sign\n"
    "norpace\tD|disopyramide\n"
    "\n"
    "s|absent thumb\th|HP:0009777|Absent thumb\n"
)


def test_names_by_their_first_word() -> None:
    """A line is a word and the names that begin with it; an empty name is the words themselves."""
    assert SMALL.names("absent") == [
        Name(("absent", "thumb"), "symptoms", "absent thumb", proper=False),
        Name(("absent", "thumb", "sign"), "symptoms", "absent thumbs", proper=False),
    ]
    assert SMALL.names("norpace") == [Name(("norpace",), "drugs", "disopyramide", proper=True)]


def test_words_that_begin_no_name() -> None:
    """They have none."""
    assert SMALL.names("thumb") == []
    assert set(SMALL.first_words) == {"absent", "norpace"}


def test_codes_of_a_concept() -> None:
    """By kind and name; a concept of another kind, or without codes, has none."""
    assert SMALL.codes("symptoms", "absent thumb") == [(HPO, "HP:0009777", "Absent thumb")]
    assert SMALL.codes("conditions", "absent thumb") == []
    assert SMALL.codes("drugs", "disopyramide") == []


def test_an_empty_vocabulary() -> None:
    """No text, no names."""
    empty = Vocabulary("")
    assert list(empty.first_words) == []
    assert empty.codes("drugs", "aspirin") == []


def test_kinds_and_systems_are_ours() -> None:
    """The letters of the file stand for files of the mappings and for the systems in NOTICE."""
    assert set(KINDS.values()) <= set(THINGS)
    assert set(SYSTEMS.values()) == {HPO, ICD, UNII}
