"""Search over 100,000 made-up chunks: milliseconds with the question's vector given, and memory.

Vectors and texts are random (evaluation/made_up.py): this measures cost, not quality.
"""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from evaluation import product
from evaluation.apart import apart
from evaluation.figures import Figure
from evaluation.made_up import WIDTH, MadeUp, fill
from evaluation.measures import percentile
from indexes.types import Language, Question

CHUNKS = 100_000
QUESTIONS = 300
WARM_UP = 10
_MIB = 2**20
_SEED = 2


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        built = apart(make, folder)
        asked = apart(ask, folder)
    milliseconds = asked.result["milliseconds"]
    vectors = CHUNKS * WIDTH * 4
    return [
        Figure("one search, p95, ms", percentile(milliseconds, 0.95), "≤ 50"),
        Figure("one search, p50, ms", percentile(milliseconds, 0.5)),
        Figure(
            "memory, times the vectors",
            asked.result["grown"] / vectors,
            "≤ 2",
            note=f"resident set grown by at most {asked.result['grown'] / _MIB:.0f} MiB, mapped files "
            f"counted, over opening and {QUESTIONS} searches; the vectors are {vectors / _MIB:.0f} MiB",
        ),
        Figure("making the search indexes, s", built.result["seconds"]),
        Figure("peak memory of making them, MiB", built.peak / _MIB),
    ]


def make(home: str) -> dict[str, Any]:
    """The library, then its indexes."""
    with product.library(Path(home)) as library:
        fill(library, CHUNKS, MadeUp.of_seed(_SEED), model_id=product.manifest().model_id)
        started = time.perf_counter()
        product.make_indexes(library, product.NoModel())
        return {"seconds": time.perf_counter() - started}


def ask(home: str) -> dict[str, Any]:
    """Questions of words as frequent as in the texts, with vectors near theirs, in both languages in turn."""
    import faiss  # noqa: F401  (the code of libraries is not the index's memory)
    import psutil

    from indexes.search.searcher import Searcher

    source = MadeUp.of_seed(_SEED)
    vectors = source.vectors(WARM_UP + QUESTIONS)
    questions = [
        Question(source.sentence(language, words=8), language)
        for language in (Language.AR, Language.EN) * ((WARM_UP + QUESTIONS) // 2)
    ]
    embedder, glossary = product.NoModel(), product.glossary()
    before = psutil.Process().memory_info().rss
    milliseconds = []
    with product.library(Path(home)) as library, Searcher(library, embedder, glossary) as searcher:
        for question, vector in zip(questions, vectors, strict=True):
            started = time.perf_counter()
            searcher.search(question, vector=vector)
            milliseconds.append((time.perf_counter() - started) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"milliseconds": milliseconds[WARM_UP:], "grown": peak - before}
