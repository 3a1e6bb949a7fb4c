"""A measured figure, the bar it must reach, and the report they are written to."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
"""Where the measuring data is; a benchmark whose data is absent says so and is left out."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `bar` such as "≥ 0.975" or "≤ 1"; empty: told, not judged. `baseline`: the same measure of
    the usual recipe in the same run."""

    name: str
    value: float
    bar: str = ""
    baseline: float | None = None
    note: str = ""

    @property
    def reached(self) -> bool | None:
        if not self.bar:
            return None
        sign, limit = self.bar.split()
        number = float(limit)
        return self.value >= number if sign == "≥" else self.value <= number


@dataclass(frozen=True, slots=True)
class Measured:
    """What one benchmark gave, and the command that gives it again. `skipped`: why there are no figures."""

    title: str
    command: str
    figures: tuple[Figure, ...]
    seconds: float
    skipped: str = ""


def save(measured: Measured, path: Path) -> None:
    path.write_text(json.dumps(asdict(measured), ensure_ascii=False), encoding="utf-8")


def load(path: Path) -> Measured:
    raw = json.loads(path.read_text(encoding="utf-8"))
    return Measured(**raw | {"figures": tuple(Figure(**f) for f in raw["figures"])})


def report(measured: Sequence[Measured], machine: str) -> str:
    """The report as Markdown: the machine, then a table a benchmark."""
    lines = [f"# Benchmarks of {date.today().isoformat()}", "", machine, ""]
    missed = [f.name for m in measured for f in m.figures if f.reached is False]
    absent = [m.title for m in measured if m.skipped]
    verdict = [f"Missed: {'; '.join(missed)}."] if missed else []
    verdict += [f"Not measured: {'; '.join(absent)}."] if absent else []
    lines += [" ".join(verdict) or "Every bar was reached.", ""]
    for m in measured:
        lines += [f"## {m.title}", "", f"`{m.command}` ({m.seconds:.0f} s)", ""]
        if m.skipped:
            lines += [f"Left out: {m.skipped}", ""]
            continue
        lines += ["| figure | measured | must reach | baseline | |", "|---|---|---|---|---|"]
        for f in m.figures:
            mark = {None: "", True: "reached", False: "**missed**"}[f.reached]
            baseline = "" if f.baseline is None else number(f.baseline)
            remark = "; ".join(part for part in (mark, f.note) if part)
            lines.append(f"| {f.name} | {number(f.value)} | {f.bar} | {baseline} | {remark} |")
        lines.append("")
    return "\n".join(lines)


def number(value: float) -> str:
    """Four significant digits, no exponent; whole from a thousand on."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def machine() -> str:
    """The machine and the versions that a figure depends on."""
    cpu = next(
        (line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor() or "unknown CPU",
    )
    memory = next(
        (int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0
    )
    packages = ("numpy", "pypdf", "openvino", "faiss-cpu", "torch", "sentence-transformers", "langchain-core")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"Machine: {cpu}, {os.cpu_count()} cores, {memory / 2**20:.0f} GiB, no accelerator; "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}; {versions}. "
        f"Load before the start: {os.getloadavg()[0]:.1f}."
    )


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text().splitlines() if file.exists() else []
