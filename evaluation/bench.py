"""`make bench`: every benchmark in a process of its own, one at a time, then docs/benchmarks/DATE.md.

    python -m evaluation.bench [NAME ...]     all of them, or those named

Results are kept in build/bench, so that one that is measured again takes its place in the day's report.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
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
KEPT = ROOT / "build" / "bench"


def main(names: list[str]) -> int:
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        print(
            f"There is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}.", file=sys.stderr
        )
        return 2
    where = machine()
    KEPT.mkdir(parents=True, exist_ok=True)
    measured = [_apart(name) for name in names or BENCHMARKS]
    today = [KEPT / f"{name}.json" for name in BENCHMARKS]
    text = report([load(file) for file in today if file.exists() and _of_today(file)], where)
    print(text)
    target = ROOT / "docs" / "benchmarks" / f"{date.today().isoformat()}.md"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    print(f"written: {target}", file=sys.stderr)
    return 1 if any(m.skipped.startswith(FAILED) for m in measured) else 0


def _of_today(file: Path) -> bool:
    return date.fromtimestamp(file.stat().st_mtime) == date.today()


def _apart(name: str) -> Measured:
    """Run one benchmark in its own process, so that none sees the memory or the caches of another."""
    title, needs = BENCHMARKS[name]
    result = KEPT / f"{name}.json"
    command = f"python -m evaluation.bench {name}"
    absent = [need for need in needs if not (DATA / need).exists()]
    if absent:
        reason = f"the data {', '.join(absent)} is not beside the project"
        save(Measured(title, command, (), 0, skipped=reason), result)
        return load(result)
    print(f"measuring: {title}…", file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, "-m", "evaluation.bench", "--one", name, str(result)], cwd=ROOT)
    if done.returncode:
        save(Measured(title, command, (), 0, skipped=f"{FAILED} with exit code {done.returncode}"), result)
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
