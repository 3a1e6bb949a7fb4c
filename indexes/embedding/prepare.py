"""Preparing an embedding model: once a machine, then every command finds it ready.

A prepared folder holds `manifest.json`, `tokenizer.json`, `model.xml` and `model.bin` (OpenVINO), `compiled/`
(its compiled form) and `sentence-transformers/` (the original).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexes.embedding.manifest import FILE_NAME
from indexes.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT = "intfloat/multilingual-e5-small"


def prepare(name: str = DEFAULT, *, cache: Path) -> Path:
    """The folder of the prepared model `name`, made if it is not there yet (about half a minute).

    `name`: the default, which an installed package carries and which needs no network; a model of the
    Hugging Face hub; or the path of a sentence-transformers folder. Code that a model brings along is never
    run. Processes that prepare at the same time wait for the first.

    Raises ModelError when the model cannot be had or used, or the folder not be written.
    """
    folder = cache / _folder_name(name)
    if is_prepared(name, cache=cache):
        return folder
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            if not (folder / FILE_NAME).is_file():
                _make(name, folder)
    except OSError as error:
        raise ModelError(
            f"The model {name} cannot be prepared in {cache}: {error}.",
            remedy="Name a folder that can be written, with 1 GB of room, in SANAD_MODELS.",
        ) from error
    return folder


def is_prepared(name: str, *, cache: Path) -> bool:
    """Whether `prepare` would find the model ready."""
    return (cache / _folder_name(name) / FILE_NAME).is_file()


def _folder_name(name: str) -> str:
    """A file name for the model; of a local folder also of its files' state, so that a change is noticed."""
    slug = re.sub(r"[^A-Za-z0-9._-]+", "--", name.strip("/")) or "model"
    path = Path(name)
    if not path.is_dir():
        return slug
    facts = [(str(path.resolve()), 0, 0)]
    for file in sorted(path.rglob("*")):
        if file.is_file():
            facts.append((file.relative_to(path).as_posix(), file.stat().st_size, file.stat().st_mtime_ns))
    return f"{slug[-60:]}-{hashlib.sha256(repr(facts).encode()).hexdigest()[:12]}"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    from filelock import FileLock

    with FileLock(folder.with_name(folder.name + ".lock")):
        yield


def _make(name: str, folder: Path) -> None:
    from indexes.embedding.export import export

    unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder.parent))
    try:
        export(_model(name), unfinished, name=name)
        shutil.rmtree(folder, ignore_errors=True)  # without a manifest: not ours, or from a crash
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _model(name: str) -> SentenceTransformer:
    _quiet()
    if name == DEFAULT:
        from indexes.embedding.carried import build

        return build()
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(name, device="cpu", trust_remote_code=False)
    except (OSError, ValueError, RuntimeError, ImportError, KeyError) as error:
        reason = str(error).strip().splitlines()[:1] or [type(error).__name__]
        raise ModelError(
            f"The embedding model {name} cannot be loaded: {reason[0]}",
            remedy="Check the name, or the path of the folder, and that the network can be reached; "
            f"{DEFAULT} needs no network.",
        ) from error


def _quiet() -> None:
    """No telemetry to the hub, and no progress bars from inside."""
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from transformers.utils import logging as transformers_logging

    logging: Any = transformers_logging
    logging.disable_progress_bar()
    logging.set_verbosity_error()
