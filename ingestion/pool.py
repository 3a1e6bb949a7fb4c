"""Many files read at once, each in a process with limits; what goes wrong with one stays with that one."""

from __future__ import annotations

import os
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from indexes.errors import DocumentError, LimitExceeded, PasswordRequired, UnreadableDocument
from indexes.types import ExtractedDocument
from ingestion import wire
from ingestion.limits import Limits
from ingestion.processes import Peer

DEFAULT_LIMITS = Limits()
WORKER = "ingestion.worker"
_ERRORS: dict[str, type[DocumentError]] = {
    kind.code: kind for kind in (DocumentError, UnreadableDocument, PasswordRequired, LimitExceeded)
}
START_SECONDS = 60.0  # a slow disk, many processes
OCR_PAGE_SECONDS = 180.0  # beyond the file's own limit, for each page that is read from an image
_GRACE = 2.0  # seconds: so that a reader that minds the limit itself may say so
_WAITING = 2  # results a worker may be ahead of the caller


@dataclass(frozen=True, slots=True)
class PageProgress:
    """`done` of `total` pages of a file are through a stage: "read" or "ocr"."""

    path: Path
    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class ExtractionResult:
    """What became of one file: a document or an error. `seconds`: wall clock, from request to answer."""

    path: Path
    document: ExtractedDocument | None
    error: DocumentError | None
    seconds: float


Event = PageProgress | ExtractionResult


def default_workers() -> int:
    """Two, or one on a single processor: each costs memory, and embedding wants its share."""
    return min(2, os.cpu_count() or 1)


def extract_files(
    paths: Sequence[Path],
    *,
    workers: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    password: str | None = None,
    passwords: Mapping[Path, str] | None = None,
    worker_module: str = WORKER,
) -> Iterator[Event]:
    """Read the files in worker processes; yield progress and, as each is done, one ExtractionResult a file.

    `passwords` is for single files, `password` for all others. Workers run ahead of the caller by a few
    files; `worker_module` answers as `ingestion.worker` does. When the iterator is closed, left or
    interrupted, all processes end.
    """
    count = max(1, min(workers if workers is not None else default_workers(), len(paths)))
    asked: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for path in paths:
        asked.put(path)
    events: queue.Queue[Event | None] = queue.Queue(maxsize=count * _WAITING)
    stop = threading.Event()
    known = passwords or {}
    lanes = [
        _Lane(asked, events, stop, limits, worker_module, lambda path: known.get(path, password))
        for _ in range(count)
    ]
    try:
        for lane in lanes:
            lane.start()
        running, owed = len(lanes), len(paths)
        while running:
            event = events.get()
            if event is None:
                running -= 1
            else:
                owed -= isinstance(event, ExtractionResult)
                yield event
        if owed:
            raise RuntimeError(f"{owed} files have no result")  # a defect of ours: never pass over it
    finally:
        stop.set()
        for lane in lanes:
            lane.end()


class _Lane(threading.Thread):
    """One worker process at a time, and the thread that feeds and watches it.

    The thread starts the process itself: Linux ends a process that is tied to its parent when the *thread*
    that started it ends.
    """

    def __init__(
        self,
        asked: queue.SimpleQueue[Path],
        events: queue.Queue[Event | None],
        stop: threading.Event,
        limits: Limits,
        worker_module: str,
        password_of: Callable[[Path], str | None],
    ) -> None:
        super().__init__(name="sanad-extraction", daemon=True)
        self._asked, self._events, self._leave = asked, events, stop
        self._limits, self._module, self._password_of = limits, worker_module, password_of
        self._peer: Peer | None = None
        self._lock = threading.Lock()

    def run(self) -> None:
        try:
            while not self._leave.is_set():
                try:
                    path = self._asked.get_nowait()
                except queue.Empty:
                    break
                began = time.monotonic()
                answer = self._read(path)
                seconds = time.monotonic() - began
                document = answer if isinstance(answer, ExtractedDocument) else None
                error = answer if isinstance(answer, DocumentError) else None
                self._tell(ExtractionResult(path, document, error, seconds))
        finally:
            self._replace()
            self._tell(None)

    def end(self) -> None:
        """From the caller's thread: end the process, and wait until the lane's own thread has seen that."""
        with self._lock:
            if self._peer is not None:
                self._peer.kill()
        if self.ident is not None:
            self.join()

    def _tell(self, event: Event | None) -> None:
        """Hand an event to the caller, who may be busy, or gone."""
        while not self._leave.is_set():
            try:
                self._events.put(event, timeout=0.2)
            except queue.Full:
                continue
            return

    def _replace(self) -> None:
        """Put the process away; the next file gets a fresh one."""
        with self._lock:
            if self._peer is not None:
                self._peer.close()
                self._peer = None

    def _read(self, path: Path) -> ExtractedDocument | DocumentError:
        deadline = time.monotonic() + START_SECONDS
        try:
            peer = self._running_peer(deadline)
        except (wire.WireError, OSError) as error:
            return self._start_failed(path, error)
        deadline = time.monotonic() + self._limits.seconds + _GRACE
        try:
            peer.send(_request(path, self._password_of(path), self._limits))
            while True:
                header, payload = peer.receive(deadline)
                if header.get("kind") == "progress":
                    if header.get("stage") == "ocr":
                        deadline = max(deadline, time.monotonic() + OCR_PAGE_SECONDS)
                    told = time.monotonic()
                    self._tell(_progress(path, header))
                    deadline += time.monotonic() - told  # a slow caller is not the file's fault
                    continue
                return self._answer(path, header, payload)
        except wire.WireError as error:
            verdict = _verdict(path, error, peer, self._limits)
            self._replace()
            return verdict

    def _running_peer(self, deadline: float) -> Peer:
        with self._lock:
            if self._peer is not None:
                return self._peer
            if self._leave.is_set():
                raise wire.WireError("stopped", closed=True)
            self._peer = peer = Peer(self._module, str(self._limits.memory_bytes))
        header, _ = peer.receive(deadline)
        if header.get("kind") != "ready":
            raise wire.WireError("a worker that does not begin well")
        return peer

    def _start_failed(self, path: Path, error: wire.WireError | OSError) -> DocumentError:
        words = self._peer.last_words() if self._peer is not None else str(error)
        self._replace()
        return DocumentError(
            f"{path.name} was not read: the reading process does not start. {words}".strip(),
            remedy="Check the installation and the free memory; memory_bytes may be too low to start at all.",
        )

    def _answer(
        self, path: Path, header: dict[str, Any], payload: bytes
    ) -> ExtractedDocument | DocumentError:
        if header.get("kind") == "document":
            return wire.unpack(header, payload)
        kind = _ERRORS.get(str(header.get("code")))
        if header.get("kind") != "error" or kind is None:
            raise wire.WireError("an answer of no known kind")
        if kind is LimitExceeded:
            self._replace()  # it may have ended itself, or be left with little memory
        return kind(str(header.get("message")), remedy=str(header.get("remedy")))


def _request(path: Path, password: str | None, limits: Limits) -> dict[str, object]:
    """The frame header that asks a worker for a file."""
    return {"path": os.fspath(path), "password": password, "limits": asdict(limits)}


def _progress(path: Path, header: dict[str, Any]) -> PageProgress:
    done, total = header.get("done"), header.get("total")
    if not isinstance(done, int) or not isinstance(total, int):
        raise wire.WireError("progress that is none")
    return PageProgress(path, str(header.get("stage")), done, total)


def _verdict(path: Path, error: wire.WireError, peer: Peer, limits: Limits) -> DocumentError:
    """One sentence about a file whose worker died, hung or went mad."""
    remedy = "It may be damaged or hostile. If you trust it, save it anew with another program"
    if error.late:
        return LimitExceeded(
            f"{path.name} took longer than {limits.seconds:g} seconds to read.",
            remedy=f"{remedy} or raise seconds.",
        )
    number = peer.end_signal() if error.closed else None
    if number is signal.SIGXCPU:
        return LimitExceeded(
            f"{path.name} took more than {limits.seconds:g} seconds of processor time to read.",
            remedy=f"{remedy} or raise seconds.",
        )
    if number is signal.SIGKILL:
        return LimitExceeded(
            f"{path.name} could not be read: the reading process was killed, most likely for lack of memory.",
            remedy=f"{remedy} or free some memory.",
        )
    how = f"was ended by {number.name}" if number else "broke down" if error.closed else f"sent {error}"
    return UnreadableDocument(
        f"{path.name} could not be read: the reading process {how}.", remedy=f"{remedy}."
    )
