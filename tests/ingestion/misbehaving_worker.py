"""A worker that does to a file what the file's name says."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from pathlib import Path

from ingestion import wire
from ingestion.processes import claim_pipes, die_with_parent, limit_processor
from ingestion.reading import read_file


class Evil:
    """Unpickling it would leave a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (os.mkdir, (os.fspath(self.path.with_suffix(".owned")),))


def main() -> None:
    die_with_parent()
    incoming, outgoing = claim_pipes()
    wire.send(outgoing, {"kind": "ready"})
    while True:
        try:
            asked, _ = wire.receive(incoming)
        except wire.WireError:
            return
        behave(Path(asked["path"]), outgoing)


def behave(path: Path, outgoing: int) -> None:
    header, payload = wire.pack(read_file(path))
    header = {"kind": "document", **header}
    match path.stem.rstrip("0123456789"):
        case "good":
            wire.send(outgoing, {"kind": "progress", "stage": "read", "done": 1, "total": 1})
            wire.send(outgoing, header, payload)
        case "chatters":
            for done in range(1, 10):
                wire.send(outgoing, {"kind": "progress", "stage": "read", "done": done, "total": 9})
            wire.send(outgoing, header, payload)
        case "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "exits":
            sys.exit(3)
        case "hangs":
            path.with_suffix(".pid").write_text(str(os.getpid()))
            wire.send(outgoing, {"kind": "progress", "stage": "read", "done": 0, "total": 1})
            signal.pause()
        case "spins":
            limit_processor(0)
            while True:
                pass
        case "babbles":
            os.write(outgoing, b"Warning: something went wrong\n" * 9)
            signal.pause()
        case "swells":
            os.write(outgoing, b"\xff" * 8)
            signal.pause()
        case "pickles":
            data = pickle.dumps(Evil(path))
            os.write(outgoing, len(data).to_bytes(4, "big") + bytes(4) + data)
        case "lies":
            header["pages"][0]["blocks"] = [["paragraph", 0, 10**9, 0, []]]  # type: ignore[index]
            wire.send(outgoing, header, payload)


main()
