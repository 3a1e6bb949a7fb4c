"""What a document, a page and a chunk are: the values that every room passes around.

Offsets count code points of a page's text, half open; pages count from 1. All values are frozen: change
one with `dataclasses.replace`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Language(StrEnum):
    """Of a text: Arabic, English (any Latin script), or undetermined (figures, symbols)."""

    AR = "ar"
    EN = "en"
    UND = "und"


class WarningKind(StrEnum):
    """Why a page, or a part of it, is not to be trusted as read."""

    UNVERIFIED_ORDER = "unverified_order"  # no logical order gives the line that stands on the page
    GARBLED_TEXT = "garbled_text"  # letters that no language has: a broken font map
    NO_TEXT_LAYER = "no_text_layer"  # an image of text, and nobody read it
    DIGIT_DISAGREEMENT = "digit_disagreement"  # a second reader sees other numbers
    DESCENDING_RANGE = "descending_range"  # 20-10 in a right-to-left line: perhaps swapped
    OCR = "ocr"  # read from an image, or from the invisible layer over one
    HIDDEN_TEXT = "hidden_text"  # text nobody can see was kept apart
    UNREADABLE_PART = "unreadable_part"  # a font or form on the page could not be read
    UNREAD_IMAGE = "unread_image"  # a large picture, which may hold text or a table

    @property
    def blocking(self) -> bool:
        """Whether no digit of such a page may be quoted without its image."""
        return self not in (WarningKind.HIDDEN_TEXT, WarningKind.UNREAD_IMAGE)


@dataclass(frozen=True, slots=True)
class PageWarning:
    kind: WarningKind
    detail: str = ""
    start: int | None = None  # the stretch it is about; None: the whole page
    end: int | None = None


class BlockKind(StrEnum):
    """The part that a stretch of page text plays on the page."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_HEADER = "table_header"
    TABLE_ROW = "table_row"
    FOOTNOTE = "footnote"
    PAGE_HEADER = "page_header"  # repeated on many pages: not content
    PAGE_FOOTER = "page_footer"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one page's text: `text[start:end]` of page `page`."""

    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of page text with one role. Blocks of a page are in reading order and do not overlap.

    `level` is 1 to 6 for headings, else 0. `header` names, for a table row, the header rows that its
    cells need (perhaps on an earlier page). Cells of a row are separated by a tab in the text.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    header: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class GlyphBoxes:
    """Where the characters of a page's text stand on the page.

    `offsets` (n, int32, ascending): the code point at which each box begins; a box covers the text up to
    the next white space or the next offset. `boxes` (n × 4, float32): x0, y0, x1, y1 in PDF points, origin
    at the lower left of the page's crop box, before /Rotate.
    """

    offsets: NDArray[np.int32]
    boxes: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Page:
    """One page as the extractor read it: `text` is what people are shown and what quotes are cut from."""

    number: int
    text: str
    label: str | None = None  # the number printed on the page, such as "iii"
    blocks: tuple[Block, ...] = ()
    warnings: tuple[PageWarning, ...] = ()
    hidden_text: str = ""
    width: float = 0.0  # of the crop box, PDF points, before /Rotate
    height: float = 0.0
    rotation: int = 0  # 0, 90, 180, 270
    boxes: GlyphBoxes | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of a document besides its text. None: not known."""

    title: str | None = None
    publisher: str | None = None
    edition: str | None = None
    effective: date | None = None
    expires: date | None = None
    supersedes: str | None = None  # a document id
    collection: str | None = None
    language: str | None = None  # "ar", "en" or "ar,en"; else it is taken from the text


@dataclass(frozen=True, slots=True)
class ExtractedDocument:
    """A file as read, before it is in a library."""

    file_name: str
    content_hash: str  # SHA-256 of the bytes, hexadecimal
    media_type: str  # application/pdf, text/plain, text/markdown
    extractor: str  # name and version of what read it
    pages: tuple[Page, ...]
    metadata: Metadata = Metadata()  # what the file says of itself


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, list item or table row inside a chunk.

    `start`, `end`: in the chunk's text. `spans`: where its words stand on the pages. `context`: the heading
    or table header rows that a reader needs to understand it.
    """

    start: int
    end: int
    spans: tuple[Span, ...]
    kind: BlockKind = BlockKind.PARAGRAPH
    context: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole sentences of one section, about 200 tokens: what is searched.

    `id` is 0 until the library gives it a number, which is never used again.
    """

    document_id: str
    ordinal: int
    text: str
    language: Language
    spans: tuple[Span, ...]
    sentences: tuple[Sentence, ...]
    section: tuple[str, ...] = ()
    id: int = 0

    @property
    def embedded_text(self) -> str:
        """What the embedding model sees: the section's path, then the text."""
        return "\n".join((" > ".join(self.section), self.text)) if self.section else self.text


class DocumentState(StrEnum):
    """Whether a document may be quoted today."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    NOT_YET_EFFECTIVE = "not_yet_effective"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the library. `id` is the beginning of its content hash."""

    id: str
    title: str
    file_name: str
    content_hash: str
    text_hash: str  # of all page texts: equal for the same text in other bytes
    media_type: str
    extractor: str
    page_count: int
    languages: tuple[Language, ...]
    collection: str
    state: DocumentState
    publisher: str | None = None
    edition: str | None = None
    effective: date | None = None
    expires: date | None = None
    supersedes: str | None = None
    superseded_by: str | None = None
    added_generation: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and of which documents."""

    text: str
    language: Language
    collection: str | None = None
    documents: tuple[str, ...] = ()
    languages: tuple[Language, ...] = ()  # of the evidence; empty: any
    all_editions: bool = False


@dataclass(frozen=True, slots=True)
class ScoredChunk:
    """A search result. Ranks count from 1 within their signal; None: the signal did not find it."""

    chunk: Chunk
    document: Document
    score: float
    dense_rank: int | None = None
    lexical_rank: int | None = None
    dense_score: float = 0.0  # debiased cosine, −1 to 1
    lexical_score: float = 0.0  # share of the greatest BM25 score possible, 0 to 1
