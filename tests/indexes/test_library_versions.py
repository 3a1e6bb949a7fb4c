"""Damaged databases, those of newer versions and migrations of older ones."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from types import ModuleType

import pytest

from indexes import schema
from indexes.database import open_database
from indexes.errors import (
    LibraryDamaged,
    LibraryError,
    LibraryReadOnly,
    LibraryTooNew,
)
from indexes.library import Library

# ---- damage and versions


def test_a_newer_library_is_left_as_it_is(home: Path, samples: ModuleType) -> None:
    with Library.open(home) as library:
        samples.add(library, samples.sample(1))
    with sqlite3.connect(home / "library.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = (home / "library.db").read_bytes()
    for readonly in (False, True):
        with pytest.raises(
            LibraryTooNew, match=r"newer version of Sanad \(schema 99; this version knows 1\)"
        ):
            Library.open(home, readonly=readonly)
    assert (home / "library.db").read_bytes() == before


def test_a_database_that_is_none_is_damaged(home: Path) -> None:
    home.mkdir()
    (home / "library.db").write_bytes(b"not a database" * 1000)
    for readonly in (False, True):
        with pytest.raises(LibraryDamaged, match="is damaged") as caught:
            Library.open(home, readonly=readonly)
        assert "restore-backup" in caught.value.remedy
    assert (home / "library.db").read_bytes() == b"not a database" * 1000


def test_another_applications_database_is_left_alone(home: Path) -> None:
    home.mkdir()
    connection = sqlite3.connect(home / "library.db")
    connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    with pytest.raises(LibraryDamaged, match="is a database of another application"):
        Library.open(home)


@pytest.mark.parametrize("how", ["gone", "emptied"])
def test_a_lost_database_is_not_begun_anew_over_originals(home: Path, samples: ModuleType, how: str) -> None:
    with Library.open(home) as library:
        samples.add(library, samples.sample(1))
    path = home / "library.db"
    path.unlink() if how == "gone" else path.write_bytes(b"")
    with pytest.raises(LibraryDamaged, match="missing or empty, but originals"):
        Library.open(home)


def test_damage_inside_is_found_and_told(home: Path, samples: ModuleType) -> None:
    with Library.open(home) as library:
        made = samples.sample(1, page_count=60, copies=50)
        samples.add(library, made)
    path = home / "library.db"
    content = bytearray(path.read_bytes())
    content[8192 : len(content) - 8192] = b"\xff" * (len(content) - 16384)
    path.write_bytes(content)

    def use() -> None:
        with Library.open(home) as library:
            assert {problem.code for problem in library.check()} == {"database"}
            list(library.pages(made.id))

    with pytest.raises(LibraryDamaged, match="is damaged"):
        use()


# ---- migrations


def _steps(folder: Path, second: str) -> tuple[Path, ...]:
    folder.mkdir()
    shutil.copy(schema.migrations()[0], folder)
    (folder / "0002.sql").write_text(second)
    return schema.migrations(folder)


MADE_UP = """
ALTER TABLE documents ADD COLUMN shelf TEXT NOT NULL DEFAULT 'a;b';
CREATE TRIGGER shelved AFTER UPDATE ON documents BEGIN
    UPDATE meta SET value = 'x' WHERE key = 'y';
    DELETE FROM meta WHERE key = 'z';
END;
"""


def test_an_older_library_is_copied_and_brought_up_to_date(
    home: Path, samples: ModuleType, tmp_path: Path
) -> None:
    with Library.open(home) as library:
        made = samples.add(library, samples.sample(1))
    steps = _steps(tmp_path / "steps", MADE_UP)
    with pytest.raises(LibraryReadOnly, match="older version"):
        open_database(home, create=False, readonly=True, steps=steps)
    database = open_database(home, create=False, readonly=False, steps=steps)
    with database.read() as connection:
        assert connection.execute("SELECT id, shelf FROM documents").fetchall() == [(made.id, "a;b")]
        assert schema.version_of(connection) == 2
    database.close()
    open_database(home, create=False, readonly=False, steps=steps).close()
    copies = list((home / "backups").iterdir())
    assert [copy.name.rpartition("-")[0] for copy in copies] == ["library-schema-1"]
    copy = sqlite3.connect(copies[0])
    assert copy.execute("SELECT id FROM documents").fetchall() == [(made.id,)]
    assert schema.version_of(copy) == 1
    copy.close()
    with pytest.raises(LibraryTooNew):
        Library.open(home)


def test_a_migration_that_fails_changes_nothing(home: Path, samples: ModuleType, tmp_path: Path) -> None:
    with Library.open(home) as library:
        samples.add(library, samples.sample(1))
    steps = _steps(
        tmp_path / "steps", "ALTER TABLE documents ADD COLUMN shelf TEXT;\nDELETE FROM no_table;\n"
    )
    with pytest.raises(LibraryError, match="no such table: no_table"):
        open_database(home, create=False, readonly=False, steps=steps)
    assert samples.assert_whole(home) == [1]
    connection = sqlite3.connect(home / "library.db")
    assert "shelf" not in [row[1] for row in connection.execute("PRAGMA table_info(documents)")]
    connection.close()


def test_a_schema_file_that_breaks_off_is_refused(home: Path, tmp_path: Path) -> None:
    steps = _steps(tmp_path / "steps", "CREATE TABLE half (")
    with pytest.raises(ValueError, match="unfinished statement"):
        open_database(home, create=True, readonly=False, steps=steps)
