"""The rows of documents: what is known of each, how one is found, who supersedes whom."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import PurePath
from typing import Any

from indexes.errors import DocumentNotFound, LibraryError
from indexes.lifecycle import Edition, closes_a_circle, states
from indexes.records import text_hash
from indexes.types import Chunk, Document, DocumentState, ExtractedDocument, Language, Metadata

ID_LENGTH = 16
DEFAULT_COLLECTION = "default"
_MINOR_SHARE = 0.1  # a language with less of a document's characters is not one of its languages

_COLUMNS = (
    "id, file_name, content_hash, text_hash, media_type, extractor, page_count, languages, title, publisher, "
    "edition, effective, expires, supersedes, collection, added_generation"
)


def all_documents(connection: sqlite3.Connection, today: date) -> list[Document]:
    """Every document that was not purged, oldest first, in its state of that day."""
    found = states(_editions(connection), today)
    rows = connection.execute(f"SELECT {_COLUMNS} FROM documents ORDER BY added_generation, id")
    return [_read(row, *found[row[0]]) for row in rows]


def by_id(connection: sqlite3.Connection, document_id: str, today: date) -> Document:
    state, successor = states(_editions(connection), today)[document_id]
    row = connection.execute(f"SELECT {_COLUMNS} FROM documents WHERE id = ?", (document_id,)).fetchone()
    return _read(row, state, successor)


def id_where(connection: sqlite3.Connection, column: str, value: str) -> str | None:
    """The first document added with that content_hash or text_hash."""
    row = connection.execute(
        f"SELECT id FROM documents WHERE {column} = ? ORDER BY added_generation LIMIT 1", (value,)
    ).fetchone()
    return None if row is None else str(row[0])


def resolve(connection: sqlite3.Connection, name: str) -> str:
    """The id of the document with that id, or else of the only one whose id begins with it, or else whose
    file name or title it is (in any case). Raises DocumentNotFound."""
    rows = connection.execute(
        "SELECT id, file_name, title FROM documents ORDER BY added_generation, id"
    ).fetchall()
    wanted = _folded(name)
    for matches in (
        [row for row in rows if row[0] == wanted],
        [row for row in rows if wanted and row[0].startswith(wanted)],
        [row for row in rows if _folded(row[1]) == wanted],
        [row for row in rows if _folded(_title(row[2], row[1])) == wanted],
    ):
        if len(matches) == 1:
            return str(matches[0][0])
        if matches:
            listed = ", ".join(f"{row[0]} ({_title(row[2], row[1])})" for row in matches)
            raise DocumentNotFound(
                f"Several documents answer to “{name}”: {listed}.", remedy="Give more of the id."
            )
    gone = connection.execute("SELECT title, at FROM purged WHERE id = ?", (wanted,)).fetchone()
    if gone:
        raise DocumentNotFound(
            f"The document {wanted} (“{gone[0]}”) was purged on {gone[1][:10]}.",
            remedy="Ingest its file again.",
        )
    raise DocumentNotFound(
        f"No document answers to “{name}”.",
        remedy="`sanad documents --all` lists the ids, file names and titles.",
    )


def metadata_of(connection: sqlite3.Connection, document_id: str) -> Metadata:
    """As it was given: None for what was not known."""
    title, publisher, edition, effective, expires, supersedes, collection, language = connection.execute(
        "SELECT title, publisher, edition, effective, expires, supersedes, collection, language "
        "FROM documents WHERE id = ?",
        (document_id,),
    ).fetchone()
    return Metadata(
        title, publisher, edition, _day(effective), _day(expires), supersedes, collection, language
    )


def insert(
    connection: sqlite3.Connection,
    extracted: ExtractedDocument,
    metadata: Metadata,
    chunks: Sequence[Chunk],
    *,
    byte_count: int,
    generation: int,
) -> str:
    """A new document of revision 1, without pages as yet; returns its id."""
    document_id = extracted.content_hash[:ID_LENGTH]
    connection.execute("DELETE FROM purged WHERE id = ?", (document_id,))
    connection.execute(
        "INSERT INTO documents (id, content_hash, text_hash, file_name, media_type, byte_count, revision, "
        "extractor, page_count, languages, added_generation) VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, '', ?)",
        (
            document_id,
            extracted.content_hash,
            text_hash(extracted.pages),
            extracted.file_name,
            extracted.media_type,
            byte_count,
            extracted.extractor,
            len(extracted.pages),
            generation,
        ),
    )
    set_metadata(connection, document_id, metadata)
    set_languages(connection, document_id, chunks)
    return document_id


def set_metadata(connection: sqlite3.Connection, document_id: str, metadata: Metadata) -> None:
    """Raises DocumentNotFound when it supersedes an unknown one, LibraryError when that makes a circle."""
    supersedes = _superseded_id(connection, document_id, metadata.supersedes)
    connection.execute(
        "UPDATE documents SET title = ?, publisher = ?, edition = ?, effective = ?, expires = ?, "
        "supersedes = ?, collection = ?, language = ? WHERE id = ?",
        (
            metadata.title or None,
            metadata.publisher or None,
            metadata.edition or None,
            metadata.effective and metadata.effective.isoformat(),
            metadata.expires and metadata.expires.isoformat(),
            supersedes,
            metadata.collection or None,
            metadata.language or None,
            document_id,
        ),
    )


def set_languages(connection: sqlite3.Connection, document_id: str, chunks: Sequence[Chunk]) -> None:
    """Those that the metadata name, else those of the text, the prevailing one first."""
    given = metadata_of(connection, document_id).language
    languages = _named(given) if given else languages_of(chunks)
    connection.execute("UPDATE documents SET languages = ? WHERE id = ?", (",".join(languages), document_id))


def languages_of(chunks: Sequence[Chunk]) -> tuple[Language, ...]:
    """The languages with a tenth of the characters or more, the prevailing one first; und for none."""
    characters: Counter[Language] = Counter()
    for chunk in chunks:
        if chunk.language is not Language.UND:
            characters[chunk.language] += len(chunk.text)
    total = characters.total()
    return tuple(lang for lang, n in characters.most_common() if n >= _MINOR_SHARE * total) or (Language.UND,)


def set_revision(
    connection: sqlite3.Connection, document_id: str, revision: int, extracted: ExtractedDocument
) -> None:
    connection.execute(
        "UPDATE documents SET revision = ?, extractor = ?, text_hash = ?, page_count = ? WHERE id = ?",
        (revision, extracted.extractor, text_hash(extracted.pages), len(extracted.pages), document_id),
    )


def is_withdrawn(connection: sqlite3.Connection, document_id: str) -> bool:
    row = connection.execute(
        "SELECT withdrawn_generation FROM documents WHERE id = ?", (document_id,)
    ).fetchone()
    return row[0] is not None


def set_withdrawn(connection: sqlite3.Connection, document_id: str, generation: int | None) -> None:
    connection.execute(
        "UPDATE documents SET withdrawn_generation = ? WHERE id = ?", (generation, document_id)
    )


def _named(languages: str) -> tuple[Language, ...]:
    try:
        return tuple(dict.fromkeys(Language(part.strip().lower()) for part in languages.split(",")))
    except ValueError as error:
        raise LibraryError(
            f"“{languages}” is not a document's language.", remedy="Give ar, en or ar,en."
        ) from error


def _superseded_id(connection: sqlite3.Connection, document_id: str, name: str | None) -> str | None:
    if not name:
        return None
    known = connection.execute("SELECT id FROM purged WHERE id = ?", (name,)).fetchone()
    supersedes = str(known[0]) if known else resolve(connection, name)
    predecessors = {edition.id: edition.supersedes for edition in _editions(connection)}
    if closes_a_circle(document_id, supersedes, predecessors):
        raise LibraryError(
            f"The document {document_id} cannot supersede {supersedes}, which supersedes it or is the same.",
            remedy="Let the newer edition supersede the older one only.",
        )
    return supersedes


def _editions(connection: sqlite3.Connection) -> list[Edition]:
    stored = connection.execute(
        "SELECT id, supersedes, effective, expires, withdrawn_generation, added_generation FROM documents"
    )
    editions = [
        Edition(name, supersedes, _day(effective), _day(expires), withdrawn is not None, False, added)
        for name, supersedes, effective, expires, withdrawn, added in stored
    ]
    gone = connection.execute("SELECT id, supersedes FROM purged")
    return editions + [Edition(name, supersedes, purged=True) for name, supersedes in gone]


def _read(row: Sequence[Any], state: DocumentState, superseded_by: str | None) -> Document:
    return Document(
        id=row[0],
        title=_title(row[8], row[1]),
        file_name=row[1],
        content_hash=row[2],
        text_hash=row[3],
        media_type=row[4],
        extractor=row[5],
        page_count=row[6],
        languages=tuple(Language(part) for part in row[7].split(",")),
        collection=row[14] or DEFAULT_COLLECTION,
        state=state,
        publisher=row[9],
        edition=row[10],
        effective=_day(row[11]),
        expires=_day(row[12]),
        supersedes=row[13],
        superseded_by=superseded_by,
        added_generation=row[15],
    )


def _title(title: str | None, file_name: str) -> str:
    return title or PurePath(file_name).stem


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().casefold()


def _day(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None
