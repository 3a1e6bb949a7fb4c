"""The offline generator: the sentences that answer, word for word. It is not a language model.

A sentence's score is the log-odds of `indexes.search.fusion`, taken from the sentence's own cosine and its
own share of the question's terms, plus a share of its passage's score. The best sentence is quoted; others
only where they stand close to it, so that an answer comes from as few passages as needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from indexes.search import fusion
from indexes.search.evidence import ChunkEvidence, Evidence
from indexes.types import BlockKind, DocumentState, Sentence
from rag.citing import Choice
from rag.generator import Draft
from rag.quantities import differ


@dataclass(frozen=True, slots=True)
class Selection:
    """How much is quoted. Margins are log-odds below the best sentence."""

    passage_share: float = 0.5  # of the passage's score in that of its sentences
    own_language: float = 0.5  # for the question's language: of two documents that answer, the one to read
    margin: float = 1.0  # another sentence of the same passage
    other_margin: float = 0.5  # a sentence of another passage
    differing_margin: float = 1.5  # a sentence of another document with other figures
    sentences: int = 4  # at most, lists not counted
    passages: int = 3
    list_items: int = 12  # a list that was hit is quoted whole up to this length


@dataclass(frozen=True, slots=True)
class _Scored:
    passage: int  # place among the results
    sentence: int
    score: float


class ExtractiveGenerator:
    name = "extractive"

    def __init__(self, selection: Selection = Selection()) -> None:
        self._selection = selection

    def generate(self, evidence: Evidence) -> Draft:
        """The sentences to quote; none when no passage has any."""
        scored = sorted(self._scores(evidence), key=lambda s: (-s.score, s.passage, s.sentence))
        if not scored:
            return Draft(())
        chosen = self._near_the_best(scored, evidence)
        rivals = self._differing(scored, chosen, evidence)
        places: dict[int, set[int]] = {}
        for one in (*chosen, *rivals):
            places.setdefault(one.passage, set()).update(
                self._whole_list(evidence.chunks[one.passage], one.sentence)
            )
        return Draft(
            tuple(Choice(evidence.chunks[p].result, tuple(sorted(found))) for p, found in places.items()),
            differ=_differ(evidence, [*chosen, *rivals]),
        )

    def _scores(self, evidence: Evidence) -> Iterator[_Scored]:
        for place, chunk in enumerate(evidence.chunks):
            own = fusion.log_odds(chunk.sentences, chunk.sentence_coverage, same_language=chunk.same_language)
            shared = self._selection.passage_share * chunk.result.score
            shared += self._selection.own_language if chunk.same_language else 0.0
            scores = own + np.float32(shared)
            for number, sentence in enumerate(chunk.result.chunk.sentences):
                quotable = sentence.kind not in (BlockKind.HEADING, BlockKind.TABLE_HEADER)
                if quotable and (chunk.about is None or chunk.about[number]):
                    yield _Scored(place, number, float(scores[number]))

    def _near_the_best(self, scored: Sequence[_Scored], evidence: Evidence) -> list[_Scored]:
        best, rules = scored[0], self._selection
        chosen: list[_Scored] = []
        for one in scored:
            margin = rules.margin if one.passage == best.passage else rules.other_margin
            passages = {c.passage for c in chosen}
            room = one.passage in passages or len(passages) < rules.passages
            if len(chosen) < rules.sentences and best.score - one.score <= margin and room:
                chosen.append(one)
        return chosen

    def _differing(
        self, scored: Sequence[_Scored], chosen: Sequence[_Scored], evidence: Evidence
    ) -> list[_Scored]:
        """Of each other current document its nearest sentence, if its figures contradict the best one's."""
        best = scored[0]
        used = {evidence.chunks[c.passage].result.document.id for c in chosen}
        rivals = []
        for one in scored:
            rival = evidence.chunks[one.passage].result
            if rival.document.id in used or best.score - one.score > self._selection.differing_margin:
                continue
            used.add(rival.document.id)
            if rival.document.state is DocumentState.CURRENT and differ(
                _text(evidence, best), _text(evidence, one)
            ):
                rivals.append(one)
        return rivals

    def _whole_list(self, chunk: ChunkEvidence, number: int) -> list[int]:
        """The sentence; with the rest of its list when it is an item of one, or the line that leads in."""
        sentences = chunk.result.chunk.sentences
        items = range(number + 1, len(sentences)) if _leads_in(chunk, number) else ()
        following = []
        for place in items:
            if sentences[place].kind is not BlockKind.LIST_ITEM:
                break
            following.append(place)
        if len(following) > self._selection.list_items:
            following = []
        return [number, *following]


def _differ(evidence: Evidence, chosen: Sequence[_Scored]) -> bool:
    """Whether sentences of two documents contradict each other in their figures."""
    return any(
        differ(_text(evidence, one), _text(evidence, other))
        for one, other in combinations(chosen, 2)
        if evidence.chunks[one.passage].result.document != evidence.chunks[other.passage].result.document
    )


def _leads_in(chunk: ChunkEvidence, number: int) -> bool:
    sentence: Sentence = chunk.result.chunk.sentences[number]
    return chunk.result.chunk.text[sentence.start : sentence.end].rstrip().endswith((":", "："))


def _text(evidence: Evidence, one: _Scored) -> str:
    chunk = evidence.chunks[one.passage].result.chunk
    sentence = chunk.sentences[one.sentence]
    return chunk.text[sentence.start : sentence.end]
