from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.pdf.bidi import bidi_class, embedding_levels, visual_order
from ingestion.pdf.inverse import VisualLine, read_line
from ingestion.pdf.letters import MIRROR


def seen(text: str, base: int = 1) -> str:
    levels = embedding_levels([bidi_class(c) for c in text], text, base)
    return "".join(MIRROR.get(text[k], text[k]) if levels[k] % 2 else text[k] for k in visual_order(levels))


def read(shown: str, base: int = 1) -> tuple[str, bool]:
    line = VisualLine(tuple(shown), tuple(map(bidi_class, shown)), (True,) * len(shown))
    reading = read_line(line, base)
    text = "".join(line.character(i, level) for i, level in zip(reading.order, reading.levels, strict=True))
    return text, reading.verified


LINES = [
    "يُعطى المريض Amoxicillin 500 mg كل 8 ساعات",
    "جرعة Digoxin هي 0.125 mg يوميًا؛ لا تتجاوز 0.25 mg مهما كانت",
    "معدل الترشيح (eGFR) < 30 mL/min تُخفض الجرعة إلى 250 mg مرة",
    "ضغط الدم ≥ 140/90 mmHg أو كان HbA1c > 7.5٪ بعد 3 أشهر",
    "نطاق الجرعة ٥-١٠ ملغ/كغ/يوم بحد أقصى ٤٠ ملغ",
    "بنسبة 1:1000 للحقن (0.3-0.5 mL) وبنسبة 1:10,000 للحقن",
    "بنسبة ٢٥٪ (٩٥٪ CI: ١٢-٣٧) مقارنة",
    "هاتف 920-005-937 تاريخ المراجعة 2021-03-15.",
    "أُجريت في 2010–11 دراسة",
    "الجرعة ٢٫٥ ملغ",
]


@pytest.mark.parametrize("text", LINES)
def test_reading_order_is_found_again(text: str) -> None:
    bare = "".join(c for c in text if not unicodedata.combining(c))
    assert read(seen(bare)) == (bare, True)


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("لك 25 mg/kg ةعرج"[::-1][::-1], "ةعرج 25 mg/kg لك"),
        ("دح 50% ىلإ"[::1], "ىلإ 50% دح"),
    ],
)
def test_isolated_dose_keeps_its_order(shown: str, text: str) -> None:
    """What stands as "25 mg/kg" from left to right inside an Arabic line is read so."""
    assert read(shown)[1] is True
    number = re.search(r"\d.*[%g]", text)
    assert number is not None
    assert number[0] in read(shown)[0]


def test_left_to_right_line_with_arabic_words() -> None:
    text = "Administer 1 g of ceftriaxone (سيفترياكسون) IV every 24 hours"
    assert read(seen(text, 0), 0) == (text, True)


def test_brackets_are_typed_not_drawn() -> None:
    assert seen("قال (نعم) ثم") == "مث (معن) لاق"
    assert read("مث (معن) لاق") == ("قال (نعم) ثم", True)


def test_levels_of_a_mixed_line() -> None:
    text = "دواء ABC 12"
    assert embedding_levels([bidi_class(c) for c in text], text, 1) == [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]


_words = st.sampled_from(
    ["دواء", "جرعة", "كل", "المريض", "Amoxicillin", "mg", "eGFR", "(", ")", "،", ".", "<", "≥"]
)
_numbers = st.from_regex(r"\A[1-9][0-9]{0,3}(\.[0-9])?%?\Z") | st.from_regex(r"\A[١-٩][٠-٩]{0,2}٪?\Z")


@settings(deadline=None)
@given(st.lists(_words | _numbers, min_size=1, max_size=9), st.sampled_from((0, 1)))
def test_a_verified_reading_gives_the_line_back(words: list[str], base: int) -> None:
    shown = seen(" ".join(words), base)
    line = VisualLine(tuple(shown), tuple(map(bidi_class, shown)), (True,) * len(shown))
    reading = read_line(line, base)
    assert sorted(reading.order) == list(range(len(shown)))
    if reading.verified:
        placed = [reading.order[k] for k in visual_order(reading.levels)]
        assert placed == list(range(len(shown)))


@settings(deadline=None)
@given(st.lists(_numbers, min_size=1, max_size=4))
def test_numbers_keep_their_digits(numbers: list[str]) -> None:
    text = "جرعة " + " ثم ".join(numbers) + " كل"
    found, verified = read(seen(text))
    assert verified
    assert re.findall(r"[\d.]+", found) == re.findall(r"[\d.]+", text)
