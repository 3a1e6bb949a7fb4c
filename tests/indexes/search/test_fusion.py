from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexes.search.fusion import dense_score, log_odds, parameters

cosine = st.floats(-1, 1)
share = st.floats(0, 1)


def odds(dense: float, match: float, *, same_language: bool) -> float:
    return float(log_odds(np.float32([dense]), np.float32([match]), same_language=same_language)[0])


@given(near=cosine, far=cosine, match=share)
def test_a_nearer_passage_never_scores_less(near: float, far: float, match: float) -> None:
    near, far = max(near, far), min(near, far)
    for same in (True, False):
        assert odds(near, match, same_language=same) >= odds(far, match, same_language=same)


@given(dense=cosine, more=share, less=share)
def test_more_matching_words_never_score_less(dense: float, more: float, less: float) -> None:
    more, less = max(more, less), min(more, less)
    for same in (True, False):
        assert odds(dense, more, same_language=same) >= odds(dense, less, same_language=same)


@given(dense=st.floats(0.05, 1))
def test_missing_words_speak_against_the_same_language_only(dense: float) -> None:
    assert odds(dense, 0, same_language=True) < odds(dense, 0, same_language=False)


@given(dense=st.floats(0.35, 1), vote=st.floats(0, 0.2))
def test_a_few_shared_words_do_not_lift_a_far_passage_over_a_near_one_in_the_other_language(
    dense: float, vote: float
) -> None:
    assert odds(dense, 0, same_language=False) > odds(dense - 0.2, vote, same_language=True)


@given(dense=st.floats(0, 0.6))
def test_most_words_shared_outweigh_an_equal_cosine_in_the_other_language(dense: float) -> None:
    assert odds(dense, 0.7, same_language=True) > odds(dense, 0, same_language=False)


def test_the_best_sentence_counts_beside_the_whole_passage() -> None:
    part = parameters().sentences
    told = dense_score(np.float32([0.2, 0.4]), np.float32([0.6, 0.4]))
    assert np.allclose(told, [0.2 * (1 - part) + 0.6 * part, 0.4])
