"""Tables with ruling lines: the grid that the lines make, and the text in its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingestion.pdf.lines import Segment
from ingestion.pdf.marks import Rule

_NEAR = 2.5  # points by which lines may miss each other and still meet
_MAX_RULES = 3_000  # more make a drawing, not a table
_MIN_CELL = 4.0  # points


@dataclass(slots=True)
class Grid:
    """Lines that cross: `xs` ascending, `ys` descending, with the rules that draw them."""

    xs: list[float]
    ys: list[float]
    level: list[Rule]
    upright: list[Rule]

    def edges_at(self, y: float) -> list[float]:
        """The inner column edges that a rule draws at this height."""
        return [
            x
            for x in self.xs[1:-1]
            if any(abs(r.at - x) <= _NEAR and r.start - _NEAR <= y <= r.end + _NEAR for r in self.upright)
        ]

    def column(self, x: float) -> int:
        """The column of a point, clamped to the grid."""
        return max(0, min(sum(x >= edge for edge in self.xs) - 1, len(self.xs) - 2))

    def row(self, y: float) -> int:
        return max(0, min(sum(y <= edge for edge in self.ys) - 1, len(self.ys) - 2))

    def holds(self, segment: Segment) -> bool:
        y = segment.y + 0.25 * segment.size
        return (
            self.ys[-1] <= y <= self.ys[0]
            and segment.x0 > self.xs[0] - _NEAR
            and segment.x1 < self.xs[-1] + _NEAR
        )

    def parted(self, row: int, column: int) -> bool:
        """Whether a rule stands between this row and the next one in that column."""
        middle = (self.xs[column] + self.xs[column + 1]) / 2
        edge = self.ys[row + 1]
        return any(
            abs(rule.at - edge) <= _NEAR and rule.start - _NEAR <= middle <= rule.end + _NEAR
            for rule in self.level
        )


@dataclass(slots=True)
class GridRow:
    """The segments of each cell of a row, by column from left to right."""

    cells: list[list[Segment]] = field(default_factory=list)


def grids_of(rules: Sequence[Rule]) -> list[Grid]:
    """The grids of at least two columns that ruling lines make."""
    if not rules or len(rules) > _MAX_RULES:
        return []
    grids = []
    for members in _components(rules):
        upright = [r for r in members if r.upright]
        level = [r for r in members if not r.upright]
        xs = _merged([r.at for r in upright] + [e for r in level for e in (r.start, r.end)])
        ys = _merged([r.at for r in level] + [e for r in upright for e in (r.start, r.end)])[::-1]
        if len(xs) >= 3 and len(ys) >= 2 and len(_merged([r.at for r in upright])) >= 1:
            xs = _column_edges(xs, upright, ys)
            if len(xs) >= 3:
                grids.append(Grid(xs, ys, level, upright))
    return grids


def _column_edges(xs: list[float], upright: Sequence[Rule], ys: Sequence[float]) -> list[float]:
    """The x that really part columns: the outer ones, and those with an upright rule along some height."""
    height = ys[0] - ys[-1]
    kept = [xs[0]]
    for x in xs[1:-1]:
        length = sum(r.end - r.start for r in upright if abs(r.at - x) <= _NEAR)
        if length > 0.12 * height or length > 9.0:
            kept.append(x)
    return [*kept, xs[-1]]


def _components(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Rules that touch each other, level with upright."""
    parent = list(range(len(rules)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    upright = [i for i, r in enumerate(rules) if r.upright]
    level = sorted((i for i, r in enumerate(rules) if not r.upright), key=lambda i: rules[i].at)
    for i in upright:
        a = rules[i]
        for j in level:
            b = rules[j]
            if b.at < a.start - _NEAR:
                continue
            if b.at > a.end + _NEAR:
                break
            if b.start - _NEAR <= a.at <= b.end + _NEAR:
                parent[root(i)] = root(j)
    groups: dict[int, list[Rule]] = {}
    for i, rule in enumerate(rules):
        groups.setdefault(root(i), []).append(rule)
    return [group for group in groups.values() if len(group) >= 4]


def _merged(values: Sequence[float]) -> list[float]:
    """Ascending values, those nearer than a cell's least width made one."""
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > _MIN_CELL:
            out.append(value)
    return out


def fill(grid: Grid, segments: Sequence[Segment]) -> list[GridRow]:
    """The rows of a grid with the segments that stand in them; a cell that spans rows fills the first."""
    columns = len(grid.xs) - 1
    rows = [GridRow([[] for _ in range(columns)]) for _ in range(len(grid.ys) - 1)]
    for segment in segments:
        row = grid.row(segment.y + 0.25 * segment.size)
        column = grid.column((segment.x0 + segment.x1) / 2)
        while row > 0 and not grid.parted(row - 1, column):
            row -= 1
        rows[row].cells[column].append(segment)
    return [row for row in rows if any(row.cells)]
