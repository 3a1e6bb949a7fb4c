"""Which lines make a block, and which part it plays."""

from __future__ import annotations

from typing import Any

import pytest

from indexes.types import BlockKind, Page, PageWarning, WarningKind
from ingestion.pdf.plausible import descending

K = BlockKind
CIRCLE = "{0} {1} m {2} {1} {2} {3} {0} {3} c {0} {1} l f\n"
LONG = "Give the first dose in the clinic and watch for a rash"


def _blocks(page: Page) -> list[tuple[BlockKind, str]]:
    return [(b.kind, page.text[b.start : b.end]) for b in page.blocks]


def _dot(x: float, y: float) -> bytes:
    return CIRCLE.format(x, y + 2, x + 4, y + 6).encode()


def test_drawn_bullets_begin_items(builder: Any) -> None:
    texts = ["Stop the drug", "Measure the level and call", "Go on"]
    builder.page(
        b"".join(_dot(72, 700 - 16 * k) + builder.show(84, 700 - 16 * k, t) for k, t in enumerate(texts))
    )
    assert _blocks(builder.first()) == [(K.LIST_ITEM, text) for text in texts]


def test_drawn_bullets_right_of_arabic_items(builder: Any) -> None:
    texts = ["مثبطات الإنزيم المحول", "الوارفارين إلا مع بعض الصمامات", "فالبروات"]
    builder.page(
        b"".join(_dot(528, 700 - 16 * k) + builder.rtl(520, 700 - 16 * k, t) for k, t in enumerate(texts))
    )
    assert _blocks(builder.first()) == [(K.LIST_ITEM, text) for text in texts]


@pytest.mark.parametrize("shape", [b"70 702 11 4 re f\n", b"1 g 72 702 4 4 re f 0 g\n", b"72 760 4 4 re f\n"])
def test_other_shapes_are_no_bullets(builder: Any, shape: bytes) -> None:
    builder.page(shape + builder.show(84, 700, "Stop the drug"))
    assert _blocks(builder.first()) == [(K.PARAGRAPH, "Stop the drug")]


def test_a_line_that_is_not_full_ends_its_paragraph(builder: Any) -> None:
    """Two items without bullets, in a column whose width other paragraphs show."""
    lines = [
        (760, LONG + " of any kind."),
        (700, "Stop SGLT2 inhibitors before surgery."),
        (684, "Do not give it."),
    ]
    builder.page(b"".join(builder.show(72, y, text) for y, text in lines))
    assert _blocks(builder.first()) == [(K.PARAGRAPH, text) for _, text in lines]


@pytest.mark.parametrize("bullet", ["\uf0b7", "\uf076", "\ue123"])
def test_a_private_character_before_an_item_is_a_bullet(builder: Any, bullet: str) -> None:
    builder.page(builder.show(72, 700, f"{bullet} Stop the drug"))
    page = builder.first()
    assert (_blocks(page), page.warnings) == ([(K.LIST_ITEM, "• Stop the drug")], ())


def test_a_private_character_before_a_figure_may_be_a_sign(builder: Any) -> None:
    builder.page(builder.show(72, 700, "\ue123 65 years or older in all of these"))
    page = builder.first()
    assert page.text.startswith("\ue123 65")
    assert page.warnings == (PageWarning(WarningKind.GARBLED_TEXT, "a character is unknown", 0, 1),)


@pytest.mark.parametrize(
    ("lines", "cell"),
    [(["5 mg/", "kg"], "5 mg/kg"), (["0.1–", "0.2 mL"], "0.1–0.2 mL"), (["dose –", "half"], "dose – half")],
)
def test_units_and_ranges_are_not_parted_in_cells(builder: Any, lines: list[str], cell: str) -> None:
    rules = b"".join(f"72 {y} m 400 {y} l S ".encode() for y in (720, 690, 650))
    rules += b"".join(f"{x} 720 m {x} 650 l S ".encode() for x in (72, 200, 400))
    texts = [
        (80, 702, "Drug"),
        (210, 702, "Dose"),
        (80, 676, "Iron"),
        (210, 676, lines[0]),
        (210, 660, lines[1]),
    ]
    builder.page(rules + b"".join(builder.show(x, y, text) for x, y, text in texts))
    assert _blocks(builder.first())[-1] == (K.TABLE_ROW, f"Iron\t{cell}")


@pytest.mark.parametrize("text", ["٢-١ قواعد عامة", "3-2 الجرعات", "٢-١. عامة"])
def test_numbers_of_sections_do_not_descend(text: str) -> None:
    assert descending(text) == []


@pytest.mark.parametrize("text", ["٢٠-١٠ مغ", "6-4 mg", "٦-٤ ساعات", "٢٠-١٠", "٤٠-٣١ قواعد"])
def test_ranges_at_the_start_of_a_line_descend(text: str) -> None:
    assert len(descending(text)) == 1


def test_a_range_at_the_start_of_a_row_descends() -> None:
    assert descending("٢-١ قواعد عامة", running=False) == [(0, 3)]


def test_the_same_line_on_both_pages_is_a_header_and_their_numbers_are_footers(builder: Any) -> None:
    texts = [("Give 5 mg daily.", "٤"), ("Give 9 mg daily.", "٥")]
    for text, number in texts:
        top = builder.show(72, 810, "Iron, 2024") + builder.show(72, 790, text)
        builder.page(top + builder.show(72, 600, LONG) + builder.show(280, 30, number))
    for page, (text, number) in zip(builder.read().pages, texts, strict=True):
        assert _blocks(page) == [
            (K.PAGE_HEADER, "Iron, 2024"), (K.PARAGRAPH, text), (K.PARAGRAPH, LONG), (K.PAGE_FOOTER, number),
        ]  # fmt: skip


def test_a_figure_at_the_foot_that_does_not_count_pages_is_content(builder: Any) -> None:
    for number in ("12", "40"):
        builder.page(builder.show(72, 600, f"{LONG} {number}") + builder.show(280, 30, number))
    assert [_blocks(page)[-1] for page in builder.read().pages] == [(K.PARAGRAPH, "12"), (K.PARAGRAPH, "40")]
