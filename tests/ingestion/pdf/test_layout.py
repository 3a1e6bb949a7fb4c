from __future__ import annotations

from typing import Any

import pytest

from indexes.types import BlockKind, Page, PageWarning, Span, WarningKind

K = BlockKind


def _blocks(page: Page) -> list[tuple[BlockKind, str]]:
    return [(b.kind, page.text[b.start : b.end]) for b in page.blocks]


def _lines(builder: Any, lines: list[str], x: float = 72, y: float = 700, size: float = 12) -> bytes:
    return b"".join(builder.show(x, y - 14 * k, line, size) for k, line in enumerate(lines))


LONG = "Give the first dose in the clinic and watch for"


def test_lines_of_a_paragraph_are_joined(builder: Any) -> None:
    builder.page(_lines(builder, [LONG, "rash. Then go on at home."]))
    assert _blocks(builder.first()) == [(K.PARAGRAPH, f"{LONG} rash. Then go on at home.")]


@pytest.mark.parametrize(
    ("end", "start", "joined"),
    [
        ("hyper-", "tension is", "hypertension is"),
        ("COVID-", "19 cases", "COVID-19 cases"),
        ("2010–", "11 season", "2010–11 season"),
        ("Nicholas-", "Favre has", "Nicholas-Favre has"),
    ],
)
def test_hyphens_at_line_ends(builder: Any, end: str, start: str, joined: str) -> None:
    builder.page(_lines(builder, [f"{LONG} {end}", start]))
    assert builder.first().text == f"{LONG} {joined}"


@pytest.mark.parametrize(
    "text",
    [
        "تعطى جرعة ٢٫٥ ملغ كل ٦ ساعات",
        "جرعة Digoxin هي 0.125 mg يوميا؛ لا تتجاوز 0.25 mg",
        "معدل الترشيح (eGFR) < 30 mL/min أو ≥ 90",
        "بنسبة ½ إلى ١٠٪ من 1.73 m² و 5 µg و 3 ± 1 × 2",
    ],
)
def test_right_to_left_lines(builder: Any, text: str) -> None:
    builder.page(builder.rtl(520, 700, text))
    page = builder.first()
    assert page.text == text
    assert page.warnings == ()


def test_presentation_forms_become_letters(builder: Any) -> None:
    builder.page(builder.show(72, 700, "ﻼﺳ"))
    assert builder.first().text == "سلا"


def test_tatweel_and_diacritics(builder: Any) -> None:
    builder.page(builder.show(100, 700, "دـم") + builder.show(114, 700, "\u064f", 0.7))
    text = builder.first().text
    assert text.replace("\u064f", "") == "مد"


def test_footnote_mark_and_exponents(builder: Any) -> None:
    content = (
        builder.show(72, 700, "40") + builder.show(84, 705, "2", 7) + builder.show(94, 700, "mg for 1.73 m")
    )
    content += (
        builder.show(172, 705, "2", 7) + builder.show(182, 700, "at 10") + builder.show(212, 705, "-6", 7)
    )
    builder.page(content)
    assert builder.first().text == "40[^2] mg for 1.73 m² at 10⁻⁶"


def test_lowered_digit_stays_with_its_word(builder: Any) -> None:
    builder.page(
        builder.show(72, 700, "SpO") + builder.show(90, 697, "2", 7) + builder.show(99, 700, "is 92%")
    )
    assert builder.first().text == "SpO2 is 92%"


def test_descending_range_in_a_right_to_left_line(builder: Any) -> None:
    builder.page(builder.rtl(520, 700, "الجرعة 20-10 ملغ كل يوم"))
    page = builder.first()
    start = page.text.index("20-10")
    assert page.warnings == (
        PageWarning(WarningKind.DESCENDING_RANGE, "20-10 may be swapped", start, start + 5),
    )


@pytest.mark.parametrize("text", ["الجرعة 10-20 ملغ كل يوم", "المراجعة 2010-08 ثم", "هاتف 920-005-937 ثم"])
def test_ranges_dates_and_telephones_are_not_descending(builder: Any, text: str) -> None:
    builder.page(builder.rtl(520, 700, text))
    page = builder.first()
    assert (page.text, page.warnings) == (text, ())


def test_figures_on_top_of_each_other_have_no_order(builder: Any) -> None:
    builder.page(builder.show(72, 700, "dose 10") + builder.show(109, 700, "≤"))
    page = builder.first()
    assert [(w.kind, w.start, w.end) for w in page.warnings] == [
        (WarningKind.UNVERIFIED_ORDER, 0, len(page.text))
    ]


def _column(builder: Any, x: float, words: str) -> bytes:
    return _lines(builder, [f"{words} line {k} of this column" for k in range(6)], x, size=10)


def test_two_columns_are_read_one_after_the_other(builder: Any) -> None:
    builder.page(_column(builder, 40, "left") + _column(builder, 300, "right"))
    text = builder.first().text
    assert text.index("left line 5") < text.index("right line 0")


def test_arabic_columns_are_read_from_the_right(builder: Any) -> None:
    def column(right: float, word: str) -> bytes:
        lines = [f"{word} سطر رقم {k} من هذا العمود الطويل" for k in range(6)]
        return b"".join(builder.rtl(right, 700 - 14 * k, line, 10) for k, line in enumerate(lines))

    builder.page(column(280, "يسار") + column(550, "يمين"))
    text = builder.first().text
    assert text.index("يمين سطر رقم 5") < text.index("يسار سطر رقم 0")


def _grid(xs: list[int], ys: list[int]) -> bytes:
    rules = [f"{x} {ys[0]} m {x} {ys[-1]} l S" for x in xs] + [f"{xs[0]} {y} m {xs[-1]} {y} l S" for y in ys]
    return "\n".join(rules).encode()


def test_ruled_table_with_a_wrapped_cell(builder: Any) -> None:
    content = _grid([60, 160, 230, 320], [720, 700, 660, 640])
    for x, y, text in (
        (64, 706, "Drug"), (164, 706, "Dose"), (234, 706, "Every"),
        (64, 686, "Amoxicillin and"), (64, 672, "clavulanate"),
        (164, 686, "25 mg/kg"), (234, 686, "12 hours"),
        (64, 646, "Ibuprofen"), (164, 646, "200 mg"), (234, 646, "8 hours"),
    ):  # fmt: skip
        content += builder.show(x, y, text, 10)
    builder.page(content)
    page = builder.first()
    header = (Span(1, 0, 15),)
    assert [(b.kind, page.text[b.start : b.end], b.header) for b in page.blocks] == [
        (K.TABLE_HEADER, "Drug\tDose\tEvery", ()),
        (K.TABLE_ROW, "Amoxicillin and clavulanate\t25 mg/kg\t12 hours", header),
        (K.TABLE_ROW, "Ibuprofen\t200 mg\t8 hours", header),
    ]


def test_arabic_table_without_rules(builder: Any) -> None:
    content = b""
    rows = [
        ("الدواء", "الجرعة", "التكرار"),
        ("مورفين", "٢٫٥ ملغ", "كل ٤ ساعات"),
        ("وارفارين", "5 mg", "يوميا"),
    ]
    for k, row in enumerate(rows):
        for right, cell in zip((520, 380, 240), row, strict=True):
            content += builder.rtl(right, 700 - 20 * k, cell)
    builder.page(content)
    assert _blocks(builder.first()) == [
        (K.TABLE_HEADER, "الدواء\tالجرعة\tالتكرار"),
        (K.TABLE_ROW, "مورفين\t٢٫٥ ملغ\tكل ٤ ساعات"),
        (K.TABLE_ROW, "وارفارين\t5 mg\tيوميا"),
    ]


def test_narrow_gutters_part_cells(builder: Any) -> None:
    content = b""
    for k, row in enumerate([("Age", "Dose"), ("1-2 y", "2.5 mL"), ("3-5 y", "5.0 mL"), ("6-9 y", "7.5 mL")]):
        content += builder.show(72, 700 - 16 * k, row[0]) + builder.show(112, 700 - 16 * k, row[1])
    builder.page(content)
    assert builder.first().text == "Age\tDose\n1-2 y\t2.5 mL\n3-5 y\t5.0 mL\n6-9 y\t7.5 mL"


def test_table_goes_on_overleaf(builder: Any) -> None:
    def table(rows: list[tuple[str, str]], y: int) -> bytes:
        edges = [y + 14 - 20 * k for k in range(len(rows) + 1)]
        content = _grid([60, 160, 260], edges)
        for k, (a, b) in enumerate(rows):
            content += builder.show(64, y - 20 * k, a, 10) + builder.show(164, y - 20 * k, b, 10)
        return content

    builder.page(builder.show(72, 760, LONG) + table([("Drug", "Dose"), ("A", "5 mg"), ("B", "6 mg")], 140))
    builder.page(table([("C", "7 mg"), ("D", "8 mg")], 760) + builder.show(72, 600, LONG))
    first, second = builder.read().pages
    header = next(b for b in first.blocks if b.kind is K.TABLE_HEADER)
    assert first.text[header.start : header.end] == "Drug\tDose"
    assert [(b.kind, b.header) for b in second.blocks if b.kind is K.TABLE_ROW] == [
        (K.TABLE_ROW, (Span(1, header.start, header.end),)),
        (K.TABLE_ROW, (Span(1, header.start, header.end),)),
    ]


def test_headings_lists_and_footnotes(builder: Any) -> None:
    content = builder.show(72, 760, "Fever in children", 18)
    content += _lines(builder, [LONG, LONG, LONG], y=730)
    content += builder.show(72, 670, "• Paracetamol 15 mg/kg") + builder.show(
        72, 650, "2) Ibuprofen 10 mg/kg"
    )
    content += builder.rtl(520, 630, "٣) مسح")
    content += builder.show(72, 60, "1 Not under 3 months.", 9)
    builder.page(content)
    page = builder.first()
    assert [(b.kind, b.level) for b in page.blocks] == [
        (K.HEADING, 1), (K.PARAGRAPH, 0), *[(K.LIST_ITEM, 0)] * 3, (K.FOOTNOTE, 0),
    ]  # fmt: skip


def test_repeated_headers_and_footers(builder: Any) -> None:
    for number in (1, 2, 3):
        content = builder.show(72, 810, "National guideline 2024") + builder.show(
            280, 30, f"Page {number} of 3"
        )
        builder.page(content + _lines(builder, [f"{LONG} {number}", "rash."]))
    for page in builder.read().pages:
        assert _blocks(page) == [
            (K.PAGE_HEADER, "National guideline 2024"),
            (K.PARAGRAPH, f"{LONG} {page.number} rash."),
            (K.PAGE_FOOTER, f"Page {page.number} of 3"),
        ]


def test_bold_struck_twice_is_read_once(builder: Any) -> None:
    builder.page(builder.show(72, 700, "Give 5 mg") + builder.show(72.4, 700, "Give 5 mg"))
    assert builder.first().text == "Give 5 mg"


def test_page_offsets_are_those_of_the_blocks(builder: Any) -> None:
    builder.page(_lines(builder, [LONG, "rash."]) + builder.show(72, 500, "2) Then"))
    page = builder.first()
    assert "\n".join(page.text[b.start : b.end] for b in page.blocks) == page.text
