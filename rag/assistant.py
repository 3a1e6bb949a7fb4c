"""The composition root: an assistant over a library, from question to cited answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from types import TracebackType
from typing import Self

from indexes.embedding.embedder import Embedder
from indexes.errors import SettingsError
from indexes.glossary import Glossary
from indexes.language import detect
from indexes.library import Library
from indexes.models import embedder_of
from indexes.search.evidence import Evidence
from indexes.search.searcher import Searcher
from indexes.settings import Settings, settings_from
from indexes.types import DocumentState, Language, Question, ScoredChunk
from rag.abstention import answerability
from rag.citing import Cited, cite
from rag.extractive import ExtractiveGenerator
from rag.generator import Generator
from rag.messages import say
from rag.types import Answer, Status

PASSAGES = 8  # that a generator may draw on
MAX_QUESTION = 2_000  # characters; more is a document, not a question


class Assistant:
    """Asks and searches one library; follows its changes. Close it, or use it in a `with` statement."""

    def __init__(
        self, library: Library, embedder: Embedder, searcher: Searcher, generator: Generator
    ) -> None:
        self._library, self._embedder, self._searcher = library, embedder, searcher
        self._generator = generator

    @classmethod
    def over(cls, library: Library, embedder: Embedder) -> Self:
        """The offline assistant: the bundled glossary and verbatim sentences."""
        return cls(library, embedder, Searcher(library, embedder, Glossary.load()), ExtractiveGenerator())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._searcher.close()

    def question(
        self,
        text: str,
        *,
        collection: str | None = None,
        documents: Iterable[str] = (),
        languages: str | None = None,
        all_editions: bool = False,
    ) -> Question:
        """A question from what a person gave: documents by id, title or file name; languages "ar", "en" or
        "ar,en".

        Raises SettingsError for an empty or overlong question, an unknown language or collection;
        DocumentNotFound.
        """
        words = " ".join(text.split())
        if not words:
            raise SettingsError("The question is empty.", remedy="Ask in Arabic or English.")
        if len(words) > MAX_QUESTION:
            raise SettingsError(
                f"The question has {len(words):,} characters.", remedy=f"Ask in at most {MAX_QUESTION:,}."
            )
        if collection is not None:
            shelves = sorted({d.collection for d in self._library.documents(all=True)})
            if collection not in shelves:
                raise SettingsError(
                    f"There is no collection “{collection}”.",
                    remedy=f"There are: {', '.join(shelves) or 'none'}.",
                )
        return Question(
            words,
            detect(words),
            collection,
            tuple(self._library.document(name).id for name in documents),
            _languages(languages),
            all_editions,
        )

    def search(self, question: Question, *, k: int = 10) -> list[ScoredChunk]:
        """At most k passages, best first."""
        return self._searcher.search(question, k)

    def ask(self, question: Question, *, today: date | None = None) -> Answer:
        """Answer from the documents, or say that they do not."""
        vector = self._embedder.embed_query(question.text)
        results = self._searcher.search(question, PASSAGES, today=today, vector=vector)
        if not results:
            return self._abstain(question, "empty")
        evidence = _of_the_drugs_asked_for(self._searcher.evidence(question, results, vector=vector))
        if not answerability(evidence).answerable:
            return self._abstain(question, "not_found")
        draft = self._generator.generate(evidence)
        cited = cite(self._library, draft.choices)
        notes = _notes(question, cited, differ=draft.differ)
        if not cited.sentences:
            return self._answer(
                question, Status.ABSTAINED, cited, (say("not_found", question.language), *notes)
            )
        return self._answer(question, Status.PARTIAL if cited.withheld else Status.ANSWERED, cited, notes)

    def _abstain(self, question: Question, why: str) -> Answer:
        return self._answer(question, Status.ABSTAINED, Cited((), (), ()), (say(why, question.language),))

    def _answer(self, question: Question, status: Status, cited: Cited, notes: Sequence[str]) -> Answer:
        generation = self._searcher.generation
        said = repr((question, status, cited, self._generator.name, generation))
        return Answer(
            question=question,
            status=status,
            sentences=cited.sentences,
            citations=cited.citations,
            generator=self._generator.name,
            library_generation=generation,
            id=hashlib.sha256(said.encode()).hexdigest()[:16],
            notes=tuple(notes),
            withheld=cited.withheld,
        )


@contextmanager
def open_assistant(settings: Settings | None = None) -> Iterator[Assistant]:
    """An assistant over the library that the settings (the environment's, unless given) name.

    Raises LibraryError and its kinds, ModelError.
    """
    chosen = settings or settings_from()
    with (
        Library.open(chosen.home, create=False, readonly=True) as library,
        Assistant.over(library, embedder_of(library, chosen)) as assistant,
    ):
        yield assistant


def _of_the_drugs_asked_for(evidence: Evidence) -> Evidence:
    """Without the passages that are about other drugs: a neighbour's dose is the worst of answers."""
    return replace(evidence, chunks=tuple(c for c in evidence.chunks if c.about is None or any(c.about)))


def _notes(question: Question, cited: Cited, *, differ: bool) -> tuple[str, ...]:
    """What a reader must know before the sentences: other language, differing figures, old editions."""
    language = question.language
    notes = []
    spoken = {c.language for c in cited.citations}
    if spoken and language not in spoken and len(spoken) == 1 and Language.UND not in spoken:
        notes.append(say(f"evidence_{min(spoken)}", language))
    if differ and len({c.document for c in cited.citations}) > 1:
        notes.append(say("differ", language))
    states = {(c.title, c.state) for c in cited.citations if c.state is not DocumentState.CURRENT}
    notes += [say("state", language, title=t, state=say(s, language)) for t, s in sorted(states)]
    for page in cited.withheld:
        reason = say(page.reason, language)
        notes.append(say("withheld", language, title=page.title, page=page.page, reason=reason))
    return tuple(notes)


def _languages(text: str | None) -> tuple[Language, ...]:
    names = [part.strip().lower() for part in text.split(",")] if text else []
    if not set(names) <= {"ar", "en"}:
        raise SettingsError(f"“{text}” is not a language of the evidence.", remedy="Write ar, en or ar,en.")
    return tuple(Language(name) for name in names)
