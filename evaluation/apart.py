"""Run a function in a process of its own and measure it: seconds, and peak memory with all child processes.

Memory is the proportional set size (PSS) summed over the process tree, read every 50 ms (less often where a
reading itself takes long, so that it costs at most a tenth of a processor): a page that n processes share
counts 1/n in each, so that forked or mapped memory is not counted twice. What happens between two readings is
missed, for all that are measured alike.
"""

from __future__ import annotations

import importlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.figures import ROOT

INTERVAL = 0.05


@dataclass(frozen=True, slots=True)
class Usage:
    """`seconds`: of the whole process, imports and all. `cpu`: seconds of processors, children counted.
    `peak`: bytes. `result`: what the function gave."""

    seconds: float
    cpu: float
    peak: int
    result: Any


def apart(function: Callable[..., Any], *arguments: str) -> Usage:
    """Call a module's function in a new process. It takes strings and gives what JSON can hold."""
    name = f"{function.__module__}:{function.__name__}"
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        command = [sys.executable, "-m", "evaluation.apart", name, str(result), *arguments]
        used, started = _cpu_of_children(), time.perf_counter()
        with subprocess.Popen(command, cwd=ROOT, stdout=sys.stderr) as process:
            peak = _watch(process)
        seconds = time.perf_counter() - started
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        return Usage(seconds, _cpu_of_children() - used, peak, json.loads(result.read_text(encoding="utf-8")))


def _cpu_of_children() -> float:
    """Seconds of all descendants that have ended and were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _watch(process: subprocess.Popen[bytes]) -> int:
    peak = 0
    while process.poll() is None:
        began = time.perf_counter()
        peak = max(peak, tree_pss(process.pid))
        time.sleep(max(INTERVAL, 9 * (time.perf_counter() - began)))
    return peak


def tree_pss(pid: int) -> int:
    """Bytes of the process and all its descendants; those that end meanwhile count nothing."""
    import psutil

    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    total = 0
    for one in family:
        try:
            total += one.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):  # ended, or a zombie
            continue
    return total


if __name__ == "__main__":
    module, function_name = sys.argv[1].split(":")
    given = getattr(importlib.import_module(module), function_name)(*sys.argv[3:])
    Path(sys.argv[2]).write_text(json.dumps(given), encoding="utf-8")
