"""Which language a text is in, by its letters alone."""

from __future__ import annotations

import re

from indexes.types import Language

# Letters only: Arabic digits, punctuation and marks stand in texts of every language.
_ARABIC = re.compile(
    "[\u0620-\u063f\u0641-\u064a\u066e-\u066f\u0671-\u06d3\u06d5\u06ee-\u06ef\u06fa-\u06fc\u06ff"
    "\u0750-\u077f\u08a0-\u08c9\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdfb\ufe70-\ufefc]+"
)
_LATIN = re.compile("[A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\ufb00-\ufb06]+")

# Arabic medical prose carries drug names, units and trial acronyms in Latin letters, often more letters of
# them than of Arabic; English prose hardly ever carries Arabic. So a sixth of the letters decides.
_LATIN_PER_ARABIC = 5


def detect(text: str) -> Language:
    """The language of `text`: AR when at least a sixth of its letters are Arabic, EN when it has Latin ones,
    UND without either (figures, symbols, other scripts)."""
    arabic = sum(map(len, _ARABIC.findall(text)))
    latin = sum(map(len, _LATIN.findall(text)))
    if arabic and arabic * _LATIN_PER_ARABIC >= latin:
        return Language.AR
    return Language.EN if latin else Language.UND
