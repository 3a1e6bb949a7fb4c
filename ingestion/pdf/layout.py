"""From the glyphs of a page to draft blocks in reading order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexes.types import BlockKind
from ingestion.pdf.columns import regions_of
from ingestion.pdf.drafts import DraftBlock, DraftLine
from ingestion.pdf.geometry import Rect
from ingestion.pdf.gutters import gutters_of
from ingestion.pdf.letters import UNKNOWN, is_unknown
from ingestion.pdf.lines import Segment, arabic_letters, latin_letters, lines_of, segments_of, word_gap
from ingestion.pdf.marks import Glyph, Rule
from ingestion.pdf.paragraphs import TextLine, blocks_of
from ingestion.pdf.reading import MirrorCoding, Piece, TextRun, read_segment
from ingestion.pdf.tables import Table, take_aligned, take_ruled

_TABLE_REACH = 4.0  # ems between rows of one table
_BULLET_REACH = 2.5  # ems from a drawn bullet to its text, at most
_BULLET_SIZE = 0.75  # ems
_UNIT_CUT = re.compile(r"\w/$")
_RANGE_CUT = re.compile(r"\d[-–—]$")
# Seen from left to right, so that the sign of a number may stand on either side of it.
_LABEL = re.compile(
    r"[•●○◦▪▫■□◆◇►▶▸‣⁃·✓✔➢➤❖§\ue000-\uf8ff\ufffd*–—-]"
    r"|[.)\-]?[\d٠-٩]{1,2}[.)\-]|[.)\-][\d٠-٩]{1,2}|[a-z][.)]|[.)-]?[أ-ي][.)-]?"
)


def drafts_of(
    glyphs: Sequence[Glyph], rules: Sequence[Rule], dots: Sequence[Rect], coding: MirrorCoding
) -> list[DraftBlock]:
    """The blocks of one writing direction's visible glyphs."""
    lines = lines_of(glyphs)
    word = word_gap(lines)
    full = "".join(g.text for line in lines for g in line.glyphs)
    rtl = arabic_letters(full) > 0.3 * latin_letters(full)
    segments: list[Segment] = []
    for line, cuts in zip(lines, gutters_of(lines), strict=True):
        segments.extend(_with_label(segments_of(line, rules, word, cuts), rtl))
    coding.learn(segments)
    drafts: list[DraftBlock] = []
    for region in regions_of(take_ruled(segments, rules), rtl):
        waiting: list[TextLine] = []
        column = (region.x0, region.x1)
        for part in take_aligned(region.rows, rules, rtl):
            if isinstance(part, Table):
                drafts.extend(blocks_of(waiting, column))
                waiting = []
                number = _goes_on(drafts[-1], part) if drafts else 0
                drafts.extend(_table_rows(part, number or len(drafts) + 1, rtl, coding))
            else:
                for segment in part.segments:
                    before = waiting[-1].text if waiting else ""
                    waiting.append(_line(segment, rtl, coding, dots, before))
        drafts.extend(blocks_of(waiting, column))
    return drafts


def _goes_on(above: DraftBlock, table: Table) -> int:
    """The number of the table that this one is a part of, cut off by a wide gap between rows; else 0."""
    near = above.table and above.lines[0].y - table.y < _TABLE_REACH * table.size
    same = len(above.columns) == len(table.xs) and all(
        abs(a - b) < table.size for a, b in zip(above.columns[1:], table.xs[1:], strict=True)
    )
    return above.table if near and same else 0


def _with_label(segments: list[Segment], rtl: bool) -> list[Segment]:
    """A bullet or number that stands far from its item's text, put before it."""
    if len(segments) != 2:
        return segments
    label, rest = (segments[1], segments[0]) if rtl else (segments[0], segments[1])
    if not _LABEL.fullmatch(label.text) or len(rest.items) < 4 or rest.size > 1.6 * label.size:
        return segments
    gap = rest.x0 - label.x1 if not rtl else label.x0 - rest.x1
    if gap > 4 * rest.size:
        return segments
    items = [*segments[0].items, None, *segments[1].items]
    return [Segment(segments[0].x0, segments[1].x1, rest.y, rest.size, items)]


def _line(segment: Segment, rtl: bool, coding: MirrorCoding, dots: Sequence[Rect], before: str) -> TextLine:
    run = read_segment(segment, rtl_page=rtl, shaped=coding, before=before)
    _name_bullet(run)
    bullet = bool(dots) and _has_bullet(segment, run.rtl, dots)
    return TextLine(run, segment.y, segment.x0, segment.x1, segment.size, segment.bold, bullet)


def _name_bullet(run: TextRun) -> None:
    """Write a bullet that the file gives as a private or unknown character as one. Before a figure, or from
    a font of letters when it is quite unknown, it may say something: "≥ 65"."""
    if len(run.pieces) < 3 or run.pieces[1].text != " ":
        return
    first, following = run.pieces[0], run.pieces[2].text[:1]
    if len(first.text) != 1 or not is_unknown(first.text) or not following.isalpha():
        return
    font = first.glyphs[0].font if first.glyphs else None
    if first.text != UNKNOWN or (font is not None and font.pictures):
        run.pieces[0] = Piece("•", first.glyphs)


def _has_bullet(segment: Segment, rtl: bool, dots: Sequence[Rect]) -> bool:
    """Whether exactly one small shape stands where the line begins, between its baseline and its top."""
    size = segment.size
    near = []
    for x0, y0, x1, y1 in dots:
        gap = x0 - segment.x1 if rtl else segment.x0 - x1
        level = segment.y - 0.05 * size <= (y0 + y1) / 2 <= segment.y + 0.75 * size
        if level and 0.1 * size <= gap <= _BULLET_REACH * size and y1 - y0 <= _BULLET_SIZE * size:
            near.append((x0, y0, x1, y1))
    # a filled and stroked bullet is painted twice
    return bool(near) and all(abs(a - b) < 1.0 for dot in near for a, b in zip(dot, near[0], strict=True))


def _goes_on_at_once(before: str, line: str) -> bool:
    """Whether a cell's line was broken inside a unit or a range: mg/ + kg, 0.1– + 0.2."""
    return bool(_UNIT_CUT.search(before) or (_RANGE_CUT.search(before) and line[:1].isdigit()))


def _table_rows(table: Table, number: int, rtl: bool, coding: MirrorCoding) -> list[DraftBlock]:
    """A draft block for each row; which rows are headers is decided when the table is whole."""
    drafts = []
    for cells in table.rows:
        run = TextRun()
        for k, cell in enumerate(reversed(cells) if rtl else cells):
            text = TextRun()
            for segment in cell:
                line = read_segment(segment, rtl_page=rtl, shaped=coding, before=text.text)
                text.add(line, "" if _goes_on_at_once(text.text, line.text) else " ")
            if k:
                run.pieces.append(Piece("\t"))
            run.add(text, "")
        segments = [s for cell in cells for s in cell]
        block = DraftBlock(BlockKind.TABLE_ROW, run, max(s.size for s in segments))
        block.bold = all(s.bold for s in segments)
        block.cells, block.table, block.columns = len(cells), number, table.xs
        block.lines = [DraftLine(0, segments[0].y, min(s.x0 for s in segments), max(s.x1 for s in segments))]
        drafts.append(block)
    return drafts
