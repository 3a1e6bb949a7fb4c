"""`sanad ask` and `sanad search`."""

from __future__ import annotations

from typing import Annotated

import typer

from ui.cli.session import Session, print_json

Text = Annotated[str, typer.Argument(metavar="QUESTION", help="In Arabic or English.")]
Collection = Annotated[str | None, typer.Option(help="Only documents of this collection.")]
Documents = Annotated[
    list[str] | None, typer.Option("--document", help="Only this document; may be repeated.")
]
Languages = Annotated[str | None, typer.Option("--language", help="Only evidence in ar or en.")]
AllEditions = Annotated[
    bool, typer.Option("--all-editions", help="Also superseded, expired and not yet effective documents.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    app.command()(ask)
    app.command()(search)


def ask(
    context: typer.Context,
    question: Text,
    collection: Collection = None,
    document: Documents = None,
    language: Languages = None,
    all_editions: AllEditions = False,
    as_json: AsJson = False,
) -> None:
    """Answer from the documents, with sources.

    Verbatim sentences, each with document, edition, page and quote, or "not in these documents".
    """
    from ui import wire
    from ui.cli.render import print_answer

    session: Session = context.obj
    with session.assistant() as assistant:
        asked = assistant.question(
            question,
            collection=collection,
            documents=document or (),
            languages=language,
            all_editions=all_editions,
        )
        answer = assistant.ask(asked)
    if as_json:
        print_json(wire.answer(answer))
    else:
        print_answer(session.console, answer)


def search(
    context: typer.Context,
    question: Text,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many results.")] = 10,
    collection: Collection = None,
    document: Documents = None,
    language: Languages = None,
    all_editions: AllEditions = False,
    as_json: AsJson = False,
) -> None:
    """Show the nearest passages, best first."""
    from ui import wire
    from ui.cli.render import print_results

    session: Session = context.obj
    with session.assistant() as assistant:
        asked = assistant.question(
            question,
            collection=collection,
            documents=document or (),
            languages=language,
            all_editions=all_editions,
        )
        found = assistant.search(asked, k=k)
    if as_json:
        print_json(wire.results(found))
    else:
        print_results(session.console, found)
