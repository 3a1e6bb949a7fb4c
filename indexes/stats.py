"""What the library holds, in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from indexes import contents, documents, meta, originals, schema
from indexes.database import Database, generation_of
from indexes.files import size_of
from indexes.types import DocumentState, WarningKind

DERIVED_FOLDER = "indexes"


@dataclass(frozen=True, slots=True)
class LibraryStats:
    """`pages`, `chunks` and `warnings` are those in use, of documents in every state."""

    generation: int
    schema_version: int
    model_id: str | None
    documents: Mapping[DocumentState, int]
    purged: int
    pages: int
    chunks: int
    warnings: Mapping[WarningKind, int]
    database_bytes: int  # with its write-ahead log
    originals_bytes: int
    derived_bytes: int  # search indexes, which can be made again


def collect(database: Database, today: date) -> LibraryStats:
    with database.snapshot(), database.read() as connection:
        states = Counter(document.state for document in documents.all_documents(connection, today))
        warnings = connection.execute(
            "SELECT w.kind, count(*) FROM page_warnings w JOIN documents d "
            "ON d.id = w.document_id AND d.revision = w.revision GROUP BY w.kind ORDER BY w.kind"
        )
        return LibraryStats(
            generation=generation_of(connection),
            schema_version=schema.version_of(connection),
            model_id=meta.get(connection, meta.MODEL),
            documents={state: states[state] for state in DocumentState},
            purged=connection.execute("SELECT count(*) FROM purged").fetchone()[0],
            pages=connection.execute("SELECT coalesce(sum(page_count), 0) FROM documents").fetchone()[0],
            chunks=contents.chunk_count(connection),
            warnings={WarningKind(kind): count for kind, count in warnings},
            database_bytes=_database_bytes(database),
            originals_bytes=size_of(database.home / originals.FOLDER),
            derived_bytes=size_of(database.home / DERIVED_FOLDER),
        )


def _database_bytes(database: Database) -> int:
    total = 0
    for suffix in ("", "-wal"):
        with suppress(FileNotFoundError):
            total += database.path.with_name(database.path.name + suffix).stat().st_size
    return total
