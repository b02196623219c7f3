"""Which model is asked, and where."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit._remote import base_url, is_loopback, set_of, token
from fhirkit.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY, KEY_FILE = "FHIRKIT_LLM_KEY", "FHIRKIT_LLM_KEY_FILE"
PATIENCE = "FHIRKIT_LLM_TIMEOUT"
_PATIENCE = 120.0  # seconds; a small machine needs its time for a case report
# A model's name may hold "@" and ":" itself ("@maker/model:8b").
_SPEC = re.compile(r"openai:(?P<model>[!-~]{1,100}?)@(?P<url>https?://.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A model behind a server with the chat-completions interface.

    ``base`` is the address that ``/chat/completions`` follows, without a slash at the end.
    """

    model: str
    base: str

    @property
    def name(self) -> str:
        """What stands in the rules of facts and in notices."""
        return f"openai:{self.model}"

    @property
    def is_here(self) -> bool:
        """Whether what is sent stays on this machine."""
        return is_loopback(self.base)


def endpoint(spec: str) -> Endpoint:
    """The model that ``openai:MODEL@URL`` names.

    Raises SettingsError for what is no such thing and for plain http to another machine. The
    message does not repeat it: somebody may have put a key in.
    """
    match = _SPEC.fullmatch(spec)
    if match is None:
        raise SettingsError(
            "--proposer must be learned or openai:MODEL@URL, such as openai:m@https://host/v1"
        )
    found = Endpoint(match.group("model"), base_url(match.group("url")))
    if not found.base.startswith("https:") and not found.is_here:
        raise SettingsError(
            "--proposer: texts are not sent to another machine over plain http: "
            "use an https:// address"
        )
    return found


def key(environment: Mapping[str, str]) -> str | None:
    """The key that the environment holds or names a file for, None where there is none.

    Raises SettingsError for both at once and for what can be no key.
    """
    given = set_of(environment, (KEY_FILE, KEY))
    return None if given is None else token(environment, given)


def patience(environment: Mapping[str, str]) -> float:
    """How many seconds an answer may take. Raises SettingsError for what is no such number."""
    given = environment.get(PATIENCE)
    if not given:
        return _PATIENCE
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 86_400:
        raise SettingsError(f"{PATIENCE} must be a number of seconds")
    return seconds
