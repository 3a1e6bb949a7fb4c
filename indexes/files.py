"""Files of the library: private to their user, written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from indexes.errors import LibraryError

TEMPORARY = ".unfinished-"  # begins the name of every file that is being written


def private_folder(folder: Path) -> None:
    """Make the folder (mode 0700), or take group's and others' rights from one that is ours.

    Raises LibraryError when it is no folder, shared by design (sticky, as /tmp) or open and not ours; OSError
    when it cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.stat()
    if not found.st_mode & 0o077:
        return
    if found.st_uid != os.geteuid() or found.st_mode & stat.S_ISVTX:
        raise LibraryError(
            f"{folder} is open to other users and is not yours alone.",
            remedy="Name a folder of your own with --home or SANAD_HOME.",
        )
    folder.chmod(0o700)


@contextmanager
def whole_file(target: Path) -> Iterator[IO[bytes]]:
    """A new file (mode 0600) that takes its name, in place of an older one, once all of it is on disk."""
    import tempfile  # late: only writers need it

    handle, name = tempfile.mkstemp(prefix=TEMPORARY, dir=target.parent)
    os.close(handle)
    try:
        with open(name, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """See that names just given or taken in the folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def hash_of(file: Path) -> str:
    """SHA-256 of the file's bytes, hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def size_of(folder: Path) -> int:
    """Bytes of all files in the folder and below; a file that goes away meanwhile counts nothing."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += (Path(root) / name).lstat().st_size
    return total
