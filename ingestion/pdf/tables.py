"""Tables: rows of cells, from ruling lines or from columns that line up."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingestion.pdf.columns import Row
from ingestion.pdf.grid import Grid, fill, grids_of
from ingestion.pdf.lines import Segment
from ingestion.pdf.marks import Rule

Cells = list[list[Segment]]  # by column from left to right; each cell's lines from top to bottom

_ROW_REACH = 3.2  # ems from one row of an unruled table to the next, at most
_SPANNING = 0.34  # of the cells may run across a column's edge: otherwise the lines are a frame
_STACKED = 0.85  # ems: baselines nearer than this are one row, its cells centred
_TIGHT = 1.12  # of the least line step: lines of one cell
_LEADING = 1.75  # ems: lines farther apart are no wrapped cell


@dataclass(slots=True)
class Table(Segment):
    """A table, which takes the place of its segments while the page is put in order."""

    rows: list[Cells] = field(default_factory=list)
    xs: tuple[float, ...] = ()  # the left edge of each column
    shaded_first: bool = False

    @property
    def bottom(self) -> float:
        return min(s.y for row in self.rows for cell in row for s in cell)


def _table(rows: list[Cells], xs: Sequence[float]) -> Table:
    segments = [s for row in rows for cell in row for s in cell]
    return Table(
        x0=min(s.x0 for s in segments),
        x1=max(s.x1 for s in segments),
        y=max(s.y for s in segments),
        size=sorted(s.size for s in segments)[len(segments) // 2],
        items=[item for s in segments for item in s.items],
        rows=rows,
        xs=tuple(xs),
    )


def take_ruled(segments: Sequence[Segment], rules: Sequence[Rule]) -> list[Segment]:
    """The segments with those inside ruled grids replaced by tables."""
    rest = list(segments)
    for grid in sorted(grids_of(rules), key=lambda g: g.xs[-1] - g.xs[0]):
        inside = [s for s in rest if not isinstance(s, Table) and grid.holds(s)]
        if not inside:
            continue
        table = _ruled_table(grid, inside)
        if table is not None:
            taken = {id(s) for s in inside}
            rest = [s for s in rest if id(s) not in taken]
            rest.append(table)
    return rest


def _ruled_table(grid: Grid, inside: Sequence[Segment]) -> Table | None:
    pieces = [
        piece
        for segment in inside
        for piece in cut_at(segment, grid.edges_at(segment.y + 0.25 * segment.size))
    ]
    spanning = sum(any(p.x0 + p.size < x < p.x1 - p.size for x in grid.xs[1:-1]) for p in pieces)
    if spanning > _SPANNING * len(pieces):
        return None
    rows: list[Cells] = []
    for row in fill(grid, pieces):
        if sum(map(bool, row.cells)) >= 2 and len(grid.ys) <= 3 and _many_lines(row.cells):
            rows.extend(_merge_wrapped(_baselines(row.cells), ()))
        else:
            rows.append([sorted(cell, key=lambda s: (-round(s.y), s.x0)) for cell in row.cells])
    filled = [sum(map(bool, row)) for row in rows]
    if sum(n >= 2 for n in filled) < max(1, len(rows) // 3):
        return None
    return _without_empty_columns(_table(rows, grid.xs[:-1]))


def _without_empty_columns(table: Table) -> Table:
    """Without columns that no row fills, which double rules make."""
    used = [c for c in range(len(table.xs)) if any(row[c] for row in table.rows)]
    table.rows = [[row[c] for c in used] for row in table.rows]
    table.xs = tuple(table.xs[c] for c in used)
    return table


def _many_lines(cells: Cells) -> bool:
    """Whether at least two cells hold three lines or more: rows without rules between them."""
    return sum(len({round(s.y) for s in cell}) >= 3 for cell in cells) >= 2


def cut_at(segment: Segment, edges: Sequence[float], least: float = 0.25) -> list[Segment]:
    """The segment cut in gaps of at least `least` ems that hold one of the edges."""
    inside = [x for x in edges if segment.x0 < x < segment.x1]
    if not inside or isinstance(segment, Table):
        return [segment]
    parts: list[list[int]] = [[]]
    glyphs = [(k, g) for k, g in enumerate(segment.items) if g is not None]
    for position, (k, glyph) in enumerate(glyphs):
        if position:
            before = glyphs[position - 1][1]
            gap = glyph.x0 - before.x1
            hit = any(before.centre < x < glyph.centre for x in inside)
            if hit and gap >= least * segment.size:
                parts.append([])
        parts[-1].append(k)
    out = []
    for part in parts:
        if part:
            items = segment.items[part[0] : part[-1] + 1]
            shown = [g for g in items if g is not None]
            out.append(
                Segment(min(g.x0 for g in shown), max(g.x1 for g in shown), segment.y, segment.size, items)
            )
    return out


def _baselines(cells: Cells) -> list[Cells]:
    """One row for each baseline of the cells."""
    rows: list[tuple[float, Cells]] = []
    everything = sorted(((s, c) for c, cell in enumerate(cells) for s in cell), key=lambda item: -item[0].y)
    for segment, column in everything:
        if not rows or rows[-1][0] - segment.y > 0.3 * segment.size:
            rows.append((segment.y, [[] for _ in cells]))
        rows[-1][1][column].append(segment)
    return [row for _, row in rows]


def take_aligned(rows: Sequence[Row], rules: Sequence[Rule], rtl: bool) -> list[Row | Table]:
    """The rows of a region, with runs whose segments line up in columns replaced by tables."""
    out: list[Row | Table] = []
    k = 0
    while k < len(rows):
        if any(isinstance(s, Table) for s in rows[k].segments):
            out.extend(s if isinstance(s, Table) else Row([s]) for s in rows[k].segments)
            k += 1
            continue
        end, gutters = _grow(rows, k)
        if end - k >= 2 or len(rows[k].segments) >= 2:
            out.append(_aligned_table(rows[k:end], gutters, rules, rtl))
            k = end
        else:
            out.append(rows[k])
            k += 1
    return out


def _grow(rows: Sequence[Row], start: int) -> tuple[int, list[float]]:
    """The end of the run of rows from `start` that keep at least one gutter, and its gutters."""
    if len(rows[start].segments) < 2:
        return start + 1, []
    columns = _intervals(rows[start].segments)
    end, confirmed = start + 1, start + 1
    for k in range(start + 1, len(rows)):
        row = rows[k]
        size = max(row.size, rows[k - 1].size)
        if any(isinstance(s, Table) for s in row.segments) or rows[k - 1].y - row.y > _ROW_REACH * size:
            break
        gutters = [(a[1] + b[0]) / 2 for a, b in itertools.pairwise(columns)]
        pieces = [p for s in row.segments for p in cut_at(s, gutters, 0.6)]
        merged = _merge_intervals([*columns, *((p.x0, p.x1) for p in pieces)])
        if len(merged) < 2 or (len(merged) < len(columns) and len(pieces) < 2):
            break
        if len(pieces) == 1 and not _lone_fits(rows, k, columns, pieces[0]):
            break
        columns = merged
        end = k + 1
        if len(pieces) >= 2 or rows[k - 1].y - row.y <= _LEADING * size:
            confirmed = end
    end = confirmed
    return end, [(a[1] + b[0]) / 2 for a, b in itertools.pairwise(columns)]


def _lone_fits(rows: Sequence[Row], k: int, columns: Sequence[tuple[float, float]], piece: Segment) -> bool:
    """Whether a row of one segment is the next line of a cell: inside one column, close to the row above or
    below, and not a line of text that merely begins there."""
    size = piece.size
    inside = any(x0 - 0.6 * size <= piece.x0 and piece.x1 <= x1 + 0.6 * size for x0, x1 in columns)
    above = rows[k - 1].y - rows[k].y
    below = rows[k].y - rows[k + 1].y if k + 1 < len(rows) and len(rows[k + 1].segments) >= 2 else 1e9
    return inside and min(above, below) <= _LEADING * size


def _intervals(segments: Sequence[Segment]) -> list[tuple[float, float]]:
    return _merge_intervals([(s.x0, s.x1) for s in segments])


def _merge_intervals(intervals: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    out: list[tuple[float, float]] = []
    for x0, x1 in sorted(intervals):
        if out and x0 <= out[-1][1] + 1.0:
            out[-1] = (out[-1][0], max(out[-1][1], x1))
        else:
            out.append((x0, x1))
    return out


def _aligned_table(rows: Sequence[Row], gutters: list[float], rules: Sequence[Rule], rtl: bool) -> Table:
    lines: list[Cells] = []
    for row in rows:
        cells: Cells = [[] for _ in range(len(gutters) + 1)]
        for segment in row.segments:
            for piece in cut_at(segment, gutters, 0.6):
                cells[sum(x < (piece.x0 + piece.x1) / 2 for x in gutters)].append(piece)
        lines.append(cells)
    x0 = min(s.x0 for row in rows for s in row.segments)
    level = [r for r in rules if not r.upright]
    merged = _merge_wrapped(lines, level, rtl)
    return _without_empty_columns(_table(merged, (x0, *gutters)))


def _merge_wrapped(lines: list[Cells], level: Sequence[Rule], rtl: bool = False) -> list[Cells]:
    """One row from the baselines of cells that are wrapped or centred beside wrapped ones."""
    heights = [max(s.y for cell in row for s in cell) for row in lines]
    size = max(s.size for cell in lines[0] for s in cell)
    steps = [a - b for a, b in itertools.pairwise(heights)]
    whole = [step for step in steps if step > _STACKED * size]
    least, most = min(whole, default=0.0), max(whole, default=0.0)
    out = [lines[0]]
    for k, line in enumerate(lines[1:], start=1):
        if _continues(lines[k - 1], line, steps[k - 1], (least, most), level, heights[k], size, rtl):
            for cell, more in zip(out[-1], line, strict=True):
                cell.extend(more)
        else:
            out.append(line)
    return out


def _continues(
    before: Cells,
    line: Cells,
    step: float,
    steps: tuple[float, float],
    level: Sequence[Rule],
    height: float,
    size: float,
    rtl: bool,
) -> bool:
    segments = [s for cell in line for s in cell]
    x0, x1 = min(s.x0 for s in segments), max(s.x1 for s in segments)
    if any(height + 0.3 * size < r.at < height + step and r.start < x1 and r.end > x0 for r in level):
        return False
    if step <= _STACKED * size:
        return True
    least, most = steps
    if step > _LEADING * size or step > _TIGHT * least:
        return False
    filled = sum(map(bool, line))
    first = line[-1] if rtl else line[0]
    if not first:
        return filled < len(line) - 1 or len(line) == 2
    return most > 1.25 * least and filled < len(line)
