"""Draft blocks → the text of a page, its blocks, warnings and glyph boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexes.types import Block, BlockKind, GlyphBoxes, PageWarning, Span, WarningKind
from ingestion.pdf.drafts import DraftBlock
from ingestion.pdf.plausible import descending


@dataclass(frozen=True, slots=True)
class Assembled:
    """A page's text with all that is keyed by its offsets. `starts[i]`: where draft block i begins."""

    text: str
    blocks: tuple[Block, ...]
    warnings: tuple[PageWarning, ...]
    boxes: GlyphBoxes
    starts: tuple[int, ...]


def assemble(drafts: Sequence[DraftBlock], page: int, origin: tuple[float, float]) -> Assembled:
    """Join draft blocks with line ends. `origin`: lower left corner of the crop box."""
    parts: list[str] = []
    starts: list[int] = []
    offsets: list[int] = []
    boxes: list[tuple[float, float, float, float]] = []
    warnings: list[PageWarning] = []
    position = 0
    for draft in drafts:
        starts.append(position)
        at = position
        for piece in draft.run.pieces:
            if piece.glyphs and piece.text:
                offsets.append(at)
                boxes.append(_around([g.box for g in piece.glyphs]))
            parts.append(piece.text)
            at += len(piece.text)
        for a, b in draft.run.unverified:
            detail = "no reading order gives this line"
            warnings.append(PageWarning(WarningKind.UNVERIFIED_ORDER, detail, position + a, position + b))
        if draft.run.rtl:
            for a, b in descending(draft.run.text):
                found = draft.run.text[a:b]
                warnings.append(
                    PageWarning(WarningKind.DESCENDING_RANGE, f"{found} may be swapped", position + a, position + b)
                )
        parts.append("\n")
        position = at + 1
    text = "".join(parts)[:-1] if parts else ""
    dx, dy = origin
    table = np.asarray(boxes, dtype=np.float32).reshape(-1, 4) - np.asarray((dx, dy, dx, dy), dtype=np.float32)
    return Assembled(
        text,
        _blocks(drafts, starts, page),
        tuple(warnings),
        GlyphBoxes(np.asarray(offsets, dtype=np.int32), table.astype(np.float32)),
        tuple(starts),
    )


def _blocks(drafts: Sequence[DraftBlock], starts: Sequence[int], page: int) -> tuple[Block, ...]:
    blocks = []
    for draft, start in zip(drafts, starts, strict=True):
        header: tuple[Span, ...] = ()
        if draft.header_of is not None and draft.header_of >= 0:
            first = starts[draft.header_of]
            header = (Span(page, first, first + len(drafts[draft.header_of].run.text)),)
        level = draft.level if draft.kind is BlockKind.HEADING else 0
        blocks.append(Block(draft.kind, start, start + len(draft.run.text), level, header))
    return tuple(blocks)


def _around(boxes: Sequence[tuple[float, float, float, float]]) -> tuple[float, float, float, float]:
    if len(boxes) == 1:
        return boxes[0]
    return (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )
