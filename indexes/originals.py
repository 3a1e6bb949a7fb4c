"""The files as they came, kept by content hash: originals/ab/abcdef…"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from indexes.errors import LibraryDamaged
from indexes.files import TEMPORARY, whole_file

FOLDER = "originals"


def path_of(home: Path, content_hash: str) -> Path:
    return home / FOLDER / content_hash[:2] / content_hash


def keep(home: Path, content_hash: str, content: bytes) -> None:
    """Write the file whole. What has the name already is replaced: it may be damaged."""
    target = path_of(home, content_hash)
    for folder in (target.parent.parent, target.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    with whole_file(target) as file:
        file.write(content)


def read(home: Path, content_hash: str) -> bytes:
    """Raises LibraryDamaged when the file is gone or not what it was."""
    path = path_of(home, content_hash)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        content = None
    if content is None or hashlib.sha256(content).hexdigest() != content_hash:
        raise LibraryDamaged(
            f"The original {path} is {'missing' if content is None else 'not what was ingested'}.",
            remedy="Ingest the file again, or restore a backup with `sanad restore-backup`.",
        )
    return content


def remove(home: Path, content_hash: str) -> None:
    path = path_of(home, content_hash)
    path.unlink(missing_ok=True)
    with suppress(OSError):  # others are in it
        path.parent.rmdir()


def orphans(home: Path, wanted: set[str]) -> Iterator[Path]:
    """Files that belong to no document: left by a process that was killed."""
    for path in sorted((home / FOLDER).glob("*/*")):
        if path.name.startswith(TEMPORARY) or path.name not in wanted:
            yield path
