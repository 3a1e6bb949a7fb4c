"""Plain text into headings, paragraphs, list items and tables, hard-wrapped lines joined again."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexes.types import BlockKind
from ingestion.text_pages import Part

BULLET = re.compile(
    r"\s*(?:[•◦▪▫■□◼◾●○‣⁃∙・·➢➤✓✔*+–—-]|(?:\(?(?:[0-9]{1,3}|[٠-٩]{1,3}|[a-zA-Z]|[ivxIVX]{1,4})[.)-]))(?:\s+|(?<=[・•▪■●]))(?=\S)"
)
_RULE = re.compile(r"\s*(?:-{3,}|={3,}|_{3,}|\*{3,})\s*$")
_HASHES = re.compile(r"(#{1,6})\s+(\S.*)")
_TABLE_LINE = re.compile(r"\s*\|.*\|")
_TABLE_RULE = re.compile(r"[\s|:+-]+$")
_ENDS_SENTENCE = re.compile(r"[.!?؟؛;:،,…][\"'»”’)\]]*$")
_OPEN_END = re.compile(r"(?:[,،–—-]|\b(?:and|or|of|the|to|with|in|for))$|[(\[]\S*$")
HEADING_CHARACTERS = 70
HEADING_WORDS = 9
_BODY_CHARACTERS = 40  # a line at least this long is running text
UNWRAPPED = 10**9
_TITLE_SHARE = 0.6  # of the width: a longer line may be the wrapped end of a sentence
_FULL_LINE = 0.85  # of the width at which the text is wrapped


def parse(text: str) -> list[Part]:
    """The parts of a plain text, in order. A heading is recognised when it is
    `# marked`, in capitals, or a short line without closing punctuation that follows a gap or another heading
    and leads to a list or to running text. In doubt a line is a paragraph: that can be quoted.
    """
    parts: list[Part] = []
    for number, page in enumerate(text.split("\f")):
        lines = [line.rstrip() for line in page.split("\n")]
        tables = max((p.table for p in parts), default=0)
        reader = _Lines(lines, width=_width(lines), first=not parts, table=tables)
        for index, part in enumerate(reader.parts()):
            new_page = number > 0 and index == 0
            parts.append(part if not new_page else Part(part.kind, part.text, part.level, part.table, True))
    return parts


def _width(lines: list[str]) -> int:
    """Column at which the lines are wrapped: that of the longest but a few; unwrapped text has none."""
    lengths = sorted(len(line) for line in lines if line)
    if not lengths:
        return 0
    longest = lengths[min(len(lengths) - 1, int(len(lengths) * 0.95))]
    return longest if 50 <= longest <= 120 else UNWRAPPED if longest > 120 else 80


class _Lines:
    """Reads the lines of one page from top to bottom."""

    def __init__(self, lines: list[str], *, width: int, first: bool, table: int) -> None:
        self._lines, self._width, self._first, self._table = lines, width, first, table

    def parts(self) -> Iterator[Part]:
        index = 0
        after_gap, after_heading = True, True
        while index < len(self._lines):
            line = self._lines[index]
            if not line.strip() or _RULE.match(line):
                index, after_gap = index + 1, True
                continue
            if _TABLE_LINE.match(line):
                end = self._while(index, _TABLE_LINE)
                yield from self._rows(self._lines[index:end])
                heading = False
            elif level := self._heading_level(index, after_gap=after_gap, after_heading=after_heading):
                marked = _HASHES.match(line.strip())
                yield Part(BlockKind.HEADING, marked.group(2) if marked else line.strip(), level)
                end, heading, self._first = index + 1, True, False
            else:
                end = self._end_of_paragraph(index)
                kind = BlockKind.LIST_ITEM if BULLET.match(line) else BlockKind.PARAGRAPH
                yield Part(kind, _joined(self._lines[index:end]))
                heading = self._first = False
            index, after_gap, after_heading = end, False, heading

    def _while(self, index: int, pattern: re.Pattern[str]) -> int:
        while index < len(self._lines) and pattern.match(self._lines[index]):
            index += 1
        return index

    def _rows(self, lines: list[str]) -> Iterator[Part]:
        """A pipe table. Its header is what stands above the rule of dashes."""
        self._table += 1
        ruled = next((i for i, line in enumerate(lines) if _TABLE_RULE.match(line)), 0)
        for i, line in enumerate(lines):
            cells = [cell.strip().replace("**", "") for cell in line.strip().strip("|").split("|")]
            if not _TABLE_RULE.match(line) and any(cells):
                kind = BlockKind.TABLE_HEADER if i < ruled else BlockKind.TABLE_ROW
                yield Part(kind, "\t".join(cells), table=self._table)

    def _heading_level(self, index: int, *, after_gap: bool, after_heading: bool) -> int:
        """1 to 6, or 0 for a line that is no heading."""
        line = self._lines[index].strip()
        if marked := _HASHES.match(line):
            return len(marked.group(1))
        following = next((x.strip() for x in self._lines[index + 1 :] if x.strip()), "")
        adjacent = index + 1 < len(self._lines) and bool(self._lines[index + 1].strip())
        if not following or not _looks_like_title(line):
            return 0
        if line.isupper() and len(line) >= 4 and not adjacent | after_gap | after_heading:
            return 0
        if line.isupper() and sum(c.isalpha() for c in line) >= 4:
            return 1 if self._first else 2
        if self._first and not BULLET.match(following):
            return 1 if len(line) < _BODY_CHARACTERS or not adjacent else 0
        leads = bool(BULLET.match(following)) or len(following) >= max(_BODY_CHARACTERS, len(line))
        latin = line[0].isascii()
        if adjacent and leads and (after_gap or after_heading or (latin and not self._runs_on(index - 1))):
            return 3
        return 3 if after_gap and not adjacent and len(following) >= _BODY_CHARACTERS else 0

    def _end_of_paragraph(self, index: int) -> int:
        """First line after the paragraph or list item that begins at `index`."""
        end = index + 1
        while end < len(self._lines):
            line = self._lines[end].strip()
            if not line or BULLET.match(self._lines[end]) or _TABLE_LINE.match(line) or _HASHES.match(line):
                break
            if _RULE.match(line) or not self._runs_on(end - 1):
                break
            end += 1
        return end

    def _runs_on(self, index: int) -> bool:
        """Whether the text of line `index` goes on in the next one."""
        line, following = self._lines[index].strip(), self._lines[index + 1].strip()
        if not line or not following:
            return False
        needed = len(self._lines[index]) + 1 + len(following.split()[0])
        if line.endswith((":", "：")):
            return needed > self._width
        if _ENDS_SENTENCE.search(line) and self._heads_text(index + 1):
            return False
        if self._width < UNWRAPPED and needed > _FULL_LINE * self._width:
            return True
        return following[0].islower() or bool(_OPEN_END.search(line))

    def _heads_text(self, index: int) -> bool:
        """Whether line `index` is a short title directly above a list or running text."""
        line, below = self._lines[index].strip(), "".join(self._lines[index + 1 : index + 2]).strip()
        short = len(line) < _TITLE_SHARE * self._width and _looks_like_title(line)
        return short and (
            bool(BULLET.match(below)) or (len(below) >= _BODY_CHARACTERS and below[0].isupper())
        )


def _looks_like_title(line: str) -> bool:
    """Short, begins with a capital or an Arabic letter, ends without punctuation, holds no amounts."""
    if len(line) > HEADING_CHARACTERS or len(line.split()) > HEADING_WORDS or _ENDS_SENTENCE.search(line):
        return False
    numbered = re.match(r"(?:[0-9٠-٩]+[.)]?)+\s+(?=\S)", line)
    body = line[numbered.end() :] if numbered else line
    if any(c.isdigit() for c in body) or (BULLET.match(line) and not numbered):
        return False
    return bool(body) and (body[0].isupper() or "\u0620" <= body[0] <= "\u064a")


def _joined(lines: list[str]) -> str:
    """Wrapped lines as one; a hyphen at a line's end is kept: it may belong to a range or a compound."""
    text = ""
    for line in (" ".join(raw.split()) for raw in lines):
        glued = not text or (len(text) > 1 and text[-1] in "-–" and text[-2].isalnum())
        text += line if glued else f" {line}"
    return text
