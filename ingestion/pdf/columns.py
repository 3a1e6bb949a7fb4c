"""The order in which the parts of a page are read: recursive cuts along white space (XY-cut)."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingestion.pdf.lines import Segment

_GUTTER = 0.8  # ems between columns, at least
_MAX_DEPTH = 12


@dataclass(slots=True)
class Row:
    """Segments side by side on one baseline, in reading order."""

    segments: list[Segment]

    @property
    def y(self) -> float:
        return self.segments[0].y

    @property
    def size(self) -> float:
        return max(s.size for s in self.segments)

    @property
    def x0(self) -> float:
        return min(s.x0 for s in self.segments)

    @property
    def x1(self) -> float:
        return max(s.x1 for s in self.segments)


@dataclass(slots=True)
class Region:
    """A column or another part of the page that is read from top to bottom."""

    rows: list[Row] = field(default_factory=list)


def regions_of(segments: Sequence[Segment], rtl: bool, depth: int = 0) -> list[Region]:
    """The regions of a page in reading order; columns are read from the right when `rtl`."""
    if not segments:
        return []
    if depth < _MAX_DEPTH and len(segments) >= 6:
        size = statistics.median(s.size for s in segments)
        gutter = _widest_gutter(segments, size)
        if gutter is not None:
            left = [s for s in segments if s.x1 <= gutter]
            right = [s for s in segments if s.x0 >= gutter]
            if _is_prose(left, size) and _is_prose(right, size):
                first, second = (right, left) if rtl else (left, right)
                return regions_of(first, rtl, depth + 1) + regions_of(second, rtl, depth + 1)
        height = _widest_band(segments, size)
        if height is not None:
            above = [s for s in segments if s.y > height]
            below = [s for s in segments if s.y <= height]
            return regions_of(above, rtl, depth + 1) + regions_of(below, rtl, depth + 1)
    return [Region(_rows(segments, rtl))]


def _widest_gutter(segments: Sequence[Segment], size: float) -> float | None:
    spans = sorted((s.x0, s.x1) for s in segments)
    reached = spans[0][1]
    best: tuple[float, float] | None = None
    for x0, x1 in spans[1:]:
        gap = x0 - reached
        if gap > _GUTTER * size and (best is None or gap > best[0]):
            best = (gap, (x0 + reached) / 2)
        reached = max(reached, x1)
    return None if best is None else best[1]


def _is_prose(segments: Sequence[Segment], size: float) -> bool:
    """Whether the segments fill a column with running text rather than the cells of a table."""
    width = max(s.x1 for s in segments) - min(s.x0 for s in segments)
    lines = len({round(s.y) for s in segments})
    full = sum(s.x1 - s.x0 > 0.75 * width for s in segments)
    letters = sum(len(s.items) for s in segments)
    return lines >= 4 and width > 8 * size and full >= 0.55 * lines and letters / lines > 18


def _widest_band(segments: Sequence[Segment], size: float) -> float | None:
    heights = sorted({round(s.y, 1) for s in segments}, reverse=True)
    gaps = [(a - b, (a + b) / 2) for a, b in zip(heights, heights[1:], strict=False)]
    if not gaps:
        return None
    gap, middle = max(gaps)
    usual = statistics.median(g for g, _ in gaps)
    return middle if gap > 1.3 * usual and gap > 1.2 * size else None


def _rows(segments: Sequence[Segment], rtl: bool) -> list[Row]:
    rows: dict[float, list[Segment]] = {}
    for segment in segments:
        rows.setdefault(round(segment.y, 1), []).append(segment)
    return [
        Row(sorted(rows[y], key=lambda s: -s.x1 if rtl else s.x0)) for y in sorted(rows, reverse=True)
    ]
