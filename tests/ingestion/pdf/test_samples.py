"""The sample PDFs against the pages that they were printed from: three producers, Amiri and Noto."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from indexes.types import BlockKind, Page
from ingestion.pdf.reader import read_pdf

SAMPLES = Path(__file__).parents[3] / "samples"
NAMES = sorted(path.stem for path in (SAMPLES / "source").glob("*.html"))
ARABIC = [name for name in NAMES if name.endswith("-ar")]
BULLET = re.compile(r"^(?:[•◦▪]|\d+[.)])\s*")
MARKED = re.compile("[\u0621-\u064a]*[\u064b-\u0652\u0670][\u0621-\u0652\u0670]*")


class Source(HTMLParser):
    """(tag, text) of the headings, list items and cells of a page, and all its text."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[tuple[str, str]] = []
        self.text = ""
        self._tag = ""
        self._raised = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._raised = tag == "sup"
        self.text += " "
        if tag in ("h1", "h2", "h3", "li", "p", "td", "th", "title"):
            self._tag = tag
            self.parts.append((tag, ""))

    def handle_endtag(self, tag: str) -> None:
        self._raised = False
        if tag not in ("sup", "b", "i", "em", "strong"):
            self._tag = ""

    def handle_data(self, data: str) -> None:
        data = f"[^{data}]" if self._raised and data.isdigit() else data
        if self._tag:
            self.parts[-1] = (self._tag, self.parts[-1][1] + data)
        if self._tag != "title":
            self.text += data


def plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


@lru_cache
def source(name: str) -> Source:
    parser = Source()
    parser.feed((SAMPLES / "source" / f"{name}.html").read_text("utf-8"))
    return parser


@lru_cache
def pages(name: str) -> tuple[Page, ...]:
    return read_pdf((SAMPLES / "pdf" / f"{name}.pdf").read_bytes(), file_name=name).pages


def blocks(name: str, kind: BlockKind) -> list[str]:
    return [plain(p.text[b.start : b.end]) for p in pages(name) for b in p.blocks if b.kind is kind]


@pytest.mark.parametrize("name", NAMES)
def test_every_heading_is_one(name: str) -> None:
    wanted = [plain(text) for tag, text in source(name).parts if tag in ("h1", "h2", "h3")]
    assert [text for text in blocks(name, BlockKind.HEADING) if text in wanted] == wanted


@pytest.mark.parametrize("name", NAMES)
def test_every_list_item_is_one(name: str) -> None:
    wanted = [plain(text) for tag, text in source(name).parts if tag == "li"]
    found = [BULLET.sub("", text) for text in blocks(name, BlockKind.LIST_ITEM)]
    assert [text for text in found if text in wanted] == wanted


@pytest.mark.parametrize("name", NAMES)
def test_every_table_cell_is_one(name: str) -> None:
    wanted = Counter(plain(text) for tag, text in source(name).parts if tag in ("td", "th"))
    rows = [p.text[b.start : b.end] for p in pages(name) for b in p.blocks if b.kind in (
        BlockKind.TABLE_ROW, BlockKind.TABLE_HEADER)]  # fmt: skip
    found = Counter(plain(cell) for row in rows for cell in row.split("\t"))
    assert wanted - found == Counter()


@pytest.mark.parametrize("name", NAMES)
def test_header_and_page_number_are_no_content(name: str) -> None:
    if len(pages(name)) < 2:
        pytest.skip("nothing is repeated on one page")
    count = len(pages(name))
    notice = "نموذج للعرض – ليس للاستخدام السريري" if name in ARABIC else "SAMPLE – not for care"
    assert blocks(name, BlockKind.PAGE_HEADER) == [notice] * count
    assert blocks(name, BlockKind.PAGE_FOOTER) == [str(k + 1) for k in range(count)]


def test_diacritics_stand_on_their_letters() -> None:
    wanted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for name in ARABIC:
        words = Counter(MARKED.findall(unicodedata.normalize("NFC", source(name).text)))
        text = "\n".join(page.text for page in pages(name))
        wanted += words
        found += words & Counter(MARKED.findall(unicodedata.normalize("NFC", text)))
    assert wanted.total() > 150
    assert found.total() >= 0.98 * wanted.total()


def test_a_negation_at_the_edge_of_the_clip_is_read() -> None:
    page = pages("pain-ar")[0]
    assert "\nلا تُعطى عند قرحة نازفة، ولا في الثلث الأخير من الحمل" in page.text
    assert (page.hidden_text, page.warnings) == ("", ())


@pytest.mark.parametrize("name", NAMES)
def test_no_sample_is_in_doubt(name: str) -> None:
    assert [w for page in pages(name) for w in page.warnings if w.kind.blocking] == []
