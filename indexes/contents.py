"""The rows of pages and chunks: written once with their revision, read back as values."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexes.errors import DocumentNotFound, LibraryError
from indexes.records import (
    CHUNK_COLUMNS,
    PAGE_COLUMNS,
    WARNING_COLUMNS,
    batches,
    blocks_json,
    boxes_blob,
    compact,
    read_boxes,
    read_chunk,
    read_page,
    read_warning,
    sentences_json,
    spans_json,
    vector_key,
)
from indexes.types import Chunk, GlyphBoxes, Language, Page, PageWarning

_BATCH = 1000  # chunks read at a time


@dataclass(frozen=True, slots=True)
class ChunkText:
    """What an index needs of a chunk."""

    id: int
    document_id: str
    language: Language
    text: str
    section: tuple[str, ...]


def insert_pages(
    connection: sqlite3.Connection, document_id: str, revision: int, pages: Sequence[Page]
) -> None:
    connection.executemany(
        "INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                document_id,
                revision,
                page.number,
                page.label,
                page.text,
                page.hidden_text,
                blocks_json(page.blocks),
                float(page.width),
                float(page.height),
                page.rotation,
                None if page.boxes is None else boxes_blob(page.boxes),
            )
            for page in pages
        ),
    )
    connection.executemany(
        "INSERT INTO page_warnings VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (document_id, revision, page.number, warning.kind, warning.detail, warning.start, warning.end)
            for page in pages
            for warning in page.warnings
        ),
    )


def insert_chunks(
    connection: sqlite3.Connection, document_id: str, revision: int, chunks: Sequence[Chunk], generation: int
) -> None:
    connection.executemany(
        "INSERT INTO chunks (document_id, revision, ordinal, language, text, section, spans, sentences, "
        "vector_key, valid_from) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                document_id,
                revision,
                chunk.ordinal,
                chunk.language,
                chunk.text,
                compact(chunk.section),
                spans_json(chunk.spans),
                sentences_json(chunk.sentences),
                vector_key(chunk),
                generation,
            )
            for chunk in chunks
        ),
    )


def end_chunks(connection: sqlite3.Connection, document_id: str, generation: int) -> None:
    """Those in use are no longer from this generation on."""
    connection.execute(
        "UPDATE chunks SET valid_to = ? WHERE document_id = ? AND valid_to IS NULL", (generation, document_id)
    )


def revision_of(connection: sqlite3.Connection, document_id: str) -> int:
    """The revision in use. Raises DocumentNotFound."""
    row = connection.execute("SELECT revision FROM documents WHERE id = ?", (document_id,)).fetchone()
    if row is None:
        raise DocumentNotFound(f"There is no document {document_id}.")
    return int(row[0])


def pages(
    connection: sqlite3.Connection, document_id: str, revision: int | None, number: int | None = None
) -> Iterator[Page]:
    """Of one revision (None: that in use), in order, without boxes; only page `number` when it is given."""
    revision = revision_of(connection, document_id) if revision is None else revision
    which, values = (
        ("AND {} = ?", (document_id, revision, number))
        if number is not None
        else ("", (document_id, revision))
    )
    warnings: dict[int, list[PageWarning]] = {}
    for page, *warning in connection.execute(
        f"SELECT page, {WARNING_COLUMNS} FROM page_warnings WHERE document_id = ? AND revision = ? "
        f"{which.format('page')} ORDER BY rowid",
        values,
    ):
        warnings.setdefault(page, []).append(read_warning(warning))
    rows = connection.execute(
        f"SELECT {PAGE_COLUMNS} FROM pages WHERE document_id = ? AND revision = ? {which.format('number')} "
        "ORDER BY number",
        values,
    ).fetchall()
    return (read_page(row, tuple(warnings.get(row[0], ()))) for row in rows)


def boxes(
    connection: sqlite3.Connection, document_id: str, revision: int | None, number: int
) -> GlyphBoxes | None:
    revision = revision_of(connection, document_id) if revision is None else revision
    row = connection.execute(
        "SELECT boxes FROM pages WHERE document_id = ? AND revision = ? AND number = ?",
        (document_id, revision, number),
    ).fetchone()
    return read_boxes(row[0]) if row and row[0] is not None else None


def chunks(connection: sqlite3.Connection, ids: Sequence[int]) -> list[Chunk]:
    """In the order of the ids. Raises LibraryError for an id that no chunk has."""
    found = {}
    for batch in batches(ids):
        rows = connection.execute(
            f"SELECT {CHUNK_COLUMNS} FROM chunks WHERE id IN (SELECT value FROM json_each(?))",
            (compact(batch),),
        )
        found.update({row[-1]: read_chunk(row) for row in rows})
    missing = [number for number in ids if number not in found]
    if missing:
        raise LibraryError(
            f"The library has no chunk {missing[0]}: its document was purged, or it is of another library.",
            remedy="Run `sanad check`, which brings the search indexes up to date.",
        )
    return [found[number] for number in ids]


def document_chunks(connection: sqlite3.Connection, document_id: str) -> list[Chunk]:
    rows = connection.execute(
        f"SELECT {CHUNK_COLUMNS} FROM chunks WHERE document_id = ? AND valid_to IS NULL ORDER BY ordinal",
        (document_id,),
    )
    return [read_chunk(row) for row in rows]


def chunk_count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM chunks WHERE valid_to IS NULL").fetchone()[0])


def chunk_texts(connection: sqlite3.Connection, generation: int, after: int) -> list[ChunkText]:
    """The next chunks valid in the generation with ids beyond `after`, at most a thousand."""
    rows = connection.execute(
        "SELECT id, document_id, language, text, section FROM chunks WHERE id > ? AND valid_from <= ? "
        "AND (valid_to IS NULL OR valid_to > ?) ORDER BY id LIMIT ?",
        (after, generation, generation, _BATCH),
    )
    return [
        ChunkText(n, doc, Language(lang), text, _section(section)) for n, doc, lang, text, section in rows
    ]


def _section(stored: str) -> tuple[str, ...]:
    return tuple(json.loads(stored))
