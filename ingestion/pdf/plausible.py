"""How likely a piece of text is as people write it: chooses between orders that give the same picture."""

from __future__ import annotations

import re

_FOLD = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٪–—−", "01234567890123456789.%---")
_UNIT = (
    r"(?:mg|mL|ml|dL|dl|kg|kcal|mcg|µg|μg|ng|mmHg|mmol|mol|mEq|meq|units?|IU|ppm|bpm|cm|mm|Hz|°C|°F|min|mins|hours?|hrs?"
    r"|days?|weeks?|months?|years?|g|L|l|h|U|m²|cm²)"
)
_NUMBER = r"\d+(?:[.,/:-]\d+)*"
_WITH_UNIT = re.compile(rf"{_NUMBER} ?{_UNIT}(?![A-Za-z])")
_UNIT_FIRST = re.compile(rf"(?<![A-Za-z/\d])(?<!\d )(?:{_UNIT})(?:/[A-Za-z²]+)* (?=\d)")
_SIGN_FIRST = re.compile(r"(?<!\d)% ?(?=\d)")
_SIGN_LAST = re.compile(r"(?<=\d) ?%")
_COMPARED = re.compile(r"[<>≤≥±≈~] ?(?=[\d.])")
_DANGLING = re.compile(r"[<>≤≥±≈~](?! ?[\d.]| ?$)")
_RANGE = re.compile(r"(?<![\d.:/-])(?<!\d,)(\d+(?:\.\d+)?) ?- ?(\d+(?:\.\d+)?)(?![\d/:-]|[.,]\d)")
_STRAY = re.compile(r"(?:^|\s)[،,؛;](?=[A-Za-z])")
_SECTIONS = 30  # of a chapter, at most
_WORD = re.compile(r"[.):]?[ \t]+([^\W\d]+)")
_MEASURE = re.compile(
    rf"(?:{_UNIT}|(?:مغ|ملغ\w*|مجم|ملجم|مكغ|ميكرو\w*|ملي?|مليل\w*|غ|غم|جم|غرام\w*|جرام\w*|كغ|كجم|كيلو\w*"
    r"|لتر\w*|وحد[ةه]|وحدات|دول[يى]\w*|ملمول|مول|مم|سم|متر|درج[ةه]|درجات|ساع[ةه]|ساعات|دقيق[ةه]|دقائق|ثاني[ةه]|ثوان\w*"
    r"|يوم\w*|أيام|أسبوع\w*|أسابيع|شهر\w*|أشهر|شهور|سن[ةه]|سنوات|سنين|عام|عاما|عامًا|أعوام|مر[ةه]|مرات|قطر[ةه]|قطرات|حب[ةه]"
    r"|حبات|حبوب|قرص\w*|أقراص|كبسول\w*|بخ[ةه]|بخات|جرع[ةه]|جرعات|نقط[ةه]|نقاط|بالم\w*|في|من|إلى|لكل|كل)"
    r"|times?|doses?|tablets?|puffs?|drops?|per|in|of|to|and|or)$"
)
_YEAR = re.compile(r"(?:19|20)\d\d$")
_CLOSED_FIRST = re.compile(r"\)[^()]*\(|^[^(]*\)|\([^)]*$")


def fold(text: str) -> str:
    """Western digits, points and hyphens for Eastern ones; one character for one."""
    return text.translate(_FOLD)


def score(text: str) -> float:
    """Higher for what people write: numbers before their units, rising ranges, signs where they belong."""
    text = fold(text)
    total = 2.0 * len(_WITH_UNIT.findall(text)) - 1.5 * len(_UNIT_FIRST.findall(text))
    total += 1.0 * len(_SIGN_LAST.findall(text)) - 2.0 * len(_SIGN_FIRST.findall(text))
    total += 0.7 * len(_COMPARED.findall(text)) - 0.7 * len(_DANGLING.findall(text))
    for m in _RANGE.finditer(text):
        total += 0.5 if _rises(m[1], m[2]) else -0.5
    total -= 2.0 * len(_STRAY.findall(text))
    if _CLOSED_FIRST.search(text):
        total -= 0.5
    return total


def _rises(first: str, last: str) -> bool:
    """Whether two numbers make a range as people write it: 10-20, 2010-11, not 20-10 or 11-2010."""
    if _YEAR.match(first) and len(last) == 2:
        return int(last) == (int(first) + 1) % 100 or 1 <= int(last) <= 12  # a season or a month
    if _YEAR.match(last) and len(first) == 2 and int(first) == (int(last) + 1) % 100:
        return False
    return float(first) <= float(last)


def _is_section(text: str, number: re.Match[str]) -> bool:
    """Whether a line's first numbers are those of a section: small ones with a word after them that does not
    measure or count anything."""
    parts = (number[1], number[2])
    word = _WORD.match(text, number.end())
    small = all(p.isdigit() and int(p) <= _SECTIONS for p in parts)
    return small and word is not None and not _MEASURE.match(word[1])


def descending(text: str, *, running: bool = True) -> list[tuple[int, int]]:
    """Where `text` has a range that falls and is not a date or a telephone number: (start, end).

    In `running` text, not a table, it may begin with the number of a section: ٢-١ قواعد عامة.
    """
    found = []
    text = fold(text)
    for m in _RANGE.finditer(text):
        if running and not text[: m.start()].strip() and _is_section(text, m):
            continue
        first, last = m[1], m[2]
        dated = _YEAR.match(first) and (float(last) <= 12 or len(last) == 2)
        numbered = len(first) > 4 or (first.startswith("0") and "." not in first) or re.match(r"0\d", last)
        if float(first) > float(last) and not dated and not numbered:
            found.append(m.span())
    return found
