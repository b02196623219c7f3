"""Tests of fhirkit.cli.servers."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from fhirkit.cli import servers
from fhirkit.cli.push import add_arguments
from fhirkit.errors import SettingsError
from fhirkit.push import PushOptions
from fhirkit.push.config import OPTION_KEYS, Server

URL = "https://host.example/fhir"


def given(*arguments: str) -> argparse.Namespace:
    """What ``push`` makes of these arguments."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(["a.json", "--to", URL, *arguments])


def server(**options: Any) -> Server:
    """A server whose table says this of how to push."""
    return Server(
        name="ward7",
        url=URL,
        options={key.replace("_", "-"): value for key, value in options.items()},
    )


def test_without_flags_and_table_the_defaults_hold() -> None:
    """The command and the library push alike."""
    assert servers.push_options(given(), server()) == PushOptions()


def test_flags_come_before_the_table_and_the_table_before_defaults() -> None:
    """What is not said by one is said by the next."""
    table = server(workers=2, mode="batch", on_existing="update", verify=True, rate=5.0)
    options = servers.push_options(given("--workers", "8", "--mode", "single"), table)
    assert options == PushOptions(
        workers=8, mode="single", on_existing="update", verify=True, rate=5.0
    )


def test_a_flag_can_turn_off_what_the_table_turns_on() -> None:
    """Else nobody could push without it by this name."""
    assert servers.push_options(given("--no-verify"), server(verify=True)).verify is False


def test_every_flag_reaches_the_push() -> None:
    """By the name it has in Python."""
    options = servers.push_options(
        given(
            *("--on-existing", "update", "--unsupported", "skip", "--takes", "AdverseEvent, List"),
            *("--mode", "batch", "--max-entries", "50", "--max-bytes", "1000", "--workers", "3"),
            *("--rate", "2.5", "--timeout", "9", "--patience", "0", "--verify"),
        ),
        server(),
    )
    assert options == PushOptions(
        on_existing="update",
        unsupported="skip",
        takes=frozenset({"AdverseEvent", "List"}),
        mode="batch",
        max_entries=50,
        max_bytes=1000,
        workers=3,
        rate=2.5,
        timeout=9,
        patience=0,
        verify=True,
    )


def test_what_a_table_may_say_has_an_option() -> None:
    """Two keys are the command's own: it validates, and knows where the journal is."""
    names = {key.replace("-", "_") for key in OPTION_KEYS} - {"validate", "journal"}
    assert names == set(PushOptions.__dataclass_fields__)
    own = server(validate=False, journal="j.db")
    assert servers.push_options(given(), own) == PushOptions()


def test_a_list_of_types_in_the_table_is_taken() -> None:
    """TOML has lists, the option is a set."""
    options = servers.push_options(given(), server(takes=("List", "Flag")))
    assert options.takes == {"List", "Flag"}


def test_a_wrong_value_in_the_table_is_told() -> None:
    """It is of the right kind, and no choice."""
    with pytest.raises(SettingsError, match="mode must be one of"):
        servers.push_options(given(), server(mode="letters"))


def test_the_journal_is_of_the_flag_then_the_server_then_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three places, in this order."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    table = server(journal="of-the-table.db")
    assert servers.journal_path(given("--journal", "f.db"), table) == Path("f.db")
    assert servers.journal_path(given(), table) == Path("of-the-table.db")
    assert servers.journal_path(given()) == tmp_path / "fhirkit" / "journal.db"


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "", "many", "²", "٣", "1_000"])
def test_what_counts_nothing_is_refused(text: str) -> None:
    """Signs, fractions and other alphabets' digits are typing errors."""
    with pytest.raises(argparse.ArgumentTypeError):
        servers.whole_number(text)


def test_a_number_of_any_length_is_read_at_once() -> None:
    """Whether it is too large, the options say."""
    assert servers.whole_number("8") == 8
    assert servers.whole_number("9" * 100_000) > 10_000_000


def test_resource_types_are_listed_with_commas() -> None:
    """Spaces do not matter."""
    assert servers.names_of_types("AdverseEvent, Provenance,") == {"AdverseEvent", "Provenance"}


@pytest.mark.parametrize("text", ["", ",", "patient", "Élan", "Patient Observation", "Patient/1"])
def test_what_can_be_no_resource_type_is_refused(text: str) -> None:
    """It would go into addresses."""
    with pytest.raises(argparse.ArgumentTypeError, match="resource types"):
        servers.names_of_types(text)


@pytest.mark.parametrize("flag", ["--rate", "--timeout", "--patience"])
@pytest.mark.parametrize("text", ["nan", "inf", "-1", "soon", "", "1e99"])
def test_times_and_rates_are_numbers(
    flag: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is none is told before anything is done."""
    with pytest.raises(SystemExit):
        given(f"{flag}={text}")
    assert "must be a number" in capsys.readouterr().err
