from __future__ import annotations

import logging
import socket
import sys
import threading
from pathlib import Path

import httpx
import pytest

from fhirkit.errors import OutputError, SettingsError
from fhirkit.serve import running

pytestmark = pytest.mark.server


def get(url: str, **headers: str) -> httpx.Response:
    """A request without proxies."""
    return httpx.get(url, headers=headers, trust_env=False, timeout=10)


def test_it_answers_and_leaves_only_the_database(database: Path) -> None:
    """FHIR and pages while it runs; afterwards one file, no thread, no other trace."""
    threads = set(threading.enumerate())
    with running(database) as server:
        assert server.base.startswith("http://127.0.0.1:")
        assert get(f"{server.base}/metadata").json()["fhirVersion"] == "4.0.1"
        assert get(server.ui).status_code == 200
    assert list(database.parent.iterdir()) == [database]
    assert list(Path().iterdir()) == []
    assert set(threading.enumerate()) <= threads
    with pytest.raises(httpx.ConnectError):
        get(f"{server.base}/metadata")


def test_data_outlives_the_server(database: Path) -> None:
    """Started again with the same database, it has what it had."""
    with running(database) as server:
        made = httpx.post(
            f"{server.base}/Patient", json={"resourceType": "Patient"}, trust_env=False
        )
        assert made.status_code == 201
    with running(database) as server:
        assert get(f"{server.base}/Patient?_summary=count").json()["total"] == 1


def test_two_servers_at_once(database: Path) -> None:
    """Each has its own free port."""
    with running(database) as one, running(database.with_name("other.db")) as other:
        assert one.base != other.base
        assert get(f"{one.base}/metadata").status_code == 200
        assert get(f"{other.base}/metadata").status_code == 200


def test_it_listens_on_the_loopback_interface_only(database: Path) -> None:
    """No other address of this machine answers on its port."""
    with running(database) as server:
        port = int(server.base.split(":")[2].split("/")[0])
        try:
            known = socket.getaddrinfo(socket.gethostname(), port)
        except socket.gaierror:
            pytest.skip("this machine's name leads to no address")
        for address in {info[4][0] for info in known}:
            if str(address).startswith("127."):
                continue
            with socket.socket() as client:
                client.settimeout(2)
                assert client.connect_ex((str(address), port)) != 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 200, id="client"),
        pytest.param({"origin": "https://hospital.example"}, 403, id="other-page"),
        pytest.param({"host": "hospital.example"}, 403, id="rebound-name"),
    ],
)
def test_pages_of_other_sites_are_refused(
    database: Path, headers: dict[str, str], status: int
) -> None:
    """Whatever a browser has open, it cannot read the data."""
    with running(database) as server:
        assert get(f"{server.base}/Patient", **headers).status_code == status


def test_its_pages_load_nothing_from_elsewhere(database: Path) -> None:
    """A script of a public address would see the patients."""
    with running(database) as server:
        assert "default-src 'self'" in get(server.ui).headers["content-security-policy"]


def test_a_port_in_use_is_told(database: Path) -> None:
    """The message names the port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"port {port} "), running(database, port):
            pass
    assert not database.exists()


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_number_that_is_no_port_is_told(database: Path, port: int) -> None:
    """Whatever the system says of it, it is one of our errors."""
    with pytest.raises(SettingsError, match="port"), running(database, port):
        pass


def test_a_missing_folder_is_told(database: Path) -> None:
    """No folder is made for a database: a slip of the pen would be lost in it."""
    with pytest.raises(OutputError, match="no folder"), running(database / "deeper" / "x.db"):
        pass


def test_a_file_that_is_no_database_is_told_and_kept(database: Path) -> None:
    """A wrong --database must not cost a file."""
    database.write_text("This is a letter, and no database at all. " * 40, "utf-8")
    before = database.read_bytes()
    with pytest.raises(OutputError, match="cannot be used"), running(database):
        pass
    assert database.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")
def test_the_database_is_its_owners_alone(database: Path) -> None:
    """It holds what was pushed; the log beside it, too."""
    with running(database) as server:
        httpx.post(f"{server.base}/Patient", json={"resourceType": "Patient"}, trust_env=False)
        modes = {path.name: path.stat().st_mode & 0o077 for path in database.parent.iterdir()}
    assert database.name in modes
    assert set(modes.values()) == {0}


def test_a_failure_inside_the_block_stops_it_too(database: Path) -> None:
    """The server never outlives the block."""
    threads = set(threading.enumerate())
    with pytest.raises(ZeroDivisionError), running(database):
        raise ZeroDivisionError
    assert set(threading.enumerate()) <= threads


def test_logging_stays_as_the_user_set_it_up(
    database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No handler is added to the root logger, and requests are not logged."""
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    with caplog.at_level(logging.DEBUG), running(database) as server:
        get(f"{server.base}/Patient?name=Muster")
    assert "Muster" not in caplog.text
    assert (root.level, list(root.handlers)) == before


def test_a_missing_extra_says_what_to_install(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command to type stands in the message."""
    monkeypatch.setitem(sys.modules, "sekmet.main", None)
    with pytest.raises(SettingsError, match=r"pip install 'fhirkit-cases\[server\]'"):
        running(database).__enter__()


def test_the_environment_of_sekmet_is_not_read(
    database: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A settings.yaml or variables of another sekmet change nothing."""
    monkeypatch.setenv("SEKMET_DB", str(tmp_path / "other.db"))
    monkeypatch.setenv("SEKMET_PORT", "1")
    Path("settings.yaml").write_text("host: 0.0.0.0\n", "utf-8")
    with running(database) as server:
        assert get(f"{server.base}/metadata").status_code == 200
    assert not (tmp_path / "other.db").exists()
