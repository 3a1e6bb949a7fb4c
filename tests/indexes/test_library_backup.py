"""A backup is one whole file; restoring puts it in place of the library or changes nothing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from indexes import backup, originals
from indexes.database import Database
from indexes.errors import LibraryBusy, LibraryDamaged, LibraryError, LibraryReadOnly, LibraryTooNew
from indexes.library import Library
from indexes.types import Document

PROGRAM = Path(__file__).with_name("library_samples.py")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def file(tmp_path: Path, samples: ModuleType) -> Path:
    """The backup of a library that holds samples 1 and 2."""
    with Library.open(tmp_path / "source") as library:
        samples.add(library, samples.sample(1))
        samples.add(library, samples.sample(2))
        library.backup(tmp_path / "backup.sanad")
    return tmp_path / "backup.sanad"


def _documents(home: Path) -> list[Document]:
    with Library.open(home, create=False) as library:
        assert library.check() == []
        return library.documents(all=True)


def _names(home: Path) -> list[str]:
    return [document.file_name for document in _documents(home)]


def _state(home: Path) -> dict[str, bytes]:
    """Every file of the library proper, by its name."""
    files = [home / "library.db", *sorted((home / "originals").rglob("*"))]
    return {str(path.relative_to(home)): path.read_bytes() for path in files if path.is_file()}


def test_a_backup_holds_the_whole_library_and_nothing_else(
    library: Library, samples: ModuleType, tmp_path: Path
) -> None:
    made = samples.add(library, samples.sample(1))
    (library.home / "indexes").mkdir()
    (library.home / "indexes" / "derived.npy").write_bytes(b"x")
    library.backup(tmp_path / "backup.sanad")
    with zipfile.ZipFile(tmp_path / "backup.sanad") as archive:
        original = originals.path_of(Path("."), made.content_hash).as_posix()
        assert sorted(archive.namelist()) == ["library.db", "manifest.json", original]
        manifest = json.loads(archive.read("manifest.json"))
        assert archive.read(original) == samples.sample(1).original
    assert (manifest["format"], manifest["version"]) == ("sanad-backup", 1)
    assert (manifest["schema"], manifest["generation"]) == (1, 1)
    assert manifest["files"][original] == {
        "sha256": made.content_hash,
        "size": len(samples.sample(1).original),
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.sanad", "home"]


def test_a_backup_brings_everything_back(file: Path, home: Path, samples: ModuleType) -> None:
    restored = Library.restore_backup(file, home)
    assert restored == backup.Restored(generation=3, documents=2, kept=None)
    with Library.open(home, create=False) as library:
        for number in (1, 2):
            made = samples.sample(number)
            assert tuple(library.pages(made.id)) == made.extracted.pages
            assert library.original(made.id) == made.original
        assert library.vectors([1, 2, 3, 4], samples.MODEL).shape == (4, 8)
        assert library.check() == []
    assert sorted(path.name for path in home.iterdir()) == ["library.db", "originals"]


def test_what_was_there_is_kept_and_can_be_brought_back(
    file: Path, library: Library, samples: ModuleType
) -> None:
    for number in (3, 4, 5):
        samples.add(library, samples.sample(number))
    restored = Library.restore_backup(file, library.home)
    assert restored.kept is not None
    assert restored.kept.parent == library.home / "backups"
    assert [document.file_name for document in library.documents()] == ["sample-1.pdf", "sample-2.pdf"]
    assert {problem.code for problem in library.check()} == {"leftover"}
    Library.restore_backup(restored.kept, library.home)
    assert [d.file_name for d in library.documents()] == ["sample-3.pdf", "sample-4.pdf", "sample-5.pdf"]
    assert {problem.code for problem in library.check()} == {"leftover"}
    assert library.check() == []


def test_generations_and_chunk_ids_go_on_counting(file: Path, library: Library, samples: ModuleType) -> None:
    samples.add(library, samples.sample(3, page_count=9))
    for _ in range(4):
        library.withdraw(samples.sample(3, page_count=9).id)
        library.restore(samples.sample(3, page_count=9).id)
    assert library.generation == 9
    restored = Library.restore_backup(file, library.home)
    assert restored.generation == library.generation == library.content_generation == 10
    made = samples.add(library, samples.sample(6))
    assert [chunk.id for chunk in library.document_chunks(made.id)] == [10, 11]


def test_open_readers_see_the_restored_library(file: Path, home: Path, samples: ModuleType) -> None:
    with Library.open(home) as library:
        samples.add(library, samples.sample(3))
    with Library.open(home, readonly=True) as reader:
        with reader.snapshot():
            assert len(reader.documents()) == 1
            Library.restore_backup(file, home)
            assert [document.file_name for document in reader.documents()] == ["sample-3.pdf"]
        assert [document.file_name for document in reader.documents()] == ["sample-1.pdf", "sample-2.pdf"]


def test_a_backup_is_consistent_while_another_process_writes(
    home: Path, samples: ModuleType, tmp_path: Path
) -> None:
    writer = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(home), "0", "12"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    counts = []
    for number, _ in zip(range(4), writer.stdout, strict=False):
        target = tmp_path / f"{number}.sanad"
        with Library.open(home, create=False) as library:
            library.backup(target)
        restored = Library.restore_backup(target, tmp_path / f"restored-{number}")
        counts.append(restored.documents)
        assert _names(tmp_path / f"restored-{number}") == [
            f"sample-{n}.pdf" for n in range(restored.documents)
        ]
    writer.communicate()
    assert writer.returncode == 0
    assert counts == sorted(counts)
    assert all(count >= number for number, count in enumerate(counts))


def test_a_document_purged_meanwhile_is_left_out(
    library: Library, samples: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples.add(library, samples.sample(1))
    gone = samples.add(library, samples.sample(2))
    copy = backup.copy_database

    def copy_then_purge(database: Database, target: Path) -> None:
        copy(database, target)
        if any(document.id == gone.id for document in library.documents()):
            library.purge(gone.id)

    monkeypatch.setattr(backup, "copy_database", copy_then_purge)
    library.backup(tmp_path / "backup.sanad")
    Library.restore_backup(tmp_path / "backup.sanad", tmp_path / "restored")
    assert _names(tmp_path / "restored") == ["sample-1.pdf"]


def test_a_library_with_a_lost_original_is_not_backed_up(
    library: Library, samples: ModuleType, tmp_path: Path
) -> None:
    made = samples.add(library, samples.sample(1))
    (tmp_path / "backup.sanad").write_bytes(b"yesterday's")
    originals.path_of(library.home, made.content_hash).write_bytes(b"other")
    with pytest.raises(LibraryDamaged, match=f"original of the document {made.id}"):
        library.backup(tmp_path / "backup.sanad")
    assert (tmp_path / "backup.sanad").read_bytes() == b"yesterday's"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.sanad", "home"]


# ---- files that are no backup


def _rewritten(file: Path, change: Callable[[dict[str, bytes], dict[str, object]], object]) -> Path:
    """The backup after a change of its members or of its manifest."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name != "manifest.json"}
        manifest = json.loads(archive.read("manifest.json"))
    change(members, manifest)
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr("manifest.json", json.dumps(manifest))
    return file


def _forge(name: str, content: bytes) -> Callable[[dict[str, bytes], dict[str, object]], object]:
    def change(members: dict[str, bytes], manifest: dict[str, object]) -> None:
        members[name] = content
        files = manifest["files"]
        assert isinstance(files, dict)
        files[name] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}

    return change


def _retitled(members: dict[str, bytes]) -> dict[str, bytes]:
    """A sound database of the same size in which another file name stands."""
    return {"library.db": members["library.db"].replace(b"sample-1.pdf", b"sample-9.pdf")}


def _first_original(members: dict[str, bytes]) -> str:
    return next(name for name in members if name.startswith("originals/"))


@pytest.fixture
def unchanged(library: Library, samples: ModuleType) -> Iterator[Path]:
    """A library that no failed restore may change."""
    samples.add(library, samples.sample(3))
    library.close()
    before = _state(library.home)
    yield library.home
    assert _state(library.home) == before
    assert sorted(path.name for path in library.home.iterdir()) == ["library.db", "originals"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_forge("../outside", b"x"), "files that are not of a library"),
        (_forge("/tmp/outside", b"x"), "files that are not of a library"),
        (_forge("originals/ab/../../outside", b"x"), "files that are not of a library"),
        (_forge("originals/ab/" + "cd" * 32, b"x"), "files that are not of a library"),
        (_forge("originals/ab/" + "ab" * 32, b"x"), "."),
        (_forge("library.db", b"not a database" * 999), "."),
        (lambda members, _: members.update({"library.db": b"x"}), "is not what was backed up"),
        (lambda members, _: members.update(_retitled(members)), "is not what was backed up"),
        (lambda members, _: members.update({_first_original(members): b"x"}), "is not what was backed up"),
        (lambda members, _: members.pop(_first_original(members)), "names other files"),
        (lambda members, _: members.update({"more": b"x"}), "names other files"),
        (lambda _, manifest: manifest.update(format="other"), "no manifest of Sanad"),
        (lambda _, manifest: manifest.update(files=[]), "."),
        (lambda _, manifest: manifest.pop("files"), "."),
        (lambda _, manifest: manifest.update(version="x"), "."),
    ],
)
def test_a_forged_or_damaged_backup_changes_nothing(
    file: Path,
    unchanged: Path,
    tmp_path: Path,
    change: Callable[[dict[str, bytes], dict[str, object]], object],
    message: str,
) -> None:
    with pytest.raises(LibraryDamaged, match=message):
        Library.restore_backup(_rewritten(file, change), unchanged)
    assert not list(tmp_path.rglob("outside"))


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9, 0.999])
def test_a_cut_backup_changes_nothing(file: Path, unchanged: Path, kept: float) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(LibraryDamaged, match="is not a whole backup"):
        Library.restore_backup(file, unchanged)


def test_a_flipped_byte_is_noticed_wherever_it_matters(file: Path, tmp_path: Path) -> None:
    content = file.read_bytes()
    whole = _documents(tmp_path / "source")
    refused = 0
    for place in range(7, len(content), len(content) // 40):
        file.write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
        home = tmp_path / f"restored-{place}"
        try:
            Library.restore_backup(file, home)
        except LibraryError:
            refused += 1
            assert list(home.iterdir()) == []
        else:  # a byte that says nothing, as the time of a member
            assert _documents(home) == whole
    assert refused > 30


def test_a_missing_backup_is_said(unchanged: Path, tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="There is no file"):
        Library.restore_backup(tmp_path / "nothing", unchanged)


def test_a_backup_of_a_newer_version_changes_nothing(file: Path, unchanged: Path) -> None:
    _rewritten(file, lambda _, manifest: manifest.update(version=2))
    with pytest.raises(LibraryTooNew):
        Library.restore_backup(file, unchanged)


def test_a_backup_of_a_newer_schema_changes_nothing(file: Path, unchanged: Path, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "source" / "library.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    content = (tmp_path / "source" / "library.db").read_bytes()
    with pytest.raises(LibraryTooNew):
        Library.restore_backup(_rewritten(file, _forge("library.db", content)), unchanged)


def test_a_busy_library_is_not_replaced(file: Path, home: Path, samples: ModuleType) -> None:
    with Library.open(home) as library:
        samples.add(library, samples.sample(3))
    other = sqlite3.connect(home / "library.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LibraryBusy):
        backup.restore_backup(file, home, busy_seconds=0.05)
    other.close()
    with Library.open(home) as library:
        assert [document.file_name for document in library.documents()] == ["sample-3.pdf"]


@pytest.mark.parametrize("how", ["garbage", "gone", "torn"])
def test_a_damaged_library_is_replaced_and_kept(
    file: Path, home: Path, samples: ModuleType, how: str
) -> None:
    with Library.open(home) as library:
        samples.add(library, samples.sample(3, page_count=30, copies=50))
        (home / "indexes").mkdir()
    path = home / "library.db"
    content = path.read_bytes()
    if how == "garbage":
        path.write_bytes(b"not a database" * 1000)
    elif how == "gone":
        path.unlink()
    else:
        path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    restored = Library.restore_backup(file, home)
    assert restored.kept is not None
    with Library.open(home, create=False) as library:
        assert [document.file_name for document in library.documents()] == ["sample-1.pdf", "sample-2.pdf"]
        assert {problem.code for problem in library.check()} <= {"leftover"}


def test_a_damaged_original_is_mended_by_restoring(
    library: Library, samples: ModuleType, tmp_path: Path
) -> None:
    made = samples.add(library, samples.sample(1))
    library.backup(tmp_path / "backup.sanad")
    originals.path_of(library.home, made.content_hash).write_bytes(b"other")
    restored = Library.restore_backup(tmp_path / "backup.sanad", library.home)
    assert restored.kept is not None
    assert restored.kept.suffix == ".db"
    assert library.check() == []


def test_a_disk_that_fills_while_restoring_changes_nothing(
    file: Path, unchanged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LibraryReadOnly, match="is full"):
        Library.restore_backup(file, unchanged)


def test_a_restore_that_is_killed_leaves_the_old_library_or_the_new(
    file: Path, home: Path, samples: ModuleType, in_child: Callable[[Callable[[], object]], int]
) -> None:
    with Library.open(home) as library:
        samples.add(library, samples.sample(3))
    seen = set()
    for point in range(1, 1000, 4):
        target = home.with_name("again")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(home, target)

        def die(target: Path = target, point: int = point) -> None:
            left = [point]

            def count(event: str, _: tuple[object, ...]) -> None:
                if event.partition(".")[0] in {"open", "os", "tempfile", "sqlite3", "shutil"}:
                    left[0] -= 1
                    if not left[0]:
                        os.kill(os.getpid(), 9)

            sys.addaudithook(count)
            Library.restore_backup(file, target)

        code = in_child(die)
        assert code in (0, -9)
        with Library.open(target, create=False) as library:
            assert {problem.code for problem in library.check()} <= {"leftover"}
            names = tuple(document.file_name for document in library.documents())
        seen.add(names)
        if code == 0:
            break
    assert seen == {("sample-3.pdf",), ("sample-1.pdf", "sample-2.pdf")}
