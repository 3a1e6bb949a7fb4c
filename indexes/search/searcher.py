"""From a question to the passages that bear on it, best first, in whichever language holds them."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from indexes.errors import LibraryError
from indexes.search import fusion
from indexes.search.candidates import PER_SIGNAL, Candidates, gather, shares_words
from indexes.search.derived import Derived, open_derived
from indexes.search.eligibility import eligible, preference
from indexes.search.evidence import ChunkEvidence, Evidence, about, coverage, found, lacking, sentence_words
from indexes.search.means import Vectors, debias
from indexes.search.settled import prior_for
from indexes.search.terms import Named, content_terms, drugs, named_things, query_terms
from indexes.types import Document, Language, Question, ScoredChunk

if TYPE_CHECKING:
    from indexes.embedding.embedder import Embedder
    from indexes.glossary import Glossary
    from indexes.library import Library

REREAD = 48  # candidates whose sentences are compared one by one


class Searcher:
    """Searches a library as it is at each call: the index of its present generation is opened, and made first
    if need be. May be used by several threads at once. Close it, or use it in a `with` statement.

    `glossary`: how else texts call what a question names. `derived`: where index files are kept, in place of
    the library's folder.
    """

    def __init__(
        self,
        library: Library,
        embedder: Embedder,
        glossary: Glossary | None = None,
        *,
        derived: Path | None = None,
    ) -> None:
        self._library = library
        self._embedder = embedder
        self._glossary = glossary
        self._root = derived
        self._lock = threading.Lock()
        self._index: Derived | None = None
        self._generation = 0
        self._documents: tuple[tuple[int, date], Mapping[str, Document]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def generation(self) -> int:
        """The library's generation at the last search; before the first one, 0."""
        return self._generation

    def close(self) -> None:
        with self._lock:
            if self._index is not None:
                self._index.close()
                self._index = None

    def search(
        self,
        question: Question,
        k: int = 10,
        *,
        today: date | None = None,
        vector: Vectors | None = None,
    ) -> list[ScoredChunk]:
        """At most k passages, best first; of passages with the same text only the newest document's.

        `today`: the day on which documents must be current. `vector` (d,): the question's, if it is known.
        `score` is the log-odds that the passage answers. Raises LibraryError and its kinds, ModelError.
        """
        if k < 1:
            return []
        if vector is None:
            vector = self._embedder.embed_query(question.text)
        today = today or date.today()
        index = self._follow()
        try:
            return self._search(index, question, k, today, vector)
        except LibraryError:
            newer = self._follow()
            if newer is index:
                raise
            # a passage was purged after its index had been opened: the next generation lacks it
            return self._search(newer, question, k, today, vector)

    def evidence(
        self, question: Question, results: Sequence[ScoredChunk], *, vector: Vectors | None = None
    ) -> Evidence:
        """What speaks for each result of a search, for telling whether they answer, and in which words."""
        if vector is None:
            vector = self._embedder.embed_query(question.text)
        index = self._follow()
        query = debias(vector, index.means.questions[question.language])
        spread = float(np.std(index.background @ query)) if len(index.background) else 0.0
        sentences = self._sentence_cosines(
            index, query, [(hit.chunk.id, hit.chunk.language) for hit in results]
        )
        terms, named = self._terms(question)
        asked_for = drugs(question.text, self._glossary)
        lexical = {partition.language: partition.lexical for partition in index.partitions}
        chunks = []
        for hit, cosines in zip(results, sentences, strict=True):
            own = lexical[hit.chunk.language]
            home = lexical.get(question.language, own)
            asked = query_terms(terms, named, own, home)
            read = sentence_words(hit.chunk)
            present = frozenset[str]().union(*read)
            chunks.append(
                ChunkEvidence(
                    hit,
                    cosines,
                    coverage(asked, present),
                    np.array([coverage(asked, one) for one in read], dtype=np.float32),
                    shares_words(question.language, hit.chunk.language),
                    found(asked, present),
                    lacking(named, present, home),
                    own.count,
                    about(hit, read, asked_for, self._glossary),
                )
            )
        return Evidence(question, vector, spread, len(index.background), tuple(chunks))

    def _search(
        self, index: Derived, question: Question, k: int, today: date, vector: Vectors
    ) -> list[ScoredChunk]:
        terms, named = self._terms(question)
        with self._library.snapshot():
            self._generation = self._library.generation
            if not index.partitions:
                return []
            documents = self._documents_of(today)
            allowed = eligible(question, documents, index.documents)
            found = gather(
                index.partitions,
                index.means,
                vector,
                question.language,
                terms=terms,
                named=named,
                eligibility=allowed,
                per_signal=max(PER_SIGNAL, k),
            )
            found = _without_duplicates(found, [documents.get(name) for name in index.documents])
            found = found.take(np.arange(min(len(found), max(REREAD, k))))
            found = self._reread(index, found, debias(vector, index.means.questions[question.language]))
            found = found.take(np.arange(min(len(found), k)))
            chunks = self._library.chunks(found.ids.tolist())
        return [
            ScoredChunk(
                chunk,
                documents[chunk.document_id],
                score=float(found.scores[i]),
                dense_rank=int(found.dense_ranks[i]) or None,
                lexical_rank=int(found.lexical_ranks[i]) or None,
                dense_score=float(found.cosines[i]),
                lexical_score=float(found.matches[i]),
            )
            for i, chunk in enumerate(chunks)
        ]

    def _terms(self, question: Question) -> tuple[list[str], list[Named]]:
        return content_terms(question.text), named_things(question.text, self._glossary)

    def _reread(self, index: Derived, found: Candidates, query: Vectors) -> Candidates:
        """Scored again with the best sentence of each passage, best first."""
        languages = [index.partitions[number].language for number in found.partitions]
        sentences = self._sentence_cosines(
            index, query, list(zip(found.ids.tolist(), languages, strict=True))
        )
        best = np.array(
            [max(cosines, default=whole) for cosines, whole in zip(sentences, found.cosines, strict=True)],
            dtype=np.float32,
        )
        dense = fusion.dense_score(found.cosines, best)
        scores = np.where(
            found.same,
            fusion.log_odds(dense, found.matches, same_language=True),
            fusion.log_odds(dense, found.matches, same_language=False),
        )
        return replace(found, scores=scores).best_first()

    def _sentence_cosines(
        self, index: Derived, query: Vectors, chunks: Sequence[tuple[int, Language]]
    ) -> list[NDArray[np.float32]]:
        """For each chunk the debiased cosine (n,) of the question with each of its sentences."""
        vectors = self._library.sentence_vectors([number for number, _ in chunks], index.model_id)
        return [
            np.asarray(debias(rows, index.means.passages[language]) @ query, dtype=np.float32)
            for rows, (_, language) in zip(vectors, chunks, strict=True)
        ]

    def _documents_of(self, today: date) -> Mapping[str, Document]:
        key = (self._generation, today)
        known = self._documents
        if known is None or known[0] != key:
            found = {document.id: document for document in self._library.documents(all=True, today=today)}
            known = self._documents = (key, found)
        return known[1]

    def _follow(self) -> Derived:
        """The index of the library as it is now."""
        with self._lock:
            generation = self._library.content_generation
            model_id = self._library.model_id or self._embedder.manifest.model_id
            index = self._index
            if index is None or (index.generation, index.model_id) != (generation, model_id):
                prior = prior_for(self._library, self._embedder)
                newer = open_derived(self._library, generation, model_id, prior=prior, root=self._root)
                if index is not None:
                    index.close()
                self._index = index = newer
            return index


def _without_duplicates(found: Candidates, documents: Sequence[Document | None]) -> Candidates:
    """Of passages with the same text the one in the preferred document, at the place of the best of them."""
    texts, first, group = np.unique(found.texts, return_index=True, return_inverse=True)
    if len(texts) == len(found):
        return found
    keep = []
    for number in group[np.sort(first)]:
        places = np.flatnonzero(group == number).tolist()
        keep.append(max(places, key=lambda place: _rank_of(documents[int(found.documents[place])])))
    return found.take(np.array(keep))


def _rank_of(document: Document | None) -> tuple[bool, date, int, str]:
    return (False, date.min, 0, "") if document is None else preference(document)
