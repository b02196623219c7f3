"""The shipped mapping files: complete, free of clashes, and no code from memory."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest

import fhirkit
from fhirkit._data import load_mappings
from fhirkit.narrative.words import fold_phrase

#: Those of the package under test: of the checkout, or of the installed wheel.
MAPPINGS = Path(fhirkit.__file__).parent / "mappings"
FILES = sorted(MAPPINGS.glob("*.csv"))
VOCABULARIES = (
    "conditions",
    "drugs",
    "observations",
    "procedures",
    "reports",
    "scores",
    "symptoms",
)
#: What may stand in two files: studies are done (procedures) and conclude (reports).
SHARED = {frozenset({"procedures", "reports"})}
#: Systems whose rows a licence or the register's own words keep short.
SYSTEMS = {
    "http://hl7.org/fhir/sid/icd-10",
    "http://hl7.org/fhir/sid/icd-10-cm",
    "http://human-phenotype-ontology.org",
    "http://loinc.org",
    "http://snomed.info/sct",
    "http://www.nlm.nih.gov/research/umls/rxnorm",
    "http://www.whocc.no/atc",
}

EACH_FILE = pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a mapping file as they are written."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def folded(phrase: str) -> str:
    """A phrase as the matcher compares it; an abbreviation keeps its case.

    "ALL" is a disease, "all" is none.
    """
    letters = [letter for letter in phrase if letter.isalpha()]
    if len(letters) <= 5 and sum(map(str.isupper, letters)) * 2 > len(letters):
        return phrase
    return " ".join(fold_phrase(phrase))


def owners(vocabulary: str, kind: str = "") -> dict[str, set[str]]:
    """Folded phrase -> names of the concepts of a file that it may mean."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows(MAPPINGS / f"{vocabulary}.csv"):
        if row.get("kind", "") == kind:
            for phrase in (row["name"], *filter(None, row["synonyms"].split("|"))):
                found[folded(phrase)].add(row["name"])
    return found


def test_every_file_loads() -> None:
    """The loader takes what is shipped, references between the files included."""
    ours = load_mappings()
    assert len(ours.drugs) > 1500
    assert len(ours.conditions) > 1000
    assert len(ours.observations) > 500


@EACH_FILE
def test_version_and_history(path: Path) -> None:
    """Each file says its format and when it changed."""
    first, second = path.read_text(encoding="utf-8").splitlines()[:2]
    assert first == "# fhirkit-mapping 1"
    assert re.match(r"# \d{4}-\d\d-\d\d \S", second)


@EACH_FILE
def test_plain_text(path: Path) -> None:
    """One form of line ends, one end of file, no stray blanks around a cell or a phrase."""
    content = path.read_bytes().decode("utf-8")
    assert "\r" not in content
    assert content.endswith("\n")
    assert not content.endswith("\n\n")
    for row in rows(path):
        for cell in row.values():
            assert cell == cell.strip()
            assert not re.search(r"\s\||\|\s|\|\||  |\u00a0", cell), cell


@EACH_FILE
def test_every_row_has_a_source(path: Path) -> None:
    """Nothing is there without saying where it comes from, and no path is a source."""
    for row in rows(path):
        assert row["source"]
        assert not re.search(r"(^|\s)/\w|\\", row["source"]), row["source"]


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_a_phrase_means_one_concept(vocabulary: str) -> None:
    """No phrase of a file stands for two of its concepts, foldings included."""
    twice = {phrase: names for phrase, names in owners(vocabulary).items() if len(names) > 1}
    assert twice == {}


@pytest.mark.parametrize("kind", sorted({row["kind"] for row in rows(MAPPINGS / "terms.csv")}))
def test_a_term_means_one_thing(kind: str) -> None:
    """Within a kind of term, too, each phrase has one meaning."""
    twice = {phrase: names for phrase, names in owners("terms", kind).items() if len(names) > 1}
    assert twice == {}


@pytest.mark.parametrize("first", VOCABULARIES)
def test_a_phrase_stands_in_one_vocabulary(first: str) -> None:
    """Conditions, symptoms and the rest do not claim the same words."""
    for second in VOCABULARIES:
        if second > first and frozenset({first, second}) not in SHARED:
            assert set(owners(first)) & set(owners(second)) == set(), second


@EACH_FILE
def test_no_synonym_repeats_the_name(path: Path) -> None:
    """A synonym says something the name and the other synonyms do not."""
    for row in rows(path):
        phrases = [row["name"], *row["synonyms"].split("|")] if "synonyms" in row else []
        assert len({folded(phrase) for phrase in phrases}) == len(phrases), row["name"]


@EACH_FILE
def test_rows_are_sorted(path: Path) -> None:
    """By kind, then by name whatever its case: a new row has one place, and differences are short."""
    name = {"units": "ucum", "blocked": "phrase"}.get(path.stem, "name")
    keys = [(row.get("kind", ""), row[name].lower(), row[name]) for row in rows(path)]
    assert keys == sorted(keys)


def test_spellings_of_units_are_unique() -> None:
    """A spelling leads to one code; case decides only between those listed."""
    seen: dict[str, str] = {}
    for row in rows(MAPPINGS / "units.csv"):
        for written in row["written"].split("|"):
            key = "".join(written.split()).replace("μ", "µ")
            assert seen.setdefault(key, row["ucum"]) == row["ucum"], written


def test_units_of_observations_are_known() -> None:
    """Each unit an observation may have is a row of units.csv with spellings."""
    ours = load_mappings()
    for row in ours.observations.values():
        assert set(row.units) <= set(ours.ucum)


def test_a_specimen_in_the_name() -> None:
    """ "CSF protein" is the row for protein of CSF: name, specimen and category go together."""
    for row in load_mappings().observations.values():
        assert row.name.startswith(("CSF ", "CSF/")) == (row.specimen == "csf"), row.name
        if row.specimen:
            assert row.category == "laboratory"


@pytest.mark.parametrize(
    "generic",
    ["protein", "glucose", "lymphocytes", "leukocytes", "erythrocytes", "oligoclonal bands",
     "JC virus DNA", "T cells", "B cells", "NK cells", "plasma cells", "IgG", "lactate",
     "MOG antibody", "aquaporin-4 antibody", "lymphocytes/100 leukocytes"],
)  # fmt: skip
def test_csf_rows_beside_the_generic_ones(generic: str) -> None:
    """From an analyte and CSF the reader comes to the row "CSF " and its name."""
    ours = load_mappings().observations
    assert ours[generic].specimen == ""
    assert ours[f"CSF {generic}"].specimen == "csf"


def test_classes_have_members() -> None:
    """Classes and ingredients are told apart, and a class belongs to no class."""
    for row in load_mappings().drugs.values():
        assert row.level != "class" or not row.classes, row.name


def test_interpretations_and_outcomes() -> None:
    """The closed lists that mappers rely on are complete."""
    names: dict[str, set[str]] = defaultdict(set)
    for kind, name in load_mappings().terms:
        names[kind].add(name)
    assert {"H", "L", "N", "A", "POS", "NEG"} <= names["interpretation"]
    assert names["sex"] == {"female", "male"}
    assert names["severity"] == {"mild", "moderate", "severe"}
    assert names["outcome"] == {
        "fatal",
        "not recovered",
        "recovered",
        "recovered with sequelae",
        "recovering",
        "unknown",
    }
    assert names["seriousness"] == {
        "congenital anomaly",
        "death",
        "disability",
        "hospitalisation",
        "life-threatening",
        "other",
    }


@pytest.mark.parametrize(
    ("kind", "name", "system", "code"),
    [
        pytest.param(
            "conditions",
            "relapsing-remitting multiple sclerosis",
            "http://hl7.org/fhir/sid/icd-10-cm",
            "G35.A",
            id="rrms-of-2026",
        ),
        pytest.param("scores", "EDSS", "http://snomed.info/sct", "273554001", id="edss-no-loinc"),
        pytest.param("drugs", "alemtuzumab", "http://www.whocc.no/atc", "L04AG06", id="new-atc"),
        pytest.param("observations", "CSF protein", "http://loinc.org", "2880-3", id="csf-protein"),
        pytest.param("observations", "CSF glucose", "http://loinc.org", "2342-4", id="csf-glucose"),
        pytest.param(
            "handedness", "right handed", "http://snomed.info/sct", "46669005", id="right"
        ),
    ],
)
def test_codes_that_were_once_wrong(kind: str, name: str, system: str, code: str) -> None:
    """Codes that other lists or memory get wrong are pinned."""
    assert code in [c.code for c in load_mappings().codings(name, kind) if c.system == system]


def test_which_systems_are_shipped() -> None:
    """Only the systems named in NOTICE have codes; MedDRA has none."""
    assert {row["system"] for row in rows(MAPPINGS / "codes.csv")} == SYSTEMS


def test_every_code_was_verified(benchmark: Path) -> None:
    """Each code and display is one that was read in a source, none is from memory."""
    with (benchmark.parent / "concepts.csv").open(encoding="utf-8", newline="") as file:
        verified = {
            (row["system"], row["code"]): row["display"]
            for row in csv.DictReader(file)
            if row["verified"] == "yes"
        }
    for row in rows(MAPPINGS / "codes.csv"):
        display = verified[row["system"], row["code"]]
        assert row["display"] in {"", display}, row


def test_labels_that_are_not_the_system_s_own_are_not_shipped() -> None:
    """Where only another system's cross-reference was read, SNOMED CT's words are left out."""
    for row in rows(MAPPINGS / "codes.csv"):
        if "xref" in row["source"] and "not read" in row["source"]:
            assert row["display"] == "", row
