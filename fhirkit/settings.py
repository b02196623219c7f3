"""What a site decides about the FHIR it gets: read from a file, from flags, or given in code."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal, get_args, get_type_hints

from fhirkit.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

Seriousness = Literal["r4", "tho", "both"]
BundleType = Literal["transaction", "collection", "batch"]
OnRepeat = Literal["keep", "update"]

#: Our own namespace for the keys of facts. A UUID written as an OID belongs to whoever made
#: it and needs no registration; this one is uuid5(NAMESPACE_URL, "fhirkit-cases fact key").
DEFAULT_IDENTIFIER_SYSTEM = "urn:oid:2.25.34290446592401224342550524732541700100"

URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s|<>\"{}\\^`]+")
# The instant of https://hl7.org/fhir/R4/datatypes.html#instant: to the second, with a zone.
INSTANT = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(\.[0-9]+)?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A site's choices; the defaults suit a FHIR R4 server of which nothing is known.

    ``identifier_system`` is the namespace of the keys by which a server knows a resource
    again. ``source_url`` is where the narrative was published, if it was. ``test_data`` adds
    the security label HTEST to every resource. ``seriousness`` chooses the code list of
    ``AdverseEvent.seriousness``: that of FHIR R4 ("Serious"), that of HL7's terminology
    server and R5 ("serious"), or both side by side. ``on_repeat`` says what a second push
    does with a resource the server already has: leave it as it is, or overwrite it.
    ``recorded`` is the instant for ``Provenance.recorded``; without it the element says that
    the time is unknown, since fhirkit never reads a clock while it maps.
    """

    identifier_system: str = DEFAULT_IDENTIFIER_SYSTEM
    source_url: str | None = None
    test_data: bool = False
    seriousness: Seriousness = "r4"
    bundle_type: BundleType = "transaction"
    on_repeat: OnRepeat = "keep"
    recorded: str | None = None

    def __post_init__(self) -> None:
        for name, hint in _HINTS.items():
            _check(name, hint, getattr(self, name))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Settings:
        """Settings from the keys of a configuration file; "-" and "_" are the same in a key."""
        return cls().changed(values)

    def changed(self, values: Mapping[str, Any]) -> Settings:
        """These settings with ``values`` in place of some of them."""
        given: dict[str, Any] = {}
        for key, value in values.items():
            name = key.replace("-", "_")
            if name not in _HINTS:
                raise SettingsError(
                    f"there is no setting '{key}': the settings are {', '.join(_HINTS)}"
                )
            if name in given:
                raise SettingsError(f"setting '{name}' is given twice: remove one of the two")
            given[name] = value
        return replace(self, **given)


def _check(name: str, hint: Any, value: object) -> None:
    choices = get_args(hint)
    if hint is bool:
        if not isinstance(value, bool):
            raise SettingsError(f"setting '{name}' must be true or false")
    elif choices and type(None) not in choices:
        if value not in choices:
            raise SettingsError(f"setting '{name}' must be one of {', '.join(choices)}")
    elif value is not None or type(None) not in choices:
        _check_text(name, value)


def _check_text(name: str, value: object) -> None:
    pattern, expected = (INSTANT, _AN_INSTANT) if name == "recorded" else (URI, _A_URI)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise SettingsError(f"setting '{name}' must be {expected}")


_A_URI = (
    "an absolute URI without spaces, such as https://hospital.org/fhir/fact-key or urn:oid:2.25.1"
)
_AN_INSTANT = "an instant with seconds and a time zone, such as 2026-03-01T12:00:00Z"
_HINTS: dict[str, Any] = {
    field.name: get_type_hints(Settings)[field.name] for field in fields(Settings)
}
