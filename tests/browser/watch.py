"""What a page may ask for and say, and the types of the fixtures around it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import unquote, urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

LOOPBACK = ("127.0.0.1", "localhost")

Scheme = Literal["light", "dark"]
Open = Callable[..., Page]
Axe = Callable[[Page], list[str]]


class NewPage(Protocol):
    def __call__(
        self,
        *,
        width: int = ...,
        height: int = ...,
        scheme: Scheme = ...,
        **options: Any,
    ) -> Page: ...


# Without slots: playwright keeps something with who listens to it.
@dataclass
class Watch:
    """What pages did that they may not do."""

    home: Path
    """Files below it may be opened, by a link or by the test."""
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Every address that was asked for, allowed or not."""
    stopped: list[str] = field(default_factory=list)
    """Those of them that the page's own policy let nobody ask for."""
    expected: list[re.Pattern[str]] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        """Faults that match are none."""
        self.expected.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        """The faults nobody expected."""
        # What the policy stopped is told by the console, too.
        stopped = {f"asked for: {url}" for url in self.stopped}
        left = [fault for fault in self.faults if fault not in stopped]
        return [f for f in left if not any(e.search(f) for e in self.expected)]

    def over(self, context: BrowserContext) -> None:
        """Watches every page of a context."""
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.faults.append(f"thrown: {error.error}"))

    def _request(self, request: Request) -> None:
        self.asked.append(request.url)
        if not self._allowed(request):
            self.faults.append(f"asked for: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.failure == "csp":
            self.stopped.append(request.url)

    def _allowed(self, request: Request) -> bool:
        parts = urlsplit(request.url)
        if parts.scheme == "blob":  # what the page itself made, to be saved
            return True
        if not request.is_navigation_request() or request.frame.parent_frame is not None:
            return False
        if parts.scheme == "file":
            return Path(unquote(parts.path)).is_relative_to(self.home)
        return parts.scheme == "http" and parts.hostname in LOOPBACK

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self.faults.append(f"{message.type}: {message.text}")
