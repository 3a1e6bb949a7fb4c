from __future__ import annotations

import io

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from hostile_files import HELVETICA, one_page, stream

from indexes.types import Page, PageWarning, WarningKind
from ingestion.gates.digit_fonts import check_digit_fonts
from ingestion.gates.digits import check_digits


def doubt(detail: str) -> tuple[PageWarning, ...]:
    return (PageWarning(WarningKind.DIGIT_DISAGREEMENT, detail),)


@pytest.mark.parametrize(
    ("ours", "hidden", "theirs"),
    [
        ("الجرعة ٢٫٥ ملغ", "", "ﻎﻠﻣ ٥٫٢ ﺔﻋﺮﺠﻟﺍ"),  # turned round
        ("10 mg\t250 mg", "", "10mg 2 50 mg"),  # parted
        ("5\t10", "", "510"),  # joined
        ("٥ mg", "", "5 mg"),
        ("5 mg", "7 mg", "5 mg"),  # PDFium sees only what is shown
        ("5 mg", "7 mg", "5 mg 7 mg"),
        ("no digits", "", None),
        ("m² 40²", "", "m2 40".replace("2", "²")),
    ],
)
def test_the_same_digits_agree(ours: str, hidden: str, theirs: str | None) -> None:
    page = Page(1, ours, hidden_text=hidden)
    assert check_digits([page], [theirs]) == [page]


@pytest.mark.parametrize(
    ("ours", "theirs", "detail"),
    [
        ("give 5 mg", "give 3 mg", "here 5, the second reader has 3"),
        ("give 5 mg", "give mg", "here 5, the second reader has nothing else"),
        ("give 5 mg", None, "the second reader could not read this page"),
        ("1 2 3 4 5 6 7", "", "here 1, 2, 3, 4, 5 and 2 more, the second reader has nothing else"),
    ],
)
def test_other_digits_are_told(ours: str, theirs: str | None, detail: str) -> None:
    assert check_digits([Page(1, ours)], [theirs])[0].warnings == doubt(detail)


def to_unicode(pairs: dict[int, str], width: int) -> bytes:
    lines = "".join(f"<{code:0{width}x}> <{ord(c):04x}>\n" for code, c in pairs.items())
    low, high = "0" * width, "f" * width
    return stream(
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        + f"1 begincodespacerange <{low}> <{high}> endcodespacerange\n".encode()
        + f"{len(pairs)} beginbfchar\n{lines}endbfchar\nendcmap end end".encode()
    )


def named_font(names: str, pairs: dict[int, str]) -> bytes:
    """A page with the digits of a simple font whose glyphs have names in the PDF."""
    font = HELVETICA.replace(
        b"/Encoding /WinAnsiEncoding",
        f"/ToUnicode 6 0 R /Encoding << /Type /Encoding /Differences [1 {names}] >>".encode(),
    )
    content = stream(b"BT /F1 12 Tf 72 720 Td <010203> Tj ET")
    return one_page(content, more={5: font, 6: to_unicode(pairs, 2)})


def truetype(characters: str) -> bytes:
    """A font with a glyph for each character, numbered from 1."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((0, 500))
    pen.lineTo((500, 0))
    pen.closePath()
    names = [".notdef", *(f"g{i}" for i in range(len(characters)))]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(c): name for c, name in zip(characters, names[1:], strict=True)})
    builder.setupGlyf(dict.fromkeys(names, pen.glyph()))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupOS2()
    builder.setupPost(keepGlyphNames=False)
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


def embedded_font(characters: str, pairs: dict[int, str]) -> bytes:
    more = {
        5: b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [7 0 R] "
        b"/ToUnicode 6 0 R >>",
        6: to_unicode(pairs, 4),
        7: b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /FontDescriptor 8 0 R /DW 600 "
        b"/CIDToGIDMap /Identity "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        8: b"<< /Type /FontDescriptor /FontName /X /Flags 4 /FontFile2 9 0 R >>",
        9: stream(truetype(characters)),
    }
    return one_page(stream(b"BT /F1 12 Tf 72 720 Td <000100020003> Tj ET"), more=more)


RIGHT = {1: "3", 2: "5", 3: "x"}
WRONG = {1: "3", 2: "6", 3: "x"}


@pytest.mark.parametrize(
    ("data", "warnings"),
    [
        (named_font("/three /five /x", RIGHT), ()),
        (named_font("/three /five /x", WRONG), doubt("a font draws “5” and says “6”")),
        (named_font("/g12 /g13 /g14", WRONG), ()),  # no knowledge
        (named_font("/three /five /x", {1: "3", 2: "5", 3: "7"}), doubt("a font draws “x” and says “7”")),
        (named_font("/three /five /x", {1: "a", 2: "5", 3: "x"}), doubt("a font draws “3” and says “a”")),
        (embedded_font("35x", RIGHT), ()),
        (embedded_font("3²x", {1: "3", 2: "²", 3: "x"}), ()),
        (embedded_font("3²x", {1: "3", 2: "2", 3: "x"}), doubt("a font draws “²” and says “2”")),
        (embedded_font("٣٥س", RIGHT), ()),  # the same digit in another script
        (embedded_font("35x", WRONG), doubt("a font draws “5” and says “6”")),
    ],
)
def test_a_font_that_draws_another_digit_than_it_says(data: bytes, warnings: tuple[PageWarning, ...]) -> None:
    assert check_digit_fonts([Page(1, "3 6")], data, None)[0].warnings == warnings
    assert check_digit_fonts([Page(1, "no digits")], data, None)[0].warnings == ()
