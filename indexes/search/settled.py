"""Which means are in force: those stored with the library, until a language has doubled or halved.

Scores and thresholds then do not drift with every document, and a past generation's means can be read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexes.means import StoredMean
from indexes.search.means import (
    PRIOR_WEIGHT,
    Means,
    combine,
    measured_prior,
    parallel_text,
    shipped_prior,
    with_undetermined,
)
from indexes.types import Language

if TYPE_CHECKING:
    from indexes.embedding.embedder import Embedder
    from indexes.library import Library

_KIND = "passage"
_PRIOR = {"passage": "prior_passage", "question": "prior_question"}
_BATCH = 1000
_SPOKEN = (Language.AR, Language.EN)


def prior_for(library: Library, embedder: Embedder) -> Means:
    """The means that a small library leans on: shipped for the model, else stored with the library by
    `settle`, else measured now (seconds to a minute)."""
    shipped = shipped_prior(embedder.manifest.name)
    if shipped is not None:
        return shipped
    stored = {(mean.kind, mean.language): mean.vector for mean in library.means(embedder.manifest.model_id)}
    try:
        passages, questions = (
            {language: stored[kind, language] for language in _SPOKEN} for kind in _PRIOR.values()
        )
    except KeyError:
        return measure_prior(embedder)
    return with_undetermined(passages, questions)


def measure_prior(embedder: Embedder) -> Means:
    """The means of the shipped parallel text: 64 questions and 40 passages in each language."""
    from indexes.embedding.embedder import Passage

    vectors = {}
    for (kind, language), texts in parallel_text().items():
        if kind == "question":
            found = [embedder.embed_query(text) for text in texts]
        else:
            passages = [Passage(text) for text in texts]
            found = [made.vector for made in embedder.embed_passages(passages)]
        vectors[kind, language] = np.stack(found)
    return measured_prior(vectors)


def means_of(
    library: Library, generation: int, model_id: str, prior: Means, ids: Mapping[Language, NDArray[np.int64]]
) -> Means:
    """Of the generation, whose chunks are `ids`: those stored, computed anew for a language that is due."""
    stored = _stored(library, generation, model_id)
    for mean in _due(library, model_id, ids, stored):
        stored[mean.language] = mean
    return combine(prior, {language: (mean.count, mean.vector) for language, mean in stored.items()})


def settle(library: Library, embedder: Embedder) -> int | None:
    """Store the means that are due. A writer calls it after documents came or went; the library's new
    generation, or None when nothing was due."""
    model_id = embedder.manifest.model_id
    generation = library.generation
    found: dict[Language, list[int]] = {language: [] for language in Language}
    for chunk in library.iter_chunks(generation):
        found[chunk.language].append(chunk.id)
    ids = {language: np.array(numbers, dtype=np.int64) for language, numbers in found.items()}
    due = _due(library, model_id, ids, _stored(library, generation, model_id))
    if due and shipped_prior(embedder.manifest.name) is None:
        due += _prior_rows(prior_for(library, embedder))
    return library.set_means(model_id, due) if due else None


def _prior_rows(prior: Means) -> list[StoredMean]:
    return [
        StoredMean(language, kind, means[language], PRIOR_WEIGHT)
        for kind, means in zip(_PRIOR.values(), (prior.passages, prior.questions), strict=True)
        for language in _SPOKEN
    ]


def _stored(library: Library, generation: int, model_id: str) -> dict[Language, StoredMean]:
    return {mean.language: mean for mean in library.means(model_id, generation) if mean.kind == _KIND}


def _due(
    library: Library,
    model_id: str,
    ids: Mapping[Language, NDArray[np.int64]],
    stored: Mapping[Language, StoredMean],
) -> list[StoredMean]:
    due = []
    for language in _SPOKEN:
        count = len(ids.get(language, ()))
        before = stored[language].count if language in stored else 0
        if count and not before / 2 < count < before * 2:
            due.append(StoredMean(language, _KIND, _mean(library, model_id, ids[language]), count))
    return due


def _mean(library: Library, model_id: str, ids: NDArray[np.int64]) -> NDArray[np.float32]:
    total = np.float64(0)
    for start in range(0, len(ids), _BATCH):
        vectors = library.vectors(ids[start : start + _BATCH].tolist(), model_id)
        total = total + vectors.sum(axis=0, dtype=np.float64)
    return np.asarray(total / len(ids), dtype=np.float32)
