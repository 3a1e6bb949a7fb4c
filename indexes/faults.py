"""What SQLite and the file system complain of, as errors of the library that say what to do."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexes.errors import LibraryBusy, LibraryDamaged, LibraryError, LibraryReadOnly, UnreadableDocument

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EROFS, errno.EACCES, errno.EPERM}

_MAKE_ROOM = "Make room on the disk and try again; what was stored before is unharmed."
_ALLOW_WRITES = "Give your user the right to write to the folder, or name another one with --home."
_REPAIR = (
    "Run `sanad check`; if the database itself is damaged, restore a backup with `sanad restore-backup`."
)


@contextmanager
def told(home: Path) -> Iterator[None]:
    """Raise what goes wrong with the library in `home` as a LibraryError."""
    try:
        yield
    except sqlite3.Error as error:
        raise from_sqlite(error, home) from error
    except OSError as error:
        raise from_system(error, home) from error


@contextmanager
def encodable(file_name: str) -> Iterator[None]:
    """Raise UnreadableDocument when a text read from the file is no text: half of a surrogate pair."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise UnreadableDocument(
            f"The text of {file_name} cannot be stored: {error}.",
            remedy="Convert the file with another program.",
        ) from error


def from_sqlite(error: sqlite3.Error, home: Path) -> LibraryError:
    code = getattr(error, "sqlite_errorcode", 0)
    cause = f"{error} ({getattr(error, 'sqlite_errorname', type(error).__name__)})"
    match code & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return LibraryBusy(
                f"Another process is writing to the library in {home} and has not finished: {cause}.",
                remedy="Wait for it to end and try again.",
            )
        case sqlite3.SQLITE_FULL:
            return LibraryReadOnly(f"The disk that holds {home} is full: {cause}.", remedy=_MAKE_ROOM)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_AUTH:
            return LibraryReadOnly(
                f"The library in {home} cannot be opened or written to: {cause}.", remedy=_ALLOW_WRITES
            )
        case sqlite3.SQLITE_IOERR:
            return LibraryReadOnly(
                f"The disk that holds {home} failed while the library was used: {cause}.",
                remedy="See that the disk has room and is sound, then run `sanad check`.",
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return LibraryDamaged(
                f"The database of the library in {home} is damaged: {cause}.", remedy=_REPAIR
            )
    return LibraryError(f"The library in {home} failed: {cause}.", remedy=_REPAIR)


def from_system(error: OSError, home: Path) -> LibraryError:
    if error.errno in _FULL:
        return LibraryReadOnly(f"The disk that holds {home} is full: {error}.", remedy=_MAKE_ROOM)
    if error.errno in _REFUSED:
        return LibraryReadOnly(f"The library in {home} cannot be written to: {error}.", remedy=_ALLOW_WRITES)
    return LibraryError(f"A file of the library in {home} cannot be used: {error}.", remedy=_REPAIR)
