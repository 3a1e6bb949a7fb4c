"""The graphics state that decides where a glyph stands and whether it can be seen (ISO 32000-2, 8.4, 9.3)."""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.pdf.fonts import FontFace
from ingestion.pdf.geometry import EVERYWHERE, IDENTITY, Matrix, Rect

Colour = tuple[float, float, float]  # RGB, 0 to 1
BLACK: Colour = (0.0, 0.0, 0.0)


@dataclass(slots=True)
class State:
    """What q saves and Q brings back. `fill` is None where the colour cannot be told (patterns)."""

    ctm: Matrix = IDENTITY
    font: FontFace | None = None
    size: float = 1.0
    char_space: float = 0.0
    word_space: float = 0.0
    scale: float = 1.0  # horizontal, 1 for 100%
    leading: float = 0.0
    rise: float = 0.0
    mode: int = 0
    fill: Colour | None = BLACK
    alpha: float = 1.0
    blended: bool = False
    line_width: float = 1.0
    clip: Rect = EVERYWHERE

    def copy(self) -> State:
        return State(
            self.ctm,
            self.font,
            self.size,
            self.char_space,
            self.word_space,
            self.scale,
            self.leading,
            self.rise,
            self.mode,
            self.fill,
            self.alpha,
            self.blended,
            self.line_width,
            self.clip,
        )


def colour(components: list[float]) -> Colour | None:
    """RGB of grey, RGB or CMYK components; None for any other number of them."""
    if len(components) == 1:
        return (components[0],) * 3
    if len(components) == 3:
        return components[0], components[1], components[2]
    if len(components) == 4:
        c, m, y, k = components
        return (1 - min(1, c + k), 1 - min(1, m + k), 1 - min(1, y + k))
    return None
