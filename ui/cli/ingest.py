"""`sanad ingest`: bring files into the library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.documents import secret
from ui.cli.session import Session, day, print_json

if TYPE_CHECKING:
    from indexes.library import Library
    from ingestion.pipeline import FileResult, Options


def register(app: typer.Typer) -> None:
    app.command()(ingest)


def ingest(
    context: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="PDF, .txt and .md files, or folders of them.")
    ],
    title: Annotated[str | None, typer.Option(help="Of the document.")] = None,
    publisher: Annotated[str | None, typer.Option()] = None,
    edition: Annotated[str | None, typer.Option(help="Such as 2024 or 3rd.")] = None,
    effective: Annotated[str | None, typer.Option(metavar="DATE", help="In force from this day.")] = None,
    expires: Annotated[str | None, typer.Option(metavar="DATE", help="Its last day in force.")] = None,
    supersedes: Annotated[str | None, typer.Option(metavar="DOC", help="The edition it replaces.")] = None,
    collection: Annotated[str | None, typer.Option(help="A shelf to keep it on, such as cardiology.")] = None,
    language: Annotated[
        str | None, typer.Option(help="ar, en or ar,en; else it is seen from the text.")
    ] = None,
    password: Annotated[
        str | None, typer.Option(help="Of encrypted PDFs; '-' reads it from standard input.")
    ] = None,
    max_pages: Annotated[
        int | None, typer.Option(min=1, help="Refuse files with more pages (5,000 unless set).")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that read files.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring PDF, text and Markdown files into the library.

    Each document is in whole or not at all; interrupted, run it again. Files it knows cost nothing. What the
    options say wins over a sidecar NAME.yaml, and that over what the file says of itself.
    """
    from dataclasses import replace

    from indexes.types import Metadata
    from ingestion.limits import Limits
    from ingestion.pipeline import Options, Outcome, find_files
    from ui import wire
    from ui.cli.render import ingest_table

    session: Session = context.obj
    limits = replace(Limits(), max_pages=max_pages) if max_pages else Limits()
    said = Metadata(
        title=title,
        publisher=publisher,
        edition=edition,
        effective=day(effective, "--effective"),
        expires=day(expires, "--expires", last=True),
        supersedes=supersedes,
        collection=collection,
        language=language,
    )
    files = find_files(paths)
    options = Options(said, secret(password), limits, workers)
    with session.library(create=True) as library:
        results = _run(session, library, files, options, show=not as_json)
        if as_json:
            print_json({"files": [wire.file_result(r) for r in results], "generation": library.generation})
        else:
            session.console.print(ingest_table(results))
    if any(r.outcome is Outcome.FAILED for r in results):
        raise typer.Exit(1)


def _run(
    session: Session, library: Library, files: list[Path], options: Options, *, show: bool
) -> list[FileResult]:
    """Ingest with progress on standard error: files, the page being read, chunks embedded."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from ingestion.pipeline import Embedding, FileResult, ingest
    from ingestion.pool import PageProgress

    results: list[FileResult] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=session.errors, transient=True, disable=not show) as progress:
        files_bar = progress.add_task("files", total=len(files))
        pages_bar = progress.add_task("pages", total=None, visible=False)
        chunks_bar = progress.add_task("embedding chunks", total=None, visible=False)
        for event in ingest(files, library, session.embedder, options):
            match event:
                case FileResult():
                    results.append(event)
                    progress.advance(files_bar)
                case PageProgress():
                    name = f"{event.stage} {event.path.name}, page"
                    progress.update(
                        pages_bar, description=name, completed=event.done, total=event.total, visible=True
                    )
                case Embedding():
                    progress.update(chunks_bar, completed=event.done, total=event.total, visible=True)
    return results
