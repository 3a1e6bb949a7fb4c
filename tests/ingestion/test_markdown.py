from __future__ import annotations

from indexes.types import BlockKind
from ingestion.markdown import parse
from ingestion.text_pages import Part

H, P, L = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM
TH, TR = BlockKind.TABLE_HEADER, BlockKind.TABLE_ROW


def test_every_kind_of_block_without_its_marks() -> None:
    text = """---
title: not part of the text
---
# Fever in *children*

Give **paracetamol** 15 mg/kg,
see [the table](#t) &amp; `note`.

Give one of:

- ibuprofen 10 mg/kg
  - not under 3 months
- paracetamol

3. third
4. fourth

| Age | Dose |
|-----|------|
| ≥ 3 months | 2.5 ml |
| 1 year | |
"""
    assert parse(text) == [
        Part(H, "Fever in children", 1),
        Part(P, "Give paracetamol 15 mg/kg, see the table & note."),
        Part(P, "Give one of:"),
        Part(L, "• ibuprofen 10 mg/kg"),
        Part(L, "• not under 3 months"),
        Part(L, "• paracetamol"),
        Part(L, "3. third"),
        Part(L, "4. fourth"),
        Part(TH, "Age\tDose", table=1),
        Part(TR, "≥ 3 months\t2.5 ml", table=1),
        Part(TR, "1 year\t", table=1),
    ]


def test_arabic_and_two_tables_over_two_pages() -> None:
    table = "| الدواء | الجرعة |\n|---|---|\n| أموكسيسيلين | ٥٠٠ ملغ |\n"
    assert parse(f"## الجرعات\n\n{table}\f{table}") == [
        Part(H, "الجرعات", 2),
        Part(TH, "الدواء\tالجرعة", table=1),
        Part(TR, "أموكسيسيلين\t٥٠٠ ملغ", table=1),
        Part(TH, "الدواء\tالجرعة", table=2, new_page=True),
        Part(TR, "أموكسيسيلين\t٥٠٠ ملغ", table=2),
    ]


def test_deep_nesting_ends() -> None:
    parts = parse("> " * 5000 + "deep\n\n" + "- " * 5000 + "deeper")
    assert sum(len(p.text) for p in parts) > 0
