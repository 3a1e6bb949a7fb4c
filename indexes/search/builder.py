"""From the library's chunks and vectors to the index of each language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexes.analysis import tokens
from indexes.search import lexical, partition
from indexes.search.lexical import Hashes, term_hash
from indexes.search.means import Means, Vectors, debias
from indexes.search.partition import Partition
from indexes.search.settled import means_of
from indexes.types import Language

if TYPE_CHECKING:
    from indexes.contents import ChunkText
    from indexes.library import Library
    from indexes.search.derived import Derived

BACKGROUND = 500  # passages of each language that stand for all, where a distribution is wanted
_BATCH = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    documents: tuple[str, ...]
    partitions: tuple[Partition, ...]
    means: Means


def collect(library: Library, generation: int, model_id: str, prior: Means, known: Derived | None) -> Built:
    """Everything a generation's index files hold. `known`: older ones, to take the terms of chunks from."""
    documents: dict[str, int] = {}
    rows = {language: _Rows() for language in Language}
    memory = _KnownTerms(known)
    for chunk in library.iter_chunks(generation):
        place = documents.setdefault(chunk.document_id, len(documents))
        rows[chunk.language].add(chunk, place, memory)
    ids = {language: np.array(found.ids, dtype=np.int64) for language, found in rows.items()}
    means = means_of(library, generation, model_id, prior, ids)
    partitions = tuple(
        _partition(library, model_id, language, ids[language], found, means)
        for language, found in rows.items()
        if found.ids
    )
    return Built(tuple(documents), partitions, means)


def write(built: Built, folder: Path) -> None:
    for part in built.partitions:
        partition.save(part, folder / part.language)
    means = [
        [kind[language] for language in Language] for kind in (built.means.passages, built.means.questions)
    ]
    np.save(folder / "means.npy", np.array(means, dtype=np.float32), allow_pickle=False)
    samples = [np.empty((0, built.means.width), np.float32), *(_sample(part) for part in built.partitions)]
    np.save(folder / "background.npy", np.concatenate(samples), allow_pickle=False)


def _sample(part: Partition) -> Vectors:
    """Vectors from all over the partition."""
    return part.vectors(np.unique(np.linspace(0, len(part) - 1, BACKGROUND).astype(np.int64)))


class _Rows:
    """The chunks of one language as they come from the library."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.documents: list[int] = []
        self.texts: list[np.uint64] = []
        self.terms: list[Hashes] = []

    def add(self, chunk: ChunkText, document: int, memory: _KnownTerms) -> None:
        found = memory.of(chunk.id)
        if found is None:
            text = "\n".join((*chunk.section, chunk.text))
            found = np.array([term_hash(term) for term in tokens(text)], dtype=np.uint64)
        self.ids.append(chunk.id)
        self.documents.append(document)
        self.texts.append(term_hash(chunk.text))
        self.terms.append(found)


class _KnownTerms:
    """The hashed terms of the chunks that older index files have."""

    def __init__(self, known: Derived | None) -> None:
        self._known = [
            (part, np.concatenate([[0], np.cumsum(part.lengths)]))
            for part in (known.partitions if known else ())
        ]

    def of(self, chunk_id: int) -> Hashes | None:
        for part, starts in self._known:
            row = int(np.searchsorted(part.ids, chunk_id))
            if row < len(part.ids) and part.ids[row] == chunk_id:
                return np.asarray(part.lexical.vocabulary[part.terms[starts[row] : starts[row + 1]]])
        return None


def _partition(
    library: Library,
    model_id: str,
    language: Language,
    ids: NDArray[np.int64],
    rows: _Rows,
    means: Means,
) -> Partition:
    lengths = np.array([len(terms) for terms in rows.terms], dtype=np.int64)
    hashes = np.concatenate(rows.terms)
    rows.terms.clear()
    index = lexical.build(hashes, lengths)
    return Partition(
        language,
        ids,
        np.array(rows.documents, dtype=np.int32),
        np.array(rows.texts, dtype=np.uint64),
        np.searchsorted(index.vocabulary, hashes).astype(np.int32),
        lengths,
        index,
        _dense(library, model_id, ids, means, language),
    )


def _dense(
    library: Library, model_id: str, ids: NDArray[np.int64], means: Means, language: Language
) -> object:
    import faiss

    index = faiss.IndexFlatIP(means.width)
    for batch in batches(ids):
        index.add(debias(library.vectors(batch, model_id), means.passages[language]))
    return index


def batches(ids: NDArray[np.int64]) -> Iterator[list[int]]:
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH].tolist()
