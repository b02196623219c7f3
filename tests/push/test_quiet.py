"""Nothing of a patient and no credential gets into logs, standard error or the words of errors."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from fhirkit.errors import FhirkitError
from fhirkit.push import Client, PushOptions
from pushing import HASTY, case, data
from servers.faults import AFTER, BEFORE, Faults
from servers.faulty import Faulty

Start = Callable[..., Faulty]

SENTENCE = "Zwetschgenkuchen machte ihr Bauchweh"
IDENTIFIER = "ident-quetzal-4711"
SYSTEM = "urn:quetzal-system"
TOKEN = "token-okapi-0815"  # noqa: S105 - made up
PASSWORD = "word-axolotl-2342"  # noqa: S105 - made up
MARKS = ("Zwetschgen", "quetzal", "okapi", "axolotl")
LOGGERS = (None, "httpx", "httpcore", "h11", "hpack", "urllib3", "asyncio", "fhirkit", "sqlite3")


@pytest.fixture
def heard() -> Iterator[io.StringIO]:
    """All that anybody logs, at the finest."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setLevel(0)
    before = [(logging.getLogger(name), logging.getLogger(name).level) for name in LOGGERS]
    for logger, _ in before:
        # What keeps httpx quiet is a level, which somebody may have set before us.
        if logger.name.startswith("http") and logger.level >= logging.WARNING:
            continue
        logger.setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)
    for logger, level in before:
        logger.setLevel(level)


def marked(number: int) -> dict[str, Any]:
    """A case whose every text could be told anywhere."""
    bundle = case(number)
    for position, entry in enumerate(bundle["entry"]):
        value = f"{IDENTIFIER}-{number}-{position}"
        resource = entry["resource"]
        resource["identifier"] = [{"system": SYSTEM, "value": value}]
        resource["text"] = {"status": "generated", "div": f"<div>{SENTENCE}</div>"}
        entry["request"]["ifNoneExist"] = f"identifier={SYSTEM}|{value}"
    return bundle


def clean(*texts: str) -> None:
    """Fails if a mark stands anywhere."""
    for text in texts:
        for mark in MARKS:
            assert mark not in text


def told(client: Client, bundles: list[dict[str, Any]]) -> list[str]:
    """The words a push has for people: all but the server's own."""
    report = client.push(bundles)
    words = [bundle.message for bundle in report.bundles]
    for bundle in report.bundles:
        words += [str(one) for entry in bundle.entries for one in entry.differences]
    try:
        report.raise_for_failure()
    except FhirkitError as error:
        words.append(str(error))
    return words


# Without those that only take time, and 401, after which nothing is sent.
FAULTS = [
    name
    for name in (*BEFORE, *AFTER)
    if name not in {"hang", "hang_before", "pretend", "unauthorized"}
]


@pytest.mark.server
@pytest.mark.parametrize("mode", ["transaction", "batch", "single"])
def test_a_push_with_every_fault_says_nothing(
    faulty: Start, heard: io.StringIO, capfd: pytest.CaptureFixture[str], mode: str
) -> None:
    """Neither while it goes on nor in its messages."""
    share = 0.9 / len(FAULTS)
    faults = Faults(seed=3, attempts=3, reads=1, **dict.fromkeys(FAULTS, share), retry_after="date")
    server = faulty()
    said: list[str] = []
    options = PushOptions(mode=mode, patience=10.0, verify=True, workers=1)
    with Client(server.base, options=options, clock=HASTY, tell=said.append) as client:
        client.capabilities()
        server.change(faults)
        said += told(client, [marked(number) for number in range(12)])
        met = server.state()["faults"]
        out, errors = capfd.readouterr()
    assert len(met) > 8
    clean(heard.getvalue(), out, errors, *said)


@pytest.mark.server
def test_reading_and_undoing_say_nothing(
    faulty: Start, heard: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    """Searches have the values in their addresses."""
    server = faulty()
    with Client(server.base, clock=HASTY) as client:
        report = client.push([marked(1)])
        list(client.search("Patient", {"identifier": f"{SYSTEM}|{IDENTIFIER}-1-0"}))
        server.change(Faults(unavailable=0.5, seed=1, attempts=1, reads=1))
        list(client.search("Patient", {"identifier": f"{SYSTEM}|{IDENTIFIER}-1-0"}))
        undone = client.undo(report)
    clean(heard.getvalue(), undone.to_text(), *capfd.readouterr())


def failing(request: httpx.Request) -> httpx.Response:
    """An error of httpx's that repeats all there is."""
    raise httpx.ReadTimeout(f"{request.url} {SENTENCE} {TOKEN}")


@respx.mock
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(failing, id="timeout"),
        pytest.param(httpx.Response(500, text=f"<p>{SENTENCE} {TOKEN}</p>"), id="500"),
        pytest.param(httpx.Response(422, json={"resourceType": "OperationOutcome", "issue": [
            {"severity": "error", "code": "invalid", "diagnostics": f"{SENTENCE} {TOKEN}"}
        ]}), id="422"),
        pytest.param(httpx.Response(401, headers={"WWW-Authenticate": TOKEN}), id="401"),
        pytest.param(
            httpx.Response(307, headers={"Location": f"https://e.example/{TOKEN}"}), id="307"
        ),
        pytest.param(httpx.Response(200, text=SENTENCE), id="200"),
    ],
)  # fmt: skip
def test_credentials_and_the_servers_words_stay_out(
    monkeypatch: pytest.MonkeyPatch,
    heard: io.StringIO,
    capfd: pytest.CaptureFixture[str],
    answer: Any,
) -> None:
    """Of logs, of standard error, of messages; the server's words stand in the detail alone."""
    monkeypatch.setenv("FHIRKIT_TOKEN", TOKEN)
    base = "https://host.example/fhir"
    respx.get(f"{base}/metadata").respond(
        json={
            "resourceType": "CapabilityStatement",
            "fhirVersion": "4.0.1",
            "rest": [{"mode": "server", "interaction": [{"code": "transaction"}]}],
        }
    )
    route = respx.post(url__startswith=base)
    if isinstance(answer, httpx.Response):
        route.mock(return_value=answer)
    else:
        route.mock(side_effect=answer)
    respx.get(url__startswith=base).respond(200, json={"resourceType": "Bundle", "total": 0})
    said: list[str] = []
    options = PushOptions(patience=0.05, workers=1)
    with Client(base, options=options, clock=HASTY, tell=said.append) as client:
        said += told(client, [marked(1)])
    assert route.calls.last.request.headers["authorization"] == f"Bearer {TOKEN}"
    clean(heard.getvalue(), *said, *capfd.readouterr())


@pytest.mark.parametrize("variable", ["FHIRKIT_TOKEN", "FHIRKIT_BASIC"])
def test_wrong_credentials_are_not_repeated(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """The message names the setting."""
    monkeypatch.setenv(variable, f"{TOKEN} {PASSWORD}\n{PASSWORD}")
    with pytest.raises(FhirkitError) as caught:
        Client("https://host.example/fhir")
    clean(str(caught.value))


def test_a_password_in_the_address_is_not_repeated() -> None:
    """It does not belong there."""
    with pytest.raises(FhirkitError) as caught:
        Client(f"https://user:{PASSWORD}@host.example/fhir")
    clean(str(caught.value))


LOUD = """
import logging, sys
logging.basicConfig(level=logging.DEBUG)
sys.path.insert(0, sys.argv[3])
from fhirkit.push import Client, PushOptions
with Client(sys.argv[1], options=PushOptions(patience=2.0)) as client:
    client.push([open(sys.argv[2], "rb").read()])
    list(client.search("Patient", {"identifier": "urn:quetzal-system|x"}))
"""


@pytest.mark.server
def test_a_program_that_logs_everything_tells_nothing(
    faulty: Start, tmp_path: Path, checkout: Path
) -> None:
    """Its own settings do not make httpx speak."""
    server = faulty(Faults(seed=1, attempts=1, commit_then_503=0.5, cut=0.5))
    path = tmp_path / "bundle.json"
    path.write_bytes(data(marked(1)))
    done = subprocess.run(
        [sys.executable, "-c", LOUD, server.base, str(path), str(checkout / "tests")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert server.state()["resources"] == 3
    clean(done.stdout, done.stderr)


def test_the_journal_holds_no_narrative(tmp_path: Path, faulty: Start) -> None:
    """Keys where the fate is unknown, and places; no text, no credential."""
    server = faulty(Faults(cut_before=0.5, seed=1))
    path = tmp_path / "journal.db"
    with Client(
        server.base, options=PushOptions(patience=0.1), clock=HASTY, journal=path
    ) as client:
        client.push([marked(number) for number in range(4)])
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert b"Zwetschgen" not in written
    assert b"okapi" not in written
    assert json.dumps(SENTENCE).encode() not in written
