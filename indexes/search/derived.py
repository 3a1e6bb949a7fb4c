"""Index files of one generation: made from the library, never changed, and safe to delete.

`<home>/indexes/gen-00000012/` holds a folder for each language, the means in force and a manifest with the
checksums of all files; it appears under its name only when it is complete. A reader keeps a shared lock on
the manifest, so that an old generation goes once its last reader has gone. What is stale, damaged or of
another version is made again. Where the library's folder refuses writes, a private temporary one is used.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from indexes.analysis import ANALYSIS_VERSION
from indexes.files import TEMPORARY, hash_of
from indexes.search.means import Means, Vectors
from indexes.search.partition import Partition, load
from indexes.types import Language

if TYPE_CHECKING:
    from indexes.library import Library

FORMAT = 1
_FOLDER = "indexes"
_MANIFEST = "manifest.json"
_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True, eq=False)
class Derived:
    """The open index files of a generation; `documents[i]` is the id behind a partition's `documents` value;
    `background` (n × d): debiased vectors of passages from all over."""

    folder: Path
    generation: int
    model_id: str
    documents: tuple[str, ...]
    partitions: tuple[Partition, ...]
    means: Means
    background: Vectors
    _lock: IO[bytes]
    _temporary: bool

    def close(self) -> None:
        self._lock.close()
        if self._temporary:
            shutil.rmtree(self.folder.parent, ignore_errors=True)


def build(
    library: Library, generation: int, model_id: str, *, prior: Means, root: Path | None = None
) -> Path:
    """The folder of the generation's index files, made now unless they are there and sound.

    `root`: in place of `<home>/indexes`. Several processes may call it at once; one builds, the others wait.
    Raises OSError when the folder refuses writes, LibraryError and its kinds for the library itself.
    """
    root = root or library.home / _FOLDER
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder_of(root, generation)
    with _exclusive(root / "build.lock"):
        sound = _open(target, generation, model_id)
        if sound is not None:
            sound.close()
            return target
        unfinished = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=root))
        try:
            _write(library, generation, model_id, prior, unfinished, _predecessor(root, generation, model_id))
            _discard(target)
            unfinished.rename(target)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        _remove_unused(root, generation)
    return target


def open_derived(
    library: Library, generation: int, model_id: str, *, prior: Means, root: Path | None = None
) -> Derived:
    """The generation's index files, opened, and made first if need be."""
    root = root or library.home / _FOLDER
    found = _open(folder_of(root, generation), generation, model_id)
    if found is not None:
        return found
    try:
        folder = build(library, generation, model_id, prior=prior, root=root)
    except OSError as error:
        if error.errno not in _REFUSED:
            raise
    else:
        found = _open(folder, generation, model_id)
        if found is not None:
            return found
    private = Path(tempfile.mkdtemp(prefix="sanad-"))
    try:
        folder = build(library, generation, model_id, prior=prior, root=private)
        found = _open(folder, generation, model_id, temporary=True)
        if found is None:
            raise OSError(errno.EIO, "index files are damaged as soon as they are written", str(private))
    except BaseException:
        shutil.rmtree(private, ignore_errors=True)
        raise
    return found


def verify(folder: Path, generation: int, model_id: str) -> bool:
    """Whether these are the whole and undamaged index files of that generation, model and text analysis."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_bytes())
        fits = (
            manifest["format"] == FORMAT
            and manifest["analysis"] == ANALYSIS_VERSION
            and manifest["generation"] == generation
            and manifest["model"] == model_id
        )
        return fits and all(hash_of(folder / name) == hashed for name, hashed in manifest["files"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def folder_of(root: Path, generation: int) -> Path:
    return root / f"gen-{generation:08d}"


def _write(
    library: Library, generation: int, model_id: str, prior: Means, folder: Path, known: Derived | None
) -> None:
    from indexes.search import builder

    try:
        with library.snapshot():  # nothing is purged between reading a chunk and its vector
            built = builder.collect(library, generation, model_id, prior, known)
    finally:
        if known is not None:
            known.close()
    builder.write(built, folder)
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "analysis": ANALYSIS_VERSION,
        "generation": generation,
        "model": model_id,
        "documents": list(built.documents),
        "languages": {partition.language: len(partition) for partition in built.partitions},
        "files": {
            str(path.relative_to(folder)): hash_of(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
    }
    (folder / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _open(folder: Path, generation: int, model_id: str, *, temporary: bool = False) -> Derived | None:
    """None when they are not there, not whole, or of another version."""
    with suppress(OSError):
        lock = (folder / _MANIFEST).open("rb")
        try:
            fcntl.flock(lock, fcntl.LOCK_SH)
            if _same_file(lock, folder / _MANIFEST) and verify(folder, generation, model_id):
                with suppress(ValueError, KeyError, RuntimeError):  # RuntimeError: what faiss raises
                    return _read(folder, lock, temporary)
        except BaseException:
            lock.close()
            raise
        lock.close()
    return None


def _read(folder: Path, lock: IO[bytes], temporary: bool) -> Derived:
    manifest = json.loads(lock.read())
    passages, questions = np.load(folder / "means.npy", allow_pickle=False)
    means = Means(dict(zip(Language, passages, strict=True)), dict(zip(Language, questions, strict=True)))
    partitions = tuple(load(Language(name), folder / name) for name in manifest["languages"])
    return Derived(
        folder,
        manifest["generation"],
        manifest["model"],
        tuple(manifest["documents"]),
        partitions,
        means,
        np.load(folder / "background.npy", allow_pickle=False),
        lock,
        temporary,
    )


def _predecessor(root: Path, generation: int, model_id: str) -> Derived | None:
    """The newest older index files that open: what they know of unchanged chunks need not be made again."""
    for path in sorted(root.glob("gen-*"), reverse=True):
        number = path.name.removeprefix("gen-")
        if number.isdecimal() and int(number) < generation:
            found = _open(path, int(number), model_id)
            if found is not None:
                return found
    return None


def _remove_unused(root: Path, generation: int) -> None:
    for path in root.glob("gen-*"):
        number = path.name.removeprefix("gen-")
        if number.isdecimal() and int(number) < generation:
            with suppress(OSError), (path / _MANIFEST).open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _discard(path)
    for path in root.glob(f"{TEMPORARY}*"):  # of a build that was killed: we hold the lock
        shutil.rmtree(path, ignore_errors=True)


def _discard(folder: Path) -> None:
    """Remove it at once for all who look for it, then bit by bit."""
    if folder.exists():
        doomed = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=folder.parent))
        folder.rename(doomed / folder.name)
        shutil.rmtree(doomed, ignore_errors=True)


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    with path.open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _same_file(opened: IO[bytes], path: Path) -> bool:
    """False when the name went to another file, or to none, between opening and locking."""
    return path.exists() and os.path.samestat(os.fstat(opened.fileno()), path.stat())
