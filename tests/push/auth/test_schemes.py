from __future__ import annotations

import asyncio
from base64 import b64encode
from pathlib import Path

import httpx
import pytest
import respx

from fhirkit.errors import SettingsError
from fhirkit.push.auth import authentication, credentials_from
from fhirkit.push.auth.schemes import SmartBackend
from fhirkit.push.auth.tokens import Token, Tokens

SAFE = "https://host.example/fhir"


def auth(environment: dict[str, str], base: str = SAFE) -> httpx.Auth | None:
    """What the environment asks for."""
    return authentication(credentials_from({}, environment), base)


def header(scheme: httpx.Auth | None, address: str = f"{SAFE}/Patient") -> str | None:
    """The header of a request that is sent with it."""
    with respx.mock, httpx.Client(auth=scheme) as client:
        route = respx.get(address).respond(200)
        client.get(address)
        return route.calls.last.request.headers.get("authorization")


def test_no_credentials_no_header() -> None:
    """Nothing set, over whatever there is."""
    assert auth({}) is None
    assert auth({"FHIRKIT_TOKEN": ""}, "http://host.example/fhir") is None


@pytest.mark.parametrize(
    ("name", "value", "sent"),
    [
        pytest.param("FHIRKIT_TOKEN", "abc.def", "Bearer abc.def", id="token"),
        pytest.param(
            "FHIRKIT_BASIC", "ann:b:c", f"Basic {b64encode(b'ann:b:c').decode()}", id="basic"
        ),
    ],
)
def test_the_environment_and_a_file_say_the_same(
    tmp_path: Path, name: str, value: str, sent: str
) -> None:
    """A secret may stand in a variable or in the file another one names, also of Windows."""
    file = tmp_path / "credential"
    file.write_text(f"\ufeff{value}\r\n", "utf-8")
    assert header(auth({name: value})) == sent
    assert header(auth({f"{name}_FILE": str(file)})) == sent


@pytest.mark.parametrize(
    "given",
    [
        {"FHIRKIT_TOKEN": "abc"},
        {"FHIRKIT_BASIC": "a:b"},
        {"FHIRKIT_SMART_CLIENT_ID": "a", "FHIRKIT_SMART_KEY_FILE": "k"},
        {"FHIRKIT_CLIENT_CERT": "c", "FHIRKIT_CLIENT_KEY": "k"},
    ],
    ids=["bearer", "basic", "smart", "certificate"],
)
def test_credentials_are_not_sent_in_the_clear(given: dict[str, str]) -> None:
    """Plain http to another machine is refused before anything is sent."""
    with pytest.raises(SettingsError, match="plain http"):
        auth(given, "http://host.example/fhir")


def test_this_machine_needs_no_https() -> None:
    """Nobody is between us and us."""
    here = "http://127.0.0.1:1/fhir"
    assert header(auth({"FHIRKIT_TOKEN": "abc"}, here), f"{here}/Patient") == "Bearer abc"


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"FHIRKIT_TOKEN": "geheim\r\nX: y"}, id="line-end"),
        pytest.param({"FHIRKIT_TOKEN": "geheim nis"}, id="blank"),
        pytest.param({"FHIRKIT_TOKEN": "geheimß"}, id="not-ascii"),
        pytest.param({"FHIRKIT_TOKEN": "   "}, id="blank-only"),
        pytest.param({"FHIRKIT_BASIC": "geheim"}, id="no-colon"),
        pytest.param({"FHIRKIT_TOKEN_FILE": "no-such-file"}, id="no-file"),
    ],
)
def test_wrong_credentials_are_told_without_repeating_them(environment: dict[str, str]) -> None:
    """The message names the variable, never its value."""
    with pytest.raises(SettingsError, match="FHIRKIT_") as caught:
        auth(environment)
    assert "geheim" not in str(caught.value)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    """A key in binary form is no token."""
    (tmp_path / "key").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="FHIRKIT_TOKEN_FILE"):
        auth({"FHIRKIT_TOKEN_FILE": str(tmp_path / "key")})


SCHEMES = {
    "basic": lambda: auth({"FHIRKIT_BASIC": "a:b"}),
    "bearer": lambda: auth({"FHIRKIT_TOKEN": "abc"}),
    "smart": lambda: SmartBackend(SAFE, Tokens(lambda: Token("abc"))),
}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("address", "goes"),
    [
        pytest.param("https://host.example/other", True, id="path"),
        pytest.param("https://HOST.example:443/fhir", True, id="own-port"),
        pytest.param("https://host.example.evil.example/fhir", False, id="longer-name"),
        pytest.param("https://elsewhere.example/fhir", False, id="host"),
        pytest.param("https://host.example:8443/fhir", False, id="port"),
        pytest.param("http://host.example/fhir", False, id="scheme"),
        pytest.param("http://host.example:443/fhir", False, id="scheme-same-port"),
    ],
)
def test_credentials_stay_with_their_server(scheme: str, address: str, goes: bool) -> None:
    """A paging link may lead anywhere; only the server itself learns who we are."""
    assert (header(SCHEMES[scheme](), address) is not None) is goes


@pytest.mark.parametrize("scheme", SCHEMES)
@respx.mock
def test_a_redirect_does_not_take_credentials_along(scheme: str) -> None:
    """Even for a client that follows redirects."""
    respx.get(f"{SAFE}/Patient").respond(307, headers={"location": "https://elsewhere.example/x"})
    elsewhere = respx.get("https://elsewhere.example/x").respond(200)
    with httpx.Client(auth=SCHEMES[scheme](), follow_redirects=True) as client:
        client.get(f"{SAFE}/Patient")
    assert "authorization" not in elsewhere.calls.last.request.headers


@respx.mock
def test_a_refused_token_is_read_anew_from_its_file(tmp_path: Path) -> None:
    """Once, if it has changed: whoever fetches tokens may have put a new one there."""
    file = tmp_path / "token"
    file.write_text("old", "ascii")
    route = respx.get(f"{SAFE}/Patient").mock(
        side_effect=lambda request: httpx.Response(
            200 if request.headers["authorization"] == "Bearer new" else 401
        )
    )
    with httpx.Client(auth=auth({"FHIRKIT_TOKEN_FILE": str(file)})) as client:
        assert client.get(f"{SAFE}/Patient").status_code == 401
        assert route.call_count == 1  # the same token again is of no use
        file.write_text("new", "ascii")
        assert client.get(f"{SAFE}/Patient").status_code == 200
        assert client.get(f"{SAFE}/Patient").status_code == 200
        assert route.call_count == 4
        file.write_text("newer", "ascii")  # not asked for while the old one is good
        assert client.get(f"{SAFE}/Patient").status_code == 200


@respx.mock
def test_a_token_file_that_is_gone_leaves_the_refusal(tmp_path: Path) -> None:
    """The answer says more than an error about a file would."""
    file = tmp_path / "token"
    file.write_text("old", "ascii")
    respx.get(SAFE).respond(401)
    with httpx.Client(auth=auth({"FHIRKIT_TOKEN_FILE": str(file)})) as client:
        file.unlink()
        assert client.get(SAFE).status_code == 401


def counted() -> tuple[Tokens, list[int]]:
    """Tokens that are numbered, and how many were fetched."""
    fetched: list[int] = []

    def fetch() -> Token:
        fetched.append(len(fetched) + 1)
        return Token(f"t{len(fetched)}")

    return Tokens(fetch), fetched


@respx.mock
def test_a_smart_token_is_fetched_anew_once_a_request() -> None:
    """The request goes out again with the new one, body and all."""
    tokens, fetched = counted()
    route = respx.post(SAFE).mock(side_effect=[httpx.Response(401), httpx.Response(200)])
    with httpx.Client(auth=SmartBackend(SAFE, tokens)) as client:
        assert client.post(SAFE, content=b"{}").status_code == 200
    sent = [call.request for call in route.calls]
    assert [request.headers["authorization"] for request in sent] == ["Bearer t1", "Bearer t2"]
    assert [request.content for request in sent] == [b"{}", b"{}"]
    assert fetched == [1, 2]


@respx.mock
def test_a_server_that_refuses_every_token_is_not_asked_forever() -> None:
    """One new token shows that tokens are not what is wrong; the endpoint is left in peace."""
    tokens, fetched = counted()
    respx.get(SAFE).respond(401)
    with httpx.Client(auth=SmartBackend(SAFE, tokens)) as client:
        for _ in range(5):
            assert client.get(SAFE).status_code == 401
    assert fetched == [1, 2]


def test_smart_is_not_for_asynchronous_clients() -> None:
    """It says so, and does not send the request without."""

    async def ask() -> None:
        async with httpx.AsyncClient(auth=SmartBackend(SAFE, counted()[0])) as client:
            await client.get(SAFE)

    with respx.mock, pytest.raises(RuntimeError, match="AsyncClient"):
        asyncio.run(ask())
