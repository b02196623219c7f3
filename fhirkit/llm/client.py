"""The driver: sends one request, and hands back the bytes of its answer.

All rules are elsewhere. Here httpx's exceptions end: each becomes one of ours.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx

from fhirkit import __version__
from fhirkit._remote import keep_quiet
from fhirkit.errors import InDoubt, Refused, Unreachable
from fhirkit.llm.prompt import plain_request, request
from fhirkit.llm.retry import again, refusal

if TYPE_CHECKING:
    from fhirkit.llm.endpoint import Endpoint

keep_quiet()

_CONNECT = 10.0  # seconds
_LARGEST = 2_000_000  # bytes of an answer


class Client:
    """Asks one model; a context manager that closes its connection."""

    def __init__(self, endpoint: Endpoint, key: str | None, seconds: float) -> None:
        self._endpoint = endpoint
        self._seconds = seconds
        headers = {
            "User-Agent": f"fhirkit/{__version__}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            # What is not packed cannot grow beyond what was counted.
            "Accept-Encoding": "identity",
        }
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        self._http = httpx.Client(
            headers=headers,
            timeout=httpx.Timeout(seconds, connect=min(seconds, _CONNECT)),
            # An address the server names may be another host: neither text nor key goes there.
            follow_redirects=False,
            # A proxy is for other machines.
            trust_env=not endpoint.is_here,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def ask(self, text: str) -> bytes:
        """The server's answer to ``text``, asked once more where that may help.

        Raises Unreachable, Refused, or InDoubt for an answer that is too slow, too long or cut
        off; none of them repeats words of the text, of the answer or of the key.
        """
        make = request
        for last in (False, True):
            status, retry_after, body = self._attempt(make(self._endpoint.model, text), last=last)
            if status is not None and 200 <= status < 300:
                return body
            further = None if last else again(status, retry_after)
            if further is None:
                break
            make = plain_request if further.plain else request
            time.sleep(further.pause)
        raise Refused(refusal(status or 0))

    def _attempt(self, content: bytes, *, last: bool) -> tuple[int | None, str | None, bytes]:
        """Status, Retry-After and body; no status where there was no connection to try again."""
        address = f"{self._endpoint.base}/chat/completions"
        try:
            with self._http.stream("POST", address, content=content) as response:
                ok = response.is_success
                body = self._read(response) if ok else b""
                return response.status_code, response.headers.get("Retry-After"), body
        except httpx.ConnectError as error:
            if last:
                raise Unreachable(f"{self._endpoint.base} cannot be reached ({error})") from None
            return None, None, b""
        except (httpx.ConnectTimeout, httpx.ProxyError) as error:
            name = type(error).__name__
            raise Unreachable(f"{self._endpoint.base} cannot be reached ({name})") from None
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            name = type(error).__name__
            raise InDoubt(f"no answer from {self._endpoint.base} ({name})") from None

    def _read(self, response: httpx.Response) -> bytes:
        """The body, if it comes in time and is not too long."""
        # httpx counts the pause between two pieces; a server that trickles never pauses.
        end = time.monotonic() + self._seconds
        body = bytearray()
        for piece in response.iter_raw():
            body += piece
            if len(body) > _LARGEST:
                raise InDoubt("the answer is too long")
            if time.monotonic() > end:
                raise InDoubt("the answer takes too long")
        return bytes(body)
