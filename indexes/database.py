"""One SQLite file, opened safely: its schema up to date, a connection a thread, whole transactions."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from weakref import WeakKeyDictionary

from indexes import schema
from indexes.errors import LibraryDamaged, LibraryError, LibraryReadOnly, LibraryTooNew
from indexes.faults import told
from indexes.files import private_folder, whole_file

FILE_NAME = "library.db"
APPLICATION_ID = 0x534E4144  # "SNAD": tells our files from other SQLite databases
BUSY_SECONDS = 30.0


class Database:
    """The connections to a library's database. Usable from many threads; a forked child opens its own."""

    def __init__(self, home: Path, *, readonly: bool, busy_seconds: float = BUSY_SECONDS) -> None:
        self.home = home
        self.path = home / FILE_NAME
        self.readonly = readonly
        self._busy_seconds = busy_seconds
        self._lock = threading.Lock()
        self._closed = False
        self._process = os.getpid()
        self._inherited: list[sqlite3.Connection] = []
        self._connections: WeakKeyDictionary[threading.Thread, sqlite3.Connection] = WeakKeyDictionary()

    def close(self) -> None:
        """Close every thread's connection. Using the database afterwards is a LibraryError."""
        with self._lock, told(self.home):
            self._closed = True
            while self._connections and self._process == os.getpid():
                self._connections.popitem()[1].close()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        with told(self.home):
            yield self._connection()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """What this thread reads inside is of one generation, whatever others commit meanwhile."""
        with told(self.home):
            connection = self._connection()
            if connection.in_transaction:
                yield
                return
            connection.execute("BEGIN")
            try:
                yield
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def locked(self) -> Iterator[sqlite3.Connection]:
        """A transaction with no other writer beside it; rolled back whole when anything is raised inside."""
        with told(self.home):
            if self.readonly:
                raise LibraryReadOnly(
                    f"The library in {self.home} was opened for reading only.",
                    remedy="Open it for writing.",
                )
            connection = self._connection()
            with _transaction(connection):
                yield connection

    def connect(self) -> sqlite3.Connection:
        """A connection of its own, for the caller to close."""
        if self.readonly:
            return self._connect_readonly()
        connection = self._plain(f"{self.path.absolute().as_uri()}?mode=rw")
        # FULL: a committed document outlives a power cut.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_size_limit = 67108864")
        return connection

    def _connect_readonly(self) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?mode=ro"
        connection = self._plain(uri)
        try:
            schema.version_of(connection)
        except sqlite3.OperationalError as error:
            connection.close()
            # A folder without write access has no room for the write-ahead log's index, which readers share
            # with a writer; without a log there is nothing to share.
            log = self.path.with_name(FILE_NAME + "-wal")
            refused = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
            if not refused or (log.exists() and log.stat().st_size):
                raise
            connection = self._plain(uri + "&immutable=1")
        return connection

    def _plain(self, uri: str) -> sqlite3.Connection:
        return sqlite3.connect(
            uri, uri=True, timeout=self._busy_seconds, isolation_level=None, check_same_thread=False
        )

    def _connection(self) -> sqlite3.Connection:
        if self._closed:
            raise LibraryError(f"The library in {self.home} was closed.", remedy="Open it again.")
        if self._process != os.getpid():
            # SQLite forbids a child to use, or even close, what it inherits: keep it, untouched.
            self._inherited.extend(self._connections.values())
            self._connections, self._process = WeakKeyDictionary(), os.getpid()
        thread = threading.current_thread()
        connection = self._connections.get(thread)
        if connection is None:
            connection = self.connect()
            with self._lock:
                self._connections[thread] = connection
        return connection


def open_database(
    home: Path,
    *,
    create: bool,
    readonly: bool,
    busy_seconds: float = BUSY_SECONDS,
    steps: tuple[Path, ...] | None = None,
) -> Database:
    """The database of the library in `home`, its schema of this version of Sanad.

    Raises LibraryTooNew, LibraryReadOnly, LibraryBusy, LibraryDamaged, or LibraryError when there is none.
    """
    steps = schema.migrations() if steps is None else steps
    database = Database(home, readonly=readonly, busy_seconds=busy_seconds)
    with told(home):
        if not database.path.exists() and (readonly or not create):
            raise LibraryError(
                f"There is no library in {home}.",
                remedy="Add documents with `sanad ingest`, or name another folder with --home.",
            )
        if not readonly:
            _prepare(home, database.path)
        try:
            _bring_up_to_date(database, steps)
        except BaseException:
            database.close()
            raise
    return database


def generation_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(number), 0) FROM generations").fetchone()[0])


def content_generation_of(connection: sqlite3.Connection) -> int:
    found = connection.execute("SELECT coalesce(max(number), 0) FROM generations WHERE reindex").fetchone()
    return int(found[0])


def new_generation(
    connection: sqlite3.Connection, action: str, document_id: str | None = None, *, reindex: bool
) -> int:
    """Begin the next one inside a locked transaction. `reindex`: what derived indexes are made of changes."""
    number = generation_of(connection) + 1
    connection.execute(
        "INSERT INTO generations VALUES (?, ?, ?, ?, ?)", (number, action, document_id, reindex, utc_now())
    )
    return number


def utc_now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite itself rolls back after some failures
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise


def _prepare(home: Path, path: Path) -> None:
    private_folder(home)
    if not (os.access(home, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))):
        raise LibraryReadOnly(
            f"The library in {home} cannot be written to: the folder or its database is read-only.",
            remedy="Give your user the right to write to the folder, or name another one with --home.",
        )
    if not path.exists() or not path.stat().st_size:
        if any((home / "originals").glob("*/*")):
            raise LibraryDamaged(
                f"The database {path} is missing or empty, but originals of its documents are there.",
                remedy="Restore a backup with `sanad restore-backup`, or ingest again into another folder.",
            )
        # SQLite gives its journals the mode of the database: it has to be private from the start.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _bring_up_to_date(database: Database, steps: tuple[Path, ...]) -> None:
    with database.read() as connection:
        version = schema.version_of(connection)
        _refuse_foreign(connection, database.path)
        if version > len(steps):
            raise LibraryTooNew(
                f"The library in {database.home} was written by a newer version of Sanad "
                f"(schema {version}; this version knows {len(steps)}).",
                remedy="Install that version or a newer one; nothing was changed.",
            )
        if version == len(steps):
            return
        if database.readonly:
            raise LibraryReadOnly(
                f"The library in {database.home} is of an older version of Sanad and open for reading only.",
                remedy="Run `sanad check` once with the right to write: it brings the library up to date.",
            )
        if not version:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        with _transaction(connection):
            found = schema.version_of(connection)  # another process may have been first
            if 0 < found < len(steps):
                _copy_before_migration(database, found)
            schema.apply(connection, steps)


def _refuse_foreign(connection: sqlite3.Connection, path: Path) -> None:
    mark = connection.execute("PRAGMA application_id").fetchone()[0]
    filled = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if filled and mark != APPLICATION_ID:
        raise LibraryDamaged(
            f"{path} is a database of another application.", remedy="Name another folder with --home."
        )


def _copy_before_migration(database: Database, version: int) -> None:
    folder = database.home / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    copy_database(database, folder / f"library-schema-{version}-{stamp}.db")


def copy_database(database: Database, target: Path) -> None:
    """A consistent copy of what is committed, while others read and write."""
    with whole_file(target) as file:
        source, copy = database.connect(), sqlite3.connect(file.name, isolation_level=None)
        try:
            source.backup(copy)
            # One self-contained file: a copy in write-ahead mode would need a folder it can write to.
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()
            source.close()
