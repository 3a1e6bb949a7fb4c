"""The stored mean vectors of each language: versioned by the generation from which they are in force."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexes.records import read_vector, vector_blob
from indexes.types import Language


@dataclass(frozen=True, slots=True, eq=False)
class StoredMean:
    """The mean (d,) of `count` vectors of a language. `kind`: of what, such as "passage" or "query"."""

    language: Language
    kind: str
    vector: NDArray[np.float32]
    count: int
    generation: int = 0  # the library sets it


def insert(
    connection: sqlite3.Connection, model_id: str, generation: int, values: Iterable[StoredMean]
) -> None:
    connection.executemany(
        "INSERT INTO means VALUES (?, ?, ?, ?, ?, ?)",
        (
            (generation, model_id, value.language, value.kind, value.count, vector_blob(value.vector))
            for value in values
        ),
    )


def read(connection: sqlite3.Connection, model_id: str, generation: int) -> list[StoredMean]:
    rows = connection.execute(
        "SELECT language, kind, vector, count, max(generation) FROM means "
        "WHERE model_id = ? AND generation <= ? GROUP BY language, kind ORDER BY language, kind",
        (model_id, generation),
    )
    return [
        StoredMean(Language(language), kind, read_vector(blob), count, since)
        for language, kind, blob, count, since in rows
    ]
