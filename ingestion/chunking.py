"""From pages to chunks: whole sentences of one section and one language, about 200 tokens at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from indexes.language import detect
from indexes.types import BlockKind, Chunk, ExtractedDocument, Language, Sentence, Span
from ingestion.flow import Unit, units

TARGET = 200  # tokens: what multilingual-e5-small was mostly trained on, and a readable passage
_ITEM_SHARE = 0.5  # of the target: a longer list item is cut into its sentences
_FLUSH_SHARE = 0.5  # a chunk this full is closed rather than cut the next paragraph, list or table in two
_REST_SHARE = 0.25  # a rest smaller than this joins the chunk before it


@dataclass(frozen=True, slots=True)
class _Item:
    """A sentence on its way into a chunk. `group`: of the paragraph, list or table that it belongs to."""

    text: str
    unit: Unit
    spans: tuple[Span, ...]
    tokens: int
    language: Language
    group: int
    first: bool  # of its unit
    leads: bool  # keep it with the next item


def chunk(
    document: ExtractedDocument,
    *,
    document_id: str,
    count_tokens: Callable[[str], int],
    target: int = TARGET,
) -> list[Chunk]:
    """Cut a document into chunks of about `target` tokens, as `count_tokens` counts them.

    A chunk lies within one section and language. Every character of the content is in exactly one sentence
    of one chunk; only the header rows of a table that is cut are repeated, as TABLE_HEADER sentences. No
    chunk is larger than twice the target unless one of its sentences is. The result depends on nothing else.
    """
    counted: dict[str, int] = {}

    def count(text: str) -> int:
        if text not in counted:
            counted[text] = count_tokens(text)
        return counted[text]

    chunks: list[Chunk] = []
    for run in _runs(list(_items(units(document), count, target))):
        for packed in _packed(run, count, target):
            chunks.append(_chunk(packed, document_id, len(chunks), _Headers(count, target)))
    return chunks


def _items(placed: Sequence[Unit], count: Callable[[str], int], target: int) -> Iterator[_Item]:
    """The sentences of the units. Table rows stay whole, and so do list items unless they are long."""
    group = 0
    before: Unit | None = None
    for unit in placed:
        if before is None or not _same_group(before, unit):
            group += 1
        before = unit
        language = _language(unit)
        whole = unit.kind in (BlockKind.TABLE_ROW, BlockKind.TABLE_HEADER, BlockKind.HEADING) or (
            unit.kind is BlockKind.LIST_ITEM and count(unit.text) <= target * _ITEM_SHARE
        )
        bounds = [(0, len(unit.text))] if whole else unit.sentences()
        for index, (start, end) in enumerate(bounds):
            text = unit.text[start:end]
            if unit.kind is not BlockKind.TABLE_ROW:
                text = " ".join(text.split())
            leads = unit.leads and index == len(bounds) - 1
            spans = unit.spans(start, end)
            yield _Item(text, unit, spans, count(text), language, group, index == 0, leads)


def _same_group(before: Unit, unit: Unit) -> bool:
    """Whether two neighbours are of one list (with its lead-in) or one table."""
    if before.section != unit.section:
        return False
    if unit.kind is BlockKind.TABLE_ROW:
        return before.leads or (before.kind is BlockKind.TABLE_ROW and before.header == unit.header)
    return unit.kind is BlockKind.LIST_ITEM and (before.leads or before.kind is BlockKind.LIST_ITEM)


def _language(unit: Unit) -> Language:
    """Of a paragraph: its own. A row or item may be a drug name only: what it stands under counts."""
    around = [text for text, _ in unit.header]
    if unit.kind in (BlockKind.LIST_ITEM, BlockKind.TABLE_ROW):
        around += unit.section[-1:]
    return detect("\n".join((*around, unit.text)))


def _runs(items: Sequence[_Item]) -> Iterator[list[_Item]]:
    """Neighbouring items of one section and language; what hangs on a lead-in goes along."""
    run: list[_Item] = []
    language = Language.UND
    for item in items:
        own = Language.UND if run and (run[-1].leads or item.unit.led) else item.language
        other = Language.UND not in (own, language) and own is not language
        if run and (other or run[-1].unit.section != item.unit.section):
            yield run
            run, language = [], Language.UND
        run.append(item)
        language = own if language is Language.UND else language
    if run:
        yield run


def _packed(run: Sequence[_Item], count: Callable[[str], int], target: int) -> Iterator[list[_Item]]:
    """Cut a run into chunks, between groups rather than inside one, never after a lead-in."""
    done: list[list[_Item]] = []
    current: list[_Item] = []

    def size(items: Sequence[_Item]) -> int:
        return sum(item.tokens for item in items) + _Headers(count, target).cost(items)

    for _, members in groupby(run, key=lambda item: item.group):
        group = list(members)
        together = size([*current, *group])
        if current and together > target >= size(group) and size(current) >= target * _FLUSH_SHARE:
            done.append(current)
            current = []
        for item in group:
            if current and size([*current, item]) > target:
                kept = _lead_ins(current)
                if size([*kept, item]) > 2 * target:
                    kept = []
                if len(kept) < len(current):
                    done.append(current[: len(current) - len(kept)])
                    current = kept
            current.append(item)
    if done and size(current) < target * _REST_SHARE and size([*done[-1], *current]) <= 1.5 * target:
        done[-1] += current
    else:
        done.append(current)
    yield from done


def _lead_ins(items: Sequence[_Item]) -> list[_Item]:
    """The lead-ins at the end, which belong to what comes next."""
    at = len(items)
    while at and items[at - 1].leads:
        at -= 1
    return list(items[at:])


class _Headers:
    """Which rows of a chunk are preceded by their table's header rows: the first of each table."""

    def __init__(self, count: Callable[[str], int], target: int) -> None:
        self._count, self._target = count, target
        self._standing: tuple[str, ...] = ()

    def before(self, item: _Item) -> tuple[tuple[str, Span], ...]:
        """The header rows to put before this item."""
        texts = tuple(text for text, _ in item.unit.header)
        if not texts or texts == self._standing:
            return ()
        if item.tokens + sum(map(self._count, texts)) > 2 * self._target:
            return ()  # the row alone fills the chunk; the header is in its context
        self._standing = texts
        return item.unit.header

    def cost(self, items: Sequence[_Item]) -> int:
        """Tokens of the header rows that a chunk of these items holds."""
        return sum(self._count(text) for item in items for text, _ in self.before(item))


def _chunk(items: Sequence[_Item], document_id: str, ordinal: int, headers: _Headers) -> Chunk:
    text = ""
    sentences: list[Sentence] = []
    for item in items:
        for line, span in headers.before(item):
            text += "\n" if text else ""
            heading = item.unit.context
            header = Sentence(len(text), len(text) + len(line), (span,), BlockKind.TABLE_HEADER, heading)
            sentences.append(header)
            text += line
        text += "" if not text else "\n" if item.first else " "
        context = item.unit.context + tuple(span for _, span in item.unit.header)
        end = len(text) + len(item.text)
        sentences.append(Sentence(len(text), end, item.spans, item.unit.kind, context))
        text += item.text
    return Chunk(
        document_id=document_id,
        ordinal=ordinal,
        text=text,
        language=detect(text),
        spans=_merged([span for item in items for span in item.spans]),
        sentences=tuple(sentences),
        section=items[0].unit.section,
    )


def _merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Neighbouring spans of a page as one; white space between two sentences does not part them."""
    merged: list[Span] = []
    for span in spans:
        last = merged[-1] if merged else None
        if last is not None and last.page == span.page and 0 <= span.start - last.end <= _GAP:
            merged[-1] = Span(last.page, last.start, span.end)
        else:
            merged.append(span)
    return tuple(merged)


_GAP = 3  # characters between two sentences: a blank, a line's end and an indent
