"""From the glyphs of a page to draft blocks in reading order."""

from __future__ import annotations

from collections.abc import Sequence

from indexes.types import BlockKind
from ingestion.pdf.columns import regions_of
from ingestion.pdf.drafts import DraftBlock, DraftLine
from ingestion.pdf.lines import Segment, arabic_letters, latin_letters, lines_of, segments_of
from ingestion.pdf.marks import Glyph, Rule
from ingestion.pdf.paragraphs import TextLine, blocks_of
from ingestion.pdf.reading import MirrorCoding, Piece, TextRun, read_segment
from ingestion.pdf.tables import Table, take_aligned, take_ruled


def drafts_of(glyphs: Sequence[Glyph], rules: Sequence[Rule], coding: MirrorCoding) -> list[DraftBlock]:
    """The blocks of one writing direction's visible glyphs."""
    segments = [s for line in lines_of(glyphs) for s in segments_of(line, rules)]
    full = "".join(s.text for s in segments)
    rtl = arabic_letters(full) > 0.3 * latin_letters(full)
    coding.learn(segments)
    drafts: list[DraftBlock] = []
    for region in regions_of(take_ruled(segments, rules), rtl):
        waiting: list[TextLine] = []
        for part in take_aligned(region.rows, rules, rtl):
            if isinstance(part, Table):
                drafts.extend(blocks_of(waiting))
                waiting = []
                drafts.extend(_table_rows(part, len(drafts), rtl, coding))
            else:
                waiting.extend(_line(segment, rtl, coding) for segment in part.segments)
        drafts.extend(blocks_of(waiting))
    return drafts


def _line(segment: Segment, rtl: bool, coding: MirrorCoding) -> TextLine:
    run = read_segment(segment, rtl_page=rtl, shaped=coding)
    return TextLine(run, segment.y, segment.x0, segment.x1, segment.size, segment.bold)


def _table_rows(table: Table, number: int, rtl: bool, coding: MirrorCoding) -> list[DraftBlock]:
    """A draft block for each row; which rows are headers is decided when the table is whole."""
    drafts = []
    for cells in table.rows:
        run = TextRun()
        for k, cell in enumerate(reversed(cells) if rtl else cells):
            text = TextRun()
            for segment in cell:
                text.add(read_segment(segment, rtl_page=rtl, shaped=coding))
            if k:
                run.pieces.append(Piece("\t"))
            run.add(text, "")
        segments = [s for cell in cells for s in cell]
        block = DraftBlock(BlockKind.TABLE_ROW, run, max(s.size for s in segments))
        block.bold = all(s.bold for s in segments)
        block.cells, block.table, block.columns = len(cells), number + 1, table.xs
        block.lines = [
            DraftLine(0, segments[0].y, min(s.x0 for s in segments), max(s.x1 for s in segments))
        ]
        drafts.append(block)
    return drafts
