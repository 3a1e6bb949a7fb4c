"""Page furniture: headers and footers that are repeated, and page numbers. They are not content."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from indexes.types import BlockKind
from ingestion.pdf.drafts import PageDraft

FURNITURE = (BlockKind.PAGE_HEADER, BlockKind.PAGE_FOOTER)

_REPEATS = 3  # pages on which a line with other digits must stand to be a header or footer
_MARGIN = 0.15  # of the page's height, at the top and at the bottom
_SAME_PLACE = 4.0  # points
_MAX_ROWS = 2  # of a header set in columns; more are a table that goes on overleaf
_LONGEST = 200  # characters
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|p|صفحة|الصفحة|ص)\W{0,2})?(\d{1,4})(?:\s?(?:/|of|من)\s?\d{1,4})?\W*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Edge:
    """A line near the upper or lower edge of a page: its block, its number there, its text and its y."""

    top: bool
    block: int
    line: int
    text: str
    y: float

    @property
    def kind(self) -> BlockKind:
        return BlockKind.PAGE_HEADER if self.top else BlockKind.PAGE_FOOTER


def mark_furniture(drafts: Sequence[PageDraft]) -> None:
    """Make blocks of their own of the lines that are repeated at one place and of page numbers at the foot.

    A line that differs in its digits counts on three pages; on two pages it must be the same.
    """
    if len(drafts) < 2:
        return
    seen: dict[tuple[bool, str], list[tuple[float, int]]] = defaultdict(list)
    for index, draft in enumerate(drafts):
        for edge in _edges(draft):
            for text in {edge.text, _DIGITS.sub("#", edge.text)}:
                seen[edge.top, text].append((edge.y, index))
    numbers = _page_numbers(drafts)

    def pages(edge: _Edge, text: str) -> int:
        return len({i for y, i in seen[edge.top, text] if abs(y - edge.y) <= _SAME_PLACE})

    for index, draft in enumerate(drafts):
        for edge in list(_edges(draft)):
            same, alike = pages(edge, edge.text), pages(edge, _DIGITS.sub("#", edge.text))
            repeated = alike >= _REPEATS or same >= _REPEATS or same == len(drafts)
            if repeated or (index, edge) in numbers:
                _cut_out(draft, edge.block, edge.line, edge.kind)


def _page_numbers(drafts: Sequence[PageDraft]) -> set[tuple[int, _Edge]]:
    """The lowest lines that are only a number, which counts up with the pages."""
    found: dict[int, list[tuple[int, _Edge]]] = defaultdict(list)
    for index, draft in enumerate(drafts):
        lines = [line.y for block in draft.blocks for line in block.lines]
        for edge in _edges(draft):
            match = _PAGE_NUMBER.fullmatch(edge.text)
            alone = not edge.top and len(draft.blocks[edge.block].lines) == 1
            if match and alone and edge.y <= min(lines):
                found[int(match[1]) - index].append((index, edge))
    return {place for places in found.values() if len(places) >= 2 for place in places}


def _edges(draft: PageDraft) -> Iterator[_Edge]:
    """Lines near the upper and lower edge, from the last block to the first."""
    low, high = draft.frame
    rows = Counter(block.table for block in draft.blocks)
    margin = _MARGIN * (high - low)
    for k in range(len(draft.blocks) - 1, -1, -1):
        block = draft.blocks[k]
        if not block.lines:
            continue
        for number in sorted({0, len(block.lines) - 1}, reverse=True):
            y = block.lines[number].y
            top, bottom = y > high - margin, y < low + margin
            if not top and not bottom:
                continue
            if block.table and rows[block.table] > _MAX_ROWS:
                continue
            start, end = _line_span(draft, k, number)
            text = draft.page.text[start:end].strip()
            if text and len(text) < _LONGEST:
                yield _Edge(top, k, number, text, y)


def _line_span(draft: PageDraft, k: int, number: int) -> tuple[int, int]:
    block = draft.blocks[k]
    start = draft.starts[k] + block.lines[number].start
    last = number + 1 == len(block.lines)
    end = draft.ends[k] if last else draft.starts[k] + block.lines[number + 1].start
    return start, end


def _cut_out(draft: PageDraft, k: int, line: int, kind: BlockKind) -> None:
    """Make one line of a block, its first or last, a block of its own of this kind."""
    block = draft.blocks[k]
    if len(block.lines) == 1:
        block.kind, block.level, block.table = kind, 0, 0
        return
    start, end = _line_span(draft, k, line)
    text = draft.page.text
    cut = end if line == 0 else start
    if text[cut - 1] != " ":
        return
    part = replace(block, kind=kind, level=0, table=0, lines=[block.lines[line]])
    rest = block.lines[1:] if line == 0 else block.lines[:-1]
    shift = cut - draft.starts[k] if line == 0 else 0
    whole = replace(block, lines=[replace(one, start=one.start - shift) for one in rest])
    part.lines = [replace(part.lines[0], start=0)]
    pair = [part, whole] if line == 0 else [whole, part]
    draft.blocks[k : k + 1] = pair
    draft.starts[k : k + 1] = [draft.starts[k], cut]
    draft.ends[k : k + 1] = [cut - 1, draft.ends[k]]
