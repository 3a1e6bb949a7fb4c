"""Fits the two models that tell whether a question is answered, and writes them where rag reads them
(rag/abstention.json).

    python -m evaluation.fit_abstention

Data: arcd-train (Arabic questions and paragraphs) and nigeria_questions.tsv (English and Arabic questions on
the English Nigeria Standard Treatment Guidelines 2022, some of which they do not answer). Each question is
judged on what a search finds, and again on what it finds without the document that answers. Sets count alike.
`same` is fitted on the first passage found for questions in the text's language. `other` is fitted on the
Arabic questions on English text and, since these are few, on the sets of `same` with their words unseen; its
slope for coverage is half the one of `same`, since only translated terms can be covered. The threshold is
the one at which nine in ten answerable English questions on the guidelines are answered.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

import rag.abstention
from evaluation import product
from evaluation.figures import DATA
from evaluation.measures import auroc, false_answers
from evaluation.xquad import arcd, write_paragraphs
from indexes.embedding.embedder import Embedder
from indexes.search.searcher import Searcher
from indexes.types import Language, Question, ScoredChunk
from rag.abstention import closeness, spread_of

QUESTIONS = Path(__file__).with_name("nigeria_questions.tsv")
TARGET = Path(rag.abstention.__file__).with_suffix(".json")
DEPTH = 40  # passages found: enough that some are left without those of the document that answers
ANSWERED = 0.9


@dataclass(frozen=True, slots=True)
class Case:
    """`file`: the one that answers; None when no file does."""

    question: Question
    file: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """`signals` (n × 2): closeness and coverage of the first passage; `answered` (n,)."""

    signals: NDArray[np.float64]
    answered: NDArray[np.bool_]


def main() -> None:
    sets = collect()
    same = fit([sets["arcd"], sets["nigeria en"]])
    blind = [_unseen(sets[name]) for name in ("arcd", "nigeria en")]
    other = fit([_unseen(sets["nigeria ar"]), *blind]) | {"coverage": same["coverage"] / 2}
    reference = sets["nigeria en"]
    told = probabilities(same, reference.signals)[reference.answered]
    threshold = float(np.quantile(told, 1 - ANSWERED))
    found = {"same": same, "other": other, "threshold": threshold}
    rounded = json.loads(json.dumps(found), parse_float=lambda text: round(float(text), 3))
    TARGET.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(rounded, indent=1))
    for name, model in (("arcd", same), ("nigeria en", same), ("nigeria ar", other)):
        report(name, probabilities(model, sets[name].signals), sets[name].answered, threshold)


def collect() -> dict[str, Examples]:
    embedder = product.embedder()
    reading = arcd()
    with tempfile.TemporaryDirectory() as folder:
        files = write_paragraphs(dict(enumerate(reading.paragraphs)), Path(folder) / "texts")
        asked = [Case(Question(q.question, Language.AR), files[q.paragraph].name) for q in reading.questions]
        sets = _judge(files, {"arcd": asked}, Path(folder) / "arcd", embedder)
        guidelines = sorted((DATA / "nigeria_stg").glob("*.txt"))
        return sets | _judge(guidelines, nigeria_cases(), Path(folder) / "nigeria", embedder)


def nigeria_cases() -> dict[str, list[Case]]:
    lines = [
        line.split("\t") for line in QUESTIONS.read_text(encoding="utf-8").splitlines() if line[0] != "#"
    ]
    return {
        f"nigeria {language}": [
            Case(Question(line[place], language), None if line[0] == "-" else f"{line[0]}.txt")
            for line in lines
        ]
        for place, language in ((1, Language.EN), (2, Language.AR))
    }


def fit(sets: Sequence[Examples]) -> dict[str, float]:
    """Every set weighs the same."""
    signals = np.concatenate([one.signals for one in sets])
    weights = np.concatenate([np.full(len(one.answered), 1 / len(one.answered)) for one in sets])
    answered = np.concatenate([one.answered for one in sets])
    model = LogisticRegression(C=100.0)
    model.fit(signals, answered, sample_weight=weights * len(answered) / len(sets))
    near, named = np.maximum(model.coef_[0], 0).tolist()
    return {"closeness": near, "coverage": named, "intercept": float(model.intercept_[0])}


def probabilities(model: Mapping[str, float], signals: NDArray[np.float64]) -> NDArray[np.float64]:
    odds = signals @ np.array([model["closeness"], model["coverage"]]) + model["intercept"]
    return np.asarray(1 / (1 + np.exp(-odds)))


def report(name: str, told: NDArray[np.float64], answered: NDArray[np.bool_], threshold: float) -> None:
    yes, no = told[answered].tolist(), told[~answered].tolist()
    print(
        f"{name}: AUROC {auroc(yes, no):.3f}, false answers at 90% answered {false_answers(yes, no):.3f}; "
        f"at the threshold {np.mean(np.array(yes) >= threshold):.3f} answered, "
        f"{np.mean(np.array(no) >= threshold):.3f} falsely"
    )


def _judge(
    files: Sequence[Path], sets: Mapping[str, Sequence[Case]], home: Path, embedder: Embedder
) -> dict[str, Examples]:
    found = {}
    with product.library(home) as library:
        product.ingest_files(files, library, lambda _: embedder)
        with Searcher(library, embedder, product.glossary()) as searcher:
            for name, cases in sets.items():
                signals: list[tuple[float, float]] = []
                answered: list[bool] = []
                for case in cases:
                    results = searcher.search(case.question, DEPTH)
                    others = [hit for hit in results if hit.document.file_name != case.file]
                    for passages, answers in ((results, case.file is not None), (others, False)):
                        if answers or passages is others:
                            signals.append(_signals(searcher, case.question, passages[:1]))
                            answered.append(answers)
                found[name] = Examples(np.array(signals), np.array(answered))
    return found


def _signals(searcher: Searcher, question: Question, passages: Sequence[ScoredChunk]) -> tuple[float, float]:
    evidence = searcher.evidence(question, passages)
    best = evidence.chunks[0]
    return closeness(best, spread_of(evidence)), best.coverage


def _unseen(examples: Examples) -> Examples:
    return Examples(examples.signals * [1, 0], examples.answered)


if __name__ == "__main__":
    main()
