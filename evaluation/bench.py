"""`make bench`: every benchmark in a process of its own, one at a time, then docs/benchmarks/DATE.md.

python -m evaluation.bench [NAME ...]     all of them, or those named
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from evaluation.figures import DATA, ROOT, Measured, load, machine, report, save

BENCHMARKS = {
    "extraction": ("Arabic PDF text", ("arabic_pdfs", "arabic_pdfs_real")),
    "retrieval": ("Retrieval within and across languages (XQuAD)", ("xquad",)),
    "abstention": ("Abstention", ("xquad", "arcd")),
    "ingestion": ("Ingestion speed and memory", ("nigeria_stg", "arabic_pdfs", "arabic_pdfs_real")),
    "search": ("Search over 100,000 chunks", ()),
    "answering": ("Questions to answers, start to finish", ("nigeria_stg", "xquad")),
}

FAILED = "it failed"


def main(names: list[str]) -> int:
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        print(
            f"There is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}.", file=sys.stderr
        )
        return 2
    where = machine()
    with tempfile.TemporaryDirectory() as folder:
        measured = [_apart(name, Path(folder) / f"{name}.json") for name in names or BENCHMARKS]
    text = report(measured, where)
    print(text)
    if not names:
        target = ROOT / "docs" / "benchmarks" / f"{date.today().isoformat()}.md"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        print(f"written: {target}", file=sys.stderr)
    failed = any(m.skipped.startswith(FAILED) for m in measured)
    return 1 if failed else 0


def _apart(name: str, result: Path) -> Measured:
    """Run one benchmark in its own process, so that none sees the memory or the caches of another."""
    title, needs = BENCHMARKS[name]
    command = f"python -m evaluation.bench {name}"
    absent = [need for need in needs if not (DATA / need).exists()]
    if absent:
        return Measured(
            title, command, (), 0, skipped=f"the data {', '.join(absent)} is not beside the project"
        )
    print(f"measuring: {title}…", file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, "-m", "evaluation.bench", "--one", name, str(result)], cwd=ROOT)
    if done.returncode:
        return Measured(title, command, (), 0, skipped=f"{FAILED} with exit code {done.returncode}")
    return load(result)


def _one(name: str, result: Path) -> None:
    started = time.perf_counter()
    figures = importlib.import_module(f"evaluation.{name}").run()
    seconds = time.perf_counter() - started
    save(Measured(BENCHMARKS[name][0], f"python -m evaluation.bench {name}", tuple(figures), seconds), result)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _one(sys.argv[2], Path(sys.argv[3]))
    else:
        sys.exit(main(sys.argv[1:]))
