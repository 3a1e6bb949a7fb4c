"""Content streams as a sequence of operators with their operands (ISO 32000-2, 7.8.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

# Operands: float for numbers, str with its slash for names, bytes for strings, list, dict. pypdf parses
# content too, but builds an object for every number; this takes a fifth of the time, which is most of a page.
Operation = tuple[list[Any], bytes]

_TOKEN = re.compile(
    rb"[\x00\t\n\f\r ]*(?:(?P<word>[^\x00\t\n\f\r ()<>\[\]{}/%]+)"
    rb"|/(?P<name>[^\x00\t\n\f\r ()<>\[\]{}/%]*)"
    rb"|\((?P<string>[^()\\]*(?:\\.[^()\\]*)*)\)"
    rb"|(?P<nested>\()"
    rb"|(?P<open>\[|<<)"
    rb"|(?P<close>\]|>>)"
    rb"|<(?P<hex>[^<>]*)>?"
    rb"|(?P<comment>%[^\r\n]*)"
    rb"|(?P<other>.))",
    re.DOTALL,
)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|\r|\n)|(.))", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_PAREN = re.compile(rb"\\.|[()]", re.DOTALL)
_IMAGE_END = re.compile(rb"[\x00\t\n\f\r ]EI(?=[\x00\t\n\f\r ]|$)")
_HEX_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_NUMBER_START = frozenset(b"0123456789+-.")
_MAX_NESTING = 64
_MAX_OPERANDS = 1_000_000  # between two operators: no honest one takes more


def operations(data: bytes) -> Iterator[Operation]:
    """The operators of a content stream in order; what is not one is skipped, as viewers do."""
    stack: list[list[Any]] = [[]]
    position = 0
    scan = _TOKEN.match
    while (token := scan(data, position)) is not None:
        position = token.end()
        kind = token.lastgroup
        if kind == "word":
            word = token["word"]
            if word[0] in _NUMBER_START and (number := _number(word)) is not None:
                stack[-1].append(number)
                continue
            literal = _LITERALS.get(word)
            if literal is not None:
                stack[-1].append(literal[0])
                continue
            if word == b"BI":
                settings, position = _inline_image(data, position)
                yield [settings], b"BI"
            else:
                yield stack[0], word
            stack = [[]]
        elif kind == "open":
            if len(stack) < _MAX_NESTING:
                stack.append([])
        elif kind == "close":
            _close(stack, token["close"])
        elif kind == "nested":
            text, position = _nested_string(data, position)
            stack[-1].append(text)
        elif kind not in ("other", "comment"):
            stack[-1].append(_operand(kind, token))
        if len(stack[-1]) > _MAX_OPERANDS:
            del stack[-1][:]


_LITERALS: dict[bytes, tuple[Any]] = {b"true": (True,), b"false": (False,), b"null": (None,)}


def _number(word: bytes) -> float | None:
    try:
        return float(word)
    except ValueError:
        # "--5" and "1.2-3" occur; viewers read the leading number
        found = re.match(rb"[+-]*(\d+\.?\d*|\.\d+)", word)
        if found is None:
            return 0.0 if word in (b"-", b".", b"+") else None
        return float(found[1]) * (-1 if word.startswith(b"-") else 1)


def _operand(kind: str | None, token: re.Match[bytes]) -> Any:
    if kind == "name":
        raw = token["name"]
        if b"#" in raw:
            raw = _HEX_NAME.sub(lambda m: bytes((int(m[1], 16),)), raw)
        try:
            return "/" + raw.decode("utf-8")
        except UnicodeDecodeError:
            return "/" + raw.decode("latin-1")
    if kind == "string":
        return unescape(token["string"])
    digits = re.sub(rb"[^0-9A-Fa-f]", b"", token["hex"])
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


def unescape(raw: bytes) -> bytes:
    """A literal string without its backslashes."""
    if b"\\" not in raw:
        return raw

    def plain(found: re.Match[bytes]) -> bytes:
        if found[1]:
            return bytes((int(found[1], 8) & 255,))
        return b"" if found[2] else _LETTERS.get(found[3], found[3])

    return _ESCAPE.sub(plain, raw)


def _nested_string(data: bytes, start: int) -> tuple[bytes, int]:
    depth, position = 1, start
    while (found := _PAREN.search(data, position)) is not None:
        position = found.end()
        if found[0] == b"(":
            depth += 1
        elif found[0] == b")":
            depth -= 1
            if depth == 0:
                return unescape(data[start : found.start()]), position
    return unescape(data[start:]), len(data)


def _close(stack: list[list[Any]], bracket: bytes) -> None:
    if len(stack) < 2:
        return
    inner = stack.pop()
    if bracket == b"]":
        stack[-1].append(inner)
    else:
        keys, values = inner[::2], inner[1::2]
        stack[-1].append({k: v for k, v in zip(keys, values, strict=False) if isinstance(k, str)})


def _inline_image(data: bytes, start: int) -> tuple[dict[str, Any], int]:
    header = re.compile(rb"[\x00\t\n\f\r ]ID[\x00\t\n\f\r ]").search(data, start)
    if header is None:
        return {}, len(data)
    position = header.end()
    while (found := _IMAGE_END.search(data, position - 1)) is not None:
        position = found.end()
        following = data[position : position + 16]
        if all(byte in b"\t\n\f\r" or 32 <= byte < 127 or byte == 0 for byte in following):
            return {}, position
    return {}, len(data)
