"""A library of made-up chunks: random clustered vectors, texts of random words by Zipf's law."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexes.library import Library
from indexes.records import StoredVectors, vector_key
from indexes.types import Chunk, ExtractedDocument, Language, Metadata, Page, Sentence, Span

WIDTH = 384
WORDS = 40_000  # in the vocabulary of each language
SENTENCES, SENTENCE_WORDS = 6, 20  # in a chunk; words in each of its sentences
CHUNKS_A_DOCUMENT = 100
CLUSTERS = 500
_LETTERS = {Language.AR: "ابتثجحخدذرزسشصضطظعغفقكلمنهوي", Language.EN: "abcdefghijklmnopqrstuvwxyz"}


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A seeded source of texts and vectors; the same seed gives the same library."""

    random: np.random.Generator
    words: dict[Language, list[str]]
    centres: NDArray[np.float32]  # (clusters, width)

    @classmethod
    def of_seed(cls, seed: int) -> MadeUp:
        random = np.random.default_rng(seed)
        words = {language: _vocabulary(random, letters) for language, letters in _LETTERS.items()}
        return cls(random, words, random.normal(size=(CLUSTERS, WIDTH)).astype(np.float32))

    def sentence(self, language: Language, words: int = SENTENCE_WORDS) -> str:
        """Zipf's law: the word of rank r occurs in proportion to 1/r."""
        ranks = (WORDS ** self.random.random(words)).astype(int) - 1
        return " ".join(self.words[language][rank] for rank in ranks) + "."

    def vectors(self, count: int) -> NDArray[np.float32]:
        """(count, width), of length 1, near one of the centres."""
        near = self.centres[self.random.integers(CLUSTERS, size=count)]
        found = near + self.random.normal(size=(count, WIDTH)).astype(np.float32)
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


def _vocabulary(random: np.random.Generator, letters: str) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < WORDS:
        lengths = random.integers(3, 9, size=WORDS)
        found |= dict.fromkeys("".join(random.choice(list(letters), size=n)) for n in lengths)
    return list(found)[:WORDS]


def fill(library: Library, chunks: int, source: MadeUp, *, model_id: str) -> None:
    """Add documents of CHUNKS_A_DOCUMENT chunks, Arabic and English in turn."""
    for number in range(chunks // CHUNKS_A_DOCUMENT):
        language = (Language.AR, Language.EN)[number % 2]
        texts = [[source.sentence(language) for _ in range(SENTENCES)] for _ in range(CHUNKS_A_DOCUMENT)]
        vectors = [
            StoredVectors(whole, source.vectors(SENTENCES)) for whole in source.vectors(CHUNKS_A_DOCUMENT)
        ]
        add(library, f"made-up-{number}", language, texts, vectors, model_id=model_id)


def add(
    library: Library,
    name: str,
    language: Language,
    texts: list[list[str]],
    vectors: list[StoredVectors],
    *,
    model_id: str,
) -> None:
    """A document of one page whose chunks are these lists of sentences, with these vectors."""
    original = "\n".join(" ".join(sentences) for sentences in texts)
    hashed = hashlib.sha256(original.encode()).hexdigest()
    chunks = list(_chunks(hashed[:16], language, texts))
    stored = {vector_key(chunk): own for chunk, own in zip(chunks, vectors, strict=True)}
    document = ExtractedDocument(
        f"{name}.txt", hashed, "text/plain", "made up", (Page(number=1, text=original),)
    )
    library.add(document, Metadata(title=name), chunks, stored, model_id=model_id, original=original.encode())


def _chunks(document_id: str, language: Language, texts: list[list[str]]) -> Iterator[Chunk]:
    begin = 0
    for ordinal, parts in enumerate(texts):
        text = " ".join(parts)
        sentences, start = [], 0
        for part in parts:
            end = start + len(part)
            sentences.append(Sentence(start, end, (Span(1, begin + start, begin + end),)))
            start = end + 1
        yield Chunk(
            document_id, ordinal, text, language, (Span(1, begin, begin + len(text)),), tuple(sentences)
        )
        begin += len(text) + 1
