"""Ingestion of the Nigerian guidelines and the PDFs: seconds, peak memory, and the same again."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from evaluation import baseline, product
from evaluation.apart import apart
from evaluation.figures import DATA, Figure

FILES = ("nigeria_stg/*.txt", "arabic_pdfs/pdf/*.pdf", "arabic_pdfs_real/*.pdf")
WARM_UP = "2"
_MIB = 2**20


def run() -> list[Figure]:
    model = product.original_model()  # made before any clock runs
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        apart(run_baseline, str(model), WARM_UP)  # what both read from disk is in memory when the clocks run
        apart(run_first, f"{folder}/warm-up", WARM_UP)
        usual = apart(run_baseline, str(model))
        ours = apart(run_first, str(home))
        again = apart(run_again, str(home))
        command = _command_again(home)
    first, usual_first = ours.result["seconds"], usual.result["seconds"]
    second = again.result["seconds"]
    return [
        Figure(
            "times as fast as the baseline, whole process",
            usual.seconds / ours.seconds,
            "≥ 1.5",
            note=f"{ours.seconds:.1f} s against {usual.seconds:.1f} s, imports and loading counted; "
            f"{ours.cpu:.0f} s of processors against {usual.cpu:.0f} s",
        ),
        Figure(
            "times as fast as the baseline, model loaded",
            usual_first / first,
            "≥ 1.5",
            note=f"{first:.1f} s against {usual_first:.1f} s, making the search indexes counted",
        ),
        Figure(
            "peak memory, times the baseline's",
            ours.peak / usual.peak,
            "≤ 1.2",
            note=f"{ours.peak / _MIB:.0f} MiB against {usual.peak / _MIB:.0f} MiB (PSS, children counted)",
        ),
        Figure(
            "the same again: times as fast as the first time",
            first / second,
            "≥ 50",
            note=f"{second:.3f} s; the whole command `sanad ingest` {command:.2f} s",
        ),
        Figure("files stored", ours.result["added"], note="; ".join(ours.result["failed"])),
        Figure("chunks", ours.result["chunks"], baseline=usual.result["chunks"]),
    ]


def files(limit: str) -> list[Path]:
    """All of them, or the first and the last few."""
    found = [path for pattern in FILES for path in sorted(DATA.glob(pattern))]
    return found[: int(limit)] + found[-int(limit) :] if limit else found


def run_baseline(model: str, limit: str = "") -> dict[str, Any]:
    """From the files to a FAISS store, as LangChain's usual recipe has it."""
    embeddings = baseline.embeddings(Path(model))
    started = time.perf_counter()
    store = baseline.index(files(limit), embeddings)
    return {"seconds": time.perf_counter() - started, "chunks": store.index.ntotal}


def run_first(home: str, limit: str = "") -> dict[str, Any]:
    """From the files to a library whose search indexes stand ready."""
    embedder = product.embedder()
    with product.library(Path(home)) as library:
        started = time.perf_counter()
        results = product.ingest_files(files(limit), library, lambda _: embedder)
        seconds = time.perf_counter() - started
        return {
            "seconds": seconds,
            "added": Counter(r.outcome.value for r in results)["added"],
            "chunks": library.chunk_count,
            "failed": [f"{r.path.name}: {r.error}" for r in results if r.error],
        }


def run_again(home: str) -> dict[str, Any]:
    with product.library(Path(home)) as library:
        started = time.perf_counter()
        product.ingest_files(files(""), library, lambda _: product.embedder())
        return {"seconds": time.perf_counter() - started}


def _command_again(home: Path) -> float:
    """Seconds of the whole command over files that the library knows."""
    command = [*product.SANAD, "--home", str(home), "ingest", "--json", *map(str, files(""))]
    started = time.perf_counter()
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started
