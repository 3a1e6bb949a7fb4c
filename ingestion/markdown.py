"""Markdown (CommonMark and pipe tables) into parts of plain text, without its marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexes.types import BlockKind
from ingestion import plain_text
from ingestion.text_pages import Part

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_NESTING = 100  # quotes in lists in quotes; markdown-it leaves out what lies deeper


def parse(text: str) -> list[Part]:
    """The parts of a Markdown text, in order. Raw HTML is shown as it stands; images give their alt text.

    Text that is nested too deep is read as plain text, with its marks.
    """
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table")
    parts: list[Part] = []
    tables = 0
    for number, page in enumerate(_without_front_matter(text).split("\f")):
        walk = _Walk(tables)
        tokens = reader.parse(page)
        if any(token.level >= MAX_NESTING - 1 for token in tokens):
            return plain_text.parse(text)
        for token in tokens:
            walk.take(token)
        tables = walk.table
        for index, part in enumerate(walk.parts):
            first = number > 0 and index == 0
            parts.append(Part(part.kind, part.text, part.level, part.table, True) if first else part)
    return parts


def _without_front_matter(text: str) -> str:
    """YAML between two lines of dashes at the very top is about the text, not part of it."""
    if text.startswith("---\n") and (end := text.find("\n---\n", 4)) > 0:
        return text[end + 5 :]
    return text


class _Walk:
    """Follows the token stream: which list, cell or heading the inline text stands in."""

    def __init__(self, tables: int) -> None:
        self.parts: list[Part] = []
        self.table = tables
        self._lists: list[int | None] = []  # next number of each open list; None: bullets
        self._mark: str | None = None  # of a list item whose text has not come yet
        self._level = 0
        self._cells: list[str] | None = None
        self._in_header = False

    def take(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self._lists.append(None)
            case "ordered_list_open":
                self._lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                self._mark = self._next_mark()
            case "list_item_close":
                self._mark = None
            case "heading_open":
                self._level = int(token.tag[1])
            case "heading_close":
                self._level = 0
            case "table_open":
                self.table += 1
            case "thead_open" | "thead_close":
                self._in_header = token.type == "thead_open"
            case "tr_open":
                self._cells = []
            case "tr_close":
                self._row()
            case "inline":
                self._text(_plain(token))
            case "code_block" | "fence" | "html_block":
                self._text(token.content.strip("\n"))

    def _next_mark(self) -> str:
        number = self._lists[-1]
        if number is None:
            return "• "
        self._lists[-1] = number + 1
        return f"{number}. "

    def _row(self) -> None:
        kind = BlockKind.TABLE_HEADER if self._in_header else BlockKind.TABLE_ROW
        if self._cells and any(self._cells):
            self.parts.append(Part(kind, "\t".join(self._cells), table=self.table))
        self._cells = None

    def _text(self, text: str) -> None:
        if self._cells is not None:
            self._cells.append(" ".join(text.split()))
        elif not text.strip():
            return
        elif self._level:
            self.parts.append(Part(BlockKind.HEADING, text, self._level))
        elif self._mark is not None:
            self.parts.append(Part(BlockKind.LIST_ITEM, self._mark + text))
            self._mark = None
        else:
            self.parts.append(Part(BlockKind.PARAGRAPH, text))


def _plain(token: Token) -> str:
    """The characters that a reader of the rendered text sees."""
    text = ""
    for child in token.children or ():
        match child.type:
            case "text" | "code_inline" | "html_inline" | "text_special":
                text += child.content
            case "softbreak":
                text += " "
            case "hardbreak":
                text += "\n"
            case "image":
                text += _plain(child)
    return text.strip()
