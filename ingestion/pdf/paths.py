"""Paths: the areas they fill, the rules they draw and the region they clip to."""

from __future__ import annotations

from ingestion.pdf.geometry import Rect, apply, bounds, intersect
from ingestion.pdf.marks import Area, PageMarks, Rule
from ingestion.pdf.state import State

_THIN = 3.0  # points: a filled rectangle thinner than this is a line
_MAX_SEGMENTS = 20_000  # of one page: drawings and maps have more, tables never
_LEVEL = 0.5  # points by which the ends of an upright or level line may differ

Segment = tuple[float, float, float, float]


class PathBuilder:
    """Collects the current path in page space, then paints it or clips to it."""

    def __init__(self, marks: PageMarks) -> None:
        self._marks = marks
        self._points: list[tuple[float, float]] = []
        self._segments: list[Segment] = []
        self._rects: list[Rect] = []
        self._curved = False
        self._start = self._here = (0.0, 0.0)
        self._clipping = False

    def move(self, state: State, x: float, y: float) -> None:
        self._here = self._start = apply(state.ctm, x, y)
        self._points.append(self._here)

    def line(self, state: State, x: float, y: float) -> None:
        point = apply(state.ctm, x, y)
        self._segment(self._here, point)
        self._here = point

    def curve(self, state: State, points: list[float]) -> None:
        self._curved = True
        for x, y in zip(points[::2], points[1::2], strict=False):
            self._here = apply(state.ctm, x, y)
            self._points.append(self._here)

    def close(self) -> None:
        if self._here != self._start:
            self._segment(self._here, self._start)
            self._here = self._start

    def rectangle(self, state: State, x: float, y: float, w: float, h: float) -> None:
        corners = [
            apply(state.ctm, x, y),
            apply(state.ctm, x + w, y),
            apply(state.ctm, x + w, y + h),
            apply(state.ctm, x, y + h),
        ]
        self._points.extend(corners)
        m = state.ctm
        if abs(m[1]) + abs(m[2]) < 1e-6 or abs(m[0]) + abs(m[3]) < 1e-6:
            self._rects.append(bounds(corners))
        else:
            self._curved = True
        self._start = self._here = corners[0]

    def _segment(self, a: tuple[float, float], b: tuple[float, float]) -> None:
        self._points.append(b)
        if len(self._segments) < _MAX_SEGMENTS:
            self._segments.append((*a, *b))

    def clip(self) -> None:
        """W, W*: the next painting operator narrows the clip."""
        self._clipping = True

    def paint(self, state: State, order: int, *, fill: bool, stroke: bool) -> None:
        """Paint the path, or with neither only end it."""
        if self._points:
            if fill and state.alpha > 0:
                self._fill(state, order)
            if stroke:
                self._stroke()
            if stroke or (fill and state.alpha > 0 and not _is_white(state)):
                self._marks.dot(intersect(bounds(self._points), state.clip))
            if self._clipping:
                state.clip = intersect(state.clip, bounds(self._points))
        self._points, self._segments, self._rects = [], [], []
        self._curved = self._clipping = False

    def _fill(self, state: State, order: int) -> None:
        opaque = state.alpha >= 0.99 and not state.blended
        if not self._curved and not self._rects and len(self._segments) in (3, 4):
            self._rects.append(bounds(self._points)) if self._boxy() else None
        if self._rects and not self._curved:
            for rect in self._rects:
                self._filled_rect(intersect(rect, state.clip), state, order, opaque)
        else:
            box = intersect(bounds(self._points), state.clip)
            self._marks.areas.append(Area(box, state.fill, order, opaque=False))

    def _boxy(self) -> bool:
        return all(abs(x0 - x1) < _LEVEL or abs(y0 - y1) < _LEVEL for x0, y0, x1, y1 in self._segments)

    def _filled_rect(self, rect: Rect, state: State, order: int, opaque: bool) -> None:
        x0, y0, x1, y1 = rect
        if x1 < x0 or y1 < y0:
            return
        if min(x1 - x0, y1 - y0) < _THIN:
            if not _is_white(state):
                self._rule(rect)
        else:
            self._marks.areas.append(Area(rect, state.fill, order, opaque))

    def _stroke(self) -> None:
        for x0, y0, x1, y1 in self._segments:
            self._rule((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
        for x0, y0, x1, y1 in self._rects:
            if min(x1 - x0, y1 - y0) < _THIN:
                self._rule((x0, y0, x1, y1))
                continue
            for side in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
                self._rule(side)

    def _rule(self, rect: Rect) -> None:
        if len(self._marks.rules) >= _MAX_SEGMENTS:
            return
        x0, y0, x1, y1 = rect
        width, height = x1 - x0, y1 - y0
        if width < _THIN and height > width and height >= _THIN:
            self._marks.rules.append(Rule(True, (x0 + x1) / 2, y0, y1))
        elif height < _THIN and width >= _THIN:
            self._marks.rules.append(Rule(False, (y0 + y1) / 2, x0, x1))


def _is_white(state: State) -> bool:
    return state.fill is not None and min(state.fill) > 0.97
