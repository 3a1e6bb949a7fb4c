"""The rows of vectors: once for each model and text, however many chunks share it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from indexes import meta
from indexes.errors import LibraryDamaged, LibraryError
from indexes.records import (
    StoredVectors,
    batches,
    compact,
    read_sentences,
    read_vector,
    sentences_blob,
    vector_blob,
    vector_key,
)
from indexes.types import Chunk


def settle_model(connection: sqlite3.Connection, model_id: str) -> None:
    """The first document settles the model of the library; another one raises LibraryError."""
    settled = meta.get(connection, meta.MODEL)
    if settled is None:
        meta.put(connection, meta.MODEL, model_id)
    elif settled != model_id:
        raise LibraryError(
            f"The library is embedded by the model {settled}, not by {model_id}.",
            remedy=f"Use that model, or run `sanad reembed --model {model_id}` first.",
        )


def use_model(connection: sqlite3.Connection, model_id: str) -> None:
    """Settle another model, drop the vectors of the others. LibraryError while a chunk lacks its own."""
    lacking = chunks_without(connection, model_id)
    if lacking:
        raise LibraryError(
            f"{len(lacking)} chunks have no vectors of the model {model_id}.",
            remedy=f"Run `sanad reembed --model {model_id}` to its end.",
        )
    meta.put(connection, meta.MODEL, model_id)
    connection.execute("DELETE FROM vectors WHERE model_id != ?", (model_id,))


def insert(
    connection: sqlite3.Connection,
    chunks: Sequence[Chunk],
    vectors: Mapping[str, StoredVectors],
    model_id: str,
) -> None:
    """The vectors of the chunks, of which some may be stored already.

    Raises LibraryError when one is nowhere, ValueError when one has not the shape of its chunk.
    """
    needed = {vector_key(chunk): chunk for chunk in chunks}
    given = {key: vectors[key] for key in needed if key in vectors}
    for key, stored in given.items():
        wanted = (len(needed[key].sentences), stored.vector.size)
        if stored.sentences.shape != wanted:
            raise ValueError(
                f"chunk {needed[key].ordinal} needs sentence vectors {wanted}, not {stored.sentences.shape}"
            )
    keep(connection, given, model_id)
    lacking = needed.keys() - given.keys() - known(connection, list(needed), model_id)
    if lacking:
        raise LibraryError(
            f"{len(lacking)} of {len(needed)} chunks came without vectors of the model {model_id}, and the "
            "library has none of theirs: perhaps another process purged a document meanwhile.",
            remedy="Ingest the file again.",
        )


def keep(connection: sqlite3.Connection, vectors: Mapping[str, StoredVectors], model_id: str) -> None:
    """Those that are known already stay as they are. ValueError for other widths or what is no number."""
    row = connection.execute(
        "SELECT length(vector) FROM vectors WHERE model_id = ? LIMIT 1", (model_id,)
    ).fetchone()
    width = row[0] // 4 if row else None
    for stored in vectors.values():
        width = width or stored.vector.size
        if stored.vector.shape != (width,) or not np.isfinite(stored.vector).all():
            raise ValueError(f"the model {model_id} gives {width} finite numbers, not {stored.vector.shape}")
        if not (np.abs(stored.sentences) < np.finfo(np.float16).max).all():
            raise ValueError("a sentence vector is not finite, or too large for 16 bits")
    connection.executemany(
        "INSERT INTO vectors (model_id, key, vector, sentences) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            (model_id, key, vector_blob(stored.vector), sentences_blob(stored.sentences))
            for key, stored in vectors.items()
        ),
    )


def drop_unused(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM vectors WHERE key NOT IN (SELECT vector_key FROM chunks)")


def known(connection: sqlite3.Connection, keys: Iterable[str], model_id: str) -> set[str]:
    found: set[str] = set()
    for batch in batches(list(keys)):
        rows = connection.execute(
            "SELECT key FROM vectors WHERE model_id = ? AND key IN (SELECT value FROM json_each(?))",
            (model_id, compact(batch)),
        )
        found.update(row[0] for row in rows)
    return found


def chunks_without(connection: sqlite3.Connection, model_id: str) -> list[int]:
    """The ids of the chunks in use that the model has made no vectors of."""
    rows = connection.execute(
        "SELECT c.id FROM chunks c LEFT JOIN vectors v ON v.key = c.vector_key AND v.model_id = ? "
        "WHERE c.valid_to IS NULL AND v.id IS NULL ORDER BY c.id",
        (model_id,),
    )
    return [row[0] for row in rows]


def of_chunks(connection: sqlite3.Connection, ids: Sequence[int], model_id: str) -> NDArray[np.float32]:
    """(n, d), in the order of the ids. Raises LibraryDamaged when one is missing or of another width."""
    found = np.empty((len(ids), 0), dtype=np.float32)
    row = 0
    for blobs in _blobs(connection, ids, model_id, "vector"):
        if not row:
            found = np.empty((len(ids), len(blobs[0]) // 4), dtype=np.float32)
        if any(len(blob) != 4 * found.shape[1] for blob in blobs):
            raise _damaged(model_id)
        found[row : row + len(blobs)] = read_vector(b"".join(blobs)).reshape(len(blobs), -1)
        row += len(blobs)
    return found


def of_sentences(
    connection: sqlite3.Connection, ids: Sequence[int], model_id: str
) -> list[NDArray[np.float32]]:
    """For each id, in order: (sentences, d). Raises LibraryDamaged when one is missing."""
    if not len(ids):
        return []
    width = of_chunks(connection, ids[:1], model_id).shape[1]
    return [
        read_sentences(blob, width)
        for blobs in _blobs(connection, ids, model_id, "sentences")
        for blob in blobs
    ]


def _blobs(
    connection: sqlite3.Connection, ids: Sequence[int], model_id: str, column: str
) -> Iterator[list[bytes]]:
    for batch in batches([int(number) for number in ids]):
        # CROSS JOIN: in this order. The planner, left alone, reads all vectors of the model.
        rows = connection.execute(
            f"SELECT c.id, v.{column} FROM json_each(?) AS wanted CROSS JOIN chunks c ON c.id = wanted.value "
            "CROSS JOIN vectors v ON v.model_id = ? AND v.key = c.vector_key",
            (compact(batch), model_id),
        )
        found: dict[int, bytes] = dict(rows.fetchall())
        if any(number not in found for number in batch):
            raise _damaged(model_id)
        yield [found[number] for number in batch]


def _damaged(model_id: str) -> LibraryDamaged:
    return LibraryDamaged(
        f"The library lacks vectors of the model {model_id}, or they differ in width.",
        remedy=f"Run `sanad reembed --model {model_id}`.",
    )
