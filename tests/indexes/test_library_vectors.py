"""Vectors are stored once for each text and model, and come back in the order asked for."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from indexes.errors import LibraryError
from indexes.library import Library
from indexes.means import StoredMean
from indexes.records import StoredVectors, vector_key
from indexes.types import Language, Metadata


def test_vectors_come_back_in_the_order_asked_for(library: Library, samples: ModuleType) -> None:
    made = samples.sample(1)
    samples.add(library, made)
    stored = [made.vectors[vector_key(chunk)] for chunk in made.chunks]
    np.testing.assert_array_equal(
        library.vectors([2, 1, 2], samples.MODEL), np.stack([stored[n].vector for n in (1, 0, 1)])
    )
    sentences = library.sentence_vectors([2, 1], samples.MODEL)
    assert [found.dtype for found in sentences] == [np.float32, np.float32]
    for found, given in zip(sentences, (stored[1], stored[0]), strict=True):
        np.testing.assert_allclose(found, given.sentences, rtol=2**-11)
    assert library.vectors([], samples.MODEL).shape[0] == 0
    assert library.sentence_vectors([], samples.MODEL) == []


def test_shared_vectors_are_stored_once(library: Library, samples: ModuleType) -> None:
    first = samples.sample(1, text="The same.")
    second = samples.sample(2, text="The same.")
    samples.add(library, first)
    keys = [vector_key(chunk) for chunk in second.chunks]
    assert library.known_vectors([*keys, "unknown"], samples.MODEL) == set(keys)
    assert library.known_vectors(keys, "other-model") == set()
    samples.add(library, replace(second, vectors={}))
    np.testing.assert_array_equal(
        library.vectors([1, 2], samples.MODEL), library.vectors([3, 4], samples.MODEL)
    )


def test_a_vector_key_tells_sentences_and_sections_apart(samples: ModuleType) -> None:
    chunk = samples.sample(1).chunks[0]
    others = [
        replace(chunk, text=chunk.text + "."),
        replace(chunk, section=()),
        replace(chunk, sentences=chunk.sentences[:1]),
    ]
    assert len({vector_key(made) for made in (chunk, *others)}) == 4
    assert vector_key(replace(chunk, ordinal=9, document_id="x", id=3)) == vector_key(chunk)


def test_a_document_without_its_vectors_is_not_stored(library: Library, samples: ModuleType) -> None:
    made = samples.sample(1)
    with pytest.raises(LibraryError, match="2 of 2 chunks came without vectors"):
        samples.add(library, replace(made, vectors={}))
    assert (library.generation, library.documents(all=True)) == (0, [])
    assert not any(library.home.glob("originals/*/*"))


@pytest.mark.parametrize(
    "wrong",
    [
        StoredVectors(np.zeros(8, np.float32), np.zeros((3, 8), np.float32)),
        StoredVectors(np.zeros(8, np.float32), np.zeros((2, 7), np.float32)),
        StoredVectors(np.full(8, np.nan, np.float32), np.zeros((2, 8), np.float32)),
        StoredVectors(np.zeros(8, np.float32), np.full((2, 8), 1e6, np.float32)),
        StoredVectors(np.zeros(4, np.float32), np.zeros((2, 4), np.float32)),
    ],
    ids=["count", "width", "nan", "beyond float16", "other width than the library"],
)
def test_vectors_of_the_wrong_shape_are_refused(
    library: Library, samples: ModuleType, wrong: StoredVectors
) -> None:
    samples.add(library, samples.sample(1))
    made = samples.sample(2)
    vectors = made.vectors | {vector_key(made.chunks[1]): wrong}
    with pytest.raises(ValueError, match=r"vector|numbers"):
        samples.add(library, replace(made, vectors=vectors))
    assert library.generation == 1


def test_one_model_embeds_the_whole_library(library: Library, samples: ModuleType) -> None:
    samples.add(library, samples.sample(1))
    made = samples.sample(2)
    with pytest.raises(LibraryError, match="embedded by the model sample-model, not by other"):
        library.add(
            made.extracted, Metadata(), made.chunks, made.vectors, model_id="other", original=made.original
        )
    assert library.model_id == "sample-model"


def test_another_model_takes_over_once_it_has_every_chunk(library: Library, samples: ModuleType) -> None:
    made = samples.sample(1)
    samples.add(library, made)
    wider = samples.vectors_of(made.chunks, 16)
    with pytest.raises(LibraryError, match="2 chunks have no vectors of the model wide"):
        library.use_model("wide")
    key = vector_key(made.chunks[0])
    library.store_vectors({key: wider[key]}, "wide")
    assert library.chunks_without_vectors("wide") == [2]
    assert library.model_id == samples.MODEL
    library.store_vectors(wider, "wide")
    library.use_model("wide")
    assert (library.model_id, library.generation, library.content_generation) == ("wide", 2, 2)
    assert library.vectors([1, 2], "wide").shape == (2, 16)
    assert library.known_vectors([key], samples.MODEL) == set()


def test_purging_keeps_vectors_that_others_use(library: Library, samples: ModuleType) -> None:
    first, second = (samples.sample(number, text="The same.") for number in (1, 2))
    samples.add(library, first)
    samples.add(library, second)
    library.purge(first.id)
    assert library.vectors([3, 4], samples.MODEL).shape == (2, 8)
    library.purge(second.id)
    assert library.known_vectors([vector_key(chunk) for chunk in first.chunks], samples.MODEL) == set()


def test_means_are_in_force_from_their_generation(library: Library, samples: ModuleType) -> None:
    samples.add(library, samples.sample(1))
    ones, twos = (np.full(8, number, np.float32) for number in (1, 2))
    assert library.set_means("m", [StoredMean(Language.AR, "passage", ones, 5)]) == 2
    both = [StoredMean(Language.AR, "passage", twos, 10), StoredMean(Language.EN, "query", ones, 3)]
    assert library.set_means("m", both) == 3

    def seen(generation: int | None) -> list[tuple[Language, str, int, int, float]]:
        found = library.means("m", generation)
        return [
            (mean.language, mean.kind, mean.count, mean.generation, float(mean.vector[0])) for mean in found
        ]

    assert seen(1) == []
    assert seen(2) == [(Language.AR, "passage", 5, 2, 1.0)]
    assert seen(None) == [(Language.AR, "passage", 10, 3, 2.0), (Language.EN, "query", 3, 3, 1.0)]
    assert library.means("other") == []
