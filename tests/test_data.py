"""The mapping files' loader: finding, checking, laying a site's rows over ours."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError
from typing import TYPE_CHECKING

import pytest
from pydantic import TypeAdapter, ValidationError

from fhirkit._check_digits import loinc_check_digit_fits, snomed_check_digit_fits
from fhirkit._data import Coding, load_mappings
from fhirkit.errors import MappingError
from fhirkit.rows import DrugRow, NamedRow, fault_of_code

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "# fhirkit-mapping 1\n# 2026-11-22 rows of our own\n"
DRUGS = HEAD + "name,synonyms,level,classes,source\n"
CODES = HEAD + "kind,name,system,code,display,source\n"
SYMPTOMS = HEAD + "name,synonyms,source\n"
SCORES = HEAD + "name,synonyms,minimum,maximum,step,source\n"
UNITS = HEAD + "ucum,written,source\n"
BLOCKED = HEAD + "kind,phrase,reason,source\n"
CONDITIONS = HEAD + "name,synonyms,broader,source\n"
OBSERVATIONS = HEAD + "name,synonyms,category,specimen,units,source\n"
MEASURED = HEAD + "name,observation,source\n"
TERMS = HEAD + "kind,name,synonyms,source\n"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
MEDDRA = "https://www.meddra.org"


def overlay(folder: Path, **files: str) -> Path:
    """A site's directory with the files given by stem."""
    for stem, content in files.items():
        (folder / f"{stem}.csv").write_text(content, encoding="utf-8", newline="\n")
    return folder


def refusal(folder: Path) -> str:
    """What the loader says about a site's directory it does not take."""
    with pytest.raises(MappingError) as caught:
        load_mappings(folder)
    return str(caught.value)


# Reading


def test_codes_of_names_beyond_our_rows() -> None:
    """The vocabulary's own, from the first of the kinds that has any; none for another kind."""
    ours = load_mappings()
    told = ours.codings("hyphema", "conditions", "symptoms")
    assert told == (Coding("http://human-phenotype-ontology.org", "HP:0011886", "Hyphema"),)
    assert ours.codings("hyphema", "conditions") == ()
    assert ours.codings("hyphema", "route") == ()


def test_a_row_of_a_site_takes_no_codes_from_the_vocabulary(tmp_path: Path) -> None:
    """Whoever writes a row says by it which codes the name has."""
    theirs = load_mappings(overlay(tmp_path, symptoms=SYMPTOMS + "hyphema,,our words\n"))
    assert theirs.codings("hyphema", "conditions", "symptoms") == ()


def test_every_vocabulary_is_there() -> None:
    """The shipped files give each vocabulary under its name."""
    ours = load_mappings()
    assert ours.drugs["alemtuzumab"].level == "ingredient"
    assert "corticosteroids" in ours.drugs["methylprednisolone"].classes
    assert "MS" in ours.conditions["multiple sclerosis"].synonyms
    assert ours.observations["CSF protein"].specimen == "csf"
    assert str(ours.scores["EDSS"].step) == "0.5"
    assert ours.procedures["plasma exchange"].role == "treatment"
    assert ours.reports["EEG"].category == "neurophysiology"
    assert ("route", "intravenous") in ours.terms
    assert "fever" in ours.symptoms
    assert ours.blocked
    assert ours.cues


def test_a_second_call_reads_nothing() -> None:
    """The same overlay gives the same object."""
    assert load_mappings() is load_mappings(None)


def test_rows_do_not_change() -> None:
    """A row is frozen: two readers share it."""
    row = load_mappings().drugs["alemtuzumab"]
    with pytest.raises(FrozenInstanceError):
        row.name = "other"  # type: ignore[misc]


def test_a_row_takes_no_further_column() -> None:
    """A row with a column its file does not have is refused by the row itself."""
    cells = {"name": "x", "synonyms": "", "level": "class", "classes": "", "source": "s", "a": "b"}
    with pytest.raises(ValidationError, match="a"):
        TypeAdapter(DrugRow).validate_python(cells)


def test_importing_the_loader_loads_no_models() -> None:
    """Whoever only imports the module pays nothing for pydantic."""
    code = "import sys, fhirkit._data; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Codes


def test_codings_in_the_order_of_the_file() -> None:
    """A concept's codes come in the file's order, with their displays."""
    codings = load_mappings().codings("relapsing-remitting multiple sclerosis", "conditions")
    assert codings[:2] == (
        Coding(SNOMED, "426373005", "Relapsing remitting multiple sclerosis"),
        Coding(
            "http://hl7.org/fhir/sid/icd-10-cm", "G35.A", "Relapsing-remitting multiple sclerosis"
        ),
    )


def test_codings_of_the_first_kind_that_has_any() -> None:
    """Kinds are asked in turn; the first with codes answers."""
    ours = load_mappings()
    assert ours.codings("fever", "conditions", "symptoms") == ours.codings("fever", "symptoms")
    assert ours.codings("EEG", "reports", "procedures")[0].system == LOINC
    assert ours.codings("EEG", "procedures", "reports")[0].system == SNOMED


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("tolebrutinib and nothing else", id="unknown"),
        pytest.param("evobrutinib", id="uncoded"),
    ],
)
def test_no_codings(name: str) -> None:
    """An unknown or uncoded concept has no codes."""
    assert load_mappings().codings(name, "drugs") == ()


@pytest.mark.parametrize(
    ("system", "code", "fault"),
    [
        pytest.param(LOINC, "718-7", "", id="loinc"),
        pytest.param(LOINC, "718-8", "check digit", id="loinc-digit"),
        pytest.param(LOINC, "LP241977-0", "form", id="loinc-part"),
        pytest.param(SNOMED, "24700007", "", id="snomed"),
        pytest.param(SNOMED, "24700008", "check digit", id="snomed-digit"),
        pytest.param(SNOMED, "123013", "form", id="snomed-description"),
        pytest.param("http://hl7.org/fhir/sid/icd-10-cm", "G35.A", "", id="icd-10-cm"),
        pytest.param("http://hl7.org/fhir/sid/icd-10-cm", "T80.90XA", "", id="icd-10-cm-seventh"),
        pytest.param("http://hl7.org/fhir/sid/icd-10", "35.0", "form", id="icd-10"),
        pytest.param("http://www.whocc.no/atc", "L04AG06", "", id="atc"),
        pytest.param("http://www.whocc.no/atc", "H02AB", "", id="atc-group"),
        pytest.param("http://www.whocc.no/atc", "L04AG6", "form", id="atc-short"),
        pytest.param("http://www.nlm.nih.gov/research/umls/rxnorm", "117055", "", id="rxnorm"),
        pytest.param("http://www.nlm.nih.gov/research/umls/rxnorm", "11x", "form", id="rxnorm-x"),
        pytest.param("http://human-phenotype-ontology.org", "HP:0001945", "", id="hpo"),
        pytest.param("http://human-phenotype-ontology.org", "0001945", "form", id="hpo-bare"),
        pytest.param(MEDDRA, "10016558", "", id="meddra"),
        pytest.param(MEDDRA, "1001655", "form", id="meddra-short"),
        pytest.param("urn:oid:1.2.3", "our code", "", id="own"),
        pytest.param("urn:oid:1.2.3", "our  code", "spaces", id="own-spaces"),
    ],
)
def test_form_of_a_code(system: str, code: str, fault: str) -> None:
    """Each system's form and check digit is known; other systems need a FHIR code."""
    found = fault_of_code(system, code)
    assert fault in found
    assert bool(found) is bool(fault)


@pytest.mark.parametrize("code", ["718-7", "2880-3", "30525-0", "111551-8"])
def test_one_wrong_digit_breaks_a_loinc_number(code: str) -> None:
    """The check digit catches every single wrong digit."""
    assert loinc_check_digit_fits(code)
    wrong = [code[:i] + d + code[i + 1 :] for i, old in enumerate(code) for d in "0123456789"
             if old.isdigit() and d != old]  # fmt: skip
    assert not any(loinc_check_digit_fits(other) for other in wrong)


@pytest.mark.parametrize("code", ["24700007", "426373005", "258450006"])
def test_one_wrong_digit_breaks_a_snomed_identifier(code: str) -> None:
    """Verhoeff's digit catches every single wrong digit and every swap of two neighbours."""
    assert snomed_check_digit_fits(code)
    wrong = [code[:i] + d + code[i + 1 :] for i, old in enumerate(code) for d in "0123456789"
             if d != old]  # fmt: skip
    swapped = [
        code[:i] + code[i + 1] + code[i] + code[i + 2 :]
        for i in range(len(code) - 1)
        if code[i] != code[i + 1]
    ]
    assert not any(snomed_check_digit_fits(other) for other in wrong + swapped)


# Units


@pytest.mark.parametrize(
    ("written", "ucum"),
    [
        pytest.param("g/dl", "g/dL", id="case"),
        pytest.param("x 10⁹ / l", "10*9/L", id="spaces"),
        pytest.param("μg", "ug", id="greek-mu"),
        pytest.param("µg", "ug", id="micro-sign"),
        pytest.param("mm Hg", "mm[Hg]", id="mmhg"),
        pytest.param("cells/mm3", "{cells}/mm3", id="cells"),
        pytest.param("G/l", "10*9/L", id="giga-not-gram"),
        pytest.param("g/l", "g/L", id="gram-not-giga"),
        pytest.param("ms", "ms", id="milliseconds"),
        pytest.param("MS", None, id="not-milliseconds"),
        pytest.param("a", None, id="article-not-year"),
        pytest.param("furlong", None, id="unknown"),
    ],
)
def test_unit_as_written(written: str, ucum: str | None) -> None:
    """A spelling gives its code; case counts only where it tells two units apart."""
    assert load_mappings().unit(written) == ucum


# Laying a site's files over ours


def test_rows_are_added(tmp_path: Path) -> None:
    """A new name joins ours and gets its codes."""
    theirs = load_mappings(
        overlay(
            tmp_path,
            drugs=DRUGS + "newumab,Newdrug,ingredient,monoclonal antibodies,our formulary\n",
            codes=CODES + f"drugs,newumab,{MEDDRA},10016558,,our licence\n",
        )
    )
    assert theirs.drugs["newumab"].synonyms == ("Newdrug",)
    assert theirs.codings("newumab", "drugs") == (Coding(MEDDRA, "10016558", ""),)
    assert set(load_mappings().drugs) < set(theirs.drugs)


def test_a_row_of_the_same_name_replaces_ours(tmp_path: Path) -> None:
    """The site's row stands alone: our synonyms for that name are gone."""
    folder = overlay(tmp_path, symptoms=SYMPTOMS + "fever,Fieber,our words\n")
    assert load_mappings(folder).symptoms["fever"].synonyms == ("Fieber",)
    assert "febrile" in load_mappings().symptoms["fever"].synonyms


def test_a_code_replaces_ours_of_the_same_system(tmp_path: Path) -> None:
    """Of the systems a concept has, only the one the site gives is exchanged."""
    folder = overlay(
        tmp_path,
        codes=CODES
        + f"symptoms,fever,{SNOMED},24700007,Something else,ours\n"
        + f"symptoms,fever,{MEDDRA},10016558,Pyrexia,ours\n",
    )
    before = {c.system: c.code for c in load_mappings().codings("fever", "symptoms")}
    after = {c.system: c.code for c in load_mappings(folder).codings("fever", "symptoms")}
    assert after == before | {SNOMED: "24700007", MEDDRA: "10016558"}


def test_a_unit_replaces_ours(tmp_path: Path) -> None:
    """A unit's row is exchanged by its UCUM code, and new spellings are known."""
    theirs = load_mappings(overlay(tmp_path, units=UNITS + "g/dL,g je dl,ours\n"))
    assert theirs.unit("g je dl") == "g/dL"
    assert theirs.unit("gm/dL") is None


def test_blocked_phrases_are_added(tmp_path: Path) -> None:
    """A site can keep a phrase from being read."""
    folder = overlay(tmp_path, blocked=BLOCKED + "conditions,MS,our name for a ward,ours\n")
    assert ("conditions", "MS") in {(row.kind, row.phrase) for row in load_mappings(folder).blocked}


def test_cues_are_laid_over(tmp_path: Path) -> None:
    """Cue files lie in their own folder; a row with the same value and scope replaces ours."""
    axis, rows = next(iter(load_mappings().cues.items()))
    first = rows[0]
    content = HEAD + f"value,scope,phrases,source\n{first.value},{first.scope},one|two,ours\n"
    (tmp_path / "cues").mkdir()
    (tmp_path / "cues" / f"{axis}.csv").write_text(content, encoding="utf-8")
    theirs = load_mappings(tmp_path).cues[axis]
    of_it = [row for row in theirs if (row.value, row.scope) == (first.value, first.scope)]
    assert [row.phrases for row in of_it] == [("one", "two")]


def test_what_a_spreadsheet_writes_is_read(tmp_path: Path) -> None:
    """A byte order mark, Windows line ends and empty rows do no harm."""
    content = "\ufeff" + (SYMPTOMS + 'newpain,"a, b|c",ours\n,,\n').replace("\n", "\r\n")
    (tmp_path / "symptoms.csv").write_bytes(content.encode())
    assert load_mappings(tmp_path).symptoms["newpain"].synonyms == ("a, b", "c")


def test_files_beside_the_mappings_are_left_alone(tmp_path: Path) -> None:
    """A site's notes and hidden files may lie in the directory."""
    overlay(tmp_path, symptoms=SYMPTOMS + "newpain,,ours\n")
    for name in ("README.txt", "notes.md", ".gitignore", "LICENSE"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert "newpain" in load_mappings(tmp_path).symptoms


# What is refused, with file, line and what to do


@pytest.mark.parametrize(
    ("stem", "content", "said"),
    [
        pytest.param("drugs", "", "line 1: not a mapping file", id="empty"),
        pytest.param(
            "drugs",
            "name,source\n",
            "its first line must be '# fhirkit-mapping 1'",
            id="no-version",
        ),
        pytest.param(
            "drugs",
            "# fhirkit-mapping 2\nname\n",
            "has version 2, this fhirkit reads 1",
            id="major",
        ),
        pytest.param("drugs", HEAD, "has no header", id="no-header"),
        pytest.param(
            "symptoms",
            HEAD + "name,synonym,source\n",
            "unknown column 'synonym'",
            id="unknown-column",
        ),
        pytest.param("symptoms", HEAD + "name;source\n", "the columns are name, ", id="semicolons"),
        pytest.param(
            "symptoms", HEAD + "name,source\n", "column 'synonyms' is missing", id="missing-column"
        ),
        pytest.param(
            "symptoms",
            HEAD + "name,name,synonyms,source\n",
            "column 'name' stands twice",
            id="twice",
        ),
        pytest.param(
            "symptoms", SYMPTOMS + "a,b\n", "line 4: has 2 cells, the header has 3", id="short-row"
        ),
        pytest.param("symptoms", SYMPTOMS + 'a,"b,c\n', "line 4: not a CSV file", id="open-quote"),
        pytest.param(
            "symptoms",
            SYMPTOMS + 'a,"b\nc",d\n',
            "line 4: a cell does not end on its line",
            id="line-break",
        ),
        pytest.param(
            "symptoms",
            SYMPTOMS + "a,,s\nb,,\n",
            "line 5, column 'source': '' is empty",
            id="source",
        ),
        pytest.param("symptoms", SYMPTOMS + ",x,s\n", "column 'name': '' is empty", id="no-name"),
        pytest.param(
            "symptoms", SYMPTOMS + "a,x||y,s\n", "column 'synonyms': 'x||y' is empty", id="bars"
        ),
        pytest.param(
            "drugs",
            DRUGS + "a,,drug,,s\n",
            "line 4, column 'level': 'drug' is not one of 'ingredient'",
            id="level",
        ),
        pytest.param(
            "drugs",
            DRUGS + "a,,class,,\nb,,x,,s\n",
            "(1 more after it)",
            id="further-faults",
        ),
        pytest.param(
            "symptoms",
            SYMPTOMS + "a,,s\nb,,s\na,,s\n",
            "line 6: name 'a' stands already in",
            id="duplicate",
        ),
        pytest.param(
            "codes",
            CODES + f"symptoms,fever,{LOINC},718-8,x,s\n",
            "column 'code': '718-8' is not a LOINC number: its check digit",
            id="check-digit",
        ),
        pytest.param(
            "codes",
            CODES + "symptoms,fever,loinc,718-7,x,s\n",
            "column 'system': 'loinc'",
            id="uri",
        ),
        pytest.param(
            "codes",
            CODES + f"symptoms,fevr,{LOINC},718-7,x,s\n",
            "no row of symptoms is named 'fevr': correct the name or add that row",
            id="orphan-code",
        ),
        pytest.param(
            "codes",
            CODES + f"symptom,fever,{LOINC},718-7,x,s\n",
            "column 'kind'",
            id="unknown-kind",
        ),
        pytest.param(
            "drugs",
            DRUGS + "a,,ingredient,steroidz,s\n",
            "column 'classes': no row of class is named 'steroidz'",
            id="unknown-class",
        ),
        pytest.param(
            "conditions",
            CONDITIONS + "a,,nothing,s\n",
            "column 'broader': no row of conditions is named 'nothing'",
            id="unknown-broader",
        ),
        pytest.param(
            "observations",
            OBSERVATIONS + "a,,laboratory,blod,,s\n",
            "column 'specimen': no row of specimen is named 'blod'",
            id="unknown-specimen",
        ),
        pytest.param(
            "observations",
            OBSERVATIONS + "a,,laboratory,,furlong,s\n",
            "column 'units': no row of units is named 'furlong'",
            id="unknown-unit",
        ),
        pytest.param(
            "observations",
            OBSERVATIONS + "a,,laboratory,,g per dl,s\n",
            "is not a UCUM code",
            id="unit-with-spaces",
        ),
        pytest.param(
            "units", UNITS + "kg,mg,s\n", "mg is a spelling of both", id="spelling-of-two"
        ),
        pytest.param(
            "scores", SCORES + "a,,x,10,1,s\n", "column 'minimum': 'x' is not a number", id="number"
        ),
        pytest.param(
            "scores",
            SCORES + "a,,5,1,1,s\n",
            "column 'maximum': '1' is not above the minimum, 5",
            id="bounds",
        ),
        pytest.param(
            "scores",
            SCORES + "a,,0,inf,1,s\n",
            "column 'maximum': 'inf' Input should be a finite",
            id="infinite",
        ),
        pytest.param(
            "scores", SCORES + "a,,0,1,0,s\n", "column 'step': '0' is not above zero", id="step"
        ),
        pytest.param(
            "terms",
            TERMS + "symbol,nothing,N,s\n",
            "column 'name': no row of observations is named 'nothing'",
            id="symbol-of-nothing",
        ),
        pytest.param(
            "measured",
            MEASURED + "fever,nothing,s\n",
            "column 'observation': no row of observations is named 'nothing'",
            id="unknown-observation",
        ),
        pytest.param(
            "measured",
            MEASURED + "nothing,sodium,s\n",
            "column 'name': no row of conditions or symptoms is named 'nothing'",
            id="unknown-condition",
        ),
        pytest.param(
            "terms", TERMS + "rout,a,,s\n", "column 'kind': 'rout' is not one of", id="term"
        ),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, stem: str, content: str, said: str) -> None:
    """Each fault names its file and, where there is one, its line and column."""
    message = refusal(overlay(tmp_path, **{stem: content}))
    assert said in message
    assert f"{stem}.csv" in message
    assert ": " in message


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    """Latin-1 is named with the line it shows on."""
    (tmp_path / "symptoms.csv").write_bytes((SYMPTOMS + "Übelkeit,,s\n").encode("latin-1"))
    assert "symptoms.csv, line 4: not UTF-8: save the file as UTF-8" in refusal(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("drug.csv", id="misspelt"),
        pytest.param("drugs.CSV", id="capitals"),
        pytest.param("drugs.xlsx", id="spreadsheet"),
        pytest.param("cue", id="folder"),
    ],
)
def test_an_unknown_file_is_refused(tmp_path: Path, name: str) -> None:
    """What may be a slip is not passed over: the files there are get named."""
    if "." in name:
        (tmp_path / name).write_text(DRUGS, encoding="utf-8")
    else:
        (tmp_path / name).mkdir()
    message = refusal(tmp_path)
    assert f"{name}: not a mapping file: the files are " in message
    assert "drugs.csv" in message


def test_an_unknown_axis_is_refused(tmp_path: Path) -> None:
    """A cue file of an axis nobody reads would have no effect."""
    (tmp_path / "cues").mkdir()
    (tmp_path / "cues" / "colour.csv").write_text("x", encoding="utf-8")
    assert "cues/colour.csv: not a mapping file" in refusal(tmp_path).replace("\\", "/")


def test_a_directory_without_mappings_is_refused(tmp_path: Path) -> None:
    """Nothing to lay over is a slip in the path."""
    assert "has no mapping file" in refusal(tmp_path)


def test_no_directory_is_refused(tmp_path: Path) -> None:
    """A path that is no directory is named."""
    assert "not a directory that can be read" in refusal(tmp_path / "nowhere")


def test_a_folder_named_like_a_file_is_refused(tmp_path: Path) -> None:
    """A directory in a file's place is named as what cannot be read."""
    (tmp_path / "drugs.csv").mkdir()
    assert "drugs.csv: cannot be read" in refusal(tmp_path)


def test_rows_share_their_first_columns() -> None:
    """Every vocabulary row has a name, synonyms and a source."""
    rows = [*load_mappings().drugs.values(), *load_mappings().terms.values()]
    assert all(isinstance(row, NamedRow) and row.name and row.source for row in rows)
