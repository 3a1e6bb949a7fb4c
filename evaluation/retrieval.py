"""XQuAD: does the one paragraph that answers come first, in a library of one language and of both?

In the mixed library every second paragraph exists only in Arabic and the others only in English, so that half
of each language's questions are answered only in the other one. No question is used for anything but asking.
"""

from __future__ import annotations

import tempfile
from itertools import compress
from pathlib import Path

from evaluation import baseline, product
from evaluation.figures import Figure
from evaluation.measures import rank_of, recall
from evaluation.xquad import LANGUAGES, NAMES, Reading, mixed_language, place_of, write_paragraphs, xquad
from indexes.types import Language, Question

Ranks = list[int | None]
Library = str  # "ar", "en" or "mixed"

BARS = {
    ("ar", "same", 5): "≥ 0.975",
    ("ar", "other", 1): "≥ 0.55",
    ("ar", "other", 5): "≥ 0.88",
    ("en", "same", 5): "≥ 0.993",
    ("en", "other", 1): "≥ 0.58",
    ("en", "other", 5): "≥ 0.95",
}
ALONE = {"ar": "≥ 0.91", "en": "≥ 0.955"}
DEPTH = 40  # chunks asked for: the first five paragraphs are among them


def run() -> list[Figure]:
    texts = {language: xquad(language) for language in LANGUAGES}
    with tempfile.TemporaryDirectory() as folder:
        files = {
            name: write_paragraphs(paragraphs, Path(folder) / name)
            for name, paragraphs in libraries(texts).items()
        }
        ours = _product(files, texts, Path(folder) / "homes")
        usual = _baseline(files, texts)
    figures = []
    for language in LANGUAGES:
        figures += _figures(texts[language], language, ours, usual)
    return figures


def libraries(texts: dict[str, Reading]) -> dict[Library, dict[int, str]]:
    """The paragraphs of each library by their place."""
    found = {language: dict(enumerate(texts[language].paragraphs)) for language in LANGUAGES}
    count = len(texts["ar"].paragraphs)
    found["mixed"] = {i: texts[mixed_language(i)].paragraphs[i] for i in range(count)}
    return found


def _figures(
    asked: Reading, language: str, ours: dict[tuple[str, str], Ranks], usual: dict[tuple[str, str], Ranks]
) -> list[Figure]:
    figures = []
    for kind in ("same", "other"):
        wanted = [(mixed_language(one.paragraph) == language) == (kind == "same") for one in asked.questions]
        for k in (1, 5):
            mine, theirs = (
                recall(list(compress(ranks["mixed", language], wanted)), k) for ranks in (ours, usual)
            )
            name = f"mixed library, {NAMES[language]} questions, answer in the {kind} language: R@{k}"
            figures.append(Figure(name, mine, BARS.get((language, kind, k), ""), theirs))
    for k in (1, 5):
        mine, theirs = (recall(ranks[language, language], k) for ranks in (ours, usual))
        name = f"one language, {NAMES[language]}: R@{k}"
        figures.append(Figure(name, mine, ALONE[language] if k == 1 else "", theirs))
    return figures


def _product(
    files: dict[Library, list[Path]], texts: dict[str, Reading], homes: Path
) -> dict[tuple[str, str], Ranks]:
    """By library and language of the questions."""
    from indexes.search.searcher import Searcher

    embedder = product.Remembering(product.embedder())
    vectors = {
        language: [embedder.embed_query(one.question) for one in texts[language].questions]
        for language in LANGUAGES
    }
    ranks: dict[tuple[str, str], Ranks] = {}
    for name, paths in files.items():
        with product.library(homes / name) as library:
            product.ingest_files(paths, library, lambda _: embedder)
            with Searcher(library, embedder, product.glossary()) as searcher:
                for language in _asked_of(name):
                    questions = [
                        (Question(one.question, Language(language)), one.paragraph)
                        for one in texts[language].questions
                    ]
                    ranks[name, language] = [
                        rank_of(
                            paragraph,
                            (
                                place_of(hit.document.file_name)
                                for hit in searcher.search(question, DEPTH, vector=vector)
                            ),
                        )
                        for (question, paragraph), vector in zip(questions, vectors[language], strict=True)
                    ]
    return ranks


def _baseline(files: dict[Library, list[Path]], texts: dict[str, Reading]) -> dict[tuple[str, str], Ranks]:
    model = baseline.embeddings(product.original_model())
    vectors = {
        language: [model.embed_query(one.question) for one in texts[language].questions]
        for language in LANGUAGES
    }
    ranks: dict[tuple[str, str], Ranks] = {}
    for name, paths in files.items():
        store = baseline.index(paths, model)
        for language in _asked_of(name):
            ranks[name, language] = [
                rank_of(
                    one.paragraph, (place_of(found) for found, _ in baseline.search(store, vector, DEPTH))
                )
                for one, vector in zip(texts[language].questions, vectors[language], strict=True)
            ]
    return ranks


def _asked_of(library: Library) -> tuple[str, ...]:
    return LANGUAGES if library == "mixed" else (library,)
