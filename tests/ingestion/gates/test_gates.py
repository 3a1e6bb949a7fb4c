"""The gates together, and as the worker processes run them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hostile_files import good, one_page, stream, text_content

from indexes.errors import UnreadableDocument
from indexes.types import ExtractedDocument, Page, PageWarning, WarningKind
from ingestion.gates import apply_gates
from ingestion.limits import Limits
from ingestion.pool import ExtractionResult, extract_files
from ingestion.second_reader import SecondReader

GATED = (WarningKind.GARBLED_TEXT, WarningKind.DIGIT_DISAGREEMENT)


class DeadReader(SecondReader):
    """A second reader that dies of every file."""

    def __init__(self) -> None:
        super().__init__(0)

    def texts(self, path: Path, password: str | None, pages: int, *, seconds: float) -> list[str | None]:
        return [None] * pages


def warnings(paths: list[Path]) -> dict[str, list[PageWarning]]:
    found = {}
    for event in extract_files(paths, workers=1):
        if isinstance(event, ExtractionResult):
            assert event.document is not None, event.error
            found[event.path.name] = [w for page in event.document.pages for w in page.warnings]
    return found


def test_workers_apply_all_gates(tmp_path: Path) -> None:
    (tmp_path / "good.pdf").write_bytes(good())
    wrong = (
        "Phdvxuh eorrg suhvvxuh lq doo dgxowv dw ohdvw rqfh d bhdu ehiruh wkh wuhdwphqw zloo eh vwduwhg djdlq"
    )
    (tmp_path / "garbled.pdf").write_bytes(one_page(stream(text_content(wrong).replace(b"12 Tf", b"6 Tf"))))
    (tmp_path / "garbled.txt").write_text(wrong)
    map_of_3 = (
        b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange\n"
        b"1 beginbfchar <35> <0033> endbfchar endcmap end"
    )
    font = (
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R "
        b"/Encoding << /Type /Encoding /Differences [53 /five] >> >>"
    )
    data = one_page(stream(text_content("give 5 mg")), more={5: font, 6: stream(map_of_3)})
    (tmp_path / "digits.pdf").write_bytes(data)
    found = warnings(sorted(tmp_path.iterdir()))
    assert {name: [w.kind for w in kinds] for name, kinds in found.items()} == {
        "digits.pdf": [WarningKind.DIGIT_DISAGREEMENT],
        "garbled.pdf": [WarningKind.GARBLED_TEXT],
        "garbled.txt": [WarningKind.GARBLED_TEXT],
        "good.pdf": [],
    }
    assert found["digits.pdf"][0].detail == "a font draws “5” and says “3”"


def test_when_the_second_reader_dies_the_text_stays_and_is_in_doubt(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(good())
    page = Page(1, "Amlodipine 5 mg once a day.")
    document = ExtractedDocument("a.pdf", "", "application/pdf", "x", (page,))
    read = apply_gates(document, path, None, DeadReader(), Limits(), lambda *_: None)
    assert read.pages[0].text == page.text
    assert read.pages[0].warnings == (
        PageWarning(WarningKind.DIGIT_DISAGREEMENT, "the second reader could not read this page"),
    )


def test_nothing_to_read_is_an_error_with_its_reasons(tmp_path: Path) -> None:
    torn = (PageWarning(WarningKind.UNREADABLE_PART, "the stream is torn"),)
    document = ExtractedDocument(
        "a.pdf", "", "application/pdf", "x", (Page(1, " ", warnings=torn), Page(2, ""))
    )
    with pytest.raises(UnreadableDocument) as caught:
        apply_gates(document, tmp_path / "a.pdf", None, DeadReader(), Limits(), lambda *_: None)
    assert caught.value.message == "a.pdf holds no text that can be read (the stream is torn)."


@pytest.mark.slow
def test_no_false_alarm_on_real_producers(shared_data: Path) -> None:
    found = warnings(sorted((shared_data / "arabic_pdfs" / "pdf").glob("*.pdf")))
    assert len(found) == 22
    alarms = {
        name: w.detail
        for name, kinds in found.items()
        for w in kinds
        if w.kind in GATED and not w.detail.endswith(" unknown")  # that is the reader's own
    }
    assert alarms == {}
