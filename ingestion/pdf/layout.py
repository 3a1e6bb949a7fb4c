"""From the glyphs of a page to draft blocks in reading order."""

from __future__ import annotations

from collections.abc import Sequence

from indexes.types import BlockKind
from ingestion.pdf.columns import Row, regions_of
from ingestion.pdf.drafts import DraftBlock, DraftLine
from ingestion.pdf.lines import Segment, arabic_letters, latin_letters, lines_of, segments_of
from ingestion.pdf.marks import Glyph, Rule
from ingestion.pdf.paragraphs import TextLine, blocks_of
from ingestion.pdf.reading import MirrorCoding, TextRun, read_segment


def drafts_of(glyphs: Sequence[Glyph], rules: Sequence[Rule], coding: MirrorCoding) -> list[DraftBlock]:
    """The blocks of one writing direction's visible glyphs."""
    segments = [s for line in lines_of(glyphs) for s in segments_of(line, rules)]
    full = "".join(s.text for s in segments)
    rtl = arabic_letters(full) > 0.3 * latin_letters(full)
    coding.learn(segments)
    drafts: list[DraftBlock] = []
    for region in regions_of(segments, rtl):
        waiting: list[TextLine] = []
        for row in region.rows:
            if len(row.segments) == 1:
                waiting.append(_line(row.segments[0], rtl, coding))
                continue
            drafts.extend(blocks_of(waiting))
            waiting = []
            drafts.append(_table_row(row, rtl, coding))
        drafts.extend(blocks_of(waiting))
    return drafts


def _line(segment: Segment, rtl: bool, coding: MirrorCoding) -> TextLine:
    run = read_segment(segment, rtl_page=rtl, shaped=coding)
    return TextLine(run, segment.y, segment.x0, segment.x1, segment.size, segment.bold)


def _table_row(row: Row, rtl: bool, coding: MirrorCoding) -> DraftBlock:
    run = TextRun()
    for segment in row.segments:
        run.add(read_segment(segment, rtl_page=rtl, shaped=coding), "\t")
    block = DraftBlock(BlockKind.TABLE_ROW, run, row.size, row.segments[0].bold, cells=len(row.segments))
    block.lines = [DraftLine(0, row.y, row.x0, row.x1)]
    return block
