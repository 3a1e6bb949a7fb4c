"""Glyphs of one writing direction → lines → segments without wide gaps."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingestion.pdf.diacritics import place_marks
from ingestion.pdf.letters import is_arabic, is_mark, plain
from ingestion.pdf.marks import Glyph, Rule

# All in ems of the line's type size.
_SAME_LINE = 0.3  # baselines that differ less are one line, where the glyphs do not overlap
_STACKED = 0.5  # and of parts of a ligature
_RAISED = 0.62  # how far a small raised or lowered glyph stands off its line
_SMALL = 0.8  # what counts as small beside its line
_SPACE = 0.19  # a gap that separates words without a space between them
_SPACE_STRETCHED = 0.5  # the same on a page that paints its spaces
_SPACE_SEEN = -0.02  # and with one
_WIDE = 1.5  # a gap that separates cells or columns
_DOUBLED = 0.12  # a letter struck again this near is the same letter made bold


@dataclass(slots=True)
class Line:
    """Glyphs on one baseline, from left to right."""

    y: float
    size: float
    glyphs: list[Glyph]
    spaces: list[float] = field(default_factory=list)  # centres of space glyphs, ascending


@dataclass(slots=True)
class Segment:
    """A stretch of a line without a wide gap. `items`: glyphs from left to right, None for a space."""

    x0: float
    x1: float
    y: float
    size: float
    items: list[Glyph | None]

    @property
    def glyphs(self) -> list[Glyph]:
        return [g for g in self.items if g is not None]

    @property
    def text(self) -> str:
        """As it stands, left to right."""
        return "".join(" " if g is None else g.text for g in self.items)

    @property
    def bold(self) -> bool:
        glyphs = self.glyphs
        return 2 * sum(g.bold for g in glyphs) > len(glyphs)


def lines_of(glyphs: Sequence[Glyph]) -> list[Line]:
    """The lines of visible glyphs of one writing direction, from top to bottom."""
    _shorten_kerned(glyphs)
    bases, marks, spaces = _sorted_out(glyphs)
    lines: list[Line] = []
    for row in _rows(bases):
        for run in _runs(row):
            _attach(run, lines)
    for line in lines:
        line.glyphs.sort(key=lambda g: (g.centre, g.order))
        line.glyphs = _undoubled(line.glyphs, line.size)
        _blank_stretches(line)
    lines = [line for line in lines if line.glyphs]
    lines.sort(key=lambda line: -line.y)
    _place_spaces(spaces, lines)
    place_marks(marks, lines)
    return lines


def _sorted_out(glyphs: Sequence[Glyph]) -> tuple[list[Glyph], list[Glyph], list[Glyph]]:
    """Letters (also stretching ones, with no text), diacritics and spaces, their texts made plain."""
    bases, marks, spaces = [], [], []
    for glyph, following in zip(glyphs, (*glyphs[1:], None), strict=True):
        text = plain(glyph.text)
        glyph.text = text
        if text == " ":
            if glyph.x1 - glyph.x0 > 0.08 * glyph.size and not _painted_over(glyph, following):
                spaces.append(glyph)
        elif is_mark(text):
            marks.append(glyph)
        elif text or glyph.x1 - glyph.x0 > 0.01:
            if text.startswith(" ") or text.endswith(" "):
                glyph.text = text.strip()
            bases.append(glyph)
    return bases, marks, spaces


def _painted_over(space: Glyph, following: Glyph | None) -> bool:
    """Whether the next glyph takes the place of a space that was kerned away."""
    if following is None:
        return False
    begins = following.x0 - space.x0
    return (
        -0.03 * space.size <= begins < 0.3 * (space.x1 - space.x0)
        and abs(following.y - space.y) < 0.1 * space.size
        and not following.text.isspace()
    )


def _shorten_kerned(glyphs: Sequence[Glyph]) -> None:
    """End a letter where the next one painted begins: parts of ligatures are drawn with a wide advance that
    is then taken back, and would be sorted by a middle that they do not have."""
    letters = [g for g in glyphs if not is_mark(g.text)]
    for glyph, following in itertools.pairwise(letters):
        width = glyph.x1 - glyph.x0
        begins = following.x0 - glyph.x0
        level = abs(glyph.y - following.y) < 0.5 * glyph.size and following.order - glyph.order <= 3
        if 0.01 < begins < 0.6 * width and level and any(map(is_arabic, glyph.text)):
            glyph.x1 = following.x0


def _rows(glyphs: list[Glyph]) -> list[list[Glyph]]:
    """Glyphs on nearly the same baseline, the widest rows first."""
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: (-g.y, g.order)):
        if rows and abs(rows[-1][0].y - glyph.y) <= 0.08 * max(rows[-1][0].size, glyph.size):
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    rows.sort(key=lambda row: -sum((g.x1 - g.x0) * g.size for g in row))
    return rows


def _runs(row: list[Glyph]) -> list[list[Glyph]]:
    """A row cut at wide gaps and where the size changes much."""
    row.sort(key=lambda g: g.centre)
    runs = [[row[0]]]
    for before, glyph in itertools.pairwise(row):
        changed = min(before.size, glyph.size) < _SMALL * max(before.size, glyph.size)
        if changed or glyph.x0 - before.x1 > max(before.size, glyph.size):
            runs.append([glyph])
        else:
            runs[-1].append(glyph)
    runs.sort(key=lambda run: -max(g.size for g in run))
    return runs


def _attach(run: list[Glyph], lines: list[Line]) -> None:
    y, size = run[0].y, max(g.size for g in run)
    best: tuple[float, Line] | None = None
    for line in lines:
        distance = abs(line.y - y)
        larger = max(line.size, size)
        if distance > _RAISED * larger:
            continue
        if distance <= 0.08 * larger:
            fits = True
        elif size < _SMALL * line.size:
            fits = _beside(run, line, 0.5)
        else:
            fits = distance <= _STACKED * larger and _beside(run, line, 3.0)
            fits = fits and (distance <= _SAME_LINE * larger or len(run) <= 3)
        if fits and (best is None or distance < best[0]):
            best = (distance, line)
    if best is None:
        lines.append(Line(y, size, list(run)))
    else:
        best[1].glyphs.extend(run)
        best[1].size = max(best[1].size, size) if best[0] <= 0.08 * size else best[1].size


def _beside(run: list[Glyph], line: Line, reach: float) -> bool:
    """Whether the run stands next to glyphs of the line, at most `reach` ems away and not on top of them."""
    x0, x1 = run[0].x0, max(g.x1 for g in run)
    near = False
    # parts of Arabic ligatures stand above and below each other
    stacked = len(run) <= 3 and all(any(map(is_arabic, g.text)) for g in run)
    for g in line.glyphs:
        overlap = min(x1, g.x1) - max(x0, g.x0)
        if overlap > 0.4 * min(x1 - x0, g.x1 - g.x0) and overlap > 0.05 * line.size:
            if not stacked:
                return False
            near = True
        near = near or overlap > -reach * line.size
    return near


def _undoubled(glyphs: list[Glyph], size: float) -> list[Glyph]:
    """Without letters that are struck twice for boldness or shadow."""
    kept: list[Glyph] = []
    for glyph in glyphs:
        twin = next(
            (
                k
                for k in kept[-3:]
                if k.text == glyph.text
                and glyph.text
                and abs(k.x0 - glyph.x0) < _DOUBLED * size
                and abs(k.x1 - glyph.x1) < _DOUBLED * size
                and abs(k.y - glyph.y) < _DOUBLED * size
                and glyph.x1 - glyph.x0 > 1.5 * abs(k.x0 - glyph.x0)
            ),
            None,
        )
        if twin is None:
            kept.append(glyph)
        else:
            twin.bold = True
    return kept


def _blank_stretches(line: Line) -> None:
    """Take the text from Latin letters inside Arabic words: LibreOffice stretches justified lines with a
    tatweel whose text it gives as "b" or whatever letter has that index."""
    glyphs = line.glyphs
    k = 1
    while k < len(glyphs) - 1:
        first = glyphs[k]
        end = k
        while end < len(glyphs) and glyphs[end].text == first.text and glyphs[end].font is first.font:
            end += 1
        latin = len(first.text) == 1 and first.text.isascii() and first.text.isalpha()
        if latin and end < len(glyphs) and _inside_word(glyphs[k - 1], glyphs[k:end], glyphs[end], line.size):
            for glyph in glyphs[k:end]:
                glyph.text = ""
        k = max(end, k + 1)


def _inside_word(before: Glyph, letters: Sequence[Glyph], after: Glyph, size: float) -> bool:
    near = 0.25 * size
    return (
        before.font is letters[0].font is after.font
        and any(map(is_arabic, before.text))
        and any(map(is_arabic, after.text))
        and letters[0].x0 - before.x1 < near
        and after.x0 - max(g.x1 for g in letters) < near
    )


def _place_spaces(spaces: list[Glyph], lines: list[Line]) -> None:
    heights = [-line.y for line in lines]
    for space in spaces:
        reach = 0.5 * space.size
        for k in range(bisect_left(heights, -space.y - reach), bisect_right(heights, -space.y + reach)):
            lines[k].spaces.append(space.centre)
    for line in lines:
        line.spaces.sort()


def word_gap(lines: Sequence[Line]) -> float:
    """The gap in ems that separates words where no space is painted.

    On a page that paints its spaces, letters set apart for justification must not fall apart into words.
    """
    seen = unseen = 0
    for line in lines:
        for before, glyph in zip(line.glyphs, line.glyphs[1:], strict=False):
            if _SPACE * line.size < glyph.x0 - before.x1 < 2 * _SPACE_STRETCHED * line.size:
                k = bisect_right(line.spaces, before.centre)
                if k < len(line.spaces) and line.spaces[k] < glyph.centre:
                    seen += 1
                else:
                    unseen += 1
    return _SPACE_STRETCHED if seen >= 5 and seen > 1.5 * unseen else _SPACE


def segments_of(
    line: Line, rules: Sequence[Rule] = (), word: float = _SPACE, gutters: Sequence[float] = ()
) -> list[Segment]:
    """The line cut at wide gaps, gutters and upright rules that stand in a gap. `word`: from word_gap."""
    across = list(gutters) + [
        r.at for r in rules if r.upright and r.start <= line.y + 0.5 * line.size and r.end >= line.y
    ]
    segments: list[Segment] = []
    start = line.glyphs[0]
    items: list[Glyph | None] = [start]
    reached = start.x1
    size = line.size
    for before, glyph in zip(line.glyphs, line.glyphs[1:], strict=False):
        gap = glyph.x0 - reached
        cut = gap > _WIDE * size or any(
            before.centre < x < glyph.centre and x > reached - 0.2 * size and x < glyph.x0 + 0.2 * size
            for x in across
        )
        if cut:
            segments.append(_segment(items, line))
            items = [glyph]
            reached = glyph.x1
            continue
        k = bisect_right(line.spaces, before.centre)
        seen = k < len(line.spaces) and line.spaces[k] < glyph.centre
        if gap > word * size or (seen and gap > _SPACE_SEEN * size):
            items.append(None)
        items.append(glyph)
        reached = max(reached, glyph.x1)
    segments.append(_segment(items, line))
    return [s for s in segments if any(g.text for g in s.glyphs)]


def _segment(items: list[Glyph | None], line: Line) -> Segment:
    glyphs = [g for g in items if g is not None]
    sizes = sorted(g.size for g in glyphs)
    kept = [g for g in items if g is None or g.text]
    return Segment(
        min(g.x0 for g in glyphs), max(g.x1 for g in glyphs), line.y, sizes[(len(sizes) - 1) // 2], kept
    )


def arabic_letters(text: str) -> int:
    return sum(map(is_arabic, text))


def latin_letters(text: str) -> int:
    return sum(c.isascii() and c.isalpha() for c in text)
