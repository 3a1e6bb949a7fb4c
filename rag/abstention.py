"""Whether what was found answers the question: a probability, so that the rest can be left unsaid.

Two things tell an answer from a passage that merely is the nearest one: how far its best sentence stands out
from the library's usual nearness to the question, and how much of what the question names it names too. In
the other language the second hardly exists, so that each case has its own logistic model. Fitted by
evaluation/fit_abstention.py; how well they tell is in docs/decisions/abstention.md.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from indexes.search.evidence import ChunkEvidence, Evidence

_COEFFICIENTS = Path(__file__).with_suffix(".json")

PASSAGES = 3  # the best answer may be the second or third passage found
USUAL_SPREAD = 0.1  # of debiased cosines; a small library's own counts the less, the fewer passages it has
USUAL_WEIGHT = 50


@dataclass(frozen=True, slots=True)
class Answerability:
    """`probability`: that the documents answer, on questions of which half can be answered. The rest is about
    the passage that decided: `closeness` of its best sentence, in standard deviations; `coverage` of the
    question's terms, 0 to 1; whether it is in the question's language."""

    probability: float
    closeness: float
    coverage: float
    same_language: bool

    @property
    def answerable(self) -> bool:
        return self.probability >= threshold()


@dataclass(frozen=True, slots=True)
class Logistic:
    """log-odds = closeness × closeness + coverage × coverage + intercept; neither slope is negative."""

    closeness: float
    coverage: float
    intercept: float

    def probability(self, closeness: float, coverage: float) -> float:
        odds = self.closeness * closeness + self.coverage * coverage + self.intercept
        return 1 / (1 + math.exp(-odds))


@dataclass(frozen=True, slots=True)
class Fitted:
    same: Logistic
    other: Logistic
    threshold: float


def answerability(evidence: Evidence) -> Answerability:
    """Of the question, from its best passages; nothing found: probability 0."""
    judged = [_judge(chunk, spread_of(evidence)) for chunk in evidence.chunks[:PASSAGES]]
    return max(judged, key=lambda one: one.probability, default=Answerability(0.0, 0.0, 0.0, True))


def threshold() -> float:
    """The probability from which a question is answered."""
    return fitted().threshold


def spread_of(evidence: Evidence) -> float:
    """The standard deviation of the question's cosines, leaning on the usual one in a small library."""
    variance = evidence.background * evidence.spread**2 + USUAL_WEIGHT * USUAL_SPREAD**2
    return math.sqrt(variance / (evidence.background + USUAL_WEIGHT))


def closeness(chunk: ChunkEvidence, spread: float) -> float:
    """Of the passage's best sentence to the question, in standard deviations of the library's passages."""
    return float(max(chunk.sentences, default=chunk.result.dense_score)) / spread


@lru_cache(maxsize=1)
def fitted() -> Fitted:
    stored = json.loads(_COEFFICIENTS.read_text(encoding="utf-8"))
    return Fitted(Logistic(**stored["same"]), Logistic(**stored["other"]), stored["threshold"])


def _judge(chunk: ChunkEvidence, spread: float) -> Answerability:
    model = fitted().same if chunk.same_language else fitted().other
    near = closeness(chunk, spread)
    probability = model.probability(near, chunk.coverage)
    return Answerability(probability, near, chunk.coverage, chunk.same_language)
