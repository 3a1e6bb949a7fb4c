"""Numbers with their units, as Arabic and English guidelines write them, in one comparable form.

`quantities("٢٫٥–٥ ملغ/كغ")` and `quantities("2.5 to 5 mg/kg")` are equal. Used to see whether two passages
give the same figures; text that people read is never rewritten.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

_UNITS: dict[str, tuple[str, ...]] = {
    "mg": ("mg", "milligram", "milligrams", "milligramme", "ملغ", "ملغم", "ملجم", "مجم", "مغ", "ملليغرام", "مليغرام", "ميليغرام", "ملليجرام", "ميلليجرام"),
    "mcg": ("mcg", "µg", "μg", "ug", "microgram", "micrograms", "ميكروغرام", "ميكروجرام", "مكغ", "مكجم"),
    "g": ("g", "gm", "gram", "grams", "gramme", "غ", "غم", "جم", "غرام", "جرام", "غرامات", "جرامات"),
    "kg": ("kg", "kilogram", "kilograms", "كغ", "كغم", "كجم", "كيلوغرام", "كيلوجرام"),
    "ml": ("ml", "millilitre", "millilitres", "milliliter", "milliliters", "مل", "ملل", "مليلتر", "ملليلتر", "ميليلتر"),
    "l": ("l", "litre", "litres", "liter", "liters", "لتر", "لترات", "ليتر"),
    "dl": ("dl", "دل", "ديسيلتر"),
    "unit": ("unit", "units", "iu", "وحدة", "وحدات", "وحده"),
    "mmol": ("mmol", "ممول", "مليمول", "ملليمول", "ميليمول"),
    "meq": ("meq", "مكافئ"),
    "mmhg": ("mmhg", "mm hg", "ملم زئبق", "مم زئبق", "ملمز", "ملم زئبقي", "ملليمتر زئبق", "ملليمتر زئبقي"),
    "%": ("%", "percent", "per cent", "بالمئة", "بالمائة", "في المئة", "في المائة"),
    "celsius": ("°c", "℃", "degrees", "درجة", "درجات", "°م", "°"),
    "minute": ("minute", "minutes", "min", "mins", "دقيقة", "دقائق", "دقيقه"),
    "hour": ("hour", "hours", "hr", "hrs", "hourly", "h", "ساعة", "ساعات", "ساعه"),
    "day": ("day", "days", "daily", "d", "يوم", "أيام", "ايام", "يوميا", "يوميًا", "يومياً"),
    "week": ("week", "weeks", "weekly", "أسبوع", "أسابيع", "اسبوع", "اسابيع", "أسبوعيا", "أسبوعًا", "أسبوعا", "أسبوعياً"),
    "month": ("month", "months", "شهر", "أشهر", "اشهر", "شهور", "شهرا", "شهرًا"),
    "year": ("year", "years", "سنة", "سنوات", "عام", "أعوام", "عاما", "عامًا", "سنه"),
    "time": ("time", "times", "مرة", "مرات", "مره"),
    "dose": ("dose", "doses", "جرعة", "جرعات"),
    "tablet": ("tablet", "tablets", "قرص", "أقراص", "حبة", "حبات"),
    "puff": ("puff", "puffs", "بخة", "بخات"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Quantity:
    """A number, or a range of numbers (`low` < `high`), with its unit; `per` for a rate such as mg per kg."""

    low: Decimal
    high: Decimal
    unit: str = ""
    per: tuple[str, ...] = ()


_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"


@cache
def _patterns() -> tuple[re.Pattern[str], dict[str, str]]:
    from indexes.analysis import normalize

    names = {normalize(name).text.strip(): unit for unit, all_ in _UNITS.items() for name in all_}
    words = "|".join(re.escape(n) for n in sorted(names, key=len, reverse=True))
    unit = rf"(?:{words})(?![^\W\d_])"
    pattern = rf"""
        (?<![\w.,]) (?P<low>{_NUMBER})
        (?:\s*(?:{unit})?\s*(?:-|–|—|to\s|الي\s|حتي\s)\s*(?P<high>{_NUMBER}))?
        (?:\s*(?P<unit>{unit}))?
        (?P<per>(?:\s*(?:/|per\s|لكل\s|كل\s)\s*(?:{unit}))*)
    """
    return re.compile(pattern, re.VERBOSE), names


def quantities(text: str) -> frozenset[Quantity]:
    """The quantities in a text of either language; digits, decimal marks and unit names are folded."""
    from indexes.analysis import normalize

    pattern, names = _patterns()
    found = set()
    for match in pattern.finditer(normalize(text).text):
        low = _value(match["low"])
        high = _value(match["high"]) if match["high"] else low
        unit = names.get((match["unit"] or "").strip(), "")
        per = tuple(names[p] for p in re.split(r"\s*(?:/|per\s|لكل\s|كل\s)\s*", match["per"]) if p in names)
        found.add(Quantity(low, high, unit, per))
    return frozenset(found)


def _value(number: str) -> Decimal:
    return Decimal(number.replace(",", "")).normalize()


def differ(a: str, b: str) -> bool:
    """Whether both texts give figures in the same unit and yet none of the figures agree in it."""
    one, two = quantities(a), quantities(b)
    for unit in {(q.unit, q.per) for q in one if q.unit} & {(q.unit, q.per) for q in two if q.unit}:
        mine = {q for q in one if (q.unit, q.per) == unit}
        theirs = {q for q in two if (q.unit, q.per) == unit}
        if not mine & theirs:
            return True
    return False
