from __future__ import annotations

import json

import pytest

from fhirkit.errors import Refused
from fhirkit.llm.answer import MOST, Answer, Link, Quote, read_answer
from model_server import chat, proposals, quote

DRUG = quote("drug", "zorbimab", "1")
DOSE = quote("dose", "40 mg", "2")
LINK = {"kind": "dose", "from": "2", "to": "1"}
PLAIN = proposals(DRUG, DOSE, links=(LINK,))
EXPECTED = Answer(
    (Quote("dose", "40 mg", "", "2"), Quote("drug", "zorbimab", "", "1")),
    (Link("dose", "2", "1", ""),),
    0,
)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(PLAIN, id="plain"),
        pytest.param(f"```json\n{PLAIN}\n```", id="code-block"),
        pytest.param(f"```\n{PLAIN}\n```\nI hope this helps {{smile}}.", id="block-and-prose"),
        pytest.param(f"Here it is: {PLAIN} Anything else?", id="prose"),
        pytest.param(f"<think>Is it {{1}}?</think>\n{PLAIN}", id="thinking"),
        pytest.param(proposals(DOSE, DRUG, links=(LINK,)), id="reordered"),
        pytest.param(proposals(DRUG, DOSE, DRUG, links=(LINK, LINK)), id="duplicates"),
        pytest.param(
            json.dumps({"links": [{"to": 1, "from": 2, "kind": "DOSE"}], "note": None,
                        "quotes": [{"quote": " 40 mg\n", "kind": "Dose ", "id": 2},
                                   {"quote": "zorbimab", "id": 1, "kind": "drug", "sure": 0.9}]}),
            id="other-keys",
        ),
    ],
)  # fmt: skip
def test_one_answer_in_many_forms(content: str) -> None:
    """Order, duplicates, wrapping and further keys change nothing."""
    assert read_answer(chat(content)) == EXPECTED


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe", id="no-text"),
        pytest.param(b"<html>busy</html>", id="html"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b'{"choices": []}', id="no-choice"),
        pytest.param(b'{"choices": {"0": 1}}', id="choices-no-list"),
        pytest.param(b'{"choices": [{"message": {"content": null}}]}', id="no-content"),
        pytest.param(chat(""), id="silence"),
        pytest.param(chat("I cannot help with that."), id="prose-only"),
        pytest.param(chat(PLAIN[:-5]), id="cut-off"),
        pytest.param(chat("{" * 200_000), id="braces"),
        pytest.param(chat("[1, 2]"), id="list"),
        pytest.param(chat("{}"), id="no-quotes"),
        pytest.param(chat('{"quotes": "zorbimab"}'), id="quotes-no-list"),
        pytest.param(chat('{"quotes": [], "n": ' + "9" * 5000 + "}"), id="endless-number"),
    ],
)
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    """With a message that holds nothing of it."""
    with pytest.raises(Refused) as caught:
        read_answer(body)
    assert "zorbimab" not in str(caught.value)
    assert len(str(caught.value)) < 100


@pytest.mark.parametrize(
    "item",
    [
        None,
        "zorbimab",
        ["drug", "zorbimab"],
        {"kind": "drug"},
        {"quote": "zorbimab"},
        {"kind": 1, "quote": "zorbimab"},
        {"kind": "drug", "quote": "  "},
        {"kind": "drug", "quote": ["zorbimab"]},
        {"kind": "drug", "quote": "z" * 201},
    ],
)
def test_a_quote_of_another_form_is_counted_only(item: object) -> None:
    """The others are read all the same."""
    answer = read_answer(chat(json.dumps({"quotes": [item, DRUG]})))
    assert [q.words for q in answer.quotes] == ["zorbimab"]
    assert answer.unread == 1


@pytest.mark.parametrize("item", [None, "2 to 1", {}, {"kind": "dose", "from": "2"}])
def test_a_link_of_another_form_is_counted_only(item: object) -> None:
    """As with quotes."""
    answer = read_answer(chat(json.dumps({"quotes": [DRUG], "links": [item]})))
    assert (answer.links, answer.unread) == ((), 1)


def test_an_id_given_twice_is_no_id() -> None:
    """Which of the two a link means cannot be told."""
    answer = read_answer(chat(proposals(quote("drug", "a", "1"), quote("drug", "b", "1"))))
    assert [(q.words, q.id) for q in answer.quotes] == [("a", ""), ("b", "")]


def test_a_flood_is_cut() -> None:
    """More quotes than a report can hold are not looked at."""
    many = proposals(*(quote("drug", f"zorbimab{n}") for n in range(MOST + 50)))
    answer = read_answer(chat(many))
    assert (len(answer.quotes), answer.unread) == (MOST, 50)
