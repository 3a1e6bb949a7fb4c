"""Pages that are images: drawn by PDFium, read by tesseract when it is installed, and marked as such.

Of about fifty numbers on a page tesseract gets 4 to 23 wrong: its text is for finding a page, never for
quoting a number. So every such page carries the warning OCR.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np

from indexes.types import Block, BlockKind, GlyphBoxes, Page, PageWarning, WarningKind
from ingestion.processes import child_environment, tie_and_limit
from ingestion.second_reader import Picture

DPI = 300
SECONDS = 120.0  # for one page; five are usual
LANGUAGES = ("ara", "eng")
DARK = 160  # grey below which a pixel is ink
LEAST_INK = 40  # pixels; a page with less is blank
_COLUMNS = 12
REMEDY = "Install tesseract with its languages ara and eng, and ingest the file again."


@dataclass(frozen=True, slots=True)
class Word:
    """A word as tesseract found it: its place in the page's structure, its box in pixels from the top."""

    block: int
    paragraph: int
    line: int
    left: int
    top: int
    width: int
    height: int
    text: str


@cache
def languages() -> str:
    """Which of our languages tesseract has, joined by "+"; empty when there is none or no tesseract."""
    binary = shutil.which("tesseract")
    if binary is None:
        return ""
    try:
        listed = subprocess.run(
            [binary, "--list-langs"],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
            env=child_environment(),
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "+".join(name for name in LANGUAGES if name in listed.stdout.split())


def is_blank(picture: Picture) -> bool:
    """Whether there is nothing on the page to read."""
    return int((np.frombuffer(picture.grey, np.uint8) < DARK).sum()) < LEAST_INK


def read_picture(picture: Picture, *, memory_bytes: int) -> list[Word] | None:
    """The words in a picture, in reading order; None when tesseract is missing, fails or takes too long."""
    binary, known = shutil.which("tesseract"), languages()
    if binary is None or not known:
        return None
    image = b"P5 %d %d 255\n" % (picture.width, picture.height) + picture.grey
    dpi = str(round(picture.scale * 72))
    try:
        done = subprocess.run(
            [binary, "stdin", "stdout", "-l", known, "--dpi", dpi, "tsv"],
            input=image,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env=child_environment(),
            preexec_fn=partial(tie_and_limit, memory_bytes, SECONDS),
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return list(_words(done.stdout.decode("utf-8", "replace"))) if done.returncode == 0 else None


def _words(table: str) -> Iterator[Word]:
    """The rows of tesseract's TSV that are words (level 5)."""
    for row in table.splitlines()[1:]:
        cells = row.split("\t", _COLUMNS - 1)
        if len(cells) == _COLUMNS and cells[0] == "5" and cells[11].strip():
            block, paragraph, line, _, left, top, width, height = map(int, cells[2:10])
            yield Word(block, paragraph, line, left, top, width, height, cells[11].strip())


def page_from_words(page: Page, words: list[Word], picture: Picture) -> Page:
    """The page with the text that OCR found, one block a paragraph, and the box of each word."""
    text = ""
    blocks: list[Block] = []
    offsets: list[int] = []
    boxes: list[tuple[float, float, float, float]] = []
    before: Word | None = None
    start = 0
    for word in words:
        if before is not None:
            same = (before.block, before.paragraph) == (word.block, word.paragraph)
            if not same:
                blocks.append(Block(BlockKind.PARAGRAPH, start, len(text)))
            text += "\n\n" if not same else " " if before.line == word.line else "\n"
            start = start if same else len(text)
        offsets.append(len(text))
        boxes.append(_on_page(word, picture.scale, page))
        text += word.text
        before = word
    if text:
        blocks.append(Block(BlockKind.PARAGRAPH, start, len(text)))
    kept = tuple(w for w in page.warnings if w.kind is not WarningKind.NO_TEXT_LAYER)
    return replace(
        page,
        text=text,
        blocks=tuple(blocks),
        warnings=(*kept, PageWarning(WarningKind.OCR, f"read from the image by tesseract ({languages()})")),
        boxes=GlyphBoxes(np.array(offsets, np.int32), np.array(boxes, np.float32).reshape(len(offsets), 4)),
    )


def _on_page(word: Word, scale: float, page: Page) -> tuple[float, float, float, float]:
    """A word's box in points from the lower left of the crop box, with the page's rotation taken back."""
    left, right = word.left / scale, (word.left + word.width) / scale
    top, bottom = word.top / scale, (word.top + word.height) / scale
    match page.rotation % 360:
        case 90:
            return top, left, bottom, right
        case 180:
            return page.width - right, top, page.width - left, bottom
        case 270:
            return page.width - bottom, page.height - right, page.width - top, page.height - left
        case _:
            return left, page.height - bottom, right, page.height - top
