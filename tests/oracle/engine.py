"""HL7's own validator as a judge: built once with Maven, asked in bulk, one line a resource."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

PROJECT = Path(__file__).parent / "engine"
# The second compiler would cost a short run more than it gains.
_JAVA = ("-Xmx1500m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_BAD = ("fatal", "error")


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the official engine, its place as plain FHIRPath (``value``, no type)."""

    severity: str
    expression: str
    line: int | None
    id: str | None
    text: str

    @property
    def is_error(self) -> bool:
        """Whether the engine refuses the resource for this."""
        return self.severity in _BAD


class EngineFailed(Exception):
    """Maven or the engine ended with an error; the text is what it said last."""


def missing_tools() -> list[str]:
    """The programs the engine needs and this machine has not."""
    return [name for name in ("java", "mvn") if shutil.which(name) is None]


def build(folder: Path) -> Path:
    """Builds the engine into ``folder``, unless it stands there, and returns its own folder."""
    sources = sorted(PROJECT.rglob("*.*"))
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in sources if file.is_file()))
    target = folder / digest.hexdigest()[:12]
    if not (target / "complete").is_file():
        command = ["mvn", "-q", "-B", "-f", str(PROJECT / "pom.xml")]
        made = subprocess.run(
            [*command, f"-Dbuild.folder={target}", "package"],
            check=False,
            capture_output=True,
            text=True,
            timeout=600,
        )
        if made.returncode:
            raise EngineFailed((made.stdout + made.stderr)[-2000:])
        (target / "complete").touch()
    return target


def ask(
    built: Path,
    texts: Iterable[tuple[str, str]],
    *,
    strict: bool = False,
    packages: Iterable[Path] = (),
    threads: int = 2,
) -> dict[str, list[Message]]:
    """What the engine says of each text, by its name, in the order given."""
    arguments = ["oracle.Oracle", "--threads", str(threads), *(["--strict"] if strict else [])]
    for package in packages:
        arguments += ["--package", str(package)]
    process = subprocess.Popen(
        ["java", *_JAVA, "-cp", f"{built / 'oracle.jar'}:{built / 'lib'}/*", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )
    assert process.stdin is not None
    assert process.stdout is not None
    feeder = threading.Thread(target=_feed, args=(process.stdin, list(texts)))
    feeder.start()
    with process.stdout as lines:
        answers = [json.loads(line) for line in lines]
    feeder.join()
    if process.wait() or not answers:
        raise EngineFailed(f"the engine ended with {process.returncode}")
    return {one["name"]: [_message(found) for found in one["messages"]] for one in answers[1:]}


def plain(location: str | None) -> str:
    """The engine's spelling of a place as FHIRPath without resource names and types.

    >>> plain("Bundle.entry[1].resource/*Patient/p*/.deceased.ofType(boolean)")
    'Bundle.entry[1].resource.deceased'
    """
    bare = re.sub(r"/\*.*?\*/", "", location or "")
    return re.sub(r"\.(ofType|extension)\((.*?)\)", lambda m: _kept(m[1], m[2]), bare)


def _kept(function: str, argument: str) -> str:
    """``extension('url')`` names no position; its parent does."""
    return "" if function == "ofType" else f".extension({argument})"


def _feed(stream: IO[str], texts: list[tuple[str, str]]) -> None:
    with stream:
        for name, text in texts:
            stream.write(json.dumps({"name": name, "text": text}) + "\n")


def _message(found: dict[str, Any]) -> Message:
    return Message(
        severity=str(found["severity"]),
        expression=plain(found.get("location")),
        line=found.get("line"),
        id=found.get("id"),
        text=str(found.get("text")),
    )
