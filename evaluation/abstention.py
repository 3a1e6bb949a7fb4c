"""Does the product know what its documents do not answer?

Each question is asked twice of a library of one language: as it is (answerable), and with its paragraph
erased (unanswerable). Erased means `Library.purge`, after which the indexes are made anew: the frequencies
of words, the candidates and the scores are those of a library that never had the paragraph. (Only the
language means stay, as they do in use until a language has doubled or halved.) ARCD's questions were used
for fitting and are told for comparison; XQuAD's were not.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation import baseline, product
from evaluation.figures import Figure
from evaluation.measures import auroc, false_answers
from evaluation.xquad import Reading, arcd, place_of, write_paragraphs, xquad
from indexes.records import StoredVectors, vector_key
from indexes.types import Document, ExtractedDocument, Language, Question

if TYPE_CHECKING:
    from langchain_huggingface import HuggingFaceEmbeddings

    from indexes.embedding.embedder import Embedder
    from indexes.library import Library
    from indexes.search.means import Vectors
    from indexes.search.searcher import Searcher
    from rag.abstention import Answerability

BARS = {"XQuAD Arabic": "≥ 0.87", "XQuAD English": "≥ 0.93"}
DEPTH = 25  # chunks of the baseline: no paragraph has as many


@dataclass(frozen=True, slots=True)
class Scores:
    """Of the same questions, in their order: with their paragraph and without it."""

    answerable: Sequence[float]
    unanswerable: Sequence[float]


def run() -> list[Figure]:
    sets = {
        "XQuAD Arabic": (xquad("ar"), Language.AR),
        "XQuAD English": (xquad("en"), Language.EN),
        "ARCD (fitted on)": (arcd(), Language.AR),
    }
    embedder, usual_model = product.embedder(), baseline.embeddings(product.original_model())
    figures = []
    for name, (reading, language) in sets.items():
        with tempfile.TemporaryDirectory() as folder:
            files = write_paragraphs(dict(enumerate(reading.paragraphs)), Path(folder) / "texts")
            told = _product(reading, language, files, Path(folder) / "home", embedder)
            usual = _baseline(reading, files, usual_model)
        ours = Scores(*([one.probability for one in part] for part in told))
        figures += _figures(name, ours, usual)
        figures += [
            Figure(f"{name}: {kind} questions answered at the product's threshold", _share(part))
            for kind, part in zip(("answerable", "unanswerable"), told, strict=True)
        ]
    return figures


def _figures(name: str, ours: Scores, usual: Scores) -> list[Figure]:
    note = "baseline: the best chunk's cosine"
    return [
        Figure(
            f"{name}: AUROC",
            auroc(ours.answerable, ours.unanswerable),
            BARS.get(name, ""),
            auroc(usual.answerable, usual.unanswerable),
            note,
        ),
        Figure(
            f"{name}: unanswerable questions answered when 90% of the answerable are",
            false_answers(ours.answerable, ours.unanswerable),
            baseline=false_answers(usual.answerable, usual.unanswerable),
        ),
    ]


def _share(told: Sequence[Answerability]) -> float:
    return [one.answerable for one in told].count(True) / len(told)


def _product(
    reading: Reading, language: Language, files: list[Path], home: Path, embedder: Embedder
) -> tuple[list[Answerability], list[Answerability]]:
    from indexes.search.searcher import Searcher

    asked = [Question(one.question, language) for one in reading.questions]
    vectors = [embedder.embed_query(question.text) for question in asked]
    by_paragraph: dict[int, list[int]] = {}
    for number, one in enumerate(reading.questions):
        by_paragraph.setdefault(one.paragraph, []).append(number)
    with product.library(home) as library:
        product.ingest_files(files, library, lambda _: embedder)
        with Searcher(library, embedder, product.glossary()) as searcher:
            present = [_told(searcher, q, v) for q, v in zip(asked, vectors, strict=True)]
            absent: dict[int, Answerability] = {}
            for document in library.documents():
                with erased(library, document):
                    for number in by_paragraph.get(place_of(document.file_name), ()):
                        absent[number] = _told(searcher, asked[number], vectors[number])
    return present, [absent[number] for number in range(len(asked))]


def _told(searcher: Searcher, question: Question, vector: Vectors) -> Answerability:
    """As the assistant decides it."""
    from rag.abstention import answerability
    from rag.assistant import PASSAGES

    results = searcher.search(question, PASSAGES, vector=vector)
    return answerability(searcher.evidence(question, results, vector=vector))


@contextmanager
def erased(library: Library, document: Document) -> Iterator[None]:
    """Inside, the library does not have the document; afterwards it has it again."""
    model_id = library.model_id
    assert model_id is not None
    chunks = library.document_chunks(document.id)
    ids = [chunk.id for chunk in chunks]
    vectors = {
        vector_key(chunk): StoredVectors(vector, sentences)
        for chunk, vector, sentences in zip(
            chunks, library.vectors(ids, model_id), library.sentence_vectors(ids, model_id), strict=True
        )
    }
    metadata, original = library.metadata(document.id), library.original(document.id)
    extracted = ExtractedDocument(
        document.file_name,
        document.content_hash,
        document.media_type,
        document.extractor,
        tuple(library.pages(document.id)),
    )
    library.purge(document.id)
    try:
        yield
    finally:
        library.add(extracted, metadata, chunks, vectors, model_id=model_id, original=original)


def _baseline(reading: Reading, files: list[Path], model: HuggingFaceEmbeddings) -> Scores:
    store = baseline.index(files, model)
    answerable, unanswerable = [], []
    for one in reading.questions:
        found = baseline.search(store, model.embed_query(one.question), DEPTH)
        answerable.append(found[0][1])
        unanswerable.append(next(cosine for name, cosine in found if place_of(name) != one.paragraph))
    return Scores(answerable, unanswerable)
