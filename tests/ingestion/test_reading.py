from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from indexes.errors import LimitExceeded, UnreadableDocument
from indexes.types import Block, BlockKind, ExtractedDocument, Metadata, Page
from ingestion.limits import Limits
from ingestion.reading import media_type, read_file


def test_a_text_file(tmp_path: Path) -> None:
    path = tmp_path / "ربو.txt"
    data = "ASTHMA\nGive oxygen.\n".encode("utf-16")
    path.write_bytes(data)
    assert read_file(path) == ExtractedDocument(
        "ربو.txt",
        hashlib.sha256(data).hexdigest(),
        "text/plain",
        "sanad-text/1",
        (
            Page(
                1,
                "ASTHMA\n\nGive oxygen.",
                blocks=(Block(BlockKind.HEADING, 0, 6, 1), Block(BlockKind.PARAGRAPH, 8, 20)),
            ),
        ),
        Metadata(title="ASTHMA"),
    )


def test_content_decides_over_the_name(tmp_path: Path) -> None:
    assert media_type(b"junk\n%PDF-1.4", Path("a.dat")) == "application/pdf"
    assert media_type(b"%PDF-1.4", Path("a.txt")) == "application/pdf"
    assert media_type(b"On %PDF- files", Path("a.txt")) == "text/plain"
    assert media_type(b"<html> as an example", Path("a.md")) == "text/markdown"
    with pytest.raises(UnreadableDocument, match="a is of an unknown type"):
        media_type(b"some text", Path("a"))


def test_pages_of_a_text_are_limited(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one\ftwo\fthree")
    with pytest.raises(LimitExceeded, match=r"a\.txt makes 3 pages; the limit is 2"):
        read_file(path, limits=Limits(max_pages=2))


def test_a_national_guideline_is_cut_where_its_sentences_end(shared_data: Path) -> None:
    document = read_file(shared_data / "nigeria_stg" / "PULMONARY OEDEMA.txt")
    kinds = [block.kind for page in document.pages for block in page.blocks]
    assert (document.metadata.title, len(document.pages)) == ("PULMONARY OEDEMA", 1)
    assert kinds.count(BlockKind.HEADING) == 12
    assert kinds.count(BlockKind.LIST_ITEM) == 39
    assert "fluid, usually in a scenario of left-sided cardiac failure." in document.pages[0].text
