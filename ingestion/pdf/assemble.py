"""Draft blocks → the text of a page, its warnings and glyph boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexes.types import GlyphBoxes, PageWarning, WarningKind
from ingestion.pdf.drafts import DraftBlock
from ingestion.pdf.plausible import descending


@dataclass(frozen=True, slots=True)
class Assembled:
    """A page's text with all that is keyed by its offsets. `starts`, `ends`: of the blocks."""

    text: str
    warnings: tuple[PageWarning, ...]
    boxes: GlyphBoxes
    starts: list[int]
    ends: list[int]


def assemble(drafts: Sequence[DraftBlock], origin: tuple[float, float]) -> Assembled:
    """Join draft blocks with line ends. `origin`: lower left corner of the crop box."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
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
            for a, b in descending(draft.run.text, running=not draft.table):
                found = draft.run.text[a:b]
                warnings.append(
                    PageWarning(
                        WarningKind.DESCENDING_RANGE, f"{found} may be swapped", position + a, position + b
                    )
                )
        parts.append("\n")
        ends.append(at)
        position = at + 1
    text = "".join(parts)[:-1] if parts else ""
    dx, dy = origin
    table = np.asarray(boxes, dtype=np.float32).reshape(-1, 4) - np.asarray(
        (dx, dy, dx, dy), dtype=np.float32
    )
    return Assembled(
        text,
        tuple(warnings),
        GlyphBoxes(np.asarray(offsets, dtype=np.int32), table.astype(np.float32)),
        starts,
        ends,
    )


def _around(boxes: Sequence[tuple[float, float, float, float]]) -> tuple[float, float, float, float]:
    if len(boxes) == 1:
        return boxes[0]
    return (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )
