"""Whether what was found answers the question: a probability, so that the rest can be left unsaid.

Three things tell an answer from a passage that merely is the nearest one: how near it is, for a library of
that size; how much of what the question asks for it names; and whether it lacks a drug, a condition or a test
that the question names. A passage in the other language cannot have the question's words, only names, numbers
and what the glossary translates, so that each case has its own logistic model. Fitted by
evaluation/fit_abstention.py; how well they tell is in docs/decisions/abstention.md.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from indexes.search import fusion
from indexes.search.evidence import ChunkEvidence, Evidence

_COEFFICIENTS = Path(__file__).with_suffix(".json")

PASSAGES = 5  # the best answer may not be the first passage found
USUAL_SPREAD = 0.1  # of debiased cosines; a small library's own counts the less, the fewer passages it has
USUAL_WEIGHT = 50
SMALL = 100  # passages in a language, of which the nearest is half as likely to be near by chance


@dataclass(frozen=True, slots=True)
class Answerability:
    """`probability`: from one half on, the question is answered. The rest is about the passage that decided:
    `closeness`, in standard deviations; `coverage` of the question's terms, 0 to 1; whether it is in the
    question's language."""

    probability: float
    closeness: float
    coverage: float
    same_language: bool

    @property
    def answerable(self) -> bool:
        return self.probability >= 0.5


@dataclass(frozen=True, slots=True)
class Signals:
    """Of a passage. `closeness` in standard deviations; `coverage`, `found` and `lacking` as in its evidence;
    `small`: 1 in the smallest library, towards 0 in a large one, where some passage is always near."""

    closeness: float
    coverage: float
    found: float
    lacking: float
    small: float


@dataclass(frozen=True, slots=True)
class Logistic:
    """log-odds = Σ slope × signal + intercept. No slope is negative but that of `lacking`, which is never
    positive."""

    closeness: float
    coverage: float
    found: float
    lacking: float
    small: float
    intercept: float

    def probability(self, signals: Signals) -> float:
        odds = (
            self.closeness * signals.closeness
            + self.coverage * signals.coverage
            + self.found * signals.found
            + self.lacking * signals.lacking
            + self.small * signals.small
            + self.intercept
        )
        return 1 / (1 + math.exp(-odds))


@dataclass(frozen=True, slots=True)
class Fitted:
    """The models of passages in the question's language and of the others."""

    same: Logistic
    other: Logistic


def answerability(evidence: Evidence) -> Answerability:
    """Of the question, from its best passages; nothing found: probability 0."""
    judged = [_judge(chunk, evidence) for chunk in evidence.chunks[:PASSAGES]]
    return max(judged, key=lambda one: one.probability, default=Answerability(0.0, 0.0, 0.0, True))


def signals(chunk: ChunkEvidence, evidence: Evidence) -> Signals:
    """Between languages the spread of the cosines, mostly of the question's own language, tells nothing."""
    spread = spread_of(evidence) if chunk.same_language else USUAL_SPREAD
    whole = chunk.result.dense_score
    best = float(max(chunk.sentences, default=whole))
    share = fusion.parameters().sentences
    nearness = (1 - share) * whole + share * best
    small = SMALL / (chunk.among + SMALL)
    return Signals(nearness / spread, chunk.coverage, chunk.found, chunk.lacking, small)


def spread_of(evidence: Evidence) -> float:
    """The standard deviation of the question's cosines, leaning on the usual one in a small library."""
    variance = evidence.background * evidence.spread**2 + USUAL_WEIGHT * USUAL_SPREAD**2
    return math.sqrt(variance / (evidence.background + USUAL_WEIGHT))


@lru_cache(maxsize=1)
def fitted() -> Fitted:
    stored = json.loads(_COEFFICIENTS.read_text(encoding="utf-8"))
    return Fitted(Logistic(**stored["same"]), Logistic(**stored["other"]))


def _judge(chunk: ChunkEvidence, evidence: Evidence) -> Answerability:
    model = fitted().same if chunk.same_language else fitted().other
    found = signals(chunk, evidence)
    return Answerability(model.probability(found), found.closeness, found.coverage, chunk.same_language)
