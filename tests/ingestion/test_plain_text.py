from __future__ import annotations

from indexes.types import Block, BlockKind, Page, Span
from ingestion.plain_text import parse
from ingestion.text_pages import PAGE_CHARACTERS, Part, to_pages

H, P, L = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM


def test_headings_lists_and_wrapped_lines() -> None:
    text = (
        "HYPERTENSION\nIntroduction\n"
        "Blood pressure of 140/90 mmHg or more at two visits. It is the commonest\n"
        "reason for stroke in adults and should be looked for in every person\n"
        "older than 18 years.\n\n"
        "Drug treatment\n"
        "• Amlodipine 5 mg once a day; the dose may be doubled after four weeks if\n"
        "the pressure has not come down\n"
        "• Losartan 50 mg once a day\n"
        "1. Check potassium\n"
    )
    assert parse(text) == [
        Part(H, "HYPERTENSION", 1),
        Part(H, "Introduction", 3),
        Part(
            P,
            "Blood pressure of 140/90 mmHg or more at two visits. It is the commonest reason for stroke in "
            "adults and should be looked for in every person older than 18 years.",
        ),
        Part(H, "Drug treatment", 3),
        Part(
            L,
            "• Amlodipine 5 mg once a day; the dose may be doubled after four weeks if the pressure has not "
            "come down",
        ),
        Part(L, "• Losartan 50 mg once a day"),
        Part(L, "1. Check potassium"),
    ]


def test_arabic_headings_and_eastern_numbering() -> None:
    text = (
        "ارتفاع ضغط الدم\n\n"
        "يشخَّص ارتفاع ضغط الدم إذا كانت القراءة ١٤٠/٩٠ ملم زئبق أو أكثر في زيارتين\n"
        "منفصلتين على الأقل.\n\n"
        "العلاج الدوائي\n"
        "١. أملوديبين ٥ ملغ مرة يوميًا\n"
        "٢. لوسارتان ٥٠ ملغ مرة يوميًا\n"
    )
    assert parse(text) == [
        Part(H, "ارتفاع ضغط الدم", 1),
        Part(
            P, "يشخَّص ارتفاع ضغط الدم إذا كانت القراءة ١٤٠/٩٠ ملم زئبق أو أكثر في زيارتين منفصلتين على الأقل."
        ),
        Part(H, "العلاج الدوائي", 3),
        Part(L, "١. أملوديبين ٥ ملغ مرة يوميًا"),
        Part(L, "٢. لوسارتان ٥٠ ملغ مرة يوميًا"),
    ]


def test_a_dose_on_a_line_of_its_own_is_no_heading() -> None:
    parts = parse("Dose\nParacetamol 500 mg every 6 hours\n• not more than four times a day\n")
    assert [p.kind for p in parts] == [H, P, L]


def test_a_range_broken_at_its_hyphen_stays_a_range() -> None:
    line = "The usual dose of this medicine for adults and for older children is 10-"
    assert parse(f"{line}\n20 mg a day.")[0].text == f"{line}20 mg a day."


def test_pipe_tables_and_hash_headings() -> None:
    text = "# Doses\n\n| Drug | Dose |\n|---|---|\n| **Ibuprofen** | 400 mg |\n| Aspirin | |\n"
    assert parse(text) == [
        Part(H, "Doses", 1),
        Part(BlockKind.TABLE_HEADER, "Drug\tDose", table=1),
        Part(BlockKind.TABLE_ROW, "Ibuprofen\t400 mg", table=1),
        Part(BlockKind.TABLE_ROW, "Aspirin\t", table=1),
    ]


def test_a_form_feed_begins_a_page() -> None:
    assert to_pages(parse("First page.\fSecond page.")) == (
        Page(1, "First page.", blocks=(Block(P, 0, 11),)),
        Page(2, "Second page.", blocks=(Block(P, 0, 12),)),
    )


def test_long_text_is_cut_between_parts_and_no_heading_is_left_behind() -> None:
    half = "x" * (PAGE_CHARACTERS // 2)
    pages = to_pages([Part(P, half), Part(H, "Next", 1), Part(P, half + "y"), Part(P, "end")])
    assert [p.text for p in pages] == [half, f"Next\n\n{half}y\n\nend"]


def test_rows_on_a_later_page_name_their_header() -> None:
    row = "a\t" + "b" * (PAGE_CHARACTERS - 20)
    header = Part(BlockKind.TABLE_HEADER, "Drug\tDose", table=1)
    pages = to_pages([header, *(Part(BlockKind.TABLE_ROW, row, table=1) for _ in range(2))])
    assert [p.number for p in pages] == [1, 2]
    assert [b.header for p in pages for b in p.blocks] == [(), (Span(1, 0, 9),), (Span(1, 0, 9),)]
