import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import roc_auc_score

from evaluation.measures import auroc, false_answers, percentile, rank_of, recall


@pytest.mark.parametrize(
    ("found", "rank"),
    [(["a", "b", "c"], 3), (["c", "a"], 1), (["a", "a", "b", "a", "c"], 3), (["a"], None), ([], None)],
)
def test_a_document_ranks_by_its_best_chunk(found: list[str], rank: int | None) -> None:
    assert rank_of("c", found) == rank


def test_recall_counts_what_was_not_found() -> None:
    ranks = [1, 5, 6, None]
    assert [recall(ranks, k) for k in (1, 5, 10)] == [0.25, 0.5, 0.75]


def test_auroc_of_known_orders() -> None:
    assert auroc([3, 4], [1, 2]) == 1
    assert auroc([1, 2], [3, 4]) == 0
    assert auroc([1, 1], [1, 1]) == 0.5
    assert auroc([2, 2], [1, 2, 3]) == 0.5


_SCORES = arrays(np.int64, st.integers(1, 30), elements=st.integers(-5, 5))


@given(_SCORES, _SCORES)
def test_auroc_is_that_of_scikit_learn(positive: np.ndarray, negative: np.ndarray) -> None:
    labels = [1] * len(positive) + [0] * len(negative)
    wanted = roc_auc_score(labels, np.concatenate([positive, negative]))
    assert auroc(positive.tolist(), negative.tolist()) == pytest.approx(wanted)


def test_false_answers_at_the_threshold_that_nine_in_ten_pass() -> None:
    answerable = list(range(1, 11))  # nine of ten are at least 2
    assert false_answers(answerable, [0, 1, 2, 3]) == 0.5
    assert false_answers(answerable, [0, 1]) == 0
    assert false_answers([5.0], [4, 5, 6]) == pytest.approx(2 / 3)


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile(list(range(1, 101)), 0.95) == 95
