"""Fits the two models that tell whether a question is answered, and writes them where rag reads them
(rag/abstention.json).

    python -m evaluation.fit_abstention [folder]

`folder`: where the libraries are kept, so that a second run need not embed them again.

Data, each set weighing the same, and in each its answerable and its unanswerable questions:
- arcd-train: Arabic questions and paragraphs, also on what is found without the paragraph that answers;
- nigeria_questions.tsv: English and Arabic questions on the English Nigeria Standard Treatment Guidelines
  2022, some of which they do not answer, also without the document that answers;
- samples/questions.jsonl: in both languages on the samples, answered in the same language, in the other one
  only, or nowhere though something near is there. samples/questions_held_out.jsonl is only told.

A question is as likely answered as its best passage says, whichever of the two models speaks of it; the
likelihood of that is greatest. Then the intercepts are moved so that one half is where to answer: for
passages in the question's language such that ANSWERED of the samples' questions which these answer are
answered, for the others as low as MOST_FALSE allows (of the samples' unanswerable questions).
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

import rag.abstention
from evaluation import product
from evaluation.figures import DATA, ROOT
from evaluation.measures import auroc, false_answers
from evaluation.xquad import arcd, write_paragraphs
from indexes.embedding.embedder import Embedder
from indexes.language import detect
from indexes.search.searcher import Searcher
from indexes.types import Language, Question, ScoredChunk
from ingestion.pipeline import find_files
from rag.abstention import PASSAGES, Signals, signals

QUESTIONS = Path(__file__).with_name("nigeria_questions.tsv")
TARGET = Path(rag.abstention.__file__).with_suffix(".json")
DEPTH = 40  # passages found: enough that some are left without those of the document that answers
ANSWERED = 0.82
MOST_FALSE = 0.12
CAUTION = 0.5  # log-odds on top: an honest "not here" is worth more than a doubtful answer

NAMES = [field.name for field in fields(Signals)]
WIDTH = len(NAMES) + 1  # of a model: its slopes, its intercept
UNUSED = {WIDTH + NAMES.index("coverage"), WIDTH + NAMES.index("small")}
"""By the model of the other language: there, coverage is of words without translation, and all libraries in
which it could be fitted are large or small in one way."""
SHARP = 4.0  # of the smooth maximum over passages in the fit: exact as it grows


@dataclass(frozen=True, slots=True)
class Case:
    """`files`: those that answer. `erase`: whether to judge it also without these."""

    question: Question
    files: frozenset[str]
    erase: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """`passages` (n × PASSAGES × 2 WIDTH): signals and a one, in the half of the model that speaks of the
    passage; all nought where there is none. `kinds` (n,): answered in the "same" language, in the "other"
    one only, or "not"; `erased` (n,): not, since the file was left out."""

    passages: NDArray[np.float64]
    kinds: NDArray[np.str_]
    erased: NDArray[np.bool_]

    def odds(self, parameters: NDArray[np.float64], half: int | None = None) -> NDArray[np.float64]:
        """Of the best passage (n,); `half`: of those that this model speaks of."""
        there = self.passages[:, :, WIDTH - 1 :: WIDTH].sum(2) if half is None else self._of(half)
        return np.where(there > 0, self.passages @ parameters, -np.inf).max(1)

    def _of(self, half: int) -> NDArray[np.float64]:
        return self.passages[:, :, (half + 1) * WIDTH - 1]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        sets = collect(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder))
    told = sets.pop("samples, held out")
    parameters = at_one_half(fit(list(sets.values())), sets["samples"])
    same, other = (
        dict(zip([*NAMES, "intercept"], half.tolist(), strict=True)) for half in np.split(parameters, 2)
    )
    TARGET.write_text(json.dumps({"same": same, "other": other}, indent=1) + "\n", encoding="utf-8")
    print(TARGET.read_text(encoding="utf-8"))
    for name, examples in (sets | {"samples, held out": told}).items():
        report(name, examples, examples.odds(parameters))


def collect(home: Path) -> dict[str, Examples]:
    embedder, reading = product.embedder(), arcd()
    texts = home / "texts"
    if not texts.exists():
        write_paragraphs(dict(enumerate(reading.paragraphs)), texts)
    names = [f"paragraph-{place:04d}.txt" for place in range(len(reading.paragraphs))]
    asked = [
        Case(Question(q.question, Language.AR), frozenset({names[q.paragraph]})) for q in reading.questions
    ]
    libraries: list[tuple[str, Iterable[Path], dict[str, list[Case]]]] = [
        ("arcd", sorted(texts.iterdir()), {"arcd": asked}),
        ("nigeria", sorted((DATA / "nigeria_stg").glob("*.txt")), nigeria_cases()),
        ("samples", find_files([ROOT / "samples" / "pdf"]), samples_cases()),
    ]
    found: dict[str, Examples] = {}
    for name, files, sets in libraries:
        found |= _judge(list(files), sets, home / name, embedder)
    return found


def nigeria_cases() -> dict[str, list[Case]]:
    lines = [
        line.split("\t") for line in QUESTIONS.read_text(encoding="utf-8").splitlines() if line[0] != "#"
    ]
    return {
        f"nigeria {language}": [Case(Question(line[place], language), _files(line[0])) for line in lines]
        for place, language in ((1, Language.EN), (2, Language.AR))
    }


def _files(title: str) -> frozenset[str]:
    """Some texts are there twice; a library keeps one of the two."""
    return frozenset() if title == "-" else frozenset({f"{title}.txt", f"{title}_2.txt"})


def samples_cases() -> dict[str, list[Case]]:
    files = {path.stem: path.name for path in (ROOT / "samples" / "pdf").iterdir()}
    found = {}
    for name, file in (("samples", "questions"), ("samples, held out", "questions_held_out")):
        lines = (ROOT / "samples" / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()
        found[name] = [
            Case(
                Question(one["question"], detect(one["question"])),
                frozenset(files[stem] for stem in one["documents"]) if one["answerable"] else frozenset(),
                erase=False,
            )
            for one in map(json.loads, lines)
        ]
    return found


def fit(sets: Sequence[Examples]) -> NDArray[np.float64]:
    """Both models' slopes and intercepts (2 WIDTH,): those of the greatest likelihood, with the maximum over
    a question's passages made smooth, and the slopes' signs held."""
    passages = np.concatenate([one.passages for one in sets])
    weights = np.concatenate([_weights(one.kinds) for one in sets])
    signs = np.where(np.concatenate([one.kinds for one in sets]) == "not", -1.0, 1.0)
    missing = np.where(passages[:, :, WIDTH - 1 :: WIDTH].sum(2) > 0, 0.0, -1e9)
    scale = np.maximum(np.abs(passages).max((0, 1)), 1e-9)
    passages = passages / scale

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        each = SHARP * (passages @ parameters + missing)
        highest = each.max(1, keepdims=True)
        parts = np.exp(each - highest)
        odds = (np.log(parts.sum(1)) + highest[:, 0]) / SHARP
        shares = parts / parts.sum(1, keepdims=True)
        slope = -weights * signs / (1 + np.exp(signs * odds))
        gradient = np.einsum("n,np,npd->d", slope, shares, passages)
        return float(weights @ np.logaddexp(0, -signs * odds)), gradient

    result = minimize(loss, np.zeros(2 * WIDTH), jac=True, method="L-BFGS-B", bounds=_bounds())
    return np.asarray(result.x / scale)


def at_one_half(parameters: NDArray[np.float64], examples: Examples) -> NDArray[np.float64]:
    """With intercepts such that log-odds of nought are where to answer."""
    same, other = examples.odds(parameters, 0), examples.odds(parameters, 1)
    unanswerable = examples.kinds == "not"
    lowest_same = float(np.quantile(same[examples.kinds == "same"], 1 - ANSWERED, method="lower"))
    allowed = int(MOST_FALSE * unanswerable.sum()) - int((same[unanswerable] >= lowest_same).sum())
    rest = np.sort(other[unanswerable & (same < lowest_same)])[::-1]
    lowest_other = float(rest[max(allowed, 0)]) + 1e-3
    moved = parameters.copy()
    moved[[WIDTH - 1, 2 * WIDTH - 1]] -= (lowest_same + CAUTION, lowest_other + CAUTION)
    return np.round(moved, 3)


def report(name: str, examples: Examples, odds: NDArray[np.float64]) -> None:
    no = odds[examples.kinds == "not"]
    real = odds[(examples.kinds == "not") & ~examples.erased]
    told = [f"answered falsely {np.mean(no >= 0):.3f}"]
    if len(real) not in (0, len(no)):
        told.append(f"of those that no document answers {np.mean(real >= 0):.3f}")
    for kind in ("same", "other"):
        yes = odds[examples.kinds == kind]
        if len(yes):
            told.append(
                f"{kind} language: AUROC {auroc(yes.tolist(), no.tolist()):.3f}, answered "
                f"{np.mean(yes >= 0):.3f}, falsely at 90% answered "
                f"{false_answers(yes.tolist(), no.tolist()):.3f}"
            )
    print(f"{name}: {'; '.join(told)}")


def _bounds() -> list[tuple[float | None, float | None]]:
    model: list[tuple[float | None, float | None]] = [
        (None, 0) if name == "lacking" else (0, None) for name in NAMES
    ]
    both = [*model, (None, None)] * 2
    return [(0, 0) if place in UNUSED else bound for place, bound in enumerate(both)]


def _weights(kinds: NDArray[np.str_]) -> NDArray[np.float64]:
    """Half for the unanswerable questions, half for the kinds of answerable ones."""
    answerable = sorted(set(kinds.tolist()) - {"not"})
    share = {kind: 0.5 / len(answerable) for kind in answerable} | {"not": 0.5}
    return np.array([share[kind] / np.count_nonzero(kinds == kind) for kind in kinds.tolist()])


def _judge(
    files: Sequence[Path], sets: Mapping[str, Sequence[Case]], home: Path, embedder: Embedder
) -> dict[str, Examples]:
    with product.library(home) as library:
        product.ingest_files(files, library, lambda _: embedder)
        languages = {document.file_name: document.languages for document in library.documents(all=True)}
        with Searcher(library, embedder, product.glossary()) as searcher:
            return {name: _examples(searcher, cases, languages) for name, cases in sets.items()}


def _examples(
    searcher: Searcher, cases: Sequence[Case], languages: Mapping[str, Sequence[Language]]
) -> Examples:
    passages: list[NDArray[np.float64]] = []
    kinds: list[str] = []
    erased: list[bool] = []
    for case in cases:
        results = searcher.search(case.question, DEPTH)
        kind = (
            "same"
            if any(case.question.language in languages.get(file, ()) for file in case.files)
            else "other"
        )
        passages.append(_passages(searcher, case.question, results[:PASSAGES]))
        kinds.append(kind if case.files else "not")
        erased.append(False)
        if case.erase and case.files:
            rest = [hit for hit in results if hit.document.file_name not in case.files]
            passages.append(_passages(searcher, case.question, rest[:PASSAGES]))
            kinds.append("not")
            erased.append(True)
    return Examples(np.stack(passages), np.array(kinds), np.array(erased))


def _passages(searcher: Searcher, question: Question, results: Sequence[ScoredChunk]) -> NDArray[np.float64]:
    evidence = searcher.evidence(question, results)
    rows = np.zeros((PASSAGES, 2 * WIDTH))
    for row, chunk in zip(rows, evidence.chunks, strict=False):
        start = 0 if chunk.same_language else WIDTH
        row[start : start + WIDTH] = (*astuple(signals(chunk, evidence)), 1.0)
    return rows


if __name__ == "__main__":
    main()
