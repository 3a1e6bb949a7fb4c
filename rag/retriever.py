"""The library as a LangChain retriever: it drops into any chain."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from indexes.types import ScoredChunk
from rag.assistant import Assistant


class SanadRetriever(BaseRetriever):
    """Passages of current documents, best first, in whichever language holds them.

    `k`: how many; `collection`: of which shelf; `all_editions`: also superseded and expired documents.
    Metadata of each: `chunk`, `document`, `title`, `edition`, `state`, `language`, `section`, `score`,
    `page` (first), `pages`, and `spans` ({"page", "start", "end"} into each page's text).
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    assistant: Assistant
    k: int = 10
    collection: str | None = None
    all_editions: bool = False

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[LangChainDocument]:
        question = self.assistant.question(query, collection=self.collection, all_editions=self.all_editions)
        return [_document(hit) for hit in self.assistant.search(question, k=self.k)]


def _document(hit: ScoredChunk) -> LangChainDocument:
    spans = [{"page": s.page, "start": s.start, "end": s.end} for s in hit.chunk.spans]
    metadata: dict[str, Any] = {
        "chunk": hit.chunk.id,
        "document": hit.document.id,
        "title": hit.document.title,
        "edition": hit.document.edition,
        "state": hit.document.state.value,
        "language": hit.chunk.language.value,
        "section": list(hit.chunk.section),
        "score": hit.score,
        "page": hit.chunk.spans[0].page,
        "pages": sorted({s.page for s in hit.chunk.spans}),
        "spans": spans,
    }
    return LangChainDocument(page_content=hit.chunk.text, metadata=metadata, id=str(hit.chunk.id))
