"""Do the letters of a page make words? A broken font map gives text that looks like text and is none.

Every letter of a word is looked up after the two before it, in counts from real text (Arabic and Latin
script, each with its own). The mean of the logarithms separates well: pages of real Arabic score −2.5 or
better, pages with wrong letters −4 or worse, with nothing between; text in reverse order is found too. What
is scored are letters only: numbers, marks, tatweel and Latin abbreviations do not count, so tables of doses
are not mistaken for garbage.

The counts (`letter_trigrams.npz`) were taken from the paragraphs of ARCD (Arabic Wikipedia; MIT,
husseinmozannar/SOQAL) and of the Nigeria Standard Treatment Guidelines 2022 (CC BY 4.0,
chisomrutherford/nigeria-clinical-guidelines-dataset) by `python -m ingestion.gates.train_letters`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from indexes.types import PageWarning, WarningKind

Script = Literal["arabic", "latin"]
ALPHABETS: dict[Script, str] = {
    "arabic": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي",
    "latin": "abcdefghijklmnopqrstuvwxyz",
}
MODEL = Path(__file__).with_name("letter_trigrams.npz")
THRESHOLD: dict[Script, float] = {"arabic": -3.3, "latin": -3.7}  # Turkish, the oddest seen, has −3.7
SPREAD: dict[Script, float] = {"arabic": 2.0, "latin": 2.0}  # standard deviation of one letter's score
WINDOW = 120  # letters: about two lines; one bad font may set only a part of a page
SURE = 2.0  # standard errors below the threshold, so that few letters do not decide
FEWEST: dict[Script, int] = {"arabic": 24, "latin": 60}  # letters; abbreviations are no sample
MOJIBAKE = 0.05  # share of U+FFFD, private-use and control characters among the visible ones

_WORDS: dict[Script, re.Pattern[str]] = {
    "arabic": re.compile(f"[{ALPHABETS['arabic']}]{{2,}}"),
    "latin": re.compile(r"(?<![\w])[A-Za-z]{4,}(?![\w])|(?<![\w])[A-Z]?[a-z]{3,}(?![\w])"),
}
_BULLET = re.compile(r"(?<!\S)[\ue000-\uf8ff](?!\S)")  # a sign of a symbol font that stands alone
_IGNORED = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u0300-\u036f]")


@dataclass(frozen=True, slots=True)
class Score:
    """Mean log-probability (natural) of `letters` letters, each given the two before it."""

    mean: float
    letters: int

    def garbled(self, script: Script) -> bool:
        """Whether the letters are surely no words."""
        if self.letters < FEWEST[script]:
            return False
        return self.mean + SURE * SPREAD[script] / math.sqrt(self.letters) < THRESHOLD[script]


def score(text: str, script: Script) -> Score:
    """How much the words of one script in a text look like words."""
    values = [value for word in words(text, script) for value in _word_scores(word, script)]
    return Score(float(np.mean(values)) if values else 0.0, len(values))


def check_letters(text: str) -> PageWarning | None:
    """A warning when the page, or two lines of it, are no words of either script."""
    signs = [c for c in _BULLET.sub("", text) if not c.isspace()]
    odd = sum(unicodedata.category(c) in ("Co", "Cn", "Cc") or c == "\ufffd" for c in signs)
    if signs and odd / len(signs) > MOJIBAKE:
        return _warning(f"{odd} of {len(signs)} characters stand for no letter")
    for script in ALPHABETS:
        worst = min(_windows(text, script), key=lambda s: s.mean, default=None)
        if worst is not None and worst.garbled(script):
            return _warning(f"{script} letters that make no words (score {worst.mean:.2f})")
    return None


def words(text: str, script: Script) -> Iterator[str]:
    """The words that count, each once, without marks, in the letters of the alphabet.

    Each once: a table may repeat one unit of odd letters in every row.
    """
    seen: set[str] = set()
    form: Literal["NFKC", "NFKD"] = "NFKC" if script == "arabic" else "NFKD"
    for found in _WORDS[script].findall(_IGNORED.sub("", unicodedata.normalize(form, text))):
        if found not in seen and not (found.isupper() and len(found) < 6):
            seen.add(found)
            yield found.lower()


def _windows(text: str, script: Script) -> Iterator[Score]:
    """Scores of stretches of about WINDOW letters, the last one with what is left."""
    scores = [_word_scores(word, script) for word in words(text, script)]
    values = [value for word in scores for value in word]
    count = max(1, len(values) // WINDOW)
    for part in np.array_split(np.array(values, np.float64), count):
        if len(part):
            yield Score(float(part.mean()), len(part))


def _word_scores(word: str, script: Script) -> list[float]:
    table, places = _model(script)
    codes = [0, *(places[letter] for letter in word), 0]
    return [float(table[a, b, c]) for a, b, c in zip(codes, codes[1:], codes[2:], strict=False)]


@cache
def _model(script: Script) -> tuple[NDArray[np.float16], dict[str, int]]:
    with np.load(MODEL, allow_pickle=False) as stored:
        table: NDArray[np.float16] = stored[script]
    return table, {letter: place for place, letter in enumerate(ALPHABETS[script], start=1)}


def _warning(detail: str) -> PageWarning:
    return PageWarning(WarningKind.GARBLED_TEXT, detail)
