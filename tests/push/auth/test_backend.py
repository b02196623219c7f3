from __future__ import annotations

import ssl
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import httpx
import pytest
import respx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from fhirkit.errors import Refused, SettingsError, Unreachable
from fhirkit.push.auth import authentication, credentials_from

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

BASE = "https://host.example/fhir"
ELSEWHERE = "https://login.example/oauth/token"
WELL_KNOWN = f"{BASE}/.well-known/smart-configuration"
TOKEN = {"access_token": "abc", "token_type": "bearer", "expires_in": 300}


@pytest.fixture
def table(rsa_file: Path) -> dict[str, str]:
    """What a named server says of a backend service."""
    return {"smart-client-id": "ward7", "smart-key-file": str(rsa_file), "smart-key-id": "k1"}


def ask(table: dict[str, str], base: str = BASE) -> httpx.Response:
    """A request with the credentials of a table."""
    auth = authentication(credentials_from(table, {}), base)
    with httpx.Client(auth=auth, trust_env=False) as client:
        return client.get(f"{base}/Patient")


@respx.mock
def test_the_endpoint_of_another_host_gets_the_assertion_only(table: dict[str, str]) -> None:
    """It is where the server says, and is asked for what the server knows."""
    respx.get(WELL_KNOWN).respond(
        json={"token_endpoint": ELSEWHERE, "scopes_supported": ["system/*.*"]}
    )
    endpoint = respx.post(ELSEWHERE).respond(json=TOKEN)
    data = respx.get(f"{BASE}/Patient").respond(200)
    ask(table)
    assert data.calls.last.request.headers["authorization"] == "Bearer abc"
    sent = endpoint.calls.last.request
    assert "authorization" not in sent.headers
    form = dict(parse_qsl(sent.content.decode()))
    assertion = form.pop("client_assertion")
    assert assertion.count(".") == 2
    assert form == {
        "grant_type": "client_credentials",
        "scope": "system/*.*",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }


@respx.mock
def test_every_token_has_an_assertion_of_its_own(table: dict[str, str]) -> None:
    """An endpoint takes each only once; the server is asked only once where its endpoint is."""
    known = respx.get(WELL_KNOWN).respond(json={"token_endpoint": ELSEWHERE})
    endpoint = respx.post(ELSEWHERE).respond(json=TOKEN)
    respx.get(f"{BASE}/Patient").mock(side_effect=[httpx.Response(401), httpx.Response(200)])
    assert ask(table).status_code == 200
    first, second = (call.request.content for call in endpoint.calls)
    assert first != second
    assert known.call_count == 1


@respx.mock
def test_the_statement_serves_where_nothing_is_well_known(table: dict[str, str]) -> None:
    """As with servers of the time before."""
    respx.get(WELL_KNOWN).respond(404)
    token = {"url": "token", "valueUri": ELSEWHERE}
    oauth = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
    security = {"extension": [{"url": oauth, "extension": [token]}]}
    respx.get(f"{BASE}/metadata").respond(json={"rest": [{"security": security}]})
    respx.post(ELSEWHERE).respond(json=TOKEN)
    respx.get(f"{BASE}/Patient").respond(200)
    assert ask(table).status_code == 200


@respx.mock
def test_what_was_set_is_not_asked_for(table: dict[str, str]) -> None:
    """With endpoint and scope set, the first request is the one for the token."""
    endpoint = respx.post(ELSEWHERE).respond(json=TOKEN)
    respx.get(f"{BASE}/Patient").respond(200)
    ask(table | {"smart-token-url": ELSEWHERE, "smart-scope": "system/Patient.r"})
    form = dict(parse_qsl(endpoint.calls.last.request.content.decode()))
    assert form["scope"] == "system/Patient.r"


@pytest.mark.parametrize("said", [{}, {"token_endpoint": "http://plain.example/t"}])
@respx.mock
def test_an_endpoint_that_was_set_wins(table: dict[str, str], said: dict[str, str]) -> None:
    """The server is only asked for its scopes, and need not answer."""
    respx.get(WELL_KNOWN).respond(json=said | {"scopes_supported": []})
    respx.get(f"{BASE}/metadata").respond(404)
    endpoint = respx.post(ELSEWHERE).respond(json=TOKEN)
    respx.get(f"{BASE}/Patient").respond(200)
    ask(table | {"smart-token-url": ELSEWHERE})
    assert b"cruds" in endpoint.calls.last.request.content


@respx.mock
def test_a_server_that_names_no_endpoint(table: dict[str, str]) -> None:
    """The message says what to set."""
    respx.get(WELL_KNOWN).respond(404)
    respx.get(f"{BASE}/metadata").respond(401)
    with pytest.raises(SettingsError, match="smart-token-url"):
        ask(table)


@respx.mock
def test_an_endpoint_in_the_clear_gets_nothing(table: dict[str, str]) -> None:
    """Whatever the server says."""
    respx.get(WELL_KNOWN).respond(json={"token_endpoint": "http://login.example/token"})
    plain = respx.post("http://login.example/token")
    with pytest.raises(SettingsError, match="plain http"):
        ask(table)
    assert not plain.called
    with pytest.raises(SettingsError, match=r"smart-token-url names .*plain http"):
        ask(table | {"smart-token-url": "http://login.example/token"})


@respx.mock
def test_a_redirect_of_the_endpoint_is_not_followed(table: dict[str, str]) -> None:
    """What we sign is for the address that was named."""
    respx.get(WELL_KNOWN).respond(json={"token_endpoint": ELSEWHERE})
    respx.post(ELSEWHERE).respond(307, headers={"location": "https://evil.example/"})
    evil = respx.post("https://evil.example/")
    with pytest.raises(Refused, match="HTTP 307"):
        ask(table)
    assert not evil.called


@respx.mock
def test_a_busy_server_is_asked_again_later(table: dict[str, str]) -> None:
    """It has not said that it has no endpoint."""
    respx.get(WELL_KNOWN).respond(503)
    respx.get(f"{BASE}/metadata").respond(503)
    with pytest.raises(Unreachable, match="HTTP 503"):
        ask(table)


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("Connection refused"), httpx.ReadTimeout("secret=1")]
)
@respx.mock
def test_an_endpoint_out_of_reach_leaves_nothing_in_doubt(
    table: dict[str, str], error: Exception
) -> None:
    """No token, no request: nothing was sent, though the endpoint may have seen ours."""
    respx.get(WELL_KNOWN).respond(json={"token_endpoint": f"{ELSEWHERE}?p=secret"})
    respx.post(ELSEWHERE).mock(side_effect=error)
    with pytest.raises(Unreachable, match=r"login.example/oauth/token cannot be reached") as caught:
        ask(table)
    assert "secret" not in str(caught.value)


@respx.mock
def test_a_server_out_of_reach(table: dict[str, str]) -> None:
    """The same for where the endpoint is asked for."""
    respx.get(WELL_KNOWN).mock(side_effect=httpx.ConnectError("Connection refused"))
    with pytest.raises(Unreachable, match="Connection refused"):
        ask(table)


def test_es384_holds_before_an_endpoint_that_checks(
    serving: Any, p384_file: Path, p384_key: ec.EllipticCurvePrivateKey
) -> None:
    """Its signature, its audience, and that it is new."""
    public = ECKey.import_key(p384_key.public_key())
    numbers: set[str] = set()

    def answer(seen: Any, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if path == "/fhir/.well-known/smart-configuration":
            return 200, {"token_endpoint": f"{seen.base}/token"}
        if path != "/token":
            return 200, {"resourceType": "Bundle"}
        try:
            read = jwt.decode(form["client_assertion"], public, algorithms=["ES384"])
        except JoseError:
            return 401, {"error": "invalid_client"}
        if read.claims["aud"] != f"{seen.base}/token" or read.claims["jti"] in numbers:
            return 400, {"error": "invalid_request"}
        numbers.add(read.claims["jti"])
        return 200, TOKEN

    server: AbstractContextManager[Any] = serving(answer)
    with server as seen:
        table = {"smart-client-id": "ward7", "smart-key-file": str(p384_file)}
        assert ask(table, f"{seen.base}/fhir").status_code == 200
        assert seen.headers[-1]["authorization"] == "Bearer abc"
    assert len(numbers) == 1


@pytest.mark.parametrize("named", [False, True], ids=["discovered", "set"])
def test_our_certificate_goes_to_no_host_the_server_names(
    serving: Any, authority: Any, rsa_file: Path, named: bool
) -> None:
    """To the server itself, and to an endpoint that the user named; elsewhere a handshake fails."""

    def endpoint(seen: Any, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        return 200, TOKEN

    with serving(endpoint, authority.server, authority.file) as login:

        def fhir(seen: Any, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
            return 200, {"token_endpoint": f"{login.base}/token"}

        with serving(fhir, authority.server, authority.file) as server:
            table = {
                "smart-client-id": "ward7",
                "smart-key-file": str(rsa_file),
                "client-cert": str(authority.client.certificate),
                "client-key": str(authority.client.key),
                "ca-file": str(authority.file),
            }
            if named:
                table["smart-token-url"] = f"{login.base}/token"
            auth = authentication(credentials_from(table, {}), server.base)
            context = ssl.create_default_context(cafile=authority.file)
            context.load_cert_chain(authority.client.certificate, authority.client.key)
            with httpx.Client(auth=auth, verify=context, trust_env=False) as client:
                if named:
                    assert client.get(server.base).status_code == 200
                else:
                    with pytest.raises(Unreachable):
                        client.get(server.base)
            assert login.shown == (["client"] if named else [])
            assert set(server.shown) == {"client"}
