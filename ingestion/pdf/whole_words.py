"""A word that can be seen is never read without some of its letters.

The advance of a glyph says little of where its ink is: parts of Arabic ligatures are drawn with an advance
that is taken back, and end outside the clip that their word stands in. A clip or the page's edge hides
whole words only. What hides a part of a word for another reason, such as a stamp, leaves the line in doubt.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from ingestion.pdf.geometry import Rect
from ingestion.pdf.marks import CLIPPED, OUTSIDE, Glyph

# In ems.
_NEAR = 0.2  # letters of one word stand nearer
_LEVEL = 0.6  # baselines of one word: parts of ligatures and marks stand off it
_TWIN = 0.3  # the same letter this near is its shadow or outline

_LONGEST = 200  # glyphs of a word: more are a filling or an attack


def keep_whole(glyphs: Iterable[Glyph], page: Rect) -> None:
    """Show again what only an edge hides of a visible word; doubt the words that stay in part hidden."""
    word: list[Glyph] = []
    for glyph in glyphs:
        if not glyph.text.strip():
            if glyph.text:
                _settle(word, page)
                word = []
            continue
        if word and (len(word) >= _LONGEST or not _goes_on(word, glyph)):
            _settle(word, page)
            word = []
        word.append(glyph)
    _settle(word, page)


def _goes_on(word: Sequence[Glyph], glyph: Glyph) -> bool:
    """Whether a glyph stands at the word painted last."""
    last = word[-1]
    size = max(last.size, glyph.size)
    if glyph.angle != last.angle or abs(glyph.y - word[0].y) > _LEVEL * size:
        return False
    x0, x1 = min(g.x0 for g in word[-4:]), max(g.x1 for g in word[-4:])
    return max(x0 - glyph.x1, glyph.x0 - x1) < _NEAR * size


def _settle(word: Sequence[Glyph], page: Rect) -> None:
    hidden = [g for g in word if g.hidden]
    if not hidden or len(hidden) == len(word):
        return
    for glyph in hidden:
        if glyph.hidden in (CLIPPED, OUTSIDE) and _meets(glyph.box, page):
            glyph.hidden = ""
    seen = [g for g in word if not g.hidden]
    if any(g.hidden and _says_something(g.text) and not _twin(g, seen) for g in hidden):
        for glyph in seen:
            glyph.doubt = True


def _meets(box: Rect, page: Rect) -> bool:
    return box[0] <= page[2] and box[2] >= page[0] and box[1] <= page[3] and box[3] >= page[1]


def _says_something(text: str) -> bool:
    return any(c.isalnum() or unicodedata.combining(c) for c in text)


def _twin(glyph: Glyph, seen: Sequence[Glyph]) -> bool:
    reach = _TWIN * glyph.size
    return any(g.text == glyph.text and abs(g.x0 - glyph.x0) < reach for g in seen)
