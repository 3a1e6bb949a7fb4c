"""What speaks for each passage that was found: its sentences, and how much of the question it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexes.analysis import tokens
from indexes.search.lexical import QueryTerm
from indexes.search.means import Vectors
from indexes.types import Question, ScoredChunk


@dataclass(frozen=True, slots=True, eq=False)
class ChunkEvidence:
    """`sentences` (n,): debiased cosine of the question with each sentence. `coverage`: the weighted share,
    0 to 1, of the question's terms that the passage has, and `sentence_coverage` (n,) that each sentence has;
    translations and synonyms count. `same_language`: whether the question's own words can occur."""

    result: ScoredChunk
    sentences: NDArray[np.float32]
    coverage: float
    sentence_coverage: NDArray[np.float32]
    same_language: bool


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """`vector` (d,): the question's, as embedded. `spread`: the standard deviation of the question's debiased
    cosines with `background` passages from all over the library. `chunks`: of the results, best first."""

    question: Question
    vector: Vectors
    spread: float
    background: int
    chunks: tuple[ChunkEvidence, ...]


def coverage(terms: Sequence[QueryTerm], text: str) -> float:
    """The weighted share of the terms of which `text` has a form; a synonym counts as the word itself."""
    present = set(tokens(text))
    full = sum(term.weight for term in terms)
    found = sum(term.weight for term in terms if any(form.term in present for form in term.forms))
    return found / full if full else 0.0
