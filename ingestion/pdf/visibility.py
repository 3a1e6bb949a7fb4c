"""Text that stands on the page against text that nobody can see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.pdf.geometry import Rect, contains
from ingestion.pdf.marks import OUTSIDE, Area, Glyph, PageMarks
from ingestion.pdf.state import Colour
from ingestion.pdf.whole_words import keep_whole

_NEAR = 0.06  # colours that differ less in every channel cannot be told apart
_WHITE: Colour = (1.0, 1.0, 1.0)
_LARGE = 0.3  # of the page: an image of this size may be a scan
_PICTURE = 0.25  # of the page: an image of this size may be a table or a page of text
_CAPTION = 20  # glyphs on it: more, and it is a background
_MANY_AREAS = 400


@dataclass(frozen=True, slots=True)
class VisibleText:
    """The glyphs to read, and the text that was kept apart with the reasons why."""

    glyphs: list[Glyph]
    hidden_text: str
    reasons: tuple[str, ...]
    ocr: bool  # the glyphs are the invisible layer over a scan
    has_image: bool
    has_drawing: bool
    picture: float = 0.0  # share of the page that a large image without text over it covers


def sort_out(marks: PageMarks, page: Rect) -> VisibleText:
    """Tell visible from hidden glyphs. Over a scan without visible text, the hidden layer is the text."""
    _hide(marks, page)
    keep_whole(marks.glyphs, page)
    seen = [g for g in marks.glyphs if not g.hidden]
    hidden = [g for g in marks.glyphs if g.hidden]
    scans = [a for a in marks.areas if a.image and _share(a.box, page) > _LARGE]
    has_image = any(a.image for a in marks.areas)
    has_drawing = len(marks.areas) > _MANY_AREAS
    layer = [g for g in hidden if g.hidden in ("invisible", "covered")]
    if scans and not any(g.text.strip() for g in seen) and any(g.text.strip() for g in layer):
        for glyph in layer:
            glyph.hidden = ""
        rest = [g for g in hidden if g.hidden]
        return VisibleText(layer, _text(rest), _reasons(rest), True, has_image, has_drawing)
    picture = max((share for a in marks.areas if (share := _picture(a, seen, page))), default=0.0)
    return VisibleText(seen, _text(hidden), _reasons(hidden), False, has_image, has_drawing, picture)


def _picture(area: Area, glyphs: Sequence[Glyph], page: Rect) -> float:
    """The share of the page that an image covers, 0 for small ones and those that text is printed on."""
    share = _share(area.box, page) if area.image else 0.0
    if share < _PICTURE:
        return 0.0
    over = sum(
        contains(area.box, g.centre if not g.angle else g.box[0], g.box[1]) for g in glyphs if g.text.strip()
    )
    return share if over <= _CAPTION else 0.0


def _hide(marks: PageMarks, page: Rect) -> None:
    painted = [a for a in marks.areas if a.box[2] > a.box[0] and a.box[3] > a.box[1]]
    covering = [a for a in painted if a.opaque]
    for glyph in marks.glyphs:
        if glyph.hidden or not glyph.text.strip():
            continue
        x, y = (glyph.box[0] + glyph.box[2]) / 2, (glyph.box[1] + glyph.box[3]) / 2
        if not contains(page, x, y, 0.5):
            glyph.hidden = OUTSIDE
        elif covering and _covered(glyph, covering):
            glyph.hidden = "covered"
        elif glyph.fill is not None and _same(glyph.fill, _behind(glyph, x, y, painted)):
            glyph.hidden = "in the colour of its background"


def _covered(glyph: Glyph, areas: Sequence[Area]) -> bool:
    x0, y0, x1, y1 = glyph.box
    for area in areas:
        if area.order <= glyph.order:
            continue
        a0, b0, a1, b1 = area.box
        if a0 <= x0 + 0.2 and b0 <= y0 + 0.3 * (y1 - y0) and a1 >= x1 - 0.2 and b1 >= y1 - 0.3 * (y1 - y0):
            return True
    return False


def _behind(glyph: Glyph, x: float, y: float, areas: Sequence[Area]) -> Colour | None:
    """The colour that a glyph is painted on; None where it cannot be told."""
    best = None
    for area in areas:
        if (
            area.order < glyph.order
            and contains(area.box, x, y)
            and (best is None or area.order > best.order)
        ):
            best = area
    return _WHITE if best is None else best.colour


def _same(a: Colour, b: Colour | None) -> bool:
    return b is not None and all(abs(p - q) < _NEAR for p, q in zip(a, b, strict=True))


def _share(box: Rect, page: Rect) -> float:
    width = max(0.0, min(box[2], page[2]) - max(box[0], page[0]))
    height = max(0.0, min(box[3], page[3]) - max(box[1], page[1]))
    return width * height / ((page[2] - page[0]) * (page[3] - page[1]))


def _reasons(glyphs: Sequence[Glyph]) -> tuple[str, ...]:
    return tuple(sorted({g.hidden for g in glyphs if g.text.strip()}))


def _text(glyphs: Sequence[Glyph]) -> str:
    """Hidden text in painting order, for people to look at: it is never searched."""
    parts: list[str] = []
    before: Glyph | None = None
    for glyph in glyphs:
        if before is not None:
            if abs(before.y - glyph.y) > 0.5 * max(glyph.size, 1.0):
                parts.append("\n")
            elif glyph.x0 - before.x1 > 0.2 * glyph.size:
                parts.append(" ")
        parts.append(glyph.text)
        before = glyph
    return "".join(parts).strip()
