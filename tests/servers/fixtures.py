"""Fixtures that give a real FHIR server, each as a :class:`servers.server.Server`.

Those in memory of this process are made for each test. HAPI and Medplum are programs of their
own, started when a test first asks, once for the whole run: what others left is still there.
Where such a server cannot be had, the test is skipped, or fails with FHIRKIT_REQUIRE_ALL=1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from fhirkit.serve import INSTALL
from servers import hapi as hapi_server
from servers import medplum as medplum_server
from servers.faults import Faults
from servers.faulty import WELL, Faulty, in_process, in_thread
from servers.mount import mounted
from servers.process import CannotStart, Started, start
from servers.profiles import EPIC, ORACLE
from servers.server import Server

Require = Callable[[str], None]

_SLOW = {"hapi", "hapi_strict", "medplum"}


def _cases(*names: str) -> list[Any]:
    slow = [pytest.mark.slow]
    return [
        pytest.param(name, id=name, marks=[pytest.mark.server, *slow * (name in _SLOW)])
        for name in names
    ]


REAL = _cases("sekmet", "sekmet_smart", "hapi", "hapi_strict", "medplum")
EVERY = [*REAL, *_cases("epic", "oracle", "bad")]
"""The fixtures' names, to run a test against each server, its marks included: with
``@pytest.mark.parametrize("name", EVERY)`` and ``request.getfixturevalue(name)``."""


@pytest.fixture
def sekmet(tmp_path: Path, require: Require, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The embedded server with an empty database."""
    from servers.sekmet import started

    with started(_own_folder(tmp_path, require, monkeypatch)) as server:
        yield server


@pytest.fixture
def sekmet_smart(
    tmp_path: Path, require: Require, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """The embedded server with an empty database, for one client that signs in with its key."""
    from servers.sekmet import started_smart

    with started_smart(_own_folder(tmp_path, require, monkeypatch)) as server:
        yield server


@pytest.fixture
def faulty(tmp_path: Path, require: Require) -> Iterator[Callable[..., Faulty]]:
    """Starts bad servers, each empty: ``faulty(Faults(seed=1, too_many=0.1))``.

    In a thread of this process, or with ``own_process=True`` as a process of its own: one that
    costs the client's process nothing, and lives on when a client is killed.
    """
    if find_spec("uvicorn") is None:
        require(f"no faulty server: {INSTALL}")
    with ExitStack() as stack:

        def begin(faults: Faults = WELL, *, own_process: bool = False) -> Faulty:
            if own_process:
                log = tmp_path / f"faulty-{len(list(tmp_path.glob('faulty-*.log')))}.log"
                return stack.enter_context(in_process(log, faults))
            return stack.enter_context(in_thread(faults))

        yield begin


@pytest.fixture
def bad(faulty: Callable[..., Faulty]) -> Server:
    """A bad server as a client may meet it: of ten requests four go wrong, twice at most."""
    faults = Faults(
        seed=6,
        too_many=0.1,
        commit_then_503=0.1,
        unavailable=0.05,
        cut=0.05,
        silent=0.05,
        cut_before=0.05,
        attempts=2,
        retry_after="seconds",
    )
    server: Server = faulty(faults).server
    return Server(name="bad", base=server.base, fresh=True)


@pytest.fixture
def epic() -> Iterator[Server]:
    """A server like Epic's: no bundles, few types that can be made."""
    with mounted(EPIC) as server:
        yield server


@pytest.fixture
def oracle() -> Iterator[Server]:
    """A server like Oracle Health's: batches in which nothing can be made."""
    with mounted(ORACLE) as server:
        yield server


@pytest.fixture(scope="session")
def hapi(launched: Callable[[str], Server]) -> Server:
    """HAPI FHIR JPA as it comes: lenient."""
    return launched("hapi")


@pytest.fixture(scope="session")
def hapi_strict(launched: Callable[[str], Server]) -> Server:
    """HAPI FHIR JPA that validates what it is sent."""
    return launched("hapi_strict")


@pytest.fixture(scope="session")
def medplum(launched: Callable[[str], Server]) -> Server:
    """Medplum's router."""
    return launched("medplum")


@pytest.fixture(scope="session")
def launched(
    request: pytest.FixtureRequest,
    require: Require,
    checkout: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], Server]]:
    """Gives a server that is a program of its own, by its name; started when first asked for."""
    programs: dict[str, Started] = {}
    logs = tmp_path_factory.mktemp("servers")
    patience = {"medplum": medplum_server.PATIENCE}

    def begin(name: str) -> None:
        if name not in programs:
            programs[name] = _launch(name, checkout / ".venv" / "servers", logs, require)

    def give(name: str) -> Server:
        try:
            begin(name)
            # The two of HAPI take long: let the other one start meanwhile.
            for other in {"hapi": ["hapi_strict"], "hapi_strict": ["hapi"]}.get(name, []):
                if _asked_for(other, request.session):
                    begin(other)
            base = programs[name].base(patience.get(name, hapi_server.PATIENCE))
        except CannotStart as reason:
            require(f"{name} cannot be started: {reason}")
            raise
        return Server(name=name, base=base, fresh=False)

    yield give
    for program in programs.values():
        program.stop()


def _launch(name: str, folder: Path, logs: Path, require: Require) -> Started:
    module = medplum_server if name == "medplum" else hapi_server
    missing = module.missing_tools()
    if missing:
        require(f"{name} needs {' and '.join(missing)}")
    built = module.build(folder)
    if name == "medplum":
        command = medplum_server.command(built)
    else:
        command = hapi_server.command(built, strict=name == "hapi_strict")
    return start(command, logs / f"{name}.log")


def _asked_for(name: str, session: pytest.Session) -> bool:
    """Whether a test of this run uses the fixture, by itself or as a parameter."""
    for item in session.items:
        call = getattr(item, "callspec", None)
        if name in getattr(item, "fixturenames", ()) or (call and name in call.params.values()):
            return True
    return False


def _own_folder(tmp_path: Path, require: Require, monkeypatch: pytest.MonkeyPatch) -> Path:
    if find_spec("sekmet") is None:
        require(f"no embedded server: {INSTALL}")
    monkeypatch.chdir(tmp_path)
    return tmp_path
