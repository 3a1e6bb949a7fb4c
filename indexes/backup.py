"""The library in one file, and back.

A backup is a ZIP archive: `library.db` (a consistent copy of the database), `originals/ab/abcdef…` and
`manifest.json` with the SHA-256 and size of each. Search indexes are not in it: they are made again.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
import tempfile
import time
import zipfile
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from indexes import originals, schema
from indexes.check import check
from indexes.database import (
    BUSY_SECONDS,
    FILE_NAME,
    Database,
    copy_database,
    generation_of,
    new_generation,
    open_database,
    utc_now,
)
from indexes.errors import LibraryBusy, LibraryDamaged, LibraryError, LibraryTooNew
from indexes.faults import told
from indexes.files import TEMPORARY, hash_of, private_folder, sync_folder, whole_file
from indexes.stats import DERIVED_FOLDER

_VERSION = 1
_MANIFEST = "manifest.json"
_MANIFEST_LIMIT = 1 << 28  # bytes
_BLOCK = 1 << 20
_NAMES = re.compile(r"library\.db|originals/(?P<first>[0-9a-f]{2})/(?P=first)[0-9a-f]{62}")
_ATTEMPTS = 3
# What zipfile, zlib and json raise for a damaged, cut, encrypted or foreign file.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class Restored:
    """`kept`: where the library that was there before is kept; None when there was none."""

    generation: int
    documents: int
    kept: Path | None


class _PurgedError(Exception):
    """A document went away after the database was copied."""


def write_backup(database: Database, target: Path) -> None:
    """All of the library as of one generation; others may read and write meanwhile.

    Raises LibraryDamaged when an original is missing or not what was ingested: a backup is whole or not made.
    """
    with told(target.parent):
        for _ in range(_ATTEMPTS):
            try:
                _write(database, target)
            except _PurgedError:
                continue
            return
    raise LibraryBusy(
        f"Documents of the library in {database.home} were purged while it was backed up.",
        remedy="Try again when that has ended.",
    )


def restore_backup(file: Path, home: Path, *, busy_seconds: float = BUSY_SECONDS) -> Restored:
    """Put the backup in place of the library in `home`, in one step that readers and a crash see whole.

    All of the backup is verified first. What was there before is kept as a backup in `<home>/backups`. The
    generation goes on counting from the greater of both, so that no search index of the old library fits.
    Raises LibraryDamaged for a file that is no backup or not whole, LibraryTooNew, LibraryBusy.
    """
    with told(home):
        private_folder(home)
        with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=home) as folder:
            stage = Path(folder)
            _unpack(file, stage)
            staged = open_database(stage, create=False, readonly=False)
            try:
                problems = check(staged)
                if problems:
                    raise _no_backup(file, problems[0].message)
                return _put_in_place(staged, home, busy_seconds)
            finally:
                staged.close()


# ---- writing


def _write(database: Database, target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=target.parent) as folder:
        copy = Path(folder) / FILE_NAME
        copy_database(database, copy)
        connection = sqlite3.connect(copy)
        try:
            hashes = [row[0] for row in connection.execute("SELECT content_hash FROM documents ORDER BY 1")]
            facts = {"schema": schema.version_of(connection), "generation": generation_of(connection)}
        finally:
            connection.close()
        with whole_file(target) as file, zipfile.ZipFile(file, "w") as archive:
            files = {FILE_NAME: _pack(archive, FILE_NAME, copy, zipfile.ZIP_DEFLATED)}
            for content_hash in hashes:
                path = originals.path_of(database.home, content_hash)
                name = path.relative_to(database.home).as_posix()
                try:
                    files[name] = _pack(archive, name, path, zipfile.ZIP_STORED)
                except FileNotFoundError:
                    files[name] = {}
                if files[name].get("sha256") != content_hash:
                    raise _missing(database, content_hash)
            manifest = {
                "format": "sanad-backup",
                "version": _VERSION,
                "created": utc_now(),
                **facts,
                "files": files,
            }
            archive.writestr(_MANIFEST, json.dumps(manifest, indent=1))


def _pack(archive: zipfile.ZipFile, name: str, path: Path, method: int) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    entry = zipfile.ZipInfo(name, time.gmtime()[:6])
    entry.compress_type = method
    with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as packed:
        while block := source.read(_BLOCK):
            digest.update(block)
            size += len(block)
            packed.write(block)
    return {"sha256": digest.hexdigest(), "size": size}


def _missing(database: Database, content_hash: str) -> Exception:
    with database.read() as connection:
        row = connection.execute(
            "SELECT id FROM documents WHERE content_hash = ?", (content_hash,)
        ).fetchone()
    if row is None:
        return _PurgedError()
    return LibraryDamaged(
        f"The original of the document {row[0]} is missing or not what was ingested.",
        remedy="Purge that document and ingest its file again, then make the backup.",
    )


# ---- reading back


def _unpack(file: Path, stage: Path) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            files = _read_manifest(archive, file)
            for name, facts in files.items():
                target = stage / name
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with archive.open(name) as packed, whole_file(target) as unpacked:
                    _copy_verified(packed, unpacked, facts, f"{file}: {name}")
    except FileNotFoundError as error:
        raise LibraryError(
            f"There is no file {file}.", remedy="Name a file that `sanad backup` wrote."
        ) from error
    except _BROKEN as error:
        raise _no_backup(file, str(error)) from error


def _read_manifest(archive: zipfile.ZipFile, file: Path) -> dict[str, dict[str, Any]]:
    if archive.getinfo(_MANIFEST).file_size > _MANIFEST_LIMIT:
        raise _no_backup(file, "its manifest is too large")
    manifest = json.loads(archive.read(_MANIFEST))
    if not isinstance(manifest, dict) or manifest.get("format") != "sanad-backup":
        raise _no_backup(file, "it has no manifest of Sanad")
    if manifest["version"] > _VERSION:
        raise LibraryTooNew(
            f"{file} was written by a newer version of Sanad.", remedy="Restore it with that version."
        )
    files: dict[str, dict[str, Any]] = manifest["files"]
    # Only names that we give: nothing can be written outside of the library.
    if FILE_NAME not in files or not all(_NAMES.fullmatch(name) for name in files):
        raise _no_backup(file, "it holds files that are not of a library")
    if sorted(archive.namelist()) != sorted([*files, _MANIFEST]):
        raise _no_backup(file, "its manifest names other files than are in it")
    return files


def _copy_verified(packed: IO[bytes], target: IO[bytes], facts: dict[str, Any], name: str) -> None:
    digest, size = hashlib.sha256(), 0
    while block := packed.read(_BLOCK):
        digest.update(block)
        size += len(block)
        if size > facts["size"]:
            break
        target.write(block)
    if size != facts["size"] or digest.hexdigest() != facts["sha256"]:
        raise LibraryDamaged(f"{name} is not what was backed up.", remedy="Use another backup.")


def _put_in_place(staged: Database, home: Path, busy_seconds: float) -> Restored:
    try:
        live = open_database(home, create=True, readonly=False, busy_seconds=busy_seconds)
    except LibraryDamaged:
        return _replace_damaged(staged, home)
    try:
        with live.read() as connection:
            generation = generation_of(connection)
            chunk_id = _last_chunk_id(connection)
        kept = _keep(live) if generation else None
        _continue_counting(staged, generation, chunk_id)
        _place_originals(staged, home)
        _overwrite(staged, live, busy_seconds)
        _place_originals(staged, home)  # what a check removed before the database named it
        return _restored(staged, kept)
    except LibraryDamaged:
        live.close()
        return _replace_damaged(staged, home)
    finally:
        live.close()


def _keep(live: Database) -> Path:
    name = f"before-restore-{_stamp()}"
    folder = live.home / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        write_backup(live, folder / f"{name}.sanad")
        return folder / f"{name}.sanad"
    except LibraryDamaged:  # an original is lost: perhaps that is why it is being restored
        copy_database(live, folder / f"{name}.db")
        return folder / f"{name}.db"


def _continue_counting(staged: Database, generation: int, chunk_id: int) -> None:
    with staged.locked() as connection:
        last = max(generation_of(connection), generation)
        connection.execute(
            "INSERT INTO generations VALUES (?, 'restore_backup', NULL, 1, ?)", (last + 1, utc_now())
        )
        if chunk_id > _last_chunk_id(connection):
            connection.execute("DELETE FROM sqlite_sequence WHERE name = 'chunks'")
            connection.execute("INSERT INTO sqlite_sequence VALUES ('chunks', ?)", (chunk_id,))


def _last_chunk_id(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'").fetchone()
    return row[0] if row else 0


def _place_originals(staged: Database, home: Path) -> None:
    for path in (staged.home / originals.FOLDER).glob("*/*"):
        target = originals.path_of(home, path.name)
        if not (target.exists() and hash_of(target) == path.name):
            originals.keep(home, path.name, path.read_bytes())


def _overwrite(staged: Database, live: Database, busy_seconds: float) -> None:
    """One transaction of SQLite's own: other processes' connections see the old library, then the new one."""
    deadline = time.monotonic() + busy_seconds

    def give_up(status: int, remaining: int, total: int) -> None:
        if time.monotonic() > deadline:
            raise LibraryBusy(
                f"Another process is writing to the library in {live.home} and has not finished.",
                remedy="Wait for it to end and try again; nothing was changed.",
            )

    source, target = staged.connect(), live.connect()
    try:
        source.backup(target, progress=give_up)
    finally:
        target.close()
        source.close()


def _replace_damaged(staged: Database, home: Path) -> Restored:
    """No process can use a damaged database: move it away, and the new one into its place."""
    folder = home / "backups" / f"damaged-{_stamp()}"
    folder.mkdir(mode=0o700, parents=True)
    with staged.locked() as connection:
        new_generation(connection, "restore_backup", reindex=True)
    result = _restored(staged, folder)
    _place_originals(staged, home)
    copy = staged.home / "copy.db"
    copy_database(staged, copy)
    for suffix in ("-wal", "-shm"):
        if (home / (FILE_NAME + suffix)).exists():
            (home / (FILE_NAME + suffix)).rename(folder / (FILE_NAME + suffix))
    if (home / FILE_NAME).exists():
        shutil.copyfile(home / FILE_NAME, folder / FILE_NAME)
    copy.replace(home / FILE_NAME)
    sync_folder(home)
    # How far the damaged library had counted is not known: none of its indexes may be taken for a new one.
    shutil.rmtree(home / DERIVED_FOLDER, ignore_errors=True)
    return result


def _restored(staged: Database, kept: Path | None) -> Restored:
    with staged.read() as connection:
        documents = connection.execute("SELECT count(*) FROM documents").fetchone()[0]
        return Restored(generation_of(connection), documents, kept)


def _no_backup(file: Path, cause: str) -> LibraryDamaged:
    return LibraryDamaged(
        f"{file} is not a whole backup of a library: {cause}.",
        remedy="Name a file that `sanad backup` wrote.",
    )


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
