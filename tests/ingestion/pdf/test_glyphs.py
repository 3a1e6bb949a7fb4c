from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from indexes.types import PageWarning, WarningKind
from ingestion.limits import Limits
from ingestion.pdf.lexer import operations


def test_lexer() -> None:
    data = (
        rb"q 1 0 0 -1. .5 --2 cm /N#41me << /A [1 (b\)(c)\101)] >> BDC <48 6> Tj % no"
        + b"\n[(a) -20 (b)] TJ true ' "
    )
    assert list(operations(data)) == [
        ([], b"q"),
        ([1.0, 0.0, 0.0, -1.0, 0.5, -2.0], b"cm"),
        (["/NAme", {"/A": [1.0, b"b)(c)A"]}], b"BDC"),
        ([b"H`"], b"Tj"),
        ([[b"a", -20.0, b"b"]], b"TJ"),
        ([True], b"'"),
    ]


def test_inline_image_is_skipped() -> None:
    data = b"BI /W 2 /H 2 /BPC 8 ID \x00EI(\xff EI Q (a) Tj"
    assert [op for _, op in operations(data)] == [b"BI", b"Q", b"Tj"]


def test_text_state(builder: Any) -> None:
    hexed = "ab".encode("utf-16-be").hex()
    builder.used |= set("ab")
    content = f"BT /F1 10 Tf 20 TL 2 Tc 50 Tz 72 700 Td <{hexed}> Tj T* <{hexed}> Tj ET".encode()
    builder.page(content)
    page = builder.first()
    assert page.text == "ab ab"
    assert page.boxes is not None
    # half an em at half width is 2.5, and half of the character spacing follows
    assert np.allclose(page.boxes.boxes[:, 0], [72, 75.5, 72, 75.5])
    assert np.allclose(page.boxes.boxes[:, 2] - page.boxes.boxes[:, 0], 2.5)


def test_boxes_are_keyed_by_offset_from_the_crop_box(builder: Any) -> None:
    builder.page(builder.show(100, 700, "ab c"), entries=b"/CropBox [50 100 500 800]")
    page = builder.first()
    assert (page.width, page.height) == (450.0, 700.0)
    assert page.boxes is not None
    assert page.boxes.offsets.tolist() == [0, 1, 3]
    assert page.boxes.boxes[:, 0].tolist() == [50.0, 56.0, 68.0]
    assert (page.boxes.boxes[:, 1] < 600).all()
    assert (page.boxes.boxes[:, 3] > 600).all()


def test_form_xobject(builder: Any) -> None:
    form = builder.stream(
        builder.show(0, 0, "inside"),
        b"/Type /XObject /Subtype /Form /BBox [0 -9 90 20] /Matrix [1 0 0 1 72 700]",
    )
    builder.page(b"/X Do", b"/XObject << /X %d 0 R >>" % form)
    assert builder.first().text == "inside"


def test_form_that_shows_itself(builder: Any) -> None:
    number = len(builder.objects) + 1
    builder.stream(
        builder.show(72, 700, "once") + b"/X Do",
        b"/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> "
        b"/XObject << /X %d 0 R >> >>" % number,
    )
    builder.page(b"/X Do", b"/XObject << /X %d 0 R >>" % number)
    page = builder.first()
    assert page.text == "once"
    assert page.warnings == (
        PageWarning(WarningKind.UNREADABLE_PART, "a form shows itself or lies too deep"),
    )


def test_forms_too_deep(builder: Any) -> None:
    from ingestion.pdf.reader import read_pdf

    inner = builder.stream(builder.show(72, 700, "deep"), b"/Subtype /Form /BBox [0 0 600 800]")
    outer = builder.stream(
        b"/X Do",
        b"/Subtype /Form /BBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> /XObject << /X %d 0 R >> >>"
        % inner,
    )
    builder.page(b"/X Do", b"/XObject << /X %d 0 R >>" % outer)
    data = builder.build()
    assert read_pdf(data, file_name="x").pages[0].text == "deep"
    assert read_pdf(data, file_name="x", limits=Limits(max_form_depth=1)).pages[0].text == ""


def test_type_3_font(builder: Any) -> None:
    glyph = builder.stream(b"750 0 d0 0 0 700 700 re f")
    font = builder.add(
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] "
        b"/FirstChar 65 /LastChar 66 "
        b"/Widths [0.75 0.5] /Encoding << /Differences [65 /A /B] >> /CharProcs << /A %d 0 R /B %d 0 R >> >>"
        % (glyph, glyph)
    )
    builder.page(b"BT /T3 10 Tf 72 700 Td (AB) Tj ET", b"/Font << /T3 %d 0 R >>" % font)
    page = builder.first()
    assert page.text == "AB"
    assert page.boxes is not None
    assert page.boxes.boxes[:, 0].tolist() == [72.0, 79.5]


@pytest.mark.parametrize("inline", [True, False])
def test_actual_text(builder: Any, inline: bool) -> None:
    shown = builder.show(72, 700, "ﺍ")
    properties = b"<< /ActualText <FEFF06440627> >>"
    resources = b"" if inline else b"/Properties << /P %s >>" % properties
    builder.page(b"/Span %s BDC %s EMC" % (properties if inline else b"/P", shown), resources)
    assert builder.first().text == "لا"


def test_actual_text_that_is_empty_hides_decoration(builder: Any) -> None:
    content = builder.show(72, 700, "dose") + b"/Span << /ActualText () >> BDC %s EMC" % builder.show(
        100, 700, "~"
    )
    builder.page(content)
    assert builder.first().text == "dose"


@pytest.mark.parametrize(("subtype", "text"), [(b"/FreeText", "seen"), (b"/Widget", "seen"), (b"/Popup", "")])
def test_annotations_that_show_text(builder: Any, subtype: bytes, text: str) -> None:
    look = builder.stream(
        builder.show(2, 2, "seen"),
        b"/Subtype /Form /BBox [0 0 100 20] /Resources << /Font << /F1 3 0 R >> >>",
    )
    note = builder.add(
        b"<< /Type /Annot /Subtype %s /Rect [72 600 172 620] /AP << /N %d 0 R >> >>" % (subtype, look)
    )
    builder.page(b"", entries=b"/Annots [%d 0 R]" % note)
    assert builder.first().text == text


def test_hidden_annotation(builder: Any) -> None:
    look = builder.stream(
        builder.show(2, 2, "seen"),
        b"/Subtype /Form /BBox [0 0 100 20] /Resources << /Font << /F1 3 0 R >> >>",
    )
    note = builder.add(b"<< /Subtype /FreeText /F 2 /Rect [72 600 172 620] /AP << /N %d 0 R >> >>" % look)
    builder.page(b"", entries=b"/Annots [%d 0 R]" % note)
    assert builder.first().text == ""


@pytest.mark.parametrize(
    ("matrix", "x", "y"), [("0 1 -1 0", 300, 300), ("-1 0 0 -1", 500, 300), ("0 -1 1 0", 300, 600)]
)
def test_turned_text_follows_the_upright(builder: Any, matrix: str, x: int, y: int) -> None:
    builder.used |= set("aside note")
    turned = f"BT /F1 12 Tf {matrix} {x} {y} Tm <{'aside note'.encode('utf-16-be').hex()}> Tj ET\n".encode()
    builder.page(turned + builder.show(72, 700, "Give 5 mg") + builder.show(72, 686, "twice."))
    assert builder.first().text == "Give 5 mg twice.\naside note"


def test_rotated_page_reads_what_stands_upright(builder: Any) -> None:
    builder.used |= set("landscape")
    content = f"BT /F1 12 Tf 0 1 -1 0 300 100 Tm <{'landscape'.encode('utf-16-be').hex()}> Tj ET\n".encode()
    builder.page(content + builder.show(72, 700, "landscape"), entries=b"/Rotate 90")
    page = builder.first()
    assert page.rotation == 90
    assert page.text == "landscape\nlandscape"
    assert page.boxes is not None
    assert page.boxes.boxes[0, 0] > 250  # the upright one comes first


def test_unreadable_font(builder: Any) -> None:
    builder.page(builder.show(72, 700, "dose") + b"BT /F9 12 Tf 72 600 Td (lost) Tj ET")
    page = builder.first()
    assert page.text == "dose"
    assert page.warnings == (PageWarning(WarningKind.UNREADABLE_PART, "font /F9 cannot be read"),)


def test_codes_without_text_are_garbled(builder: Any) -> None:
    builder.page(builder.show(72, 700, "abc"))
    builder.used.discard("b")
    page = builder.first()
    assert page.text == "a\ufffdc"
    assert page.warnings == (PageWarning(WarningKind.GARBLED_TEXT, "a character is unknown", 1, 2),)


def test_a_page_of_unknown_codes_is_garbled_as_a_whole(builder: Any) -> None:
    builder.page(builder.show(72, 700, "abab"))
    builder.used.discard("b")
    page = builder.first()
    assert page.text == "a\ufffda\ufffd"
    assert page.warnings == (PageWarning(WarningKind.GARBLED_TEXT, "2 of 4 letters are unknown"),)
