"""A segment of a line as text in reading order, each piece tied to the glyph that drew it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ingestion.pdf.bidi import bidi_class
from ingestion.pdf.inverse import Reading, VisualLine, read_line
from ingestion.pdf.letters import MIRROR
from ingestion.pdf.lines import Segment, arabic_letters, latin_letters
from ingestion.pdf.marks import Glyph
from ingestion.pdf.plausible import score
from ingestion.pdf.raised import Cluster, clusters_of
from ingestion.pdf.shapes import names_its_shape

_LEADING = re.compile(r"[.,:;!?،؛؟)]")
_FIGURES = frozenset("0123456789٠١٢٣٤٥٦٧٨٩²³¹⁰⁴⁵⁶⁷⁸⁹٫<>≤≥")
_OVERPRINT = 0.6  # of the narrower glyph's width
_MIN_EVIDENCE = 0.5
_MAX_CLUSTERS = 1_500  # of a line: longer ones are no text, and the search would take long


@dataclass(slots=True)
class Piece:
    """A stretch of text and the glyphs it came from; spaces come from none."""

    text: str
    glyphs: tuple[Glyph, ...] = ()


@dataclass(slots=True)
class TextRun:
    """Text in reading order. `unverified`: stretches (start, end) whose order could not be confirmed."""

    pieces: list[Piece] = field(default_factory=list)
    rtl: bool = False
    unverified: list[tuple[int, int]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(p.text for p in self.pieces)

    def add(self, other: TextRun, joint: str = " ") -> None:
        """Append another run after `joint`."""
        if self.pieces and other.pieces and joint:
            self.pieces.append(Piece(joint))
        shift = len(self.text)
        self.pieces.extend(other.pieces)
        self.unverified.extend((a + shift, b + shift) for a, b in other.unverified)
        self.rtl = self.rtl or other.rtl


def read_segment(segment: Segment, *, rtl_page: bool, shaped: MirrorCoding, before: str = "") -> TextRun:
    """The text of a segment as it is read after `before`, which stands above it."""
    clusters = clusters_of(segment.items)
    line = VisualLine(
        tuple(shaped.shape(c) if c.text in MIRROR else c.text for c in clusters),
        tuple(c.bidi or bidi_class(c.text) for c in clusters),
        tuple(c.text not in MIRROR or shaped.is_shape(c) for c in clusters),
    )
    base, reading = _read(line, rtl_page, before.rfind("(") > before.rfind(")"))
    pieces: list[Piece] = []
    for index, level in zip(reading.order, reading.levels, strict=True):
        cluster = clusters[index]
        if not cluster.glyphs:
            # the space at the end of a wrapped line stands, right to left, behind a bracket opened in it
            if pieces and pieces[-1].text != " " and not (base and pieces[-1].text == "("):
                pieces.append(Piece(" "))
            continue
        text = line.character(index, level)
        marked = cluster.marked if text == cluster.text else text + "".join(g.marks for g in cluster.glyphs)
        pieces.append(Piece(marked, cluster.glyphs))
    while pieces and pieces[-1].text == " ":
        pieces.pop()
    run = TextRun(pieces, bool(base))
    if not reading.verified or _overprinted(clusters) or any(g.doubt for c in clusters for g in c.glyphs):
        run.unverified.append((0, len(run.text)))
    return run


def _overprinted(clusters: Sequence[Cluster]) -> bool:
    """Whether figures or signs stand on top of each other: their order cannot be seen."""
    shown = [c for c in clusters if c.glyphs]
    for a, b in itertools.pairwise(shown):
        if not any(c in _FIGURES for c in a.text + b.text):
            continue
        left, right = a.glyphs[-1], b.glyphs[0]
        narrow = min(left.x1 - left.x0, right.x1 - right.x0)
        if narrow > 0 and min(left.x1, right.x1) - max(left.x0, right.x0) > _OVERPRINT * narrow:
            return True
    return False


def _read(line: VisualLine, rtl_page: bool, inside: bool) -> tuple[int, Reading]:
    """The base and the reading of a line. `inside`: a bracket was opened above."""
    full = "".join(line.texts)
    arabic, latin = arabic_letters(full), latin_letters(full)
    if len(line.texts) > _MAX_CLUSTERS:
        return 0, Reading(tuple(range(len(line.texts))), (0,) * len(line.texts), not arabic)
    if arabic:
        base = 1 if arabic >= 0.35 * latin or (rtl_page and _LEADING.match(full)) else 0
        return base, read_line(line, base)
    eastern = "AN" in line.classes
    if not rtl_page and not eastern:
        return 0, read_line(line, 0)
    if not latin and not any(c in ("EN", "AN") for c in line.classes):
        return int(rtl_page), read_line(line, int(rtl_page))
    left, right = read_line(line, 0), read_line(line, 1)
    prefer = 0.5 if rtl_page and (eastern or not latin) else -_MIN_EVIDENCE
    if rtl_page and inside and _closes(line, right) and not _closes(line, left):
        return 1, right
    return (1, right) if _value(line, right) + prefer > _value(line, left) else (0, left)


def _text(line: VisualLine, reading: Reading) -> str:
    return "".join(line.character(i, level) for i, level in zip(reading.order, reading.levels, strict=True))


def _closes(line: VisualLine, reading: Reading) -> bool:
    """Whether a reading closes a bracket before it opens one."""
    text = _text(line, reading)
    return reading.verified and ")" in text and "(" not in text.partition(")")[0]


def _value(line: VisualLine, reading: Reading) -> float:
    text = _text(line, reading)
    value = score(text) - (0 if reading.verified else 5)
    return value - (1 if _LEADING.match(text) and not _LEADING.match(text[-1:]) else 0)


@dataclass(slots=True)
class MirrorCoding:
    """Whether the text of brackets and comparison signs names the shape that stands on the page, or the
    character that was typed, which stands there mirrored when it is read right to left.

    Producers differ. The outline of the glyph tells; without one, a pair of brackets in a right-to-left line
    does: "(" on the left is a shape.
    """

    votes: dict[int, int] = field(default_factory=dict)  # by font, then 0 for the document

    def learn(self, segments: Iterable[Segment]) -> None:
        for segment in segments:
            if arabic_letters(segment.text) == 0:
                continue
            self._vote(segment.glyphs)

    def _vote(self, glyphs: Sequence[Glyph]) -> None:
        brackets = [g for g in glyphs if g.text in ("(", ")")]
        for a, b in zip(brackets[::2], brackets[1::2], strict=False):
            if a.text == b.text:
                continue
            vote = 1 if a.text == "(" else -1
            for key in (id(a.font), 0):
                self.votes[key] = self.votes.get(key, 0) + vote

    def shape(self, cluster: Cluster) -> str:
        """The cluster's text; of a mirrored character the one that looks like it, where that can be told."""
        seen = self._seen(cluster)
        return MIRROR[cluster.text] if seen is False else cluster.text

    def _seen(self, cluster: Cluster) -> bool | None:
        if cluster.text not in MIRROR or not cluster.glyphs:
            return None
        glyph = cluster.glyphs[0]
        if glyph.font is None or glyph.key < 0:
            return None
        return names_its_shape(glyph.font, glyph.key, cluster.text)

    def is_shape(self, cluster: Cluster) -> bool:
        if cluster.text not in MIRROR or not cluster.glyphs:
            return True
        if self._seen(cluster) is not None:
            return True
        votes = self.votes.get(id(cluster.glyphs[0].font), 0) or self.votes.get(0, 0)
        return votes >= 0
