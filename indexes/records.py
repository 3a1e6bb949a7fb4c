"""How pages, chunks and vectors look in the database: compact JSON and raw little-endian floats."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.types import (
    Block,
    BlockKind,
    Chunk,
    GlyphBoxes,
    Language,
    Page,
    PageWarning,
    Sentence,
    Span,
    WarningKind,
)


@dataclass(frozen=True, slots=True, eq=False)
class StoredVectors:
    """What the embedding model makes of a chunk: `vector` (d,) of its text, `sentences` (n × d) of theirs.

    The library keeps `vector` as float32 and `sentences` as float16 (a relative error of at most 2⁻¹¹).
    """

    vector: NDArray[np.float32]
    sentences: NDArray[np.floating[Any]]


def vector_key(chunk: Chunk) -> str:
    """What a chunk's vectors depend on besides the model: its embedded text and where its sentences are."""
    places = ",".join(f"{sentence.start}-{sentence.end}" for sentence in chunk.sentences)
    return hashlib.sha256(f"{places}\n{chunk.embedded_text}".encode()).hexdigest()[:32]


def text_hash(pages: Sequence[Page]) -> str:
    """SHA-256 of all page texts, hexadecimal; empty without text, so that two scans are not one text."""
    texts = [page.text for page in pages]
    if not any(text.strip() for text in texts):
        return ""
    return hashlib.sha256("\f".join(texts).encode()).hexdigest()


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def batches(values: Sequence[Any], size: int = 1000) -> Iterator[list[Any]]:
    for start in range(0, len(values), size):
        yield list(values[start : start + size])


def spans_json(spans: Sequence[Span]) -> str:
    return compact(_from_spans(spans))


def blocks_json(blocks: Sequence[Block]) -> str:
    return compact([[b.kind, b.start, b.end, b.level, _from_spans(b.header)] for b in blocks])


def sentences_json(sentences: Sequence[Sentence]) -> str:
    return compact(
        [[s.start, s.end, _from_spans(s.spans), s.kind, _from_spans(s.context)] for s in sentences]
    )


def read_blocks(stored: str) -> tuple[Block, ...]:
    return tuple(
        Block(BlockKind(kind), start, end, level, _to_spans(header))
        for kind, start, end, level, header in json.loads(stored)
    )


PAGE_COLUMNS = "number, text, label, blocks, hidden_text, width, height, rotation"


def read_page(row: Sequence[Any], warnings: tuple[PageWarning, ...]) -> Page:
    """From a row of PAGE_COLUMNS; the boxes are left out."""
    number, text, label, blocks, hidden_text, width, height, rotation = row
    return Page(
        number=number,
        text=text,
        label=label,
        blocks=read_blocks(blocks),
        warnings=warnings,
        hidden_text=hidden_text,
        width=width,
        height=height,
        rotation=rotation,
    )


WARNING_COLUMNS = 'kind, detail, "start", "end"'


def read_warning(row: Sequence[Any]) -> PageWarning:
    kind, detail, start, end = row
    return PageWarning(WarningKind(kind), detail, start, end)


CHUNK_COLUMNS = "document_id, ordinal, text, language, spans, sentences, section, id"


def read_chunk(row: Sequence[Any]) -> Chunk:
    document_id, ordinal, text, language, spans, sentences, section, number = row
    return Chunk(
        document_id=document_id,
        ordinal=ordinal,
        text=text,
        language=Language(language),
        spans=_to_spans(json.loads(spans)),
        sentences=tuple(
            Sentence(start, end, _to_spans(places), BlockKind(kind), _to_spans(context))
            for start, end, places, kind, context in json.loads(sentences)
        ),
        section=tuple(json.loads(section)),
        id=number,
    )


def boxes_blob(boxes: GlyphBoxes) -> bytes:
    """The steps between offsets as int32, then the boxes as float32, like bytes side by side; deflated."""
    steps = np.diff(np.asarray(boxes.offsets, dtype="<i4"), prepend=np.int32(0)).astype("<i4")
    places = np.ascontiguousarray(boxes.boxes, dtype="<f4")
    if places.shape != (len(steps), 4):
        raise ValueError(f"{len(steps)} offsets need as many boxes of 4 numbers, not {places.shape}")
    planes = places.view(np.uint8).reshape(-1, 4).T
    return zlib.compress(steps.tobytes() + planes.tobytes(), level=1)


def read_boxes(blob: bytes) -> GlyphBoxes:
    raw = zlib.decompress(blob)
    count = len(raw) // 20
    steps = np.frombuffer(raw, dtype="<i4", count=count)
    planes = np.frombuffer(raw, dtype=np.uint8, offset=4 * count).reshape(4, -1)
    places = np.ascontiguousarray(planes.T).view("<f4").reshape(count, 4)
    return GlyphBoxes(np.cumsum(steps, dtype=np.int32), places)


def vector_blob(vector: NDArray[np.floating[Any]]) -> bytes:
    return np.asarray(vector, dtype="<f4").tobytes()


def sentences_blob(sentences: NDArray[np.floating[Any]]) -> bytes:
    return np.asarray(sentences, dtype="<f2").tobytes()


def read_vector(blob: bytes) -> NDArray[np.float32]:
    return np.frombuffer(blob, dtype="<f4")


def read_sentences(blob: bytes, width: int) -> NDArray[np.float32]:
    return np.frombuffer(blob, dtype="<f2").reshape(-1, width).astype(np.float32)


def _from_spans(spans: Sequence[Span]) -> list[tuple[int, int, int]]:
    return [(span.page, span.start, span.end) for span in spans]


def _to_spans(stored: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    return tuple(Span(page, start, end) for page, start, end in stored)
