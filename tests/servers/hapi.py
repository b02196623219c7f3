"""HAPI FHIR JPA: built with Maven, started on the loopback interface, in memory."""

from __future__ import annotations

import shutil
from pathlib import Path

from servers.process import built, run

PROJECT = Path(__file__).parent / "hapi"
PATIENCE = 180.0  # seconds; alone it takes half a minute, beside other tests more
# The second compiler would cost a short run more than it gains.
_JAVA = ("-Xmx768m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


def missing_tools() -> list[str]:
    """The programs it needs and this machine has not."""
    return [name for name in ("java", "mvn") if shutil.which(name) is None]


def build(folder: Path) -> Path:
    """The folder with the server and its libraries, below ``folder``."""
    sources = [file for file in PROJECT.rglob("*") if file.is_file()]
    return built(folder / "hapi", sources, _make)


def command(folder: Path, *, strict: bool = False, port: int = 0) -> list[str]:
    """What starts a server that was built into ``folder``; port 0 takes any free one."""
    options = [f"-Dport={port}", f"-Dstrict={str(strict).lower()}"]
    return ["java", *_JAVA, *options, "-jar", str(folder / "hapi.jar")]


def _make(target: Path) -> None:
    maven = ["mvn", "-q", "-B", "-f", str(PROJECT / "pom.xml"), f"-Dbuild.folder={target}"]
    run([*maven, "package"], PROJECT)
