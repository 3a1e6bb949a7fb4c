"""The Unicode bidirectional algorithm forwards (UAX #9), for one line and isolates one level deep.

Explicit marks and embeddings are not in a PDF's text, so X1 – X8 reduce to isolates, which the inverse
assumes where no plain order gives the picture. Combining marks ride on their letters, so W1 is not needed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_PAIRS = {"(": ")", "[": "]", "{": "}"}
_CLOSING = frozenset(_PAIRS.values())
_NUMBERS = ("EN", "AN")


@lru_cache(maxsize=8_192)
def bidi_class(text: str) -> str:
    """The class of a cluster: that of its first strong character, else of a digit, else of its first."""
    classes = [unicodedata.bidirectional(c) for c in text]
    for wanted in (("L", "R", "AL"), _NUMBERS):
        for found in classes:
            if found in wanted:
                return found
    first = classes[0] if classes else "ON"
    if first == "NSM":
        return "AL"
    return first if first in ("ES", "ET", "CS", "WS") else "ON"


def embedding_levels(classes: Sequence[str], characters: Sequence[str], base: int) -> list[int]:
    """The level of each character of a line in logical order; base 0 left to right, 1 right to left."""
    types = list(classes)
    side = "R" if base else "L"
    _resolve_weak(types, side)
    _resolve_brackets(types, characters, side)
    _resolve_neutral(types, side)
    if base:
        return [1 if t == "R" else 2 for t in types]
    return [0 if t == "L" else 1 if t == "R" else 2 for t in types]


def _resolve_weak(types: list[str], side: str) -> None:
    n = len(types)
    last = side
    for i, t in enumerate(types):  # W2, W3
        if t in ("L", "R", "AL"):
            last = t
            if t == "AL":
                types[i] = "R"
        elif t == "EN" and last == "AL":
            types[i] = "AN"
    for i in range(1, n - 1):  # W4
        before, after = types[i - 1], types[i + 1]
        if before == after and (
            (before == "EN" and types[i] in ("ES", "CS")) or (before == "AN" and types[i] == "CS")
        ):
            types[i] = before
    i = 0
    while i < n:  # W5
        if types[i] != "ET":
            i += 1
            continue
        j = i
        while j < n and types[j] == "ET":
            j += 1
        if (i and types[i - 1] == "EN") or (j < n and types[j] == "EN"):
            types[i:j] = ["EN"] * (j - i)
        i = j
    last = side
    for i, t in enumerate(types):  # W6, W7
        if t in ("ES", "ET", "CS"):
            types[i] = "ON"
        elif t in ("L", "R"):
            last = t
        elif t == "EN" and last == "L":
            types[i] = "L"


def _strong(t: str) -> str:
    return "R" if t in ("R", "EN", "AN") else "L" if t == "L" else ""


def _resolve_brackets(types: list[str], characters: Sequence[str], side: str) -> None:
    for a, b in sorted(_bracket_pairs(types, characters)):  # N0
        inside = {_strong(t) for t in types[a + 1 : b]} - {""}
        if side in inside:
            direction = side
        elif inside:
            before = next((s for t in reversed(types[:a]) if (s := _strong(t))), side)
            direction = before  # the opposite side when the context says so, else the line's own
        else:
            continue
        types[a] = types[b] = direction


def _bracket_pairs(types: Sequence[str], characters: Sequence[str]) -> list[tuple[int, int]]:
    stack: list[tuple[str, int]] = []
    pairs = []
    for i, c in enumerate(characters):
        if types[i] != "ON":
            continue
        if c in _PAIRS:
            stack.append((_PAIRS[c], i))
        elif c in _CLOSING:
            for k in range(len(stack) - 1, -1, -1):
                if stack[k][0] == c:
                    pairs.append((stack[k][1], i))
                    del stack[k:]
                    break
    return pairs


def _resolve_neutral(types: list[str], side: str) -> None:
    n, i = len(types), 0
    while i < n:  # N1, N2
        if types[i] not in ("ON", "WS"):
            i += 1
            continue
        j = i
        while j < n and types[j] in ("ON", "WS"):
            j += 1
        before = _strong(types[i - 1]) if i else side
        after = _strong(types[j]) if j < n else side
        types[i:j] = [before if before == after else side] * (j - i)
        i = j


def visual_order(levels: Sequence[int]) -> list[int]:
    """L2: the logical indices from left to right."""
    order = list(range(len(levels)))
    n = len(order)
    for level in range(max(levels, default=0), 0, -1):
        i = 0
        while i < n:
            if levels[order[i]] < level:
                i += 1
                continue
            j = i
            while j < n and levels[order[j]] >= level:
                j += 1
            order[i:j] = order[i:j][::-1]
            i = j
    return order
