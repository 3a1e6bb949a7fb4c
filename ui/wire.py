"""What answers, results and pages look like as JSON: one form for the command line and every other door."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from indexes.check import Problem
from indexes.errors import SanadError
from indexes.stats import LibraryStats
from indexes.types import Document, Page, PageWarning, ScoredChunk
from ingestion.pipeline import FileResult
from rag.types import Answer, Citation

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


def answer(value: Answer) -> Json:
    return {
        "question": value.question.text,
        "language": value.question.language.value,
        "status": value.status.value,
        "text": value.text,
        "sentences": [
            {"text": s.text, "labels": list(s.labels), "context": list(s.context)} for s in value.sentences
        ],
        "citations": [citation(c) for c in value.citations],
        "notes": list(value.notes),
        "withheld": [
            {"document": w.document, "title": w.title, "page": w.page, "reason": w.reason.value}
            for w in value.withheld
        ],
        "generator": value.generator,
        "library_generation": value.library_generation,
        "answer_id": value.id,
    }


def citation(value: Citation) -> Json:
    return {
        "label": value.label,
        "document": value.document,
        "title": value.title,
        "edition": value.edition,
        "language": value.language.value,
        "state": value.state.value,
        "section": list(value.section),
        "spans": [
            {"page": s.span.page, "page_label": s.page_label, "start": s.span.start, "quote": s.quote}
            for s in value.spans
        ],
        "warnings": [w.value for w in value.warnings],
    }


def results(found: list[ScoredChunk]) -> Json:
    return {
        "results": [
            {
                "rank": rank,
                "score": round(hit.score, 6),
                "document": hit.document.id,
                "title": hit.document.title,
                "edition": hit.document.edition,
                "state": hit.document.state.value,
                "page": hit.chunk.spans[0].page,
                "language": hit.chunk.language.value,
                "section": list(hit.chunk.section),
                "text": hit.chunk.text,
                "signals": {"dense_rank": hit.dense_rank, "lexical_rank": hit.lexical_rank},
            }
            for rank, hit in enumerate(found, 1)
        ]
    }


def document(value: Document) -> Json:
    return {
        "id": value.id,
        "title": value.title,
        "publisher": value.publisher,
        "edition": value.edition,
        "effective": _day(value.effective),
        "expires": _day(value.expires),
        "state": value.state.value,
        "supersedes": value.supersedes,
        "superseded_by": value.superseded_by,
        "collection": value.collection,
        "languages": [language.value for language in value.languages],
        "pages": value.page_count,
        "file": value.file_name,
        "sha256": value.content_hash,
    }


def page(value: Page) -> Json:
    return {
        "number": value.number,
        "label": value.label,
        "text": value.text,
        "warnings": [warning(w) for w in value.warnings],
        "hidden_text": value.hidden_text,
    }


def warning(value: PageWarning) -> Json:
    return {"kind": value.kind.value, "detail": value.detail, "start": value.start, "end": value.end}


def file_result(value: FileResult) -> Json:
    return {
        "file": str(value.path),
        "outcome": value.outcome.value,
        "document": value.document.id if value.document else None,
        "title": value.document.title if value.document else None,
        "supersedes": value.superseded,
        "same_text_as": value.same_text_as,
        "pages": value.pages,
        "chunks": value.chunks,
        "embedded": value.embedded,
        "warnings": {kind.value: pages for kind, pages in value.warnings},
        "error": error(value.error) if value.error else None,
    }


def status(home: Path, stats: LibraryStats, versions: Mapping[str, str]) -> Json:
    return {
        "home": str(home),
        "generation": stats.generation,
        "schema_version": stats.schema_version,
        "model": stats.model_id,
        "documents": {state.value: n for state, n in stats.documents.items()},
        "purged": stats.purged,
        "pages": stats.pages,
        "chunks": stats.chunks,
        "warnings": {kind.value: n for kind, n in stats.warnings.items()},
        "bytes": {
            "database": stats.database_bytes,
            "originals": stats.originals_bytes,
            "indexes": stats.derived_bytes,
        },
        "versions": dict(versions),
    }


def problem(value: Problem) -> Json:
    return {"code": value.code, "message": value.message, "document": value.document_id, "fixed": value.fixed}


def error(value: SanadError) -> Json:
    return {"code": value.code, "message": value.message, "remedy": value.remedy}


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
