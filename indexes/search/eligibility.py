"""Which documents a question may be answered from, today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from indexes.search.partition import Partition
from indexes.types import Document, DocumentState, Language, Question


@dataclass(frozen=True, slots=True, eq=False)
class Eligibility:
    """`documents`: those that may be quoted, by id; `places` (n,): whether each document of an index may be;
    `spoken` (n,): whether it is in one of the languages asked for."""

    documents: Mapping[str, Document]
    places: NDArray[np.bool_]
    spoken: NDArray[np.bool_]
    languages: tuple[Language, ...]

    def rows(self, partition: Partition) -> NDArray[np.bool_] | None:
        """Of a partition's rows those that may be found; None: all of them."""
        if self.languages and partition.language not in (*self.languages, Language.UND):
            return np.zeros(len(partition), dtype=np.bool_)
        allowed = self.places & self.spoken if partition.language is Language.UND else self.places
        return None if allowed.all() else np.asarray(allowed[partition.documents])


def eligible(question: Question, documents: Mapping[str, Document], places: Sequence[str]) -> Eligibility:
    """`documents`: of the library, in their state of the day; `places`: the ids behind an index's documents.

    Current documents unless all editions are asked for; withdrawn ones never. Text in no language (figures,
    tables of doses) counts as being in its document's languages.
    """
    allowed = {name: document for name, document in documents.items() if _allowed(document, question)}
    wanted = set(question.languages)
    return Eligibility(
        allowed,
        np.array([name in allowed for name in places], dtype=np.bool_),
        np.array([not wanted or _speaks(allowed.get(name), wanted) for name in places], dtype=np.bool_),
        question.languages,
    )


def preference(document: Document) -> tuple[bool, date, int, str]:
    """Of two documents with the same text the greater one is shown: current, then newer, then added later."""
    return (
        document.state is DocumentState.CURRENT,
        document.effective or date.min,
        document.added_generation,
        document.id,
    )


def _speaks(document: Document | None, wanted: set[Language]) -> bool:
    return document is not None and bool(wanted.intersection(document.languages))


def _allowed(document: Document, question: Question) -> bool:
    states = (
        document.state is not DocumentState.WITHDRAWN
        if question.all_editions
        else document.state is DocumentState.CURRENT
    )
    return (
        states
        and (not question.collection or document.collection == question.collection)
        and (not question.documents or document.id in question.documents)
    )
