"""Text analysis: what the lexical index sees of a text, with one function for corpus and query.

Normalised text is for finding only; what people read is always the source, and every normalised character
knows where it came from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

ANALYSIS_VERSION = "1"
"""Changes whenever `normalize` or `tokens` gives another result for any text; indexes are then rebuilt."""


@dataclass(frozen=True, slots=True)
class Normalized:
    """A text as the index sees it. `offsets[i]`: where in the source the cluster of `text[i]` begins;
    `offsets[len(text)]`: the length of the source."""

    text: str
    offsets: Sequence[int]

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the source that `text[start:end]` came from: whole clusters, marks included."""
        first = self.offsets[start]
        if start >= end:
            return first, first
        last = self.offsets[end - 1]
        while self.offsets[end] == last:  # one source cluster can become several characters
            end += 1
        return first, self.offsets[end]


def normalize(text: str) -> Normalized:
    """camel-tools' normalisation (NFKC, alef, alef maksura, teh marbuta, diacritics), and: tatweel and
    invisible controls dropped, Persian yeh and kaf as Arabic ones, decimal digits of every script and their
    separators as ASCII, lower case.

    Idempotent, and no digit is gained, lost or joined with another: 2½ becomes `2 1⁄2` and 10⁻⁶ becomes
    `10^−6`, never 21⁄2 or 10−6.
    """
    words: list[str] = []
    offsets: list[int] = []
    for match in _WORD_OR_SPACE.finditer(text):
        folded, starts = _fold_word(match.group())
        begin = match.start()
        words.append(folded)
        offsets.extend([begin + start for start in starts])
    offsets.append(len(text))
    return Normalized("".join(words), offsets)


def tokens(text: str) -> list[str]:
    """The terms of `text` for BM25, in order: stemmed words, numbers, units.

    `2.5` is one term; `10-20` gives 10 and 20; `120/80` gives itself and both parts; `5mg` gives 5 and mg;
    `1,000` gives 1000. Words keep to one script, so `الـmetformin` gives the Latin name whole.
    """
    return [term for word in text.split() for term in _word_terms(word)]


# Normalisation: clusters of a base and its marks ------------------------------------------------------

_WORD_OR_SPACE = re.compile(r"\s+|\S+")

_INVISIBLE = frozenset(
    "\u0640\u00ad\u061c\u180e\ufeff"  # tatweel, soft hyphen, Arabic letter mark, separators without width
    + "".join(map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065))))
    + "".join(map(chr, range(0x2066, 0x2070)))
)
# camel_tools.utils.charsets.AR_DIAC_CHARSET, which dediac_ar deletes: importing that module goes through all
# of Unicode (0.65 s of every command's start). A test holds this to dediac_ar.
_DIACRITICS = dict.fromkeys(map(ord, "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670"))
_FOLDS = _DIACRITICS | str.maketrans(
    {"ی": "ي", "ک": "ك", "٫": ".", "٬": ",", "٪": "%"}  # many fonts' maps say Persian yeh and kaf
)


@lru_cache(maxsize=65_536)
def _fold_word(word: str) -> tuple[str, tuple[int, ...]]:
    """The word normalised, and for each of its characters the offset of its cluster in the word."""
    if word.isascii():
        return word.lower(), tuple(range(len(word)))
    out = ""
    starts: list[int] = []
    plain = True  # whether the last digit written was an ordinary one
    for start, end in _clusters(word):
        cluster = word[start:end]
        folded = _fold_cluster(cluster)
        if not folded:
            continue
        ordinary = cluster[0].isdecimal() or not (cluster[0].isnumeric() or _raised(cluster[0]))
        if out[-1:].isdecimal() and not (plain and ordinary):
            # 40² is not 402, and 10⁻⁶ no range
            mark = "^" if _raised(cluster[0]) else " " if folded[0].isdecimal() else ""
            folded = mark + folded
        plain = ordinary
        out += folded
        starts.extend([start] * len(folded))
    return out, tuple(starts)


def _clusters(word: str) -> Iterator[tuple[int, int]]:
    start = 0
    for position in range(1, len(word) + 1):
        if position == len(word) or not _joins_previous(word[position]):
            yield start, position
            start = position


@lru_cache(maxsize=4096)
def _joins_previous(character: str) -> bool:
    if character in _INVISIBLE:
        return True
    # after NFKC, since some marks have no combining class of their own (halfwidth voiced sound mark)
    return unicodedata.combining(unicodedata.normalize("NFKC", character)[0]) != 0


@lru_cache(maxsize=16_384)
def _fold_cluster(cluster: str) -> str:
    from camel_tools.utils import normalize as camel

    folded = "".join(character for character in cluster if character not in _INVISIBLE)
    while True:  # a fold can leave something to compose: maddah, then hamza, over one alef
        before = folded
        folded = camel.normalize_unicode(folded).translate(_FOLDS)
        folded = camel.normalize_alef_ar(folded)
        folded = camel.normalize_alef_maksura_ar(folded)
        folded = camel.normalize_teh_marbuta_ar(folded)
        folded = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in folded.lower())
        folded = "".join(character for character in folded if character not in _INVISIBLE)
        if folded == before:
            return folded


@lru_cache(maxsize=4096)
def _raised(character: str) -> bool:
    return unicodedata.decomposition(character).startswith(("<super>", "<sub>"))


# Terms ------------------------------------------------------------------------------------------------

_TERM = re.compile(
    r"""(?P<numbers> \d++ (?:[.,]\d++)*+ (?: [/⁄] \d++ (?:[.,]\d++)*+ )*+ ) (?! [a-zμ] )
      | (?P<amount> \d++ (?:[.,]\d++)*+ ) (?P<unit> [a-zμ]++ )
      | (?P<possessive> ['’] s \b )
      | (?P<latin> [^\W_\u0600-\u08ff]++ )
      | (?P<arabic> [^\W_a-z0-9]++ )
      | (?P<percent> % )""",
    re.VERBOSE,
)
_SLASH = re.compile("[/⁄]")
_UNITS = frozenset(
    {"kg", "g", "mg", "mcg", "μg", "ug", "ng", "l", "dl", "ml", "μl", "mol", "mmol", "meq", "iu", "mmhg"}
    | {"kcal", "kj", "m", "cm", "mm", "h", "hr", "hrs", "min"}
)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})++(?:\.\d++)?")
_ARTICLE = re.compile("و?(?:ال|بال|كال|فال|لل)(?=..)")  # the, and the, with the, like the, so the, for the
_CLITICS = "وبلكف"  # and, with, for, like, so


@lru_cache(maxsize=65_536)
def _word_terms(word: str) -> tuple[str, ...]:
    return tuple(_terms(_fold_word(word)[0]))


def _terms(text: str) -> Iterator[str]:
    for match in _TERM.finditer(text):
        kind = match.lastgroup
        if kind == "numbers":
            yield from _numbers(match["numbers"])
        elif kind == "unit":
            yield from _amount(match["amount"], match["unit"])
        elif kind == "latin":
            yield _stem_latin(match["latin"])
        elif kind == "arabic":
            yield _stem_arabic(match["arabic"])
        elif kind == "percent":
            yield "%"


def _numbers(digits: str) -> Iterator[str]:
    """`120/80` as one term besides its parts; of 12/05/2020 only the parts."""
    parts = [_number(part) for part in _SLASH.split(digits)]
    if len(parts) == 2:
        yield "/".join(parts)
    yield from parts


def _number(digits: str) -> str:
    return digits.replace(",", "") if _THOUSANDS.fullmatch(digits) else digits.replace(",", ".")


def _amount(digits: str, letters: str) -> Iterator[str]:
    """`5mg` is an amount and its unit; `3tc`, a drug, and `2nd` are words."""
    if letters in _UNITS or not digits.isdecimal():
        yield _number(digits)
        yield _stem_latin(letters)
    else:
        yield _stem_latin(digits + letters)


@lru_cache(maxsize=16_384)
def _stem_latin(word: str) -> str:
    """Without accents (Ménière, Guillain-Barré), then the English Snowball stem."""
    decomposed = unicodedata.normalize("NFD", word)
    return _snowball("english", "".join(c for c in decomposed if not unicodedata.combining(c)))


@lru_cache(maxsize=16_384)
def _stem_arabic(word: str) -> str:
    """Without article and clitics, then the Arabic Snowball stem.

    Clitics go until none is left, from roots as well, so that a drug whose name begins with such a letter
    gets one stem with and without the article. R@1 of BM25 (bm25s, k1 1.2, b .75) on the Arabic of XQuAD and
    on ARCD's train set: .887, .697; with the Snowball stem alone .863, .693.
    """
    word = _ARTICLE.sub("", word, count=1) if _ARTICLE.match(word) else word
    while len(word) >= 5 and word[0] in _CLITICS:
        word = word[1:]
    return _snowball("arabic", word)


_snowball_lock = Lock()  # PyStemmer's objects are not for two threads at once


def _snowball(language: str, word: str) -> str:
    with _snowball_lock:
        stem: str = _stemmer(language).stemWord(word)
    return stem


@lru_cache(maxsize=2)
def _stemmer(language: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(language)
