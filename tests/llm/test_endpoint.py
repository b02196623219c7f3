from __future__ import annotations

from pathlib import Path

import pytest

from fhirkit.errors import SettingsError
from fhirkit.llm.endpoint import Endpoint, endpoint, key, patience


@pytest.mark.parametrize(
    ("spec", "model", "base"),
    [
        pytest.param("openai:m@https://host/v1", "m", "https://host/v1", id="plain"),
        pytest.param("openai:m@https://host/v1/", "m", "https://host/v1", id="slash"),
        pytest.param("openai:maker/m:8b@http://localhost:1", "maker/m:8b", "http://localhost:1", id="tag"),
        pytest.param("openai:@maker/m@http://127.0.0.1:1/v1", "@maker/m", "http://127.0.0.1:1/v1", id="at"),
    ],
)  # fmt: skip
def test_model_and_address_are_told_apart(spec: str, model: str, base: str) -> None:
    """The address begins with the first http after an @; a model's name may hold both signs."""
    assert endpoint(spec) == Endpoint(model, base)


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param("", id="empty"),
        pytest.param("openai", id="no-model"),
        pytest.param("openai:geheim", id="no-address"),
        pytest.param("openai:@https://host", id="model-empty"),
        pytest.param("openai:a b@https://host", id="blank"),
        pytest.param("openai:m\n@https://host", id="line-end"),
        pytest.param("other:m@https://host", id="other-interface"),
        pytest.param("openai:m@host/v1", id="no-scheme"),
        pytest.param("openai:m@https://user:geheim@host/v1", id="credentials"),
        pytest.param("openai:m@https://host/v1?key=geheim", id="query"),
        pytest.param("openai:m@http://host/v1", id="plain-http"),
        pytest.param("openai:m@http://192.168.0.1/v1", id="plain-http-near"),
        pytest.param("openai:m@http://127.0.0.1.example/v1", id="plain-http-looks-near"),
    ],
)
def test_what_names_no_safe_model_is_refused(spec: str) -> None:
    """The message does not repeat what may be a key."""
    with pytest.raises(SettingsError) as caught:
        endpoint(spec)
    assert "geheim" not in str(caught.value)


def test_only_loopback_is_here() -> None:
    """Texts stay on the machine only where the address cannot leave it."""
    assert endpoint("openai:m@http://[::1]:1/v1").is_here
    assert not endpoint("openai:m@https://host/v1").is_here


def test_the_key_comes_from_a_variable_or_a_file(tmp_path: Path) -> None:
    """Either, or none."""
    file = tmp_path / "key"
    file.write_text("abc\n", "utf-8")
    assert key({}) is None
    assert key({"FHIRKIT_LLM_KEY": "abc"}) == key({"FHIRKIT_LLM_KEY_FILE": str(file)}) == "abc"


def test_a_fhir_servers_token_is_not_the_models(tmp_path: Path) -> None:
    """What push sends to one server goes to no other."""
    assert key({"FHIRKIT_TOKEN": "abc", "FHIRKIT_BASIC": "a:b"}) is None


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"FHIRKIT_LLM_KEY": "geheim", "FHIRKIT_LLM_KEY_FILE": "x"}, id="two"),
        pytest.param({"FHIRKIT_LLM_KEY": "geheim\r\nX: y"}, id="line-end"),
        pytest.param({"FHIRKIT_LLM_KEY": "geheim nis"}, id="blank"),
        pytest.param({"FHIRKIT_LLM_KEY": "   "}, id="blank-only"),
        pytest.param({"FHIRKIT_LLM_KEY_FILE": "no-such-file"}, id="no-file"),
    ],
)
def test_a_wrong_key_is_told_without_repeating_it(environment: dict[str, str]) -> None:
    """The message names the variable, never its value."""
    with pytest.raises(SettingsError, match="FHIRKIT_LLM_KEY") as caught:
        key(environment)
    assert "geheim" not in str(caught.value)


def test_patience_can_be_given() -> None:
    """In seconds; two minutes if nobody says."""
    assert patience({}) == 120
    assert patience({"FHIRKIT_LLM_TIMEOUT": "0.5"}) == 0.5


@pytest.mark.parametrize("given", ["soon", "0", "-1", "nan", "inf", "1e9"])
def test_wrong_patience_is_refused(given: str) -> None:
    """A number of seconds within a day is expected."""
    with pytest.raises(SettingsError, match="FHIRKIT_LLM_TIMEOUT"):
        patience({"FHIRKIT_LLM_TIMEOUT": given})
