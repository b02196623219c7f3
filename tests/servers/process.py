"""Servers that are programs of their own: built once, started, waited for, stopped.

Each prints a line ``ready BASE`` once it answers, so it may listen on any free port.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# As it is before the tests clean it: how Maven and npm are set up, and the way to the network.
_ENVIRONMENT = dict(os.environ)
_READY = re.compile(rb"^ready (\S+)\r?\n", re.MULTILINE)


class CannotStart(Exception):
    """A server cannot be built or started; the text is what it said last."""


@dataclass(frozen=True, slots=True)
class Started:
    """A program that was started, whether it answers by now or not."""

    program: subprocess.Popen[bytes]
    log: Path

    def base(self, patience: float) -> str:
        """Its address, once it answers."""
        deadline = time.monotonic() + patience
        while True:
            ready = _READY.search(self.log.read_bytes())
            if ready:
                return ready[1].decode()
            if self.program.poll() is not None:
                raise CannotStart(f"ended with {self.program.returncode}: {self.last_words()}")
            if time.monotonic() > deadline:
                raise CannotStart(f"not ready after {patience:.0f} s: {self.last_words()}")
            time.sleep(0.05)

    def last_words(self) -> str:
        """The end of what it wrote."""
        return self.log.read_text("utf-8", "replace")[-2000:]

    def stop(self) -> None:
        """Ends it, by force if it will not."""
        self.program.terminate()
        try:
            self.program.wait(10)
        except subprocess.TimeoutExpired:
            self.program.kill()
            self.program.wait(10)


def start(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> Started:
    """Starts a program and does not wait; what it writes goes into ``log``."""
    with log.open("wb") as stream:
        program = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )
    return Started(program, log)


def built(folder: Path, sources: Iterable[Path], make: Callable[[Path], None]) -> Path:
    """The folder below ``folder`` with what was made of these sources, made now if need be.

    Other sources have another folder, so nothing old is used and nothing is built twice.
    """
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(sources)))
    target = folder / digest.hexdigest()[:12]
    if not (target / "complete").is_file():
        target.mkdir(parents=True, exist_ok=True)
        make(target)
        (target / "complete").touch()
    return target


def run(command: Sequence[str], folder: Path, patience: float = 900) -> None:
    """Runs a step of a build to its end."""
    try:
        made = subprocess.run(
            command,
            cwd=folder,
            env=_ENVIRONMENT,
            check=False,
            capture_output=True,
            text=True,
            timeout=patience,
        )
    except subprocess.TimeoutExpired:
        raise CannotStart(f"{command[0]} was not done after {patience:.0f} s") from None
    if made.returncode:
        raise CannotStart((made.stdout + made.stderr)[-2000:])
