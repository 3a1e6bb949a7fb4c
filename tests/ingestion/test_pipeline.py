"""The whole way from files to the library, with the real reading processes and the real model."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from indexes.embedding import Embedder
from indexes.errors import SettingsError
from indexes.library import Library
from indexes.types import DocumentState, Metadata
from ingestion.pipeline import FileResult, Options, Outcome, find_files, ingest, overlay

OLD = """# Fever in adults (sample, not for care)

## Paracetamol

Give paracetamol 500 mg every 6 hours. The maximum is 3 g in 24 hours.

## Fluids

Offer water often.
"""
NEW = OLD.replace("3 g", "4 g")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "guidelines"
    made.mkdir()
    (made / "fever-2020.md").write_text(OLD, encoding="utf-8")
    return made


@pytest.fixture
def bring(tmp_path: Path, embedder: Embedder) -> Callable[..., list[FileResult]]:
    """Ingests paths into the test's library."""

    def run(*paths: Path, options: Options = Options()) -> list[FileResult]:
        with Library.open(tmp_path / "home") as library:
            events = list(ingest(find_files(paths), library, lambda _: embedder, options))
        return [event for event in events if isinstance(event, FileResult)]

    return run


def outcomes(results: list[FileResult]) -> dict[str, Outcome]:
    return {r.path.name: r.outcome for r in results}


def test_a_file_is_added_once_and_then_unchanged(
    folder: Path, bring: Callable[..., list[FileResult]]
) -> None:
    [first] = bring(folder)
    assert (first.outcome, first.pages, first.chunks > 0) == (Outcome.ADDED, 1, True)
    assert first.embedded == first.chunks
    [second] = bring(folder)
    assert (second.outcome, second.embedded) == (Outcome.UNCHANGED, 0)


def test_a_new_edition_supersedes_by_file_name_and_embeds_only_what_changed(
    folder: Path, bring: Callable[..., list[FileResult]], tmp_path: Path
) -> None:
    (folder / "a-fever-2024.md").write_text(NEW, encoding="utf-8")  # read before the edition it replaces
    (folder / "a-fever-2024.yaml").write_text(
        "title: Fever\nedition: 2024\nsupersedes: fever-2020.md\n", encoding="utf-8"
    )
    results = {r.path.name: r for r in bring(folder)}
    old, new = results["fever-2020.md"], results["a-fever-2024.md"]
    assert old.document is not None
    assert new.superseded == old.document.id
    with Library.open(tmp_path / "home") as library:
        states = {d.file_name: d.state for d in library.documents(all=True)}
        texts = [c.embedded_text for c in library.chunks([c.id for c in library.iter_chunks()])]
    assert states == {"fever-2020.md": DocumentState.SUPERSEDED, "a-fever-2024.md": DocumentState.CURRENT}
    assert old.embedded + new.embedded == len(set(texts)) < len(texts)


def test_options_win_over_the_sidecar_and_the_sidecar_over_the_file(
    folder: Path, bring: Callable[..., list[FileResult]]
) -> None:
    (folder / "fever-2020.yaml").write_text("title: From the sidecar\npublisher: Ward 3\n", encoding="utf-8")
    [result] = bring(folder, options=Options(Metadata(title="From the option")))
    assert result.document is not None
    assert (result.document.title, result.document.publisher) == ("From the option", "Ward 3")


def test_a_changed_sidecar_updates_what_is_known_of_an_unchanged_file(
    folder: Path, bring: Callable[..., list[FileResult]]
) -> None:
    bring(folder)
    (folder / "fever-2020.yaml").write_text("edition: second\n", encoding="utf-8")
    [result] = bring(folder)
    assert result.document is not None
    assert (result.outcome, result.document.edition) == (Outcome.UPDATED, "second")
    assert outcomes(bring(folder)) == {"fever-2020.md": Outcome.UNCHANGED}


def test_a_newer_reader_reads_known_files_anew_and_keeps_the_old_pages(
    folder: Path, bring: Callable[..., list[FileResult]], tmp_path: Path
) -> None:
    [first] = bring(folder, options=Options(Metadata(title="Fever")))
    assert first.document is not None
    with sqlite3.connect(tmp_path / "home" / "library.db") as connection:
        connection.execute("UPDATE documents SET extractor = 'sanad-text/0'")
    connection.close()
    [second] = bring(folder)
    assert second.document is not None
    assert (second.outcome, second.document.title) == (Outcome.UPDATED, "Fever")
    with Library.open(tmp_path / "home") as library:
        assert library.page(first.document.id, 1, revision=1) == library.page(
            first.document.id, 1, revision=2
        )
        assert library.check() == []
    assert outcomes(bring(folder)) == {"fever-2020.md": Outcome.UNCHANGED}


def test_what_fails_is_named_and_the_rest_goes_on(
    folder: Path, bring: Callable[..., list[FileResult]], tmp_path: Path
) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing of a PDF follows")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "odd.md").write_text("# Odd\n\nText.\n", encoding="utf-8")
    (folder / "odd.yaml").write_text("colour: red\n", encoding="utf-8")
    (folder / "orphan.md").write_text("# Orphan\n\nText of its own.\n", encoding="utf-8")
    (folder / "orphan.yaml").write_text("supersedes: 0123456789abcdef\n", encoding="utf-8")
    results = {r.path.name: r for r in bring(folder)}
    failed = {name: str(r.error) for name, r in results.items() if r.outcome is Outcome.FAILED}
    assert failed.keys() == {"broken.pdf", "empty.txt", "odd.md", "orphan.md"}
    assert "broken.pdf" in failed["broken.pdf"]
    assert "colour" in failed["odd.md"]
    assert "0123456789abcdef" in failed["orphan.md"]
    assert results["fever-2020.md"].outcome is Outcome.ADDED
    with Library.open(tmp_path / "home") as library:
        assert [d.file_name for d in library.documents(all=True)] == ["fever-2020.md"]
        assert library.check() == []


def test_the_same_bytes_under_two_names_are_one_document(
    folder: Path, bring: Callable[..., list[FileResult]]
) -> None:
    shutil.copy(folder / "fever-2020.md", folder / "zz-copy.md")
    results = bring(folder)
    assert outcomes(results) == {"fever-2020.md": Outcome.ADDED, "zz-copy.md": Outcome.UNCHANGED}
    assert len({r.document.id for r in results if r.document}) == 1


def test_the_same_text_in_other_bytes_is_said(folder: Path, bring: Callable[..., list[FileResult]]) -> None:
    bring(folder)
    (folder / "copy.md").write_text(OLD + "\n\n\n", encoding="utf-8")
    copy = next(r for r in bring(folder) if r.path.name == "copy.md")
    assert (copy.outcome, copy.embedded) == (Outcome.ADDED, 0)
    assert copy.same_text_as is not None


def test_files_are_found_in_folders_by_type_and_missing_ones_are_named(folder: Path, tmp_path: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "x.PDF").write_bytes(b"%PDF-")
    (folder / ".hidden.md").write_text("no", encoding="utf-8")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    assert [p.name for p in find_files([folder])] == ["x.PDF", "fever-2020.md"]
    with pytest.raises(SettingsError, match=r"gone\.pdf"):
        find_files([tmp_path / "gone.pdf"])
    (tmp_path / "void").mkdir()
    with pytest.raises(SettingsError, match="void"):
        find_files([tmp_path / "void"])


def test_overlay_takes_the_upper_value_where_there_is_one() -> None:
    below = Metadata(title="a", publisher="b")
    assert overlay(below, Metadata(title="c")) == Metadata(title="c", publisher="b")


def test_killed_at_any_moment_documents_are_in_whole_or_not_at_all(tmp_path: Path, model_dir: Path) -> None:
    """kill -9 of the real command with its reading processes, at growing delays; then a run to the end."""
    source = tmp_path / "many"
    source.mkdir()
    for number in range(12):
        text = OLD.replace("500 mg", f"{500 + number} mg") + "\n\nMore words about fever.\n" * number
        (source / f"{number}.md").write_text(text, encoding="utf-8")
    home = tmp_path / "home"
    command = [
        sys.executable,
        "-c",
        "from ui.cli import main; main()",
        "--home",
        str(home),
        "ingest",
        str(source),
    ]
    environment = os.environ | {"SANAD_MODELS": str(model_dir.parent)}
    for delay in (0.7, 1.3, 1.9, 2.4):
        process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if (home / "library.db").exists():
            with Library.open(home) as library:
                assert [p for p in library.check() if not p.fixed] == []
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with Library.open(home) as library:
        assert len(library.documents()) == 12
        assert library.check() == []
    shutil.rmtree(home)
