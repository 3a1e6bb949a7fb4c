"""Which embedding model a library is read with, and how it is had."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from indexes.errors import ModelError

if TYPE_CHECKING:
    from indexes.embedding.embedder import Embedder
    from indexes.library import Library
    from indexes.settings import Settings

MODEL_NAME = "model_name"  # in the library's meta: what to load for its vectors


def _silent(text: str) -> None:
    """Tells nobody."""


def prepared(
    library: Library, settings: Settings, name: str | None = None, *, told: Callable[[str], None] = _silent
) -> Path:
    """The folder of the model `name`, else of the settings', else of the library's own, else of the default.

    It is prepared when it is used for the first time; `told` hears of that. Raises ModelError.
    """
    from indexes.embedding.prepare import DEFAULT, is_prepared, prepare

    wanted = name or settings.model or library.get_meta(MODEL_NAME) or DEFAULT
    if not is_prepared(wanted, cache=settings.models):
        told(f"Preparing the embedding model {wanted} (once)…")
    return prepare(wanted, cache=settings.models)


def embedder_of(library: Library, settings: Settings, *, told: Callable[[str], None] = _silent) -> Embedder:
    """The model that the library's vectors were made with. ModelError when the settings name another."""
    from indexes.embedding.manifest import read_manifest
    from indexes.embedding.runtime import load

    folder = prepared(library, settings, told=told)
    manifest = read_manifest(folder)
    if library.model_id not in (None, manifest.model_id):
        raise ModelError(
            f"The library was embedded with {library.model_id}, not with {manifest.model_id}.",
            remedy=f"Unset SANAD_MODEL, or run `sanad reembed --model {manifest.name}`.",
        )
    return load(folder)
