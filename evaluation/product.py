"""The product as a benchmark uses it: the prepared model, and a library that the real pipeline makes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from indexes.settings import settings_from

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from indexes.embedding.embedder import Embedder, Passage, PassageVectors
    from indexes.embedding.manifest import Manifest
    from indexes.glossary import Glossary
    from indexes.library import Library
    from ingestion.pipeline import FileResult

SANAD = [str(Path(sys.executable).with_name("sanad"))]
"""The command, as it is installed beside this interpreter."""


def model_folder() -> Path:
    """The prepared default model, made if need be."""
    from indexes.embedding.prepare import prepare

    return prepare(cache=settings_from().models)


def original_model() -> Path:
    """The same model as the sentence-transformers folder that the baseline loads."""
    return model_folder() / "sentence-transformers"


def embedder() -> Embedder:
    from indexes.embedding.runtime import load

    return load(model_folder())


def manifest() -> Manifest:
    from indexes.embedding.manifest import read_manifest

    return read_manifest(model_folder())


def glossary() -> Glossary:
    from indexes.glossary import Glossary

    return Glossary.load()


def library(home: Path) -> Library:
    from indexes.library import Library

    return Library.open(home)


def ingest_files(
    files: Sequence[Path], library: Library, embedder: Callable[[Library], Embedder]
) -> list[FileResult]:
    """As `sanad ingest`: afterwards the search indexes stand ready."""
    from ingestion.pipeline import FileResult, ingest

    return [event for event in ingest(files, library, embedder) if isinstance(event, FileResult)]


def make_indexes(library: Library, embedder: Embedder) -> None:
    """As an ingestion does at its end."""
    from indexes.search.refresh import refresh

    refresh(library, embedder)


class Remembering:
    """An embedder that embeds a passage once, so that the same text may go into several libraries."""

    def __init__(self, inner: Embedder) -> None:
        self.manifest = inner.manifest
        self._inner = inner
        self._known: dict[Passage, PassageVectors] = {}

    def embed_query(self, text: str) -> NDArray[np.float32]:
        return self._inner.embed_query(text)

    def embed_passages(
        self, passages: Sequence[Passage], progress: Callable[[int], None] | None = None
    ) -> list[PassageVectors]:
        new = [passage for passage in dict.fromkeys(passages) if passage not in self._known]
        self._known |= zip(new, self._inner.embed_passages(new, progress), strict=True)
        return [self._known[passage] for passage in passages]

    def count_tokens(self, text: str) -> int:
        return self._inner.count_tokens(text)


class NoModel:
    """Stands for the model where all vectors are given, and embeds nothing."""

    def __init__(self) -> None:
        self.manifest = manifest()

    def embed_query(self, text: str) -> NDArray[np.float32]:
        raise AssertionError("the vector is given")

    def embed_passages(
        self, passages: Sequence[Passage], progress: Callable[[int], None] | None = None
    ) -> list[PassageVectors]:
        raise AssertionError("the vectors are given")

    def count_tokens(self, text: str) -> int:
        raise AssertionError("nothing is read")
