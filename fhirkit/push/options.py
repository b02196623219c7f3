"""What a push is asked to do: the same keys as flags, in a file of named servers, and in code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, get_args

from fhirkit.errors import SettingsError

OnExisting = Literal["keep", "update"]
Unsupported = Literal["refuse", "skip", "document"]

TIMEOUT = 120.0  # seconds; a large transaction takes a server its time
PATIENCE = 300.0  # seconds; a server that restarts is back by then


class Mode(StrEnum):
    """How the entries of a bundle travel, from the surest way to the plainest."""

    TRANSACTION = "transaction"  # all or nothing
    BATCH = "batch"  # one request, each entry by itself
    SINGLE = "single"  # one request an entry, what others point at first


@dataclass(frozen=True, slots=True, kw_only=True)
class PushOptions:
    """The choices of one push; the defaults suit a server of which nothing is known.

    ``on_existing`` says what becomes of a resource the server has under the same key: ``keep``
    leaves it as it is, ``update`` overwrites it. ``mode``, ``max_entries`` and ``max_bytes``
    (of one request) override what the server's statement leads to, and ``takes`` names resource
    types to be sent though it says otherwise. ``unsupported`` says what becomes of entries of
    other types that the server does not take: the bundle is refused, they are left out, or they
    travel as an attachment of the bundle's DocumentReference.

    ``rate`` is the largest number of requests a second, ``timeout`` how many seconds an answer
    may take, ``patience`` for how many seconds a request is repeated. ``verify`` reads back what
    landed and compares it.
    """

    on_existing: OnExisting = "keep"
    mode: Mode | Literal["transaction", "batch", "single"] | None = None
    unsupported: Unsupported = "refuse"
    takes: frozenset[str] = frozenset()
    max_entries: int | None = None
    max_bytes: int | None = None
    workers: int = 4
    rate: float | None = None
    timeout: float = TIMEOUT
    patience: float = PATIENCE
    verify: bool = False

    def __post_init__(self) -> None:
        _one_of("on-existing", self.on_existing, get_args(OnExisting))
        _one_of("unsupported", self.unsupported, get_args(Unsupported))
        if self.mode is not None:
            _one_of("mode", self.mode, tuple(Mode))
            object.__setattr__(self, "mode", Mode(self.mode))
        for name, number, least, most in (
            ("max-entries", self.max_entries, 1, 10_000_000),
            ("max-bytes", self.max_bytes, 1, 10_000_000_000),
            ("workers", self.workers, 1, 256),
            ("rate", self.rate, 0.001, 1_000_000),
            ("timeout", self.timeout, 0.001, 86_400),
            ("patience", self.patience, 0, 864_000),
        ):
            if number is not None and not _within(number, least, most):
                raise SettingsError(f"{name} must be a number from {least} to {most}")


def _within(value: object, least: float, most: float) -> bool:
    return isinstance(value, int | float) and least <= value <= most


def _one_of(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SettingsError(f"{name} must be one of: {', '.join(choices)}")
