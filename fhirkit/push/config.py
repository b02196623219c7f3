"""Servers with names: a TOML file that says for each where it is, who we are, and how to push.

[ward7]
url = "https://fhir.ward7.example/r4"
token-file = "/run/secrets/ward7"
workers = 8
on-existing = "update"
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fhirkit._remote import base_url
from fhirkit.errors import SettingsError
from fhirkit.push.auth.credentials import (
    CREDENTIAL_KEYS,
    FILE_KEYS,
    credentials_from,
    refuse_secrets,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

Option = str | int | float | bool | tuple[str, ...]

CONFIG = "FHIRKIT_CONFIG"
_NAME = "servers.toml"

_OPTIONS: dict[str, type] = {
    "on-existing": str,
    "mode": str,
    "unsupported": str,
    "takes": tuple,
    "max-entries": int,
    "max-bytes": int,
    "workers": int,
    "rate": float,
    "timeout": float,
    "patience": float,
    "verify": bool,
    "validate": bool,
    "journal": str,
}
OPTION_KEYS = frozenset(_OPTIONS)
"""The keys of a server's table that are flags of ``push``, too."""

_PATHS = FILE_KEYS | {"journal"}
_KINDS = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    tuple: "a list of strings",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server as it was named.

    ``credentials`` is what :func:`fhirkit.push.auth.credentials_from` takes as the table, and
    ``options`` has what the table says of push's flags, by the flags' names without dashes in
    front. Both are empty for a plain address, whose name is the address itself.
    """

    name: str
    url: str
    credentials: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Option] = field(default_factory=dict)


def find_server(
    name_or_url: str, config_path: Path | None, environment: Mapping[str, str]
) -> Server:
    """The server of an address, or of a name in the file of servers.

    ``config_path`` is the file that was asked for; without it ``FHIRKIT_CONFIG`` names one, and
    else it is the user's own. What begins with ``http://`` or ``https://`` is an address, and
    no file is read for it. Raises SettingsError, which repeats no value of the file.
    """
    if name_or_url.lower().startswith(("http://", "https://")):
        url = base_url(name_or_url)
        return Server(name=url, url=url)
    path = config_path or config_file(environment)
    tables = _tables(path)
    if name_or_url not in tables:
        # What was asked for is not repeated: it may be an address with a password in it.
        names = ", ".join(sorted(tables)) or "none"
        raise SettingsError(
            f"{path} has no server of that name, but: {names}; an address begins with https://"
        )
    try:
        return _server(name_or_url, tables[name_or_url], path.parent)
    except SettingsError as error:
        raise SettingsError(f"{path}, [{name_or_url}]: {error}") from None


def config_file(environment: Mapping[str, str], system: str = sys.platform) -> Path:
    """The file of servers where no option names one: the environment's, or the user's own.

    >>> config_file({"XDG_CONFIG_HOME": "/users/ann/.config"}, "linux").as_posix()
    '/users/ann/.config/fhirkit/servers.toml'
    """
    named = environment.get(CONFIG)
    if named:
        return Path(named)
    own = environment.get("APPDATA" if system == "win32" else "XDG_CONFIG_HOME", "")
    # The XDG specification has relative paths ignored.
    return (Path(own) if Path(own).is_absolute() else _home()) / "fhirkit" / _NAME


def _home() -> Path:
    try:
        return Path.home() / ".config"
    except RuntimeError:  # an account that the machine does not know, as in some containers
        raise SettingsError(
            f"there is no home folder: set {CONFIG} to the file of servers"
        ) from None


def _tables(path: Path) -> dict[str, dict[str, Any]]:
    """The tables of the file by name."""
    try:
        _refuse_writable(path)
        parsed = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise SettingsError(
            f"{path} does not exist: it would say what the server's name stands for "
            "(an address begins with https://)"
        ) from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at [^()]*\)$", str(error))
        raise SettingsError(
            f"{path} is no TOML file {place[0] if place else ''}".rstrip()
        ) from None
    except (OSError, UnicodeDecodeError, RecursionError):
        raise SettingsError(f"{path} cannot be read") from None
    loose = [key for key, value in parsed.items() if not isinstance(value, dict)]
    if loose:
        refuse_secrets(loose)
        raise SettingsError(f"{path}: {loose[0]} stands above the first table: put it below [NAME]")
    return parsed


def _refuse_writable(path: Path) -> None:
    """Raises SettingsError for a file that others may write to.

    Who can write it says where patients' data go, and which file's words are sent there as the
    token. A warning would come too late.
    """
    if os.name == "posix" and path.stat().st_mode & 0o022:
        raise SettingsError(
            f"{path} may be written by others, who could have data sent elsewhere: chmod go-w on it"
        )


def _server(name: str, table: dict[str, Any], folder: Path) -> Server:
    refuse_secrets(table)
    known = {"url"} | CREDENTIAL_KEYS | OPTION_KEYS
    for key in table:
        if key not in known:
            raise SettingsError(f"{key} is no setting of a server{_nearest(key, known)}")
    if "url" not in table:
        raise SettingsError("url is missing")
    credentials = {key: _located(key, table[key], folder) for key in CREDENTIAL_KEYS & table.keys()}
    credentials_from(credentials, {})  # half a kind, or two, is told here: with file and table
    return Server(
        name=name,
        url=base_url(_text("url", table["url"])),
        credentials=credentials,
        options={key: _option(key, table[key], folder) for key in OPTION_KEYS & table.keys()},
    )


def _nearest(key: str, known: set[str]) -> str:
    near = get_close_matches(key.lower().replace("_", "-"), sorted(known), n=1)
    return f": is it {near[0]}?" if near else f"; there are {', '.join(sorted(known))}"


def _option(key: str, value: object, folder: Path) -> Option:
    kind = _OPTIONS[key]
    if kind is str:
        return _located(key, value, folder)
    if kind is tuple and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    if kind is float and type(value) is int:
        return float(value)
    # Not isinstance: true and false are whole numbers, to Python.
    if isinstance(value, int | float) and type(value) is kind:
        return value
    raise SettingsError(f"{key} must be {_KINDS[kind]}")


def _located(key: str, value: object, folder: Path) -> str:
    """A string; a path in it starts from the folder of the file, wherever the program runs."""
    text = _text(key, value)
    if key not in _PATHS:
        return text
    try:
        return str(folder.absolute() / Path(text).expanduser())
    except RuntimeError:
        raise SettingsError(f"{key}: there is no home folder that ~ could stand for") from None


def _text(key: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise SettingsError(f"{key} must be a string, and not an empty one")
    return value
