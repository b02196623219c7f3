from __future__ import annotations

import pytest

from reading import Reading

MAN = "A 44-year-old man came to our clinic with fatigue. "


DAT = "direct antiglobulin test"


def judged(text: str) -> list[tuple[str, str | None]]:
    """(analyte, interpretation) of results in words."""
    return sorted(Reading(MAN + text).judged())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("The direct Coombs test was IgG negative and C3d positive.", [(f"{DAT} IgG", "NEG"), (f"{DAT} complement", "POS")], id="word-behind"),
        pytest.param("The direct antiglobulin test was negative for IgG and positive for C3.", [(f"{DAT} IgG", "NEG"), (f"{DAT} complement", "POS")], id="for"),
        pytest.param("DAT: IgG positive.", [(f"{DAT} IgG", "POS")], id="colon"),
    ],
)  # fmt: skip
def test_parts_of_a_test(text: str, expected: list[tuple[str, str | None]]) -> None:
    """What was found of each part; the test itself then has no result of its own."""
    assert judged(text) == sorted(expected)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("IgG was low.", id="no-test"),
        pytest.param("The direct Coombs test was done. IgG was low.", id="another-sentence"),
        pytest.param("IgG was low and the direct Coombs test was negative.", id="before-the-test"),
        pytest.param(
            "The tuberculin skin test was negative, IgG was low.", id="test-without-parts"
        ),
    ],
)
def test_no_part(text: str) -> None:
    """A name that stands with no test it is a part of means what it means alone."""
    assert ("IgG", "L") in judged(text)
