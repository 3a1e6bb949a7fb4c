"""Does a second reader see the same digits? PDFium reads each page too, by its own parser and font maps.

Only which digits there are is compared, not their order or grouping: PDFium turns Eastern digits round in
right-to-left lines and joins or parts numbers of neighbouring cells. The order of the digits is proved
elsewhere, by the inverse bidi.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from indexes.types import Page, PageWarning, WarningKind

_RUN = re.compile(r"\d+")
_SHOWN = 5  # numbers named in a warning


def digit_runs(text: str) -> Counter[str]:
    """The runs of decimal digits in a text as Western digits, each with its mirror image as one."""
    runs = ("".join(str(unicodedata.decimal(d)) for d in run) for run in _RUN.findall(text))
    return Counter(min(run, run[::-1]) for run in runs)


def check_digits(pages: Sequence[Page], second: Sequence[str | None]) -> list[Page]:
    """The pages, with DIGIT_DISAGREEMENT on those where the second reader's text has other digits.

    `second`: its text of each page; None where it failed, which is a disagreement too when there are digits.
    """
    return [
        replace(page, warnings=(*page.warnings, warning)) if (warning := _compare(page, text)) else page
        for page, text in zip(pages, second, strict=True)
    ]


def _compare(page: Page, second: str | None) -> PageWarning | None:
    ours = digit_runs(f"{page.text}\n{page.hidden_text}")
    if second is None:
        return _warning("the second reader could not read this page") if ours else None
    theirs = digit_runs(second)
    if ours == theirs or _digits(ours) == _digits(theirs):
        return None
    seen = digit_runs(page.text)
    if seen == theirs or _digits(seen) == _digits(theirs):
        return None  # it does not read what is hidden
    only_ours, only_theirs = ours - theirs, theirs - ours
    return _warning(f"here {_list(only_ours)}, the second reader has {_list(only_theirs)}")


def _digits(runs: Counter[str]) -> Counter[str]:
    digits: Counter[str] = Counter()
    for run, times in runs.items():
        for digit in run:
            digits[digit] += times
    return digits


def _list(runs: Counter[str]) -> str:
    names = sorted(runs.elements())
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more if names else "nothing else"


def _warning(detail: str) -> PageWarning:
    return PageWarning(WarningKind.DIGIT_DISAGREEMENT, detail)
