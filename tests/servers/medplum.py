"""Medplum's router: installed with npm, started on the loopback interface, in memory."""

from __future__ import annotations

import shutil
from pathlib import Path

from servers.process import built, run

PROJECT = Path(__file__).parent / "medplum"
PATIENCE = 60.0
_PACKAGES = ("package.json", "package-lock.json", ".npmrc")


def missing_tools() -> list[str]:
    """The programs it needs and this machine has not."""
    return [name for name in ("node", "npm") if shutil.which(name) is None]


def build(folder: Path) -> Path:
    """The folder with the router's packages, below ``folder``."""
    sources = [PROJECT / name for name in (*_PACKAGES, "server.mjs")]
    return built(folder / "medplum", sources, _make)


def command(folder: Path, *, port: int = 0) -> list[str]:
    """What starts a server that was built into ``folder``; port 0 takes any free one."""
    return ["node", str(folder / "server.mjs"), str(port)]


def _make(target: Path) -> None:
    # Packages are found beside the script that imports them.
    for name in (*_PACKAGES, "server.mjs"):
        shutil.copy(PROJECT / name, target)
    run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], target)
