from __future__ import annotations

import shutil
import zlib
from pathlib import Path

import numpy as np
import pytest
from hostile_files import good, many_pages, one_page, stream

from indexes.types import Block, BlockKind, ExtractedDocument, Page, WarningKind
from ingestion import gates, ocr
from ingestion.limits import Limits
from ingestion.ocr import Word, page_from_words
from ingestion.pool import ExtractionResult, PageProgress, extract_files
from ingestion.second_reader import Picture, SecondReader

MEMORY = Limits().memory_bytes
WORDS = "Give paracetamol for fever and measure the temperature again."
needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")


@pytest.fixture
def reader() -> SecondReader:
    return SecondReader(MEMORY)


def scanned(folder: Path, reader: SecondReader, rotation: int = 0) -> Path:
    """A PDF whose only content is the picture of a page of text."""
    source = folder / "source.pdf"
    source.write_bytes(good(WORDS))
    picture = reader.picture(source, None, 1, dpi=200)
    reader.close()
    assert picture is not None
    image = stream(
        zlib.compress(picture.grey),
        b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace /DeviceGray "
        b"/Filter /FlateDecode" % (picture.width, picture.height),
    )
    resources = b"/XObject << /I 6 0 R >>"
    data = one_page(stream(b"q 595 0 0 842 0 0 cm /I Do Q"), resources=resources, more={6: image})
    if rotation:
        data = data.replace(b"/MediaBox", b"/Rotate %d /MediaBox" % rotation)
    path = folder / "scan.pdf"
    path.write_bytes(data)
    return path


def extracted(path: Path) -> tuple[ExtractedDocument, list[PageProgress]]:
    events = list(extract_files([path]))
    (result,) = [e for e in events if isinstance(e, ExtractionResult)]
    assert result.document is not None, result.error
    return result.document, [e for e in events if isinstance(e, PageProgress)]


@needs_tesseract
def test_a_scanned_page_is_read_marked_and_has_boxes(tmp_path: Path, reader: SecondReader) -> None:
    document, progress = extracted(scanned(tmp_path, reader))
    (page,) = document.pages
    assert page.text.split() == WORDS.split()
    assert page.blocks == (Block(BlockKind.PARAGRAPH, 0, len(page.text)),)
    assert [w.kind for w in page.warnings] == [WarningKind.OCR]
    assert [e.stage for e in progress] == ["read", "ocr"]
    assert page.boxes is not None
    assert [page.text[o:].split()[0] for o in page.boxes.offsets] == WORDS.split()
    left, bottom, right, top = page.boxes.boxes[0]
    assert (left, bottom) == pytest.approx((72, 720), abs=2)  # where the text was written, in 12 points
    assert 20 < right - left < 40
    assert 6 < top - bottom < 14


def test_without_tesseract_the_page_says_what_would_help(
    tmp_path: Path, reader: SecondReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "languages", lambda: "")
    path = scanned(tmp_path, reader)
    from ingestion.reading import read_file

    document = gates.apply_gates(read_file(path), path, None, reader, Limits(), lambda *_: None)
    reader.close()
    (page,) = document.pages
    assert page.text == ""
    assert [w.kind for w in page.warnings] == [WarningKind.NO_TEXT_LAYER]
    assert page.warnings[0].detail.endswith(ocr.REMEDY)


@pytest.mark.parametrize(
    ("rotation", "box"),
    [
        (0, (10, 170, 40, 180)),
        (90, (20, 10, 30, 40)),
        (180, (60, 20, 90, 30)),
        (270, (70, 160, 80, 190)),
    ],
)
def test_boxes_are_turned_back(rotation: int, box: tuple[float, ...]) -> None:
    page = Page(1, "", width=100, height=200, rotation=rotation)
    word = Word(1, 1, 1, left=20, top=40, width=60, height=20, text="dose")
    read = page_from_words(page, [word], Picture(0, 0, 2.0, b""))
    assert read.boxes is not None
    assert read.boxes.boxes.tolist() == [list(box)]


def test_lines_and_paragraphs_of_words() -> None:
    words = [
        Word(*place, 0, 0, 1, 1, text)
        for place, text in [
            ((1, 1, 1), "two"),
            ((1, 1, 1), "words"),
            ((1, 1, 2), "line"),
            ((1, 2, 1), "next"),
            ((2, 1, 1), "last"),
        ]
    ]
    page = page_from_words(Page(1, "", width=9, height=9), words, Picture(0, 0, 1.0, b""))
    assert page.text == "two words\nline\n\nnext\n\nlast"
    assert [page.text[b.start : b.end] for b in page.blocks] == ["two words\nline", "next", "last"]
    assert page.boxes is not None
    assert page.boxes.offsets.tolist() == [0, 4, 10, 16, 22]


def test_a_page_that_draws_nothing_is_blank() -> None:
    white = np.full(10_000, 255, np.uint8)
    ink = white.copy()
    ink[:100] = 0
    assert ocr.is_blank(Picture(100, 100, 1.0, white.tobytes()))
    assert not ocr.is_blank(Picture(100, 100, 1.0, ink.tobytes()))


def test_the_second_reader_reads_and_outlives_its_process(tmp_path: Path, reader: SecondReader) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(many_pages(3))
    try:
        assert reader.texts(path, None, 3, seconds=20) == ["A page."] * 3
        assert reader._peer is not None
        reader._peer.kill()
        assert reader.texts(path, None, 3, seconds=20) == [None, "A page.", "A page."]
        (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 and nothing")
        assert reader.texts(tmp_path / "b.pdf", None, 2, seconds=20) == [None, None]
        assert reader.picture(tmp_path / "b.pdf", None, 1, dpi=72) is None
        assert reader.texts(path, None, 3, seconds=-1) == [None] * 3
    finally:
        reader.close()
