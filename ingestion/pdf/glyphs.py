"""A page's content streams, run: every glyph where it stands (ISO 32000-2, 8 and 9)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from pypdf.errors import LimitReachedError
from pypdf.generic import DictionaryObject, StreamObject

from indexes.errors import LimitExceeded
from ingestion.pdf.actual_text import ActualText
from ingestion.pdf.fonts import FONT_ERRORS, Code, FontFace, load_font
from ingestion.pdf.geometry import (
    IDENTITY,
    Matrix,
    Rect,
    contains,
    degrees,
    intersect,
    multiply,
    transform_rect,
    turn,
)
from ingestion.pdf.lexer import operations
from ingestion.pdf.marks import Area, Glyph, PageMarks
from ingestion.pdf.objects import OBJECT_ERRORS, dictionary, entry, numbers, reference, resolve, stream_data
from ingestion.pdf.paths import PathBuilder
from ingestion.pdf.shared import Shared
from ingestion.pdf.state import State, colour

_TINY = 0.5  # points: smaller type cannot be read by anyone
_NO_FILL_MODES = (3, 7)


class Interpreter:
    """Runs content streams of one page and collects what they paint."""

    def __init__(self, shared: Shared) -> None:
        self.marks = PageMarks()
        self._shared = shared
        self._operators = 0
        self._order = 0
        self.path = PathBuilder(self.marks)
        self._forms: list[int] = []  # being run, to notice a form that shows itself
        self._local_fonts: dict[int, FontFace | None] = {}

    def run(self, data: bytes, resources: DictionaryObject, state: State, depth: int = 0) -> None:
        """Run one content stream. Raises LimitExceeded when the page costs too much."""
        _Run(self, resources, state, depth).all(data)

    def count_operator(self) -> None:
        self._operators += 1
        if self._operators > self._shared.limits.max_operators_per_page:
            raise LimitExceeded(
                f"A page has more than {self._shared.limits.max_operators_per_page:,} drawing operators.",
                remedy="Remove that page, or raise max_operators_per_page.",
            )

    def next_order(self) -> int:
        self._order += 1
        return self._order

    def problem(self, text: str) -> None:
        if text not in self.marks.problems:
            self.marks.problems.append(text)

    def font(self, resources: DictionaryObject, name: Any) -> FontFace | None:
        """The font resource of that name, read once a document; None when it cannot be used."""
        fonts = dictionary(resources, "/Font")
        number = reference(fonts, name)
        cache, key = (
            (self._shared.fonts, number) if number is not None else (self._local_fonts, id(fonts.get(name)))
        )
        if key not in cache:
            cache[key] = self._load(entry(fonts, name), name)
        face = cache[key]
        if face is None:
            self.problem(f"font {name} cannot be read")
        return face

    def _load(self, resource: Any, name: Any) -> FontFace | None:
        if not isinstance(resource, DictionaryObject):
            return None
        try:
            return load_font(resource)
        except FONT_ERRORS:
            return None

    def form(self, form: StreamObject, resources: DictionaryObject, state: State, depth: int) -> None:
        """Run a form XObject or an appearance stream inside `state`."""
        number = form.indirect_reference.idnum if form.indirect_reference is not None else id(form)
        if number in self._forms or depth >= self._shared.limits.max_form_depth:
            self.problem("a form shows itself or lies too deep")
            return
        inner = state.copy()
        matrix = numbers(form, "/Matrix", 6)
        if matrix is not None:
            inner.ctm = multiply(matrix, inner.ctm)  # type: ignore[arg-type]
        box = numbers(form, "/BBox", 4)
        if box is not None:
            inner.clip = intersect(inner.clip, transform_rect(inner.ctm, box))  # type: ignore[arg-type]
        own = entry(form, "/Resources")
        self._forms.append(number)
        try:
            data = stream_data(form)
            self.run(data, own if isinstance(own, DictionaryObject) else resources, inner, depth + 1)
        except LimitReachedError:
            raise
        except OBJECT_ERRORS:
            self.problem("a form cannot be read")
        finally:
            self._forms.pop()

    def is_hidden_layer(self, properties: Any) -> bool:
        return self._shared.hidden_layers(properties)

    def add(self, glyph: Glyph) -> None:
        if len(self.marks.glyphs) >= self._shared.limits.max_glyphs_per_page:
            raise LimitExceeded(
                f"A page has more than {self._shared.limits.max_glyphs_per_page:,} glyphs.",
                remedy="Remove that page, or raise max_glyphs_per_page.",
            )
        self.marks.glyphs.append(glyph)


class _Run:
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
        handlers = _HANDLERS
        for operands, operator in operations(data):
            self.owner.count_operator()
            handler = handlers.get(operator)
            if handler is None:
                continue
            try:
                handler(self, operands)
            except OBJECT_ERRORS:
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
        state = self.state
        if state.font is None:
            return
        for code in state.font.decode(string):
            width = code.width * state.size * state.scale
            self.glyph(code, state.font, width)
            extra = state.char_space + (state.word_space if code.is_space else 0.0)
            self.advance(width + extra * state.scale)

    def glyph(self, code: Code, font: FontFace, width: float) -> None:
        if not code.text and not width:
            return
        state = self.state
        a, b, c, d, e, f = multiply(self.text, state.ctm)
        x, y = e + state.rise * c, f + state.rise * d
        length = math.hypot(c, d)
        size = abs(state.size) * length * font.em
        # The writing direction is what lies right of "up": mirrored matrices keep it.
        angle = 0 if d > 0 and abs(c) < 0.01 * d else degrees(c, d) if length else 0
        if state.size < 0:
            angle = (angle + 180) % 360
        up_x, up_y = (c / length, d / length) if length else (0.0, 1.0)
        step_x, step_y = width * a, width * b
        low, high = font.descent / font.em * size, font.ascent / font.em * size
        xs = (x + up_x * low, x + up_x * high, x + step_x + up_x * low, x + step_x + up_x * high)
        ys = (y + up_y * low, y + up_y * high, y + step_y + up_y * low, y + step_y + up_y * high)
        box = (min(xs), min(ys), max(xs), max(ys))
        if angle == 0:
            x0, x1, base = x, x + step_x, y
        else:
            x0, base = turn(angle, x, y)
            x1, _ = turn(angle, x + step_x, y + step_y)
        if x1 < x0:
            x0, x1 = x1, x0
        glyph = Glyph(
            code.text, x0, x1, base, size, angle, box, self.owner.next_order(), font, code.key, state.fill,
            self.why_hidden(size, box), "", font.bold or state.mode == 2,
        )  # fmt: skip
        if self.actual is not None:
            self.actual.glyphs.append(glyph)
        else:
            self.owner.add(glyph)

    def why_hidden(self, size: float, box: Rect) -> str:
        state = self.state
        if state.mode in _NO_FILL_MODES:
            return "invisible"
        if size < _TINY:
            return "tiny"
        if state.alpha <= 0.01:
            return "transparent"
        if True in self.layers:
            return "layer"
        if not contains(state.clip, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 1.0):
            return "clipped"
        return ""

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


def _curve(run: _Run, o: list[Any]) -> None:
    run.owner.path.curve(run.state, o)


def _set(name: str, factor: float = 1.0) -> Callable[[_Run, list[Any]], None]:
    def handler(run: _Run, o: list[Any]) -> None:
        setattr(run.state, name, o[0] * factor)

    return handler


def _mode(run: _Run, o: list[Any]) -> None:
    run.state.mode = int(o[0])


_HANDLERS: dict[bytes, Callable[[_Run, list[Any]], None]] = {
    b"q": _Run.save, b"Q": _Run.restore, b"cm": _Run.concat, b"gs": _Run.extended_state,
    b"g": _Run.device_colour, b"rg": _Run.device_colour, b"k": _Run.device_colour,
    b"cs": _Run.set_space, b"sc": _Run.space_colour, b"scn": _Run.space_colour,
    b"BT": _Run.begin_text, b"Tf": _Run.set_font, b"Td": _Run.move_text, b"TD": _Run.move_text_leading,
    b"Tm": _Run.set_text_matrix, b"T*": _Run.next_line, b"Tj": _Run.show, b"TJ": _Run.show_array,
    b"'": _Run.next_line_show, b'"': _Run.spaced_show,
    b"Tc": _set("char_space"), b"Tw": _set("word_space"), b"Tz": _set("scale", 0.01),
    b"TL": _set("leading"), b"Ts": _set("rise"), b"Tr": _mode, b"w": _Run.stroke_width,
    b"BDC": _Run.begin_content, b"BMC": _Run.begin_content, b"EMC": _Run.end_content,
    b"Do": _Run.object, b"BI": _Run.image, b"sh": _Run.shading,
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
