"""What every generator gives: sentences of an answer, each tied to passages that were found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from indexes.search.evidence import Evidence
from rag.citing import Choice


@dataclass(frozen=True, slots=True)
class Draft:
    """The passages and sentences chosen, best passage first. `differ`: their figures do not agree."""

    choices: Sequence[Choice]
    differ: bool = False


class Generator(Protocol):
    """Words an answer from evidence; whether to answer at all has been decided before."""

    name: str

    def generate(self, evidence: Evidence) -> Draft: ...
