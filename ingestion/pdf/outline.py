"""What a PDF says of itself: outline, page labels, title and dates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pypdf import PdfReader

from indexes.types import Metadata
from ingestion.pdf.objects import OBJECT_ERRORS, entry

_MAX_ENTRIES = 20_000
_PROGRAM_TITLE = re.compile(
    r"^(?:untitled"
    r"|microsoft (?:word|powerpoint|excel)\s*-.*|.*\.(?:docx?|pdf|pptx?|tex|indd|html?|odt)|\W*|\d+)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A bookmark: its title, its page (from 1) and its depth (from 1)."""

    title: str
    page: int
    depth: int


def bare(text: str) -> str:
    """Text without what differs between a bookmark and its heading: spaces, marks, numbers in front."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    letters = "".join(c for c in folded if c.isalnum())
    return letters.lstrip("0123456789٠١٢٣٤٥٦٧٨٩") or letters


def outline_of(reader: PdfReader) -> list[OutlineEntry]:
    """The document's bookmarks; none when there are none or they cannot be read."""
    try:
        return list(_walk(reader, reader.outline, 1))[:_MAX_ENTRIES]
    except OBJECT_ERRORS:
        return []


def _walk(reader: PdfReader, items: Sequence[Any], depth: int) -> Iterator[OutlineEntry]:
    for item in items:
        if isinstance(item, list):
            yield from _walk(reader, item, depth + 1)
            continue
        number = reader.get_destination_page_number(item)
        if item.title and number is not None and number >= 0:
            yield OutlineEntry(str(item.title), number + 1, depth)


def labels_of(reader: PdfReader, count: int) -> list[str | None]:
    """The printed number of each page where the document gives them, else None."""
    if entry(reader.root_object, "/PageLabels") is None:
        return [None] * count
    try:
        labels: list[str | None] = list(reader.page_labels)
    except OBJECT_ERRORS:
        return [None] * count
    return (labels + [None] * count)[:count]


def metadata_of(reader: PdfReader) -> Metadata:
    """Title, publisher, language and publication date as far as the file's metadata say.

    The date of creation is that of the file, not of the guideline: it is not taken for one.
    """
    xmp = None
    try:
        xmp = reader.xmp_metadata
    except OBJECT_ERRORS:
        xmp = None
    title = _title(reader)
    publisher, published = None, None
    if xmp is not None:
        try:
            title = title or _sensible(next(iter((xmp.dc_title or {}).values()), None))
            publisher = next(iter(xmp.dc_publisher or ()), None)
            published = _day(next(iter(xmp.dc_date or ()), None))
        except OBJECT_ERRORS:
            publisher = None
    return Metadata(title=title, publisher=publisher or None, effective=published, language=_language(reader))


def _title(reader: PdfReader) -> str | None:
    try:
        info = reader.metadata
        return _sensible(info.title if info is not None else None)
    except OBJECT_ERRORS:
        return None


def _sensible(title: Any) -> str | None:
    """A title, unless a program made it up from the name of a file."""
    if not isinstance(title, str):
        return None
    title = " ".join(title.replace("\x00", "").split())
    return None if _PROGRAM_TITLE.match(title) else title


def _day(value: Any) -> date | None:
    return value.date() if isinstance(value, datetime) else None


def _language(reader: PdfReader) -> str | None:
    value = entry(reader.root_object, "/Lang")
    code = str(value).split("-")[0].lower() if isinstance(value, str) else ""
    return code if code in ("ar", "en") else None
