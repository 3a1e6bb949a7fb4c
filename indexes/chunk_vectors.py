"""Chunks and their vectors: how a chunk is embedded, and the move of a library to another model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from indexes.embedding.embedder import Embedder, Passage
from indexes.library import Library
from indexes.records import StoredVectors, vector_key
from indexes.types import Chunk

AT_ONCE = 512  # chunks: enough for batches of like length, little enough to lose on a kill


def embed_chunks(chunks: Iterable[Chunk], embedder: Embedder) -> Iterator[dict[str, StoredVectors]]:
    """The vectors of these chunks by `vector_key`, a batch at a time; equal ones are embedded once."""
    wanted = list({vector_key(chunk): chunk for chunk in chunks}.items())
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        found = embedder.embed_passages([_passage(chunk) for _, chunk in part])
        yield {
            key: StoredVectors(vectors.vector, vectors.sentences)
            for (key, _), vectors in zip(part, found, strict=True)
        }


def reembed(library: Library, embedder: Embedder, told: Callable[[int, int], None]) -> int:
    """Embed all chunks with another model, then search with it; how many were embedded.

    Until the last step the library is searched as before; interrupted, it goes on where it stopped.
    `told`: chunks done, chunks in all. Raises LibraryError and its kinds.
    """
    model_id = embedder.manifest.model_id
    missing: Sequence[int] = library.chunks_without_vectors(model_id)
    for start in range(0, len(missing), AT_ONCE):
        ids = missing[start : start + AT_ONCE]
        for vectors in embed_chunks(library.chunks(ids), embedder):
            library.store_vectors(vectors, model_id)
        told(start + len(ids), len(missing))
    if library.model_id != model_id:
        library.use_model(model_id)
    return len(missing)


def _passage(chunk: Chunk) -> Passage:
    shift = len(chunk.embedded_text) - len(chunk.text)
    return Passage(chunk.embedded_text, tuple((s.start + shift, s.end + shift) for s in chunk.sentences))
