"""From a question to an extractive answer over 10,000 chunks, and how long the commands take.

The library: the Nigerian guidelines and the Arabic paragraphs of XQuAD through the pipeline, then chunks put
together at random from their sentences, with those sentences' own vectors, up to 10,000.
"""

from __future__ import annotations

import os
import random
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evaluation import made_up, product
from evaluation.apart import apart
from evaluation.figures import DATA, ROOT, Figure
from evaluation.measures import percentile
from evaluation.xquad import write_paragraphs, xquad
from indexes.records import StoredVectors
from indexes.types import Language

if TYPE_CHECKING:
    from indexes.library import Library

CHUNKS = 10_000
RUNS = 5  # of each command; the median is told
WARM_UP = 4
CLINICAL = (
    "What is the first-line treatment of uncomplicated malaria?",
    "How is severe malaria treated in pregnancy?",
    "What is the dose of adrenaline in anaphylaxis?",
    "Which investigations are needed in deep vein thrombosis?",
    "What are the clinical features of bronchial asthma?",
    "When should a child with acute diarrhoea receive zinc?",
    "What is the dose of magnesium sulphate in eclampsia?",
    "How is diabetic ketoacidosis managed?",
    "Which drugs are used for hypertension in pregnancy?",
    "What are the complications of chronic kidney disease?",
    "How long should tuberculosis be treated?",
    "What should be avoided in peptic ulcer disease?",
    "ما علاج الملاريا غير المصحوبة بمضاعفات؟",
    "كيف تعالج الملاريا الوخيمة أثناء الحمل؟",
    "ما جرعة الأدرينالين في التأق؟",
    "ما الفحوص اللازمة في تخثر الأوردة العميقة؟",
    "ما أعراض الربو القصبي؟",
    "متى يعطى الطفل المصاب بالإسهال الحاد الزنك؟",
    "ما جرعة كبريتات المغنيسيوم في الارتعاج؟",
    "كيف يعالج الحماض الكيتوني السكري؟",
    "ما الأدوية المستعملة لارتفاع ضغط الدم أثناء الحمل؟",
    "ما مضاعفات مرض الكلى المزمن؟",
    "ما مدة علاج السل؟",
    "ما الذي يجب تجنبه في القرحة الهضمية؟",
)
FROM_XQUAD = 12  # questions of each language


def run() -> list[Figure]:
    product.model_folder()
    with tempfile.TemporaryDirectory() as folder:
        made = apart(make, f"{folder}/home")
        told = apart(ask, f"{folder}/home").result
        samples = Path(folder) / "samples"
        _command("--home", str(samples), "ingest", str(ROOT / "samples" / "pdf"), "--json")
        cold = _seconds("--home", str(samples), "ask", "What is the maximum daily dose of metformin?")
    statuses = ", ".join(f"{n} {status}" for status, n in told["statuses"].items())
    milliseconds = told["milliseconds"]
    return [
        Figure(
            f"question to extractive answer, warm, {made.result['chunks']:,} chunks, p50, ms",
            percentile(milliseconds, 0.5),
            "≤ 250",
            note=f"{len(milliseconds)} questions, half of them Arabic: {statuses}",
        ),
        Figure("… p95, ms", percentile(milliseconds, 0.95)),
        Figure("… of that the embedding of the question, p50, ms", percentile(told["embedding"], 0.5)),
        Figure("sanad --help, s", _seconds("--help"), "≤ 0.5", note=f"median of {RUNS}"),
        Figure(
            "sanad ask, cold process, s",
            cold,
            "≤ 6",
            note=f"median of {RUNS}, on the samples, page cache warm",
        ),
    ]


def questions() -> list[str]:
    """Arabic and English in equal parts; those of XQuAD are spread over its paragraphs."""
    found = list(CLINICAL)
    for language in ("ar", "en"):
        asked = xquad(language).questions
        found += [one.question for one in asked[:: len(asked) // FROM_XQUAD][:FROM_XQUAD]]
    return found


def make(home: str) -> dict[str, Any]:
    embedder = product.embedder()
    with tempfile.TemporaryDirectory() as folder, product.library(Path(home)) as library:
        files = sorted((DATA / "nigeria_stg").glob("*.txt"))
        files += write_paragraphs(dict(enumerate(xquad("ar").paragraphs)), Path(folder) / "texts")
        product.ingest_files(files, library, lambda _: embedder)
        _fill(library)
        product.make_indexes(library, embedder)
        return {"chunks": library.chunk_count}


def ask(home: str) -> dict[str, Any]:
    from rag.assistant import Assistant

    embedder = product.embedder()
    asked = questions()
    random.Random(3).shuffle(asked)
    milliseconds, statuses = [], Counter[str]()
    with product.library(Path(home)) as library, Assistant.over(library, embedder) as assistant:
        for text in asked[:WARM_UP]:
            assistant.ask(assistant.question(text))
        for text in asked:
            started = time.perf_counter()
            answer = assistant.ask(assistant.question(text))
            milliseconds.append((time.perf_counter() - started) * 1000)
            statuses[answer.status.value] += 1
    embedding = []
    for text in asked:
        started = time.perf_counter()
        embedder.embed_query(text)
        embedding.append((time.perf_counter() - started) * 1000)
    return {"milliseconds": milliseconds, "embedding": embedding, "statuses": dict(statuses)}


def _fill(library: Library) -> None:
    """Chunks of like size put together from the sentences that are there, up to CHUNKS."""
    chooser = random.Random(2)
    model_id = library.model_id
    assert model_id is not None
    real: dict[Language, list[tuple[str, NDArray[np.float32]]]] = {Language.AR: [], Language.EN: []}
    for text, language, vector in _sentences(library, model_id):
        real.setdefault(language, []).append((text, vector))
    for number in range((CHUNKS - library.chunk_count) // made_up.CHUNKS_A_DOCUMENT + 1):
        language = (Language.AR, Language.EN)[number % 2]
        texts, vectors = [], []
        for _ in range(made_up.CHUNKS_A_DOCUMENT):
            picked = chooser.sample(real[language], made_up.SENTENCES)
            rows = np.stack([vector for _, vector in picked])
            mean = rows.mean(axis=0)
            texts.append([text for text, _ in picked])
            vectors.append(StoredVectors(mean / np.linalg.norm(mean), rows))
        made_up.add(library, f"put-together-{number}", language, texts, vectors, model_id=model_id)


def _sentences(library: Library, model_id: str) -> Iterator[tuple[str, Language, NDArray[np.float32]]]:
    for document in library.documents():
        chunks = library.document_chunks(document.id)
        rows = library.sentence_vectors([chunk.id for chunk in chunks], model_id)
        for chunk, vectors in zip(chunks, rows, strict=True):
            for sentence, vector in zip(chunk.sentences, vectors, strict=True):
                yield chunk.text[sentence.start : sentence.end], chunk.language, vector


def _seconds(*arguments: str) -> float:
    """The median of RUNS runs of a command, after one that warms the page cache."""
    _command(*arguments)
    found = []
    for _ in range(RUNS):
        started = time.perf_counter()
        _command(*arguments)
        found.append(time.perf_counter() - started)
    return percentile(found, 0.5)


def _command(*arguments: str) -> None:
    done = subprocess.run(
        [*product.SANAD, *arguments], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"sanad {' '.join(arguments)}: {done.stderr}")
