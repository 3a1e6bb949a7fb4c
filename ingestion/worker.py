"""The process that reads files: `python -m ingestion.worker MEMORY_BYTES`, driven by `ingestion.pool`.

A request names a file, its password and limits; the answer is a number of `progress` frames and then a
`document` or an `error`. A reader that crashes ends this process only; the pool says so of the file at hand
and starts another. Nothing here imports torch, OpenVINO or the search engine.
"""

from __future__ import annotations

import logging
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from indexes.errors import DocumentError, LimitExceeded
from indexes.types import ExtractedDocument
from ingestion import wire
from ingestion.gates import apply_gates
from ingestion.limits import Limits
from ingestion.processes import claim_pipes, die_with_parent, limit_memory, limit_processor
from ingestion.reading import read_file
from ingestion.second_reader import SecondReader

_PROGRESS_EVERY = 0.1  # seconds

Send = Callable[..., None]


def main() -> None:
    """Serve requests until the parent closes its end."""
    die_with_parent()
    incoming, outgoing = claim_pipes()
    memory = int(sys.argv[1])
    limit_memory(memory)
    logging.disable()
    warnings.simplefilter("ignore")
    second = SecondReader(memory)
    wire.send(outgoing, {"kind": "ready"})
    try:
        while True:
            asked, _ = wire.receive(incoming)
            if not _serve(asked, second, outgoing):
                return
    except wire.WireError as error:
        if not error.closed:
            raise
    finally:
        second.close()


def _serve(asked: dict[str, Any], second: SecondReader, outgoing: int) -> bool:
    """Answer one request. False: this process is no longer fit to go on."""
    limits = Limits(**asked["limits"])
    path = Path(asked["path"])
    limit_processor(limits.seconds)
    try:
        document = read_gated(path, asked["password"], limits, second, _progress(outgoing))
        header, payload = wire.pack(document)
    except DocumentError as error:
        wire.send(outgoing, _error(error))
        return True
    except (MemoryError, RecursionError) as error:
        cause = "memory" if isinstance(error, MemoryError) else "depth of nesting"
        wire.send(outgoing, _error(_too_much(path, cause, limits)))
        return False
    wire.send(outgoing, {"kind": "document", **header}, payload)
    return True


def read_gated(
    path: Path,
    password: str | None,
    limits: Limits,
    second: SecondReader,
    progress: Callable[[str, int, int], None],
) -> ExtractedDocument:
    """Read a file and put the warnings of all gates on its pages. Raises DocumentError.

    `progress` is called with the stage ("read", "ocr"), the pages done and the pages in all.
    """
    document = read_file(
        path, password=password, limits=limits, progress=lambda done, total: progress("read", done, total)
    )
    return apply_gates(document, path, password, second, limits, progress)


def _progress(outgoing: int) -> Callable[[str, int, int], None]:
    """Sends progress to the parent, not more often than anyone could see; for OCR each page."""
    last = 0.0

    def report(stage: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if stage != "read" or done == total or now - last >= _PROGRESS_EVERY:
            last = now
            wire.send(outgoing, {"kind": "progress", "stage": stage, "done": done, "total": total})

    return report


def _too_much(path: Path, cause: str, limits: Limits) -> LimitExceeded:
    return LimitExceeded(
        f"{path.name} needs more {cause} than is allowed ({limits.memory_bytes >> 20:,} MiB of memory).",
        remedy="It may be damaged or hostile. If you trust it, raise memory_bytes.",
    )


def _error(error: DocumentError) -> dict[str, object]:
    return {"kind": "error", "code": error.code, "message": error.message, "remedy": error.remedy}


if __name__ == "__main__":
    main()
