"""Arabic PDF text against the truth: letters, numbers, doses, comparison signs, table rows.

arabic_pdfs_real.json lists, by eye, the pages of the real files that must not pass as read: letters that the
font maps to U+FFFD (pdf2, pdf3, pdf4), a table or a diagram with text that is only an image (the others).
"""

from __future__ import annotations

import importlib.util
import json
import re
import unicodedata
from collections import Counter
from pathlib import Path
from types import ModuleType

from pypdf import PdfReader

from evaluation.figures import DATA, ROOT, Figure
from indexes.types import Page, WarningKind
from ingestion.limits import Limits
from ingestion.pool import PageProgress, extract_files

_MARKS = re.compile(r"[#*|_`>-]+|<[^>]+>|!\[[^\]]*\]\([^)]*\)")
_DIACRITICS = re.compile("[\u064b-\u0652\u0670\u0640]")


def run() -> list[Figure]:
    return [*_synthetic(), *_real()]


def pages_of(paths: list[Path]) -> dict[str, tuple[Page, ...]]:
    """Pages by file name, as `sanad extract` reads them: in worker processes, with every gate."""
    found = {}
    for event in extract_files(paths, workers=2, limits=Limits()):
        if not isinstance(event, PageProgress):
            if event.document is None:
                raise event.error or AssertionError(event.path)
            found[event.path.name] = event.document.pages
    return found


def _synthetic() -> list[Figure]:
    folder = DATA / "arabic_pdfs"
    score = _scorer(folder)
    ours = pages_of(sorted((folder / "pdf").glob("*.pdf")))
    mine = score.summary(score.score_all(lambda p: [page.text for page in ours[Path(p).name]]))
    usual = score.summary(score.score_all(lambda p: [page.extract_text() for page in PdfReader(p).pages]))
    warned = sum(any(w.kind.blocking for w in page.warnings) for pages in ours.values() for page in pages)
    return [
        Figure("22 files: CER without harakat, mean", mine["CERnd"], "≤ 0.015", usual["CERnd"]),
        Figure("22 files: numbers wrong of 590", mine["nmiss"], "≤ 1", usual["nmiss"]),
        Figure("22 files: dose with unit lost", mine["dmiss"], "≤ 0", usual["dmiss"]),
        Figure("22 files: comparison signs lost", mine["omiss"], "≤ 2", usual["omiss"]),
        Figure("22 files: table rows kept of 49", mine["rows_ok"], "≥ 46", usual["rows_ok"]),
        Figure("22 files: pages with a blocking warning", warned),
    ]


def _scorer(folder: Path) -> ModuleType:
    """The data set's own score.py, pointed at its folders."""
    spec = importlib.util.spec_from_file_location("arabic_pdfs_score", folder / "score.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(folder / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.SET, module.TRUTH = f"{folder}/pdf/", f"{folder}/truth/"  # type: ignore[attr-defined]
    return module


def _real() -> list[Figure]:
    folder = DATA / "arabic_pdfs_real"
    ours = pages_of(sorted(folder.glob("*.pdf")))
    worse, figures = [], []
    for name in ours:
        transcript = next((t for t in (folder / name).parent.glob(f"{name}.txt")), folder / f"{name[:-4]}.md")
        if not transcript.exists():
            continue
        truth = _words(transcript.read_text(encoding="utf-8"))
        usual = _f1(_words("\n".join(p.extract_text() for p in PdfReader(folder / name).pages)), truth)
        mine = _f1(_words("\n".join(p.text for p in ours[name])), truth)
        figures.append(Figure(f"{name}: word F1", mine, baseline=usual))
        if mine < usual - 1e-9:
            worse.append(name)
    by_hand = json.loads((ROOT / "evaluation" / "arabic_pdfs_real.json").read_text(encoding="utf-8"))
    bad = [(name, int(number)) for name, pages in by_hand.items() for number in pages]
    silent = [
        f"{n} p. {i}"
        for n, i in bad
        if not {w.kind for w in ours[n][i - 1].warnings} - {WarningKind.HIDDEN_TEXT}
    ]
    unwarned = f"image or garbled pages without a warning, of {len(bad)}"
    return [
        Figure("real files worse than pypdf's own text", len(worse), "≤ 0", note=", ".join(worse)),
        Figure(
            unwarned,
            len(silent),
            "≤ 0",
            note=", ".join(silent),
        ),
        *figures,
    ]


def _words(text: str) -> Counter[str]:
    text = _DIACRITICS.sub("", unicodedata.normalize("NFKC", _MARKS.sub(" ", text)))
    return Counter(re.findall(r"\w+", text))


def _f1(found: Counter[str], truth: Counter[str]) -> float:
    both = (found & truth).total()
    return 2 * both / (found.total() + truth.total()) if both else 0.0
