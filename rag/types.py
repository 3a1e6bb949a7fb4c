"""What an answer is: sentences, each with the chain of sources that stands behind it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from indexes.types import DocumentState, Language, Question, Span, WarningKind


class Status(StrEnum):
    ANSWERED = "answered"
    PARTIAL = "partial"  # something was withheld
    ABSTAINED = "abstained"  # not in these documents
    NEEDS_DETAIL = "needs_detail"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class QuotedSpan:
    """A stretch of a page and the text that stands there, to the letter."""

    span: Span
    page_label: str | None
    quote: str


@dataclass(frozen=True, slots=True)
class Citation:
    """Where the sentences with this label come from. Spans are in reading order."""

    label: int
    document: str
    title: str
    edition: str | None
    language: Language
    state: DocumentState
    section: tuple[str, ...]
    spans: tuple[QuotedSpan, ...]
    warnings: tuple[WarningKind, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """A sentence of the answer; `context`: the heading or table header it needs to be understood."""

    text: str
    labels: tuple[int, ...]
    context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WithheldPage:
    """A page that bears on the question but whose text is not safe to quote."""

    document: str
    title: str
    page: int
    reason: WarningKind


@dataclass(frozen=True, slots=True)
class Answer:
    """`notes`: plain sentences about the answer in the question's language (evidence in the other language,
    documents that differ, an old edition, pages withheld)."""

    question: Question
    status: Status
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    generator: str
    library_generation: int
    id: str
    notes: tuple[str, ...] = ()
    withheld: tuple[WithheldPage, ...] = ()

    @property
    def text(self) -> str:
        """The answer as plain text: a context line where it changes, each sentence with its labels."""
        if not self.sentences:
            return "\n".join(self.notes)
        lines: list[str] = []
        shown: tuple[str, ...] = ()
        for sentence in self.sentences:
            if sentence.context != shown:
                lines.extend(sentence.context)
                shown = sentence.context
            marks = "".join(f"[{label}]" for label in sentence.labels)
            lines.append(f"{sentence.text} {marks}")
        return "\n".join(lines)
