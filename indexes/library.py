"""The library: documents, their pages, chunks and vectors in one folder. SQLite is the system of record.

One writer and many readers, in different processes and threads, may use it at once. Every change is one
transaction, whole or not at all, and makes a new generation, which readers see at their next question.
(Accounts, answers and conversations do not belong here; they will have an operations.db of their own.)
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from indexes import contents, documents, means, meta, originals, stored_vectors
from indexes.contents import ChunkText
from indexes.database import (
    BUSY_SECONDS,
    Database,
    content_generation_of,
    generation_of,
    new_generation,
    open_database,
    utc_now,
)
from indexes.errors import LibraryError, UnreadableDocument
from indexes.faults import encodable
from indexes.means import StoredMean
from indexes.records import StoredVectors
from indexes.types import Chunk, Document, DocumentState, ExtractedDocument, GlyphBoxes, Metadata, Page

if TYPE_CHECKING:
    from indexes.backup import Restored
    from indexes.check import Problem
    from indexes.stats import LibraryStats


class Library:
    """Open one with `Library.open`; close it, or use it in a `with` statement.

    Documents are named by id, by the beginning of an id, by file name or by title. Every method may raise
    LibraryBusy, LibraryReadOnly, LibraryDamaged; those that name a document, DocumentNotFound.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.home = database.home
        self.readonly = database.readonly

    @classmethod
    def open(
        cls, home: Path, *, create: bool = True, readonly: bool = False, busy_seconds: float = BUSY_SECONDS
    ) -> Self:
        """The library in the folder `home`, made (mode 0700) if need be and brought to this version's schema.

        `busy_seconds`: how long a write waits for another process to finish its own. Raises LibraryTooNew,
        LibraryReadOnly, LibraryBusy, LibraryDamaged, or LibraryError when there is none and none may be made.
        """
        return cls(open_database(Path(home), create=create, readonly=readonly, busy_seconds=busy_seconds))

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- writing

    def add(
        self,
        document: ExtractedDocument,
        metadata: Metadata,
        chunks: Sequence[Chunk],
        vectors: Mapping[str, StoredVectors],
        *,
        model_id: str,
        original: bytes,
    ) -> Document:
        """Store a document whole. One with the same bytes is returned as it is, and nothing changes.

        `vectors`: by `vector_key` of each chunk; those of `known_vectors` may be left out. `metadata` is
        final. Raises UnreadableDocument when `original` is not what was extracted, LibraryError when a
        chunk's vectors are missing or the library is embedded by another model.
        """
        if hashlib.sha256(original).hexdigest() != document.content_hash:
            raise UnreadableDocument(
                f"{document.file_name} changed while it was read.",
                remedy="Ingest it again when it is complete.",
            )
        with self._database.locked() as connection:
            known = self._find(connection, "content_hash", document.content_hash)
            if known:
                return known
            document_id = document.content_hash[: documents.ID_LENGTH]
            stored_vectors.settle_model(connection, model_id)
            generation = new_generation(connection, "add", document_id, reindex=True)
            with encodable(document.file_name):
                documents.insert(
                    connection, document, metadata, chunks, byte_count=len(original), generation=generation
                )
                contents.insert_pages(connection, document_id, 1, document.pages)
                contents.insert_chunks(connection, document_id, 1, chunks, generation)
            stored_vectors.insert(connection, chunks, vectors, model_id)
            originals.keep(self.home, document.content_hash, original)
            return self._by_id(connection, document_id)

    def replace_pages(
        self,
        document_id: str,
        extracted: ExtractedDocument,
        chunks: Sequence[Chunk],
        vectors: Mapping[str, StoredVectors],
        *,
        model_id: str,
    ) -> Document:
        """Store what a newer extractor reads in the same file as a new revision; the old one can be read."""
        with self._database.locked() as connection:
            name = documents.resolve(connection, document_id)
            if name != extracted.content_hash[: documents.ID_LENGTH]:
                raise LibraryError(f"{extracted.file_name} is not the file of the document {name}.")
            stored_vectors.settle_model(connection, model_id)
            generation = new_generation(connection, "replace_pages", name, reindex=True)
            revision = contents.revision_of(connection, name) + 1
            contents.end_chunks(connection, name, generation)
            with encodable(extracted.file_name):
                documents.set_revision(connection, name, revision, extracted)
                contents.insert_pages(connection, name, revision, extracted.pages)
                contents.insert_chunks(connection, name, revision, chunks, generation)
            documents.set_languages(connection, name, chunks)
            stored_vectors.insert(connection, chunks, vectors, model_id)
            return self._by_id(connection, name)

    def update_metadata(self, name: str, metadata: Metadata) -> Document:
        """Put all of `metadata` in place of what was known (`metadata()` gives that, to start from)."""
        with self._database.locked() as connection:
            document_id = documents.resolve(connection, name)
            before = documents.metadata_of(connection, document_id)
            documents.set_metadata(connection, document_id, metadata)
            if documents.metadata_of(connection, document_id) != before:
                documents.set_languages(
                    connection, document_id, contents.document_chunks(connection, document_id)
                )
                new_generation(connection, "update_metadata", document_id, reindex=False)
            return self._by_id(connection, document_id)

    def withdraw(self, name: str) -> Document:
        """Take a document out of use; `restore` brings it back."""
        return self._set_withdrawn(name, "withdraw", withdrawn=True)

    def restore(self, name: str) -> Document:
        return self._set_withdrawn(name, "restore", withdrawn=False)

    def purge(self, name: str) -> Document:
        """Erase a document: pages, chunks, vectors that no other uses, original. What is left is its id, its
        title and what it superseded. Backups that were made before still hold it."""
        with self._database.read() as connection:
            connection.execute("PRAGMA secure_delete = ON")  # overwrite, do not only forget
        with self._database.locked() as connection:
            gone = self._by_id(connection, documents.resolve(connection, name))
            generation = new_generation(connection, "purge", gone.id, reindex=True)
            connection.execute(
                "INSERT INTO purged VALUES (?, ?, ?, ?, ?)",
                (gone.id, gone.title, gone.supersedes, generation, utc_now()),
            )
            connection.execute("DELETE FROM documents WHERE id = ?", (gone.id,))
            stored_vectors.drop_unused(connection)
        with self._database.locked() as connection:
            # Only now, and under the lock: the purge is certain, and nobody is adding the same file anew.
            if not self._find(connection, "content_hash", gone.content_hash):
                originals.remove(self.home, gone.content_hash)
        with self._database.read() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # or else the log still holds the text
        return gone

    def store_vectors(self, vectors: Mapping[str, StoredVectors], model_id: str) -> None:
        """Keep vectors of another model beside those in use, until `use_model`. Makes no generation."""
        with self._database.locked() as connection:
            stored_vectors.keep(connection, vectors, model_id)

    def use_model(self, model_id: str) -> None:
        """Search with this model from now on and drop the vectors of all others.

        Raises LibraryError while a chunk lacks its vectors.
        """
        with self._database.locked() as connection:
            stored_vectors.use_model(connection, model_id)
            new_generation(connection, "use_model", reindex=True)

    def set_means(self, model_id: str, values: Iterable[StoredMean]) -> int:
        """Mean vectors in force from the generation that this makes; returns that generation."""
        with self._database.locked() as connection:
            generation = new_generation(connection, "set_means", reindex=True)
            means.insert(connection, model_id, generation, values)
            return generation

    def set_meta(self, key: str, value: str) -> None:
        with self._database.locked() as connection:
            meta.put(connection, key, value)

    # ---- reading

    @property
    def generation(self) -> int:
        """The number of the last committed change; 0 when there was none."""
        with self._database.read() as connection:
            return generation_of(connection)

    @property
    def content_generation(self) -> int:
        """The last generation in which chunks, vectors or means changed: indexes made of it still hold."""
        with self._database.read() as connection:
            return content_generation_of(connection)

    @property
    def model_id(self) -> str | None:
        """The embedding model that all documents were read with; None in an empty library."""
        return self.get_meta(meta.MODEL)

    def snapshot(self) -> AbstractContextManager[None]:
        """Inside, all that this thread reads is of one generation. Write nothing inside."""
        return self._database.snapshot()

    def documents(self, *, all: bool = False, today: date | None = None) -> list[Document]:  # noqa: A002
        """The current documents, or all that were not purged, oldest first, in their state of `today`."""
        with self._database.read() as connection:
            found = documents.all_documents(connection, today or date.today())
        return [document for document in found if all or document.state is DocumentState.CURRENT]

    def document(self, name: str, *, today: date | None = None) -> Document:
        with self._database.read() as connection:
            return self._by_id(connection, documents.resolve(connection, name), today)

    def metadata(self, name: str) -> Metadata:
        """As it was given with the document."""
        with self._database.read() as connection:
            return documents.metadata_of(connection, documents.resolve(connection, name))

    def find_content(self, content_hash: str) -> Document | None:
        """The document with these very bytes."""
        with self._database.read() as connection:
            return self._find(connection, "content_hash", content_hash)

    def find_text(self, text_hash: str) -> Document | None:
        """The first document whose pages have this text, in whatever bytes; none for the hash of no text."""
        with self._database.read() as connection:
            return self._find(connection, "text_hash", text_hash) if text_hash else None

    def original(self, name: str) -> bytes:
        """The file as it came, verified. Raises LibraryDamaged."""
        return originals.read(self.home, self.document(name).content_hash)

    def pages(self, document_id: str, revision: int | None = None) -> Iterator[Page]:
        """In order, without boxes; of the revision in use unless one is named."""
        with self._database.read() as connection:
            return contents.pages(connection, document_id, revision)

    def page(self, document_id: str, number: int, revision: int | None = None) -> Page:
        """Without boxes. Raises LibraryError when the document has no such page."""
        with self._database.read() as connection:
            for page in contents.pages(connection, document_id, revision, number):
                return page
        found = self.document(document_id)
        raise LibraryError(f"“{found.title}” has no page {number}: its pages are 1 to {found.page_count}.")

    def page_boxes(self, document_id: str, number: int, revision: int | None = None) -> GlyphBoxes | None:
        """Where the characters stand on the page; None when the file has no places, as a plain text."""
        with self._database.read() as connection:
            return contents.boxes(connection, document_id, revision, number)

    def chunk(self, chunk_id: int) -> Chunk:
        return self.chunks([chunk_id])[0]

    def chunks(self, ids: Sequence[int]) -> list[Chunk]:
        """In the order of the ids. Raises LibraryError for one that is not, or no longer, there."""
        with self._database.read() as connection:
            return contents.chunks(connection, ids)

    def document_chunks(self, document_id: str) -> list[Chunk]:
        """The chunks in use of one document, in order."""
        with self._database.read() as connection:
            return contents.document_chunks(connection, document_id)

    def iter_chunks(self, generation: int | None = None, *, after: int = 0) -> Iterator[ChunkText]:
        """The chunks valid in a generation (unless named: the present one), ascending ids beyond `after`.

        Of documents in every state: which may be quoted is a question of the day, not of the generation.
        """
        wanted = self.generation if generation is None else generation
        while True:
            with self._database.read() as connection:
                batch = contents.chunk_texts(connection, wanted, after)
            if not batch:
                return
            yield from batch
            after = batch[-1].id

    @property
    def chunk_count(self) -> int:
        with self._database.read() as connection:
            return contents.chunk_count(connection)

    def vectors(self, ids: Sequence[int], model_id: str) -> NDArray[np.float32]:
        """(n, d) in the order of the ids. Raises LibraryDamaged when one is missing."""
        with self._database.read() as connection:
            return stored_vectors.of_chunks(connection, ids, model_id)

    def sentence_vectors(self, chunk_ids: Sequence[int], model_id: str) -> list[NDArray[np.float32]]:
        """For each chunk, in order: (its sentences, d)."""
        with self._database.read() as connection:
            return stored_vectors.of_sentences(connection, chunk_ids, model_id)

    def known_vectors(self, keys: Iterable[str], model_id: str) -> set[str]:
        """Those of the keys (see `vector_key`) whose vectors are stored: nobody needs to embed them again."""
        with self._database.read() as connection:
            return stored_vectors.known(connection, keys, model_id)

    def chunks_without_vectors(self, model_id: str) -> list[int]:
        with self._database.read() as connection:
            return stored_vectors.chunks_without(connection, model_id)

    def means(self, model_id: str, generation: int | None = None) -> list[StoredMean]:
        """The newest of each language and kind that were in force in the generation."""
        with self._database.read() as connection:
            wanted = generation_of(connection) if generation is None else generation
            return means.read(connection, model_id, wanted)

    def get_meta(self, key: str) -> str | None:
        with self._database.read() as connection:
            return meta.get(connection, key)

    # ---- care

    def stats(self, *, today: date | None = None) -> LibraryStats:
        from indexes.stats import collect

        return collect(self._database, today or date.today())

    def check(self) -> list[Problem]:
        """Verify everything that is stored; files that a killed process left behind are removed."""
        from indexes.check import check

        return check(self._database)

    def backup(self, target: Path) -> None:
        """Write everything into one file while others read and write; the file appears when it is whole."""
        from indexes.backup import write_backup

        write_backup(self._database, Path(target))

    @staticmethod
    def restore_backup(file: Path, home: Path) -> Restored:
        """Put a backup in place of the library in `home`, once verified. See `indexes.backup`."""
        from indexes.backup import restore_backup

        return restore_backup(Path(file), Path(home))

    # ---- parts of the above

    def _by_id(self, connection: sqlite3.Connection, document_id: str, today: date | None = None) -> Document:
        return documents.by_id(connection, document_id, today or date.today())

    def _find(self, connection: sqlite3.Connection, column: str, value: str) -> Document | None:
        found = documents.id_where(connection, column, value)
        return None if found is None else self._by_id(connection, found)

    def _set_withdrawn(self, name: str, action: str, *, withdrawn: bool) -> Document:
        with self._database.locked() as connection:
            document_id = documents.resolve(connection, name)
            if documents.is_withdrawn(connection, document_id) != withdrawn:
                generation = new_generation(connection, action, document_id, reindex=False)
                documents.set_withdrawn(connection, document_id, generation if withdrawn else None)
            return self._by_id(connection, document_id)
