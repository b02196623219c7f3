from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from fhirkit.errors import SettingsError
from fhirkit.push.options import Mode, PushOptions


def test_the_defaults_overwrite_nothing_and_leave_nothing_out() -> None:
    """What is not asked for is not done."""
    options = PushOptions()
    assert (options.on_existing, options.unsupported) == ("keep", "refuse")
    assert options.mode is options.max_entries is options.max_bytes is options.rate is None
    assert not options.takes
    assert not options.verify


@pytest.mark.parametrize("mode", [Mode.BATCH, "batch"])
def test_a_mode_may_be_a_word(mode: Any) -> None:
    """As it stands in a file of servers."""
    assert PushOptions(mode=mode).mode is Mode.BATCH


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("on_existing", "overwrite", "on-existing must be one of: keep, update"),
        ("on_existing", None, "on-existing must be one of: keep, update"),
        ("unsupported", "drop", "unsupported must be one of: refuse, skip, document"),
        ("mode", "Batch", "mode must be one of: transaction, batch, single"),
        ("mode", "", "mode must be one of: transaction, batch, single"),
    ],
)
def test_a_word_that_is_none_of_the_choices_is_told(name: str, value: Any, words: str) -> None:
    """With the choices, in the spelling of the command line."""
    with pytest.raises(SettingsError) as caught:
        PushOptions(**{name: value})
    assert str(caught.value) == words


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("max_entries", 1, 10_000_000),
        ("max_bytes", 1, 10_000_000_000),
        ("workers", 1, 256),
        ("rate", 0.001, 1_000_000),
        ("timeout", 0.001, 86_400),
        ("patience", 0, 864_000),
    ],
)
def test_a_number_has_its_limits(name: str, least: float, most: float) -> None:
    """Both are allowed; what lies beyond, or is no number, is not."""
    for allowed in (least, most):
        assert getattr(PushOptions(**{name: allowed}), name) == allowed
    shown = name.replace("_", "-")
    for wrong in (least - 1, most + 1, float("nan"), float("inf"), "2"):
        with pytest.raises(
            SettingsError, match=f"^{shown} must be a number from {least} to {most}$"
        ):
            PushOptions(**{name: wrong})


def test_options_cannot_change_under_way() -> None:
    """All workers go by the same."""
    with pytest.raises(FrozenInstanceError):
        PushOptions().workers = 2  # type: ignore[misc]
