"""Dense and lexical evidence as one number: the log-odds that a passage answers the question.

A passage in the question's language shares words with it, and how many is telling. A passage in the other
language shares none, which tells nothing. So there are two logistic models, fitted on the same data: one sees
both signals, the other only the dense one, with the lexical evidence averaged out. Both speak of the odds of
an answer, so that their results can be compared: lexical votes cannot drown the other language.

Both signals are absolute (a debiased cosine, a share of the question's weight), not ranks or z-scores: they
mean the same in a library of ten passages and of a hundred thousand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_PARAMETERS = Path(__file__).parent / "priors" / "fusion.json"

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Model:
    """log-odds = dense × cosine + lexical × match + intercept."""

    dense: float
    lexical: float
    intercept: float


@dataclass(frozen=True, slots=True)
class Parameters:
    """`same`: of passages that share the question's words; `other`: of those in the other language, where a
    match is of translated terms, names and numbers, and its absence means nothing. `sentences`: the share of
    the best sentence's cosine in a passage's dense score, against that of the whole passage."""

    same: Model
    other: Model
    sentences: float


@lru_cache(maxsize=1)
def parameters() -> Parameters:
    """As fitted by evaluation/fit_fusion.py."""
    stored = json.loads(_PARAMETERS.read_text(encoding="utf-8"))
    return Parameters(Model(**stored["same"]), Model(**stored["other"]), stored["sentences"])


def log_odds(dense: Scores, match: Scores, *, same_language: bool) -> Scores:
    """Of each passage (n,), from its dense score (−1 to 1) and lexical match (0 to 1)."""
    model = parameters().same if same_language else parameters().other
    return np.asarray(model.dense * dense + model.lexical * match + model.intercept, dtype=np.float32)


def dense_score(passage: Scores, best_sentence: Scores) -> Scores:
    """(n,) from the debiased cosines of a passage and of its best sentence."""
    share = np.float32(parameters().sentences)
    return np.asarray((1 - share) * passage + share * best_sentence, dtype=np.float32)
