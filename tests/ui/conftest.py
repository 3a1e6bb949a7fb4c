from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ui.cli.app import run

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples" / "pdf"


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def sanad(
    capsys: pytest.CaptureFixture[str], model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Ran]:
    """Runs one command in this process, as `sanad` does."""
    monkeypatch.setenv("SANAD_MODELS", str(model_dir.parent))
    monkeypatch.setenv("COLUMNS", "200")

    def command(*arguments: object) -> Ran:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return command


@pytest.fixture(scope="session")
def samples_home(tmp_path_factory: pytest.TempPathFactory, model_dir: Path) -> Path:
    """A library of the samples, ingested once by the real command."""
    home = tmp_path_factory.mktemp("samples") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANAD_MODELS", str(model_dir.parent))
        assert run(["--home", str(home), "ingest", str(SAMPLES), "--json"]) == 0
    return home
