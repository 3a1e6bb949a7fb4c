from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.analysis import normalize, tokens

ARABIC = "".join(map(chr, range(0x600, 0x700)))
TEXT = st.text() | st.text(st.sampled_from(ARABIC + "0123456789 ²³½⁻⁶①mgkµ٫٬٪.,/-\u00a0\u200f\n"))


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("الجُرْعَـــة", "الجرعه"),
        ("إلى آخر أو ٱسم", "الي اخر او اسم"),
        ("ﺍﻟﺠﺮﻋﺔ ﻻ", "الجرعه لا"),
        ("٢٫٥ ملغ، ٢٥٪ ١٬٠٠٠", "2.5 ملغ، 25% 1,000"),
        ("۱۲۳ کی", "123 كي"),
        ("5 µg", "5 μg"),
        ("≥ 7.5 ≤ 3 × ±", "≥ 7.5 ≤ 3 × ±"),
        ("40² 2½ 10⁻⁶ CO₂ m²", "40^2 2 1⁄2 10^−6 co2 m2"),
        ("ن\u200cص\u200f 5\u00a0mg", "نص 5 mg"),
        ("HbA1c", "hba1c"),
        ("", ""),
    ],
)
def test_normal_form(text: str, normal: str) -> None:
    assert normalize(text).text == normal


@given(TEXT)
def test_normalising_again_changes_nothing(text: str) -> None:
    once = normalize(text).text
    assert normalize(once).text == once


def test_normalising_again_changes_nothing_for_any_character() -> None:
    every = map(chr, range(sys.maxunicode + 1))
    folding = [c for c in every if unicodedata.decomposition(c) or c.lower() != c or c.isdecimal()]
    assert len(folding) > 7_000
    assert [c for c in folding if normalize(normalize(c).text).text != normalize(c).text] == []


@given(TEXT)
def test_no_digit_is_gained_lost_or_moved(text: str) -> None:
    def digits(of: str) -> list[int]:
        compatible = unicodedata.normalize("NFKC", of)
        return [unicodedata.decimal(character) for character in compatible if character.isdecimal()]

    assert digits(normalize(text).text) == digits(text)
    assert all(c.isascii() for c in normalize(text).text if c.isdecimal())


@given(st.from_regex(r"[0-9٠-٩]{1,3}[²³½¼①⁻⁶]{1,2}[0-9]{0,2}", fullmatch=True))
def test_a_raised_digit_or_fraction_never_joins_a_number(text: str) -> None:
    plain = [unicodedata.decimal(character) for character in text if character.isdecimal()]
    first = "".join(str(digit) for digit in plain[: len(text) - len(text.lstrip("0123456789٠١٢٣٤٥٦٧٨٩"))])
    rest = normalize(text).text[len(first) :]
    assert normalize(text).text.startswith(first)
    assert not rest[0].isdecimal()


@given(TEXT)
def test_offsets_lead_back_to_the_source(text: str) -> None:
    normal = normalize(text)
    offsets = list(normal.offsets)
    assert len(offsets) == len(normal.text) + 1
    assert offsets == sorted(offsets)
    assert offsets[-1] == len(text)
    assert normal.source(0, len(normal.text)) == (offsets[0], len(text))
    for place in range(len(normal.text)):
        start, end = normal.source(place, place + 1)
        assert normal.text[place] in normalize(text[start:end]).text or normal.text[place] in " ^"


def test_a_match_shows_its_source_with_all_marks() -> None:
    text = "يجب أن تكون الجُرْعَـــة القصوى ٢٫٥ ملغ"
    normal = normalize(text)
    place = normal.text.find(normalize("الجرعة").text)
    start, end = normal.source(place, place + 6)
    assert text[start:end] == "الجُرْعَـــة"
    assert normal.source(3, 3) == (3, 3)


def test_a_cluster_of_several_characters_is_never_cut() -> None:
    normal = normalize("قال ﷲ هنا")
    assert normal.text == "قال الله هنا"
    assert normal.source(4, 5) == normal.source(4, 8) == (4, 5)


def test_agrees_with_camel_tools() -> None:
    """Above all on diacritics, of which the module has a list: camel_tools.utils.dediac loads slowly."""
    from camel_tools.utils.dediac import dediac_ar
    from camel_tools.utils.normalize import (
        normalize_alef_ar,
        normalize_alef_maksura_ar,
        normalize_teh_marbuta_ar,
        normalize_unicode,
    )

    ours_alone = set("ـ\u061cیک٪٫٬٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")
    for character in set(ARABIC) - ours_alone:
        theirs = dediac_ar(normalize_unicode(character))
        theirs = normalize_teh_marbuta_ar(normalize_alef_maksura_ar(normalize_alef_ar(theirs)))
        assert normalize(character).text == theirs, hex(ord(character))


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Give 2.5 mg/kg every 8-12 hours", ["give", "2.5", "mg", "kg", "everi", "8", "12", "hour"]),
        ("BP 120/80 on 12/05/2020", ["bp", "120/80", "120", "80", "on", "12", "05", "2020"]),
        ("5mg, ٥ملغ, 2.5ml; 3TC, 2nd", ["5", "mg", "5", "ملغ", "2.5", "ml", "3tc", "2nd"]),
        ("1,000 ١٬٠٠٠ 2,5 25% ٢٥٪", ["1000", "1000", "2.5", "25", "%", "25", "%"]),
        ("40² 2½", ["40", "2", "2", "1/2", "1", "2"]),
        ("HbA1c ≥ 7.5; T2DM, SpO₂", ["hba1c", "7.5", "t2dm", "spo2"]),
        ("patient's Ménière", ["patient", "menier"]),
        ("الـmetformin", ["ال", "metformin"]),
        ("المرضى مرضى", ["مرض", "مرض"]),
        ("", []),
        ("؟ … —", []),
    ],
)
def test_terms(text: str, terms: list[str]) -> None:
    assert tokens(text) == terms


@pytest.mark.parametrize("drug", ["وارفارين", "باراسيتامول", "كورتيزون", "فاموتيدين", "لازكس", "فلوكونازول"])
def test_a_drug_has_one_stem_whatever_is_attached(drug: str) -> None:
    forms = [drug, "ال" + drug, "وال" + drug, "بال" + drug, "لل" + drug, "و" + drug, "ب" + drug]
    assert len({tuple(tokens(form)) for form in forms}) == 1


@given(TEXT, TEXT)
def test_terms_of_a_text_are_those_of_its_words(one: str, other: str) -> None:
    assert tokens(f"{one} {other}") == tokens(one) + tokens(other)


def test_starts_fast() -> None:
    """Neither the slow tables of camel-tools nor a model comes along."""
    code = (
        "import sys; from indexes.analysis import tokens; tokens('ما جرعة paracetamol');"
        "print([m for m in ('camel_tools.utils.charsets', 'emoji', 'torch', 'bm25s') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"
