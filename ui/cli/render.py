"""How answers, results, pages and tables look in a terminal.

Text of documents is data: control characters are taken out before it is printed, and rich's markup is off.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from indexes.stats import LibraryStats
from indexes.types import Document, DocumentState, Page, ScoredChunk
from ingestion.pipeline import FileResult, Outcome
from rag.types import Answer, Citation, Status

_STATUS = {
    "en": {
        Status.ANSWERED: ("Answered from these documents", "green"),
        Status.PARTIAL: ("Answered in part", "yellow"),
        Status.ABSTAINED: ("Not in these documents", "yellow"),
        Status.NEEDS_DETAIL: ("Needs a detail", "cyan"),
        Status.REFUSED: ("Outside what these documents can answer", "yellow"),
    },
    "ar": {
        Status.ANSWERED: ("الإجابة من هذه الوثائق", "green"),
        Status.PARTIAL: ("إجابة جزئية", "yellow"),
        Status.ABSTAINED: ("ليس في هذه الوثائق", "yellow"),
        Status.NEEDS_DETAIL: ("يلزم تفصيل", "cyan"),
        Status.REFUSED: ("خارج ما تجيب عنه هذه الوثائق", "yellow"),
    },
}
_WORDS = {
    "en": {"sources": "Sources", "page": "page", "edition": "edition"},
    "ar": {"sources": "المصادر", "page": "صفحة", "edition": "إصدار"},
}


_SHORT_ID = 8  # of 16 digits: commands take the beginning of an id


def visible(text: str) -> str:
    """The text without control characters (a document cannot steer the terminal); tabs and newlines stay."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def print_answer(console: Console, answer: Answer) -> None:
    language = "ar" if answer.question.language == "ar" else "en"
    words = _WORDS[language]
    label, style = _STATUS[language][answer.status]
    console.print(Text(label, style=f"bold {style}"))
    for note in answer.notes:
        console.print(Text(visible(note), style="italic"), soft_wrap=True)
    context: tuple[str, ...] = ()
    for sentence in answer.sentences:
        if sentence.context != context:
            context = sentence.context
            for line in context:
                console.print(Text(f"  {_cells(line)}", style="dim"), soft_wrap=True)
        marks = "".join(f"[{n}]" for n in sentence.labels)
        console.print(Text(f"  {_cells(sentence.text)} ") + Text(marks, style="bold cyan"), soft_wrap=True)
    if answer.citations:
        console.print(Text(words["sources"], style="bold"))
    for citation in answer.citations:
        _print_citation(console, citation, words)


def _print_citation(console: Console, citation: Citation, words: dict[str, str]) -> None:
    edition = f", {words['edition']} {citation.edition}" if citation.edition else ""
    state = "" if citation.state is DocumentState.CURRENT else f" ({citation.state.value.replace('_', ' ')})"
    line = Text(f"[{citation.label}] ", style="bold cyan") + Text(visible(citation.title) + edition)
    console.print(
        line + Text(state, style="bold red") + Text(f"  {citation.document}", style="dim"), soft_wrap=True
    )
    for span in citation.spans:
        label = f" ({span.page_label})" if span.page_label not in (None, str(span.span.page)) else ""
        where = f"    {words['page']} {span.span.page}{label}: "
        console.print(Text(where, style="dim") + Text(f"“{_cells(span.quote)}”"), soft_wrap=True)
    for warning in citation.warnings:
        console.print(Text(f"    ! {warning.value}", style="yellow"))


def _cells(text: str) -> str:
    return visible(text).replace("\t", " | ")


def print_results(console: Console, found: list[ScoredChunk]) -> None:
    if not found:
        console.print("Nothing found.")
    for rank, hit in enumerate(found, 1):
        pages = sorted({span.page for span in hit.chunk.spans})
        where = f"page {pages[0]}" if len(pages) == 1 else f"pages {pages[0]}–{pages[-1]}"
        edition = f", {hit.document.edition}" if hit.document.edition else ""
        head = f"{rank}. {visible(hit.document.title)}{edition}, {where}"
        signals = f"score {hit.score:.3f}, dense {hit.dense_rank or '–'}, lexical {hit.lexical_rank or '–'}"
        state = "" if hit.document.state is DocumentState.CURRENT else f" {hit.document.state.value}"
        console.print(Text(head, style="bold") + Text(state, style="red") + Text(f"  {signals}", style="dim"))
        if hit.chunk.section:
            console.print(
                Text("   " + visible(" › ".join(hit.chunk.section)), style="italic"), soft_wrap=True
            )
        console.print(Text(f"   {_cells(hit.chunk.text)}"), soft_wrap=True)


def document_table(documents: Iterable[Document]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("Id", "Title", "Edition", "Effective", "State", "In", "Collection"):
        wraps = name in ("Title", "Edition", "Collection")
        table.add_column(
            name,
            no_wrap=not wraps,
            min_width=None if wraps else len(name),
            ratio=5 if name == "Title" else 2 if wraps else None,
        )
    for d in documents:
        table.add_row(
            d.id[:_SHORT_ID],
            Text(visible(d.title)),
            Text(visible(d.edition or "")),
            d.effective.isoformat() if d.effective else "",
            d.state.value.replace("_", " "),
            ", ".join(d.languages),
            Text(visible(d.collection)),
            style="" if d.state is DocumentState.CURRENT else "dim",
        )
    return table


def print_document_head(console: Console, document: Document) -> None:
    parts = (document.title, document.publisher, document.edition, document.state.value, document.id)
    console.print(Text(" · ".join(visible(p) for p in parts if p), style="bold"), soft_wrap=True)


def print_page(console: Console, page: Page) -> None:
    label = f" ({page.label})" if page.label not in (None, str(page.number)) else ""
    console.print(Text(f"── page {page.number}{label} ──", style="bold"))
    for warning in page.warnings:
        detail = f": {visible(warning.detail)}" if warning.detail else ""
        console.print(Text(f"! {warning.kind.value}{detail}", style="yellow"), soft_wrap=True)
    console.print(Text(visible(page.text)), soft_wrap=True)
    if page.hidden_text:
        console.print(Text("hidden on the page:", style="yellow"))
        console.print(Text(visible(page.hidden_text), style="dim"), soft_wrap=True)


def ingest_table(results: list[FileResult]) -> Table:
    """What became of each file that is not simply unchanged, then the sums."""
    counts = Counter(r.outcome for r in results)
    superseded = sum(r.outcome is Outcome.ADDED and r.superseded is not None for r in results)
    warned: Counter[str] = Counter()
    for r in results:
        warned.update({kind.value: pages for kind, pages in r.warnings})
    caption = ", ".join(
        f"{counts[o]} {o.value}" for o in Outcome if counts[o] or o in (Outcome.ADDED, Outcome.FAILED)
    )
    caption += f", {superseded} superseded"
    if warned:
        caption += "\npages with warnings: " + ", ".join(f"{n} {kind}" for kind, n in warned.most_common())
    table = Table(caption=caption, caption_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("File", overflow="ellipsis", no_wrap=True, max_width=30)
    table.add_column("Outcome", no_wrap=True)
    table.add_column("Id", no_wrap=True, min_width=_SHORT_ID)
    table.add_column("Pages", justify="right", min_width=5)
    table.add_column("Chunks", justify="right", min_width=6)
    table.add_column("Notes", ratio=1)
    for r in results:
        if r.outcome is not Outcome.UNCHANGED:
            style = "red" if r.outcome is Outcome.FAILED else ""
            facts = (r.document.id[:_SHORT_ID] if r.document else "", str(r.pages or ""), str(r.chunks or ""))
            table.add_row(Text(visible(r.path.name)), r.outcome.value, *facts, Text(_notes(r)), style=style)
    return table


def _notes(r: FileResult) -> str:
    notes = [f"{pages} × {kind.value}" for kind, pages in r.warnings]
    if r.superseded and r.outcome is Outcome.ADDED:
        notes.append(f"supersedes {r.superseded}")
    if r.same_text_as:
        notes.append(f"the same text as {r.same_text_as}")
    if r.error:
        notes.append(str(r.error))
    return "; ".join(notes)


def print_status(console: Console, home: Path, stats: LibraryStats, versions: Mapping[str, str]) -> None:
    states = ", ".join(f"{n} {state.value.replace('_', ' ')}" for state, n in stats.documents.items() if n)
    warned = ", ".join(f"{n} {kind.value}" for kind, n in stats.warnings.items())
    sizes = (stats.database_bytes, stats.originals_bytes, stats.derived_bytes)
    disk = ", ".join(
        f"{n / 1e6:.1f} MB {what}"
        for n, what in zip(sizes, ("database", "originals", "indexes"), strict=True)
    )
    rows = {
        "library": str(home),
        "documents": (states or "none") + (f", {stats.purged} purged" if stats.purged else ""),
        "pages": f"{stats.pages:,}",
        "chunks": f"{stats.chunks:,}",
        "warnings": warned or "none",
        "generation": f"{stats.generation} (schema {stats.schema_version})",
        "disk": disk,
        "model": stats.model_id or "none yet",
        "versions": ", ".join(f"{name} {number}" for name, number in versions.items()),
    }
    for name, value in rows.items():
        console.print(Text(f"{name:<11}", style="bold") + Text(value), soft_wrap=True)
