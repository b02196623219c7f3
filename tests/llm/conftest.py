"""A scripted model on the loopback interface."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from model_server import ModelServer, running


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A server that says what the test tells it to."""
    with running() as model:
        yield model
