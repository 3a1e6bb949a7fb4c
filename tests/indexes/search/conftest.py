from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexes.embedding.embedder import Passage, PassageVectors
from indexes.embedding.manifest import Manifest
from indexes.language import detect
from indexes.library import Library
from indexes.records import StoredVectors, vector_key
from indexes.search.searcher import Searcher
from indexes.types import Chunk, Document, ExtractedDocument, Metadata, Page, Sentence, Span

_CONCEPTS = (
    ("metformin", "ميتفورمين"),
    ("insulin", "أنسولين"),
    ("asthma", "ربو"),
    ("fever", "حمى"),
    ("dose", "جرعة"),
    ("children", "أطفال"),
    ("kidney", "كلى"),
)
_CONCEPT_OF = {word: number for number, words in enumerate(_CONCEPTS) for word in words}
_UNTOLD = frozenset(("ما", "هي", "هو", "the", "of", "is", "in", "what"))  # a model hardly heeds them
_WIDTH = 48


class ConceptEmbedder:
    """Stands for a multilingual model: a text is its words' concepts, shared by both languages, and a large
    part that says only in which language it is."""

    manifest = Manifest("concepts", "concepts-1", _WIDTH, 512, "mean", "", "")

    def embed_query(self, text: str) -> NDArray[np.float32]:
        return self._embed(text)

    def embed_passages(
        self, passages: Sequence[Passage], progress: Callable[[int], None] | None = None
    ) -> list[PassageVectors]:
        return [
            PassageVectors(
                self._embed(passage.text),
                np.array([self._embed(passage.text[a:b]) for a, b in passage.sentences], np.float32).reshape(
                    -1, _WIDTH
                ),
            )
            for passage in passages
        ]

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def _embed(self, text: str) -> NDArray[np.float32]:
        told = [word for word in re.findall(r"\w+", text.lower()) if word not in _UNTOLD]
        words = [_direction(str(_CONCEPT_OF.get(word, word))) for word in told]
        vector = sum(words, np.zeros(_WIDTH)) / max(len(words), 1) + 1.5 * _direction(detect(text))
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def _direction(name: str) -> NDArray[np.float64]:
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    vector = np.random.default_rng(seed).standard_normal(_WIDTH)
    return np.asarray(vector / np.linalg.norm(vector))


@dataclass(frozen=True, slots=True)
class Shelf:
    """A library that texts are put into, one passage each."""

    library: Library
    embedder: ConceptEmbedder

    def add(self, name: str, *texts: str, metadata: Metadata = Metadata()) -> Document:
        original = name.encode()
        content_hash = hashlib.sha256(original).hexdigest()
        pages = tuple(Page(number, text) for number, text in enumerate(texts, start=1))
        chunks = [_chunk(content_hash[:16], number, text) for number, text in enumerate(texts)]
        made = self.embedder.embed_passages(
            [
                Passage(chunk.embedded_text, tuple((s.start, s.end) for s in chunk.sentences))
                for chunk in chunks
            ]
        )
        return self.library.add(
            ExtractedDocument(name, content_hash, "text/plain", "test 1", pages),
            metadata,
            chunks,
            {
                vector_key(chunk): StoredVectors(vectors.vector, vectors.sentences)
                for chunk, vectors in zip(chunks, made, strict=True)
            },
            model_id=self.embedder.manifest.model_id,
            original=original,
        )

    def searcher(self, *, derived: Path | None = None) -> Searcher:
        return Searcher(self.library, self.embedder, derived=derived)


def _chunk(document_id: str, ordinal: int, text: str) -> Chunk:
    sentences = tuple(
        Sentence(m.start(), m.end(), (Span(ordinal + 1, m.start(), m.end()),))
        for m in re.finditer(r"[^.\s][^.]*\.?", text)
    )
    span = Span(ordinal + 1, 0, len(text))
    return Chunk(document_id, ordinal, text, detect(text), (span,), sentences)


@pytest.fixture
def concept_embedder() -> ConceptEmbedder:
    return ConceptEmbedder()


@pytest.fixture
def shelf(library: Library, concept_embedder: ConceptEmbedder) -> Shelf:
    return Shelf(library, concept_embedder)


@pytest.fixture
def bilingual(shelf: Shelf) -> Shelf:
    """What metformin does is told in English only, what asthma is in Arabic only."""
    shelf.add(
        "english.txt",
        "The dose of metformin depends on the kidney.",
        "Fever in children is common.",
        "Insulin is kept cold.",
        "Wash your hands before meals.",
    )
    shelf.add(
        "arabic.txt",
        "ربو الأطفال مرض مزمن.",
        "ما هي الوقاية من العدوى في المستشفى.",
        "ما هي شروط التخزين الجيد.",
        "غسل اليدين قبل الطعام واجب.",
    )
    return shelf


@pytest.fixture
def searcher(bilingual: Shelf) -> Iterator[Searcher]:
    with bilingual.searcher() as opened:
        yield opened
