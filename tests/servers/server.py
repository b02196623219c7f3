"""What a test is told of a FHIR server it may use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Smart:
    """How a client proves to a server who it is: SMART Backend Services."""

    client_id: str
    key_file: Path
    """A private RSA key, PEM."""
    token_url: str
    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running FHIR server."""

    name: str
    base: str
    fresh: bool
    """Whether it holds nothing when a test begins; else others have left their resources."""
    smart: Smart | None = None
