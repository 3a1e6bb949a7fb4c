"""Where the library and the models are, and which model reads them. Taken from the environment or given."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """`home`: the library's folder. `models`: where prepared embedding models are kept, for all libraries.
    `model`: the embedding model's name; None: the one that the library was read with."""

    home: Path
    models: Path
    model: str | None = None


def settings_from(
    environment: Mapping[str, str] = os.environ, *, home: Path | None = None, model: str | None = None
) -> Settings:
    """Settings by SANAD_HOME, SANAD_MODELS and SANAD_MODEL; what is given outright wins.

    Defaults: `$XDG_DATA_HOME/sanad` (`~/.local/share/sanad`) and `$XDG_CACHE_HOME/sanad/models`
    (`~/.cache/sanad/models`), as the XDG Base Directory Specification has it.
    """
    user = Path(environment.get("HOME") or Path.home())
    data = Path(environment.get("XDG_DATA_HOME") or user / ".local" / "share")
    cache = Path(environment.get("XDG_CACHE_HOME") or user / ".cache")
    return Settings(
        home=(home or Path(environment.get("SANAD_HOME") or data / "sanad")).expanduser(),
        models=Path(environment.get("SANAD_MODELS") or cache / "sanad" / "models").expanduser(),
        model=model or environment.get("SANAD_MODEL") or None,
    )
