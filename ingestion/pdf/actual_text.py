"""/ActualText: what a stretch of marked content says, whatever its glyphs are (ISO 32000-2, 14.9.4)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from typing import Any

from pypdf.generic import TextStringObject

from ingestion.pdf.marks import Glyph


@dataclass(slots=True)
class ActualText:
    """An open span and the glyphs shown in it."""

    text: str
    glyphs: list[Glyph] = field(default_factory=list)

    @staticmethod
    def of(properties: dict[str, Any]) -> ActualText | None:
        """The span that a property list opens, or None when it says nothing of the text."""
        value = properties.get("/ActualText")
        if isinstance(value, (TextStringObject, str)):
            return ActualText(str(value))
        return ActualText(_decode(bytes(value))) if isinstance(value, bytes) else None

    def close(self, order: int) -> list[Glyph]:
        """The glyphs that stand for the span: one that carries its text, or those shown where they say the
        same by themselves or do not stand together."""
        if not self.glyphs:
            return []
        shown = "".join(glyph.text for glyph in self.glyphs)
        if len(self.glyphs) > 1 and (
            _bare(shown) == _bare(self.text) or _bare(shown[::-1]) == _bare(self.text)
        ):
            return self.glyphs
        if not self.text.strip("\u200b\u00ad\ufeff"):
            return []
        sizes = [glyph.size for glyph in self.glyphs]
        lines = [glyph.y for glyph in self.glyphs]
        if max(lines) - min(lines) > 1.5 * max(sizes) and "\ufffd" not in shown:
            return self.glyphs
        return [self._joined(order)]

    def _joined(self, order: int) -> Glyph:
        first = max(self.glyphs, key=lambda glyph: glyph.x1 - glyph.x0)
        boxes = [glyph.box for glyph in self.glyphs]
        level = {round(glyph.y, 1) for glyph in self.glyphs}
        return replace(
            first,
            text=self.text,
            x0=min(glyph.x0 for glyph in self.glyphs),
            x1=max(glyph.x1 for glyph in self.glyphs),
            y=first.y if len(level) == 1 else min(glyph.y for glyph in self.glyphs),
            box=(
                min(b[0] for b in boxes),
                min(b[1] for b in boxes),
                max(b[2] for b in boxes),
                max(b[3] for b in boxes),
            ),
            order=order,
            key=first.key if len(self.glyphs) == 1 else -1,
        )


def _decode(raw: bytes) -> str:
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", "replace")
    if raw.startswith(b"\xff\xfe"):
        return raw[2:].decode("utf-16-le", "replace")
    if raw.startswith(b"\xef\xbb\xbf"):
        return raw[3:].decode("utf-8", "replace")
    return raw.decode("latin-1")


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("\u0640", "")
