"""What goes into a library comes out whole, and each change makes one generation."""

from __future__ import annotations

import gc
import os
import stat
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from indexes.errors import DocumentNotFound, LibraryError, UnreadableDocument
from indexes.library import Library
from indexes.records import text_hash
from indexes.types import Document, DocumentState, Language, Metadata, Page, Span, WarningKind


def test_a_document_comes_back_as_it_was_added(library: Library, samples: ModuleType) -> None:
    made = samples.sample(1)
    given = Metadata("Hypertension", "Sample press", "2nd", date(2024, 1, 1), None, None, "cardiology", None)
    added = samples.add(library, made, given)
    assert added == Document(
        id=made.extracted.content_hash[:16],
        title="Hypertension",
        file_name="sample-1.pdf",
        content_hash=made.extracted.content_hash,
        text_hash=text_hash(made.extracted.pages),
        media_type="application/pdf",
        extractor="sample 1",
        page_count=2,
        languages=(Language.EN, Language.AR),
        collection="cardiology",
        state=DocumentState.CURRENT,
        publisher="Sample press",
        edition="2nd",
        effective=date(2024, 1, 1),
        added_generation=1,
    )
    assert library.generation == library.content_generation == 1
    assert library.documents() == [added]
    assert library.metadata(added.id) == given
    assert tuple(library.pages(added.id)) == made.extracted.pages
    assert library.page(added.id, 2) == made.extracted.pages[1]
    chunks = tuple(library.document_chunks(added.id))
    assert [chunk.id for chunk in chunks] == [1, 2]
    assert tuple(replace(chunk, id=0) for chunk in chunks) == made.chunks
    assert library.chunks([2, 1]) == [chunks[1], chunks[0]]
    assert library.original(added.id) == made.original
    assert library.check() == []


def test_glyph_boxes_come_back_exactly(library: Library, samples: ModuleType) -> None:
    made = samples.sample(1)
    samples.add(library, made)
    found, given = library.page_boxes(made.id, 1), made.extracted.pages[0].boxes
    assert found is not None
    assert found.offsets.dtype == np.int32
    assert found.boxes.dtype == np.float32
    np.testing.assert_array_equal(found.offsets, given.offsets)
    np.testing.assert_array_equal(found.boxes, given.boxes)


def test_a_page_without_boxes_has_none(library: Library, samples: ModuleType) -> None:
    made = samples.sample(1)
    pages = tuple(replace(page, boxes=None) for page in made.extracted.pages)
    samples.add(library, replace(made, extracted=replace(made.extracted, pages=pages)))
    assert library.page_boxes(made.id, 1) is None


def test_the_same_bytes_again_change_nothing(library: Library, samples: ModuleType) -> None:
    made = samples.sample(1)
    first = samples.add(library, made)
    again = samples.add(library, samples.retitled(made, "other name.pdf"), Metadata(title="Other"))
    assert again == first
    assert library.generation == 1
    assert library.find_content(made.extracted.content_hash) == first
    assert library.find_content("0" * 64) is None


def test_the_same_text_in_other_bytes_is_found(library: Library, samples: ModuleType) -> None:
    first = samples.add(library, samples.sample(1, text="The same."))
    other = samples.sample(2, text="The same.")
    assert library.find_text(text_hash(other.extracted.pages)) == first
    assert library.find_text(text_hash(samples.sample(3).extracted.pages)) is None


def test_two_scans_without_text_are_not_the_same_text(library: Library, samples: ModuleType) -> None:
    made = samples.sample(1)
    scan = replace(made, extracted=replace(made.extracted, pages=(Page(1, " \n"),)), chunks=(), vectors={})
    added = samples.add(library, scan)
    assert added.text_hash == ""
    assert added.languages == (Language.UND,)
    assert library.find_text(added.text_hash) is None


def test_a_file_that_changed_meanwhile_is_refused(library: Library, samples: ModuleType) -> None:
    made = replace(samples.sample(1), original=b"something else")
    with pytest.raises(UnreadableDocument, match=r"sample-1\.pdf changed while it was read"):
        samples.add(library, made)
    assert library.generation == 0


def test_a_text_that_is_no_text_is_refused_whole(library: Library, samples: ModuleType) -> None:
    made = samples.sample(1)
    pages = (made.extracted.pages[0], replace(made.extracted.pages[1], text="\ud800"))
    with pytest.raises(UnreadableDocument, match=r"sample-1\.pdf cannot be stored"):
        samples.add(library, replace(made, extracted=replace(made.extracted, pages=pages)))
    assert (library.generation, library.check()) == (0, [])


def test_the_title_falls_back_to_the_file_name(library: Library, samples: ModuleType) -> None:
    added = samples.add(library, samples.sample(1, file_name="ضغط الدم 2024.pdf"))
    assert (added.title, added.collection) == ("ضغط الدم 2024", "default")


@pytest.mark.parametrize(
    ("given", "languages"),
    [(None, (Language.EN, Language.AR)), ("ar", (Language.AR,)), ("ar, EN", (Language.AR, Language.EN))],
)
def test_languages_are_as_given_or_of_the_text(
    library: Library, samples: ModuleType, given: str | None, languages: tuple[Language, ...]
) -> None:
    assert samples.add(library, samples.sample(1), Metadata(language=given)).languages == languages


def test_a_language_that_is_none_is_refused(library: Library, samples: ModuleType) -> None:
    with pytest.raises(LibraryError, match="“french” is not a document's language"):
        samples.add(library, samples.sample(1), Metadata(language="french"))


def test_a_document_answers_to_id_beginning_file_name_and_title(
    library: Library, samples: ModuleType
) -> None:
    first = samples.add(library, samples.sample(1, file_name="a.pdf"), Metadata(title="Asthma"))
    samples.add(library, samples.sample(2, file_name="b.pdf"), Metadata(title="Fever"))
    for name in (first.id, first.id[:6], first.id.upper(), "a.pdf", "A.PDF", "Asthma", " asthma "):
        assert library.document(name) == first


def test_an_ambiguous_name_lists_the_candidates(library: Library, samples: ModuleType) -> None:
    for number in (1, 2):
        samples.add(library, samples.sample(number, file_name="same.pdf"))
    with pytest.raises(DocumentNotFound) as caught:
        library.document("same.pdf")
    assert all(samples.sample(number).id in caught.value.message for number in (1, 2))
    for unknown in ("nothing", ""):
        with pytest.raises(DocumentNotFound):
            library.document(unknown)


def test_new_metadata_replace_the_old_and_reindex_nothing(library: Library, samples: ModuleType) -> None:
    made = samples.sample(1)
    samples.add(library, made, Metadata(title="Old", publisher="P"))
    changed = library.update_metadata("Old", Metadata(title="New", language="ar"))
    assert (changed.title, changed.publisher, changed.languages) == ("New", None, (Language.AR,))
    assert (library.generation, library.content_generation) == (2, 1)
    library.update_metadata(made.id, Metadata(title="New", language="ar"))
    assert library.generation == 2


def test_withdrawing_takes_out_of_use_and_restoring_brings_back(
    library: Library, samples: ModuleType
) -> None:
    made = samples.sample(1)
    added = samples.add(library, made)
    assert library.withdraw(added.id).state is DocumentState.WITHDRAWN
    assert library.documents() == []
    assert library.documents(all=True) == [replace(added, state=DocumentState.WITHDRAWN)]
    assert library.page(added.id, 1) == made.extracted.pages[0]
    library.withdraw(added.id)
    assert library.generation == 2
    assert library.restore(added.id) == added
    assert (library.generation, library.content_generation) == (3, 1)


def test_purging_erases_every_trace_of_the_text(library: Library, samples: ModuleType) -> None:
    kept = samples.add(library, samples.sample(1))
    gone = samples.add(library, samples.sample(2, text="Unmistakable-heading", copies=30))
    library.withdraw(gone.id)
    assert _holds(library.home, b"Unmistakable-heading")
    purged = library.purge(gone.id)
    assert purged.id == gone.id
    assert not _holds(library.home, b"Unmistakable-heading")
    assert library.documents(all=True) == [kept]
    assert [chunk.id for chunk in library.iter_chunks()] == [1, 2]
    assert [path.name for path in library.home.glob("originals/*/*")] == [kept.content_hash]
    assert library.stats().purged == 1
    assert library.check() == []
    with pytest.raises(DocumentNotFound, match="was purged on "):
        library.document(gone.id)
    with pytest.raises(LibraryError, match="no chunk 3"):
        library.chunk(3)


def _holds(home: Path, text: bytes) -> bool:
    return any(text in path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_ids_of_purged_chunks_are_never_used_again(library: Library, samples: ModuleType) -> None:
    made = samples.sample(1)
    samples.add(library, made)
    library.purge(made.id)
    again = samples.add(library, made)
    assert again.added_generation == 3
    assert [chunk.id for chunk in library.document_chunks(made.id)] == [3, 4]
    assert library.stats().purged == 0


def test_another_extraction_makes_a_new_revision_and_keeps_the_old(
    library: Library, samples: ModuleType
) -> None:
    made = samples.sample(1)
    samples.add(library, made)
    better = samples.sample(1, text="Better heading.")
    extracted = replace(better.extracted, extractor="sample 2", content_hash=made.extracted.content_hash)
    changed = library.replace_pages(made.id, extracted, better.chunks, better.vectors, model_id=samples.MODEL)
    assert (changed.extractor, changed.text_hash) == ("sample 2", text_hash(extracted.pages))
    assert library.page(made.id, 1) == better.extracted.pages[0]
    assert library.page(made.id, 1, revision=1) == made.extracted.pages[0]
    assert [chunk.id for chunk in library.iter_chunks()] == [3, 4]
    assert [chunk.id for chunk in library.iter_chunks(1)] == [1, 2]
    assert library.chunk(1).text == made.chunks[0].text
    assert library.chunk_count == 2
    assert library.stats().warnings == {WarningKind.DESCENDING_RANGE: 2, WarningKind.OCR: 2}
    assert library.check() == []
    with pytest.raises(LibraryError, match="is not the file of the document"):
        library.replace_pages(made.id, samples.sample(2).extracted, (), {}, model_id=samples.MODEL)


def test_chunks_of_a_generation_are_read_in_batches(
    library: Library, samples: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexes.contents._BATCH", 2)
    made = samples.sample(1, page_count=5)
    samples.add(library, made)
    chunks = library.iter_chunks()
    first = next(chunks)
    assert (first.id, first.document_id, first.language) == (1, made.id, Language.EN)
    assert (first.text, first.section) == (made.chunks[0].text, made.chunks[0].section)
    samples.add(library, samples.sample(2))
    assert [chunk.id for chunk in chunks] == [2, 3, 4, 5]
    assert [chunk.id for chunk in library.iter_chunks(after=4)] == [5, 6, 7]


def test_a_snapshot_stays_with_its_generation(home: Path, samples: ModuleType) -> None:
    with Library.open(home) as writer, Library.open(home, readonly=True) as reader:
        samples.add(writer, samples.sample(1))
        with reader.snapshot():
            assert reader.generation == 1
            samples.add(writer, samples.sample(2))
            assert (reader.generation, len(reader.documents()), reader.chunk_count) == (1, 1, 2)
        assert (reader.generation, len(reader.documents()), reader.chunk_count) == (2, 2, 4)


def test_stats_count_what_is_in_use(library: Library, samples: ModuleType) -> None:
    first = samples.add(library, samples.sample(1))
    samples.add(library, samples.sample(2), Metadata(supersedes=first.id))
    samples.add(library, samples.sample(3), Metadata(expires=date(2020, 1, 1)))
    stats = library.stats()
    assert stats.documents == {
        DocumentState.CURRENT: 1,
        DocumentState.SUPERSEDED: 1,
        DocumentState.EXPIRED: 1,
        DocumentState.NOT_YET_EFFECTIVE: 0,
        DocumentState.WITHDRAWN: 0,
    }
    assert (stats.generation, stats.schema_version, stats.model_id) == (3, 1, samples.MODEL)
    assert (stats.pages, stats.chunks, stats.purged) == (6, 6, 0)
    assert stats.originals_bytes == sum(len(samples.sample(number).original) for number in (1, 2, 3))
    assert stats.database_bytes > 0
    assert stats.derived_bytes == 0


def test_the_folder_and_its_files_are_private(home: Path, samples: ModuleType) -> None:
    home.mkdir(mode=0o755)
    before = os.umask(0)
    try:
        with Library.open(home) as library:
            samples.add(library, samples.sample(1))
            library.backup(home / "backup.sanad")
            modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [home, *home.rglob("*")]}
    finally:
        os.umask(before)
    assert len(modes) >= 6
    assert {path: mode for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)} == {}


def test_a_shared_folder_is_not_taken_over(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    with pytest.raises(LibraryError, match="open to other users"):
        Library.open(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o1777


def test_where_no_library_is_none_is_read(home: Path) -> None:
    for how in ({"readonly": True}, {"create": False}):
        with pytest.raises(LibraryError, match="There is no library in"):
            Library.open(home, **how)
    assert not home.exists()


def test_values_beside_documents(library: Library) -> None:
    assert library.get_meta("note") is None
    library.set_meta("note", "one")
    library.set_meta("note", "two")
    assert library.get_meta("note") == "two"


def test_a_missing_page_is_named(library: Library, samples: ModuleType) -> None:
    made = samples.sample(1)
    samples.add(library, made)
    with pytest.raises(LibraryError, match="has no page 3: its pages are 1 to 2"):
        library.page(made.id, 3)
    with pytest.raises(LibraryError, match="has no page 0"):
        library.page(made.id, 0)
    with pytest.raises(DocumentNotFound):
        library.page("nothing", 1)


def test_a_closed_library_says_so(home: Path) -> None:
    library = Library.open(home)
    library.close()
    library.close()
    with pytest.raises(LibraryError, match="was closed"):
        _ = library.generation


def test_many_threads_read_while_one_writes(library: Library, samples: ModuleType) -> None:
    samples.add(library, samples.sample(0))
    stop, wrong = threading.Event(), list[str]()

    def read() -> None:
        while not stop.is_set():
            with library.snapshot():
                documents, chunks = len(library.documents()), library.chunk_count
                if (documents * 2, documents) != (chunks, library.generation):
                    wrong.append(f"{documents} documents, {chunks} chunks, generation {library.generation}")

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(1, 15):
        samples.add(library, samples.sample(number))
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert library.generation == 15


def test_a_forked_child_opens_a_connection_of_its_own(
    library: Library, samples: ModuleType, in_child: Callable[[Callable[[], object]], int]
) -> None:
    samples.add(library, samples.sample(1))

    inherited = library._database._connection()

    def use_both() -> None:
        assert library._database._connection() is not inherited
        samples.add(library, samples.sample(2))
        library.close()
        gc.collect()

    assert in_child(use_both) == 0
    assert library.generation == 2
    samples.add(library, samples.sample(3))
    assert (library.generation, library.check()) == (3, [])


def test_spans_of_several_pages_are_kept(library: Library, samples: ModuleType) -> None:
    made = samples.sample(1)
    first, second = made.chunks
    shift = len(first.text) + 1
    moved = (replace(s, start=s.start + shift, end=s.end + shift) for s in second.sentences)
    joined = replace(
        first,
        text=f"{first.text} {second.text}",
        spans=(*first.spans, *second.spans),
        sentences=(*first.sentences, *moved),
    )
    chunks = (joined,)
    samples.add(library, replace(made, chunks=chunks, vectors=samples.vectors_of(chunks)))
    assert [type(span) for span in library.chunk(1).spans] == [Span, Span]
    assert library.chunk(1) == replace(joined, id=1)
    assert library.check() == []
