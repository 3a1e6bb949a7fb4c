"""Small PDFs written by hand, for what no producer can be made to write on demand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from indexes.types import ExtractedDocument, Page
from ingestion.pdf.bidi import bidi_class, embedding_levels, visual_order
from ingestion.pdf.letters import MIRROR
from ingestion.pdf.reader import read_pdf


class PdfBuilder:
    """Objects and pages of a PDF. The font /F1 shows any character of the basic plane, half an em wide; its
    codes are the characters themselves."""

    def __init__(self) -> None:
        self.objects: list[bytes] = [b""] * 5
        self.pages: list[int] = []
        self.catalog = b""
        self.used: set[str] = set()

    def add(self, body: bytes) -> int:
        self.objects.append(body)
        return len(self.objects)

    def stream(self, data: bytes, entries: bytes = b"") -> int:
        return self.add(b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data))

    def show(self, x: float, y: float, text: str, size: float = 12, before: str = "") -> bytes:
        """An operator sequence that shows `text` from left to right."""
        self.used |= set(text)
        codes = text.encode("utf-16-be").hex()
        return f"BT /F1 {size} Tf {before} 1 0 0 1 {x} {y} Tm <{codes}> Tj ET\n".encode()

    def rtl(self, right: float, y: float, text: str, size: float = 12) -> bytes:
        """Show a right-to-left line, laid out as the bidirectional algorithm does, ending at `right`."""
        shown = visual(text)
        return self.show(right - len(shown) * size / 2, y, shown, size)

    def page(self, content: bytes, resources: bytes = b"", entries: bytes = b"") -> int:
        number = self.stream(content)
        fonts = b"/Font << /F1 3 0 R >>" if b"/Font" not in resources else b""
        self.pages.append(
            self.add(
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
                b"/Resources << %s %s >> %s >>" % (number, fonts, resources, entries)
            )
        )
        return self.pages[-1]

    def build(self) -> bytes:
        kids = b" ".join(b"%d 0 R" % n for n in self.pages)
        self.objects[0] = b"<< /Type /Catalog /Pages 2 0 R %s >>" % self.catalog
        self.objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(self.pages))
        self.objects[2] = (
            b"<< /Type /Font /Subtype /Type0 /BaseFont /Test /Encoding /Identity-H "
            b"/DescendantFonts [4 0 R] /ToUnicode 5 0 R >>"
        )
        self.objects[3] = (
            b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Test /DW 500 "
            b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>"
        )
        mapped = b"\n".join(b"<%04X> <%04X>" % (ord(c), ord(c)) for c in sorted(self.used))
        cmap = b"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n%d beginbfchar\n%s\nendbfchar" % (
            len(self.used),
            mapped,
        )
        self.objects[4] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(cmap), cmap)
        out = bytearray(b"%PDF-1.7\n")
        offsets = []
        for number, body in enumerate(self.objects, start=1):
            offsets.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        start = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(self.objects) + 1)
        out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
        out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(self.objects) + 1, start)
        return bytes(out)

    def read(self) -> ExtractedDocument:
        return read_pdf(self.build(), file_name="test.pdf")

    def first(self) -> Page:
        return self.read().pages[0]


def visual(text: str, base: int = 1) -> str:
    """A line as it stands on the page, mirrored signs drawn mirrored."""
    levels = embedding_levels([bidi_class(c) for c in text], text, base)
    return "".join(MIRROR.get(text[k], text[k]) if levels[k] % 2 else text[k] for k in visual_order(levels))


@pytest.fixture
def builder() -> PdfBuilder:
    return PdfBuilder()


@pytest.fixture
def as_seen() -> Callable[[str], str]:
    return visual


@pytest.fixture
def page_of(builder: PdfBuilder) -> Callable[[bytes], Page]:
    """Read a page with this content stream."""

    def read(content: bytes) -> Page:
        builder.page(content)
        return builder.first()

    return read
