"""Diacritics → the letters that they stand above or below.

A diacritic has no advance, and its letter's advance says little of where the letter's ink is. So ink is
compared with ink, from the outlines of the embedded fonts; without outlines, advances.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ingestion.pdf.letters import is_arabic
from ingestion.pdf.marks import Glyph
from ingestion.pdf.outlines import ink

_REACH = 6.0  # the greatest cost
_ASIDE = 4.0  # cost of an em beside the letter
_OFF_CENTRE = 2.0  # cost of an em off the middle of the letter's ink
_PAINTED = 0.25  # cost of each glyph painted between them
_FARTHEST = 6
_LONGEST = 8  # letters of a ligature


class GlyphLine(Protocol):
    y: float
    size: float
    glyphs: list[Glyph]


@dataclass(frozen=True, slots=True)
class _Letter:
    """A letter of a glyph, which is one of several in a ligature."""

    glyph: Glyph
    index: int
    x0: float
    x1: float
    seen: bool  # whether x0 and x1 are those of its ink


def place_marks(marks: Sequence[Glyph], lines: Sequence[GlyphLine]) -> None:
    """Give each diacritic to the letter that it stands nearest to, in place and in painting order."""
    heights = [-line.y for line in lines]
    placed: dict[int, list[tuple[_Letter, str]]] = {}
    for mark in marks:
        reach = 1.3 * max(mark.size, 1.0)
        best: tuple[float, _Letter] | None = None
        for k in range(bisect_left(heights, -mark.y - reach), bisect_right(heights, -mark.y + reach)):
            for letter, cost in _costs(mark, lines[k]):
                if best is None or cost < best[0]:
                    best = (cost, letter)
        if best is not None and best[0] < _REACH:
            placed.setdefault(id(best[1].glyph), []).append((best[1], mark.text))
    for found in placed.values():
        _write(found)


def _write(found: Sequence[tuple[_Letter, str]]) -> None:
    """Put diacritics after the letters of one glyph."""
    glyph = found[0][0].glyph
    parts = list(glyph.text)
    for letter, text in found:
        if letter.index + 1 >= len(parts):
            glyph.marks += text
        else:
            parts[letter.index] += text
    glyph.text = unicodedata.normalize("NFC", "".join(parts))


def _costs(mark: Glyph, line: GlyphLine) -> Iterator[tuple[_Letter, float]]:
    size = max(line.size, 0.1)
    x0, x1, seen = _extent(mark)
    x = (x0 + x1) / 2
    for glyph in _around(line, mark.centre, 2 * size):
        if not glyph.text or (glyph.text.isascii() and not glyph.text.isalpha()):
            continue
        for letter in _letters(glyph):
            at = x if letter.seen and seen else mark.centre
            cost = _ASIDE * max(letter.x0 - at, at - letter.x1, 0.0) / size
            if letter.seen and seen:
                cost += _OFF_CENTRE * abs(at - (letter.x0 + letter.x1) / 2) / size
            cost += _PAINTED * min(abs(glyph.order - mark.order), _FARTHEST)
            cost += 0.5 * abs(line.y - mark.y) / size + (1.0 if glyph.text.isascii() else 0.0)
            yield letter, cost


def _letters(glyph: Glyph) -> Iterator[_Letter]:
    x0, x1, seen = _extent(glyph)
    ligature = 1 < len(glyph.text) <= _LONGEST and is_arabic(glyph.text[:1]) and seen
    count = len(glyph.text) if ligature else 1
    step = (x1 - x0) / count
    if count == 1:
        yield _Letter(glyph, len(glyph.text) - 1, x0, x1, seen)
        return
    for k in range(count):  # from the right
        yield _Letter(glyph, k, x1 - (k + 1) * step, x1 - k * step, seen)


def _extent(glyph: Glyph) -> tuple[float, float, bool]:
    """Where a glyph's ink begins and ends, or its advance when the ink is not known."""
    if glyph.font is not None and glyph.key >= 0 and glyph.em > 0:
        found = ink(glyph.font, glyph.key, glyph.text)
        if found is not None:
            return glyph.origin + found[0] * glyph.em, glyph.origin + found[1] * glyph.em, True
    return glyph.x0, glyph.x1, False


def _around(line: GlyphLine, x: float, reach: float) -> list[Glyph]:
    glyphs = line.glyphs
    low = bisect_left(glyphs, x - reach, key=lambda g: g.centre)
    high = bisect_right(glyphs, x + reach, key=lambda g: g.centre)
    return glyphs[low:high]
