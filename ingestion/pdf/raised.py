"""Small raised digits: exponents become superscript characters, footnote marks are kept off the number.

A mark drawn above the line after "40" must read neither as 402 nor as 40²: it becomes [^2].
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.pdf.letters import is_arabic, superscript
from ingestion.pdf.marks import Glyph

_SMALL = 0.8  # of the neighbour's size
_RAISED = 0.12  # ems above the neighbour's baseline
_LOWERED = -0.05
_EXPONENT = re.compile(r"[-+−]?\d{1,3}[-+−]?")
_MARK = re.compile(r"\d{1,3}(?:[,،–-]\d{1,3})*")
_UNITS = ("m", "cm", "mm", "km", "dm", "µm", "μm", "nm", "ft", "in", "م", "سم", "مم", "كم", "متر")
_POWER_OF_TEN = re.compile(r"(?:^|[^\d.,])10$")
_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))


@dataclass(slots=True)
class Cluster:
    """What stands at one place of a line: its text, with the glyphs that drew it. No glyphs: a space."""

    text: str
    glyphs: tuple[Glyph, ...]
    is_note: bool = False
    bidi: str = ""  # its bidi class where the text does not tell

    @property
    def marked(self) -> str:
        """The text with its diacritics, composed."""
        marks = "".join(g.marks for g in self.glyphs)
        return unicodedata.normalize("NFC", self.text + marks) if marks else self.text


def clusters_of(items: Sequence[Glyph | None]) -> list[Cluster]:
    """The clusters of a segment from left to right, raised digits told apart."""
    plain = [Cluster(" ", ()) if g is None else Cluster(g.text, (g,)) for g in items]
    sizes = {g.size for g in items if g is not None}
    if sizes and min(sizes) < _SMALL * max(sizes):
        plain = _merge_raised(plain)
    return [_typed_mark(plain, k) for k in range(len(plain))]


def _merge_raised(clusters: list[Cluster]) -> list[Cluster]:
    out: list[Cluster] = []
    k = 0
    while k < len(clusters):
        end = k
        while end < len(clusters) and _is_raised(clusters, end, k):
            end += 1
        text = "".join(c.text for c in clusters[k:end])
        if end == k or not any(c.isdigit() for c in text):
            out.append(clusters[k])
            k += 1
            continue
        glyphs = tuple(g for c in clusters[k:end] for g in c.glyphs)
        out.append(_raised(text, glyphs, out, clusters[end:]))
        k = end
    return out


def _is_raised(clusters: Sequence[Cluster], index: int, start: int) -> bool:
    cluster = clusters[index]
    if not cluster.glyphs or not _RAISED_CHARACTERS.fullmatch(cluster.text):
        return False
    glyph = cluster.glyphs[0]
    for near in (_large(clusters, start, -1, glyph), _large(clusters, index, 1, glyph)):
        if near is not None and glyph.y > near.y + _RAISED * near.size:
            return True
    return False


_RAISED_CHARACTERS = re.compile(r"[\d+\-−–,،]+")


def _large(clusters: Sequence[Cluster], index: int, step: int, small: Glyph) -> Glyph | None:
    """The next full-sized glyph on that side, at most half an em away and past other raised ones."""
    for k in range(index + step, len(clusters) if step > 0 else -1, step):
        glyphs = clusters[k].glyphs
        if not glyphs:
            continue
        g = glyphs[0]
        if abs(k - index) > 8:
            return None
        if g.size * _SMALL > small.size:
            gap = max(small.x0 - g.x1, g.x0 - small.x1)
            return g if gap < 6 * g.size else None
    return None


def _raised(
    text: str, glyphs: tuple[Glyph, ...], left: Sequence[Cluster], right: Sequence[Cluster]
) -> Cluster:
    before, arabic = _word_before(left), False
    bidi = "ON"
    if before:
        # digits set against a number belong to its left-to-right run
        bidi = "EN" if before[-1:].isdigit() else "L"
    else:
        # read from the right: what the digits follow stands right of them
        before = _word_after(right)
        arabic = any(map(is_arabic, before))
        text = text[::-1] if any(c in "+-−" for c in text) else text
    if _is_exponent(text, before, arabic):
        return Cluster(superscript(_western(text)), glyphs, bidi=bidi)
    if _MARK.fullmatch(text):
        return Cluster(f"[^{text}]", glyphs, is_note=True, bidi="EN" if bidi == "EN" else "ON")
    return Cluster(superscript(_western(text)) if before else text, glyphs)


def _is_exponent(text: str, before: str, arabic: bool) -> bool:
    if not _EXPONENT.fullmatch(text):
        return False
    signed = any(c in "+-−" for c in text)
    if before in _UNITS:
        return text.lstrip("+-−") in ("2", "3", "٢", "٣") or signed
    if _POWER_OF_TEN.search(before):
        return True
    return signed and not arabic and before[-1:].isalpha()


def _word_before(left: Sequence[Cluster]) -> str:
    """The Latin word or the number that ends right before a raised digit; "" for anything else."""
    word = ""
    for cluster in reversed(left):
        if not cluster.glyphs or cluster.is_note or any(map(is_arabic, cluster.text)):
            break
        if not (cluster.text.isalnum() or (cluster.text in ".," and word[:1].isdigit())):
            break
        if word and cluster.text.isalpha() != word[:1].isalpha():
            break
        word = cluster.text + word
    return word


def _word_after(right: Sequence[Cluster]) -> str:
    """The word that stands right of a raised digit, in reading order; "" at a space or sign."""
    word = ""
    for cluster in right:
        if not cluster.glyphs or not cluster.text.isalnum():
            break
        if word and cluster.text.isalpha() != word[:1].isalpha():
            break
        word = cluster.text + word if any(map(is_arabic, cluster.text)) else word + cluster.text
    return word


def _western(text: str) -> str:
    return "".join(str(unicodedata.digit(c, 0)) if c.isdigit() else c for c in text)


def _typed_mark(clusters: Sequence[Cluster], index: int) -> Cluster:
    """A superscript character straight after a number is a footnote mark too, unless the number is 10."""
    cluster = clusters[index]
    if index == 0 or cluster.text not in _SUPERSCRIPTS or cluster.is_note:
        return cluster
    before = _word_before(clusters[:index])
    if not before[-1:].isdigit() or _POWER_OF_TEN.search(before):
        return cluster
    if index + 1 < len(clusters) and clusters[index + 1].text in _SUPERSCRIPTS:
        return cluster
    return Cluster(f"[^{_SUPERSCRIPTS[cluster.text]}]", cluster.glyphs, is_note=True, bidi="EN")
