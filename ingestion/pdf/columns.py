"""The order in which the parts of a page are read: recursive cuts along white space (XY-cut)."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.pdf.lines import Segment

_GUTTER = 0.8  # ems between columns, at least
_SPANNING = 0.25  # of the lines may run across the gutter: titles, tables
_BESIDE = 0.85  # ems
_MAX_DEPTH = 12
_MAX_SEGMENTS = 3_000  # more are a drawing, not columns


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


@dataclass(slots=True)
class Region:
    """A column or another part of the page that is read from top to bottom. x0, x1: of the whole column."""

    rows: list[Row]
    x0: float
    x1: float


def regions_of(
    segments: Sequence[Segment], rtl: bool, depth: int = 0, column: tuple[float, float] | None = None
) -> list[Region]:
    """The regions of a page in reading order; columns are read from the right when `rtl`."""
    if not segments:
        return []
    x0, x1 = column or (min(s.x0 for s in segments), max(s.x1 for s in segments))
    if depth < _MAX_DEPTH and 6 <= len(segments) <= _MAX_SEGMENTS:
        size = statistics.median(s.size for s in segments)
        gutter = _gutter(segments, size)
        if gutter is not None:
            return _columns(segments, gutter, rtl, depth, (x0, x1))
        height = _widest_band(segments, size)
        if height is not None:
            above = [s for s in segments if s.y > height]
            below = [s for s in segments if s.y <= height]
            return [r for part in (above, below) for r in regions_of(part, rtl, depth + 1, (x0, x1))]
    return [Region(_rows(segments, rtl), x0, x1)]


def _gutter(segments: Sequence[Segment], size: float) -> float | None:
    """Where two columns of running text are parted: the middle of the widest such gap."""
    best: tuple[float, float] | None = None
    for edge in sorted({round(s.x1, 1) for s in segments}):
        right = [s for s in segments if s.x0 >= edge]
        left = [s for s in segments if s.x1 <= edge + 0.1]
        if len(left) < 3 or len(right) < 3 or len(left) + len(right) < (1 - _SPANNING) * len(segments):
            continue
        gap = min(s.x0 for s in right) - edge
        if gap < _GUTTER * size or (best is not None and gap <= best[0]):
            continue
        if _is_prose(left, size) and _is_prose(right, size) and _side_by_side(left, right):
            best = (gap, edge + gap / 2)
    return None if best is None else best[1]


def _side_by_side(left: Sequence[Segment], right: Sequence[Segment]) -> bool:
    low = max(min(s.y for s in left), min(s.y for s in right))
    high = min(max(s.y for s in left), max(s.y for s in right))
    return high - low > 2 * max(left[0].size, right[0].size)


def _columns(
    segments: Sequence[Segment], gutter: float, rtl: bool, depth: int, outer: tuple[float, float]
) -> list[Region]:
    """Both columns in turn, interrupted by what runs across them."""
    regions: list[Region] = []
    waiting: list[Segment] = []

    def flush() -> None:
        left = [s for s in waiting if s.x1 <= gutter]
        right = [s for s in waiting if s.x0 >= gutter]
        for part in (right, left) if rtl else (left, right):
            regions.extend(regions_of(part, rtl, depth + 1))
        waiting.clear()

    across: list[Segment] = []
    for segment in sorted(segments, key=lambda s: -s.y):
        if segment.x0 < gutter < segment.x1:
            if waiting:
                flush()
            across.append(segment)
            continue
        if across:
            regions.append(Region(_rows(across, rtl), *outer))
            across = []
        waiting.append(segment)
    if across:
        regions.append(Region(_rows(across, rtl), *outer))
    flush()
    return regions


def _is_prose(segments: Sequence[Segment], size: float) -> bool:
    """Whether the segments fill a column with running text rather than the cells of a table."""
    x0, x1 = min(s.x0 for s in segments), max(s.x1 for s in segments)
    lines = len({round(s.y) for s in segments})
    full = sum(s.x1 - s.x0 > 0.75 * (x1 - x0) for s in segments)
    letters = sum(len(s.items) for s in segments)
    return lines >= 4 and x1 - x0 > 8 * size and full >= 0.55 * lines and letters / lines > 18


def _widest_band(segments: Sequence[Segment], size: float) -> float | None:
    heights = sorted({round(s.y, 1) for s in segments}, reverse=True)
    gaps = [(a - b, (a + b) / 2) for a, b in itertools.pairwise(heights)]
    if not gaps:
        return None
    gap, middle = max(gaps)
    usual = statistics.median(g for g, _ in gaps)
    return middle if gap > 1.3 * usual and gap > 1.2 * size else None


def _rows(segments: Sequence[Segment], rtl: bool) -> list[Row]:
    """Segments on nearly one baseline side by side, from top to bottom."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: -s.y):
        if rows and _same_row(rows[-1], segment):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return [Row(sorted(row, key=lambda s: -s.x1 if rtl else s.x0)) for row in rows]


def _same_row(row: Sequence[Segment], segment: Segment) -> bool:
    """Whether a segment stands beside those of the row: on their baseline, or, as cells that are centred
    beside wrapped ones do, less than a line below it."""
    distance = row[0].y - segment.y
    if distance <= 0.3 * min(segment.size, row[0].size):
        return True
    return distance <= _BESIDE * segment.size and all(
        s.x1 < segment.x0 - 0.3 * segment.size or s.x0 > segment.x1 + 0.3 * segment.size for s in row
    )
