"""PDFium as a second pair of eyes, in a process of its own: it hangs or aborts on some hostile files.

`python -m ingestion.second_reader MEMORY_BYTES` answers two requests: the texts of a file's pages, and the
picture of one page. What the main reader made of a file is never lost when this process dies.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion import wire
from ingestion.processes import Peer, claim_pipes, die_with_parent, limit_memory, limit_processor

if TYPE_CHECKING:
    import pypdfium2 as pdfium

PAGE_SECONDS = 20.0  # for the text or the picture of one page; PDFium needs milliseconds
START_SECONDS = 30.0
MAX_PIXELS = 25_000_000  # a page of 50 × 50 cm at 254 dots an inch
_RESTARTS = 3  # a file that kills it this often is left alone


@dataclass(frozen=True, slots=True)
class Picture:
    """A page in grey, row by row from the top as a person sees it (rotated); `scale`: pixels a point."""

    width: int
    height: int
    scale: float
    grey: bytes


class SecondReader:
    """Starts the process when it is first needed and again after it died."""

    def __init__(self, memory_bytes: int) -> None:
        self._memory = memory_bytes
        self._peer: Peer | None = None

    def texts(self, path: Path, password: str | None, pages: int, *, seconds: float) -> list[str | None]:
        """Text of each page as PDFium reads it; None for a page that it could not read, or not in time."""
        texts: list[str | None] = [None] * pages
        end = time.monotonic() + seconds
        page = restarts = 0
        while page < pages and restarts < _RESTARTS and time.monotonic() < end:
            try:
                peer = self._started()
                peer.send({"do": "texts", "path": os.fspath(path), "password": password, "first": page})
                while page < pages:
                    header, _ = peer.receive(min(end, time.monotonic() + PAGE_SECONDS))
                    if header.get("kind") != "text":
                        return texts
                    text = header.get("text")
                    texts[page] = text if isinstance(text, str) else None
                    page += 1
            except wire.WireError:
                self.close()
                page, restarts = page + 1, restarts + 1
        if page < pages:
            self.close()
        return texts

    def picture(self, path: Path, password: str | None, page: int, *, dpi: int) -> Picture | None:
        """The page (from 1) as it looks; None when PDFium cannot draw it."""
        asked = {"do": "picture", "path": os.fspath(path), "password": password, "page": page - 1, "dpi": dpi}
        try:
            peer = self._started()
            peer.send(asked)
            header, grey = peer.receive(time.monotonic() + PAGE_SECONDS)
            if header.get("kind") != "picture":
                return None
            width, height, scale = int(header["width"]), int(header["height"]), float(header["scale"])
        except (wire.WireError, KeyError, TypeError, ValueError):
            self.close()
            return None
        return Picture(width, height, scale, grey) if width * height == len(grey) > 0 < scale else None

    def close(self) -> None:
        if self._peer is not None:
            self._peer.close()
            self._peer = None

    def _started(self) -> Peer:
        if self._peer is None:
            self._peer = Peer("ingestion.second_reader", str(self._memory))
            self._peer.receive(time.monotonic() + START_SECONDS)
        return self._peer


def main() -> None:
    """Serve requests until the parent closes its end."""
    die_with_parent()
    incoming, outgoing = claim_pipes()
    limit_memory(int(sys.argv[1]))
    wire.send(outgoing, {"kind": "ready"})
    try:
        while True:
            asked, _ = wire.receive(incoming)
            limit_processor(600.0)
            if asked["do"] == "texts":
                _send_texts(asked, outgoing)
            else:
                _send_picture(asked, outgoing)
    except wire.WireError as error:
        if not error.closed:
            raise


def _open(asked: dict[str, Any]) -> pdfium.PdfDocument | None:
    import pypdfium2 as pdfium

    try:
        return pdfium.PdfDocument(asked["path"], password=asked["password"])
    except (pdfium.PdfiumError, OSError):
        return None


def _send_texts(asked: dict[str, Any], outgoing: int) -> None:
    import pypdfium2 as pdfium

    document = _open(asked)
    if document is None:
        return wire.send(outgoing, {"kind": "failed"})
    try:
        for number in range(asked["first"], len(document)):
            try:
                page = document[number]
                found = page.get_textpage()
                text: str | None = found.get_text_range()
                found.close()
                page.close()
            except (pdfium.PdfiumError, ValueError):
                text = None
            wire.send(outgoing, {"kind": "text", "text": text})
    finally:
        document.close()
    return None


def _send_picture(asked: dict[str, Any], outgoing: int) -> None:
    import pypdfium2 as pdfium

    document = _open(asked)
    if document is None:
        return wire.send(outgoing, {"kind": "failed"})
    try:
        page = document[asked["page"]]
        width, height = page.get_size()
        scale = min(asked["dpi"] / 72, (MAX_PIXELS / max(1.0, width * height)) ** 0.5)
        bitmap = page.render(scale=scale, grayscale=True)
        rows = bitmap.to_numpy().reshape(bitmap.height, bitmap.width)
        size = {"width": bitmap.width, "height": bitmap.height, "scale": scale}
        wire.send(outgoing, {"kind": "picture", **size}, rows.tobytes())
    except (pdfium.PdfiumError, ValueError, IndexError, MemoryError):
        wire.send(outgoing, {"kind": "failed"})
    finally:
        document.close()
    return None


if __name__ == "__main__":
    main()
