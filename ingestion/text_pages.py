"""Pages for a file that has none: the parts of a text, laid out and cut into pages.

"Page" of a text file means: what stands between two form feeds; a longer stretch is cut after the last part
(paragraph, list item, table row, never inside one) that begins within about `PAGE_CHARACTERS` characters. So
a page number in a citation is stable as long as the file is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexes.types import Block, BlockKind, Page, Span

PAGE_CHARACTERS = 3000  # about a printed A4 page
_LEADING = frozenset({BlockKind.HEADING, BlockKind.TABLE_HEADER})  # stay with what follows
_CLOSE = frozenset({BlockKind.LIST_ITEM, BlockKind.TABLE_ROW})  # stand on the next line, not after a gap


@dataclass(frozen=True, slots=True)
class Part:
    """One block of a text before it has a place. `table`: number of the table that a row belongs to."""

    kind: BlockKind
    text: str
    level: int = 0
    table: int = 0
    new_page: bool = False  # a form feed stands before it


def to_pages(parts: Sequence[Part]) -> tuple[Page, ...]:
    """Lay the parts out and cut them into pages; table rows point at the header rows of their table."""
    pages: list[Page] = []
    headers: dict[int, tuple[Span, ...]] = {}
    for number, group in enumerate(_grouped(parts), start=1):
        text, blocks = "", []
        for part in group:
            if text:
                text += "\n" if part.kind in _CLOSE else "\n\n"
            start, end = len(text), len(text) + len(part.text)
            text += part.text
            if part.kind is BlockKind.TABLE_HEADER:
                headers[part.table] = (*headers.get(part.table, ()), Span(number, start, end))
            header = headers.get(part.table, ()) if part.kind is BlockKind.TABLE_ROW else ()
            blocks.append(Block(part.kind, start, end, part.level, header))
        pages.append(Page(number, text, blocks=tuple(blocks)))
    return tuple(pages)


def _grouped(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """The parts of each page. No heading is left behind at the end of one."""
    page: list[Part] = []
    size = 0
    for part in parts:
        full = size + len(part.text) > PAGE_CHARACTERS
        if page and (part.new_page or full):
            carried: list[Part] = []
            while not part.new_page and len(page) > 1 and page[-1].kind in _LEADING:
                carried.insert(0, page.pop())
            yield page
            page, size = carried, sum(len(p.text) for p in carried)
        page.append(part)
        size += len(part.text)
    if page:
        yield page
