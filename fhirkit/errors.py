"""Every exception that leaves fhirkit.

    FhirkitError
    ├── InputError          the text, file or JSON given cannot be read
    ├── MappingError        a row of a mapping file is wrong
    ├── SettingsError       a setting or option is wrong
    ├── OutputError         a result cannot be written
    ├── ValidationFailed    a bundle must not be used as it is
    └── ServerError         a FHIR server did not do what was asked
        ├── Refused         it answered, and said no
        ├── Unreachable     nothing was sent
        └── InDoubt         sent, but whether it was stored is unknown

``str(error)`` says what went wrong, where, and what to do. It never holds text of a
narrative or a resource: that stands in ``error.detail`` for whoever asks for it.
"""

from __future__ import annotations


class FhirkitError(Exception):
    """Root of every error fhirkit raises on purpose.

    ``detail`` may hold text of a patient's document; it is never part of ``str(error)``.
    """

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


class InputError(FhirkitError):
    """The given text, file or JSON cannot be read."""


class MappingError(FhirkitError):
    """A mapping file has a row that cannot be used."""


class SettingsError(FhirkitError):
    """A setting or option has a value that cannot be used."""


class OutputError(FhirkitError):
    """A result cannot be written where it was asked to go."""


class ValidationFailed(FhirkitError):
    """A bundle has errors and was not used."""


class ServerError(FhirkitError):
    """A FHIR server did not do what was asked."""


class Refused(ServerError):
    """The server answered and refused; nothing was stored."""


class Unreachable(ServerError):
    """The server could not be reached; nothing was sent."""


class InDoubt(ServerError):
    """The request was sent but no usable answer came: it may have been stored."""
