"""Broken and hostile PDFs, made byte by byte."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping

from pypdf import PdfReader, PdfWriter

HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"

PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
    b"/Resources << /Font << /F1 5 0 R >> >> >>"
)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(data), entries, data)


def packed(data: bytes, times: int = 1) -> bytes:
    """A stream that Flate has been over, `times` times."""
    for _ in range(times):
        data = zlib.compress(data, 9)
    return stream(data, b"/Filter [%b]" % (b"/FlateDecode " * times))


def pdf(objects: Mapping[int, bytes], *, root: int = 1, xref: bool = True) -> bytes:
    """A file of these objects, with a right cross-reference table unless `xref` is false."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    places = {}
    for number, body in objects.items():
        places[number] = out.tell()
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    start = out.tell()
    if xref:
        size = max(objects) + 1
        out.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
        for number in range(1, size):
            place = places.get(number)
            out.write(b"0000000000 65535 f \n" if place is None else b"%010d 00000 n \n" % place)
    out.write(b"trailer\n<< /Root %d 0 R /Size %d >>\n" % (root, max(objects) + 1))
    out.write(b"startxref\n%d\n%%%%EOF\n" % (start if xref else 7))
    return out.getvalue()


def one_page(content: bytes, *, resources: bytes = b"", more: Mapping[int, bytes] | None = None) -> bytes:
    """A page with this content stream object and Helvetica as /F1."""
    page = PAGE[:-6] + b" %b >> >>"
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: page % resources,
        4: content,
        5: HELVETICA,
    }
    return pdf(objects | dict(more or {}))


def text_content(text: str) -> bytes:
    return b"BT /F1 12 Tf 72 720 Td (%b) Tj ET" % text.encode("cp1252")


def good(text: str = "Amlodipine 5 mg once a day.") -> bytes:
    return one_page(stream(text_content(text)))


def encrypted(algorithm: str, password: str = "geheim") -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(good())))
    writer.encrypt(password, algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def cyclic_pages() -> bytes:
    return pdf(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 2 >>",
            3: b"<< /Type /Pages /Kids [2 0 R] /Count 2 /Parent 2 0 R >>",
        }
    )


def cyclic_forms() -> bytes:
    form = stream(
        b"/X1 Do /X1 Do",
        b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X1 6 0 R >> >>",
    )
    content = stream(text_content("Before the form.") + b" /X1 Do")
    return one_page(content, resources=b"/XObject << /X1 6 0 R >>", more={6: form})


def form_tree(depth: int = 40) -> bytes:
    """Each form draws the next one twice: 2 to the power of `depth` in all."""
    entries = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X1 %d 0 R >> >>"
    forms = {6 + i: stream(b"/X1 Do /X1 Do", entries % (7 + i)) for i in range(depth)}
    forms[6 + depth] = stream(text_content("deep"), b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]")
    return one_page(stream(b"/X1 Do"), resources=b"/XObject << /X1 6 0 R >>", more=forms)


def flate_bomb(size: int = 1 << 30) -> bytes:
    """A content stream of spaces, a thousand times smaller in the file; packed twice, so a million times."""
    squeeze = zlib.compressobj(9)
    block = b" " * (1 << 20)
    data = b"".join(squeeze.compress(block) for _ in range(size >> 20)) + squeeze.flush()
    return one_page(stream(zlib.compress(data, 9), b"/Filter [/FlateDecode /FlateDecode]"))


def content_bomb(operators: int = 3_000_000) -> bytes:
    return one_page(packed(b"q Q\n" * (operators // 2)))


def glyph_bomb() -> bytes:
    return one_page(packed(b"BT /F1 1 Tf " + b"(%b) Tj " % (b"a" * 60_000) * 400 + b"ET"))


def deep_arrays(depth: int = 200_000) -> bytes:
    return one_page(
        stream(text_content("x")), more={6: b"[" * depth + b"]" * depth}, resources=b"/ColorSpace 6 0 R"
    )


def deep_content(depth: int = 200_000) -> bytes:
    return one_page(packed(b"[" * depth))


def deep_dictionaries(depth: int = 100_000) -> bytes:
    return one_page(stream(text_content("x")), resources=b"/A " + b"<< /A " * depth + b"1" + b" >>" * depth)


def many_pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (10 + i) for i in range(count))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, count),
        4: stream(text_content("A page.")),
        5: HELVETICA,
    }
    return pdf(objects | {10 + i: PAGE for i in range(count)})


def lying_count() -> bytes:
    """Says that it has two thousand million pages, and has one."""
    return good().replace(b"/Count 1", b"/Count 2000000000")


def broken_map() -> bytes:
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H "
    font += b"/DescendantFonts [7 0 R] /ToUnicode 8 0 R >>"
    content = stream(b"BT /F1 12 Tf 72 720 Td <00010002> Tj /F2 12 Tf (Amlodipine 5 mg once a day.) Tj ET")
    broken = stream(b"1 beginbfrange <0000> <FFFFFFFFFFFF> <zz> endbfrange 9 beginbfchar <01>")
    descendant = (
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /FontDescriptor 9 0 R /W [0 [1 (a) null]] >>"
    )
    descriptor = b"<< /Type /FontDescriptor /FontName /X /Flags 4 /FontFile2 10 0 R >>"
    more = {5: font, 7: descendant, 8: broken, 9: descriptor, 10: stream(b"\0\1\0\0 no font"), 11: HELVETICA}
    return one_page(content, resources=b"", more=more).replace(b"/F1 5 0 R", b"/F1 5 0 R /F2 11 0 R")


def endless_object_stream() -> bytes:
    """An object stream that is said to lie in itself, and one that extends the other for ever."""
    ring = stream(b"20 0 << >>", b"/Type /ObjStm /N 1 /First 5 /Extends %d 0 R")
    return one_page(stream(text_content("x")), more={6: ring % 7, 7: ring % 6})


def endless_xref() -> bytes:
    """/Prev points at the table itself."""
    data = good()
    start = data.rindex(b"startxref") + len(b"startxref\n")
    place = data[start : data.index(b"\n", start)]
    return data.replace(b"trailer\n<<", b"trailer\n<< /Prev " + place)


def huge_images(count: int = 200) -> bytes:
    """Pictures of 40,000 × 40,000 pixels on a page without text, each a few bytes in the file."""
    picture = stream(
        zlib.compress(b"\0" * 1000),
        b"/Type /XObject /Subtype /Image /Width 40000 /Height 40000 /BitsPerComponent 8 "
        b"/ColorSpace /DeviceRGB /Filter /FlateDecode",
    )
    names = b" ".join(b"/I%d %d 0 R" % (i, 6 + i) for i in range(count))
    content = b" ".join(b"q 500 0 0 700 40 40 cm /I%d Do Q" % i for i in range(count))
    images = {6 + i: picture for i in range(count)}
    return one_page(stream(content), resources=b"/XObject << %b >>" % names, more=images)
