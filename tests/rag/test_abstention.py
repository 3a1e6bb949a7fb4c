from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.search.evidence import ChunkEvidence, Evidence
from indexes.types import Chunk, Document, DocumentState, Language, Question, ScoredChunk
from rag.abstention import PASSAGES, Answerability, answerability, fitted, spread_of, threshold

DOCUMENT = Document(
    "d", "t", "f", "h", "t", "text/plain", "x", 1, (Language.EN,), "default", DocumentState.CURRENT
)
CHUNK = Chunk("d", 0, "text", Language.EN, (), ())


def passage(near: float, coverage: float, *, same: bool = True, dense: float = 0.0) -> ChunkEvidence:
    """With one sentence of that cosine; none when it is NaN."""
    sentences = np.array([] if np.isnan(near) else [near], dtype=np.float32)
    return ChunkEvidence(
        ScoredChunk(CHUNK, DOCUMENT, 0.0, dense_score=dense),
        sentences,
        coverage,
        np.ones(1, np.float32),
        same,
    )


def evidence(*chunks: ChunkEvidence, spread: float = 0.1, background: int = 500) -> Evidence:
    return Evidence(Question("?", Language.EN), np.zeros(2, np.float32), spread, background, chunks)


def told(*chunks: ChunkEvidence) -> float:
    return answerability(evidence(*chunks)).probability


cosine = st.floats(-1, 1)
share = st.floats(0, 1)


@given(near=cosine, far=cosine, coverage=share, same=st.booleans())
def test_a_nearer_sentence_never_makes_an_answer_less_likely(
    near: float, far: float, coverage: float, same: bool
) -> None:
    near, far = max(near, far), min(near, far)
    assert told(passage(near, coverage, same=same)) >= told(passage(far, coverage, same=same))


@given(near=cosine, more=share, less=share, same=st.booleans())
def test_more_of_the_question_named_never_makes_an_answer_less_likely(
    near: float, more: float, less: float, same: bool
) -> None:
    more, less = max(more, less), min(more, less)
    assert told(passage(near, more, same=same)) >= told(passage(near, less, same=same))


def test_nothing_found_answers_nothing() -> None:
    assert answerability(evidence()) == Answerability(0.0, 0.0, 0.0, True)
    assert not answerability(evidence()).answerable


def test_clear_cases() -> None:
    assert answerability(evidence(passage(0.6, 1.0))).answerable
    assert not answerability(evidence(passage(0.1, 0.2))).answerable
    assert not answerability(evidence(passage(0.05, 0.0, same=False))).answerable


def test_words_that_are_missing_weigh_in_the_questions_language_only() -> None:
    near = 0.55
    assert told(passage(near, 0.0, same=False)) > told(passage(near, 0.0, same=True))


def test_the_best_of_the_first_passages_decides() -> None:
    weak, strong = passage(0.1, 0.1), passage(0.6, 1.0)
    found = answerability(evidence(*[weak] * (PASSAGES - 1), strong))
    assert (found.closeness, found.coverage) == (pytest.approx(6.0, rel=1e-3), 1.0)
    assert told(*[weak] * PASSAGES, strong) == told(weak)


def test_a_passage_without_sentences_is_as_close_as_the_whole_of_it() -> None:
    assert told(passage(float("nan"), 0.5, dense=0.4)) == pytest.approx(told(passage(0.4, 0.5)))


def test_a_small_library_leans_on_the_usual_spread() -> None:
    assert spread_of(evidence(spread=0.0, background=1)) == pytest.approx(0.1, rel=0.02)
    assert spread_of(evidence(spread=0.0, background=0)) == pytest.approx(0.1)
    assert spread_of(evidence(spread=0.14, background=5000)) == pytest.approx(0.14, rel=0.01)


def test_the_fitted_models_are_usable() -> None:
    for model in (fitted().same, fitted().other):
        assert model.closeness > 0
        assert model.coverage >= 0
    assert 0.2 < threshold() < 0.8
