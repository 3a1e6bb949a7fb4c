"""The library's tables, one file for each version of the schema, and the steps from one to the next.

`NNNN.sql` brings a database of version NNNN − 1 to version NNNN, which `PRAGMA user_version` holds.
A file that was released is never edited again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path


def migrations(folder: Path = Path(__file__).parent) -> tuple[Path, ...]:
    """The steps in order; their count is the newest version."""
    return tuple(sorted(folder.glob("[0-9][0-9][0-9][0-9].sql")))


def version_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def apply(connection: sqlite3.Connection, steps: tuple[Path, ...]) -> None:
    """Take every step that the database lacks, inside the transaction that is open."""
    for number, step in enumerate(steps, start=1):
        if number > version_of(connection):
            for statement in _statements(step.read_text(encoding="utf-8")):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")


def _statements(script: str) -> Iterator[str]:
    # sqlite3's own executescript commits before it begins, which would break the transaction.
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        raise ValueError(f"an unfinished statement at the end of a schema file: {statement.strip()!r}")
