"""What every command needs: the settings, the console, and how an error is told."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from indexes.errors import LibraryError, SanadError, SettingsError
from indexes.settings import Settings, settings_from

if TYPE_CHECKING:
    from rich.console import Console

    from indexes.embedding.embedder import Embedder
    from indexes.library import Library
    from rag.assistant import Assistant
    from ui.wire import Json


@dataclass
class Session:
    """One run of a command: opens the library and the model late, and only if the command needs them."""

    home: Path | None = None

    @cached_property
    def settings(self) -> Settings:
        return settings_from(home=self.home)

    @cached_property
    def console(self) -> Console:
        from rich.console import Console

        return Console(highlight=False, markup=False, emoji=False)

    @cached_property
    def errors(self) -> Console:
        from rich.console import Console

        return Console(stderr=True, highlight=False, markup=False, emoji=False)

    @contextmanager
    def library(self, *, create: bool = False, readonly: bool = False) -> Iterator[Library]:
        """The library at home; LibraryError when there is none and none is to be made."""
        from indexes.library import Library

        if not create and not (self.settings.home / "library.db").exists():
            raise LibraryError(
                f"There is no library at {self.settings.home}.",
                remedy="Make one with `sanad ingest PATH`, or name another with --home or SANAD_HOME.",
            )
        library = Library.open(self.settings.home, create=create, readonly=readonly)
        try:
            yield library
        finally:
            library.close()

    def told(self, text: str) -> None:
        """A word to the person, beside the output."""
        self.errors.print(text, soft_wrap=True)

    def embedder(self, library: Library) -> Embedder:
        """The model that the library is read with."""
        from indexes.models import embedder_of

        return embedder_of(library, self.settings, told=self.told)

    @contextmanager
    def assistant(self) -> Iterator[Assistant]:
        with self.library(readonly=True) as library:
            from rag.assistant import Assistant

            with Assistant.over(library, self.embedder(library)) as assistant:
                yield assistant


def print_json(value: Json) -> None:
    """One JSON document on standard output, in UTF-8 as it is (no \\u escapes)."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def day(text: str | None, option: str, *, last: bool = False) -> date | None:
    """The date an option names, or None. SettingsError when it is none."""
    from ingestion.sidecar import parse_date

    if text is None:
        return None
    try:
        return parse_date(text, last=last)
    except ValueError as error:
        raise SettingsError(
            f"{option} {text!r} is not a date.", remedy="Write it as 2026-03-01, 2026-03 or 2026."
        ) from error


def tell(error: SanadError, console: Console) -> None:
    console.print(f"error: {error.message}", style="red", soft_wrap=True)
    if error.remedy:
        console.print(f"       {error.remedy}", soft_wrap=True)
