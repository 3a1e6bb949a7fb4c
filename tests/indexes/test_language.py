from __future__ import annotations

import pytest

from indexes.language import detect
from indexes.types import Language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ما جرعة الباراسيتامول؟", Language.AR),
        ("What is the dose of paracetamol?", Language.EN),
        ("ما جرعة amoxicillin-clavulanate للأطفال؟", Language.AR),
        ("metformin hydrochloride extended-release في السكري", Language.AR),
        ("Sanad (سند) quotes guidelines and says where each sentence stands.", Language.EN),
        ("ﺍﻟﺠﺮﻋﺔ", Language.AR),
        ("Größe", Language.EN),
        ("120/80", Language.UND),
        ("٢٫٥ – ١٠ ؟", Language.UND),
        ("ـــ َ", Language.UND),
        ("≥ 5 %", Language.UND),
        ("", Language.UND),
        ("高血圧", Language.UND),
    ],
)
def test_letters_decide(text: str, language: Language) -> None:
    assert detect(text) == language
