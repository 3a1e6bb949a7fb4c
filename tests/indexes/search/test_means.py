from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from indexes.search.means import PRIOR_WEIGHT, Means, combine, debias, parallel_text, shipped_prior
from indexes.search.settled import means_of, measure_prior, prior_for, settle
from indexes.types import Language

if TYPE_CHECKING:
    from .conftest import Shelf

MODEL = "concepts-1"


def test_debiased_vectors_have_unit_length_and_lack_the_mean() -> None:
    vectors = np.float32([[3, 1], [3, -1], [3, 0]])
    assert debias(vectors, np.float32([3, 0])).tolist() == [[0, 1], [0, -1], [0, 0]]


def test_a_small_library_leans_on_the_prior_and_a_large_one_does_not() -> None:
    zero, one = np.zeros(2, np.float32), np.ones(2, np.float32)
    prior = Means(dict.fromkeys(Language, zero), dict.fromkeys(Language, one))
    for count in (1, PRIOR_WEIGHT, 99 * PRIOR_WEIGHT):
        found = combine(prior, {Language.AR: (count, one)})
        share = count / (count + PRIOR_WEIGHT)
        assert found.passages[Language.AR] == pytest.approx([share, share])
        assert found.questions[Language.AR] == pytest.approx([(1 + share) / 2] * 2)
        assert found.passages[Language.EN].tolist() == [0, 0]
        assert found.passages[Language.UND] == pytest.approx([share / 2, share / 2])


def test_the_parallel_text_says_the_same_in_both_languages() -> None:
    text = parallel_text()
    for kind, least in (("question", 60), ("passage", 40)):
        assert len(text[kind, Language.AR]) == len(text[kind, Language.EN]) >= least


def test_a_prior_ships_for_the_default_model_only() -> None:
    prior = shipped_prior("intfloat/multilingual-e5-small")
    assert prior is not None
    assert prior.width == 384
    assert 0.5 < float(np.linalg.norm(prior.passages[Language.AR])) < 1
    assert shipped_prior("BAAI/bge-m3") is None


def test_means_are_kept_until_a_language_has_doubled(shelf: Shelf) -> None:
    library, embedder = shelf.library, shelf.embedder
    shelf.add("one.txt", *(f"Passage number {i} about fever." for i in range(4)))
    first = settle(library, embedder)
    assert first == library.generation
    assert settle(library, embedder) is None
    shelf.add("two.txt", *(f"Passage number {i} about asthma." for i in range(3)))
    assert settle(library, embedder) is None
    assert counts(shelf) == {"en": 4}
    shelf.add("three.txt", "A last passage about insulin.")
    assert settle(library, embedder) == library.generation
    assert counts(shelf) == {"en": 8}
    assert counts(shelf, first) == {"en": 4}


def test_a_reader_of_unsettled_means_finds_what_settling_would_store(shelf: Shelf) -> None:
    shelf.add("one.txt", "Fever in children.", "ربو الأطفال.")
    prior = prior_for(shelf.library, shelf.embedder)
    before = of_generation(shelf, prior)
    settle(shelf.library, shelf.embedder)
    after = of_generation(shelf, prior)
    for language in Language:
        assert np.array_equal(before.passages[language], after.passages[language])
        assert np.array_equal(before.questions[language], after.questions[language])


def test_a_measured_prior_is_stored_with_the_library(shelf: Shelf) -> None:
    shelf.add("one.txt", "Fever in children.")
    settle(shelf.library, shelf.embedder)
    measured = measure_prior(shelf.embedder)
    stored = prior_for(shelf.library, _Unasked())  # type: ignore[arg-type]
    for language in Language:
        assert np.allclose(stored.passages[language], measured.passages[language])
        assert np.allclose(stored.questions[language], measured.questions[language])


class _Unasked:
    """An embedder that must not embed."""

    def __init__(self) -> None:
        from indexes.embedding.manifest import Manifest

        self.manifest = Manifest("concepts", MODEL, 48, 512, "mean", "", "")


def of_generation(shelf: Shelf, prior: Means) -> Means:
    generation = shelf.library.generation
    ids: dict[Language, list[int]] = {language: [] for language in Language}
    for chunk in shelf.library.iter_chunks(generation):
        ids[chunk.language].append(chunk.id)
    arrays = {language: np.array(found, dtype=np.int64) for language, found in ids.items()}
    return means_of(shelf.library, generation, MODEL, prior, arrays)


def counts(shelf: Shelf, generation: int | None = None) -> dict[str, int]:
    found = shelf.library.means(MODEL, generation)
    return {mean.language.value: mean.count for mean in found if mean.kind == "passage"}
