from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest

from fhirkit.serve import INSTALL

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.mark.server
@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent another way there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminate"])
def test_it_serves_until_told_to_stop(
    tmp_path: Path, command: list[str], require: Any, number: signal.Signals
) -> None:
    """Addresses are printed, requests answered; a signal ends it with code 0 and one file left."""
    if find_spec("sekmet") is None:
        require(f"no embedded server: {INSTALL}")
    process = subprocess.Popen(
        [*command, "serve", "--port", "0", "--database", "here.db"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(5)]
        base, ui, cases = (line.split()[-1] for line in lines[:3])
        assert ui == base.removesuffix("/fhir") + "/ui"
        assert cases == base.removesuffix("/fhir") + "/cases"
        assert "here.db" in lines[3]
        assert httpx.get(f"{base}/metadata", trust_env=False).status_code == 200
        assert httpx.get(ui, trust_env=False).status_code == 200
        assert "No case yet" in httpx.get(cases, trust_env=False).text
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, out, err) == (0, "stopped\n", "")
    assert [path.name for path in tmp_path.iterdir()] == ["here.db"]


@pytest.mark.server
def test_a_port_in_use_is_one_line(run: Run, tmp_path: Path, require: Any) -> None:
    """Code 2, the port named, no database left."""
    if find_spec("sekmet") is None:
        require(f"no embedded server: {INSTALL}")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port), "--database", "here.db")
    assert done.returncode == 2
    assert f"port {port} " in done.stderr.decode()
    assert list(tmp_path.iterdir()) == []


def test_a_missing_extra_is_one_line(run: Run, tmp_path: Path) -> None:
    """The line says what to install."""
    (tmp_path / "uvicorn.py").write_text("raise ImportError", "utf-8")
    done = run("serve")
    assert done.returncode == 2
    assert b"pip install 'fhirkit-cases[server]'" in done.stderr
