from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from fhirkit.serve import INSTALL, Embedded, running

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
NOWHERE = "http://127.0.0.1:9/fhir"


@pytest.fixture
def server(tmp_path: Path, require: Any) -> Iterator[Embedded]:
    """The embedded server with an empty database."""
    if find_spec("sekmet") is None:
        require(f"no embedded server: {INSTALL}")
    with running(tmp_path / "server.db") as embedded:
        yield embedded


@pytest.mark.server
def test_converted_narratives_land_and_land_again(run: Run, case: str, server: Embedded) -> None:
    """Straight from convert; the second push creates nothing."""
    made = run("convert", "-", stdin=case.encode()).stdout
    first = run("push", "-", "--to", server.base, stdin=made)
    assert (first.returncode, first.stderr) == (0, b"")
    assert b"standard input: landed" in first.stdout
    assert b"created" in first.stdout.splitlines()[-1]
    second = run("push", "-", "--to", server.base, "--format", "json", stdin=made)
    read = json.loads(second.stdout)
    assert read["landed"] is True
    assert "created" not in read["counts"]


@pytest.mark.server
def test_a_stream_is_pushed_bundle_by_bundle(run: Run, case: str, server: Embedded) -> None:
    """Two narratives in, two bundles told by their line."""
    records = "".join(
        json.dumps({"id": age, "text": case.replace("40", age)}) + "\n" for age in ("50", "60")
    )
    path = Path(server.database).parent / "two.ndjson"
    path.write_text(records, "utf-8")
    made = run("convert", path).stdout
    done = run("push", "-", "--to", server.base, stdin=made)
    assert done.returncode == 0
    assert b"2 bundles: 2 landed" in done.stdout


@pytest.mark.server
def test_a_refusal_is_code_1_and_keeps_to_itself(run: Run, case: str, server: Embedded) -> None:
    """The server's words stand in the report; standard error has only the sum."""
    bundle = json.loads(run("convert", "-", stdin=case.encode()).stdout)
    bundle["entry"][2]["resource"]["severity"] = "Anna Muster"
    done = run("push", "-", "--to", server.base, stdin=json.dumps(bundle).encode())
    assert done.returncode == 1
    assert b"refused: HTTP 400" in done.stdout
    assert done.stderr.decode().splitlines() == [
        f"fhirkit: notice: {server.base}: 1 of 1 bundles did not land"
    ]


@pytest.mark.server
def test_what_landed_is_told_although_a_later_file_cannot_be_read(
    run: Run, tmp_path: Path, case: str, server: Embedded
) -> None:
    """The report of the first bundle stands before the error about the second file."""
    (tmp_path / "a.json").write_bytes(run("convert", "-", stdin=case.encode()).stdout)
    (tmp_path / "b.ndjson").write_bytes(b"\n")
    done = run("push", "a.json", "b.ndjson", "--to", server.base)
    assert done.returncode == 2
    assert b"a.json: landed" in done.stdout
    assert b"b.ndjson: the file is empty" in done.stderr


def test_a_server_out_of_reach_is_code_1(run: Run) -> None:
    """The line names the address; nothing was sent."""
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": []}
    done = run("push", "-", "--to", NOWHERE, stdin=json.dumps(bundle).encode())
    assert (done.returncode, done.stdout) == (1, b"")
    assert NOWHERE in done.stderr.decode()


@pytest.mark.parametrize("url", ["host/fhir", "ftp://host/fhir", "https://a:geheim@host/fhir"])
def test_a_wrong_address_is_code_2(run: Run, url: str) -> None:
    """And a password in it is not repeated."""
    done = run("push", "-", "--to", url, stdin=b"{}")
    assert done.returncode == 2
    assert b"geheim" not in done.stderr


def test_credentials_never_go_over_plain_http(run: Run) -> None:
    """Code 2 before a connection is tried."""
    secret = {"FHIRKIT_TOKEN": "geheim"}
    done = run("push", "-", "--to", "http://host.example/fhir", stdin=b"{}", **secret)
    assert done.returncode == 2
    assert b"plain http" in done.stderr
    assert b"geheim" not in done.stderr


def test_what_is_no_bundle_is_not_sent(run: Run) -> None:
    """Not even a connection is made for it."""
    done = run("push", "-", "--to", NOWHERE, stdin=b"Anna had fever.")
    assert done.returncode == 1
    assert b"not sent: this is not JSON" in done.stdout
    assert b"Anna" not in done.stdout + done.stderr
