"""The operators of a content stream: what each does to the state, and what it paints."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pypdf.errors import LimitReachedError
from pypdf.generic import DictionaryObject, StreamObject

from ingestion.pdf.actual_text import ActualText
from ingestion.pdf.fonts import Code, FontFace
from ingestion.pdf.geometry import (
    IDENTITY,
    Matrix,
    Rect,
    contains,
    degrees,
    glyph_box,
    intersect,
    multiply,
    transform_rect,
    turn,
)
from ingestion.pdf.lexer import operations
from ingestion.pdf.marks import CLIPPED, Area, Glyph
from ingestion.pdf.objects import VALUE_ERRORS, dictionary, entry, resolve
from ingestion.pdf.state import State, colour

if TYPE_CHECKING:
    from ingestion.pdf.glyphs import Interpreter

_TINY = 0.5  # points: smaller type cannot be read by anyone
_NO_FILL_MODES = (3, 7)


class ContentRun:
    """One content stream with its own stack and text matrices."""

    def __init__(self, owner: Interpreter, resources: DictionaryObject, state: State, depth: int) -> None:
        self.owner = owner
        self.resources = resources
        self.state = state
        self.depth = depth
        self.stack: list[State] = []
        self.text: Matrix = IDENTITY
        self.line: Matrix = IDENTITY
        self.colour_space = ""
        self.content: list[ActualText | None] = []  # open marked content; None: says nothing of the text
        self.layers: list[bool] = []  # for each of them, whether it hides
        self.actual: ActualText | None = None

    def all(self, data: bytes) -> None:
        handlers = HANDLERS
        for operands, operator in operations(data):
            self.owner.count_operator()
            handler = handlers.get(operator)
            if handler is None:
                continue
            try:
                handler(self, operands)
            except LimitReachedError:
                raise  # a bomb ends the file
            except VALUE_ERRORS:
                self.owner.problem(f"operator {operator.decode('latin-1')} has wrong operands")
        while self.content:
            self.end_content([])

    # state
    def save(self, _: list[Any]) -> None:
        if len(self.stack) < 512:
            self.stack.append(self.state.copy())

    def restore(self, _: list[Any]) -> None:
        if self.stack:
            self.state = self.stack.pop()

    def concat(self, o: list[Any]) -> None:
        a, b, c, d, e, f = o[-6:]
        self.state.ctm = multiply((a, b, c, d, e, f), self.state.ctm)

    def extended_state(self, o: list[Any]) -> None:
        settings = dictionary(dictionary(self.resources, "/ExtGState"), o[0])
        alpha = entry(settings, "/ca")
        if isinstance(alpha, (int, float)):
            self.state.alpha = float(alpha)
        mode = entry(settings, "/BM")
        if mode is not None:
            self.state.blended = mode not in ("/Normal", "/Compatible")
        font = entry(settings, "/Font")
        if isinstance(font, list) and len(font) == 2:
            self.state.size = float(font[1])

    # colour
    def device_colour(self, o: list[Any]) -> None:
        self.colour_space = ""
        self.state.fill = colour([float(v) for v in o])

    def set_space(self, o: list[Any]) -> None:
        space = o[0]
        if isinstance(space, str):
            space = entry(dictionary(self.resources, "/ColorSpace"), space) or space
        family = resolve(space[0]) if isinstance(space, list) and space else space
        self.colour_space = str(family)
        known = ("/DeviceGray", "/DeviceRGB", "/CalGray", "/CalRGB", "/ICCBased", "/DeviceCMYK", "/G", "/RGB")
        self.state.fill = (0.0, 0.0, 0.0) if family in known else None

    def space_colour(self, o: list[Any]) -> None:
        values = [float(v) for v in o if isinstance(v, (int, float))]
        if self.colour_space in ("/Pattern", "/Indexed", "/Lab", "/DeviceN", "/I") or len(values) != len(o):
            self.state.fill = None
        elif self.colour_space == "/Separation":
            self.state.fill = (1.0, 1.0, 1.0) if values and values[0] < 0.02 else None
        else:
            self.state.fill = colour(values)

    # text state
    def set_font(self, o: list[Any]) -> None:
        self.state.font = self.owner.font(self.resources, o[0])
        self.state.size = float(o[1])

    def begin_text(self, _: list[Any]) -> None:
        self.text = self.line = IDENTITY

    def move_text(self, o: list[Any]) -> None:
        self.line = self.text = multiply((1, 0, 0, 1, o[0], o[1]), self.line)

    def move_text_leading(self, o: list[Any]) -> None:
        self.state.leading = -o[1]
        self.move_text(o)

    def set_text_matrix(self, o: list[Any]) -> None:
        a, b, c, d, e, f = o[-6:]
        self.line = self.text = (a, b, c, d, e, f)

    def next_line(self, _: list[Any]) -> None:
        self.move_text([0.0, -self.state.leading])

    def show(self, o: list[Any]) -> None:
        if isinstance(o[-1], bytes):
            self.show_string(o[-1])

    def next_line_show(self, o: list[Any]) -> None:
        self.next_line([])
        self.show(o)

    def spaced_show(self, o: list[Any]) -> None:
        self.state.word_space, self.state.char_space = float(o[0]), float(o[1])
        self.next_line_show(o)

    def show_array(self, o: list[Any]) -> None:
        factor = -0.001 * self.state.size * self.state.scale
        for part in o[-1]:
            if isinstance(part, bytes):
                self.show_string(part)
            elif isinstance(part, (int, float)):
                self.advance(part * factor)

    def advance(self, by: float) -> None:
        a, b, c, d, e, f = self.text
        self.text = (a, b, c, d, e + by * a, f + by * b)

    def show_string(self, string: bytes) -> None:
        state, font = self.state, self.state.font
        if font is None:
            return
        a, b, c, d, e, f = multiply(self.text, state.ctm)
        length = math.hypot(c, d)
        size = abs(state.size) * length * font.em
        # The writing direction is what lies right of "up": mirrored matrices keep it.
        angle = 0 if d > 0 and abs(c) < 0.01 * d else degrees(c, d) if length else 0
        if state.size < 0:
            angle = (angle + 180) % 360
        up = (c / length, d / length) if length else (0.0, 1.0)
        low, high = font.descent / font.em * size, font.ascent / font.em * size
        hidden = self.why_hidden(size)
        em = abs(state.size * state.scale) * math.hypot(a, b)
        x, y = e + state.rise * c, f + state.rise * d
        travelled = 0.0
        for code in font.decode(string):
            width = code.width * state.size * state.scale
            if code.text or width:
                at = (x + travelled * a, y + travelled * b)
                box = glyph_box(at, (width * a, width * b), up, low, high)
                self.glyph(code, font, at, (width * a, width * b), box, size, em, angle, hidden)
            extra = state.char_space + (state.word_space if code.is_space else 0.0)
            travelled += width + extra * state.scale
        self.advance(travelled)

    def glyph(
        self,
        code: Code,
        font: FontFace,
        at: tuple[float, float],
        step: tuple[float, float],
        box: Rect,
        size: float,
        em: float,
        angle: int,
        hidden: str,
    ) -> None:
        state = self.state
        if angle == 0:
            x0, base = at
            x1 = x0 + step[0]
        else:
            x0, base = turn(angle, at[0], at[1])
            x1, _ = turn(angle, at[0] + step[0], at[1] + step[1])
        origin = x0
        if x1 < x0:
            x0, x1, em = x1, x0, 0.0
        if not hidden and not contains(state.clip, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 1.0):
            hidden = CLIPPED  # perhaps: see visibility.py
        glyph = Glyph(
            code.text, x0, x1, base, size, angle, box, self.owner.next_order(), font, code.key, state.fill,
            hidden, "", font.bold or state.mode == 2, False, em, origin,
        )  # fmt: skip
        if self.actual is not None:
            self.actual.glyphs.append(glyph)
        else:
            self.owner.add(glyph)

    def why_hidden(self, size: float) -> str:
        state = self.state
        if state.mode in _NO_FILL_MODES:
            return "invisible"
        if size < _TINY:
            return "tiny"
        if state.alpha <= 0.01:
            return "transparent"
        return "layer" if True in self.layers else ""

    # marked content
    def begin_content(self, o: list[Any]) -> None:
        properties = o[1] if len(o) > 1 else None
        if isinstance(properties, str):
            properties = entry(dictionary(self.resources, "/Properties"), properties)
        tag = o[0] if o else ""
        self.layers.append(tag == "/OC" and self.owner.is_hidden_layer(properties))
        span = None
        if self.actual is None and isinstance(properties, dict):
            span = self.actual = ActualText.of(properties)
        self.content.append(span)

    def end_content(self, _: list[Any]) -> None:
        if not self.content:
            return
        self.layers.pop()
        span = self.content.pop()
        if span is not None:
            self.actual = None
            for glyph in span.close(self.owner.next_order()):
                self.owner.add(glyph)

    # painting
    def paint(self, fill: bool, stroke: bool, close: bool = False) -> None:
        if close:
            self.owner.path.close()
        if self.layers and True in self.layers:
            fill = stroke = False
        self.owner.path.paint(self.state, self.owner.next_order(), fill=fill, stroke=stroke)

    def image(self, _: list[Any]) -> None:
        box = intersect(transform_rect(self.state.ctm, (0, 0, 1, 1)), self.state.clip)
        opaque = self.state.alpha >= 0.99 and not self.state.blended
        self.owner.marks.areas.append(Area(box, None, self.owner.next_order(), opaque, image=True))
        self.owner.marks.dot(box)

    def shading(self, _: list[Any]) -> None:
        self.owner.marks.areas.append(Area(self.state.clip, None, self.owner.next_order(), opaque=False))

    def object(self, o: list[Any]) -> None:
        found = entry(dictionary(self.resources, "/XObject"), o[0])
        if not isinstance(found, StreamObject) or self.owner.is_hidden_layer(entry(found, "/OC")):
            return
        if found.get("/Subtype") == "/Form":
            self.owner.form(found, self.resources, self.layered_state(), self.depth)
        elif found.get("/Subtype") == "/Image" and True not in self.layers:
            self.image(o)

    def layered_state(self) -> State:
        """The state for a form: inside a hidden layer nothing of it shows."""
        if True not in self.layers:
            return self.state
        state = self.state.copy()
        state.alpha = 0.0
        return state

    def stroke_width(self, o: list[Any]) -> None:
        self.state.line_width = float(o[0])


def _curve(run: ContentRun, o: list[Any]) -> None:
    run.owner.path.curve(run.state, o)


def _set(name: str, factor: float = 1.0) -> Callable[[ContentRun, list[Any]], None]:
    def handler(run: ContentRun, o: list[Any]) -> None:
        setattr(run.state, name, o[0] * factor)

    return handler


def _mode(run: ContentRun, o: list[Any]) -> None:
    run.state.mode = int(o[0])


_R = ContentRun
HANDLERS: dict[bytes, Callable[[ContentRun, list[Any]], None]] = {
    b"q": _R.save, b"Q": _R.restore, b"cm": _R.concat, b"gs": _R.extended_state,
    b"g": _R.device_colour, b"rg": _R.device_colour, b"k": _R.device_colour,
    b"cs": _R.set_space, b"sc": _R.space_colour, b"scn": _R.space_colour,
    b"BT": _R.begin_text, b"Tf": _R.set_font, b"Td": _R.move_text, b"TD": _R.move_text_leading,
    b"Tm": _R.set_text_matrix, b"T*": _R.next_line, b"Tj": _R.show, b"TJ": _R.show_array,
    b"'": _R.next_line_show, b'"': _R.spaced_show,
    b"Tc": _set("char_space"), b"Tw": _set("word_space"), b"Tz": _set("scale", 0.01),
    b"TL": _set("leading"), b"Ts": _set("rise"), b"Tr": _mode, b"w": _R.stroke_width,
    b"BDC": _R.begin_content, b"BMC": _R.begin_content, b"EMC": _R.end_content,
    b"Do": _R.object, b"BI": _R.image, b"sh": _R.shading,
    b"m": lambda r, o: r.owner.path.move(r.state, o[0], o[1]),
    b"l": lambda r, o: r.owner.path.line(r.state, o[0], o[1]),
    b"c": _curve, b"v": _curve, b"y": _curve,
    b"h": lambda r, o: r.owner.path.close(),
    b"re": lambda r, o: r.owner.path.rectangle(r.state, o[0], o[1], o[2], o[3]),
    b"W": lambda r, o: r.owner.path.clip(), b"W*": lambda r, o: r.owner.path.clip(),
    b"n": lambda r, o: r.paint(False, False),
    b"f": lambda r, o: r.paint(True, False), b"F": lambda r, o: r.paint(True, False),
    b"f*": lambda r, o: r.paint(True, False),
    b"S": lambda r, o: r.paint(False, True), b"s": lambda r, o: r.paint(False, True, True),
    b"B": lambda r, o: r.paint(True, True), b"B*": lambda r, o: r.paint(True, True),
    b"b": lambda r, o: r.paint(True, True, True), b"b*": lambda r, o: r.paint(True, True, True),
}  # fmt: skip
