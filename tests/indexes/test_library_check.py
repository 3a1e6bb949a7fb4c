"""The check finds what is not as it was stored, and clears away what a killed process left."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from indexes.check import Problem
from indexes.library import Library


@contextmanager
def _tampering(home: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(home / "library.db")
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()


def test_files_of_no_document_are_removed(library: Library, samples: ModuleType) -> None:
    made = samples.add(library, samples.sample(1))
    folder = library.home / "originals" / made.content_hash[:2]
    strays = [folder / ("f" * 64), folder / ".unfinished-abc"]
    for stray in strays:
        stray.write_bytes(b"x")
    found = library.check()
    assert found == [
        Problem(
            "leftover",
            f"{path.relative_to(library.home)} belonged to no document and was removed",
            fixed=True,
        )
        for path in sorted(strays)
    ]
    assert library.check() == []
    assert library.original(made.id) == samples.sample(1).original


def test_unfinished_work_of_others_is_left_alone_for_a_day(library: Library) -> None:
    young, old = (library.home / f".unfinished-{age}" for age in ("young", "old"))
    for folder in (young, old):
        folder.mkdir()
        (folder / "library.db").write_bytes(b"x")
    os.utime(old, (0, 0))
    assert [problem.message for problem in library.check()] == [
        ".unfinished-old belonged to no document and was removed"
    ]
    assert (young.exists(), old.exists()) == (True, False)


def test_a_reader_removes_nothing(library: Library, samples: ModuleType) -> None:
    samples.add(library, samples.sample(1))
    stray = library.home / "originals" / "stray" / "file"
    stray.parent.mkdir()
    stray.write_bytes(b"x")
    with Library.open(library.home, readonly=True) as reader:
        assert reader.check() == []
    assert stray.exists()


@pytest.mark.parametrize(("content", "fault"), [(None, "is missing"), (b"other", "is not what was ingested")])
def test_a_lost_or_changed_original_is_named(
    library: Library, samples: ModuleType, content: bytes | None, fault: str
) -> None:
    made = samples.add(library, samples.sample(1))
    path = next(library.home.glob("originals/*/*"))
    path.unlink() if content is None else path.write_bytes(content)
    assert library.check() == [Problem("original", f"the original {made.content_hash} {fault}", made.id)]


@pytest.mark.parametrize(
    ("statement", "code", "message"),
    [
        ("UPDATE pages SET text = replace(text, '140', '14')", "page", "the text of its pages is not"),
        ("DELETE FROM pages WHERE number = 2", "page", "1 of 2 pages are there"),
        ("UPDATE chunks SET text = replace(text, '140', '14')", "chunk", "its sentence at"),
        ("UPDATE chunks SET spans = '[[1,0,5000]]'", "chunk", "characters 0 to 5000 are not on page 1"),
        ("UPDATE chunks SET spans = '[[7,0,5]]'", "chunk", "characters 0 to 5 are not on page 7"),
        ("UPDATE chunks SET sentences = '[[0,999,[],\"paragraph\",[]]]'", "chunk", "sentence 0 to 999"),
        ("UPDATE chunks SET sentences = '[[0,5,[],\"paragraph\",[]]]'", "chunk", "its sentence at 0"),
        ("DELETE FROM vectors", "vector", "2 chunks have no vectors of the model sample-model"),
        ("UPDATE vectors SET vector = x'00000000' WHERE id = 1", "vector", "differ in width"),
        ("DELETE FROM documents", "reference", "belongs to no row of documents"),
    ],
)
def test_tampering_is_found(
    library: Library, samples: ModuleType, statement: str, code: str, message: str
) -> None:
    samples.add(library, samples.sample(1))
    with _tampering(library.home) as connection:
        connection.execute(statement)
    found = library.check()
    assert (code, True) in {(problem.code, message in problem.message) for problem in found}
    assert not any(problem.fixed for problem in found if problem.code != "leftover")


def test_old_revisions_are_checked_too(library: Library, samples: ModuleType) -> None:
    made, better = samples.sample(1), samples.sample(1, text="Better.")
    samples.add(library, made)
    extracted = replace(better.extracted, extractor="sample 2")
    library.replace_pages(made.id, extracted, better.chunks, better.vectors, model_id=samples.MODEL)
    with _tampering(library.home) as connection:
        connection.execute("UPDATE pages SET text = '' WHERE revision = 1 AND number = 1")
    assert [(problem.code, problem.document_id) for problem in library.check()] == [("chunk", made.id)]
