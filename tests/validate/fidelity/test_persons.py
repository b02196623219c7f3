"""The patient against the words: sex, death, names, day of birth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Judge = Callable[..., list[tuple[str, str]]]
TEXT = "A 40-year-old woman was treated. She died a year later."


def patient(**fields: Any) -> dict[str, Any]:
    """A Patient."""
    return {"resourceType": "Patient", **fields}


@pytest.mark.parametrize(
    ("words", "fields", "expected"),
    [
        pytest.param("woman", {"gender": "female"}, [], id="her-sex"),
        pytest.param("woman", {"gender": "male"}, [("gender", "gender")], id="the-other"),
        pytest.param("40-year-old", {"gender": "male"}, [], id="words-of-no-sex"),
        pytest.param("woman", {"gender": "unknown"}, [], id="not-said"),
        pytest.param("woman", {"gender": ["male"]}, [], id="no-code"),
        pytest.param("She died", {"deceasedBoolean": True}, [], id="died"),
        pytest.param(
            "She died", {"deceasedBoolean": False}, [("death", "deceasedBoolean")], id="alive-again"
        ),
        pytest.param(
            "woman", {"deceasedBoolean": True}, [("death", "deceasedBoolean")], id="nobody-said-so"
        ),
        pytest.param("woman", {"deceasedBoolean": False}, [], id="alive"),
        pytest.param(
            "woman", {"birthDate": "1983-02-01"}, [("date", "birthDate")], id="birth-made-up"
        ),
        pytest.param(
            "woman",
            {"name": [{"family": "Miller", "given": ["Ann"]}]},
            [("name", "name")],
            id="name",
        ),
        pytest.param("woman", {"name": [{"given": "Ann"}, "Ann", {}]}, [], id="no-names-at-all"),
    ],
)
def test_patient(
    words: str, fields: dict[str, Any], expected: list[tuple[str, str]], judge: Judge
) -> None:
    """What is said of the person has its words, each change found where it was made."""
    assert judge(TEXT, patient(**fields), words) == expected


def test_a_name_of_the_text(judge: Judge) -> None:
    """A name that the text gives is left alone."""
    named = patient(name=[{"text": "Mr. Leborgne"}])
    assert judge("Mr. Leborgne was admitted.", named, "Leborgne") == []


def test_patient_without_words(make: Callable[..., Any], found: Callable[..., Any]) -> None:
    """A day of birth must stand in the text also where the Patient names no place in it."""
    assert found(make(TEXT, patient(birthDate="1983-02-01"))) == [("date", "birthDate")]
    assert found(make("born on 1 February 1983", patient(birthDate="1983-02-01"))) == []


def test_a_registered_person_of_others(judge: Judge) -> None:
    """Other makers' patients come from a register: name and birth need not be in the text."""
    fields = {"name": [{"family": "Miller"}], "gender": "female"}
    assert judge(TEXT, patient(**fields), "woman", ours=False) == []
