from __future__ import annotations

import pytest

from reading import Reading

MAN = "A 44-year-old man came to our clinic with fatigue. "


def numbers(text: str) -> list[tuple[str, str]]:
    """(analyte, value) of what is measured."""
    return sorted(Reading(MAN + text).numbers())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("His GCS was E3V4M5.", [("GCS eye", "3"), ("GCS motor", "5"), ("GCS verbal", "4")], id="parts"),
        pytest.param("GCS 12 (E3 V4 M5).", [("GCS eye", "3"), ("GCS motor", "5"), ("GCS verbal", "4"), ("Glasgow Coma Scale", "12")], id="with-total"),
        pytest.param("GCS E2VTM5.", [("GCS eye", "2"), ("GCS motor", "5")], id="tube"),
        pytest.param("GCS was E4/V5/M6.", [("GCS eye", "4"), ("GCS motor", "6"), ("GCS verbal", "5")], id="slashes"),
    ],
)  # fmt: skip
def test_parts_of_the_coma_scale(text: str, expected: list[tuple[str, str]]) -> None:
    """Each part as written; a total that is not written is not made."""
    assert numbers(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("GCS E7V9M8.", id="off-the-scale"),
        pytest.param("Exon E3 and V4 M5 were sequenced.", id="other-order"),
        pytest.param("The E3 ligase was tested.", id="one-letter"),
        pytest.param("The E3V4M5X construct was used.", id="longer-word"),
        pytest.param("The Glasgow Coma Scale has E, V and M.", id="no-numbers"),
    ],
)
def test_letters_that_are_no_coma_scale(text: str) -> None:
    """Names of exons, enzymes and constructs."""
    assert numbers(text) == []
