"""A PDF file → an ExtractedDocument."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from typing import Any

from pypdf import PdfReader, apply_configuration
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError

from indexes.errors import LimitExceeded, PasswordRequired, UnreadableDocument
from indexes.types import ExtractedDocument
from ingestion import extractors
from ingestion.limits import Limits
from ingestion.pdf.document import finish
from ingestion.pdf.drafts import PageDraft
from ingestion.pdf.layers import Layers
from ingestion.pdf.objects import OBJECT_ERRORS
from ingestion.pdf.outline import labels_of, metadata_of, outline_of
from ingestion.pdf.pages import read_page
from ingestion.pdf.reading import MirrorCoding
from ingestion.pdf.shared import Shared

Progress = Callable[[int, int], None]


def read_pdf(
    data: bytes,
    *,
    file_name: str,
    password: str | None = None,
    limits: Limits = Limits(),
    progress: Progress | None = None,
) -> ExtractedDocument:
    """Read a PDF's pages. `progress` is told (pages read, pages in all).

    Raises UnreadableDocument when it is broken or no PDF, PasswordRequired when it is encrypted and the
    password is missing or wrong, LimitExceeded when it costs more than `limits`; each names the file.
    """
    with _configured(limits), _told(file_name):
        reader = _open(data, file_name, password, limits)
        count = _count(reader, file_name, limits)
        catalog = reader.root_object
        shared = Shared(limits, Layers(catalog).hides)
        coding = MirrorCoding()
        labels = labels_of(reader, count)
        drafts: list[PageDraft] = []
        for number, page in enumerate(reader.pages, start=1):
            draft = read_page(page, number, shared, coding)
            draft.page = replace(draft.page, label=labels[number - 1])
            drafts.append(draft)
            if progress is not None:
                progress(number, count)
        return ExtractedDocument(
            file_name=file_name,
            content_hash=hashlib.sha256(data).hexdigest(),
            media_type="application/pdf",
            extractor=extractors.PDF,
            pages=finish(drafts, outline_of(reader)),
            metadata=metadata_of(reader),
        )


@contextmanager
def _configured(limits: Limits) -> Iterator[None]:
    size = limits.max_stream_bytes
    # They tell of every oddity; what matters becomes a warning of the page.
    loggers = [logging.getLogger(name) for name in ("pypdf", "fontTools")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        with apply_configuration(
            maximum_declared_stream_length=size,
            array_based_stream_maximum_output_length=size,
            zlib_maximum_output_length=size,
            lzw_maximum_output_length=size,
            run_length_maximum_output_length=size,
            brotli_maximum_output_length=size,
            jbig2_maximum_output_length=size,
            page_tree_maximum_entries=max(limits.max_pages * 4, 10_000),
        ):
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def _told(file_name: str) -> Iterator[None]:
    """Turn what goes wrong anywhere in a file into an error that names it."""
    try:
        yield
    except LimitExceeded as error:
        if error.message.startswith(file_name):
            raise
        raise LimitExceeded(f"{file_name}: {error.message}", remedy=error.remedy) from error
    except LimitReachedError as error:
        raise LimitExceeded(
            f"{file_name} asks for more than the limits allow: {error}",
            remedy="Repair the file, or raise the limit.",
        ) from error
    except FileNotDecryptedError as error:
        raise PasswordRequired(
            f"{file_name} is encrypted and the password is missing or wrong.", remedy="Give its password."
        ) from error
    except DependencyError as error:
        raise UnreadableDocument(f"{file_name} needs what is not installed: {error}") from error
    except RecursionError as error:
        raise LimitExceeded(
            f"{file_name} nests its objects too deeply.",
            remedy="Repair the file, for example by printing it anew.",
        ) from error
    except MemoryError as error:
        raise LimitExceeded(
            f"{file_name} needs more memory than is allowed.", remedy="Split the file, or raise the limit."
        ) from error
    except OBJECT_ERRORS as error:
        if isinstance(error, AttributeError) and not _from_pypdf(error):
            raise
        raise UnreadableDocument(
            f"{file_name} is damaged beyond reading: {error or type(error).__name__}.",
            remedy="Repair the file, for example by printing it anew.",
        ) from error


def _from_pypdf(error: BaseException) -> bool:
    """Whether pypdf raised it, which stumbles over objects of the wrong type, and not our own code."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_globals.get("__name__", "").startswith("pypdf")


def _open(data: bytes, file_name: str, password: str | None, limits: Limits) -> PdfReader:
    if not data:
        raise UnreadableDocument(f"{file_name} is empty (zero bytes).", remedy="Copy the file again.")
    if len(data) > limits.max_bytes:
        raise LimitExceeded(
            f"{file_name} has {len(data):,} bytes, more than the limit of {limits.max_bytes:,}.",
            remedy="Split the file, or raise the limit.",
        )
    if b"%PDF-" not in data[:1024]:
        raise UnreadableDocument(
            f"{file_name} is not a PDF: it does not begin like one.", remedy="Name a PDF file."
        )
    try:
        reader = PdfReader(BytesIO(data))
    except (LimitReachedError, RecursionError, MemoryError, DependencyError):
        raise
    except OBJECT_ERRORS as error:
        raise UnreadableDocument(
            f"{file_name} is damaged or cut short: {error or type(error).__name__}.",
            remedy="Copy the file again.",
        ) from error
    if reader.is_encrypted and not reader.decrypt(password or ""):
        what = "needs a password" if password is None else "does not open with this password"
        raise PasswordRequired(f"{file_name} is encrypted and {what}.", remedy="Give its password.")
    return reader


def _count(reader: PdfReader, file_name: str, limits: Limits) -> int:
    declared: Any = len(reader.pages)
    if declared > limits.max_pages:
        raise LimitExceeded(
            f"{file_name} has {declared:,} pages, more than the limit of {limits.max_pages:,}.",
            remedy="Split the file, or raise max_pages.",
        )
    if declared == 0:
        raise UnreadableDocument(f"{file_name} has no pages that can be found.", remedy="Repair the file.")
    return int(declared)
