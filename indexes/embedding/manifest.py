"""What a prepared model is: the facts that its vectors depend on, beside the model in `manifest.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from indexes.errors import ModelError

FILE_NAME = "manifest.json"
FORMAT = 1  # of the prepared folder
Pooling = Literal["mean", "cls"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """`model_id` names one vector space: the name and the beginning of a hash over weights, tokenizer,
    pooling and prompts; vectors of one id may be compared. `max_tokens` counts special tokens
    and the prompt; vectors have `dimensions` numbers and unit length."""

    name: str
    model_id: str
    dimensions: int
    max_tokens: int
    pooling: Pooling
    query_prompt: str
    passage_prompt: str


def write_manifest(folder: Path, manifest: Manifest) -> None:
    content = {"format": FORMAT, **asdict(manifest)}
    (folder / FILE_NAME).write_text(
        json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def read_manifest(folder: Path) -> Manifest:
    """Of a prepared folder. Raises ModelError when there is none, or one that this version does not read."""
    file = folder / FILE_NAME
    remedy = f"Remove the folder {folder}; the model is then prepared again."
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content.pop("format") != FORMAT:
            raise ModelError(f"{file} was written by another version of Sanad.", remedy=remedy)
        manifest = Manifest(**content)
    except FileNotFoundError as error:
        raise ModelError(f"{folder} holds no prepared embedding model.", remedy=remedy) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{file} cannot be read: {error}.", remedy=remedy) from error
    if manifest.pooling not in ("mean", "cls"):
        raise ModelError(f"{file}: pooling is {manifest.pooling!r}, not mean or cls.", remedy=remedy)
    return manifest
