"""Every broken or hostile file ends in one clear error that names it, and the others are read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hostile_files as files
import pytest

from indexes.errors import LimitExceeded, PasswordRequired, UnreadableDocument
from indexes.types import WarningKind
from ingestion.limits import Limits
from ingestion.pool import ExtractionResult, extract_files

LIMITS = Limits(seconds=30.0, memory_bytes=1 << 30)
AROUND = "Amlodipine 5 mg once a day."
DEFINED = (UnreadableDocument, LimitExceeded, PasswordRequired)


def results(paths: list[Path], **options: object) -> dict[str, ExtractionResult]:
    given = {"limits": LIMITS, "workers": 1} | options
    events = extract_files(paths, **given)  # type: ignore[arg-type]
    return {e.path.name: e for e in events if isinstance(e, ExtractionResult)}


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


REFUSED: dict[str, tuple[Callable[[], bytes], type[Exception], str]] = {
    "zero.pdf": (bytes, UnreadableDocument, "empty"),
    "text.pdf": (lambda: b"just a few words\n" * 40, UnreadableDocument, "not a PDF"),
    "page.pdf": (lambda: b"<!DOCTYPE html><html><p>404</html>", UnreadableDocument, "HTML"),
    "word.docx": (lambda: b"PK\x03\x04" + b"\0" * 99, UnreadableDocument, "ZIP archive"),
    "binary.txt": (lambda: bytes(range(256)) * 9, UnreadableDocument, "not text"),
    "blank.txt": (lambda: b" \n\n\t", UnreadableDocument, "no text"),
    "head.pdf": (lambda: files.good()[:30], UnreadableDocument, ""),
    "form_tree.pdf": (files.form_tree, UnreadableDocument, "form"),
    "content.pdf": (files.deep_content, UnreadableDocument, "no text"),
    "rc4.pdf": (lambda: files.encrypted("RC4-128"), PasswordRequired, "encrypted"),
    "aes.pdf": (lambda: files.encrypted("AES-256"), PasswordRequired, "encrypted"),
    "ring.pdf": (files.cyclic_pages, UnreadableDocument, ""),
    "flate.pdf": (files.flate_bomb, LimitExceeded, "more than the limits allow"),
    "operators.pdf": (files.content_bomb, LimitExceeded, ""),
    "glyphs.pdf": (files.glyph_bomb, LimitExceeded, ""),
    "pages.pdf": (lambda: files.many_pages(5001), LimitExceeded, "5,001"),
}

# What may be read in spite of it: the outcome is an error of a defined kind or a document.
ODD: dict[str, Callable[[], bytes]] = {
    "half.pdf": lambda: files.good()[: len(files.good()) // 2],
    "tail.pdf": lambda: files.good()[:-40],
    "no_xref.pdf": lambda: files.good().replace(b"xref\n0", b"xxxx\n9"),
    "wrong_xref.pdf": lambda: (
        files.good().replace(b" 00000 n", b" 00009 n").replace(b"00000000", b"00000017")
    ),
    "endless_xref.pdf": files.endless_xref,
    "object_streams.pdf": files.endless_object_stream,
    "forms.pdf": files.cyclic_forms,
    "arrays.pdf": files.deep_arrays,
    "dictionaries.pdf": files.deep_dictionaries,
    "fonts.pdf": files.broken_map,
    "count.pdf": files.lying_count,
    "images.pdf": files.huge_images,
}


@pytest.mark.slow
def test_each_is_refused_with_its_name_and_cause_and_the_others_are_read(tmp_path: Path) -> None:
    paths = [write(tmp_path, name, make()) for name, (make, _, _) in REFUSED.items()]
    good = [write(tmp_path, f"good{i}.pdf", files.good()) for i in range(2)]
    found = results([good[0], *paths, good[1]])
    wrong = {}
    for name, (_, kind, cause) in REFUSED.items():
        error = found[name].error
        if not (type(error) is kind and name in str(error) and cause in str(error) and error.remedy):
            wrong[name] = error
    assert wrong == {}
    assert len(found) == len(REFUSED) + 2
    assert [found[p.name].document.pages[0].text for p in good] == [AROUND, AROUND]  # type: ignore[union-attr]
    assert max(r.seconds for r in found.values()) < LIMITS.seconds + 5


@pytest.mark.slow
def test_odd_files_end_within_their_limits(tmp_path: Path) -> None:
    paths = [write(tmp_path, name, make()) for name, make in ODD.items()]
    good = write(tmp_path, "good.pdf", files.good())
    found = results([*paths, good])
    for name in ODD:
        result = found[name]
        if result.document is None:
            assert isinstance(result.error, DEFINED), name
            assert name in str(result.error)
        assert result.seconds < LIMITS.seconds + 5
    assert found["good.pdf"].document is not None


def test_a_cyclic_form_and_a_broken_font_do_not_cost_the_rest_of_the_page(tmp_path: Path) -> None:
    found = results(
        [write(tmp_path, "a.pdf", files.cyclic_forms()), write(tmp_path, "b.pdf", files.broken_map())]
    )
    forms, fonts = found["a.pdf"].document, found["b.pdf"].document
    assert forms is not None
    assert fonts is not None
    assert "Before the form." in forms.pages[0].text
    assert AROUND in fonts.pages[0].text
    assert any(w.kind.blocking for w in fonts.pages[0].warnings)
    assert WarningKind.UNREADABLE_PART in {w.kind for w in forms.pages[0].warnings}


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_passwords(tmp_path: Path, algorithm: str) -> None:
    path = write(tmp_path, "locked.pdf", files.encrypted(algorithm))
    right = results([path], password="geheim")["locked.pdf"].document
    assert right is not None
    assert (right.pages[0].text, right.pages[0].warnings) == (AROUND, ())
    wrong = results([path], password="falsch")["locked.pdf"].error
    assert type(wrong) is PasswordRequired
    assert "locked.pdf" in str(wrong)


def test_a_password_for_one_file(tmp_path: Path) -> None:
    paths = [write(tmp_path, f"{i}.pdf", files.encrypted("AES-256", f"secret {i}")) for i in range(2)]
    found = results(paths, passwords={paths[0]: "secret 0"}, password="secret 1")
    assert [found[p.name].error for p in paths] == [None, None]


def test_max_pages_is_a_setting(tmp_path: Path) -> None:
    path = write(tmp_path, "four.pdf", files.many_pages(4))
    error = results([path], limits=Limits(max_pages=3))["four.pdf"].error
    assert type(error) is LimitExceeded
    assert "four.pdf" in str(error)
    assert results([path], limits=Limits(max_pages=4))["four.pdf"].error is None


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "pipe.pdf"
    os.mkfifo(path)
    yield path
    path.unlink()


def test_what_is_no_file(tmp_path: Path, pipe: Path) -> None:
    folder = tmp_path / "folder.pdf"
    folder.mkdir()
    found = results([folder, pipe, tmp_path / "missing.pdf", Path("/dev/zero")])
    assert {name: str(result.error) for name, result in found.items()} == {
        "folder.pdf": "folder.pdf is a folder. Name a PDF, text or Markdown file.",
        "pipe.pdf": "pipe.pdf is not a regular file. Name a PDF, text or Markdown file.",
        "missing.pdf": "missing.pdf cannot be opened: No such file or directory. "
        "Check that it exists and may be read.",
        "zero": "zero is not a regular file. Name a PDF, text or Markdown file.",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = write(tmp_path, "secret.pdf", files.good())
    path.chmod(0)
    assert "secret.pdf cannot be opened: Permission denied." in str(results([path])["secret.pdf"].error)


def test_a_file_larger_than_allowed(tmp_path: Path) -> None:
    path = write(tmp_path, "large.pdf", files.good() + b"%" * 5000)
    error = results([path], limits=Limits(max_bytes=4000))["large.pdf"].error
    assert type(error) is LimitExceeded
    assert "large.pdf has" in str(error)
