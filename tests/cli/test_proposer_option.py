"""``--proposer`` as a user gives it: a process, a model on the loopback interface."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fhirkit.facts.jsonform import to_dict
from fhirkit.facts.read import extract
from model_server import ModelServer, Reply, closed_port, proposals, quote, running

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
TEXT = "A 40-year-old woman took zorbimab 40 mg daily. Her mother had blorbent.\n"
TRUE = proposals(quote("drug", "zorbimab", "1"), quote("condition", "blorbent", "2"))
MIXED = proposals(
    quote("condition", "blorbent", "2"),
    quote("drug", "secretumab"),
    quote("drug", "zorbimab", "1"),
)
NOW = {"Retry-After": "0"}


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A server that says what the test tells it to."""
    with running() as model:
        yield model


def names(output: bytes) -> set[str]:
    """The names of drugs and conditions in the JSON form of a case."""
    facts: list[dict[str, Any]] = json.loads(output)["facts"]
    terms = [fact.get("drug") or fact.get("name") for fact in facts]
    return {term["span"]["text"] for term in terms if term}


def test_nothing_is_asked_unless_named(run: Run, server: ModelServer) -> None:
    """Reading goes by rules alone."""
    server.says(TRUE)
    done = run("extract", "-", stdin=TEXT.encode())
    assert names(done.stdout) == set()
    assert server.asked == []


def test_learnt_names_need_no_server(run: Run) -> None:
    """The weights ship with fhirkit; nothing is sent, and no notice says that it was."""
    told = "A 40-year-old woman was admitted. She developed velar stenosis after lithium.\n"
    done = run("extract", "-", "--proposer", "learned", stdin=told.encode())
    assert "velar stenosis" in names(done.stdout)
    assert done.stderr == b""
    assert (
        b"(learned)"
        in run("extract", "-", "--explain", "--proposer", "learned", stdin=told.encode()).stdout
    )
    assert b"(learned)" not in run("extract", "-", "--explain", stdin=told.encode()).stdout


def test_true_quotes_become_facts(run: Run, server: ModelServer) -> None:
    """And nothing is said on standard error: the text stayed on this machine."""
    server.says(TRUE)
    done = run("extract", "-", "--proposer", server.spec, stdin=TEXT.encode())
    assert (done.returncode, done.stderr) == (0, b"")
    assert names(done.stdout) == {"zorbimab", "blorbent"}


def test_convert_takes_it_too(run: Run, server: ModelServer) -> None:
    """A proposed drug is a resource without a code."""
    server.says(TRUE)
    done = run("convert", "-", "--proposer", server.spec, stdin=TEXT.encode())
    drugs = [
        e["resource"]["medicationCodeableConcept"]
        for e in json.loads(done.stdout)["entry"]
        if "medicationCodeableConcept" in e["resource"]
    ]
    assert [(d["text"], "coding" in d) for d in drugs] == [("zorbimab", False)]


def test_the_same_answer_gives_the_same_bytes(run: Run, server: ModelServer) -> None:
    """Also in another order, and whatever the hashes of strings are."""
    reordered = json.dumps({"quotes": json.loads(TRUE)["quotes"][::-1], "links": []}, indent=3)
    server.says(TRUE, f"```json\n{reordered}\n```")
    made = [
        run("convert", "-", "--proposer", server.spec, stdin=TEXT.encode(), PYTHONHASHSEED=seed)
        for seed in ("1", "2")
    ]
    assert made[0].stdout == made[1].stdout


def test_what_was_dropped_is_told_without_words(run: Run, server: ModelServer) -> None:
    """Numbers and kinds on standard error and in the notices, the model's words nowhere."""
    server.says(MIXED)
    done = run("extract", "-", "--explain", "--proposer", server.spec, stdin=TEXT.encode())
    assert names(done.stdout) == {"zorbimab", "blorbent"}
    assert "dropped 1 quote: not in the text (1 drug)" in done.stderr.decode()
    assert b"secretumab" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        pytest.param(Reply(401), "FHIRKIT_LLM_KEY", id="no-key"),
        pytest.param(Reply(429, headers=NOW), "HTTP 429", id="too-many"),
        pytest.param(Reply(500, headers=NOW), "HTTP 500", id="broken"),
        pytest.param(Reply(302, headers={"Location": "http://127.0.0.1/"}), "elsewhere", id="redirect"),
        pytest.param(Reply(pieces=(b"x",), pause=20), "ReadTimeout", id="slow"),
        pytest.param(Reply(pieces=(b"x" * 100_000,) * 30), "too long", id="huge"),
        pytest.param(Reply(pieces=(b"{}",)), "chat completions", id="garbage"),
    ],
)  # fmt: skip
def test_on_any_failure_rules_read_and_say_so(
    run: Run, server: ModelServer, reply: Reply, words: str
) -> None:
    """Exit code 0, the facts of the rules, one notice without patient text."""
    server.replies = [reply]
    done = run(
        "extract", "-", "--proposer", server.spec, stdin=TEXT.encode(), FHIRKIT_LLM_TIMEOUT="0.5"
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["facts"] == to_dict(extract(TEXT))["facts"]
    said = done.stderr.decode()
    assert said.count("\n") == 1
    assert "rules alone read this text" in said
    assert words in said
    assert "zorbimab" not in said


def test_a_failure_leaves_the_bundle_of_the_rules(run: Run, server: ModelServer) -> None:
    """Byte for byte."""
    server.replies = [Reply(500, headers=NOW)]
    done = run("convert", "-", "--proposer", server.spec, stdin=TEXT.encode())
    assert done.stdout == run("convert", "-", stdin=TEXT.encode()).stdout
    assert b"rules alone read this text" in done.stderr


def test_nobody_there(run: Run) -> None:
    """A refused connection is a failure like the others."""
    spec = f"openai:m@http://127.0.0.1:{closed_port()}/v1"
    done = run("extract", "-", "--proposer", spec, stdin=TEXT.encode())
    assert done.returncode == 0
    assert b"cannot be reached" in done.stderr


def test_each_text_is_asked_about_alone(run: Run, server: ModelServer, tmp_path: Path) -> None:
    """A failure is told of the text it befell, and the next one is asked about again."""
    server.says(TRUE, "no", TRUE)
    lines = [json.dumps({"id": i, "text": TEXT}) for i in "abc"]
    (tmp_path / "notes.ndjson").write_text("\n".join(lines), "utf-8")
    done = run("extract", "notes.ndjson", "--proposer", server.spec)
    found = [names(line) for line in done.stdout.splitlines()]
    assert found == [{"zorbimab", "blorbent"}, set(), {"zorbimab", "blorbent"}]
    assert [asked.body["messages"][1]["content"] for asked in server.asked] == [TEXT] * 3
    assert done.stderr.decode().count("rules alone") == 1


def test_the_key_is_sent_and_never_shown(run: Run, server: ModelServer) -> None:
    """It comes from the environment, and stands in no output."""
    server.replies = [Reply(403)]
    keys = {"FHIRKIT_LLM_KEY": "geheim", "FHIRKIT_TOKEN": "another"}
    done = run("extract", "-", "--proposer", server.spec, stdin=TEXT.encode(), **keys)
    assert server.asked[0].headers["Authorization"] == "Bearer geheim"
    assert b"geheim" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        pytest.param("openai:m", "openai:MODEL@URL", id="no-address"),
        pytest.param("openai:m@http://host.example/v1", "plain http", id="plain-http"),
        pytest.param("openai:m@https://u:geheim@host.example/v1", "credentials", id="credentials"),
        pytest.param("elsewhere", "learned or openai:MODEL@URL", id="other"),
    ],
)
def test_a_wrong_proposer_is_wrong_usage(run: Run, spec: str, words: str) -> None:
    """Code 2, before anything is read or sent."""
    done = run("extract", "-", "--proposer", spec, stdin=TEXT.encode())
    assert (done.returncode, done.stdout) == (2, b"")
    assert words in done.stderr.decode()
    assert b"geheim" not in done.stderr


def test_leaving_the_machine_is_told_first(run: Run) -> None:
    """Once, with the address; no such name is ever found."""
    spec = "openai:m@https://no-such-host.invalid/v1"
    done = run("extract", "-", "--proposer", spec, stdin=TEXT.encode())
    first = done.stderr.decode().splitlines()[0]
    assert "https://no-such-host.invalid/v1: it leaves this machine" in first
    assert done.returncode == 0
