"""From a path to a document as read: opens the file safely and picks the reader by what the file holds."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

from indexes.errors import LimitExceeded, UnreadableDocument
from indexes.types import BlockKind, ExtractedDocument, Metadata
from ingestion import extractors, markdown, plain_text
from ingestion.decoding import decode
from ingestion.limits import Limits
from ingestion.text_pages import Part, to_pages

TEXT_SUFFIXES = frozenset({".txt", ".text"})
MARKDOWN_SUFFIXES = frozenset({".md", ".markdown"})

_PDF_MARK = b"%PDF-"
_MARK_WITHIN = 1024  # bytes: as PDF readers do, ISO 32000-1 implementation note 13
_SIGNS = (
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript file"),
    (b"<!doctype html", "a web page (HTML)"),
    (b"<html", "a web page (HTML)"),
    (b"<?xml", "an XML file"),
)

DEFAULT_LIMITS = Limits()
Progress = Callable[[int, int], None]  # pages read, pages in all


def read_file(
    path: Path,
    *,
    password: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> ExtractedDocument:
    """Read one PDF, text or Markdown file, in this process, without the gates (see `ingestion.worker`).

    Raises UnreadableDocument, PasswordRequired or LimitExceeded, each naming the file.
    """
    data = read_bytes(path, limits)
    kind = media_type(data, path)
    if kind == "application/pdf":
        from ingestion.pdf.reader import read_pdf

        return read_pdf(data, file_name=path.name, password=password, limits=limits, progress=progress)
    return _read_text(data, path.name, kind, limits)


def read_bytes(path: Path, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The bytes of a regular file. A pipe, device or folder is refused without waiting for it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UnreadableDocument(
            f"{path.name} cannot be opened: {error.strerror}.", remedy="Check that it exists and may be read."
        ) from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
        raise UnreadableDocument(f"{path.name} is {what}.", remedy="Name a PDF, text or Markdown file.")
    with os.fdopen(descriptor, "rb") as stream:
        try:
            data = stream.read(limits.max_bytes + 1) if status.st_size <= limits.max_bytes else b""
        except OSError as error:
            raise UnreadableDocument(
                f"{path.name} cannot be read: {error.strerror}.", remedy="Check the disk."
            ) from error
    if len(data) > limits.max_bytes or status.st_size > limits.max_bytes:
        raise LimitExceeded(
            f"{path.name} has {status.st_size:,} bytes; the limit is {limits.max_bytes:,}.",
            remedy="Split the file or raise max_bytes.",
        )
    if not data:
        raise UnreadableDocument(f"{path.name} is empty (zero bytes).", remedy="Copy the file again.")
    return data


def media_type(data: bytes, path: Path) -> str:
    """application/pdf, text/plain or text/markdown. Raises UnreadableDocument for anything else."""
    suffix = path.suffix.lower()
    text_like = suffix in TEXT_SUFFIXES | MARKDOWN_SUFFIXES
    if data.startswith(_PDF_MARK) or (_PDF_MARK in data[:_MARK_WITHIN] and not text_like):
        return "application/pdf"
    opening = data[:_MARK_WITHIN].lstrip(b"\xef\xbb\xbf \t\r\n")
    sign = next((what for mark, what in _SIGNS if opening[: len(mark)].lower() == mark.lower()), None)
    if suffix == ".pdf":
        what = f"it is {sign}" if sign else f"no {_PDF_MARK.decode()} mark stands at its beginning"
        raise UnreadableDocument(f"{path.name} is not a PDF: {what}.", remedy="Get the PDF file itself.")
    if text_like and (sign is None or "(HTML)" in sign or "XML" in sign):
        return "text/markdown" if suffix in MARKDOWN_SUFFIXES else "text/plain"
    raise UnreadableDocument(
        f"{path.name} is {sign or 'of an unknown type'}.",
        remedy="Only PDF, .txt and .md files can be ingested: convert it to one of these.",
    )


def _read_text(data: bytes, file_name: str, kind: str, limits: Limits) -> ExtractedDocument:
    text = decode(data, file_name=file_name)
    if not text.strip():
        raise UnreadableDocument(f"{file_name} holds no text, only white space.", remedy="Check the file.")
    parts = markdown.parse(text) if kind == "text/markdown" else plain_text.parse(text)
    pages = to_pages(parts)
    if len(pages) > limits.max_pages:
        raise LimitExceeded(
            f"{file_name} makes {len(pages):,} pages; the limit is {limits.max_pages:,}.",
            remedy="Split the file or raise max_pages.",
        )
    return ExtractedDocument(
        file_name=file_name,
        content_hash=hashlib.sha256(data).hexdigest(),
        media_type=kind,
        extractor=extractors.TEXT,
        pages=pages,
        metadata=Metadata(title=_title(parts)),
    )


def _title(parts: list[Part]) -> str | None:
    """The heading that the text begins with."""
    return parts[0].text if parts and parts[0].kind is BlockKind.HEADING else None
