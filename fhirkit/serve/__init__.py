"""The embedded FHIR server for trying things out: this machine only, no accounts."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fhirkit.serve.embedded import HOST, INSTALL, Embedded, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType

__all__ = ["HOST", "INSTALL", "Embedded", "running", "serve"]


def serve(db_path: Path | str, port: int, announce: Callable[[Embedded], None]) -> None:
    """Runs the server until Ctrl-C or SIGTERM; ``announce`` is called once it answers.

    To be called in the main thread. Raises what :func:`running` raises.
    """
    stop = threading.Event()
    with _stopped_by_signals(stop), running(db_path, port) as server:
        announce(server)
        # Not one endless wait: on Windows that would not notice Ctrl-C.
        while not stop.wait(1.0):
            pass


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
