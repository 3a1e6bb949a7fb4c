"""One PDF page → a Page."""

from __future__ import annotations

import re
from typing import Any

from pypdf.errors import LimitReachedError
from pypdf.generic import DictionaryObject, StreamObject

from indexes.types import Page, PageWarning, WarningKind
from ingestion.pdf.assemble import assemble
from ingestion.pdf.drafts import DraftBlock, PageDraft
from ingestion.pdf.geometry import IDENTITY, Matrix, Rect, multiply, transform_rect, turn
from ingestion.pdf.glyphs import Interpreter
from ingestion.pdf.layout import drafts_of
from ingestion.pdf.letters import is_unknown
from ingestion.pdf.marks import Glyph, PageMarks
from ingestion.pdf.objects import OBJECT_ERRORS, array, dictionary, entry, numbers, resolve, stream_data
from ingestion.pdf.reading import MirrorCoding
from ingestion.pdf.shared import Shared
from ingestion.pdf.state import State
from ingestion.pdf.visibility import VisibleText, sort_out

_LETTER: Rect = (0.0, 0.0, 612.0, 792.0)
_UNKNOWN = re.compile("[\ufffd\ue000-\uf8ff]+")
_MANY_UNKNOWN = 0.03  # of the letters: the page's fonts are not to be trusted
_HIDDEN_FLAGS = 2 | 32  # annotation flags Hidden and NoView
_NO_TEXT_OF_THEIR_OWN = ("/Link", "/Popup", "/Highlight", "/Underline", "/StrikeOut", "/Squiggly")


def read_page(page: Any, number: int, shared: Shared, coding: MirrorCoding) -> PageDraft:
    """Read one page of pypdf. Raises LimitExceeded when it costs too much."""
    box = _crop_box(page)
    rotation = _rotation(page)
    marks = _run(page, shared, box)
    visible = sort_out(marks, box)
    drafts: list[DraftBlock] = []
    for angle, glyphs in _by_direction(visible.glyphs, rotation):
        rules, dots = (marks.rules, marks.dots) if angle == 0 else ([], [])
        drafts.extend(drafts_of(glyphs, rules, dots, coding))
    assembled = assemble(drafts, (box[0], box[1]))
    for draft in drafts:
        draft.run.pieces = []  # thousands of pages wait for the pass over the document
    found = _warnings(assembled.text, visible, marks) + assembled.warnings
    result = Page(
        number=number,
        text=assembled.text,
        warnings=found,
        hidden_text=visible.hidden_text,
        width=box[2] - box[0],
        height=box[3] - box[1],
        rotation=rotation,
        boxes=assembled.boxes,
    )
    return PageDraft(result, drafts, assembled.starts, assembled.ends, _frame(box, rotation))


def _crop_box(page: Any) -> Rect:
    """The crop box inside the media box; US Letter where the file has neither."""
    media = _box(page, "mediabox") or _LETTER
    crop = _box(page, "cropbox") or media
    x0, y0 = max(media[0], crop[0]), max(media[1], crop[1])
    x1, y1 = min(media[2], crop[2]), min(media[3], crop[3])
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else media


def _box(page: Any, name: str) -> Rect | None:
    try:
        values = [float(v) for v in getattr(page, name)]
    except OBJECT_ERRORS:
        return None
    if len(values) != 4:
        return None
    x0, x1 = sorted((values[0], values[2]))
    y0, y1 = sorted((values[1], values[3]))
    return (x0, y0, x1, y1) if x1 - x0 >= 1 and y1 - y0 >= 1 else None


def _rotation(page: Any) -> int:
    try:
        return int(page.rotation) % 360 // 90 * 90
    except OBJECT_ERRORS:
        return 0


def _run(page: Any, shared: Shared, box: Rect) -> PageMarks:
    interpreter = Interpreter(shared)
    try:
        resources = resolve(page.get("/Resources") or _inherited(page, "/Resources"))
    except OBJECT_ERRORS:
        resources = None
    if not isinstance(resources, DictionaryObject):
        resources = DictionaryObject()
    try:
        data = stream_data(page.get("/Contents"))
    except LimitReachedError:
        raise  # a bomb ends the file
    except OBJECT_ERRORS:
        interpreter.problem("the page's content stream cannot be read")
        data = b""
    interpreter.run(data, resources, State())
    areas = len(interpreter.marks.areas)
    for annotation in array(page, "/Annots"):
        _annotation(annotation, resources, interpreter)
    # What a note or a stamp paints lies over the page and is meant to be seen through or moved.
    del interpreter.marks.areas[areas:]
    return interpreter.marks


def _inherited(page: Any, key: str) -> Any:
    node, seen = page, 0
    while isinstance(node, dict) and seen < 64:
        if key in node:
            return node[key]
        node, seen = entry(node, "/Parent"), seen + 1
    return None


def _annotation(annotation: Any, resources: DictionaryObject, interpreter: Interpreter) -> None:
    """Run the appearance of an annotation that shows text (ISO 32000-2, 12.5.5)."""
    if not isinstance(annotation, DictionaryObject) or entry(annotation, "/Subtype") in _NO_TEXT_OF_THEIR_OWN:
        return
    flags = entry(annotation, "/F")
    if isinstance(flags, int) and flags & _HIDDEN_FLAGS:
        return
    if interpreter.is_hidden_layer(entry(annotation, "/OC")):
        return
    appearance = entry(dictionary(annotation, "/AP"), "/N")
    if isinstance(appearance, DictionaryObject) and not isinstance(appearance, StreamObject):
        state = entry(annotation, "/AS")
        appearance = entry(appearance, str(state)) if state is not None else None
    rect, box = numbers(annotation, "/Rect", 4), numbers(appearance, "/BBox", 4)
    if not isinstance(appearance, StreamObject) or rect is None or box is None:
        return
    matrix = numbers(appearance, "/Matrix", 6) or IDENTITY
    x0, y0, x1, y1 = transform_rect(matrix, box)  # type: ignore[arg-type]
    left, right = sorted((rect[0], rect[2]))
    low, high = sorted((rect[1], rect[3]))
    sx = (right - left) / (x1 - x0) if x1 > x0 else 1.0
    sy = (high - low) / (y1 - y0) if y1 > y0 else 1.0
    place: Matrix = (sx, 0.0, 0.0, sy, left - x0 * sx, low - y0 * sy)
    interpreter.form(appearance, resources, State(ctm=multiply(place, IDENTITY)), 0)


def _by_direction(glyphs: list[Glyph], rotation: int) -> list[tuple[int, list[Glyph]]]:
    """Glyphs by writing direction: first the one that stands upright for the reader, then the others."""
    groups: dict[int, list[Glyph]] = {}
    for glyph in glyphs:
        groups.setdefault(glyph.angle, []).append(glyph)
    # /Rotate turns the page clockwise, angles count the other way round
    return sorted(groups.items(), key=lambda item: (item[0] != rotation, -len(item[1])))


def _frame(box: Rect, rotation: int) -> tuple[float, float]:
    """The lowest and highest y of the page for text that stands upright for the reader."""
    (_, a), (_, b) = turn(rotation, box[0], box[1]), turn(rotation, box[2], box[3])
    return min(a, b), max(a, b)


def _warnings(text: str, visible: VisibleText, marks: PageMarks) -> tuple[PageWarning, ...]:
    found = [PageWarning(WarningKind.UNREADABLE_PART, problem) for problem in marks.problems]
    if visible.ocr:
        found.append(PageWarning(WarningKind.OCR, "the invisible text layer over a scan"))
    elif visible.hidden_text:
        found.append(PageWarning(WarningKind.HIDDEN_TEXT, ", ".join(visible.reasons)))
    found.extend(_unknown(text))
    if visible.picture and text.strip():
        detail = f"a picture covers {visible.picture:.0%} of the page; text in it was not read"
        found.append(PageWarning(WarningKind.UNREAD_IMAGE, detail))
    if not text.strip() and (visible.has_image or visible.has_drawing):
        found.append(PageWarning(WarningKind.NO_TEXT_LAYER, "the page is an image"))
    return tuple(found)


def _unknown(text: str) -> list[PageWarning]:
    """Characters that the file does not say: each stretch, or the page when they are many."""
    stretches = [match.span() for match in _UNKNOWN.finditer(text)]
    count = sum(end - start for start, end in stretches)
    letters = sum(c.isalnum() or is_unknown(c) for c in text)
    if count > _MANY_UNKNOWN * letters and count > 1:
        return [PageWarning(WarningKind.GARBLED_TEXT, f"{count} of {letters} letters are unknown")]
    return [
        PageWarning(WarningKind.GARBLED_TEXT, "a character is unknown", start, end)
        for start, end in stretches
    ]
