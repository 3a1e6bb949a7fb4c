"""Lines of a region → headings, paragraphs and list items."""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from indexes.types import BlockKind
from ingestion.pdf.drafts import DraftBlock, DraftLine
from ingestion.pdf.letters import SOFT_HYPHEN
from ingestion.pdf.reading import TextRun

_BULLET = re.compile(
    r"[•●○◦▪▫■□◆◇►▶▸‣⁃∙·✓✔➢➤❖§\uf0b7\uf0a7\uf0d8\uf0fc*–—-](?:\s+|$)(?=\S|$)"
    r"|[•●◦▪■►‣➢❖\uf0b7](?=\S)"
)
_NUMBERED = re.compile(
    r"[(\[]?(?:\d{1,3}(?:[.\-]\d{1,2})*[.)\]\-:](?=\s|[^\W\d])|[A-Za-zأ-ي][.)\]](?!\S)|[ivx]{1,5}[.)\]])"
    r"\s*(?=[^\W\d]|[\"'«“(\[]|\d+\s)"
)
_ENDS = re.compile(r"[.!?؟۔:؛…][\"'»”)\]]*$")
_BROKEN = re.compile(r"[\d(][-–—/]$|\($")
_NOTE = re.compile(r"\[\^[^\]]+\]\s")
_CAPTION = re.compile(r"(?:جدول|شكل|Table|Figure)\s")


@dataclass(slots=True)
class TextLine:
    """One line of running text with its looks."""

    run: TextRun
    y: float
    x0: float
    x1: float
    size: float
    bold: bool
    bullet: bool = False  # a shape before it is its bullet

    @property
    def text(self) -> str:
        return self.run.text


@dataclass(frozen=True, slots=True)
class Measure:
    """What is usual among some lines: their edges and the distance between them. `column`: the edges of the
    column that they stand in, which none of them may reach."""

    x0: float
    x1: float
    step: float
    column: tuple[float, float]


def blocks_of(lines: Sequence[TextLine], column: tuple[float, float]) -> list[DraftBlock]:
    """The blocks of consecutive text lines of one region of a column."""
    if not lines:
        return []
    measure = _measure(lines, column)
    blocks: list[DraftBlock] = []
    for k, line in enumerate(lines):
        if k and blocks and _continues(lines[k - 1], line, measure, blocks[-1]):
            _join(blocks[-1], line)
        else:
            item = line.bullet or begins_item(line.text)
            kind = BlockKind.LIST_ITEM if item else BlockKind.PARAGRAPH
            block = DraftBlock(kind, TextRun(rtl=line.run.rtl), line.size, line.bold)
            block.append_line(line.run, DraftLine(0, line.y, line.x0, line.x1), "")
            blocks.append(block)
    return blocks


def begins_item(text: str) -> bool:
    """Whether a line begins with a bullet or an item's number."""
    return bool(_BULLET.match(text) or _NUMBERED.match(text))


def ends_sentence(text: str) -> bool:
    return bool(_ENDS.search(text)) or text.rstrip().endswith((",", "،", ";"))


def _measure(lines: Sequence[TextLine], column: tuple[float, float]) -> Measure:
    steps = [a.y - b.y for a, b in itertools.pairwise(lines) if 0 < a.y - b.y < 4 * a.size]
    step = statistics.median_low(steps) if steps else 1.5 * lines[0].size
    return Measure(min(line.x0 for line in lines), max(line.x1 for line in lines), step, column)


def _continues(before: TextLine, line: TextLine, measure: Measure, block: DraftBlock) -> bool:
    step = before.y - line.y
    size = max(before.size, line.size)
    if line.x1 < before.x0 or line.x0 > before.x1:
        return False  # side by side: of different columns
    if step <= 0 or step > min(1.18 * measure.step + 0.05 * size, 2.6 * size):
        return False
    if abs(before.size - line.size) > 0.12 * size or (before.bold != line.bold and before.size != line.size):
        return False
    if line.bullet or _NOTE.match(line.text) or (begins_item(line.text) and not _BROKEN.search(before.text)):
        return False
    if before.bold and not line.bold and len(block.lines) == 1 and _short(before, measure):
        return False
    rtl = block.run.rtl
    needed = 1.15 * _first_word_width(line) + 0.6 * size
    if (before.x0 - measure.x0 if rtl else measure.x1 - before.x1) > needed:
        return False  # the next word would have fitted: the paragraph ended here
    left, right = measure.column
    if ends_sentence(before.text) and (before.x0 - left if rtl else right - before.x1) > needed:
        return False  # the same, where no line reaches the column's edge
    indent = measure.x1 - line.x1 if rtl else line.x0 - measure.x0
    indent_before = measure.x1 - before.x1 if rtl else before.x0 - measure.x0
    starts = indent - indent_before > 0.8 * size and len(block.lines) > 1 and _ENDS.search(before.text)
    return not (starts and block.kind is not BlockKind.LIST_ITEM)


def _short(line: TextLine, measure: Measure) -> bool:
    return line.x1 - line.x0 < 0.8 * (measure.x1 - measure.x0)


def _first_word_width(line: TextLine) -> float:
    text = line.text
    first = text.split(" ", 1)[0]
    return (line.x1 - line.x0) * len(first) / max(len(text), 1)


def _join(block: DraftBlock, line: TextLine) -> None:
    text = block.run.text
    joint = " "
    begins = line.text[:1]
    if text.endswith(SOFT_HYPHEN):
        block.drop_last(1)
        joint = ""
    elif re.search(r"[^\W\d_]-$", text) and begins.isalpha():
        # "hyper-/tension" loses its hyphen; "Nicholas-/Favre", "COVID-/19" and "2010–/11" keep theirs
        joint = ""
        if begins.islower() and re.search(r"[a-z]{2,}-$", text) and not re.search(r"-\w+-$", text):
            block.drop_last(1)
    elif re.search(r"\w[-–/]$", text) and begins.isalnum():
        joint = ""
    block.append_line(line.run, DraftLine(0, line.y, line.x0, line.x1), joint)
    block.bold = block.bold and line.bold
