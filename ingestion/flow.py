"""A document's text in the order it is read: paragraphs joined across pages, each with what it stands under.

The pages' blocks become units (a paragraph, a list item, a table row). A unit knows its section, the nearest
heading, the lead-in sentences of its list ("Give one of:") and, for a table row, its header rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from indexes.sentences import split
from indexes.types import Block, BlockKind, ExtractedDocument, Page, Span
from ingestion.plain_text import BULLET

_LEFT_OUT = frozenset({BlockKind.PAGE_HEADER, BlockKind.PAGE_FOOTER})
_JOINABLE = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
_ENDED = re.compile(r"[.!?؟:;؛…。][\s\"'»”’)\]\d*]*$")
_GOES_ON = re.compile(r"[a-zà-öø-ÿ0-9٠-٩۰-۹(\u0620-\u064a]")
_LEAD_IN = re.compile(r"[:：][\s\"'»”*]*$")
_NO_SENTENCE = re.compile(r"[\W\d_]{1,6}")  # a bullet or number that was cut off
_STATEMENT = re.compile(r"\D\d+\D|[.!?؟؛;]\s*$")
_STATEMENT_WORDS = 7
_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of text that is one thing, possibly over several pages.

    `text`: its pieces joined by one space, every white space a blank (a tab stays one in a table row).
    `context`: heading and lead-ins, from the outside in. `header`: the header rows of a table row.
    """

    kind: BlockKind
    text: str
    pieces: tuple[Span, ...]
    level: int = 0
    section: tuple[str, ...] = ()
    context: tuple[Span, ...] = ()
    header: tuple[tuple[str, Span], ...] = ()
    leads: bool = False  # the next unit is a list item under this one
    led: bool = False  # it stands under a lead-in

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """Where `text[start:end]` stands on the pages."""
        found, at = [], 0
        for piece in self.pieces:
            length = piece.end - piece.start
            low, high = max(start - at, 0), min(end - at, length)
            if low < high:
                found.append(Span(piece.page, piece.start + low, piece.start + high))
            at += length + 1
        return tuple(found)

    def sentences(self) -> list[tuple[int, int]]:
        """Its sentences without white space around them; no other character is left out."""
        starts = [start for start, _ in split(self.text)][1:]
        bounds = [0, *(s for s in starts if 0 < s < len(self.text)), len(self.text)]
        found: list[tuple[int, int]] = []
        carried: int | None = None
        for start, end in pairwise(bounds):
            begin = start if carried is None else carried
            body = self.text[begin:end].strip()
            carried = begin if _NO_SENTENCE.fullmatch(body) and end < len(self.text) else None
            if body and carried is None:
                found.append(_trimmed(self.text, begin, end))
        return found


def units(document: ExtractedDocument) -> list[Unit]:
    """The content of a document in reading order, headings left out unless they are all there is.

    A heading that nothing stands under and that reads like a statement is kept as a sentence: it may be a
    bold paragraph.
    """
    flow = _joined(document.pages)
    texts = {page.number: page.text for page in document.pages}
    placed = list(_placed(flow, texts))
    return placed or [unit for unit in flow if unit.kind is BlockKind.HEADING]


def _joined(pages: tuple[Page, ...]) -> list[Unit]:
    """All blocks as units, a paragraph that goes on over a page break as one, a page's footnotes after it."""
    flow: list[Unit] = []
    last: int | None = None  # the last unit of the pages before that is no footnote
    for page in pages:
        blocks = [b for b in _covering(page) if b.kind not in _LEFT_OUT]
        body = [_unit(page, b) for b in blocks if b.kind is not BlockKind.FOOTNOTE]
        if body and last is not None and _continues(flow[last], body[0]):
            before, first = flow[last], body.pop(0)
            flow[last] = replace(
                before, text=f"{before.text} {first.text}", pieces=before.pieces + first.pieces
            )
        if body:
            last = len(flow) + len(body) - 1
        flow += body
        flow += [_unit(page, b) for b in blocks if b.kind is BlockKind.FOOTNOTE]
    return flow


def _covering(page: Page) -> Iterator[Block]:
    """The blocks of a page; text that no block holds comes as paragraphs, so that nothing is lost."""
    at = 0
    for block in (*page.blocks, Block(BlockKind.PARAGRAPH, len(page.text), len(page.text))):
        gap = page.text[at : block.start]
        for found in re.finditer(r"\S(?:.|\n(?!\s*\n))*", gap):
            yield Block(BlockKind.PARAGRAPH, at + found.start(), at + found.end())
        if page.text[block.start : block.end].strip():
            yield block
        at = max(at, block.end)


def _unit(page: Page, block: Block) -> Unit:
    start, end = _trimmed(page.text, block.start, block.end)
    raw = page.text[start:end]
    row = block.kind in (BlockKind.TABLE_ROW, BlockKind.TABLE_HEADER)
    text = _SPACE.sub(lambda m: "\t" if row and m.group() == "\t" else " ", raw)
    header = tuple(("", span) for span in block.header)  # the text is looked up when all pages are known
    return Unit(block.kind, text, (Span(page.number, start, end),), block.level, header=header)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    raw = text[start:end]
    start += len(raw) - len(raw.lstrip())
    return start, start + len(raw.strip())


def _continues(before: Unit, after: Unit) -> bool:
    """Whether the paragraph at the top of a page goes on from the one at the bottom of the page before."""
    return (
        before.kind in _JOINABLE
        and after.kind is BlockKind.PARAGRAPH
        and any(c.isalpha() for c in before.text)  # not a page number
        and not _ENDED.search(before.text)
        and bool(_GOES_ON.match(after.text))
        and not BULLET.match(after.text)
    )


def _placed(flow: list[Unit], texts: dict[int, str]) -> Iterator[Unit]:
    """Each content unit with its section and context; headings only when they are statements of their own."""
    headings: list[Unit] = []
    leads = _LeadIns()
    used = {span for unit in flow for _, span in unit.header}
    for unit, below in zip(flow, _following(flow), strict=True):
        if unit.kind is BlockKind.HEADING:
            level = unit.level or 6
            while headings and (headings[-1].level or 6) >= level:
                headings.pop()
            leads.clear()
            bare = below is None or (below.kind is BlockKind.HEADING and (below.level or 6) <= level)
            if bare and _is_statement(unit.text):
                yield _under(unit, headings)
            headings.append(unit)
            continue
        if unit.kind is BlockKind.TABLE_HEADER and set(unit.pieces) <= used:
            continue  # comes with its rows
        context = leads.over(unit)
        header = tuple((_flat(texts, span), span) for _, span in unit.header)
        leading = below is not None and below.kind in (BlockKind.LIST_ITEM, BlockKind.TABLE_ROW)
        placed = _under(unit, headings)
        yield replace(
            placed,
            context=placed.context + context,
            header=header,
            leads=leading and bool(_LEAD_IN.search(unit.text)),
            led=bool(context),
        )


def _following(flow: list[Unit]) -> list[Unit | None]:
    """For each unit the next one that is no footnote."""
    following: list[Unit | None] = []
    below: Unit | None = None
    for unit in reversed(flow):
        following.append(below)
        below = below if unit.kind is BlockKind.FOOTNOTE else unit
    return following[::-1]


def _under(unit: Unit, headings: list[Unit]) -> Unit:
    section = tuple(" ".join(h.text.split()) for h in headings)
    return replace(unit, section=section, context=headings[-1].pieces if headings else ())


def _is_statement(heading: str) -> bool:
    return len(heading.split()) >= _STATEMENT_WORDS or bool(_STATEMENT.search(heading))


def _flat(texts: dict[int, str], span: Span) -> str:
    return re.sub(r"[^\S\t]+", " ", texts.get(span.page, "")[span.start : span.end]).strip()


_NOT_A_LIST = "¶"


class _LeadIns:
    """The sentences that list items stand under, from the outside in, by the bullet of each."""

    def __init__(self) -> None:
        self._open: list[tuple[str, tuple[Span, ...]]] = []
        self._before: tuple[str, tuple[Span, ...]] | None = None  # the list item just read

    def clear(self) -> None:
        self._open.clear()
        self._before = None

    def over(self, unit: Unit) -> tuple[Span, ...]:
        """The lead-ins of this unit; remembers it for the units after it."""
        if unit.kind in (BlockKind.TABLE_ROW, BlockKind.TABLE_HEADER, BlockKind.FOOTNOTE):
            return tuple(span for _, spans in self._open for span in spans)
        if unit.kind is not BlockKind.LIST_ITEM:
            self.clear()
            if _LEAD_IN.search(unit.text):
                self._open.append((_NOT_A_LIST, unit.spans(*unit.sentences()[-1])))
            return ()
        mark = _mark(unit.text)
        marks = [m for m, _ in self._open]
        if mark in marks:
            del self._open[marks.index(mark) :]
        elif self._before and mark and self._before[0] not in ("", mark, *marks):
            self._open.append(self._before)  # another bullet: a list inside the item above
        context = tuple(span for _, spans in self._open for span in spans)
        self._before = (mark, unit.pieces)
        if _LEAD_IN.search(unit.text):
            self._open.append(self._before)
        return context


def _mark(text: str) -> str:
    """The kind of a list item's bullet: the sign itself, "1" for numbers, "a" for letters, or nothing."""
    found = BULLET.match(text)
    if not found:
        return ""
    sign = found.group().strip().strip("().-") or found.group().strip()
    return "1" if sign[0].isdigit() else "a" if sign[0].isalpha() else sign[0]
