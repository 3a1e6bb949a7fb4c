from __future__ import annotations

import importlib.util
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from indexes.library import Library

_SAMPLES = Path(__file__).with_name("library_samples.py")


@pytest.fixture(scope="session")
def samples() -> ModuleType:
    """The module library_samples."""
    spec = importlib.util.spec_from_file_location("library_samples", _SAMPLES)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    with Library.open(home) as opened:
        yield opened


@pytest.fixture
def in_child() -> Callable[[Callable[[], object]], int]:
    """Runs a function in a forked process; its exit code, negative for the signal that killed it."""

    def run(function: Callable[[], object]) -> int:
        child = os.fork()
        if not child:
            code = 1
            try:
                function()
                code = 0
            except BaseException:  # noqa: BLE001 - it must not run on as a second pytest
                traceback.print_exc()
            finally:
                os._exit(code)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    return run
