"""`sanad documents`, `show`, `remove`, `restore`, `purge`, `extract`: documents and their life."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from indexes.errors import SettingsError
from ui.cli.session import Session, print_json

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Which = Annotated[
    str, typer.Argument(metavar="DOC", help="A document's id (its beginning will do), title or file name.")
]


def register(app: typer.Typer) -> None:
    app.command()(documents)
    app.command()(show)
    app.command()(remove)
    app.command()(restore)
    app.command()(purge)
    app.command()(extract)


def documents(
    context: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="Also those removed.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the documents of the library."""
    from ui import wire
    from ui.cli.render import document_table

    session: Session = context.obj
    with session.library(readonly=True) as library:
        found = library.documents(all=all_)
    if as_json:
        print_json({"documents": [wire.document(d) for d in found]})
    else:
        session.console.print(document_table(found))


def show(
    context: typer.Context,
    doc: Which,
    page: Annotated[int | None, typer.Option(min=1, help="Only this page, counted from 1.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print a document's pages as they were read."""
    from ui import wire
    from ui.cli.render import print_document_head, print_page

    session: Session = context.obj
    with session.library(readonly=True) as library:
        document = library.document(doc)
        if page is not None and page > document.page_count:
            raise SettingsError(
                f"{document.title} has {document.page_count} pages, no page {page}.",
                remedy="Name a page it has.",
            )
        pages = [library.page(document.id, page)] if page else list(library.pages(document.id))
    if as_json:
        print_json({"document": wire.document(document), "pages": [wire.page(p) for p in pages]})
        return
    print_document_head(session.console, document)
    for one in pages:
        print_page(session.console, one)


def remove(context: typer.Context, doc: Which, as_json: AsJson = False) -> None:
    """Withdraw a document; it can be restored."""
    session: Session = context.obj
    with session.library() as library:
        document = library.withdraw(library.document(doc).id)
    _said(session, "removed", document.id, document.title, as_json)


def restore(context: typer.Context, doc: Which, as_json: AsJson = False) -> None:
    """Bring a removed document back."""
    session: Session = context.obj
    with session.library() as library:
        document = library.restore(library.document(doc).id)
    _said(session, "restored", document.id, document.title, as_json)


def purge(
    context: typer.Context,
    doc: Which,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a document for good.

    Its pages, its vectors and the stored original go; there is no way back.
    """
    session: Session = context.obj
    with session.library() as library:
        document = library.document(doc)
        if not yes and not typer.confirm(f"Erase {document.title} ({document.id}) for good?", err=True):
            raise typer.Exit(1)
        library.purge(document.id)
    _said(session, "purged", document.id, document.title, as_json)


def extract(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A PDF, text or Markdown file.")],
    password: Annotated[
        str | None, typer.Option(help="Of an encrypted PDF; '-' reads it from standard input.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the pages of a file as they are read."""
    from ingestion.limits import Limits
    from ingestion.pool import PageProgress, extract_files
    from ui import wire
    from ui.cli.render import print_page

    session: Session = context.obj
    for event in extract_files([file], workers=1, limits=Limits(), password=secret(password)):
        if isinstance(event, PageProgress):
            continue
        if event.document is None:
            assert event.error is not None
            raise event.error
        if as_json:
            print_json({"pages": [wire.page(p) for p in event.document.pages]})
            continue
        for one in event.document.pages:
            print_page(session.console, one)


def secret(password: str | None) -> str | None:
    """The password, or the first line of standard input for "-" (arguments can be seen by others)."""
    return sys.stdin.readline().rstrip("\n") if password == "-" else password


def _said(session: Session, verb: str, id_: str, title: str, as_json: bool) -> None:
    if as_json:
        print_json({"document": id_, "title": title, "outcome": verb})
    else:
        session.console.print(f"{verb}: {title} ({id_})")
