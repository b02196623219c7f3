"""No code of the mappings or of the vocabulary has a fault that can be told offline."""

from __future__ import annotations

from pathlib import Path

import pytest

from fhirkit._data import load_mappings
from fhirkit._vocabulary import SYSTEMS, Vocabulary, vocabulary
from fhirkit.validate.terminology import canonical_system, code_fault
from fhirkit.validate.terminology.forms import FORMS

UCUM = "http://unitsofmeasure.org"
HEADER = "# fhirkit-mapping 1\n# 2026-11-22 a site's own\n"

Codes = set[tuple[str, str]]


def codes(overlay: Path | None = None) -> Codes:
    """System and code of everything in the mappings that is a code."""
    mappings = load_mappings(overlay)
    coded = {(coding.system, coding.code) for found in mappings.codes.values() for coding in found}
    units = {unit for row in mappings.observations.values() for unit in row.units}
    return coded | {(UCUM, unit) for unit in units.union(mappings.ucum, mappings.units.values())}


def codes_of(names: Vocabulary) -> Codes:
    """System and code of everything that the vocabulary beyond the mappings has codes of."""
    return {
        (SYSTEMS[letter], code)
        for line in names._codes.split("\n")
        for cell in line.split("\t")[1:]
        for letter, code, _ in [cell.split("|", 2)]
    }


def faults(found: Codes) -> dict[tuple[str, str], str]:
    """What is wrong, by system and code."""
    told = {(system, code): code_fault(system, code) for system, code in found}
    return {key: fault for key, fault in told.items() if fault}


def test_every_code_of_the_mappings_has_its_form() -> None:
    """Codes, units of the unit table and units of observations are without fault."""
    found = codes()
    assert len(found) > 1500
    assert faults(found) == {}


def test_every_code_of_the_vocabulary_has_its_form() -> None:
    """The compiled codes are without fault too."""
    found = codes_of(vocabulary())
    assert len(found) > 10_000
    assert faults(found) == {}


def test_every_system_is_known_by_its_own_name() -> None:
    """No system of ours is one that nothing can be told of, or has another name in FHIR."""
    for system, _ in codes() | codes_of(vocabulary()):
        assert system in FORMS
        assert canonical_system(system) is None


@pytest.mark.parametrize(
    ("file", "content"),
    [
        pytest.param(
            "units.csv", "ucum,written,source\nmg/dLL,mg per deciliter of lymph,test\n", id="unit"
        ),
        pytest.param(
            "units.csv", "ucum,written,source\nmcg/kg/hr,mcg per kg and hr,test\n", id="words"
        ),
        pytest.param(
            "codes.csv",
            "kind,name,system,code,display,source\n"
            "conditions,multiple sclerosis,http://hl7.org/fhir/sid/icd-10,G35.A,,test\n",
            id="code-of-another-system",
        ),
    ],
)
def test_a_planted_one_is_found(tmp_path: Path, file: str, content: str) -> None:
    """A wrong code that the loader lets pass is told by its row's own code."""
    (tmp_path / file).write_text(HEADER + content, encoding="utf-8")
    assert len(faults(codes(tmp_path))) == 1


def test_a_planted_one_is_found_in_the_vocabulary() -> None:
    """A wrong code in the compiled file is told as well."""
    names = Vocabulary("fhirkit-vocabulary 1\n\n\nc|a thing\th|HP:001250|A thing\n")
    assert list(faults(codes_of(names))) == [(SYSTEMS["h"], "HP:001250")]
