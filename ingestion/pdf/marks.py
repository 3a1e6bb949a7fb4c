"""What stands on a page besides blocks and lines: glyphs, painted areas and ruling lines."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingestion.pdf.fonts import FontFace
from ingestion.pdf.geometry import Rect
from ingestion.pdf.state import Colour

CLIPPED = "clipped"
OUTSIDE = "outside the page"


@dataclass(slots=True)
class Glyph:
    """A shown character code, or a run of them that /ActualText names as one.

    x0, x1 and y (the baseline) are in the frame of the writing direction `angle` (degrees, 0 = left to right
    on the unrotated page): turned so that the text runs along +x. `box` is in page space.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float  # height of an em, points
    angle: int
    box: Rect
    order: int  # of painting
    font: FontFace | None
    key: int  # the code in the font, -1 for several
    fill: Colour | None
    hidden: str = ""  # why it cannot be seen
    marks: str = ""  # the diacritics above and below it
    bold: bool = False
    doubt: bool = False  # part of its word is hidden
    em: float = 0.0  # along the line, points; 0 where glyphs are mirrored
    origin: float = 0.0  # x at which it was painted

    @property
    def centre(self) -> float:
        return (self.x0 + self.x1) / 2


@dataclass(slots=True)
class Area:
    """A painted rectangle or image, in page space. `colour` None: an image, a shading or a pattern."""

    box: Rect
    colour: Colour | None
    order: int
    opaque: bool  # covers all of its box
    image: bool = False


@dataclass(slots=True)
class Rule:
    """A thin upright or level line, in page space. `at` is its x (upright) or y (level)."""

    upright: bool
    at: float
    start: float
    end: float


_DOT = (1.0, 9.0)  # points, the sides of a shape that may be a bullet
_MAX_DOTS = 1_000  # of one page: more are a drawing


@dataclass(slots=True)
class PageMarks:
    """All that a page paints, in painting order."""

    glyphs: list[Glyph] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    dots: list[Rect] = field(default_factory=list)  # small shapes and pictures, such as bullets
    problems: list[str] = field(default_factory=list)  # parts that could not be read

    def dot(self, box: Rect) -> None:
        """Note a shape when it is as small as a bullet."""
        width, height = box[2] - box[0], box[3] - box[1]
        least, most = _DOT
        if least <= min(width, height) and max(width, height) <= most and len(self.dots) < _MAX_DOTS:
            self.dots.append(box)
