"""From the bytes of a text file to its characters: UTF-8, UTF-16, or the Windows code page that fits."""

from __future__ import annotations

import codecs
import re
import unicodedata

from indexes.errors import UnreadableDocument

# The order decides when the letters do not: 1256 holds é, è, ç, à, â, ê, ë, î, ï, ô, ù, û, ü where 1252 does.
CODE_PAGES = ("cp1252", "cp1256", "iso8859_6")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_KEPT_CONTROLS = "\n\t\f"
_CONTROL_SHARE = 0.02  # of the characters; more than this is a binary file
_WORD = re.compile(r"[^\W\d_]{2,}")


def decode(data: bytes, *, file_name: str) -> str:
    """The text of a file, lines ended by "\\n", control characters removed, form feeds kept.

    A byte order mark decides; without one it is UTF-16 when every second byte is mostly zero, UTF-8 when that
    decodes, else the code page (Windows-1252, Windows-1256, ISO 8859-6) in which the words are made of
    letters of one script. Raises UnreadableDocument for a binary file.
    """
    text = _characters(data, file_name)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n").replace("\u2028", "\n")
    text = text.replace("\u2029", "\n").replace("\v", "\n").replace("\u00a0", " ").removeprefix("\ufeff")
    controls = [c for c in set(text) if unicodedata.category(c) == "Cc" and c not in _KEPT_CONTROLS]
    if sum(text.count(c) for c in controls) > _CONTROL_SHARE * len(text):
        raise _binary(file_name)
    return text.translate({ord(c): None for c in controls})


def _characters(data: bytes, file_name: str) -> str:
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), None) or _wide(data)
    try:
        return data.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        if encoding is not None:
            raise UnreadableDocument(
                f"{file_name} says that it is {encoding.upper()} text, but is not (byte {error.start:,}).",
                remedy="Save it as UTF-8 text.",
            ) from error
    if b"\0" in data:
        raise _binary(file_name)
    candidates = [text for name in CODE_PAGES if (text := _try(data, name)) is not None]
    if not candidates:
        raise _binary(file_name)
    return max(candidates, key=_plausibility)


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: Latin or Arabic text has zero or 06 as the high byte of most pairs."""
    if len(data) < 4 or len(data) % 2:
        return None
    sample = data[:4096]
    for name, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        if b"\0" in sample and sum(b in (0, 6) for b in high) > 0.9 * len(high):
            return name
    return None


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _plausibility(text: str) -> float:
    """Share of the non-ASCII letters that stand in a word of their own script, capitals only at its start.

    Arabic read as Windows-1252 gives words like ÇáÓßÑí (capitals inside); French read as Windows-1256 gives
    Latin words with single Arabic letters in them.
    """
    good = total = 0
    for match in _WORD.finditer(text):
        word = match.group()
        foreign = sum(not c.isascii() for c in word)
        arabic = sum("\u0600" <= c <= "\u06ff" for c in word)
        one_script = arabic in (0, len(word))
        cased = word.isupper() or word[1:] == word[1:].lower()
        total += foreign
        good += foreign if one_script and cased and (arabic or foreign * 2 <= len(word)) else 0
    symbols = sum(not c.isascii() and not c.isalpha() for c in text)
    return good / total if total else -float(symbols)


def _binary(file_name: str) -> UnreadableDocument:
    return UnreadableDocument(
        f"{file_name} is not text: it holds bytes that no known encoding has.",
        remedy="Ingest PDF, UTF-8 text or Markdown.",
    )
