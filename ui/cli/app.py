"""The commands and their order in `sanad --help`."""

from __future__ import annotations

import errno
import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from indexes.errors import LibraryReadOnly, SanadError
from ui.cli import ask, documents, ingest, upkeep
from ui.cli.session import Session, print_json, tell

app = typer.Typer(
    name="sanad",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Cited answers from your own guideline PDFs, in Arabic and English. "
    "It quotes documents and gives no advice; it is not a medical device.",
)


@app.callback()
def common(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option(help="The library's folder.", envvar="SANAD_HOME", show_envvar=True)
    ] = None,
) -> None:
    context.obj = Session(home)


for module in (ask, ingest, documents, upkeep):
    module.register(app)


def run(arguments: list[str]) -> int:
    """Run one command; errors become a sentence on standard error (and JSON with --json)."""
    session = Session()
    try:
        code = app(arguments, standalone_mode=False)
        sys.stdout.flush()
    except SanadError as error:
        return _failed(error, arguments, session)
    except typer.Exit as stop:
        return stop.exit_code
    except (KeyboardInterrupt, typer.Abort):
        session.errors.print("interrupted; whatever was reported as done is in the library", style="yellow")
        return 128 + signal.SIGINT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _failed(_disk_error(error), arguments, session)
    except typer.TyperException as error:  # wrong usage
        typer.echo(error.format_message(), err=True)
        typer.echo("Try `sanad --help`, or `sanad COMMAND --help`.", err=True)
        return error.exit_code
    return code if isinstance(code, int) else 0


def _failed(error: SanadError, arguments: list[str], session: Session) -> int:
    if "--json" in arguments:
        from ui import wire

        print_json({"error": wire.error(error)})
    tell(error, session.errors)
    return 1


def _disk_error(error: OSError) -> SanadError:
    """What the system refused, in words."""
    remedies = {errno.ENOSPC: "Free some space and run it again.", errno.EDQUOT: "Free some space."}
    where = f" ({error.filename})" if error.filename else ""
    reason = error.strerror or str(error)
    return LibraryReadOnly(
        f"The system refused: {reason}{where}.",
        remedy=remedies.get(error.errno or 0, "Check the path and its rights."),
    )
