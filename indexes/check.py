"""Whether all that the library holds is what was put in; what a killed process left behind is removed."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from indexes import contents, originals, stored_vectors
from indexes.database import Database
from indexes.errors import LibraryDamaged
from indexes.files import TEMPORARY, hash_of
from indexes.records import CHUNK_COLUMNS, read_chunk, text_hash
from indexes.types import Chunk, Span

_DAY = 86_400.0  # seconds; a younger unfinished folder may still be worked in


@dataclass(frozen=True, slots=True)
class Problem:
    """`code`: database | reference | page | chunk | vector | original | leftover. `fixed`: it is no more."""

    code: str
    message: str
    document_id: str | None = None
    fixed: bool = False


def check(database: Database) -> list[Problem]:
    """Every problem found. Nothing beyond the database is looked at when that is damaged."""
    found = list(_structure(database))
    if found:
        return found
    with database.snapshot(), database.read() as connection:
        found += _references(connection)
        rows = connection.execute(
            "SELECT id, revision, page_count, text_hash FROM documents ORDER BY id"
        ).fetchall()
        for document_id, revision, page_count, text in rows:
            found += _document(connection, document_id, revision, page_count, text)
        found += _vectors(connection)
    found += _originals(database)
    if not database.readonly:
        found += _leftovers(database)
    return found


def _structure(database: Database) -> Iterator[Problem]:
    try:
        with database.read() as connection:
            lines = [row[0] for row in connection.execute("PRAGMA integrity_check(20)")]
    except LibraryDamaged as error:
        lines = [error.message]
    yield from (Problem("database", line) for line in lines if line != "ok")


def _references(connection: sqlite3.Connection) -> Iterator[Problem]:
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield Problem("reference", f"row {row} of {table} belongs to no row of {parent}")


def _document(
    connection: sqlite3.Connection, document_id: str, revision: int, page_count: int, expected: str
) -> Iterator[Problem]:
    for number in range(1, revision + 1):
        pages = list(contents.pages(connection, document_id, number))
        texts = {page.number: page.text for page in pages}
        if number == revision:
            if sorted(texts) != list(range(1, page_count + 1)):
                yield Problem("page", f"{len(texts)} of {page_count} pages are there", document_id)
            elif text_hash(pages) != expected:
                yield Problem("page", "the text of its pages is not what was stored", document_id)
        rows = connection.execute(
            f"SELECT {CHUNK_COLUMNS} FROM chunks WHERE document_id = ? AND revision = ? ORDER BY ordinal",
            (document_id, number),
        )
        for chunk in map(read_chunk, rows):
            fault = fault_of(chunk, texts)
            if fault:
                yield Problem("chunk", f"chunk {chunk.id}: {fault}", document_id)


def fault_of(chunk: Chunk, texts: Mapping[int, str]) -> str:
    """What is wrong between a chunk and the texts of its document's pages; empty when nothing is.

    White space aside, the chunk's text and each of its sentences are what their spans cut from the pages.
    """
    every = (*chunk.spans, *(span for s in chunk.sentences for span in (*s.spans, *s.context)))
    for span in every:
        if not 0 <= span.start <= span.end <= len(texts.get(span.page, "")):
            return f"characters {span.start} to {span.end} are not on page {span.page}"
    for sentence in chunk.sentences:
        if not 0 <= sentence.start <= sentence.end <= len(chunk.text):
            return f"sentence {sentence.start} to {sentence.end} is not in it"
        if not _same(chunk.text[sentence.start : sentence.end], sentence.spans, texts):
            return f"its sentence at {sentence.start} is not what stands on its pages"
    # by its sentences: a table's header that is repeated in a chunk is none of the chunk's own spans
    if not _same(chunk.text, [span for s in chunk.sentences for span in s.spans], texts):
        return "its text is not what stands on its pages"
    return ""


def _same(text: str, spans: Sequence[Span], texts: Mapping[int, str]) -> bool:
    cut = "".join(texts[span.page][span.start : span.end] for span in spans)
    return "".join(text.split()) == "".join(cut.split())


def _vectors(connection: sqlite3.Connection) -> Iterator[Problem]:
    from indexes import meta

    model_id = meta.get(connection, meta.MODEL)
    if model_id is None:
        return
    lacking = stored_vectors.chunks_without(connection, model_id)
    if lacking:
        yield Problem("vector", f"{len(lacking)} chunks have no vectors of the model {model_id}: reembed")
    widths = connection.execute(
        "SELECT count(DISTINCT length(vector)) FROM vectors WHERE model_id = ?", (model_id,)
    ).fetchone()[0]
    if widths > 1:
        yield Problem("vector", f"the vectors of the model {model_id} differ in width: reembed")


def _originals(database: Database) -> Iterator[Problem]:
    with database.read() as connection:
        rows = connection.execute("SELECT id, content_hash FROM documents ORDER BY id").fetchall()
    for document_id, content_hash in rows:
        path = originals.path_of(database.home, content_hash)
        try:
            fault = "" if hash_of(path) == content_hash else "is not what was ingested"
        except FileNotFoundError:
            fault = "is missing"
        if fault and _still_there(database, document_id):
            yield Problem("original", f"the original {path.name} {fault}", document_id)


def _still_there(database: Database, document_id: str) -> bool:
    with database.read() as connection:
        return (
            connection.execute("SELECT 1 FROM documents WHERE id = ?", (document_id,)).fetchone() is not None
        )


def _leftovers(database: Database) -> Iterator[Problem]:
    with database.locked() as connection:  # nobody is adding a file meanwhile
        wanted = {row[0] for row in connection.execute("SELECT content_hash FROM documents")}
        removed = list(originals.orphans(database.home, wanted))
        for path in removed:
            path.unlink()
    for path in sorted(database.home.glob(f"**/{TEMPORARY}*")):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _DAY:
                _remove(path)
                removed.append(path)
    for path in removed:
        place = path.relative_to(database.home)
        yield Problem("leftover", f"{place} belonged to no document and was removed", fixed=True)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
