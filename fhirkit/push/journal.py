"""What was sent where, and what came of it: an SQLite file that outlives the process.

A line is written before a bundle is sent and again when its fate is known, so a process that is
killed in between leaves a bundle of which it is known that it may have landed. The file holds
keys, names and places on the server, no resource. One process at a time pushes to a server by a
journal (:meth:`Journal.alone`); the system releases that claim when the process ends, however
it ends.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fhirkit.errors import InputError, OutputError
from fhirkit.push.noted import Claim, Landed, Run, Trace, created_mark, entries_of, lines_of
from fhirkit.push.report import EntryOutcome, Outcome, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_SCHEMA = (
    """
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    server TEXT NOT NULL,
    command TEXT NOT NULL,     -- what tells a repeated command: settings and inputs
    inputs TEXT NOT NULL,      -- for people
    started REAL NOT NULL,
    ended REAL,
    state TEXT NOT NULL        -- open, done, undone
)
""",
    """
CREATE TABLE bundle (
    run INTEGER NOT NULL REFERENCES run (id),
    digest BLOB NOT NULL,      -- of the bundle's bytes
    name TEXT NOT NULL,
    state TEXT NOT NULL,       -- sending, or a State
    since REAL NOT NULL,       -- the server's time before the first attempt
    attempts INTEGER NOT NULL,
    keys TEXT,                 -- Type?criteria of each entry, while its fate is unknown
    entries TEXT,              -- one line an entry, once it is known
    PRIMARY KEY (run, digest)
)
""",
)
_VERSION = 1
_NOTHING = (State.NOT_SENT.value, State.REFUSED.value)
_PATIENCE = 60_000  # milliseconds SQLite waits for another writer
_MOMENT = 0.01  # seconds


class Journal:
    """The journal in a file, made if it is not there; None keeps it in memory.

    Every method raises OutputError where the file cannot be read or written, as on a full disk.
    """

    def __init__(self, path: Path | str | None = None) -> None:
        self.path = None if path is None else Path(path)
        self._lock = threading.Lock()
        with self._guarded():
            if self.path is not None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                if not self.path.exists():
                    self.path.touch(mode=0o600)
            self._base = sqlite3.connect(
                self.path or ":memory:",
                timeout=_PATIENCE / 1000,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=32,
            )
            self._prepare()

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._base.close()

    @contextmanager
    def alone(self, server: str, waiting: Callable[[], None]) -> Iterator[None]:
        """For the time of the block, no other process pushes to ``server`` by this journal.

        ``waiting`` is called once if another one does; then this waits until it has ended.
        """
        if self.path is None:
            yield
            return
        mark = blake2b(server.encode(), digest_size=6).hexdigest()
        path = self.path.with_name(f"{self.path.name}.{mark}.lock")
        with self._guarded():
            claim = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            self._claim(claim, waiting)
            yield
        finally:
            claim.close()

    def begin(
        self,
        server: str,
        command: str,
        inputs: str,
        now: float,
        *,
        fresh: bool,
        waiting_since: float | None = None,
    ) -> int:
        """The number of a new run, or of the one that the same command has left unfinished.

        Who waited for another process takes up its run also if that has landed everything
        meanwhile: both were asked for the same thing.
        """
        since = float("inf") if waiting_since is None else waiting_since
        with self._writing() as base:
            if not fresh:
                row = base.execute(
                    "SELECT id FROM run WHERE server = ? AND command = ?"
                    " AND (state = 'open' OR state = 'done' AND ended >= ?)"
                    " ORDER BY id DESC LIMIT 1",
                    (server, command, since),
                ).fetchone()
                if row is not None:
                    return int(row[0])
            made = base.execute(
                "INSERT INTO run (server, command, inputs, started, state)"
                " VALUES (?, ?, ?, ?, 'open')",
                (server, command, inputs, now),
            )
            return int(made.lastrowid or 0)

    def end(self, run: int, now: float, *, complete: bool) -> None:
        """Notes that a run is over; it can be resumed unless it is complete."""
        with self._writing() as base:
            base.execute(
                "UPDATE run SET ended = ?, state = CASE WHEN ? THEN 'done' ELSE state END"
                " WHERE id = ?",
                (now, complete, run),
            )

    def undone(self, run: int, now: float) -> None:
        """Notes that what a run created has been taken back."""
        with self._writing() as base:
            base.execute("UPDATE run SET ended = ?, state = 'undone' WHERE id = ?", (now, run))

    def claim(
        self, run: int, digest: bytes, name: str, since: float, keys: Sequence[str]
    ) -> Claim | Landed:
        """To be called before a bundle is sent: what became of it so far."""
        joined = "\n".join(keys)
        with self._lock:
            if self._written(
                "INSERT INTO bundle (run, digest, name, state, since, attempts, keys)"
                " VALUES (?, ?, ?, 'sending', ?, 1, ?) ON CONFLICT DO NOTHING",
                (run, digest, name, since, joined),
            ):
                return Claim(0, since)
            row = self._fetched(
                "UPDATE bundle SET state = 'sending', keys = ?,"
                # What left nothing on the server was no attempt.
                " since = CASE WHEN state IN (?, ?) THEN ? ELSE since END,"
                " attempts = CASE WHEN state IN (?, ?) THEN 1 ELSE attempts + 1 END"
                " WHERE run = ? AND digest = ? AND state <> 'landed' RETURNING attempts, since",
                (joined, *_NOTHING, since, *_NOTHING, run, digest),
            )
            if row is not None:
                return Claim(int(row[0]) - 1, float(row[1]))
            row = self._fetched(
                "SELECT entries FROM bundle WHERE run = ? AND digest = ?", (run, digest)
            )
        return Landed(entries_of(row[0] if row else None))

    def progress(self, run: int, digest: bytes, entries: Sequence[EntryOutcome]) -> None:
        """Notes the entries of a bundle that has landed in part and is still being sent."""
        with self._lock:
            self._written(
                "UPDATE bundle SET entries = ? WHERE run = ? AND digest = ?",
                (lines_of(entries), run, digest),
            )

    def record(
        self, run: int, digest: bytes, state: State, entries: Sequence[EntryOutcome]
    ) -> None:
        """Notes the fate of a bundle."""
        known = state is not State.IN_DOUBT
        with self._lock:
            self._written(
                "UPDATE bundle SET state = ?, entries = ?, keys = CASE WHEN ? THEN NULL ELSE keys"
                " END WHERE run = ? AND digest = ?",
                (state.value, lines_of(entries), known, run, digest),
            )

    def before(self, run: int, digest: bytes) -> tuple[EntryOutcome, ...]:
        """What an earlier attempt at a bundle had brought about."""
        with self._guarded(), self._lock:
            row = self._base.execute(
                "SELECT entries FROM bundle WHERE run = ? AND digest = ?", (run, digest)
            ).fetchone()
        return entries_of(row[0]) if row is not None else ()

    def created_elsewhere(self, run: int, server: str, location: str) -> bool:
        """Whether another run is known to have created a resource."""
        with self._guarded(), self._lock:
            row = self._base.execute(
                "SELECT 1 FROM bundle JOIN run ON run.id = bundle.run WHERE run.id <> ?"
                " AND run.server = ? AND instr(entries, ?) > 0 LIMIT 1",
                (run, server, created_mark(location)),
            ).fetchone()
        return row is not None

    def runs(self) -> list[Run]:
        """All runs, the oldest first."""
        with self._guarded(), self._lock:
            rows = self._base.execute(
                "SELECT id, server, inputs, started, ended, run.state, count(digest),"
                " count(*) FILTER (WHERE bundle.state = 'landed'),"
                " count(*) FILTER (WHERE bundle.state IN ('sending', 'in doubt'))"
                " FROM run LEFT JOIN bundle ON run.id = bundle.run GROUP BY run.id ORDER BY run.id"
            ).fetchall()
        return [Run(*row) for row in rows]

    def find(self, run: int) -> Run:
        """One run. Raises InputError if there is none of this number."""
        for found in self.runs():
            if found.id == run:
                return found
        where = f" in {self.path}" if self.path else ""
        raise InputError(f"there is no run {run}{where}: fhirkit runs lists them")

    def traces(self, run: int) -> list[Trace]:
        """What a run left of each of its bundles, in the order of their first attempt."""
        with self._guarded(), self._lock:
            rows = self._base.execute(
                "SELECT name, state, since, keys, entries FROM bundle WHERE run = ? ORDER BY rowid",
                (run,),
            ).fetchall()
        return [
            Trace(name, state, since, tuple(keys.split("\n") if keys else ()), entries_of(entries))
            for name, state, since, keys, entries in rows
        ]

    def in_use(self, run: int, server: str) -> set[str]:
        """What other bundles have found or updated on a server, in runs that were not undone.

        The same bundle that was pushed again found itself.
        """
        marks = {Outcome.EXISTED, Outcome.UPDATED}
        used: set[str] = set()
        with self._guarded(), self._lock:
            rows = self._base.execute(
                "SELECT entries FROM bundle JOIN run ON run.id = bundle.run WHERE run.id <> ?"
                " AND run.server = ? AND run.state <> 'undone' AND entries IS NOT NULL"
                " AND digest NOT IN (SELECT digest FROM bundle WHERE run = ?)",
                (run, server, run),
            )
            for (lines,) in rows:
                used.update(
                    entry.location
                    for entry in entries_of(lines)
                    if entry.outcome in marks and entry.location
                )
        return used

    def _prepare(self) -> None:
        # A killed process loses nothing this way; a power cut may lose the last lines, and what
        # they said is found out again, since everything is conditional.
        self._write_ahead()
        self._base.execute("PRAGMA synchronous = NORMAL")
        with self._alone_in_it():
            version = self._base.execute("PRAGMA user_version").fetchone()[0]
            if version == _VERSION:
                return
            if version or self._base.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                raise OutputError(
                    f"{self.path} is the database of another program or the journal of another "
                    "version of fhirkit: name another file"
                )
            for statement in _SCHEMA:
                self._base.execute(statement)
            self._base.execute(f"PRAGMA user_version = {_VERSION}")

    def _write_ahead(self) -> None:
        """Has SQLite write ahead; it does not wait by itself for who does the same just now."""
        until = time.monotonic() + _PATIENCE / 1000
        while True:
            try:
                self._base.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            time.sleep(_MOMENT)

    def _claim(self, claim: sqlite3.Connection, waiting: Callable[[], None]) -> None:
        try:
            claim.execute("BEGIN EXCLUSIVE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise self._unusable(error) from None
        waiting()
        with self._guarded():
            while True:
                claim.execute("PRAGMA busy_timeout = 1000")
                try:
                    claim.execute("BEGIN EXCLUSIVE")
                    return
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                        raise

    def _written(self, statement: str, values: tuple[object, ...]) -> bool:
        """Carries out one statement, a transaction by itself; whether it changed anything."""
        try:
            return self._base.execute(statement, values).rowcount > 0
        except sqlite3.Error as error:
            raise self._unusable(error) from None

    def _fetched(self, statement: str, values: tuple[object, ...]) -> Any:
        """Carries out one statement, which is a transaction by itself, and gives its one row."""
        try:
            # All of it is fetched: before, what it writes is not committed.
            rows = self._base.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self._unusable(error) from None
        return rows[0] if rows else None

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._guarded(), self._lock, self._alone_in_it():
            yield self._base

    @contextmanager
    def _alone_in_it(self) -> Iterator[None]:
        """A transaction, undone where something goes wrong."""
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._base.execute("COMMIT")
        except BaseException:
            if self._base.in_transaction:
                self._base.execute("ROLLBACK")
            raise

    def _unusable(self, error: Exception) -> OutputError:
        return OutputError(f"the journal {self.path} cannot be used: {error}")


def default_path(environment: dict[str, str] | os._Environ[str]) -> Path:
    """Where the journal of this user is kept."""
    if os.name == "nt":
        base = environment.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    else:
        base = environment.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base, "fhirkit", "journal.db")
