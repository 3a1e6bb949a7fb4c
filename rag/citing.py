"""From chosen sentences to citations: every quote is cut from the stored page anew and compared.

A sentence whose page is not safe to quote is withheld here, whatever chose it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexes.library import Library
from indexes.types import Page, PageWarning, ScoredChunk, Sentence, Span, WarningKind
from rag.types import AnswerSentence, Citation, QuotedSpan, WithheldPage

_NEVER_QUOTED = frozenset({WarningKind.GARBLED_TEXT, WarningKind.NO_TEXT_LAYER})


@dataclass(frozen=True, slots=True)
class Choice:
    """Sentences of one passage, by their place in it, ascending."""

    hit: ScoredChunk
    sentences: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cited:
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    withheld: tuple[WithheldPage, ...]


def cite(library: Library, choices: Sequence[Choice]) -> Cited:
    """The choices as an answer's sentences and citations, one label a passage, in the order given."""
    sentences: list[AnswerSentence] = []
    citations: list[Citation] = []
    withheld: dict[tuple[str, int], WithheldPage] = {}
    for choice in choices:
        pages = _Pages(library, choice.hit)
        label = len(citations) + 1
        spans: dict[Span, QuotedSpan] = {}
        for index in choice.sentences:
            sentence = choice.hit.chunk.sentences[index]
            unsafe = pages.unsafe(sentence)
            if unsafe is not None:
                withheld.setdefault((unsafe.document, unsafe.page), unsafe)
                continue
            context = [s for s in sentence.context if not pages.blocked(s)]
            for span in (*context, *sentence.spans):
                spans.setdefault(span, pages.quote(span))
            sentences.append(
                AnswerSentence(
                    text=" ".join(pages.quote(s).quote for s in sentence.spans),
                    labels=(label,),
                    context=tuple(pages.quote(s).quote for s in context),
                )
            )
        if spans:
            citations.append(pages.citation(label, spans))
    return Cited(tuple(sentences), tuple(citations), tuple(withheld.values()))


class _Pages:
    """The pages of one passage's document, read once."""

    def __init__(self, library: Library, hit: ScoredChunk) -> None:
        self._library, self._hit = library, hit
        self._pages: dict[int, Page] = {}

    def page(self, number: int) -> Page:
        if number not in self._pages:
            self._pages[number] = self._library.page(self._hit.document.id, number)
        return self._pages[number]

    def quote(self, span: Span) -> QuotedSpan:
        page = self.page(span.page)
        return QuotedSpan(span, page.label, page.text[span.start : span.end])

    def blocked(self, span: Span) -> WarningKind | None:
        """Why this may not be quoted: it is unreadable, or has a digit and its page is in doubt."""
        warnings = [w for w in self.page(span.page).warnings if w.kind.blocking]
        has_digit = any(c.isnumeric() for c in self.quote(span).quote)
        kinds = {w.kind for w in warnings if has_digit or (w.kind in _NEVER_QUOTED and _touches(w, span))}
        return min(kinds, default=None)

    def unsafe(self, sentence: Sentence) -> WithheldPage | None:
        for span in sentence.spans:
            reason = self.blocked(span)
            if reason is not None:
                return WithheldPage(self._hit.document.id, self._hit.document.title, span.page, reason)
        return None

    def citation(self, label: int, spans: dict[Span, QuotedSpan]) -> Citation:
        document, chunk = self._hit.document, self._hit.chunk
        kinds = {w.kind for span in spans for w in self.page(span.page).warnings}
        return Citation(
            label=label,
            document=document.id,
            title=document.title,
            edition=document.edition,
            language=chunk.language,
            state=document.state,
            section=chunk.section,
            spans=tuple(spans.values()),
            warnings=tuple(sorted(kinds)),
        )


def _touches(warning: PageWarning, span: Span) -> bool:
    """Whether the warning is about this stretch: the whole page, or a part that overlaps it."""
    if warning.start is None or warning.end is None:
        return True
    return warning.start < span.end and span.start < warning.end
