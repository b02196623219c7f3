"""One contender of the push benchmark, in a process of its own.

    python benchmarks/push_contenders.py NAME URL WORKERS BUNDLES [JOURNAL]

Makes the bundles in the form the contender takes, sends a few to warm up, sends the rest and
prints, as JSON, the processor time of this process, the time that went by, and how many bundles
the contender says have landed. Exit code 3: the contender is not installed here.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from push_bundles import ENTRIES, golden

NOT_INSTALLED = 3
WARM_UP = 4  # bundles a worker
JSON = "application/fhir+json"


@dataclass(frozen=True)
class Measure:
    """What a contender needed: seconds of processor and of clock, for so many bundles."""

    cpu: float
    wall: float
    bundles: int
    landed: int


@dataclass(frozen=True)
class Contender:
    """A way to send: the form it takes a bundle in, and what sends many and counts the landed."""

    prepare: Callable[[bytes], Any]
    send: Callable[[Sequence[Any]], int]
    close: Callable[[], object] = lambda: None


Setup = Callable[[str, int, Path | None], Contender]


def raw(url: str, workers: int, _: Path | None) -> Contender:
    """httpx.Client and the bytes; the answer is not looked at beyond its status."""
    httpx = import_module("httpx")
    limits = httpx.Limits(max_connections=workers, max_keepalive_connections=workers)
    headers = {"Content-Type": JSON, "Accept": JSON}
    client = httpx.Client(headers=headers, limits=limits, trust_env=False, timeout=60)

    def post(bundle: bytes) -> bool:
        return bool(client.post(url, content=bundle).status_code == 200)

    return Contender(bytes, _each(post, workers), client.close)


def fhirkit(url: str, workers: int, journal: Path | None) -> Contender:
    """Ours: read, sent, its answer read, and noted before and after where there is a journal."""
    package = import_module("fhirkit.push")
    options = package.PushOptions(workers=workers)
    client = package.Client(url, options=options, journal=journal)

    def send(bundles: Sequence[bytes]) -> int:
        reports = client.deliver((str(n), bundle) for n, bundle in enumerate(bundles))
        return sum(report.state == "landed" for report in reports)

    return Contender(bytes, send, client.close)


def fhirpy(url: str, workers: int, _: Path | None) -> Contender:
    """SyncFHIRClient.execute, which takes a dict and gives one."""
    client = import_module("fhirpy").SyncFHIRClient(url)

    def post(bundle: dict[str, Any]) -> bool:
        return len(client.execute("/", method="post", data=bundle)["entry"]) == ENTRIES

    return Contender(json.loads, _each(post, workers))


def fhirclient(url: str, workers: int, _: Path | None) -> Contender:
    """FHIRServer.post_json, which takes a dict; its one requests.Session serves all threads."""
    settings = {"app_id": "benchmark", "api_base": f"{url}/"}
    server = import_module("fhirclient.client").FHIRClient(settings=settings).server

    def post(bundle: dict[str, Any]) -> bool:
        return len(server.post_json("", bundle).json()["entry"]) == ENTRIES

    return Contender(json.loads, _each(post, workers))


def kindling(url: str, workers: int, _: Path | None) -> Contender:
    """FhirServer.add_bundle, which takes a dict and makes fhir.resources models of it."""
    server = import_module("fhir_kindling").FhirServer(api_address=url)

    def post(bundle: dict[str, Any]) -> bool:
        return len(server.add_bundle(bundle).create_responses) == ENTRIES

    return Contender(json.loads, _each(post, workers))


CONTENDERS: dict[str, Setup] = {
    "httpx.Client": raw,
    "fhirkit": fhirkit,
    "fhirpy": fhirpy,
    "fhirclient": fhirclient,
    "fhir-kindling": kindling,
}


def measure(contender: Contender, workers: int, count: int) -> Measure:
    """What sending so many bundles takes, once connections are open and code is warm."""
    made = [contender.prepare(bundle) for bundle in golden().bundles(count + WARM_UP * workers)]
    contender.send(made[count:])
    cpu, wall = process_time(), perf_counter()
    landed = contender.send(made[:count])
    return Measure(process_time() - cpu, perf_counter() - wall, count, landed)


def _each(post: Callable[[Any], bool], workers: int) -> Callable[[Sequence[Any]], int]:
    """Sends one bundle after the other, or several at a time in as many threads."""

    def send(bundles: Sequence[Any]) -> int:
        source = _Shared(bundles)
        landed = [0] * workers

        def work(worker: int) -> None:
            landed[worker] = sum(map(post, source))

        threads = [threading.Thread(target=work, args=(n,)) for n in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(landed)

    return send


class _Shared:
    """An iterator that threads share."""

    def __init__(self, items: Iterable[Any]) -> None:
        self._items = iter(items)
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> object:
        with self._lock:
            return next(self._items)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure one contender."""
    name, url, workers, count, *journal = sys.argv[1:] if arguments is None else arguments
    try:
        contender = CONTENDERS[name](url, int(workers), Path(journal[0]) if journal else None)
    except ModuleNotFoundError as error:
        print(error, file=sys.stderr)
        return NOT_INSTALLED
    print(json.dumps(asdict(measure(contender, int(workers), int(count)))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
