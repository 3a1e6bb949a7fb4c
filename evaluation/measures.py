"""The arithmetic of the figures: recall at k, AUROC, percentiles."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

import numpy as np


def rank_of(wanted: Hashable, found: Iterable[Hashable]) -> int | None:
    """The rank, from 1, of `wanted` when each thing counts once, at its best place; None: not found."""
    for rank, one in enumerate(dict.fromkeys(found), start=1):
        if one == wanted:
            return rank
    return None


def recall(ranks: Sequence[int | None], k: int) -> float:
    """R@k: the share of the questions whose one answering passage is among the first k."""
    return sum(rank is not None and rank <= k for rank in ranks) / len(ranks)


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The chance that a positive has the higher score than a negative; a tie counts half (Mann-Whitney U)."""
    ordered = np.sort(np.asarray(negative, dtype=np.float64))
    values = np.asarray(positive, dtype=np.float64)
    below = np.searchsorted(ordered, values, side="left")
    not_above = np.searchsorted(ordered, values, side="right")
    return float((below + not_above).mean() / 2 / len(ordered))


def false_answers(answerable: Sequence[float], unanswerable: Sequence[float], answered: float = 0.9) -> float:
    """The share of the unanswerable questions that pass where `answered` of the answerable ones do."""
    kept = int(np.ceil(answered * len(answerable)))
    threshold = np.sort(np.asarray(answerable, dtype=np.float64))[::-1][kept - 1]
    return float((np.asarray(unanswerable, dtype=np.float64) >= threshold).mean())


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed (no interpolation)."""
    return float(np.percentile(np.asarray(values, dtype=np.float64), 100 * share, method="inverted_cdf"))
