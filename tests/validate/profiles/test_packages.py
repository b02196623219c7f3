"""Real guides: their own examples, and faults planted into them.

scripts/fetch-packages fetches the packages; FHIRKIT_PACKAGES names their folder, .venv/packages
where it does not.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from fhirkit.validate.profiles.guide import Guide, load_guide, merged
from fhirkit.validate.run import validate
from profile_faults import Fault, examples, faults

# Read here, where the tests are loaded: a test itself has no variables of the project.
FOLDER = Path(
    os.environ.get("FHIRKIT_PACKAGES") or Path(__file__).resolve().parents[3] / ".venv" / "packages"
)
IPS = "hl7.fhir.uv.ips-2.0.0.tgz"
MCODE = "hl7.fhir.us.mcode-4.0.0.tgz"
SHARED = ("hl7.terminology.r4-7.0.1.tgz", "hl7.fhir.uv.extensions.r4-5.3.0-ballot-tc1.tgz")
GUIDES = [pytest.param(IPS, 44, 70, id="ips"), pytest.param(MCODE, 179, 130, id="mcode")]
# By their own terms: the unit of an area in mCODE's example is spelt m^2, which is no UCUM code.
SLIPS = {("ucum", "Observation.valueQuantity.code")}


@pytest.fixture(scope="module")
def package(require: Callable[[str], NoReturn]) -> Callable[[str], Path]:
    """A function that finds a package by its name."""

    def find(name: str) -> Path:
        if not (FOLDER / name).is_file():
            require(f"no {name} in {FOLDER}: scripts/fetch-packages fetches it")
        return FOLDER / name

    return find


@pytest.fixture(scope="module")
def shared(package: Callable[[str], Path]) -> list[Guide]:
    """HL7's terminology and extensions, which other guides build upon."""
    return [load_guide(package(name)) for name in SHARED]


def errors(resource: dict, guide: Guide) -> Counter[tuple[str, str]]:
    """The errors told of a resource, by key and place."""
    return Counter(
        (str(issue.key), str(issue.expression))
        for issue in validate(resource, guide=guide)
        if issue.is_error
    )


@pytest.mark.slow
@pytest.mark.parametrize(("name", "count", "_"), GUIDES)
def test_examples_of_a_guide(
    name: str, count: int, _: int, package: Callable[[str], Path], shared: list[Guide]
) -> None:
    """No example has an error, with the guide alone and with what it builds upon."""
    alone = load_guide(package(name))
    found = examples(package(name))
    assert len(found) == count
    for guide in (alone, merged([alone, *shared])):
        wrong = {file: errors(one, guide) for file, one in found.items()}
        assert {key for told in wrong.values() for key in told} <= SLIPS


@pytest.mark.slow
@pytest.mark.parametrize(("name", "_", "least"), GUIDES)
def test_planted_faults(
    name: str, _: int, least: int, package: Callable[[str], Path], shared: list[Guide]
) -> None:
    """Every fault is told where it was planted."""
    guide = merged([load_guide(package(name)), *shared])
    planted = list(faults(package(name)))
    missed = [fault.name for fault in planted if not is_told(fault, guide)]
    assert missed == []
    assert len(planted) >= least
    assert len({fault.kind for fault in planted}) >= 9


def is_told(fault: Fault, guide: Guide) -> bool:
    """Whether an error is told at the place of a fault, right above it or inside it."""
    place = bare(fault.place)
    above = (place, place.rpartition(".")[0], place.rpartition("[")[0])
    found = {bare(where) for _, where in errors(fault.resource, guide)}
    return any(where in above or where.startswith(place) for where in found)


def bare(expression: str) -> str:
    """A place without the type of a choice: what is missing may have been of several."""
    return re.sub(r"\.(value|effective|performed|onset)[A-Z]\w*", r".\1", expression)
