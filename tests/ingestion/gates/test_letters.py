from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from indexes.types import WarningKind
from ingestion.gates.letters import ALPHABETS, Script, check_letters, score

ARABIC = (
    "يجب قياس ضغط الدم لدى جميع البالغين مرة واحدة في السنة على الأقل، ويشخَّص ارتفاع ضغط الدم إذا كان "
    "متوسط قراءتين في زيارتين منفصلتين أعلى من الحد المعروف، ويبدأ العلاج الدوائي بعد تغيير نمط الحياة."
)
ENGLISH = (
    "Measure blood pressure in all adults at least once a year. Hypertension is diagnosed when the mean of "
    "two readings at two visits is above the limit, and drug treatment begins after a change of life style."
)
ARABIC_DRUGS = (
    "أملوديبين أتورفاستاتين ميتفورمين إمباغليفلوزين فالسارتان أبيكسابان ريفاروكسابان تيكاغريلور كلوبيدوغريل "
    "سيفترياكسون أزيثروميسين ليفوثيروكسين ميثوتريكسات باراسيتامول إيبوبروفين أموكسيسيلين كلافولانات"
)
DRUGS = (
    "Amlodipine Atorvastatin Metformin Empagliflozin Sacubitril Apixaban Rivaroxaban Ticagrelor Ceftriaxone "
    "Azithromycin Levothyroxine Hydroxychloroquine Tocilizumab Pembrolizumab Trastuzumab Omalizumab"
)
VOCALISED = "يُعْطَى المَرِيضُ جُرْعَةً وَاحِدَةً مِنَ الدَّوَاءِ كُلَّ يَوْمٍ بَعْدَ الطَّعَامِ وَلَا يُوقَفُ العِلَاجُ فَجْأَةً إِلَّا بِأَمْرِ الطَّبِيبِ"
FRENCH = "L'hypertension artérielle est définie par une pression supérieure à la limite, mesurée au cabinet."


def exchanged(text: str, script: Script, seed: int = 1) -> str:
    """The text with its letters exchanged, as by a broken font map."""
    letters = list(ALPHABETS[script])
    others = letters.copy()
    random.Random(seed).shuffle(others)
    return text.lower().translate(str.maketrans("".join(letters), "".join(others)))


@pytest.mark.parametrize(
    "text",
    [
        ARABIC,
        ENGLISH,
        ARABIC_DRUGS,
        DRUGS,
        VOCALISED,
        FRENCH,
        "",
        "١٢٣ ٤٥٦ 5 mg 10 ml 2.5 g " * 50,
        "HTN T2DM ACEI ARB CCB ECG CXR FBC U&E LFT " * 20,
        "5 mg\t٥ ملغ\t250 mcg/kg/min\n" * 30,
        "\uf0b7 Rest\n\uf0b7 Fluids and paracetamol\n",  # a bullet of a symbol font
    ],
)
def test_real_text_passes(text: str) -> None:
    assert check_letters(text) is None


@pytest.mark.parametrize(
    "text",
    [
        exchanged(ARABIC, "arabic"),
        exchanged(ENGLISH, "latin"),
        ARABIC[::-1],
        ARABIC.encode("cp1256", "ignore").decode("cp1252", "ignore"),
        "\ufffd\ufffd\ufffd text \ufffd",
        ARABIC * 3 + exchanged(ARABIC, "arabic") * 2 + ARABIC * 3,  # a part of the page only
    ],
)
def test_wrong_letters_are_found(text: str) -> None:
    warning = check_letters(text)
    assert warning is not None
    assert warning.kind is WarningKind.GARBLED_TEXT


def test_scores_are_those_of_the_shipped_counts() -> None:
    good, bad = score(ARABIC, "arabic"), score(exchanged(ARABIC, "arabic"), "arabic")
    assert (good.letters, bad.letters) == (148, 148)
    assert good.mean > -2.4
    assert bad.mean < -4.0


@pytest.mark.parametrize(("file", "script"), [("xquad.ar.json", "arabic"), ("xquad.en.json", "latin")])
def test_no_false_alarm_and_no_miss_on_480_paragraphs(shared_data: Path, file: str, script: Script) -> None:
    articles = json.loads((shared_data / "xquad" / file).read_text("utf-8"))["data"]
    texts = [p["context"] for article in articles for p in article["paragraphs"]]
    assert sum(check_letters(text) is not None for text in texts) == 0
    assert sum(check_letters(exchanged(text, script, i)) is None for i, text in enumerate(texts)) == 0
