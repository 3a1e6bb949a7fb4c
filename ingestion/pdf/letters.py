"""The text of a glyph as people type it: presentation forms become letters, units and fractions stay."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

TATWEEL = "\u0640"
SOFT_HYPHEN = "\u00ad"
# Compatibility characters that only say how a letter was drawn. Others carry meaning: m² is not m2.
_DRAWN = (
    "<isolated>",
    "<initial>",
    "<medial>",
    "<final>",
    "<wide>",
    "<narrow>",
    "<small>",
    "<font>",
    "<square>",
)
_LIGATURES = frozenset(chr(c) for c in (*range(0xFB00, 0xFB07), *range(0xFB13, 0xFB18)))
_MEANT = {
    "㎡": "m²",
    "㎥": "m³",
    "㎠": "cm²",
    "㎤": "cm³",
    "㎟": "mm²",
    "㎣": "mm³",
    "㎢": "km²",
    "㎦": "km³",
}
_HYPHENS = frozenset("\u2010\u2011")
_WORDS_ALLAH = 4  # letters: longer Arabic ligatures (ﷺ) stay the one sign that they are


@lru_cache(maxsize=8_192)
def is_mark(text: str) -> bool:
    """Whether text is only combining marks."""
    return bool(text) and all(unicodedata.combining(c) for c in text)


@lru_cache(maxsize=8_192)
def is_arabic(character: str) -> bool:
    return "\u0590" <= character <= "\u08ff" and unicodedata.bidirectional(character) in ("R", "AL")


@lru_cache(maxsize=16_384)
def plain(text: str) -> str:
    """The text of one glyph without drawing variants, control characters and stretching.

    "" for a glyph that only stretches or controls, " " for white space.
    """
    if text.isspace():
        return " "
    out = "".join(map(_plain_character, text))
    if len(out) > 1 and out[0] == " " and unicodedata.combining(out[1]):
        out = out[1:]  # an isolated diacritic decomposes to a space and the mark
    return unicodedata.normalize("NFC", out) if not is_mark(out) else out


def _plain_character(c: str) -> str:
    if c == TATWEEL:
        return ""
    if c == SOFT_HYPHEN:
        return c
    if c in _HYPHENS:
        return "-"
    category = unicodedata.category(c)
    if category in ("Cf", "Cc"):
        return " " if c in "\t\n\r\v\f" else ""
    if category in ("Zs", "Zl", "Zp"):
        return " "
    if c in _MEANT:
        return _MEANT[c]
    tag = unicodedata.decomposition(c).partition(" ")[0]
    if tag in _DRAWN or c in _LIGATURES:
        letters = unicodedata.normalize("NFKC", c)
        if tag == "<isolated>" and len(letters) > _WORDS_ALLAH:
            return c
        return letters.replace(TATWEEL, "")
    return unicodedata.normalize("NFC", c)


MIRROR = {
    **dict(zip("()[]{}<>«»≤≥‹›≪≫", ")(][}{><»«≥≤›‹≫≪", strict=True)),
}
_TO_SUPERSCRIPT = str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")


def superscript(text: str) -> str:
    """The raised form of digits and signs."""
    return text.translate(_TO_SUPERSCRIPT)


UNKNOWN = "\ufffd"  # a glyph whose letter the file does not say


def is_unknown(character: str) -> bool:
    """Whether a character says nothing of what is drawn: U+FFFD or one for private use."""
    return character == UNKNOWN or "\ue000" <= character <= "\uf8ff"
