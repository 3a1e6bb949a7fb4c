"""The passages that either signal puts forward, with what both signals say of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from indexes.search import fusion
from indexes.search.eligibility import Eligibility
from indexes.search.lexical import LexicalIndex
from indexes.search.means import Means, Vectors, debias
from indexes.search.partition import Partition
from indexes.search.terms import Named, query_terms
from indexes.types import Language

PER_SIGNAL = 64  # of each signal and language


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """One entry a passage in each array (n,). Ranks count from 1; 0: the signal did not put it forward."""

    partitions: NDArray[np.int32]  # which of the index's partitions
    ids: NDArray[np.int64]
    documents: NDArray[np.int32]  # place in the index's list
    texts: NDArray[np.uint64]
    cosines: NDArray[np.float32]
    matches: NDArray[np.float32]
    same: NDArray[np.bool_]  # see shares_words
    scores: NDArray[np.float32]
    dense_ranks: NDArray[np.int32]
    lexical_ranks: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, places: NDArray[np.int64]) -> Candidates:
        return Candidates(*(getattr(self, field.name)[places] for field in fields(self)))

    def best_first(self) -> Candidates:
        """By score; of equals, the lower id first."""
        return self.take(np.lexsort((self.ids, -self.scores)))


def gather(
    partitions: Sequence[Partition],
    means: Means,
    vector: Vectors,
    language: Language,
    *,
    terms: Sequence[str],
    named: Sequence[Named],
    eligibility: Eligibility,
    per_signal: int,
) -> Candidates:
    """Candidates of all partitions (one at least), best first. `vector` (d,): the question as embedded."""
    query = debias(vector, means.questions[language])
    homes = {partition.language: partition.lexical for partition in partitions}
    found = [
        _of_partition(
            number,
            partition,
            query,
            _match(partition, homes, language, terms, named),
            eligibility.rows(partition),
            same=shares_words(language, partition.language),
            per_signal=per_signal,
        )
        for number, partition in enumerate(partitions)
    ]
    merged = _merge(found)
    return _with_dense_ranks(merged).best_first()


def _match(
    partition: Partition,
    homes: Mapping[Language, LexicalIndex],
    language: Language,
    terms: Sequence[str],
    named: Sequence[Named],
) -> NDArray[np.float32]:
    home = homes.get(language, partition.lexical)
    return partition.lexical.match(query_terms(terms, named, partition.lexical, home))


def _of_partition(
    number: int,
    partition: Partition,
    query: Vectors,
    match: NDArray[np.float32],
    allowed: NDArray[np.bool_] | None,
    *,
    same: bool,
    per_signal: int,
) -> Candidates:
    if allowed is not None:
        match = np.where(allowed, match, np.float32(0))
    nearest = partition.nearest(query, per_signal, allowed)
    matching = _greatest(match, per_signal)
    rows = np.union1d(nearest, matching)
    cosines = partition.cosines(query, rows)
    matches = match[rows]
    count = len(rows)
    return Candidates(
        np.full(count, number, dtype=np.int32),
        partition.ids[rows],
        partition.documents[rows],
        partition.texts[rows],
        cosines,
        matches,
        np.full(count, same),
        fusion.log_odds(cosines, matches, same_language=same),
        np.where(np.isin(rows, nearest), 1, 0).astype(np.int32),
        _ranks(match, matches),
    )


def _greatest(match: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Rows of the k greatest values above zero."""
    rows = np.flatnonzero(match)
    if len(rows) <= k:
        return rows
    return rows[np.argpartition(-match[rows], k - 1)[:k]]


def _ranks(match: NDArray[np.float32], matches: NDArray[np.float32]) -> NDArray[np.int32]:
    """1 + how many passages of the partition match better; 0 where nothing matches."""
    ascending = np.sort(match[match > 0])
    better = len(ascending) - np.searchsorted(ascending, matches, side="right")
    return np.where(matches > 0, better + 1, 0).astype(np.int32)


def _with_dense_ranks(found: Candidates) -> Candidates:
    """Ranks across languages. Each language put its nearest forward, so none that is nearer is missing."""
    near = np.flatnonzero(found.dense_ranks)
    order = near[np.argsort(-found.cosines[near], kind="stable")]
    ranks = np.zeros(len(found), dtype=np.int32)
    ranks[order] = np.arange(1, len(order) + 1)
    values = {field.name: getattr(found, field.name) for field in fields(found)}
    return Candidates(**values | {"dense_ranks": ranks})


def _merge(parts: Sequence[Candidates]) -> Candidates:
    return Candidates(
        *(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Candidates))
    )


def shares_words(question: Language, passage: Language) -> bool:
    """Whether missing words tell anything: both are in one language, or one of them is in none."""
    return question is passage or Language.UND in (question, passage)
