from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.search.evidence import ChunkEvidence, Evidence
from indexes.types import Chunk, Document, DocumentState, Language, Question, ScoredChunk
from rag.abstention import PASSAGES, Answerability, Signals, answerability, fitted, signals, spread_of

DOCUMENT = Document(
    "d", "t", "f", "h", "t", "text/plain", "x", 1, (Language.EN,), "default", DocumentState.CURRENT
)
CHUNK = Chunk("d", 0, "text", Language.EN, (), ())


def passage(
    near: float,
    coverage: float,
    *,
    same: bool = True,
    dense: float | None = None,
    found: float = 8.0,
    lacking: float = 0.0,
    among: int = 300,
) -> ChunkEvidence:
    """With one sentence of that cosine, which the whole has too unless `dense` is given; none when NaN."""
    sentences = np.array([] if np.isnan(near) else [near], dtype=np.float32)
    return ChunkEvidence(
        ScoredChunk(CHUNK, DOCUMENT, 0.0, dense_score=near if dense is None else dense),
        sentences,
        coverage,
        np.ones(1, np.float32),
        same,
        found,
        lacking,
        among,
    )


def evidence(*chunks: ChunkEvidence, spread: float = 0.1, background: int = 500) -> Evidence:
    return Evidence(Question("?", Language.EN), np.zeros(2, np.float32), spread, background, chunks)


def told(*chunks: ChunkEvidence) -> float:
    return answerability(evidence(*chunks)).probability


cosine = st.floats(-1, 1)
share = st.floats(0, 1)
weight = st.floats(0, 30)


@given(near=cosine, far=cosine, coverage=share, same=st.booleans())
def test_a_nearer_passage_never_makes_an_answer_less_likely(
    near: float, far: float, coverage: float, same: bool
) -> None:
    near, far = max(near, far), min(near, far)
    assert told(passage(near, coverage, same=same)) >= told(passage(far, coverage, same=same))


@given(one=st.tuples(share, weight), two=st.tuples(share, weight), near=cosine, same=st.booleans())
def test_more_of_the_question_named_never_makes_an_answer_less_likely(
    one: tuple[float, float], two: tuple[float, float], near: float, same: bool
) -> None:
    more, less = ([pick(pair) for pair in zip(one, two, strict=True)] for pick in (max, min))
    full, part = (passage(near, c, found=f, same=same) for c, f in (more, less))
    assert told(full) >= told(part)


@given(many=st.floats(0, 5), few=st.floats(0, 5), near=cosine, same=st.booleans())
def test_a_named_thing_that_is_lacking_never_makes_an_answer_likelier(
    many: float, few: float, near: float, same: bool
) -> None:
    many, few = max(many, few), min(many, few)
    assert told(passage(near, 0.5, lacking=few, same=same)) >= told(
        passage(near, 0.5, lacking=many, same=same)
    )


@pytest.mark.parametrize("same", [True, False])
def test_a_drug_that_is_not_there_tells_in_both_languages(same: bool) -> None:
    assert told(passage(0.4, 0.5, same=same)) > told(passage(0.4, 0.5, lacking=1.0, same=same)) + 0.1


def test_nothing_found_answers_nothing() -> None:
    assert answerability(evidence()) == Answerability(0.0, 0.0, 0.0, True)
    assert not answerability(evidence()).answerable


def test_clear_cases() -> None:
    assert answerability(evidence(passage(0.6, 1.0))).answerable
    assert answerability(evidence(passage(0.4, 0.4, same=False))).answerable
    assert not answerability(evidence(passage(0.1, 0.2, found=2.0))).answerable
    assert not answerability(evidence(passage(0.05, 0.0, found=0.0, same=False))).answerable


def test_the_share_of_words_weighs_in_the_questions_language_only() -> None:
    assert told(passage(0.4, 1.0)) > told(passage(0.4, 0.0))
    assert told(passage(0.4, 1.0, same=False)) == told(passage(0.4, 0.0, same=False))


def test_the_same_nearness_says_more_in_a_small_library() -> None:
    assert told(passage(0.4, 0.5, among=50)) > told(passage(0.4, 0.5, among=5000))


def test_the_best_of_the_first_passages_decides() -> None:
    weak, strong = passage(0.1, 0.1), passage(0.6, 1.0)
    found = answerability(evidence(*[weak] * (PASSAGES - 1), strong))
    assert (found.closeness, found.coverage) == (pytest.approx(6.0, rel=1e-3), 1.0)
    assert told(*[weak] * PASSAGES, strong) == told(weak)


def test_signals() -> None:
    one = passage(0.5, 0.7, dense=0.3, found=6.0, lacking=0.8, among=100)
    assert signals(one, evidence(one)) == Signals(pytest.approx(4.0), 0.7, 6.0, 0.8, 0.5)


def test_between_languages_closeness_is_in_usual_spreads() -> None:
    one = passage(0.5, 0.7, same=False)
    assert signals(one, evidence(one, spread=0.2)).closeness == pytest.approx(5.0)


def test_a_passage_without_sentences_is_as_close_as_the_whole_of_it() -> None:
    assert told(passage(float("nan"), 0.5, dense=0.4)) == pytest.approx(told(passage(0.4, 0.5)))


def test_a_small_library_leans_on_the_usual_spread() -> None:
    assert spread_of(evidence(spread=0.0, background=1)) == pytest.approx(0.1, rel=0.02)
    assert spread_of(evidence(spread=0.0, background=0)) == pytest.approx(0.1)
    assert spread_of(evidence(spread=0.14, background=5000)) == pytest.approx(0.14, rel=0.01)


def test_the_fitted_models_are_usable() -> None:
    for model in (fitted().same, fitted().other):
        assert model.closeness > 0
        assert model.found > 0
        assert model.lacking < 0
        assert min(model.coverage, model.small) >= 0
