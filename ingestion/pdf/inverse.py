"""From what stands on a line, left to right, to the order in which it is read, verified.

Several logical orders can give one picture, and some give none: an order counts only if the forward
algorithm (bidi.py) makes exactly the line that was seen out of it. Among those that do, the one that people
would write wins (plausible.py).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingestion.pdf.bidi import embedding_levels, visual_order
from ingestion.pdf.letters import MIRROR
from ingestion.pdf.plausible import score

_SPLIT_COST = 0.6
_ISOLATE_COST = 1.8
_GUESSED_CONTEXT = 0.3  # that the line before ended in a Latin word
_MAX_GAPS = 6  # places to try in one left-to-right stretch: 64 ways
_MAX_TRIES = 120  # readings of one stretch, when one is found
_RIGHT = ("R", "AL")
_LEFT = ("L", "EN", "AN")
_NUMBER = ("EN", "AN")


@dataclass(frozen=True, slots=True)
class Piece:
    """Visual indices in logical order. An isolate is laid out by itself, left to right."""

    indices: tuple[int, ...]
    isolate: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """Visual indices in reading order, their levels, and whether the forward pass gave the line back."""

    order: tuple[int, ...]
    levels: tuple[int, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class VisualLine:
    """Clusters from left to right with their bidi classes. `shaped`: the text names the mirrored shape that
    stands on the page, not the character that was typed."""

    texts: tuple[str, ...]
    classes: tuple[str, ...]
    shaped: tuple[bool, ...]

    def character(self, index: int, level: int) -> str:
        """The character that was typed, given its level."""
        text = self.texts[index]
        if level & 1 and self.shaped[index] and text in MIRROR:
            return MIRROR[text]
        return text


def read_line(line: VisualLine, base: int) -> Reading:
    """The reading order of a line; base 0 left to right, 1 right to left."""
    classes = set(line.classes)
    n = len(line.texts)
    if base == 0 and not classes & {"R", "AL", "AN"}:
        return Reading(tuple(range(n)), (0,) * n, True)
    if base == 1 and not classes & {"L", "EN", "AN"}:
        return Reading(tuple(range(n - 1, -1, -1)), (1,) * n, True)
    return _read_rtl(line) if base else _read_ltr(line)


def laid_out(line: VisualLine, pieces: Sequence[Piece], base: int, before: str, after: str) -> list[int]:
    """Levels of the pieces' characters in logical order between strong neighbours ("" for none)."""
    outer: list[str] = [before] if before else []
    owners: list[int | None] = [None] * len(outer)  # the visual index of each outer character
    for piece in pieces:
        if piece.isolate:
            outer.append("ON")
            owners.append(None)
        else:
            outer.extend(line.classes[i] for i in piece.indices)
            owners.extend(piece.indices)
    if after:
        outer.append(after)
        owners.append(None)
    levels = [base] * len(outer)
    typed = [""] * len(outer)
    signs = [
        (k, owner) for k, owner in enumerate(owners) if owner is not None and line.texts[owner] in MIRROR
    ]
    for _ in range(3):  # brackets pair as typed, and what was typed depends on the level
        for k, owner in signs:
            typed[k] = line.character(owner, levels[k])
        before_pass, levels = levels, embedding_levels(outer, typed, base)
        if not signs or levels == before_pass:
            break
    out: list[int] = []
    position = 1 if before else 0
    for piece in pieces:
        if piece.isolate:
            texts = [line.texts[i] for i in piece.indices]
            inner = embedding_levels([line.classes[i] for i in piece.indices], texts, 0)
            out.extend(level + 2 for level in inner)
            position += 1
        else:
            out.extend(levels[position : position + len(piece.indices)])
            position += len(piece.indices)
    return out


def _gives_back(order: Sequence[int], levels: Sequence[int]) -> bool:
    visual = [order[k] for k in visual_order(levels)]
    return all(a < b for a, b in itertools.pairwise(visual))


def _flat(pieces: Sequence[Piece]) -> list[int]:
    return [i for piece in pieces for i in piece.indices]


def _verify(
    line: VisualLine, pieces: Sequence[Piece], base: int, before: str, after: str
) -> list[int] | None:
    levels = laid_out(line, pieces, base, before, after)
    return levels if _gives_back(_flat(pieces), levels) else None


def _written(line: VisualLine, order: Sequence[int], levels: Sequence[int]) -> str:
    return "".join(line.character(i, level) for i, level in zip(order, levels, strict=True))


def _read_rtl(line: VisualLine) -> Reading:
    pieces: list[Piece] = []
    classes = line.classes
    before, sure = "", True  # `before`: the strong character read last; "" at the line's start
    i = len(classes) - 1
    start = finish = ""
    while i >= 0:
        if classes[i] not in _LEFT:
            pieces.append(Piece((i,)))
            if classes[i] in _RIGHT:
                before = "AL"
            i -= 1
            continue
        low = i
        while low > 0 and classes[low - 1] not in _RIGHT:
            low -= 1
        stretch = _Stretch(line, low, i, before, "AL" if low > 0 else "", pieces)
        chosen = stretch.lone_number() or stretch.best()
        sure = sure and chosen is not None
        found, taken, context, after = chosen if chosen is not None else stretch.fallback()
        del pieces[len(pieces) - taken :]
        if not before and not start:
            start = context
        if low == 0:
            finish = after
        pieces.extend(found)
        if any(classes[k] == "L" for k in range(low, i + 1)):
            before = "L"
        i = low - 1
    order = _flat(pieces)
    levels = laid_out(line, pieces, 1, start, finish)
    return Reading(tuple(order), tuple(levels), sure and _gives_back(order, levels))


class _Stretch:
    """A maximal run without right-to-left letters inside a right-to-left line: visual indices low … high.

    `done`: what has been read already; neutral characters at its end may turn out to belong to the stretch.
    """

    def __init__(
        self, line: VisualLine, low: int, high: int, before: str, after: str, done: Sequence[Piece]
    ) -> None:
        self.line = line
        self.low, self.high = low, high
        self.before, self.after = before, after
        self.first = next(k for k in range(low, high + 1) if line.classes[k] in _LEFT)
        loose = 0  # neutral clusters right of the stretch, touching it
        for piece in reversed(done):
            index = piece.indices[-1]
            kind = line.classes[index]
            ends_line = low == 0 and kind == "WS" and loose == 0  # "eGFR ≥" before a number on the next line
            if len(piece.indices) > 1 or kind in _RIGHT or loose == 2 or (kind == "WS" and not ends_line):
                break
            loose += 1
        self.loose = loose
        self.tail = 0  # neutral clusters left of it, touching it
        while (
            self.tail < 2
            and self.first - self.tail > low
            and line.classes[self.first - self.tail - 1] != "WS"
        ):
            self.tail += 1

    def lone_number(self) -> tuple[list[Piece], int, str, str] | None:
        """The reading of a stretch that is one number among right-to-left words: there is only one."""
        inside = set(self.line.classes[self.first : self.high + 1])
        if self.loose or self.tail or self.before == "L" or (not inside <= {"EN", "CS"} and inside != {"AN"}):
            return None
        pieces = [Piece(tuple(range(self.first, self.high + 1)))]
        return self._framed(pieces, self.first, 0), 0, "", ""

    def best(self) -> tuple[list[Piece], int, str, str] | None:
        """The most plausible verified pieces, how many earlier pieces they replace, and the contexts assumed
        before the line's start and after its end."""
        best: tuple[float, list[Piece], int, str, str] | None = None
        befores = (self.before,) if self.before else ("", "AL", "L")
        tries = 0
        contexts = [
            (before, after) for before in befores for after in ((self.after,) if self.after else ("", "L"))
        ]
        for right in range(self.loose + 1):
            for left in range(self.tail + 1):
                # with neutrals drawn in, few splits are plausible
                splits = _MAX_GAPS if not left and not right else 1
                for pieces, cost in self._candidates(self.first - left, self.high + right, splits):
                    whole = self._framed(pieces, self.first - left, right)
                    tries += 1
                    if tries > _MAX_TRIES and best is not None:
                        return best[1:]
                    for context, after in contexts:
                        levels = _verify(self.line, whole, 1, context, after)
                        if levels is None:
                            continue
                        text = _written(self.line, _flat(whole), levels)
                        value = score(text) - cost - 0.05 * (left + right)
                        value -= _GUESSED_CONTEXT * ((context == "L" != self.before) + (after != self.after))
                        if best is None or value > best[0] + 1e-9:
                            best = (value, whole[self.loose - right :], right, context, after)
                        break
        return None if best is None else best[1:]

    def _framed(self, pieces: list[Piece], first: int, right: int) -> list[Piece]:
        """The pieces with the loose neutrals that they leave on either side."""
        outside = [Piece((k,)) for k in range(self.high + self.loose, self.high + right, -1)]
        inside = [Piece((k,)) for k in range(first - 1, self.low - 1, -1)]
        return outside + pieces + inside

    def _candidates(self, first: int, last: int, splits: int) -> Iterator[tuple[list[Piece], float]]:
        gaps = self._gaps(first, last)
        for count in range(min(len(gaps), splits) + 1):
            for chosen in itertools.combinations(gaps, count):
                yield self._split(first, last, chosen, isolate=False), _SPLIT_COST * count
        yield [Piece(tuple(range(first, last + 1)), True)], _ISOLATE_COST
        for gap in gaps:
            yield self._split(first, last, (gap,), isolate=True), 2 * _ISOLATE_COST

    def _gaps(self, first: int, last: int) -> list[tuple[int, int]]:
        """Neutral runs (start, end) next to a number or with a bracket, where the stretch may fall apart."""
        classes = self.line.classes
        gaps = []
        k = first
        while k <= last:
            if classes[k] in _LEFT:
                k += 1
                continue
            end = k
            while end <= last and classes[end] not in _LEFT:
                end += 1
            bracket = any(text in "()[]" for text in self.line.texts[k:end])
            beside_number = end <= last and (classes[k - 1] in _NUMBER or classes[end] in _NUMBER)
            if k > first and end <= last and (beside_number or bracket):
                gaps.append((k, end))
            k = end
        if len(gaps) > _MAX_GAPS:
            gaps = gaps[: _MAX_GAPS // 2] + gaps[-_MAX_GAPS // 2 :]
        return gaps

    def _split(self, first: int, last: int, at: Sequence[tuple[int, int]], *, isolate: bool) -> list[Piece]:
        pieces: list[Piece] = []
        start = first
        for gap_start, gap_end in at:
            pieces.append(Piece(tuple(range(start, gap_start)), isolate))
            pieces.extend(Piece((k,)) for k in range(gap_start, gap_end))
            start = gap_end
        pieces.append(Piece(tuple(range(start, last + 1)), isolate))
        return pieces[::-1]

    def fallback(self) -> tuple[list[Piece], int, str, str]:
        """What to show when nothing verifies: numbers alone run right to left, anything else stands."""
        classes = self.line.classes[self.low : self.high + 1]
        if "L" in classes:
            return (
                self._framed([Piece(tuple(range(self.first, self.high + 1)))], self.first, 0)[self.loose :],
                0,
                "",
                "",
            )
        every = list(self._all_gaps())
        pieces = self._split(self.first, self.high, every, isolate=False)
        return self._framed(pieces, self.first, 0)[self.loose :], 0, "", ""

    def _all_gaps(self) -> list[tuple[int, int]]:
        classes = self.line.classes
        return [(k, k + 1) for k in range(self.first, self.high + 1) if classes[k] not in _LEFT]


def _read_ltr(line: VisualLine) -> Reading:
    """Right-to-left words inside a left-to-right line."""
    best: tuple[float, Reading] | None = None
    fallback: Reading | None = None
    for edge_numbers, isolate in ((False, False), (True, False), (False, True), (True, True)):
        pieces = _ltr_pieces(line, edge_numbers)
        order = _flat(pieces)
        if isolate:
            levels = _isolated_levels(line, pieces)
            cost = _ISOLATE_COST
        else:
            levels, cost = laid_out(line, [Piece((i,)) for i in order], 0, "", ""), 0.0
        reading = Reading(tuple(order), tuple(levels), _gives_back(order, levels))
        fallback = fallback or reading
        if reading.verified:
            value = score(_written(line, order, levels)) - cost
            if best is None or value > best[0] + 1e-9:
                best = (value, reading)
    assert fallback is not None
    return best[1] if best is not None else fallback


def _ltr_pieces(line: VisualLine, edge_numbers: bool) -> list[Piece]:
    """The line cut into what runs left to right (one cluster a piece) and right-to-left stretches."""
    classes = line.classes
    pieces: list[Piece] = []
    i, n = 0, len(classes)
    while i < n:
        starts = classes[i] in (*_RIGHT, "AN")
        if not starts and edge_numbers and classes[i] == "EN":
            following = next((c for c in classes[i + 1 :] if c in (*_RIGHT, "AN", "L")), "")
            starts = following in _RIGHT
        if not starts:
            pieces.append(Piece((i,)))
            i += 1
            continue
        last = j = i
        while j < n and classes[j] != "L":
            if classes[j] in (*_RIGHT, "AN"):
                last = j
            j += 1
        inner = VisualLine(line.texts[i : last + 1], line.classes[i : last + 1], line.shaped[i : last + 1])
        reading = _read_rtl(inner)
        pieces.append(Piece(tuple(i + k for k in reading.order)))
        i = last + 1
    return pieces


def _isolated_levels(line: VisualLine, pieces: Sequence[Piece]) -> list[int]:
    levels: list[int] = []
    for piece in pieces:
        if len(piece.indices) > 1:
            levels.extend(laid_out(line, [Piece((i,)) for i in piece.indices], 1, "", ""))
        else:
            levels.append(0 if line.classes[piece.indices[0]] not in (*_RIGHT, "AN") else 1)
    return levels
