from __future__ import annotations

import pytest

from fhirkit.llm.retry import Again, again, refusal


@pytest.mark.parametrize(
    ("status", "retry_after", "expected"),
    [
        pytest.param(None, None, Again(1.0), id="no-connection"),
        pytest.param(429, "3", Again(3.0), id="busy"),
        pytest.param(429, None, Again(1.0), id="busy-no-word"),
        pytest.param(503, "0", Again(0.0), id="down"),
        pytest.param(500, "Fri, 31 Dec 1999 23:59:59 GMT", Again(1.0), id="date"),
        pytest.param(429, "-1", Again(1.0), id="negative"),
        pytest.param(429, "²", Again(1.0), id="odd-digit"),
        pytest.param(400, None, Again(0.0, plain=True), id="wrong-request"),
        pytest.param(429, "3600", None, id="too-long"),
        pytest.param(301, None, None, id="elsewhere"),
        pytest.param(401, None, None, id="no-key"),
        pytest.param(404, None, None, id="no-such-place"),
        pytest.param(501, None, None, id="never"),
    ],
)
def test_only_what_may_pass_is_tried_again(
    status: int | None, retry_after: str | None, expected: Again | None
) -> None:
    """Once, after the pause the server names if it is short."""
    assert again(status, retry_after) == expected


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "FHIRKIT_LLM_KEY"), (404, "/chat/completions"), (302, "elsewhere"), (599, "HTTP 599")],
)
def test_a_refusal_says_what_to_do(status: int, words: str) -> None:
    """By the status alone: a server's own words may quote the text."""
    assert words in refusal(status)
