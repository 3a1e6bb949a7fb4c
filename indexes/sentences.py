"""Where sentences of Arabic and English running text begin and end.

When in doubt two sentences stay one: a sentence too long is awkward, half a dose is dangerous.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")

# A mark that can end a sentence, what closes with it (quotes, brackets, footnote marks), and then a space,
# the end of the line or, in Arabic, where the space is often forgotten, a letter. A bullet begins a sentence.
_END = re.compile(
    r"""(?P<mark> [.!?؟؛…。]+ )
        (?P<closers> (?: ["'”’»)\]}] | \[ \^? \d{1,3} (?:[,–-]\d{1,3})* \] | [⁰¹²³⁴-⁹*†‡]+ )* )
        (?: (?P<space> \s+ | (?=[\u200e\u200f]*$) ) | (?<=[؟؛]) (?=[\u0621-\u064a])
            | (?<=[\u0621-\u064a]{3}\.) (?=[\u0621-\u064a]{2}) )
      | (?P<bullet> (?<=\s) (?=[•▪◦●‣■□▸➢✓]\s) )""",
    re.VERBOSE,
)
_WORD_BEFORE = re.compile(r"[^\s()\[\]{}«»\"“”‘,،/:]+\Z")
_MARKER = re.compile(r"[\s•▪◦●‣■□▸➢✓(\[*–-]*(?:\d+(?:\.\d+)*|[ivxIVX]+|\w)[.)\]]*\s*\Z")
_INITIALS = re.compile(r"(?:[A-Z]\.)*[A-Z]|(?:[\u0621-\u064a]\.)*[\u0621-\u064a]")
_DOTTED = re.compile(r"(?:\w\.)+\w")
_OPENS = re.compile(r"[\s\"'“‘«(\[•*\u200e\u200f\u202a-\u202e\u2066-\u2069–-]*")


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Never the end of a sentence. The dots inside are taken out before looking.
_ABBREVIATIONS = _words(
    "dr mr mrs ms prof st vs approx ca cf fig figs eg ie viz al incl excl resp ref refs vol pp ed eds dept"
    " tab tabs cap caps inj syr susp soln supp spp sp subsp var بروف"
)
# Only before a number: "no. 5", "max. 40 mg"; "Say no. Then stop."
_BEFORE_NUMBERS = _words(
    "no nos p ch sec eq max min art para app jan feb mar apr jun jul aug sep sept oct nov dec ص ج ط رقم حوالي"
)
_UNITS = _words(
    "mg g kg mcg μg µg ng ml l dl mmol mol meq iu unit units h hr hrs min mins sec cm mm wk wks yr yrs"
    " ملغ ملغم مجم مغ غ غم كغ كغم كجم مل ل سم ملم مم د ساعة وحدة"
)
# What goes on with a dose after "5 ملغ." where Arabic has no capital that would tell.
_GOES_ON = re.compile(
    "(?:و|أو|إلى|حتى|كل|لكل|في|عن|من|ثم|مرة|مرتين|مرتان|ثلاث|أربع|يومي|أسبوعي|شهري|بالفم|فموي|وريدي|عضلي"
    "|بالوريد|بالعضل|قبل|بعد|مع|لمدة)"
)


def split(text: str) -> list[tuple[int, int]]:
    """The sentences of `text` as half-open stretches, in order, without space around them.

    They hold every character that is not space. A line break ends a sentence; nothing is cut inside
    parentheses, numbers, doses, abbreviations, initials or after the marker of a list item.
    """
    found: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        found.extend(_trimmed(text, start, end) for start, end in _pieces(text, line.start(), line.end()))
    return [(start, end) for start, end in found if start < end]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return start, max(start, end - (len(piece) - len(piece.rstrip())))


def _pieces(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    line = text[begin:end]
    opened, closed = _brackets(line)
    start = 0
    for match in _END.finditer(line):
        cut = match.end()
        nearest = bisect_right(opened, match.start()) - 1
        inside = nearest >= 0 and match.start() < closed[nearest] and cut <= closed[nearest]
        if not inside and _ends(line, start, match):
            yield begin + start, begin + cut
            start = cut
    yield begin + start, end


def _brackets(line: str) -> tuple[list[int], list[int]]:
    """Outermost pairs of brackets: where they open and where they close."""
    pairs: list[tuple[int, int]] = []
    waiting: list[tuple[str, int]] = []
    closes = {")": "(", "]": "[", "}": "{"}
    for match in re.finditer(r"[()\[\]{}]", line):
        character, place = match.group(), match.start()
        if character not in closes:
            waiting.append((character, place))
        elif any(opener == closes[character] for opener, _ in waiting):
            while True:  # what stands between and never closes was no bracket
                opener, opening = waiting.pop()
                if opener == closes[character]:
                    break
            pairs = [pair for pair in pairs if pair[0] < opening]
            pairs.append((opening, place))
    return [opening for opening, _ in pairs], [closing for _, closing in pairs]


def _ends(line: str, start: int, match: re.Match[str]) -> bool:
    """Whether the sentence that began at `start` ends where `_END` matched."""
    if match["bullet"] is not None:
        return True
    if _MARKER.fullmatch(line, start, match.end()) and match["mark"] == ".":
        return False
    follows = line[_OPENS.match(line, match.end()).end() :]  # type: ignore[union-attr]  # matches nothing too
    if not follows:
        return True
    if follows[0].islower() or follows[0] in ",;:،)]}%/×+=<>≤≥–":
        return False
    return match["mark"] != "." or _full_stop(line[start : match.start()], match, follows)


def _full_stop(before: str, match: re.Match[str], follows: str) -> bool:
    """Whether the single dot after `before` ends a sentence rather than an abbreviation or a number."""
    number_follows = follows[0].isdecimal()
    if before[-1:].isdecimal() and number_follows:
        return False  # 2. 5 mg: a number that was broken
    word = _WORD_BEFORE.search(before)
    if word is None or match["closers"]:
        return True
    raw = word.group()
    plain = raw.replace(".", "").lower()
    if plain in _ABBREVIATIONS or (_INITIALS.fullmatch(raw) and not _ends_with_letter_unit(raw, before)):
        return False
    if _INITIALS.fullmatch(raw) and re.match(r"[A-Z]\.", follows):
        return False
    if number_follows and (plain in _BEFORE_NUMBERS or plain in _UNITS or _DOTTED.fullmatch(raw)):
        return False
    return not (plain.strip("0123456789") in _UNITS and _GOES_ON.match(follows))


def _ends_with_letter_unit(raw: str, before: str) -> bool:
    """Whether the single letter is no initial: vitamin K., hepatitis B., 5 L."""
    return len(raw) == 1 and bool(re.search(r"(?:\d|[a-z]{3}) [A-Z]\Z", before))
