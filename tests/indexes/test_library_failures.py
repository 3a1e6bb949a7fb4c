"""Kills, full disks, read-only folders, damage, newer versions: a clear error, and nothing stored is lost."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from indexes.errors import (
    LibraryBusy,
    LibraryReadOnly,
)
from indexes.library import Library

PROGRAM = Path(__file__).with_name("library_samples.py")
ROOT = Path(__file__).parents[2]

InChild = Callable[[Callable[[], object]], int]


def _start(home: Path, first: int, last: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), str(home), str(first), str(last)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


# ---- kill -9


def _kill_at(point: int) -> None:
    """This process dies at the given one of its coming SQL statements and uses of files."""
    left = [point]

    def count(*_: object) -> None:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_event(event: str, _: tuple[object, ...]) -> None:
        if event.partition(".")[0] in {"open", "os", "tempfile", "sqlite3"}:
            count()

    connect = sqlite3.connect

    def traced(*arguments: object, **options: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_trace_callback(count)
        return connection

    sqlite3.connect = traced
    sys.addaudithook(on_event)


def _sweep(prepare: Callable[[], Path], act: Callable[[Path], object], in_child: InChild) -> Iterator[Path]:
    """The library after the act was killed at its first, second, third, … step, until it is not killed."""
    for point in range(1, 1000):
        home = prepare()

        def die(home: Path = home, point: int = point) -> None:
            _kill_at(point)
            act(home)

        code = in_child(die)
        assert code in (0, -signal.SIGKILL)
        yield home
        if code == 0:
            assert point > 10
            return
    pytest.fail("the act does not end")


def test_a_document_is_in_or_out_wherever_adding_is_killed(
    home: Path, samples: ModuleType, in_child: InChild
) -> None:
    with Library.open(home) as library:
        samples.add(library, samples.sample(1))

    def act(home: Path) -> None:
        with Library.open(home) as library:
            samples.add(library, samples.sample(2))

    def prepare() -> Path:
        target = home.with_name("again")
        shutil.rmtree(target, ignore_errors=True)
        return Path(shutil.copytree(home, target))

    seen = set()
    for killed in _sweep(prepare, act, in_child):
        seen.add(tuple(samples.assert_whole(killed)))
        act(killed)
        assert samples.assert_whole(killed) == [1, 2]
    assert seen == {(1,), (1, 2)}


def test_making_a_library_can_be_killed_anywhere(home: Path, samples: ModuleType, in_child: InChild) -> None:
    def prepare() -> Path:
        shutil.rmtree(home, ignore_errors=True)
        return home

    for killed in _sweep(prepare, lambda home: Library.open(home).close(), in_child):
        assert samples.assert_whole(killed) == []


def test_a_purge_that_is_killed_ends_with_the_next(
    home: Path, samples: ModuleType, in_child: InChild
) -> None:
    with Library.open(home) as library:
        samples.add(library, samples.sample(1))
        gone = samples.add(library, samples.sample(2)).id

    def act(home: Path) -> None:
        with Library.open(home) as library:
            library.purge(gone)

    def prepare() -> Path:
        target = home.with_name("again")
        shutil.rmtree(target, ignore_errors=True)
        return Path(shutil.copytree(home, target))

    for killed in _sweep(prepare, act, in_child):
        with Library.open(killed) as library:
            problems = library.check()
            assert {problem.code for problem in problems} <= {"leftover"}
            held = {document.id for document in library.documents(all=True)}
            assert len(held) == len(list(killed.glob("originals/*/*"))) == (2 if gone in held else 1)


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_writer_leaves_whole_documents(home: Path, samples: ModuleType, seed: int) -> None:
    writer = _start(home, 0, 1000)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "open\n"
    with pytest.raises(subprocess.TimeoutExpired):
        writer.wait(timeout=random.Random(seed).uniform(0.05, 0.5))
    writer.kill()
    told = [int(line) for line in writer.communicate()[0].split()]
    whole = samples.assert_whole(home, page_count=40, copies=5)
    assert whole[: len(told)] == told
    assert len(whole) <= len(told) + 1
    again = _start(home, 0, len(whole) + 2)
    again.communicate()
    assert again.returncode == 0
    assert samples.assert_whole(home, page_count=40, copies=5) == list(range(len(whole) + 2))


# ---- several processes


def test_readers_in_other_processes_see_whole_generations(
    home: Path, samples: ModuleType, in_child: InChild
) -> None:
    with Library.open(home) as library:
        samples.add(library, samples.sample(0, page_count=40, copies=5))
    writer = _start(home, 1, 12)

    def read() -> None:
        with Library.open(home, readonly=True) as reader:
            seen = set()
            while (generation := reader.generation) < 12:
                with reader.snapshot():
                    documents = reader.documents()
                    assert len(documents) == reader.generation >= generation
                    ids = [chunk.id for chunk in reader.iter_chunks()]
                    assert reader.vectors(ids, samples.MODEL).shape == (40 * len(documents), 8)
                    seen.add(len(documents))
            assert seen

    readers = [threading.Thread(target=lambda: codes.append(in_child(read))) for _ in range(2)]
    codes: list[int] = []
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    writer.communicate()
    assert (writer.returncode, codes) == (0, [0, 0])


def test_two_writers_take_turns(home: Path, samples: ModuleType) -> None:
    writers = [_start(home, 0, 6), _start(home, 3, 9)]
    for writer in writers:
        writer.communicate()
    assert [writer.returncode for writer in writers] == [0, 0]
    assert sorted(samples.assert_whole(home, page_count=40, copies=5)) == list(range(9))


def test_a_writer_that_does_not_end_is_reported(home: Path, samples: ModuleType) -> None:
    with Library.open(home) as library:
        samples.add(library, samples.sample(1))
    other = sqlite3.connect(home / "library.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with Library.open(home, busy_seconds=0.05) as library:
            with pytest.raises(LibraryBusy, match="Another process is writing"):
                samples.add(library, samples.sample(2))
            assert len(library.documents()) == 1
    finally:
        other.close()


# ---- disks and rights


def test_a_limit_on_file_size_loses_nothing(home: Path, samples: ModuleType, in_child: InChild) -> None:
    with Library.open(home) as library:
        samples.add(library, samples.sample(1))

    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        with Library.open(home) as library:
            with pytest.raises(LibraryReadOnly, match="disk"):
                samples.add(library, samples.sample(2, page_count=60, copies=300))
            assert len(library.documents()) == 1

    assert in_child(fill) == 0
    assert samples.assert_whole(home) == [1]


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Mounts something on a new folder; skips where that is not allowed."""
    points: list[Path] = []

    def mount(*arguments: str) -> Path:
        point = tmp_path / f"mounted-{len(points)}"
        point.mkdir()
        if os.geteuid() or subprocess.run(["mount", *arguments, str(point)], capture_output=True).returncode:
            pytest.skip("mounting needs the rights of root")
        points.append(point)
        return point

    yield mount
    for point in points:
        subprocess.run(["umount", str(point)], check=True)


def _fill(library: Library, samples: ModuleType) -> None:
    for number in range(1000):
        samples.add(library, samples.sample(number, page_count=4, copies=5))


def test_a_full_disk_loses_nothing(samples: ModuleType, mounted: Callable[..., Path]) -> None:
    disk = mounted("-t", "tmpfs", "-o", "size=1m", "none")
    home = disk / "home"
    with Library.open(home) as library:
        with pytest.raises(LibraryReadOnly, match=r"The disk that holds .* is full") as caught:
            _fill(library, samples)
        assert caught.value.remedy.startswith("Make room on the disk")
        stored = library.generation
        with pytest.raises(LibraryReadOnly):
            library.backup(disk / "backup.sanad")
    assert stored > 1
    assert not list(disk.glob("*.sanad")) + list(disk.glob(".unfinished*"))
    assert samples.assert_whole(home, page_count=4, copies=5) == list(range(stored))


def test_a_read_only_folder_can_be_read(
    home: Path, samples: ModuleType, mounted: Callable[..., Path]
) -> None:
    with Library.open(home) as library:
        samples.add(library, samples.sample(1))
    point = mounted("--bind", "-o", "ro", str(home))
    with pytest.raises(LibraryReadOnly, match="cannot be written to"):
        Library.open(point)
    with Library.open(point, readonly=True) as library:
        assert [document.file_name for document in library.documents()] == ["sample-1.pdf"]
        assert library.check() == []
        with pytest.raises(LibraryReadOnly, match="opened for reading only"):
            samples.add(library, samples.sample(2))
    with pytest.raises(LibraryReadOnly):
        Library.open(point / "new")


def test_a_read_only_folder_is_read_while_its_writer_works(
    home: Path, samples: ModuleType, mounted: Callable[..., Path]
) -> None:
    with Library.open(home) as writer:
        samples.add(writer, samples.sample(1))
        point = mounted("--bind", "-o", "ro", str(home))
        with Library.open(point, readonly=True) as reader:
            samples.add(writer, samples.sample(2))
            assert (reader.generation, len(reader.documents())) == (2, 2)


def test_a_reader_writes_nothing(home: Path, samples: ModuleType) -> None:
    with Library.open(home) as library:
        made = samples.add(library, samples.sample(1))
    before = (home / "library.db").read_bytes()
    with Library.open(home, readonly=True) as library:
        for write in (
            lambda: library.withdraw(made.id),
            lambda: library.purge(made.id),
            lambda: library.set_meta("a", "b"),
        ):
            with pytest.raises(LibraryReadOnly):
                write()
        assert len(library.documents()) == 1
    assert (home / "library.db").read_bytes() == before
