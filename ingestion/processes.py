"""Limits and ties of the processes that read files. Linux has all of them; elsewhere what there is."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingestion import wire

ROOT = Path(__file__).resolve().parent.parent
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent() -> None:
    """Have the kernel end this process when its parent ends, however that ends (Linux only)."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)  # it ended before the call


def limit_memory(size: int) -> None:
    """Let this process and what it starts have `size` bytes of address space each, and leave no core dump."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        size = min(size, hard)
    resource.setrlimit(resource.RLIMIT_AS, (size, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_processor(seconds: float) -> None:
    """End this process (SIGXCPU) after so many more seconds of processor time. May be called again."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = usage.ru_utime + usage.ru_stime
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(used + seconds) + 1
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def tie_and_limit(memory_bytes: int, seconds: float) -> None:
    """All of the above, for a program of others that this process starts."""
    die_with_parent()
    limit_memory(memory_bytes)
    limit_processor(seconds)


def claim_pipes() -> tuple[int, int]:
    """Descriptors of the pipes from and to the parent; standard input and output then lead nowhere.

    So a library that prints cannot break into the frames.
    """
    pipes = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return pipes


class Peer:
    """A process of ours that runs `python -m MODULE ARGUMENTS` and talks in frames (see `ingestion.wire`).

    It leads a process group of its own: Ctrl-C reaches the parent only, and `close` ends it with all that it
    started.
    """

    def __init__(self, module: str, *arguments: str) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  # closed in close()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", module, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env=child_environment(),
                process_group=0,
            )
        except OSError:
            self._errors.close()
            raise
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin, self._process.stdout

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, header: Mapping[str, object]) -> None:
        """Raises WireError when it is gone."""
        try:
            wire.send(self._to.fileno(), header)
        except OSError as error:
            raise wire.WireError("the other side closed", closed=True) from error

    def receive(self, deadline: float) -> tuple[dict[str, Any], bytes]:
        """Raises WireError: it died, is late or does not keep to the frames."""
        return wire.receive(self._from.fileno(), deadline)

    def end_signal(self) -> signal.Signals | None:
        """The signal that ended it; None: it exited by itself. Call after WireError.closed."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(timeout=_WAIT)
            return signal.Signals(-code) if code < 0 else None
        return None

    def last_words(self) -> str:
        """The end of what it wrote to its standard error."""
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - 400))
        return self._errors.read().decode("utf-8", "replace").strip()

    def kill(self) -> None:
        """End it, and all that it started, at once; from any thread."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill it and let its pipes go. May be called again."""
        self.kill()
        self._process.wait()
        for stream in (self._to, self._from, self._errors):
            with contextlib.suppress(OSError):
                stream.close()


_WAIT = 5.0  # seconds between the closing of the pipe and the end of the process
_KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TESSDATA_PREFIX")


def child_environment() -> dict[str, str]:
    """For a process that reads: finds this project, runs one thread, holds no secrets of its parent."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | {
        "PYTHONPATH": path,
        "PYTHONUTF8": "1",
        "OMP_NUM_THREADS": "1",
        "OMP_THREAD_LIMIT": "1",
        "OPENBLAS_NUM_THREADS": "1",  # a thread's stack counts as address space
        "MALLOC_ARENA_MAX": "2",
    }
