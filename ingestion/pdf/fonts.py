"""What a font says of its codes: which text each stands for and how wide its glyph is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pypdf._codecs.symbol import _symbol_encoding
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject
from pypdf.generic._font import Font

from ingestion.pdf.geometry import Matrix
from ingestion.pdf.letters import UNKNOWN, is_unknown
from ingestion.pdf.objects import array

# What a damaged font makes pypdf raise: its own errors, and those of values that are not what they should be.
FONT_ERRORS = (PyPdfError, KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError)

_BOLD = re.compile(r"bold|black|heavy|demi(?!light)|semibold|extrabold", re.IGNORECASE)
_SYMBOL = re.compile(r"symbol(?:mt|ps|psmt|neu)?(?:[-,].*)?", re.IGNORECASE)
_PICTURES = re.compile(r"symbol(?:mt|ps|psmt)?$|wingding|webding|dingbat|marlett|bullet", re.IGNORECASE)
_FORCE_BOLD = 1 << 18
_BOLD_WEIGHT = 600


@dataclass(frozen=True, slots=True)
class Code:
    """One character code of a string: its key for glyph look-ups, text, advance (text space units of a font
    of size 1) and whether word spacing applies to it."""

    key: int
    text: str
    width: float
    is_space: bool


@dataclass(slots=True)
class FontFace:
    """A font resource, made ready for many strings. `matrix` maps glyph space to text space."""

    name: str
    bold: bool
    type3: bool
    matrix: Matrix
    ascent: float  # of a font of size 1
    descent: float
    em: float  # font size 1 in multiples of what stands on the page; not 1 for odd Type 3 fonts
    resource: DictionaryObject
    _source: Font
    _widths: Mapping[int, float] | None  # of a simple font
    _codes: dict[bytes, Code] = field(default_factory=dict)
    known: bool = True  # whether any code can be told
    program: tuple[str, Any] | None = None  # the embedded font, when its outlines were asked for
    shapes: dict[int, bool | None] = field(default_factory=dict)  # see shapes.py
    inks: dict[int, tuple[float, float] | None] = field(default_factory=dict)  # see outlines.py

    def decode(self, string: bytes) -> list[Code]:
        """The codes of a shown string."""
        known = self._codes
        if isinstance(self._source.encoding, dict):
            pieces = [string[i : i + 1] for i in range(len(string))]
        elif self._source.encoding in ("utf-16-be", "utf-16be"):
            pieces = [string[i : i + 2] for i in range(0, len(string) - 1, 2)]
        else:
            pieces = self._pieces(string)
        codes = []
        for piece in pieces:
            code = known.get(piece)
            if code is None:
                code = known[piece] = self._code(piece)
            codes.append(code)
        return codes

    def _pieces(self, string: bytes) -> list[bytes]:
        encoding = str(self._source.encoding)
        try:
            return [c.encode(encoding) for c in string.decode(encoding, "replace")]
        except (LookupError, UnicodeError):
            return [string[i : i + 2] for i in range(0, len(string) - 1, 2)]

    def _code(self, piece: bytes) -> Code:
        if self._widths is not None:
            return self._simple_code(piece[0])
        encoding = str(self._source.encoding)
        try:
            character = piece.decode(encoding, "surrogatepass")
        except (LookupError, UnicodeError):
            character = UNKNOWN
        widths = self._source.character_widths
        width = widths.get(character, widths.get("default", 1000))
        text = self._source.character_map.get(character)
        if text is None:
            text = character if self._unicode_coded() else UNKNOWN
        return Code(int.from_bytes(piece, "big"), self._sign(_sound(text, width)), float(width) / 1000, False)

    def _simple_code(self, byte: int) -> Code:
        assert isinstance(self._source.encoding, dict)
        assert self._widths is not None
        character = self._source.encoding.get(byte, chr(byte))
        text = self._source.character_map.get(character, character)
        width = self._widths.get(byte)
        if width is None:
            width = float(self._source.character_widths.get(chr(byte), self._default_width()))
        if not self.known:
            text = UNKNOWN
        return Code(byte, self._sign(_sound(text, width)), width * abs(self.matrix[0]), byte == 32)

    @property
    def pictures(self) -> bool:
        """Whether this is a font of signs, not of letters."""
        return bool(_PICTURES.search(self.name.split("+")[-1]))

    def _sign(self, text: str) -> str:
        """The sign that a private character U+F000 to U+F0FF of the font Symbol stands for, such as ≥."""
        if len(text) == 1 and "\uf020" <= text <= "\uf0ff" and _SYMBOL.fullmatch(self.name.split("+")[-1]):
            sign = _symbol_encoding[ord(text) & 0xFF]
            return sign if sign and not is_unknown(sign) and sign.isprintable() else text
        return text

    def _default_width(self) -> float:
        return 0.0 if self.type3 else float(self._source.character_widths.get("default", 500))

    def _unicode_coded(self) -> bool:
        """Whether the codes of this composite font are Unicode themselves."""
        name = self.resource.get("/Encoding")
        return isinstance(name, str) and not name.startswith("/Identity")


def _ligature(text: str) -> str:
    """Ghostscript writes the second letter of an Arabic ligature with the low byte of the first as its high
    byte: U+0644 U+4427 for U+0644 U+0627."""
    first, second = text[0], text[1]
    if "\u0600" <= first <= "\u06ff" and second > "\u2000" and ord(second) >> 8 == ord(first) & 0xFF:
        letter = chr(0x600 | ord(second) & 0xFF)
        if unicodedata.category(letter) in ("Lo", "Mn"):
            return first + letter
    return text


def _sound(text: Any, width: float) -> str:
    """Text of a code; U+FFFD where the map gives a glyph name, a control character or nothing."""
    if not isinstance(text, str):
        return UNKNOWN
    if len(text) > 1 and text[0] == "/":
        return UNKNOWN
    if any("\ud800" <= c <= "\udfff" for c in text):
        text = text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")
    if text == "":
        return ""  # said to have none: a later part of a cluster whose text stands at another glyph
    if text == "\x00" or (len(text) == 1 and text < " " and text not in "\t\r\n"):
        return UNKNOWN if width else ""
    if len(text) == 2:
        text = _ligature(text)
    return " " if text in ("\t", "\r", "\n") else text


def load_font(resource: DictionaryObject) -> FontFace:
    """Read a font dictionary. Raises one of FONT_ERRORS when it is too damaged to use."""
    type3 = resource.get("/Subtype") == "/Type3"
    source = Font.from_font_resource(resource)
    simple = isinstance(source.encoding, dict)
    matrix: Matrix = (0.001, 0.0, 0.0, 0.001, 0.0, 0.0)
    ascent, descent, em = _vertical(source)
    if type3:
        a, b, c, d, e, f = (float(v) for v in array(resource, "/FontMatrix"))
        matrix = (a, b, c, d, e, f)
        ascent, descent, em = _type3_vertical(resource, abs(d) or abs(a))
    return FontFace(
        name=source.name,
        bold=_is_bold(source),
        type3=type3,
        matrix=matrix,
        ascent=ascent,
        descent=descent,
        em=em,
        resource=resource,
        _source=source,
        _widths=_simple_widths(resource) if simple else None,
        known=source.interpretable,
    )


def _simple_widths(resource: DictionaryObject) -> dict[int, float]:
    """/Widths as they stand: pypdf cuts them to whole numbers, which are all 0 in many Type 3 fonts."""
    widths = resource.get("/Widths")
    widths = widths.get_object() if widths is not None else None
    if not isinstance(widths, ArrayObject):
        return {}
    first = int(resource.get("/FirstChar", 0))
    found = {}
    for code, value in enumerate(widths[:256], first):
        value = value.get_object()
        if isinstance(value, (int, float)):
            found[code] = float(value)
    return found


def _vertical(source: Font) -> tuple[float, float, float]:
    """Ascent, descent and em of a font; files often say nothing or nonsense."""
    descriptor = source.font_descriptor
    try:
        ascent, descent = float(descriptor.ascent) / 1000, float(descriptor.descent) / 1000
    except (TypeError, ValueError):
        return 0.8, -0.2, 1.0
    if not 0.4 <= ascent <= 1.4:
        ascent = 0.8
    if not -0.7 <= descent < 0:
        descent = -0.2
    return ascent, descent, 1.0


def _type3_vertical(resource: DictionaryObject, scale: float) -> tuple[float, float, float]:
    box = [float(v) for v in array(resource, "/FontBBox")]
    height = (box[3] - box[1]) * scale if len(box) == 4 else 0.0
    if height <= 0:
        return 0.8, -0.2, max(scale * 1000, 0.1)
    em = min(max(height / 1.2, 0.05), 1.5) if not 0.5 <= height <= 2.5 else 1.0
    return 0.8 * em, -0.2 * em, em


def _is_bold(source: Font) -> bool:
    descriptor = source.font_descriptor
    if _BOLD.search(source.name.split("+")[-1]):
        return True
    try:
        weight = float(source.font_descriptor.weight)
    except (TypeError, ValueError):
        weight = 0.0
    return weight >= _BOLD_WEIGHT or bool(int(descriptor.flags) & _FORCE_BOLD)
