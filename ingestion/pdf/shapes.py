"""Which way a bracket or a comparison sign points on the page, from its outline in the embedded font.

The text of a mirrored glyph may name its shape or the character that was typed: producers differ, and "<"
read as ">" turns a dose limit round. The outline says what stands there.
"""

from __future__ import annotations

from typing import Any

from ingestion.pdf.fonts import FontFace
from ingestion.pdf.outlines import outline, outline_errors

_OPENING = frozenset("([{<«≤‹≪")  # the side that bulges or points is the left one
_SQUARE = frozenset("[]")
_EDGE = 0.2  # of the width


def names_its_shape(font: FontFace, key: int, character: str) -> bool | None:
    """Whether the glyph of a mirrored character looks as its text says; None when that cannot be told."""
    known = font.shapes.get(key)
    if known is None and key not in font.shapes:
        known = font.shapes[key] = _points_left(font, key, character)
    return None if known is None else known == (character in _OPENING)


def _points_left(font: FontFace, key: int, character: str) -> bool | None:
    try:
        found = outline(font, key, character)
        return None if found is None else _direction(found, character)
    except outline_errors():
        return None


def _direction(found: tuple[Any, str], character: str) -> bool | None:
    from fontTools.pens.recordingPen import DecomposingRecordingPen
    from fontTools.pens.statisticsPen import StatisticsPen

    glyphs, name = found
    pen = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(pen)
    contours: list[list[tuple[float, float]]] = []
    for operator, arguments in pen.value:
        if operator == "moveTo":
            contours.append([])
        contours[-1].extend(point for point in arguments if point is not None)
    points = max(contours, key=lambda c: max(p[1] for p in c) - min(p[1] for p in c))  # without the bar of ≤
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
    if x1 <= x0 or y1 <= y0:
        return None
    if character in _SQUARE:
        statistics = StatisticsPen(glyphs)
        glyphs[name].draw(statistics)
        return bool(statistics.meanX < (x0 + x1) / 2)
    middle = (y0 + y1) / 2
    left = [abs(y - middle) for x, y in points if x < x0 + _EDGE * (x1 - x0)]
    right = [abs(y - middle) for x, y in points if x > x1 - _EDGE * (x1 - x0)]
    if not left or not right:
        return None
    difference = sum(right) / len(right) - sum(left) / len(left)
    return None if abs(difference) < 0.1 * (y1 - y0) else difference > 0
