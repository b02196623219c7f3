import zlib
from collections.abc import Iterator
from importlib import resources

import pytest

from fhirkit._definitions import VITAL_SIGNS, lines
from fhirkit.validate.profiles import shipped
from fhirkit.validate.profiles.compiled import Part
from fhirkit.validate.profiles.constraints import _KNOWN
from profile_builder import CORE

FILES = resources.files("fhirkit") / "definitions"


def test_every_line_can_be_read() -> None:
    """All of R4's profiles and extensions are there, and each makes a profile."""
    urls = [url for url in lines("profiles") if url != VITAL_SIGNS]
    kinds = [shipped.profile(url).type for url in (*urls, *lines("extensions"))]
    assert (len(urls), kinds.count("Extension")) == (46, 394)


def test_the_data_stays_small() -> None:
    """Both files together are a fraction of what may be shipped."""
    weight = sum(
        len(zlib.compress((FILES / name).read_bytes(), 9))
        for name in ("profiles.txt", "extensions.txt")
    )
    assert weight < 20_000


@pytest.mark.parametrize(
    ("system", "code", "name"),
    [
        pytest.param("http://loinc.org", "85353-1", "vitalspanel", id="panel"),
        pytest.param("http://loinc.org", "9279-1", "resprate", id="breathing"),
        pytest.param("http://loinc.org", "8867-4", "heartrate", id="heart"),
        pytest.param("http://loinc.org", "2708-6", "oxygensat", id="oxygen"),
        pytest.param("http://loinc.org", "8310-5", "bodytemp", id="temperature"),
        pytest.param("http://loinc.org", "8302-2", "bodyheight", id="height"),
        pytest.param("http://loinc.org", "9843-4", "headcircum", id="head"),
        pytest.param("http://loinc.org", "29463-7", "bodyweight", id="weight"),
        pytest.param("http://loinc.org", "39156-5", "bmi", id="bmi"),
        pytest.param("http://loinc.org", "85354-9", "bp", id="pressure"),
    ],
)
def test_the_table_of_vital_signs(system: str, code: str, name: str) -> None:
    """The codes of the specification's table lead to its profiles."""
    assert shipped.vital_signs()[system][code] == CORE + name


def test_components_of_a_pressure_are_no_vital_sign_of_their_own() -> None:
    """The codes inside a profile, such as the systolic pressure's, ask for nothing."""
    assert len(shipped.vital_signs()["http://loinc.org"]) == 10


def constraints(part: Part) -> Iterator[str]:
    """The rules of a part and of all that is inside it."""
    yield from (one.expression for one in part.constraints)
    inside = [*(part.parts or {}).values()]
    inside += part.slicing.slices.values() if part.slicing else ()
    for one in inside:
        yield from constraints(one)


def test_rules_of_r4_need_no_engine() -> None:
    """Every rule of R4's own profiles and extensions is a function, so that all are judged."""
    urls = [*lines("profiles"), *lines("extensions")]
    roots = [shipped.profile(url).root for url in urls if url != VITAL_SIGNS]
    found = {one for root in roots for one in constraints(root)}
    assert len(found) == 4
    assert found <= set(_KNOWN)
