"""The parts of the push benchmark: its bundles, its server, its counting."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import httpx
import pytest

NAMES = ("push_bundles", "push_contenders", "push_memory", "push_sink", "push")


@pytest.fixture
def modules(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    """The benchmark's modules by their last word."""
    monkeypatch.syspath_prepend(str(checkout / "benchmarks"))
    found = {name.rpartition("_")[2]: importlib.import_module(name) for name in NAMES}
    for name in NAMES:
        monkeypatch.delitem(sys.modules, name)
    return found


@pytest.fixture
def sink(modules: dict[str, ModuleType]) -> Iterator[str]:
    """The address of the benchmark's server, which answers at once."""
    with modules["push"].sink(0.0) as url:
        yield url


def test_bundles_share_no_name(modules: dict[str, ModuleType]) -> None:
    """Twenty conditional creates each, all known by other keys and fullUrls; one length."""
    bundles = list(modules["bundles"].golden().bundles(3, start=7))
    names: list[str] = []
    for bundle in bundles:
        entries = json.loads(bundle)["entry"]
        assert len(entries) == modules["bundles"].ENTRIES
        names += [entry["fullUrl"] for entry in entries]
        names += [f"{e['request']['url']}?{e['request']['ifNoneExist']}" for e in entries]
    assert len(set(names)) == len(names)
    assert len({len(bundle) for bundle in bundles}) == 1
    assert b"\n" not in bundles[0]


def test_references_stay_within_a_bundle(modules: dict[str, ModuleType]) -> None:
    """Every urn a bundle points at is the fullUrl of one of its entries."""
    text = modules["bundles"].golden().bundle(5).decode()
    urls = {entry["fullUrl"] for entry in json.loads(text)["entry"]}
    assert set(re.findall(r"urn:uuid:[0-9a-f-]{36}", text)) == urls


def test_the_sink_answers_every_entry(modules: dict[str, ModuleType], sink: str) -> None:
    """Type by type, created, at places no other answer names."""
    places: list[str] = []
    with httpx.Client() as client:
        for bundle in modules["bundles"].golden().bundles(2):
            answer = client.post(sink, content=bundle)
            assert answer.headers["content-type"] == "application/fhir+json"
            entries = [entry["response"] for entry in answer.json()["entry"]]
            asked = [entry["request"]["url"] for entry in json.loads(bundle)["entry"]]
            assert [entry["location"].partition("/")[0] for entry in entries] == asked
            assert {entry["status"] for entry in entries} == {"201 Created"}
            places += [entry["location"] for entry in entries]
    assert len(set(places)) == len(places)


def test_the_sink_says_what_it_can(sink: str) -> None:
    """A statement of an R4 server that takes transactions; other paths are not found."""
    with httpx.Client() as client:
        statement = client.get(f"{sink}/metadata").json()
        assert client.post(f"{sink}/Patient", content=b"{}").status_code == 404
    assert statement["fhirVersion"] == "4.0.1"
    assert {"code": "transaction"} in statement["rest"][0]["interaction"]


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param(
            [b"POST / HTTP/1.1\r\nContent-", b"Length: 2\r\n\r\n", b"{", b"}"], id="split"
        ),
        pytest.param([b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"], id="whole"),
    ],
)
def test_the_sink_waits_for_the_whole(modules: dict[str, ModuleType], pieces: list[bytes]) -> None:
    """However a request is cut, it has one answer, and that at its end."""
    import asyncio

    said: list[bytes] = []

    class Way(asyncio.Transport):
        def write(self, data: bytes | bytearray | memoryview) -> None:
            said.append(bytes(data))

    connection = modules["sink"].Sink(modules["sink"].Answers(), 0.0)
    connection.connection_made(Way())
    for number, piece in enumerate(pieces):
        assert len(said) == 0, number
        connection.data_received(piece)
    assert len(said) == 1


@pytest.mark.parametrize("journal", [False, True], ids=["without", "journal"])
@pytest.mark.parametrize("name", ["httpx.Client", "fhirkit"])
def test_a_turn(
    modules: dict[str, ModuleType], sink: str, tmp_path: Path, name: str, journal: bool
) -> None:
    """Every bundle lands, in time that is counted."""
    contender = modules["contenders"].CONTENDERS[name](
        sink, 2, tmp_path / "journal.db" if journal else None
    )
    measure = modules["contenders"].measure(contender, 2, 6)
    assert measure.landed == measure.bundles == 6
    assert measure.cpu > 0
    assert measure.wall > 0
    contender.close()


def test_what_is_not_installed_is_missing(
    modules: dict[str, ModuleType],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The process says so by its exit code."""
    monkeypatch.setitem(sys.modules, "fhirpy", None)
    push, contenders = modules["push"], modules["contenders"]
    assert contenders.main(["fhirpy", "http://127.0.0.1:1", "1", "1"]) == push.NOT_INSTALLED
    assert "fhirpy" in capsys.readouterr().err


def test_the_middle_turn_counts(modules: dict[str, ModuleType]) -> None:
    """One slow turn changes no figure."""
    push = modules["push"]
    figures, setting = push.Figures(), push.Setting(0.0, 1)
    figures.measures[setting, "fhirkit"] = [
        push.Measure(cpu=cpu, wall=wall, bundles=100, landed=100)
        for cpu, wall in ((0.1, 0.5), (0.1, 0.5), (9.0, 9.0))
    ]
    assert figures.cpu(setting, "fhirkit") == pytest.approx(1.0)
    assert figures.rate(setting, "fhirkit") == pytest.approx(200)


def test_memory_of_a_stream(modules: dict[str, ModuleType], sink: str, tmp_path: Path) -> None:
    """A figure after each tenth, and everything landed."""
    bundles = modules["bundles"].golden().bundles(20)
    lines = (bundle + b"\n" for bundle in bundles)
    found = modules["memory"].points(sink, 20, tmp_path / "journal.db", lines)
    assert found["landed"] == 20
    assert list(found["memory"]) == list(range(2, 21, 2))
    assert modules["push"].grown([40.0, 50.0, 44.0]) == 1.25


def test_bundles_come_one_a_line(checkout: Path) -> None:
    """As NDJSON, on standard output."""
    command = [sys.executable, str(checkout / "benchmarks" / "push_bundles.py"), "3"]
    lines = subprocess.run(command, capture_output=True, check=True).stdout.splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["transaction"] * 3
