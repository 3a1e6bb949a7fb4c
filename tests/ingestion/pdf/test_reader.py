from __future__ import annotations

import zlib
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter

from indexes.errors import LimitExceeded, PasswordRequired, UnreadableDocument
from indexes.types import BlockKind, Metadata
from ingestion import extractors
from ingestion.limits import Limits
from ingestion.pdf.reader import read_pdf


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "x.pdf is empty (zero bytes)."),
        (b"Hello" * 99, "x.pdf is not a PDF: it does not begin like one."),
    ],
)
def test_what_is_no_pdf(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableDocument) as error:
        read_pdf(data, file_name="x.pdf")
    assert error.value.message == said
    assert error.value.remedy


def test_truncated_beyond_repair() -> None:
    with pytest.raises(UnreadableDocument, match=r"x\.pdf"):
        read_pdf(b"%PDF-1.7\n1 0 obj << /Type /Cat", file_name="x.pdf")


def _encrypted(data: bytes) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    writer.encrypt("secret", algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_password(builder: Any) -> None:
    builder.page(builder.show(72, 700, "Give 5 mg"))
    data = _encrypted(builder.build())
    with pytest.raises(PasswordRequired, match=r"x\.pdf is encrypted and needs a password"):
        read_pdf(data, file_name="x.pdf")
    with pytest.raises(PasswordRequired, match=r"x\.pdf is encrypted and does not open with this password"):
        read_pdf(data, file_name="x.pdf", password="wrong")
    assert read_pdf(data, file_name="x.pdf", password="secret").pages[0].text == "Give 5 mg"


def test_too_many_pages(builder: Any) -> None:
    for _ in range(3):
        builder.page(b"")
    with pytest.raises(LimitExceeded, match=r"x\.pdf has 3 pages, more than the limit of 2"):
        read_pdf(builder.build(), file_name="x.pdf", limits=Limits(max_pages=2))


def test_too_many_operators(builder: Any) -> None:
    builder.page(b"q Q " * 600)
    with pytest.raises(LimitExceeded, match=r"x\.pdf: A page has more than 1,000 drawing operators"):
        read_pdf(builder.build(), file_name="x.pdf", limits=Limits(max_operators_per_page=1000))


def test_too_many_glyphs(builder: Any) -> None:
    builder.page(builder.show(0, 700, "a" * 60))
    with pytest.raises(LimitExceeded, match="more than 50 glyphs"):
        read_pdf(builder.build(), file_name="x.pdf", limits=Limits(max_glyphs_per_page=50))


def test_decompression_bomb(builder: Any) -> None:
    bomb = builder.stream(zlib.compress(b" " * 3_000_000), b"/Filter /FlateDecode")
    builder.page(b"")
    builder.objects[builder.pages[0] - 1] = builder.objects[builder.pages[0] - 1].replace(
        b"/Contents %d 0 R" % (builder.pages[0] - 1), b"/Contents %d 0 R" % bomb
    )
    with pytest.raises(LimitExceeded, match=r"x\.pdf"):
        read_pdf(builder.build(), file_name="x.pdf", limits=Limits(max_stream_bytes=1_000_000))


def test_cyclic_page_tree(builder: Any) -> None:
    builder.page(b"")
    builder.pages = [2]
    with pytest.raises((UnreadableDocument, LimitExceeded), match=r"x\.pdf"):
        read_pdf(builder.build(), file_name="x.pdf")


def test_progress_hash_and_version(builder: Any) -> None:
    builder.page(builder.show(72, 700, "One"))
    builder.page(builder.show(72, 700, "Two"))
    told: list[tuple[int, int]] = []
    document = read_pdf(builder.build(), file_name="x.pdf", progress=lambda a, b: told.append((a, b)))
    assert told == [(1, 2), (2, 2)]
    assert [page.text for page in document.pages] == ["One", "Two"]
    assert [page.number for page in document.pages] == [1, 2]
    assert (document.extractor, document.media_type) == (extractors.PDF, "application/pdf")
    assert len(document.content_hash) == 64


def test_metadata_labels_and_outline(builder: Any) -> None:
    builder.page(builder.show(72, 700, "Dosing of children") + builder.show(72, 600, "Give 5 mg to all."))
    writer = PdfWriter(clone_from=PdfReader(BytesIO(builder.build())))
    writer.add_metadata({"/Title": "Fever in children", "/CreationDate": "D:20240102030405Z"})
    writer.set_page_label(0, 0, style="/r", start=3)
    writer.add_outline_item(title="Dosing of children", page_number=0)
    out = BytesIO()
    writer.write(out)
    document = read_pdf(out.getvalue(), file_name="x.pdf")
    assert document.metadata == Metadata(title="Fever in children")
    assert document.pages[0].label == "iii"
    assert [(b.kind, b.level) for b in document.pages[0].blocks] == [
        (BlockKind.HEADING, 1),
        (BlockKind.PARAGRAPH, 0),
    ]


def test_program_titles_are_no_titles(builder: Any) -> None:
    builder.page(b"")
    writer = PdfWriter(clone_from=PdfReader(BytesIO(builder.build())))
    writer.add_metadata({"/Title": "Microsoft Word - final2.docx"})
    out = BytesIO()
    writer.write(out)
    assert read_pdf(out.getvalue(), file_name="x.pdf").metadata.title is None


def test_publication_date_and_language(builder: Any) -> None:
    xmp = (
        b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        b'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:publisher><rdf:Bag><rdf:li>Ministry</rdf:li></rdf:Bag>'
        b"</dc:publisher><dc:date><rdf:Seq><rdf:li>2024-03-01T00:00:00Z</rdf:li></rdf:Seq></dc:date>"
        b'</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    )
    number = builder.stream(xmp, b"/Type /Metadata /Subtype /XML")
    builder.catalog = b"/Lang (ar-EG) /Metadata %d 0 R" % number
    builder.page(b"")
    assert builder.read().metadata == Metadata(
        publisher="Ministry", effective=date(2024, 3, 1), language="ar"
    )


def test_a_limit_names_the_file_once(builder: Any) -> None:
    for _ in range(3):
        builder.page(b"")
    with pytest.raises(LimitExceeded) as caught:
        read_pdf(builder.build(), file_name="x.pdf", limits=Limits(max_pages=2))
    assert caught.value.message == "x.pdf has 3 pages, more than the limit of 2."


def test_a_mistake_of_our_own_is_not_blamed_on_the_file(builder: Any) -> None:
    def progress(done: int, count: int) -> None:
        done.nothing  # type: ignore[attr-defined]  # noqa: B018

    builder.page(b"")
    with pytest.raises(AttributeError):
        read_pdf(builder.build(), file_name="x.pdf", progress=progress)
