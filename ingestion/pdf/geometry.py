"""Matrices and rectangles in PDF points."""

from __future__ import annotations

import math
from collections.abc import Iterable

Matrix = tuple[float, float, float, float, float, float]
Rect = tuple[float, float, float, float]  # x0, y0, x1, y1

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
EVERYWHERE: Rect = (-1e9, -1e9, 1e9, 1e9)


def multiply(m: Matrix, n: Matrix) -> Matrix:
    """First m, then n."""
    a, b, c, d, e, f = m
    g, h, i, j, k, o = n
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + o,
    )


def apply(m: Matrix, x: float, y: float) -> tuple[float, float]:
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


def bounds(points: Iterable[tuple[float, float]]) -> Rect:
    """The smallest upright rectangle around points; at least one is needed."""
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def transform_rect(m: Matrix, rect: Rect) -> Rect:
    """The bounds of a rectangle after m."""
    x0, y0, x1, y1 = rect
    return bounds(apply(m, x, y) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1)))


def intersect(a: Rect, b: Rect) -> Rect:
    return max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])


def contains(rect: Rect, x: float, y: float, margin: float = 0.0) -> bool:
    return rect[0] - margin <= x <= rect[2] + margin and rect[1] - margin <= y <= rect[3] + margin


def degrees(c: float, d: float) -> int:
    """The writing direction of text whose "up" is (c, d); quarter turns are made exact."""
    angle = round(math.degrees(math.atan2(d, c) - math.pi / 2)) % 360
    nearest = round(angle / 90) * 90 % 360
    return nearest if min(abs(angle - nearest), 360 - abs(angle - nearest)) <= 2 else angle


def turn(angle: int, x: float, y: float) -> tuple[float, float]:
    """A point of the page in the frame of a writing direction."""
    if angle == 90:
        return y, -x
    if angle == 180:
        return -x, -y
    if angle == 270:
        return -y, x
    radians = math.radians(angle)
    return apply((math.cos(radians), -math.sin(radians), math.sin(radians), math.cos(radians), 0, 0), x, y)


def glyph_box(
    at: tuple[float, float], step: tuple[float, float], up: tuple[float, float], low: float, high: float
) -> Rect:
    """The bounds of a glyph that stands at `at`, advances by `step` and reaches from low to high along up."""
    if up == (0.0, 1.0) and step[1] == 0.0:
        x0, x1 = (at[0], at[0] + step[0]) if step[0] >= 0 else (at[0] + step[0], at[0])
        return x0, at[1] + low, x1, at[1] + high
    corners = [
        (at[0] + k * step[0] + up[0] * r, at[1] + k * step[1] + up[1] * r)
        for k in (0, 1)
        for r in (low, high)
    ]
    return bounds(corners)
