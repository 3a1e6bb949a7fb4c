"""What only the whole document shows: repeated headers, heading sizes, tables that go on overleaf."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from indexes.types import Block, BlockKind, Page, Span
from ingestion.pdf.drafts import DraftBlock, PageDraft
from ingestion.pdf.furniture import FURNITURE, mark_furniture
from ingestion.pdf.outline import OutlineEntry, bare
from ingestion.pdf.paragraphs import ends_sentence

_LARGER = 1.12  # of the body's type size
_SMALLER = 0.94
_HEADING_CHARACTERS = 160
_NOTE = re.compile(r"\[\^[^\]]+\]|[*†‡§]|\(?\d{1,2}[).]?\s")

Place = tuple[int, int]  # page index, draft index


def finish(drafts: Sequence[PageDraft], outline: Sequence[OutlineEntry]) -> tuple[Page, ...]:
    """The pages with the kinds and levels of their blocks, and table headers joined to their rows."""
    mark_furniture(drafts)
    body = _body_size(drafts)
    _mark_headings(drafts, outline, body)
    for draft in drafts:
        _mark_footnotes(draft, body)
    headers = _table_headers(drafts)
    return tuple(_page(draft, headers, index) for index, draft in enumerate(drafts))


def _page(draft: PageDraft, headers: dict[Place, tuple[Span, ...]], index: int) -> Page:
    blocks = []
    text = draft.page.text
    for k, block in enumerate(draft.blocks):
        start, end = draft.starts[k], draft.ends[k]
        if start and text[start - 1] == " ":  # a header that was taken for the beginning of a paragraph
            text = f"{text[: start - 1]}\n{text[start:]}"
        level = block.level if block.kind is BlockKind.HEADING else 0
        blocks.append(Block(block.kind, start, end, level, headers.get((index, k), ())))
    return replace(draft.page, blocks=tuple(blocks), text=text)


def _body_size(drafts: Sequence[PageDraft]) -> float:
    """The type size that most of the text has."""
    sizes: Counter[float] = Counter()
    for draft in drafts:
        for k, block in enumerate(draft.blocks):
            if block.kind not in FURNITURE:
                sizes[round(block.size * 2) / 2] += draft.ends[k] - draft.starts[k]
    return sizes.most_common(1)[0][0] if sizes else 10.0


def _mark_headings(drafts: Sequence[PageDraft], outline: Sequence[OutlineEntry], body: float) -> None:
    titles = {(entry.page, bare(entry.title)): entry.depth for entry in outline}
    found: list[tuple[DraftBlock, int | None]] = []
    for draft in drafts:
        for k, block in enumerate(draft.blocks):
            text = draft.page.text[draft.starts[k] : draft.ends[k]]
            depth = titles.get((draft.page.number, bare(text)))
            plain = block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM) and not block.table
            if plain and (depth is not None or _looks_like_heading(draft, k, text, body)):
                found.append((block, depth))
    sizes = sorted({_look(block, body) for block, _ in found}, reverse=True)
    for block, depth in found:
        block.kind = BlockKind.HEADING
        block.level = min(depth if depth is not None else 1 + sizes.index(_look(block, body)), 6)


def _look(block: DraftBlock, body: float) -> float:
    """Sizes that differ by less than half a point look the same; all not above the body's are one."""
    return max(round(block.size * 2) / 2, body)


def _looks_like_heading(draft: PageDraft, k: int, text: str, body: float) -> bool:
    block = draft.blocks[k]
    if len(block.lines) > 3 or len(text) > _HEADING_CHARACTERS or not any(map(str.isalpha, text)):
        return False
    larger = block.size > _LARGER * body
    if ends_sentence(text) and not (larger and text.rstrip().endswith((":", "؟", "?"))):
        return False
    if larger:
        return True
    following = next((b for b in draft.blocks[k + 1 :] if b.kind not in FURNITURE), None)
    alone = len(block.lines) <= 2 and len(text) <= 100
    if not block.bold or block.size <= 0.97 * body or not alone or following is None:
        return False
    return bool(following.table) or not following.bold


def _mark_footnotes(draft: PageDraft, body: float) -> None:
    low, high = draft.frame
    for k in range(len(draft.blocks) - 1, -1, -1):
        block = draft.blocks[k]
        if block.kind in FURNITURE:
            continue
        text = draft.page.text[draft.starts[k] : draft.ends[k]]
        small = block.size < _SMALLER * body
        below = bool(block.lines) and block.lines[0].y < low + 0.5 * (high - low)
        if not (small and below) or block.table or block.kind is BlockKind.HEADING:
            break
        if _NOTE.match(text):
            block.kind = BlockKind.FOOTNOTE


def _table_headers(drafts: Sequence[PageDraft]) -> dict[Place, tuple[Span, ...]]:
    """For each table row, the header rows of its table; marks those as headers."""
    headers: dict[Place, tuple[Span, ...]] = {}
    before: tuple[DraftBlock, tuple[Span, ...], tuple[str, ...]] | None = None
    for index, draft in enumerate(drafts):
        content = [k for k, b in enumerate(draft.blocks) if b.kind not in FURNITURE]
        for table in sorted({b.table for b in draft.blocks if b.table}):
            rows = [k for k in content if draft.blocks[k].table == table]
            if not rows:
                continue
            texts = [draft.page.text[draft.starts[k] : draft.ends[k]] for k in rows]
            goes_on = before is not None and rows[0] == content[0] and _fits(before[0], draft.blocks[rows[0]])
            count = _header_rows([draft.blocks[k] for k in rows], texts)
            spans: tuple[Span, ...] = ()
            if goes_on and before is not None:
                repeated = 0
                while repeated < min(len(before[2]), len(texts)) and texts[repeated] == before[2][repeated]:
                    repeated += 1
                bold = count and draft.blocks[rows[0]].bold
                count = repeated or (count if bold and not before[1] else 0)
                spans = before[1] if not count else ()
            for k in rows[:count]:
                draft.blocks[k].kind = BlockKind.TABLE_HEADER
            if count:
                spans = tuple(Span(draft.page.number, draft.starts[k], draft.ends[k]) for k in rows[:count])
            for k in rows[count:]:
                headers[index, k] = spans
            known = tuple(texts[:count]) if count else before[2] if goes_on and before is not None else ()
            last = draft.blocks[rows[-1]]
            before = (last, spans, known) if rows[-1] == content[-1] else None
        if content and not draft.blocks[content[-1]].table:
            before = None
    return headers


def _fits(above: DraftBlock, below: DraftBlock) -> bool:
    """Whether two rows can belong to one table that goes on overleaf."""
    if above.cells != below.cells:
        return False
    return all(abs(a - b) < 12.0 for a, b in zip(above.columns[1:], below.columns[1:], strict=False))


def _header_rows(rows: Sequence[DraftBlock], texts: Sequence[str]) -> int:
    """How many rows at the top name the columns: bold above others, or words above figures."""
    if len(rows) < 2:
        return 0
    bold = 0
    while bold < len(rows) and rows[bold].bold:
        bold += 1
    if 0 < bold < len(rows) and bold <= 3:
        return bold
    first, rest = texts[0], texts[1:]
    worded = not any(map(str.isdigit, first)) and all(cell.strip() for cell in first.split("\t"))
    figures = sum(any(map(str.isdigit, text)) for text in rest)
    return 1 if worded and 2 * figures >= len(rest) else 0
