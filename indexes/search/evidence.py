"""What speaks for each passage that was found: its sentences, and how much of the question it names."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexes.analysis import tokens
from indexes.search.lexical import LexicalIndex, QueryTerm
from indexes.search.means import Vectors
from indexes.search.terms import Drug, Named, drugs
from indexes.types import BlockKind, Chunk, Question, ScoredChunk

if TYPE_CHECKING:
    from indexes.glossary import Glossary


@dataclass(frozen=True, slots=True, eq=False)
class ChunkEvidence:
    """`sentences` (n,): debiased cosine of the question with each sentence. `coverage`: the weighted share,
    0 to 1, of the question's terms that the passage has, and `sentence_coverage` (n,) that each sentence has;
    translations and synonyms count. `same_language`: whether the question's own words can occur. `found`: the
    weight, a sum of idf, of the terms that the passage has. `lacking`: see `lacking`. `among`: of how many
    passages in its language it is one. `about`: for each sentence, whether it can be about a drug that the
    question names; None: all can."""

    result: ScoredChunk
    sentences: NDArray[np.float32]
    coverage: float
    sentence_coverage: NDArray[np.float32]
    same_language: bool
    found: float = 0.0
    lacking: float = 0.0
    among: int = 0
    about: tuple[bool, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """`vector` (d,): the question's, as embedded. `spread`: the standard deviation of the question's debiased
    cosines with `background` passages from all over the library. `chunks`: of the results, best first."""

    question: Question
    vector: Vectors
    spread: float
    background: int
    chunks: tuple[ChunkEvidence, ...]


Words = frozenset[str]


def words(text: str) -> Words:
    """The distinct terms of a text."""
    return frozenset(tokens(text))


def sentence_words(chunk: Chunk) -> list[Words]:
    """For each sentence of a passage the words that it is read with: its own and those of the section's
    headings; for a table row the header's, for a list item those of the line that leads in."""
    section = words("\n".join(chunk.section))
    header, leading, read = section, section, []
    for sentence in chunk.sentences:
        own = words(chunk.text[sentence.start : sentence.end])
        match sentence.kind:
            case BlockKind.TABLE_HEADER:
                header = header | own
                read.append(header)
            case BlockKind.TABLE_ROW:
                read.append(header | own)
            case BlockKind.LIST_ITEM:
                read.append(leading | own)
            case _:
                header, leading = section, section | own
                read.append(leading)
    return read


def about(
    hit: ScoredChunk, read: Sequence[Words], asked: Sequence[Drug], glossary: Glossary | None
) -> tuple[bool, ...]:
    """For each sentence of a passage, read with these words, whether it can be about a drug asked for.

    Its words, with those it is read with, name one; or the passage or the document's title does, and the
    sentence itself names no other drug. Without a drug in the question all can.
    """
    chunk = hit.chunk
    if not asked:
        return (True,) * len(chunk.sentences)
    whole = words(hit.document.title).union(*read)
    if not any(_named(drug, whole) for drug in asked):
        return (False,) * len(chunk.sentences)
    return tuple(
        any(_named(drug, one) for drug in asked)
        or not drugs(chunk.text[sentence.start : sentence.end], glossary)
        for sentence, one in zip(chunk.sentences, read, strict=True)
    )


def _named(drug: Drug, present: Words) -> bool:
    return any(present.issuperset(name) for name in drug)


def coverage(terms: Sequence[QueryTerm], present: Words) -> float:
    """The weighted share of the terms of which a form is present; a synonym counts as the word itself."""
    full = sum(term.weight for term in terms)
    return found(terms, present) / full if full else 0.0


def found(terms: Sequence[QueryTerm], present: Words) -> float:
    """The weight of the terms of which a form is present."""
    return sum(term.weight for term in terms if any(form.term in present for form in term.forms))


def lacking(named: Sequence[Named], present: Words, home: LexicalIndex) -> float:
    """How many of the things that a question names are not named, in either language; one that all passages
    of the question's language (`home`) name counts nothing, one that none of them names counts 1.
    """
    missing = {
        thing.others: max((home.idf(term) for term in thing.terms), default=0.0)
        for thing in named
        if not any(present.issuperset(name) for name in (thing.terms, *thing.others))
    }
    return sum(missing.values()) / math.log(2 * home.count + 2)  # the idf of a term that no passage has
