from __future__ import annotations

from pathlib import Path

import pytest

from fhirkit.errors import SettingsError
from fhirkit.push.auth import Credentials, credentials_from
from fhirkit.push.auth.credentials import BackendService, BasicLogin, BearerToken

SMART = {"smart-client-id": "ward7", "smart-key-file": "key.pem"}


def variables(table: dict[str, str]) -> dict[str, str]:
    """The same settings as the environment has them."""
    return {f"FHIRKIT_{key.upper().replace('-', '_')}": value for key, value in table.items()}


def test_nothing_set_is_no_credentials() -> None:
    """Set to nothing is not set."""
    assert credentials_from({}, {}) == Credentials()
    assert credentials_from({}, {"FHIRKIT_TOKEN": "", "FHIRKIT_CA_FILE": ""}) == Credentials()


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        pytest.param({"token-file": "token"}, BearerToken, id="token"),
        pytest.param({"basic-file": "login"}, BasicLogin, id="basic"),
        pytest.param(SMART, BackendService, id="smart"),
    ],
)
def test_a_table_and_the_environment_say_the_same(table: dict[str, str], kind: type) -> None:
    """One setting, two places to make it."""
    assert isinstance(credentials_from(table, {}).proof, kind)
    assert isinstance(credentials_from({}, variables(table)).proof, kind)


@pytest.mark.parametrize("name", ["FHIRKIT_TOKEN", "FHIRKIT_BASIC"])
def test_the_environment_may_hold_the_secret_itself(name: str) -> None:
    """It is not shown where the credentials are."""
    credentials = credentials_from({}, {name: "ann:geheim"})
    assert isinstance(credentials.proof, BearerToken | BasicLogin)
    assert "geheim" not in repr(credentials)
    assert name in repr(credentials)


def test_a_smart_client_has_its_choices() -> None:
    """Name of the key, scope and token endpoint are taken as they are given."""
    more = {"smart-key-id": "k1", "smart-scope": "system/*.c", "smart-token-url": "https://a/t"}
    proof = credentials_from(SMART | more, {}).proof
    assert isinstance(proof, BackendService)
    assert (proof.client_id.value, proof.key.path) == ("ward7", Path("key.pem"))
    assert (proof.key_id, proof.scope) == ("k1", "system/*.c")
    assert proof.token_url is not None
    assert proof.token_url.value == "https://a/t"


def test_a_table_wins_over_the_environment_as_a_whole() -> None:
    """What the environment says of another kind, or of the rest of this kind, is not mixed in."""
    environment = variables(SMART | {"smart-scope": "system/*.r"})
    assert isinstance(credentials_from({"token-file": "t"}, environment).proof, BearerToken)
    own = credentials_from(SMART, environment).proof
    assert isinstance(own, BackendService)
    assert own.scope is None
    with pytest.raises(SettingsError, match="smart-key-file is not"):
        credentials_from({"smart-client-id": "ward7"}, environment)


def test_certificates_go_with_every_kind() -> None:
    """Where a table has none of its own, the environment's serve."""
    environment = {
        "FHIRKIT_CLIENT_CERT": "c.pem",
        "FHIRKIT_CLIENT_KEY": "c.key",
        "FHIRKIT_CA_FILE": "ca.pem",
    }
    credentials = credentials_from({"token-file": "t", "ca-file": "own.pem"}, environment)
    assert credentials.certificate is not None
    assert credentials.certificate.setting == "FHIRKIT_CLIENT_CERT"
    assert credentials.authority is not None
    assert credentials.authority.path == Path("own.pem")


@pytest.mark.parametrize(
    ("table", "environment", "told"),
    [
        pytest.param(
            {},
            {"FHIRKIT_TOKEN": "geheim", "FHIRKIT_BASIC": "a:b"},
            "FHIRKIT_TOKEN and FHIRKIT_BASIC are set",
            id="two-kinds",
        ),
        pytest.param(
            {},
            {"FHIRKIT_TOKEN": "geheim", "FHIRKIT_TOKEN_FILE": "t"},
            "FHIRKIT_TOKEN_FILE and FHIRKIT_TOKEN are set",
            id="two-places",
        ),
        pytest.param(
            SMART | {"basic-file": "b"}, {}, "basic-file and smart-client-id", id="smart-and-basic"
        ),
        pytest.param(
            {},
            {"FHIRKIT_SMART_SCOPE": "s"},
            "FHIRKIT_SMART_SCOPE is set, but FHIRKIT_SMART_CLIENT_ID is not",
            id="half-of-smart",
        ),
        pytest.param({"client-cert": "c"}, {}, "client-key is not", id="certificate-without-key"),
        pytest.param(
            {}, {"FHIRKIT_CLIENT_KEY": "k"}, "FHIRKIT_CLIENT_CERT is not", id="key-without-any"
        ),
        pytest.param({"token": "geheim"}, {}, "token-file", id="token-in-table"),
        pytest.param({"password": "geheim"}, {}, "basic-file", id="password-in-table"),
        pytest.param({"client-secret": "geheim"}, {}, "smart-key-file", id="client-secret"),
        pytest.param(
            {}, variables(SMART | {"smart-client-id": "a\nb"}), "one line", id="line-break"
        ),
    ],
)
def test_what_contradicts_itself_is_told(
    table: dict[str, str], environment: dict[str, str], told: str
) -> None:
    """The message names what was set, and never its value."""
    with pytest.raises(SettingsError, match=told) as caught:
        credentials_from(table, environment)
    assert "geheim" not in str(caught.value)
