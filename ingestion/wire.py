"""How the parent and its reading processes talk: a JSON header and raw bytes, never pickle.

A process that reads a hostile file may be taken over by it. What it sends back is data of known shape that is
checked here, so it can give wrong text but cannot run anything in the parent.

    frame = header length, payload length (two big-endian uint32), header (UTF-8 JSON object), payload
"""

from __future__ import annotations

import json
import os
import select
import struct
import time
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from indexes.types import (
    Block,
    BlockKind,
    ExtractedDocument,
    GlyphBoxes,
    Metadata,
    Page,
    PageWarning,
    Span,
    WarningKind,
)

FRAME_LIMIT = 1 << 29  # bytes: the largest document that is taken back
_LENGTHS = struct.Struct(">II")
_CHUNK = 1 << 20
_BOX_BYTES = 4 + 16  # an int32 offset and four float32 edges


class WireError(Exception):
    """The other side died (`closed`), is late (`late`) or sent something that is no frame (neither)."""

    def __init__(self, message: str, *, closed: bool = False, late: bool = False) -> None:
        super().__init__(message)
        self.closed, self.late = closed, late


def send(descriptor: int, header: Mapping[str, object], payload: bytes = b"") -> None:
    """Write one frame, whole. Raises OSError when the other side is gone."""
    text = json.dumps(header, ensure_ascii=False).encode("utf-8", "surrogatepass")
    for part in (_LENGTHS.pack(len(text), len(payload)) + text, payload):
        view = memoryview(part)
        while view:
            view = view[os.write(descriptor, view[:_CHUNK]) :]


def receive(descriptor: int, deadline: float | None = None) -> tuple[dict[str, Any], bytes]:
    """Read one frame; `deadline` is a `time.monotonic` moment. Raises WireError."""
    lengths = _LENGTHS.unpack(_exactly(descriptor, _LENGTHS.size, deadline))
    if sum(lengths) > FRAME_LIMIT:
        raise WireError(f"a frame of {sum(lengths):,} bytes")
    text, payload = (_exactly(descriptor, n, deadline) for n in lengths)
    try:
        header = json.loads(text.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise WireError("a header that is not JSON") from error
    if not isinstance(header, dict):
        raise WireError("a header that is not an object")
    return header, payload


def _exactly(descriptor: int, count: int, deadline: float | None) -> bytes:
    got = bytearray()
    while len(got) < count:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                raise WireError("nothing came in time", late=True)
        part = os.read(descriptor, min(_CHUNK, count - len(got)))
        if not part:
            raise WireError("the other side closed", closed=True)
        got += part
    return bytes(got)


def pack(document: ExtractedDocument) -> tuple[dict[str, object], bytes]:
    """A document as header and payload (the glyph boxes of its pages, one after the other)."""
    payload = bytearray()
    for page in document.pages:
        if page.boxes is not None:
            payload += page.boxes.offsets.astype("<i4").tobytes() + page.boxes.boxes.astype("<f4").tobytes()
    metadata = document.metadata
    header: dict[str, object] = {
        "file_name": document.file_name,
        "content_hash": document.content_hash,
        "media_type": document.media_type,
        "extractor": document.extractor,
        "metadata": {name: _plain(getattr(metadata, name)) for name in Metadata.__dataclass_fields__},
        "pages": [_page_out(page) for page in document.pages],
    }
    return header, bytes(payload)


def unpack(header: Mapping[str, Any], payload: bytes) -> ExtractedDocument:
    """The document of a header and payload. Raises WireError when they do not make one."""
    try:
        pages, at = [], 0
        for item in header["pages"]:
            page, at = _page_in(item, payload, at)
            pages.append(page)
        if at != len(payload) or [p.number for p in pages] != list(range(1, len(pages) + 1)):
            raise WireError("pages that do not fit together")
        said = dict(header["metadata"])
        given = {k: said.pop(k) for k in ("effective", "expires")}
        dates = {k: None if v is None else date.fromisoformat(v) for k, v in given.items()}
        texts = {k: None if v is None else _text(v) for k, v in said.items()}
        return ExtractedDocument(
            file_name=_text(header["file_name"]),
            content_hash=_text(header["content_hash"]),
            media_type=_text(header["media_type"]),
            extractor=_text(header["extractor"]),
            pages=tuple(pages),
            metadata=Metadata(**texts, **dates),  # type: ignore[arg-type]  # the dates are not among the texts
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise WireError(f"a document that is none ({error!r})") from error


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str) else str(value)


def _page_out(page: Page) -> dict[str, object]:
    return {
        "number": page.number,
        "text": page.text,
        "label": page.label,
        "blocks": [[b.kind, b.start, b.end, b.level, [_span_out(s) for s in b.header]] for b in page.blocks],
        "warnings": [[w.kind, w.detail, w.start, w.end] for w in page.warnings],
        "hidden_text": page.hidden_text,
        "size": [float(page.width), float(page.height), page.rotation],
        "boxes": None if page.boxes is None else len(page.boxes.offsets),
    }


def _span_out(span: Span) -> list[int]:
    return [span.page, span.start, span.end]


def _page_in(item: Mapping[str, Any], payload: bytes, at: int) -> tuple[Page, int]:
    text = _text(item["text"])
    boxes, end = None, at
    if item["boxes"] is not None:
        count = _whole(item["boxes"])
        end = at + count * _BOX_BYTES
        if end > len(payload):
            raise WireError("fewer glyph boxes than said")
        offsets = np.frombuffer(payload, "<i4", count, at).astype(np.int32)
        edges = np.frombuffer(payload, "<f4", count * 4, at + count * 4).astype(np.float32).reshape(-1, 4)
        boxes = GlyphBoxes(offsets, edges)
    width, height, rotation = item["size"]
    page = Page(
        number=_whole(item["number"]),
        text=text,
        label=None if item["label"] is None else _text(item["label"]),
        blocks=tuple(_block_in(b, len(text)) for b in item["blocks"]),
        warnings=tuple(_warning_in(w) for w in item["warnings"]),
        hidden_text=_text(item["hidden_text"]),
        width=float(width),
        height=float(height),
        rotation=_whole(rotation),
        boxes=boxes,
    )
    return page, end


def _block_in(item: list[Any], length: int) -> Block:
    kind, start, end, level, header = item
    if not 0 <= _whole(start) <= _whole(end) <= length:
        raise WireError("a block outside its page")
    spans = tuple(Span(_whole(p), _whole(s), _whole(e)) for p, s, e in header)
    return Block(BlockKind(kind), start, end, _whole(level), spans)


def _warning_in(item: list[Any]) -> PageWarning:
    kind, detail, start, end = item
    return PageWarning(
        WarningKind(kind),
        _text(detail),
        None if start is None else _whole(start),
        None if end is None else _whole(end),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text expected, not {type(value).__name__}")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"whole number expected, not {type(value).__name__}")
    return value
