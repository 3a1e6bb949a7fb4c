"""BM25 over the terms of one language's passages.

Terms are kept as 64-bit hashes in sorted arrays, so that an index of 100,000 passages is a few memory-mapped
files and no Python objects. bm25s computes the scores when the index is built.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

K1 = 1.0
B = 0.6  # passages are of like length: docs/decisions/fusion.md

Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Form:
    """A term that may stand for what was asked. `worth`: 1 for the word itself, less for other names."""

    term: str
    worth: float = 1.0


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """One thing that the question names. `weight`: its share of the question, by how rare it is."""

    forms: tuple[Form, ...]
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class LexicalIndex:
    """Scores of terms in passages, by column: those of vocabulary[i] are scores[starts[i]:starts[i + 1]], in
    the passages rows[starts[i]:starts[i + 1]]. `vocabulary` is ascending."""

    vocabulary: Hashes
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    scores: NDArray[np.float32]
    count: int

    def idf(self, term: str) -> float:
        """ln(1 + (N − n + ½) / (n + ½)), as Lucene has it; of a term that no passage has, the greatest."""
        column = self._column(term)
        found = 0 if column is None else int(self.starts[column + 1] - self.starts[column])
        return math.log(1 + (self.count - found + 0.5) / (found + 0.5))

    def has(self, term: str) -> bool:
        return self._column(term) is not None

    def match(self, terms: Sequence[QueryTerm]) -> NDArray[np.float32]:
        """For each passage (count,) the share, 0 to 1, of the BM25 score that one with all terms often would
        have: the score over the sum of weights × (K1 + 1). So it means the same in any library and question.
        """
        total = np.zeros(self.count, dtype=np.float32)
        full = (K1 + 1) * sum(term.weight for term in terms)
        if not full:
            return total
        for term in terms:
            rows, scores = self._best(term.forms)
            total[rows] += scores
        return np.asarray(np.minimum(total / np.float32(full), 1), dtype=np.float32)

    def _best(self, forms: Sequence[Form]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Passages with any of the forms, each with its best one's score."""
        found = [
            (self.rows[start:end], self.scores[start:end] * np.float32(form.worth))
            for form in forms
            if (column := self._column(form.term)) is not None
            for start, end in [(int(self.starts[column]), int(self.starts[column + 1]))]
        ]
        if not found:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        if len(found) == 1:
            return found[0]
        rows, places = np.unique(np.concatenate([rows for rows, _ in found]), return_inverse=True)
        best = np.zeros(len(rows), dtype=np.float32)
        np.maximum.at(best, places, np.concatenate([scores for _, scores in found]))
        return rows, best

    def _column(self, term: str) -> int | None:
        wanted = term_hash(term)
        column = int(np.searchsorted(self.vocabulary, wanted))
        return column if column < len(self.vocabulary) and self.vocabulary[column] == wanted else None


def term_hash(term: str) -> np.uint64:
    """64 bits of BLAKE2b: of a million different terms two share a hash with a chance of 3 in 10⁸."""
    return np.uint64(int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest(), "little"))


def build(hashes: Hashes, lengths: NDArray[np.int64]) -> LexicalIndex:
    """An index of passages whose terms' hashes stand one after another, `lengths` of them each."""
    import bm25s

    vocabulary, numbers = np.unique(hashes, return_inverse=True)
    if not len(vocabulary):
        return LexicalIndex(
            vocabulary,
            np.zeros(1, np.int64),
            np.empty(0, np.int32),
            np.empty(0, np.float32),
            len(lengths),
        )
    passages = np.split(numbers.astype(np.int32), np.cumsum(lengths)[:-1])
    index = bm25s.BM25(k1=K1, b=B, method="lucene")
    built = index.build_index_from_ids(
        unique_token_ids=np.arange(len(vocabulary)), corpus_token_ids=passages, show_progress=False
    )
    # bm25s follows Lucene in leaving out the constant factor k1 + 1
    return LexicalIndex(
        vocabulary,
        built["indptr"].astype(np.int64),
        built["indices"].astype(np.int32),
        (built["data"] * (K1 + 1)).astype(np.float32),
        len(lengths),
    )
