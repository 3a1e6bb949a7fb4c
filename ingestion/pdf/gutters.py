"""White space that runs down through several lines: gutters of columns and of tables without rules."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.pdf.lines import Line

_LEAST = 0.55  # ems: a narrower gap is a space
_WIDER = 1.7  # times the gaps between the words of the same line
_COMMON = 0.3  # ems that the gaps of all lines share
_LINES = 3  # that have the gap, at least
_REACH = 3.5  # ems from line to line, at most
_LABEL = re.compile(r"\W{0,2}[\w٠-٩]{0,4}[.)\]:-]?\W{0,2}")


@dataclass(slots=True)
class _Gutter:
    x0: float
    x1: float
    lines: list[int]
    last: int


def gutters_of(lines: Sequence[Line]) -> list[list[float]]:
    """For each line (from top to bottom) the x at which it is to be cut."""
    cuts: list[list[float]] = [[] for _ in lines]
    open_: list[_Gutter] = []
    for k, line in enumerate(lines):
        gaps = _gaps(line)
        kept: list[_Gutter] = []
        for gutter in open_:
            if lines[gutter.last].y - line.y > _REACH * line.size or not _carry_on(gutter, k, line, gaps):
                _close(gutter, lines, cuts)
            else:
                kept.append(gutter)
        kept.extend(
            _Gutter(a, b, [k], k)
            for a, b in gaps
            if not any(g.lines[-1] == k and g.x0 < b and g.x1 > a for g in kept)
        )
        open_ = kept
    for gutter in open_:
        _close(gutter, lines, cuts)
    return cuts


def _gaps(line: Line) -> list[tuple[float, float]]:
    """The wide gaps of a line from left to right."""
    found = []
    reached = line.glyphs[0].x1
    for glyph in line.glyphs[1:]:
        if glyph.x0 - reached > 0.12 * line.size:
            found.append((reached, glyph.x0))
        reached = max(reached, glyph.x1)
    if not found:
        return []
    usual = statistics.median_low(b - a for a, b in found) if len(found) >= 4 else 0.3 * line.size
    least = max(_LEAST * line.size, _WIDER * min(usual, 0.45 * line.size))
    return [(a, b) for a, b in found if b - a >= least]


def _carry_on(gutter: _Gutter, k: int, line: Line, gaps: Sequence[tuple[float, float]]) -> bool:
    """Whether the gutter goes on through this line; narrows it to what they share."""
    for a, b in gaps:
        x0, x1 = max(a, gutter.x0), min(b, gutter.x1)
        if x1 - x0 >= _COMMON * line.size:
            gutter.x0, gutter.x1, gutter.last = x0, x1, k
            gutter.lines.append(k)
            return True
    left, right = line.glyphs[0].x0, max(g.x1 for g in line.glyphs)
    # a line of one cell or column only
    return right <= gutter.x0 + 0.1 * line.size or left >= gutter.x1 - 0.1 * line.size


def _close(gutter: _Gutter, lines: Sequence[Line], cuts: list[list[float]]) -> None:
    if len(gutter.lines) < _LINES:
        return
    middle = (gutter.x0 + gutter.x1) / 2
    labels = 0
    for k in gutter.lines:
        left = "".join(g.text for g in lines[k].glyphs if g.centre < middle)
        right = "".join(g.text for g in lines[k].glyphs if g.centre > middle)
        labels += bool(_LABEL.fullmatch(left)) or bool(_LABEL.fullmatch(right))
    # the numbers and bullets of a list stand apart from its text too
    if 2 * labels > len(gutter.lines) and _is_list(gutter, lines, middle):
        return
    for k in gutter.lines:
        cuts[k].append(middle)


def _is_list(gutter: _Gutter, lines: Sequence[Line], middle: float) -> bool:
    """Whether labels at the outer edge alternate with lines of running text."""
    sides = [[g for g in lines[k].glyphs if g.centre < middle] for k in gutter.lines]
    others = [[g for g in lines[k].glyphs if g.centre > middle] for k in gutter.lines]
    short = min(statistics.median(map(len, sides)), statistics.median(map(len, others)))
    long = max(statistics.median(map(len, sides)), statistics.median(map(len, others)))
    return short <= 3 and long >= 12
