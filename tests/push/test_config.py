from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fhirkit.errors import SettingsError
from fhirkit.push.auth import credentials_from
from fhirkit.push.config import Server, config_file, find_server

WARD = """\
[ward7]
url = "https://fhir.ward7.example/r4/"
"""

Write = Callable[..., Path]


@pytest.fixture
def config(tmp_path: Path) -> Write:
    """Writes a file of servers."""

    def write(words: str, mode: int = 0o600) -> Path:
        file = tmp_path / "servers.toml"
        file.write_text(words, "utf-8")
        file.chmod(mode)
        return file

    return write


def test_an_address_needs_no_file(tmp_path: Path) -> None:
    """Not even one that was named is read."""
    found = find_server("https://host.example/fhir/", tmp_path / "none", {})
    assert found == Server(name="https://host.example/fhir", url="https://host.example/fhir")
    assert find_server("HTTP://localhost:1/", None, {}).url == "http://localhost:1"


def test_a_name_stands_for_a_table(config: Write) -> None:
    """Flags by their names, credentials apart, paths from the folder of the file."""
    file = config(
        WARD
        + """\
smart-client-id = "ward7"
smart-key-file = "secrets/ward7.pem"
ca-file = "/etc/ward7/ca.pem"
on-existing = "update"
mode = "batch"
takes = ["AdverseEvent", "Provenance"]
max-entries = 20
workers = 8
rate = 5
timeout = 30.5
verify = true
journal = "push.db"

[other]
url = 1
"""
    )
    found = find_server("ward7", file, {})
    assert (found.name, found.url) == ("ward7", "https://fhir.ward7.example/r4")
    assert found.credentials == {
        "smart-client-id": "ward7",
        "smart-key-file": str(file.parent / "secrets" / "ward7.pem"),
        "ca-file": str(Path("/etc/ward7/ca.pem")),
    }
    assert found.options == {
        "on-existing": "update",
        "mode": "batch",
        "takes": ("AdverseEvent", "Provenance"),
        "max-entries": 20,
        "workers": 8,
        "rate": 5.0,
        "timeout": 30.5,
        "verify": True,
        "journal": str(file.parent / "push.db"),
    }
    assert isinstance(found.options["rate"], float)


def test_what_a_table_holds_are_credentials(config: Write) -> None:
    """As they are asked for when the server is reached."""
    file = config(WARD + 'token-file = "token"\n')
    (file.parent / "token").write_text("abc", "ascii")
    proof = credentials_from(find_server("ward7", file, {}).credentials, {}).proof
    assert "token-file" in repr(proof)


def test_a_tilde_is_the_users_home(config: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the shell; without a home there is a message."""
    home = str(Path("/users/ann"))
    monkeypatch.setenv("HOME", home)
    monkeypatch.setenv("USERPROFILE", home)
    found = find_server("ward7", config(WARD + 'token-file = "~/token"\n'), {})
    assert found.credentials["token-file"] == str(Path(home, "token"))
    file = config(WARD + 'token-file = "~nobody-of-this-name/token"\n')
    with pytest.raises(SettingsError, match="token-file: there is no home"):
        find_server("ward7", file, {})


def test_the_option_comes_before_the_environment(config: Write, tmp_path: Path) -> None:
    """And that before the user's own file."""
    own = tmp_path / "fhirkit"
    own.mkdir()
    config('[ward7]\nurl = "https://own.example"\n').rename(own / "servers.toml")
    named = config('[ward7]\nurl = "https://named.example"\n').rename(tmp_path / "named.toml")
    given = config('[ward7]\nurl = "https://given.example"\n')
    environment = {"XDG_CONFIG_HOME": str(tmp_path), "APPDATA": str(tmp_path)}
    assert find_server("ward7", None, environment).url == "https://own.example"
    environment["FHIRKIT_CONFIG"] = str(named)
    assert find_server("ward7", None, environment).url == "https://named.example"
    assert find_server("ward7", given, environment).url == "https://given.example"


@pytest.mark.skipif(os.name == "nt", reason="paths of another system")
@pytest.mark.parametrize(
    ("environment", "system", "path"),
    [
        pytest.param({}, "linux", "/users/ann/.config/fhirkit/servers.toml", id="home"),
        pytest.param({"XDG_CONFIG_HOME": "/x"}, "linux", "/x/fhirkit/servers.toml", id="xdg"),
        pytest.param(
            {"XDG_CONFIG_HOME": "x"},
            "linux",
            "/users/ann/.config/fhirkit/servers.toml",
            id="relative",
        ),
        pytest.param({"APPDATA": "/a"}, "win32", "/a/fhirkit/servers.toml", id="windows"),
    ],
)
def test_the_users_own_file_is_where_systems_want_it(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], system: str, path: str
) -> None:
    """The folder for configuration, and a file of ours in it."""
    monkeypatch.setenv("HOME", "/users/ann")
    assert config_file(environment, system) == Path(path)


def test_an_account_without_a_home_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some containers run as a number that no account has."""

    def none() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", none)
    with pytest.raises(SettingsError, match="FHIRKIT_CONFIG"):
        config_file({}, "linux")


def test_a_name_that_is_not_there(config: Write) -> None:
    """Those that are there are listed; what was asked for may have been a secret."""
    file = config(WARD + '["b.example"]\n')
    with pytest.raises(SettingsError, match=r"but: b\.example, ward7; .*https://") as caught:
        find_server("ann:geheim@host", file, {})
    assert "geheim" not in str(caught.value)
    with pytest.raises(SettingsError, match="but: none"):
        find_server("ward7", config(""), {})
    with pytest.raises(SettingsError, match="does not exist"):
        find_server("ward7", file.with_name("none.toml"), {})


@pytest.mark.parametrize(
    ("line", "told"),
    [
        pytest.param("worker = 8", "worker is no setting of a server: is it workers?", id="near"),
        pytest.param("max_entries = 8", "is it max-entries?", id="underscore"),
        pytest.param("colour = 1", "no setting of a server; there are basic-file,", id="far"),
        pytest.param("workers = true", "workers must be a whole number", id="bool-for-int"),
        pytest.param("workers = 8.0", "workers must be a whole number", id="float-for-int"),
        pytest.param("rate = true", "rate must be a number", id="bool-for-float"),
        pytest.param('timeout = "geheim"', "timeout must be a number", id="string-for-float"),
        pytest.param("verify = 1", "verify must be true or false", id="int-for-bool"),
        pytest.param("mode = 1", "mode must be a string", id="int-for-string"),
        pytest.param('takes = "geheim"', "takes must be a list of strings", id="no-list"),
        pytest.param("takes = [1]", "takes must be a list of strings", id="list-of-numbers"),
        pytest.param('token-file = ""', "token-file must be a string, and not", id="empty"),
        pytest.param('token = "geheim"', "name that file with token-file", id="token"),
        pytest.param('basic = "a:geheim"', "name that file with basic-file", id="basic"),
        pytest.param('client-cert = "c"', "client-key is not", id="half-a-kind"),
        pytest.param("[ward7.more]", "more is no setting", id="table-in-table"),
    ],
)
def test_a_wrong_line_is_told(config: Write, line: str, told: str) -> None:
    """With file, table and key, and never with its value."""
    with pytest.raises(SettingsError, match=r"servers\.toml, \[ward7\]: ") as caught:
        find_server("ward7", config(f"{WARD}{line}\n"), {})
    assert told in str(caught.value)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param("[ward7]\n", "url is missing", id="no-url"),
        pytest.param('[ward7]\nurl = "host"\n', "must begin with https://", id="no-scheme"),
        pytest.param('[ward7]\nurl = "https://a:geheim@h"\n', "credentials", id="login-in-url"),
        pytest.param("[ward7]\nurl = geheim\n", "no TOML file (at line 2, column 7)", id="no-toml"),
        pytest.param("[ward7]\n[ward7]\n", "no TOML file", id="twice"),
        pytest.param('url = "https://h"\n', "url stands above the first table", id="no-table"),
        pytest.param('token = "geheim"\n', "token-file", id="token-above"),
    ],
)
def test_a_wrong_file_is_told(config: Write, words: str, told: str) -> None:
    """With what to do about it."""
    with pytest.raises(SettingsError) as caught:
        find_server("ward7", config(words), {})
    assert told in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_what_is_no_text_is_told(config: Write, tmp_path: Path) -> None:
    """A folder, or a file in another encoding."""
    file = config("")
    file.write_bytes(b"\xff\xfe[")
    with pytest.raises(SettingsError, match="cannot be read"):
        find_server("ward7", file, {})
    tmp_path.chmod(0o700)
    with pytest.raises(SettingsError, match="cannot be read"):
        find_server("ward7", tmp_path, {})


@pytest.mark.skipif(os.name == "nt", reason="rights of another system")
@pytest.mark.parametrize(
    ("mode", "refused"), [(0o644, False), (0o600, False), (0o664, True), (0o602, True)]
)
def test_a_file_that_others_may_write_is_not_followed(
    config: Write, mode: int, refused: bool
) -> None:
    """They could have patients' data sent elsewhere."""
    file = config(WARD, mode)
    if refused:
        with pytest.raises(SettingsError, match="chmod go-w"):
            find_server("ward7", file, {})
    else:
        assert find_server("ward7", file, {}).name == "ward7"
