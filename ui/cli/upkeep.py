"""`sanad status`, `check`, `backup`, `restore-backup`, `reembed`, `model`: keep the library sound."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.session import Session, print_json

if TYPE_CHECKING:
    pass

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

model_app = typer.Typer(no_args_is_help=True, help="The embedding model.")


def register(app: typer.Typer) -> None:
    app.command()(status)
    app.command()(check)
    app.command()(backup)
    app.command("restore-backup")(restore_backup)
    app.command()(reembed)
    app.add_typer(model_app, name="model")


@model_app.command("prepare")
def model_prepare(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="A hub model or a sentence-transformers folder.")] = None,
) -> None:
    """Make an embedding model ready for use (once; the default one needs no network)."""
    from indexes.embedding.prepare import DEFAULT, prepare

    session: Session = context.obj
    wanted = name or session.settings.model or DEFAULT
    folder = prepare(wanted, cache=session.settings.models)
    session.console.print(f"ready: {wanted} in {folder}", soft_wrap=True)


def status(context: typer.Context, as_json: AsJson = False) -> None:
    """Counts, sizes, model and versions of the library."""
    from importlib.metadata import version

    from ui import wire
    from ui.cli.render import print_status

    session: Session = context.obj
    with session.library(readonly=True) as library:
        stats = library.stats()
    versions = {name: version(name) for name in ("sanad", "pypdf", "openvino", "faiss-cpu", "camel-tools")}
    if as_json:
        print_json(wire.status(session.settings.home, stats, versions))
    else:
        print_status(session.console, session.settings.home, stats, versions)


def check(context: typer.Context, as_json: AsJson = False) -> None:
    """Verify the library and mend its indexes.

    Search indexes that are stale or damaged are made anew. The exit code is 1 when a problem stays.
    """
    from indexes.search.refresh import refresh
    from ui import wire

    session: Session = context.obj
    with session.library() as library:
        problems = library.check()
        sound = not any(p.code == "database" for p in problems)
        rebuilt = sound and library.model_id is not None and refresh(library, session.embedder(library))
    left = [p for p in problems if not p.fixed]
    if as_json:
        print_json(
            {"problems": [wire.problem(p) for p in problems], "indexes_rebuilt": rebuilt, "sound": not left}
        )
    else:
        for p in problems:
            session.console.print(f"{'mended' if p.fixed else 'PROBLEM'}: {p.message}", soft_wrap=True)
        if rebuilt:
            session.console.print("search indexes: made anew")
        session.console.print("the library is sound" if not left else f"{len(left)} problems stay")
    if left:
        raise typer.Exit(1)


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    as_json: AsJson = False,
) -> None:
    """Write the library into one file.

    Others may read and write meanwhile; the file holds one moment of it, whole.
    """
    session: Session = context.obj
    with session.library(readonly=True) as library:
        library.backup(file)
    size = file.stat().st_size
    if as_json:
        print_json({"file": str(file), "bytes": size})
    else:
        session.console.print(f"written: {file} ({size / 1e6:.1f} MB)", soft_wrap=True)


def restore_backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that `sanad backup` wrote.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup in place of the library.

    All of it is verified first, and the library that was there is kept.
    """
    from indexes.library import Library

    session: Session = context.obj
    home = session.settings.home
    exists = (home / "library.db").exists()
    if exists and not yes and not typer.confirm(f"Replace the library at {home}?", err=True):
        raise typer.Exit(1)
    restored = Library.restore_backup(file, home)
    if as_json:
        print_json(
            {"documents": restored.documents, "generation": restored.generation, "kept": _path(restored.kept)}
        )
    else:
        session.console.print(f"restored: {restored.documents} documents in {home}", soft_wrap=True)
        if restored.kept:
            session.console.print(f"the library that was there: {restored.kept}", soft_wrap=True)


def _path(path: Path | None) -> str | None:
    return str(path) if path else None


def reembed(
    context: typer.Context,
    model: Annotated[str, typer.Option(help="A hub model, or a sentence-transformers folder.")],
    as_json: AsJson = False,
) -> None:
    """Move the library to another model.

    Everything is embedded anew, then searched with that model. It can be interrupted and run again.
    """
    from rich.progress import Progress

    from indexes import chunk_vectors
    from indexes.embedding.runtime import load
    from indexes.models import MODEL_NAME, prepared
    from indexes.search.refresh import refresh

    session: Session = context.obj
    with session.library() as library:
        embedder = load(prepared(library, session.settings, model, told=session.told))
        with Progress(console=session.errors, transient=True, disable=as_json) as progress:
            bar = progress.add_task("embedding chunks", total=None)
            done = chunk_vectors.reembed(
                library, embedder, lambda n, total: progress.update(bar, completed=n, total=total)
            )
        library.set_meta(MODEL_NAME, model)
        refresh(library, embedder)
    if as_json:
        print_json({"model": embedder.manifest.model_id, "embedded": done})
    else:
        session.console.print(
            f"{done} chunks embedded; the library is now searched with {model}", soft_wrap=True
        )
