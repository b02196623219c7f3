"""The driver against a real socket: what it sends, what it puts up with, what it gives up."""

from __future__ import annotations

import logging
import time
from contextlib import suppress

import pytest

from fhirkit.errors import FhirkitError, InDoubt, Refused, Unreachable
from fhirkit.llm.client import Client
from fhirkit.llm.endpoint import Endpoint, endpoint
from model_server import ModelServer, Reply, chat, closed_port, running

TEXT = "A woman with a very secret disease."
GOOD = Reply(pieces=(chat("{}"),))
NOW = {"Retry-After": "0"}


def ask(server: ModelServer, *, key: str | None = None, seconds: float = 5) -> bytes:
    """The server's answer to the text."""
    with Client(endpoint(server.spec), key, seconds) as client:
        return client.ask(TEXT)


def test_one_request_with_text_and_key(server: ModelServer) -> None:
    """To the place that every such server has."""
    server.replies = [GOOD]
    assert ask(server, key="geheim") == chat("{}")
    (asked,) = server.asked
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["Authorization"] == "Bearer geheim"
    assert asked.body["model"] == "test-model"
    assert asked.body["messages"][1]["content"] == TEXT


def test_without_a_key_none_is_sent(server: ModelServer) -> None:
    """Many servers on this machine want none."""
    server.replies = [GOOD]
    ask(server)
    assert "Authorization" not in server.asked[0].headers


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_once_more(server: ModelServer, status: int) -> None:
    """And answers."""
    server.replies = [Reply(status, headers=NOW), GOOD]
    assert ask(server) == chat("{}")


def test_a_broken_server_is_asked_twice_and_no_more(server: ModelServer) -> None:
    """Then it is a refusal."""
    server.replies = [Reply(500, (b"trace of " + TEXT.encode(),), NOW)]
    with pytest.raises(Refused, match="HTTP 500") as caught:
        ask(server)
    assert len(server.asked) == 2
    assert "secret" not in str(caught.value) + caught.value.detail


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "FHIRKIT_LLM_KEY_FILE"), (403, "FHIRKIT_LLM_KEY_FILE"), (404, "/chat/completions")],
)
def test_a_refusal_is_final(server: ModelServer, status: int, words: str) -> None:
    """What would not change is not asked twice."""
    server.replies = [Reply(status)]
    with pytest.raises(Refused, match=words):
        ask(server, key="geheim")
    assert len(server.asked) == 1


def test_a_model_that_takes_no_options_is_asked_without(server: ModelServer) -> None:
    """A request called wrong is made in its plainest form."""
    server.replies = [Reply(400), GOOD]
    ask(server)
    assert ["temperature" in asked.body for asked in server.asked] == [True, False]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(server: ModelServer, status: int) -> None:
    """Neither text nor key goes to an address that the server names."""
    with running() as other:
        place = f"http://127.0.0.1:{other.port}/v1/chat/completions"
        server.replies = [Reply(status, headers={"Location": place})]
        with pytest.raises(Refused, match="elsewhere"):
            ask(server, key="geheim")
        assert other.asked == []


def test_nobody_there() -> None:
    """Tried twice, then told."""
    nowhere = Endpoint("m", f"http://127.0.0.1:{closed_port()}/v1")
    with Client(nowhere, None, 5) as client, pytest.raises(Unreachable, match="cannot be reached"):
        client.ask(TEXT)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(pieces=(b"x",), pause=5), id="silent"),
        pytest.param(Reply(pieces=(b" ",) * 1000, pause=0.05), id="trickle"),
    ],
)
def test_an_answer_that_takes_too_long_is_given_up(server: ModelServer, reply: Reply) -> None:
    """Also where something always comes."""
    server.replies = [reply]
    begun = time.monotonic()
    with pytest.raises(InDoubt):
        ask(server, seconds=0.4)
    assert time.monotonic() - begun < 4
    assert len(server.asked) == 1


def test_an_answer_without_end_is_given_up(server: ModelServer) -> None:
    """Before memory is full of it."""
    server.replies = [Reply(pieces=(b"x" * 100_000,) * 100)]
    with pytest.raises(InDoubt, match="too long"):
        ask(server)


def test_an_answer_cut_off_is_no_answer(server: ModelServer) -> None:
    """The connection ends before what was promised has come."""
    server.replies = [Reply(pieces=(b"{",), headers={"Content-Length": "50"})]
    with pytest.raises(InDoubt, match="no answer"):
        ask(server)


def test_a_packed_answer_is_not_unpacked(server: ModelServer) -> None:
    """Nothing that was counted can grow afterwards."""
    server.replies = [Reply(pieces=(b"packed",), headers={"Content-Encoding": "gzip"})]
    assert ask(server) == b"packed"
    assert server.asked[0].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("status", [200, 401, 500])
def test_neither_text_nor_key_is_logged(
    server: ModelServer, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    """Also where the program that uses the library logs everything."""
    server.replies = [Reply(status, (chat("{}"),), NOW)]
    with caplog.at_level(logging.DEBUG), suppress(FhirkitError):
        ask(server, key="geheim")
    assert "geheim" not in caplog.text
    assert "secret" not in caplog.text
