"""The embedded FHIR server: sekmet-fhir in a thread, on the loopback interface only."""

from __future__ import annotations

import logging
import socket
import sqlite3
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fhirkit.errors import OutputError, ServerError, SettingsError
from fhirkit.serve.cases import with_cases
from fhirkit.serve.guard import guarded

if TYPE_CHECKING:
    from collections.abc import Iterator

    import uvicorn

HOST = "127.0.0.1"
INSTALL = "pip install 'fhirkit-cases[server]'"
_PATIENCE = 30.0  # seconds a start may take
_LOGGERS = ("sekmet", "uvicorn", "uvicorn.access", "uvicorn.error")


@dataclass(frozen=True, slots=True)
class Embedded:
    """A running server: where it answers and where it keeps its data."""

    base: str
    ui: str
    cases: str
    database: Path


@contextmanager
def running(db_path: Path | str, port: int = 0) -> Iterator[Embedded]:
    """Starts the server and stops it at the end of the block, leaving only the database.

    Port 0 takes any free port. Raises SettingsError if the extra is not installed or the port
    is taken, and OutputError if the database cannot be used.
    """
    create_app, settings_class, uvicorn_module = _sekmet()
    database = Path(db_path).absolute()
    with ExitStack() as stack:
        listener = stack.enter_context(_bound(port))
        root = f"http://{HOST}:{listener.getsockname()[1]}"
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="fhirkit-serve-"))
        settings = _settings(settings_class, f"{root}/fhir", database, scratch)
        app = stack.enter_context(_application(create_app, settings, database))
        config = uvicorn_module.Config(
            guarded(with_cases(app, f"{root}/fhir")),
            log_config=None,
            access_log=False,  # its lines hold search values
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=3,
        )
        server = uvicorn_module.Server(config)
        with _in_thread(server, listener):
            yield Embedded(
                base=f"{root}/fhir", ui=f"{root}/ui", cases=f"{root}/cases", database=database
            )


def _sekmet() -> tuple[Any, Any, Any]:
    """The parts of sekmet-fhir that are used, imported only when a server is wanted."""
    try:
        uvicorn = import_module("uvicorn")
        settings_class = import_module("sekmet.config").Settings
        create_app = import_module("sekmet.main").create_app
    except ImportError:
        message = f"the embedded server is not installed: {INSTALL}"
        raise SettingsError(message) from None
    return create_app, settings_class, uvicorn


def _settings(settings_class: Any, base: str, database: Path, scratch: str) -> Any:
    # sekmet's defaults listen on all interfaces, play other hospital systems and keep each
    # request's body a second time in a log of traffic.
    return settings_class(
        base_url=base,
        host=HOST,
        port=int(base.rsplit(":", 1)[1].partition("/")[0]),
        db_path=str(database),
        data_dir=scratch,
        own_private_key_path=str(Path(scratch, "key.pem")),
        facility_name="fhirkit",
        software_name="fhirkit's embedded FHIR R4 server (sekmet-fhir)",
        simulator={"enabled": False},
        log_inbound=False,
    )


@contextmanager
def _application(create_app: Any, settings: Any, database: Path) -> Iterator[Any]:
    """The ASGI application with its database, closed at the end."""
    if not database.parent.is_dir():
        raise OutputError(f"{database.parent} is no folder: the database cannot be made there")
    with _quiet():
        try:
            database.touch(mode=0o600)  # patients' data, if anybody's: the owner's alone
            app = create_app(settings)
        except (sqlite3.DatabaseError, OSError) as error:
            raise OutputError(
                f"{database} cannot be used as the server's database: {error}"
            ) from None
        try:
            yield app
        finally:
            context = app.state.ctx
            context.subscriptions.pool.shutdown(wait=True, cancel_futures=True)
            context.reset_clients()
            context.store.conn.close()  # the last one to close removes -wal and -shm


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps sekmet and uvicorn out of the logs, and out of how the user set them up."""
    root = logging.getLogger()
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    before = [(logger, logger.level, logger.propagate) for logger in loggers]
    # create_app calls logging.basicConfig, which does nothing where a handler is.
    nothing = logging.NullHandler()
    root.addHandler(nothing)
    for logger in loggers:
        logger.addHandler(nothing)
        logger.setLevel(logging.CRITICAL)
        logger.propagate = False
    try:
        yield
    finally:
        root.removeHandler(nothing)
        for logger, level, propagate in before:
            logger.removeHandler(nothing)
            logger.setLevel(level)
            logger.propagate = propagate


@contextmanager
def _bound(port: int) -> Iterator[socket.socket]:
    """A socket that listens before the server does: the port is known, and surely ours."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # A port just left may be taken again; two servers still cannot share one.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or "not a port number"
            raise SettingsError(f"port {port} on {HOST} cannot be used: {reason}") from None
        listener.listen()
        yield listener


@contextmanager
def _in_thread(server: uvicorn.Server, listener: socket.socket) -> Iterator[None]:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            server.run(sockets=[listener])
        except (Exception, SystemExit) as error:  # noqa: BLE001 - told to the waiting thread
            failures.append(error)

    thread = threading.Thread(target=run, name="fhirkit-serve", daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + _PATIENCE
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise ServerError("the embedded server did not start", detail=repr(failures))
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join(_PATIENCE)
