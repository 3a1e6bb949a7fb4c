from __future__ import annotations

from pathlib import Path

import pytest

from indexes.embedding import Embedder, load, prepare
from indexes.settings import settings_from


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with data for measuring, beside the project; tests that need it skip without it."""
    folder = Path(__file__).parents[1].parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the data for measuring is not there: {folder}")
    return folder


@pytest.fixture(scope="session")
def model_dir() -> Path:
    """The default model, prepared in the usual cache: needs no network, and time only once a machine."""
    return prepare(cache=settings_from().models)


@pytest.fixture(scope="session")
def embedder(model_dir: Path) -> Embedder:
    return load(model_dir, threads=2)
