"""A page's content streams, run: every glyph where it stands (ISO 32000-2, 8 and 9)."""

from __future__ import annotations

from typing import Any

from pypdf.errors import LimitReachedError
from pypdf.generic import DictionaryObject, StreamObject

from indexes.errors import LimitExceeded
from ingestion.pdf.fonts import FONT_ERRORS, FontFace, load_font
from ingestion.pdf.geometry import (
    intersect,
    multiply,
    transform_rect,
)
from ingestion.pdf.marks import Glyph, PageMarks
from ingestion.pdf.objects import (
    OBJECT_ERRORS,
    dictionary,
    entry,
    numbers,
    reference,
    stream_data,
)
from ingestion.pdf.operators import ContentRun
from ingestion.pdf.paths import PathBuilder
from ingestion.pdf.shared import Shared
from ingestion.pdf.state import State


class Interpreter:
    """Runs content streams of one page and collects what they paint."""

    def __init__(self, shared: Shared) -> None:
        self.marks = PageMarks()
        self._shared = shared
        self._operators = 0
        self._order = 0
        self.path: PathBuilder = PathBuilder(self.marks)
        self._forms: list[int] = []  # being run, to notice a form that shows itself
        self._local_fonts: dict[int, FontFace | None] = {}

    def run(self, data: bytes, resources: DictionaryObject, state: State, depth: int = 0) -> None:
        """Run one content stream. Raises LimitExceeded when the page costs too much."""
        ContentRun(self, resources, state, depth).all(data)

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
        try:
            data = stream_data(form)
        except LimitReachedError:
            raise  # a bomb ends the file
        except OBJECT_ERRORS:
            self.problem("a form cannot be read")
            return
        self._forms.append(number)
        try:
            self.run(data, own if isinstance(own, DictionaryObject) else resources, inner, depth + 1)
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
