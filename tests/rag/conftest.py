from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexes.embedding import Embedder
from indexes.library import Library
from ingestion.pipeline import FileResult, Outcome, find_files, ingest
from rag.assistant import Assistant

SAMPLES = Path(__file__).parents[2] / "samples" / "pdf"


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Library]:
    """The samples, ingested by the real pipeline."""
    with Library.open(tmp_path_factory.mktemp("library") / "home") as opened:
        for event in ingest(find_files([SAMPLES]), opened, lambda _: embedder):
            assert not (isinstance(event, FileResult) and event.outcome is Outcome.FAILED), event
        yield opened


@pytest.fixture(scope="session")
def assistant(library: Library, embedder: Embedder) -> Iterator[Assistant]:
    with Assistant.over(library, embedder) as made:
        yield made
