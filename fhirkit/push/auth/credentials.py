"""Which credentials are to be used: from the environment, or from a named server's table.

Here is only where each secret stands. It is read when it is needed, so that a value of
:class:`Credentials` can be shown and compared without telling anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fhirkit._remote import one_line, secret_in
from fhirkit.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_PREFIX = "FHIRKIT_"
_SMART = (
    "smart-client-id",
    "smart-key-file",
    "smart-key-id",
    "smart-scope",
    "smart-token-url",
)
_CERTIFICATE = ("client-cert", "client-key")
_AUTHORITY = ("ca-file",)

FILE_KEYS = frozenset({"token-file", "basic-file", "smart-key-file", *_CERTIFICATE, *_AUTHORITY})
"""What names a file, in a named server's table."""

CREDENTIAL_KEYS = FILE_KEYS | frozenset(_SMART)
"""Every key that a named server's table may have for its credentials."""

_SECRETS = {
    "token": "token-file",
    "bearer": "token-file",
    "basic": "basic-file",
    "password": "basic-file",
    "smart-key": "smart-key-file",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A value, and the name that whoever set it knows it by."""

    name: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret stands: in a file, or by itself in the environment."""

    setting: str
    file: Path | None = None
    value: str = field(default="", repr=False)

    def read(self) -> str:
        """The one line it is. Raises SettingsError, which names the setting and never the line."""
        if self.file is None:
            return one_line(self.value, self.setting)
        return secret_in(self.file, self.setting)


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that a setting names."""

    setting: str
    path: Path

    def read(self) -> str:
        """The text of the file. Raises SettingsError, which names the setting."""
        try:
            return self.path.read_text("utf-8-sig")
        except (OSError, ValueError):
            raise SettingsError(f"the file that {self.setting} names cannot be read") from None


@dataclass(frozen=True, slots=True)
class BasicLogin:
    """A user and a password, as ``user:password``."""

    login: Secret

    @property
    def setting(self) -> str:
        """The name of what was set."""
        return self.login.setting


@dataclass(frozen=True, slots=True)
class BearerToken:
    """A token that somebody else fetched."""

    token: Secret

    @property
    def setting(self) -> str:
        """The name of what was set."""
        return self.token.setting


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendService:
    """A client of SMART Backend Services: its id, and the key that its assertions are signed with.

    ``key_id``, ``scope`` and ``token_url`` are None where the key and the server are to say.
    """

    client_id: Setting
    key: NamedFile
    key_id: str | None = None
    scope: str | None = None
    token_url: Setting | None = None

    @property
    def setting(self) -> str:
        """The name of what was set."""
        return self.client_id.name


Proof = BasicLogin | BearerToken | BackendService


@dataclass(frozen=True, slots=True)
class Certificate:
    """Our side of mutual TLS."""

    certificate: NamedFile
    key: NamedFile

    @property
    def setting(self) -> str:
        """The name of what was set."""
        return self.certificate.setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a server is told about us, and whose word we take for it being that server.

    ``proof`` is one of basic, bearer and SMART Backend Services. A certificate for mutual TLS
    goes with any of them, or alone. ``authority`` names the certificates of the authorities
    that are trusted instead of the public ones.
    """

    proof: Proof | None = None
    certificate: Certificate | None = None
    authority: NamedFile | None = None


def credentials_from(table: Mapping[str, str], environment: Mapping[str, str]) -> Credentials:
    """The credentials that a named server's table and the environment ask for.

    Proof, client certificate and authority are each taken whole from the table if it has any
    key of them, and else from the environment: half of one and half of the other would be
    somebody's mistake. Raises SettingsError for several kinds of proof at once, for half a
    kind, and for a secret that stands in the table itself.
    """
    refuse_secrets(table)
    proofs = ("token-file", "basic-file", *_SMART)
    return Credentials(
        # A table holds no secret; the environment may.
        proof=_proof(_given(proofs, table, environment, only_there=("token", "basic"))),
        certificate=_certificate(_given(_CERTIFICATE, table, environment)),
        authority=_file(_given(_AUTHORITY, table, environment), "ca-file"),
    )


def refuse_secrets(keys: Collection[str]) -> None:
    """Raises SettingsError if one of the keys of a table is for a secret itself."""
    for key in keys:
        if key in _SECRETS:
            raise SettingsError(
                f"{key}: a secret must not stand in the table itself: write it into a file of its "
                f"own and name that file with {_SECRETS[key]}"
            )
    if "client-secret" in keys:
        raise SettingsError(
            "client-secret: SMART Backend Services works with a key: name it with smart-key-file"
        )


def _given(
    keys: Iterable[str],
    table: Mapping[str, str],
    environment: Mapping[str, str],
    *,
    only_there: Iterable[str] = (),
) -> dict[str, Setting]:
    own = {key: Setting(key, table[key]) for key in keys if key in table}
    if own:
        return own
    names = {key: _variable(key) for key in (*only_there, *keys)}
    return {
        key: Setting(name, environment[name])
        for key, name in names.items()
        if environment.get(name)  # set to nothing is as good as not set
    }


def _variable(key: str) -> str:
    return _PREFIX + key.upper().replace("-", "_")


def _proof(given: Mapping[str, Setting]) -> Proof | None:
    ways = [
        given[key].name for key in ("token-file", "token", "basic-file", "basic") if key in given
    ]
    smart = [given[key].name for key in _SMART if key in given]
    ways += smart[:1]
    if len(ways) > 1:
        raise SettingsError(f"{' and '.join(ways)} are set: one of them must go")
    if smart:
        return _backend_service(given)
    for kind, key in ((BearerToken, "token"), (BasicLogin, "basic")):
        secret = _secret(given, key)
        if secret is not None:
            return kind(secret)
    return None


def _secret(given: Mapping[str, Setting], key: str) -> Secret | None:
    if key in given:
        return Secret(given[key].name, value=given[key].value)
    file = _file(given, f"{key}-file")
    return None if file is None else Secret(file.setting, file.path)


def _backend_service(given: Mapping[str, Setting]) -> BackendService:
    client_id, key = _both(given, "smart-client-id", "smart-key-file")
    return BackendService(
        client_id=Setting(client_id.name, one_line(client_id.value, client_id.name)),
        key=NamedFile(key.name, Path(key.value)),
        key_id=_line(given, "smart-key-id"),
        scope=_line(given, "smart-scope"),
        token_url=given.get("smart-token-url"),
    )


def _certificate(given: Mapping[str, Setting]) -> Certificate | None:
    if not given:
        return None
    certificate, key = _both(given, *_CERTIFICATE)
    return Certificate(
        NamedFile(certificate.name, Path(certificate.value)), NamedFile(key.name, Path(key.value))
    )


def _both(given: Mapping[str, Setting], *keys: str) -> tuple[Setting, ...]:
    """The settings that only mean something together."""
    present = next(iter(given.values())).name
    for key in keys:
        if key not in given:
            missing = _variable(key) if present.startswith(_PREFIX) else key
            raise SettingsError(f"{present} is set, but {missing} is not: they belong together")
    return tuple(given[key] for key in keys)


def _line(given: Mapping[str, Setting], key: str) -> str | None:
    return one_line(given[key].value, given[key].name) if key in given else None


def _file(given: Mapping[str, Setting], key: str) -> NamedFile | None:
    return NamedFile(given[key].name, Path(given[key].value)) if key in given else None
