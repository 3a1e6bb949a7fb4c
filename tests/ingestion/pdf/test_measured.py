"""Bars on the PDFs of real producers."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from indexes.types import WarningKind
from ingestion.pdf.reader import read_pdf

HAND_LIST = Path(__file__).parents[3] / "evaluation" / "arabic_pdfs_real.json"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_arabic_pdfs(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shared_data / "arabic_pdfs"
    monkeypatch.setenv("PSET", f"{folder}/pdf/")
    monkeypatch.setenv("PTRUTH", f"{folder}/truth/")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    pytest.importorskip("edlib")
    import score  # type: ignore[import-not-found]

    def pages(path: str) -> list[str]:
        return [page.text for page in read_pdf(Path(path).read_bytes(), file_name=path).pages]

    total: dict[str, Any] = score.summary(score.score_all(pages))
    assert total["errs"] == 0
    assert total["CERnd"] <= 0.005
    assert total["CER"] <= 0.012  # with diacritics
    assert (total["nums"], total["nmiss"], total["dmiss"]) == (590, 0, 0)
    assert total["omiss"] <= 2
    assert total["rows_ok"] >= 47


def _words(text: str) -> Counter[str]:
    text = unicodedata.normalize("NFKC", text)
    text = re.sub("[\u064b-\u0652\u0670\u0640]", "", text)
    return Counter(re.sub(r"<[^>]+>|[#*|`>_]|-{3,}", " ", text).split())


def _f1(found: Counter[str], truth: Counter[str]) -> float:
    return 2 * (found & truth).total() / (found.total() + truth.total())


REAL = ["BidiSample", *(f"pdf{n}" for n in (2, 3, 4, 6, 8, 11, 12, 14, 15, 16, 17))]


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
def test_real_files_are_read_no_worse_than_by_pypdf(shared_data: Path, name: str) -> None:
    path = shared_data / "arabic_pdfs_real" / f"{name}.pdf"
    transcript = path.with_suffix(".md")
    truth = _words((transcript if transcript.exists() else path.with_suffix(".pdf.txt")).read_text("utf-8"))
    document = read_pdf(path.read_bytes(), file_name=name)
    ours = _words("\n".join(page.text for page in document.pages))
    theirs = _words("\n".join(page.extract_text() for page in PdfReader(path).pages))
    assert _f1(ours, truth) >= _f1(theirs, truth)
    listed = json.loads(HAND_LIST.read_text("utf-8")).get(f"{name}.pdf", {})
    warned = {
        str(page.number)
        for page in document.pages
        if any(w.kind.blocking or w.kind is WarningKind.UNREAD_IMAGE for w in page.warnings)
    }
    assert set(listed) <= warned
