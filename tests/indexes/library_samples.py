"""Made-up documents for the library's tests; run as a program, it adds them without end.

Texts are samples, not for care.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from indexes.library import Library
from indexes.records import StoredVectors, vector_key
from indexes.types import (
    Block,
    BlockKind,
    Chunk,
    Document,
    ExtractedDocument,
    GlyphBoxes,
    Language,
    Metadata,
    Page,
    PageWarning,
    Sentence,
    Span,
    WarningKind,
)

MODEL = "sample-model"
WIDTH = 8


@dataclass(frozen=True)
class Sample:
    extracted: ExtractedDocument
    chunks: tuple[Chunk, ...]
    vectors: dict[str, StoredVectors]
    original: bytes

    @property
    def id(self) -> str:
        return self.extracted.content_hash[:16]


def sample(
    number: int, *, page_count: int = 2, file_name: str = "", text: str = "", copies: int = 1
) -> Sample:
    """Each page has one heading and two sentences, `copies` times over; each page makes one chunk."""
    original = f"sample original {number} {page_count} {copies}".encode()
    pages = tuple(_page(n, text or f"Sample {number}, page {n}.", copies) for n in range(1, page_count + 1))
    extracted = ExtractedDocument(
        file_name=file_name or f"sample-{number}.pdf",
        content_hash=hashlib.sha256(original).hexdigest(),
        media_type="application/pdf",
        extractor="sample 1",
        pages=pages,
    )
    chunks = tuple(_chunk(extracted.content_hash[:16], page) for page in pages)
    return Sample(extracted, chunks, vectors_of(chunks), original)


def vectors_of(chunks: tuple[Chunk, ...], width: int = WIDTH) -> dict[str, StoredVectors]:
    return {vector_key(chunk): _vectors(chunk, width) for chunk in chunks}


def add(library: Library, made: Sample, metadata: Metadata | None = None) -> Document:
    return library.add(
        made.extracted,
        metadata or Metadata(),
        made.chunks,
        made.vectors,
        model_id=MODEL,
        original=made.original,
    )


def assert_whole(home: Path, **size: int) -> list[int]:
    """The numbers of the documents that are in, each of which must be there to its last chunk."""
    with Library.open(home) as library:
        assert [problem for problem in library.check() if not problem.fixed] == []
        documents = library.documents()
        numbers = [int(document.file_name.split("-")[1].split(".")[0]) for document in documents]
        for number, document in zip(numbers, documents, strict=True):
            made = sample(number, **size)
            assert tuple(library.pages(document.id)) == made.extracted.pages
            assert len(library.document_chunks(document.id)) == len(made.chunks)
            assert library.original(document.id) == made.original
        assert library.chunks_without_vectors(MODEL) == []
        assert library.generation == len(documents)
        assert len(list(home.glob("originals/*/*"))) == len(documents)
        return numbers


def _page(number: int, heading: str, copies: int) -> Page:
    body = "Target blood pressure is below 140/90 mmHg.\nهدف ضغط الدم أقل من ٩٠/١٤٠.\n" * copies
    text = f"{heading}\n{body}"
    cut = len(heading)
    return Page(
        number=number,
        text=text,
        label="i" * number,
        blocks=(
            Block(BlockKind.HEADING, 0, cut, level=1),
            Block(BlockKind.TABLE_ROW, cut + 1, len(text), header=(Span(number, 0, cut),)),
        ),
        warnings=(PageWarning(WarningKind.DESCENDING_RANGE, "140-90", 3, 9), PageWarning(WarningKind.OCR)),
        hidden_text="draft",
        width=595.5,
        height=842.25,
        rotation=90,
        boxes=GlyphBoxes(
            np.arange(len(text), dtype=np.int32),
            np.arange(4 * len(text), dtype=np.float32).reshape(-1, 4) / 3,
        ),
    )


def _chunk(document_id: str, page: Page) -> Chunk:
    start = page.blocks[1].start
    text = page.text[start:].rstrip()
    first = text.index("\n")
    return Chunk(
        document_id=document_id,
        ordinal=page.number - 1,
        text=text,
        language=Language.EN if page.number % 2 else Language.AR,
        spans=(Span(page.number, start, start + len(text)),),
        sentences=(
            Sentence(0, first, (Span(page.number, start, start + first),)),
            Sentence(
                first + 1,
                len(text),
                (Span(page.number, start + first + 1, start + len(text)),),
                BlockKind.TABLE_ROW,
                (Span(page.number, 0, start - 1),),
            ),
        ),
        section=("Samples", page.text[: start - 1]),
    )


def _vectors(chunk: Chunk, width: int) -> StoredVectors:
    seed = int(vector_key(chunk)[:8], 16)
    numbers = np.random.default_rng(seed).normal(size=(1 + len(chunk.sentences), width)).astype(np.float32)
    return StoredVectors(numbers[0], numbers[1:])


def retitled(made: Sample, file_name: str) -> Sample:
    return replace(made, extracted=replace(made.extracted, file_name=file_name))


def main() -> None:
    """HOME FIRST LAST: add these samples, a line for each."""
    home, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    with Library.open(home) as library:
        print("open", flush=True)
        for number in range(first, last):
            add(library, sample(number, page_count=40, copies=5))
            print(number, flush=True)


if __name__ == "__main__":
    main()
