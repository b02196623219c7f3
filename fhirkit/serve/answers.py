"""Answers of the server that are pages of ours: HTML with its headers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit.report.document import document, policy_of
from fhirkit.report.html import element, joined

if TYPE_CHECKING:
    from fhirkit.report.html import Html
    from fhirkit.serve.guard import Send

CASES = "/cases"
_STYLES = ("page.css", "served.css")


@dataclass(frozen=True, slots=True)
class Answer:
    """A page to send: HTML made by :func:`fhirkit.report.document.document`."""

    status: int
    html: str

    def headers(self) -> list[tuple[bytes, bytes]]:
        """What is said with the page.

        The page's own policy stands in its head; said before it comes, it holds from the first
        byte, and can forbid what a page cannot forbid itself: to be shown within another.
        """
        policy = f"{policy_of(self.html)}; frame-ancestors 'none'"
        return [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", b"%d" % len(self.data)),
            (b"content-security-policy", policy.encode("ascii")),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"cache-control", b"no-store"),
        ]

    @property
    def data(self) -> bytes:
        """The HTML as it is sent."""
        return self.html.encode("utf-8")

    async def send(self, send: Send, method: str = "GET") -> None:
        """Sends the page; for HEAD only what would come before it."""
        headers = self.headers()
        if self.status == NOT_ALLOWED:
            headers.append((b"allow", b"GET, HEAD"))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        body = b"" if method == "HEAD" else self.data
        await send({"type": "http.response.body", "body": body})


NOT_FOUND, NOT_ALLOWED, UNREADABLE, FAILED = 404, 405, 422, 500


def told(status: int, heading: str, *words: str) -> Answer:
    """A page that only says why there is none."""
    return plain(status, heading, *(element("p", each) for each in words), back=True)


def plain(status: int, heading: str, *content: Html, back: bool = False) -> Answer:
    """A page without a script, with the ways back."""
    ways = [element("a", "All cases", href=CASES)] if back else []
    ways.append(element("a", "The server’s own pages", href="/ui"))
    body = [
        element("header", element("p", joined(ways, " · ")), element("h1", heading), id="top"),
        element("main", *content, class_="one"),
    ]
    html = document(title=f"{heading} – fhirkit", body=joined(body), styles=_STYLES, scripts=())
    return Answer(status, html)
