"""The index of one language: vectors, terms, and which chunk of which document each row is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.search.lexical import LexicalIndex
from indexes.search.means import Vectors
from indexes.types import Language

_LEXICAL = ("vocabulary", "starts", "rows", "scores")
_ROWS = ("ids", "documents", "texts", "terms", "lengths")


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """Row i is the chunk `ids[i]` (ascending) of the document `documents[i]` (a place in the manifest's
    list); equal `texts[i]` mean equal text. Its terms are `lengths[i]` of `terms` (places in the lexical
    vocabulary, row after row): a later generation takes them over instead of analysing the text again."""

    language: Language
    ids: NDArray[np.int64]
    documents: NDArray[np.int32]
    texts: NDArray[np.uint64]
    terms: NDArray[np.int32]
    lengths: NDArray[np.int64]
    lexical: LexicalIndex
    dense: Any  # faiss.IndexFlatIP of debiased vectors

    def __len__(self) -> int:
        return len(self.ids)

    def nearest(self, vector: Vectors, k: int, allowed: NDArray[np.bool_] | None) -> NDArray[np.int64]:
        """The k rows with the greatest debiased cosine, best first, among those allowed (None: all)."""
        import faiss

        allowed = np.ones(len(self), dtype=np.bool_) if allowed is None else allowed
        if not allowed.any():
            return np.empty(0, dtype=np.int64)
        library: Any = faiss  # its stubs do not know what its Python side adds
        bits = np.packbits(allowed, bitorder="little")
        # with a selector even if all are allowed: one question is then scanned for at a third of the cost
        parameters = library.SearchParameters(sel=library.IDSelectorBitmap(bits))
        _, rows = self.dense.search(vector[None], min(k, len(self)), params=parameters)
        return np.asarray(rows[0][rows[0] >= 0], dtype=np.int64)

    def cosines(self, vector: Vectors, rows: NDArray[np.int64]) -> Vectors:
        """Debiased cosine (n,) of the vector with each of these rows."""
        return np.asarray(self.vectors(rows) @ vector, dtype=np.float32)

    def vectors(self, rows: NDArray[np.int64]) -> Vectors:
        if not len(rows):
            return np.empty((0, self.dense.d), dtype=np.float32)
        return np.asarray(self.dense.reconstruct_batch(np.ascontiguousarray(rows)), dtype=np.float32)


def save(partition: Partition, folder: Path) -> None:
    import faiss

    folder.mkdir()
    for name in _ROWS:
        np.save(folder / f"{name}.npy", getattr(partition, name), allow_pickle=False)
    for name in _LEXICAL:
        np.save(folder / f"lexical_{name}.npy", getattr(partition.lexical, name), allow_pickle=False)
    faiss.write_index(partition.dense, str(folder / "dense.faiss"))


def load(language: Language, folder: Path) -> Partition:
    """Memory-mapped: what no question touches stays on disk. Raises OSError, ValueError, RuntimeError."""
    import faiss

    def array(name: str) -> NDArray[Any]:
        # np.asarray: a memmap costs a Python-level copy of its attributes at every slice
        return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False))

    ids = array("ids")
    return Partition(
        language,
        ids,
        array("documents"),
        array("texts"),
        array("terms"),
        array("lengths"),
        LexicalIndex(**{name: array(f"lexical_{name}") for name in _LEXICAL}, count=len(ids)),
        faiss.read_index(str(folder / "dense.faiss"), faiss.IO_FLAG_MMAP_IFC),
    )
