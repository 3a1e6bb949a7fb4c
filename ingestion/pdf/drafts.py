"""Blocks while a page is being put together, with what later steps need to know of their looks."""

from __future__ import annotations

from dataclasses import dataclass, field

from indexes.types import BlockKind, Page
from ingestion.pdf.reading import Piece, TextRun


@dataclass(slots=True)
class DraftLine:
    """A line of a block: where its text begins in the block, and where it stands (frame of the text)."""

    start: int
    y: float
    x0: float
    x1: float


@dataclass(slots=True)
class DraftBlock:
    """A block with its text, lines and looks."""

    kind: BlockKind
    run: TextRun
    size: float
    bold: bool = False
    level: int = 0
    lines: list[DraftLine] = field(default_factory=list)
    cells: int = 1
    table: int = 0  # number of the table on the page, 0 outside
    columns: tuple[float, ...] = ()  # of a table: where its columns begin

    def append_line(self, run: TextRun, line: DraftLine, joint: str) -> None:
        """Add one more line of text after `joint`."""
        self.run.add(run, joint)
        line.start = len(self.run.text) - len(run.text)
        self.lines.append(line)

    def drop_last(self, count: int) -> None:
        """Take the last `count` characters off, such as the hyphen of a broken word."""
        while count and self.run.pieces:
            piece = self.run.pieces[-1]
            if len(piece.text) > count:
                self.run.pieces[-1] = Piece(piece.text[:-count], piece.glyphs)
                return
            count -= len(piece.text)
            self.run.pieces.pop()


@dataclass(slots=True)
class PageDraft:
    """A page as read by itself, and its blocks for the pass over the whole document.

    `starts`, `ends`: of the blocks in the page's text. `frame`: the lowest and highest y in the frame of the
    text that the blocks' lines are given in.
    """

    page: Page
    blocks: list[DraftBlock]
    starts: list[int]
    ends: list[int]
    frame: tuple[float, float]
