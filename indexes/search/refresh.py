"""What a writer does after documents came or went: settle the means, make the index files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexes.search.derived import build, folder_of, verify
from indexes.search.settled import prior_for, settle

if TYPE_CHECKING:
    from indexes.embedding.embedder import Embedder
    from indexes.library import Library


def refresh(library: Library, embedder: Embedder) -> bool:
    """Bring the search indexes up to the library; whether they were missing, stale or damaged.

    Readers would do it at their next question; then the question waits. Raises LibraryError and its kinds.
    """
    settle(library, embedder)
    generation, model_id = library.content_generation, embedder.manifest.model_id
    if verify(folder_of(library.home / "indexes", generation), generation, model_id):
        return False
    build(library, generation, model_id, prior=prior_for(library, embedder))
    return True
