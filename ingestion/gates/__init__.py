"""Between a page as read and a page that is believed: gates add warnings; only image pages get new text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from indexes.errors import UnreadableDocument
from indexes.types import ExtractedDocument, Page, WarningKind
from ingestion.gates.digit_fonts import check_digit_fonts
from ingestion.gates.digits import check_digits
from ingestion.gates.letters import check_letters
from ingestion.limits import Limits
from ingestion.ocr import DPI, REMEDY, is_blank, languages, page_from_words, read_picture
from ingestion.reading import read_bytes
from ingestion.second_reader import SecondReader

SECOND_SHARE = 0.5  # of the time limit: what PDFium may use of it

Progress = Callable[[str, int, int], None]


def apply_gates(
    document: ExtractedDocument,
    path: Path,
    password: str | None,
    second: SecondReader,
    limits: Limits,
    progress: Progress,
) -> ExtractedDocument:
    """The document with the warnings of all gates on its pages, and image pages read by OCR.

    `progress("ocr", done, total)` is called for every page that goes through OCR. Raises UnreadableDocument
    when there is nothing to read on any page.
    """
    pages = list(document.pages)
    _refuse_empty(pages, path)
    if document.media_type == "application/pdf":
        texts = second.texts(path, password, len(pages), seconds=limits.seconds * SECOND_SHARE)
        pages = check_digits(pages, texts)
        pages = check_digit_fonts(pages, read_bytes(path, limits), password)
        pages = _read_images(pages, path, password, second, limits, progress)
    return replace(document, pages=tuple(_with_letters(page) for page in pages))


def _refuse_empty(pages: list[Page], path: Path) -> None:
    """A file of images may be kept: people can look at it. One without anything to read or see may not."""
    if any(page.text.strip() or page.hidden_text.strip() or _is_image(page) for page in pages):
        return
    reasons = dict.fromkeys(w.detail for page in pages for w in page.warnings if w.detail)
    cause = f" ({'; '.join(list(reasons)[:3])})" if reasons else ""
    raise UnreadableDocument(
        f"{path.name} holds no text that can be read{cause}.",
        remedy="Repair it, for example by printing it anew.",
    )


def _with_letters(page: Page) -> Page:
    known = {warning.kind for warning in page.warnings if warning.start is None}  # of the whole page
    if known & {WarningKind.OCR, WarningKind.GARBLED_TEXT}:
        return page
    warning = check_letters(page.text)
    return replace(page, warnings=(*page.warnings, warning)) if warning else page


def _read_images(
    pages: list[Page],
    path: Path,
    password: str | None,
    second: SecondReader,
    limits: Limits,
    progress: Progress,
) -> list[Page]:
    """Pages without a text layer as OCR reads them; without tesseract they say what would help."""
    images = [i for i, page in enumerate(pages) if _is_image(page)]
    for done, index in enumerate(images):
        page = pages[index]
        if not languages():
            pages[index] = _unread(page, REMEDY)
            continue
        progress("ocr", done, len(images))
        picture = second.picture(path, password, page.number, dpi=DPI)
        if picture is None:
            pages[index] = _unread(page, "The page cannot be drawn.")
        elif not is_blank(picture):
            words = read_picture(picture, memory_bytes=limits.memory_bytes)
            if words:
                pages[index] = page_from_words(page, words, picture)
            else:
                pages[index] = _unread(page, "OCR found no text on it.")
    return pages


def _is_image(page: Page) -> bool:
    return any(warning.kind is WarningKind.NO_TEXT_LAYER for warning in page.warnings)


def _unread(page: Page, detail: str) -> Page:
    warnings = (
        replace(w, detail=f"{w.detail} {detail}".strip()) if w.kind is WarningKind.NO_TEXT_LAYER else w
        for w in page.warnings
    )
    return replace(page, warnings=tuple(warnings))
