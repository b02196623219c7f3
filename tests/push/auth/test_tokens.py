from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest

from fhirkit.errors import FhirkitError, Refused, ServerError, SettingsError, Unreachable
from fhirkit.push.auth.tokens import LIFETIME, Token, Tokens, read_token

GOOD = {"access_token": "abc", "token_type": "Bearer", "expires_in": 600}


def read(status: int, said: object) -> Token:
    """What an answer of a token endpoint says."""
    return read_token("https://a/token", status, json.dumps(said).encode())


@pytest.mark.parametrize(
    ("said", "lifetime"),
    [
        pytest.param(GOOD, 600, id="number"),
        pytest.param(GOOD | {"expires_in": "900"}, 900, id="string"),
        pytest.param({"access_token": "abc", "token_type": "bearer"}, LIFETIME, id="not-said"),
        pytest.param(GOOD | {"expires_in": "soon"}, LIFETIME, id="word"),
        pytest.param(GOOD | {"expires_in": -1}, LIFETIME, id="negative"),
        pytest.param(GOOD | {"expires_in": [1]}, LIFETIME, id="list"),
    ],
)
def test_a_token_is_read_with_its_lifetime(said: dict[str, Any], lifetime: float) -> None:
    """Where an endpoint does not say how long, it is the longest the specification advises."""
    assert read(200, said) == Token("abc", lifetime)
    assert "abc" not in repr(read(200, said))


@pytest.mark.parametrize(
    ("status", "said", "kind", "told"),
    [
        pytest.param(400, {"error": "invalid_scope"}, Refused, "invalid_scope, HTTP 400", id="no"),
        pytest.param(401, {"error": "x\ny"}, Refused, r"token: HTTP 401$", id="no-code"),
        pytest.param(403, "no", Refused, "HTTP 403", id="no-object"),
        pytest.param(302, {}, Refused, "HTTP 302", id="redirect"),
        pytest.param(200, {}, Refused, "holds no bearer token", id="nothing"),
        pytest.param(200, GOOD | {"token_type": "mac"}, Refused, "no bearer", id="other-type"),
        pytest.param(200, GOOD | {"access_token": "a\nb"}, Refused, "no bearer", id="line-end"),
        pytest.param(200, GOOD | {"access_token": ""}, Refused, "no bearer", id="empty"),
        pytest.param(503, {"error": "busy"}, Unreachable, "now: HTTP 503", id="out-of-order"),
        pytest.param(429, {}, Unreachable, "now: HTTP 429", id="too-many"),
    ],
)
def test_a_no_is_told_from_a_not_now(
    status: int, said: object, kind: type[ServerError], told: str
) -> None:
    """The first is final; after the second, the endpoint may be asked again."""
    with pytest.raises(kind, match=told) as caught:
        read(status, said)
    assert type(caught.value) is kind


def test_the_endpoints_own_words_stay_out_of_the_message() -> None:
    """They are there for whoever asks for them."""
    with pytest.raises(Refused, match="public key registered") as caught:
        read(401, {"error": "invalid_client", "error_description": "unknown kid"})
    assert "unknown kid" not in str(caught.value)
    assert caught.value.detail == "unknown kid"
    with pytest.raises(Refused) as caught:
        read(401, {"error": "invalid_client", "error_description": "not signed: eyJ0eXAi.eyJp.x"})
    assert caught.value.detail == ""


def test_an_answer_that_is_no_json_is_a_no() -> None:
    """A page of a proxy, for instance."""
    with pytest.raises(Refused, match="no bearer token"):
        read_token("https://a/token", 200, b"<html>")


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_token_is_kept_until_shortly_before_its_end() -> None:
    """Half a minute is left for the request to arrive; of a short life, a tenth."""
    clock, lives = Clock(), iter([600.0, 10.0, 600.0])
    names = iter("abc")
    tokens = Tokens(lambda: Token(next(names), next(lives)), clock)
    assert tokens.current() == "a"
    clock.now += 569
    assert tokens.current() == "a"
    clock.now += 1
    assert tokens.current() == "b"
    clock.now += 8.9
    assert tokens.current() == "b"
    clock.now += 0.1
    assert tokens.current() == "c"


def test_one_thread_fetches_for_all() -> None:
    """At the start, and again when all of them see the token refused or at its end."""
    clock, fetched = Clock(), []

    def fetch() -> Token:
        fetched.append(1)
        waiting.wait(0.05)  # long enough for the others to come
        return Token(f"t{len(fetched)}", 100)

    waiting, start, tokens = Event(), Barrier(8), Tokens(fetch, clock)

    def together(ask: Any) -> set[str]:
        def one(_: int) -> str:
            start.wait()
            return ask()

        return set(threads.map(one, range(8)))

    with ThreadPoolExecutor(8) as threads:
        assert together(tokens.current) == {"t1"}
        assert together(lambda: tokens.instead_of("t1")) == {"t2"}
        clock.now += 95
        assert together(tokens.current) == {"t3"}
    assert len(fetched) == 3


@pytest.mark.parametrize(
    ("error", "times"),
    [
        pytest.param(Refused("no", detail="why"), 1, id="refused"),
        pytest.param(SettingsError("no"), 1, id="setting"),
        pytest.param(Unreachable("no"), 2, id="unreachable"),
    ],
)
def test_a_no_stands_for_half_a_minute(error: FhirkitError, times: int) -> None:
    """An account that knocks too often gets locked; an endpoint out of reach is asked again."""
    clock, asked = Clock(), []

    def fetch() -> Token:
        asked.append(1)
        raise error

    tokens = Tokens(fetch, clock)
    for _ in range(2):
        with pytest.raises(type(error), match="no") as caught:
            tokens.current()
        assert caught.value.detail == error.detail
    assert len(asked) == times
    clock.now += 31
    with pytest.raises(type(error)):
        tokens.current()
    assert len(asked) == times + 1


@pytest.mark.parametrize(
    ("error", "others"),
    [(Refused("no"), Refused), (KeyboardInterrupt(), Unreachable)],
    ids=["refused", "stopped"],
)
def test_who_waits_learns_what_the_fetching_thread_met(
    error: BaseException, others: type[FhirkitError]
) -> None:
    """Nobody waits for ever, and nobody asks in vain once more."""
    entered, leave, asked = Event(), Event(), []

    def fetch() -> Token:
        asked.append(1)
        entered.set()
        leave.wait(5)
        raise error

    tokens = Tokens(fetch)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(tokens.current)
        entered.wait(5)
        second = threads.submit(tokens.current)
        while not second.running():
            pass
        leave.wait(0.3)  # to be waiting, too
        leave.set()
        assert type(first.exception()) is type(error)
        assert type(second.exception()) is others
    assert len(asked) == 1
