from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from indexes.errors import DocumentError, LimitExceeded, UnreadableDocument
from ingestion.limits import Limits
from ingestion.pool import ExtractionResult, PageProgress, extract_files

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
QUICK = Limits(seconds=0.3)
REMEDY = "It may be damaged or hostile. If you trust it, save it anew with another program"


@pytest.fixture
def misbehaving(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    return "misbehaving_worker"


def texts(folder: Path, *names: str) -> list[Path]:
    for name in names:
        (folder / name).write_text(f"The text of {name}.")
    return [folder / name for name in names]


def test_files_are_read_and_progress_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Fever\n\nGive fluids.")
    (tmp_path / "b.txt").write_text("Rest.")
    events = list(extract_files([tmp_path / "a.md", tmp_path / "b.txt"]))
    found = {e.path.name: e.document for e in events if isinstance(e, ExtractionResult)}
    assert {name: d and [p.text for p in d.pages] for name, d in found.items()} == {
        "a.md": ["Fever\n\nGive fluids."],
        "b.txt": ["Rest."],
    }


def test_nothing_to_do() -> None:
    assert list(extract_files([])) == []


def test_one_broken_worker_costs_one_file(tmp_path: Path, misbehaving: str) -> None:
    bad = ("segfault", "killed", "exits", "hangs", "spins", "babbles", "swells", "pickles", "lies")
    names = [f"{name}.txt" for kind in bad for name in (f"good{kind}", kind)]
    names = [n if not n.startswith("good") else f"good{i}.txt" for i, n in enumerate(names)]
    paths = texts(tmp_path, *names)
    events = list(extract_files(paths, workers=1, limits=QUICK, worker_module=misbehaving))
    results = [e for e in events if isinstance(e, ExtractionResult)]
    assert [r.path for r in results] == paths
    assert [r.document.pages[0].text for r in results if r.document] == [
        f"The text of {n}." for n in names if n.startswith("good")
    ]
    assert {r.path.stem: (type(r.error), r.error and r.error.message) for r in results if r.error} == {
        "segfault": (
            UnreadableDocument,
            "segfault.txt could not be read: the reading process was ended by SIGSEGV.",
        ),
        "killed": (
            LimitExceeded,
            "killed.txt could not be read: the reading process was killed, most likely for lack of memory.",
        ),
        "exits": (UnreadableDocument, "exits.txt could not be read: the reading process broke down."),
        "hangs": (LimitExceeded, "hangs.txt took longer than 0.3 seconds to read."),
        "spins": (LimitExceeded, "spins.txt took more than 0.3 seconds of processor time to read."),
        "babbles": (
            UnreadableDocument,
            "babbles.txt could not be read: the reading process sent a frame of 3,234,847,144 bytes.",
        ),
        "swells": (
            UnreadableDocument,
            "swells.txt could not be read: the reading process sent a frame of 8,589,934,590 bytes.",
        ),
        "pickles": (
            UnreadableDocument,
            "pickles.txt could not be read: the reading process sent a header that is not JSON.",
        ),
        "lies": (
            UnreadableDocument,
            "lies.txt could not be read: the reading process sent a block outside its page.",
        ),
    }
    assert all(r.error.remedy.startswith(REMEDY) for r in results if r.error)
    assert not list(tmp_path.glob("*.owned"))


def test_a_worker_that_cannot_start_is_said(tmp_path: Path) -> None:
    (result,) = extract_files(texts(tmp_path, "a.txt"), worker_module="ingestion.no_such_module")
    assert isinstance(result, ExtractionResult)
    assert type(result.error) is DocumentError
    assert result.error.message.startswith("a.txt was not read: the reading process does not start.")
    assert "No module named ingestion.no_such_module" in result.error.message


def test_a_machine_that_can_start_no_process_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-python"))
    results = list(extract_files(texts(tmp_path, "a.txt", "b.txt")))
    assert [type(r.error) for r in results if isinstance(r, ExtractionResult)] == [DocumentError] * 2
    assert "No such file or directory" in str(results[0].error)  # type: ignore[union-attr]


def test_too_little_memory_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("word " * 20_000_000)
    events = extract_files([tmp_path / "a.txt"], limits=Limits(memory_bytes=400 << 20))
    (error,) = [e.error for e in events if isinstance(e, ExtractionResult)]
    assert type(error) is LimitExceeded
    assert "a.txt needs more memory than is allowed (400 MiB of memory)." in error.message


def test_a_slow_caller_is_no_reason_to_give_a_file_up(
    tmp_path: Path, misbehaving: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.pool._GRACE", 0.0)
    (path,) = texts(tmp_path, "chatters.txt")
    events = extract_files([path], limits=Limits(seconds=1.0), worker_module=misbehaving)
    first = next(events)
    threading.Event().wait(1.3)  # the caller embeds something meanwhile
    *progress, last = [first, *events]
    assert progress == [PageProgress(path, "read", done, 9) for done in range(1, 10)]
    assert isinstance(last, ExtractionResult)
    assert last.error is None


def ended(pid: int) -> bool:
    """Whether a process ends within five seconds (a zombie has ended)."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except OSError:
            return True
    return False


def test_leaving_the_iterator_ends_the_workers(tmp_path: Path, misbehaving: str) -> None:
    events = extract_files(texts(tmp_path, "hangs.txt"), worker_module=misbehaving)
    assert isinstance(next(events), PageProgress)
    pid = int((tmp_path / "hangs.pid").read_text())
    os.kill(pid, 0)
    events.close()  # type: ignore[attr-defined]
    assert ended(pid)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_their_parent(tmp_path: Path, misbehaving: str, how: signal.Signals) -> None:
    (path,) = texts(tmp_path, "hangs.txt")
    program = (
        "import sys; from pathlib import Path; from ingestion.pool import extract_files\n"
        f"events = extract_files([Path({str(path)!r})], worker_module={misbehaving!r})\n"
        "for event in events: print('on', flush=True)"
    )
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{HERE}"}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"on\n"
        pid = int((tmp_path / "hangs.pid").read_text())
        parent.send_signal(how)
        parent.wait(10)
    assert ended(pid)


@pytest.mark.parametrize(
    ("modules", "unwanted"),
    [
        (
            "ingestion.worker, ingestion.second_reader, ingestion.pdf.reader",
            "torch openvino transformers sentence_transformers faiss camel_tools langchain_core scipy pandas",
        ),
        ("ingestion.pool", "torch openvino pypdf pypdfium2 fontTools markdown_it yaml"),
        ("ingestion.chunking, ingestion.sidecar", "torch openvino pypdf yaml"),
    ],
)
def test_nothing_heavy_is_imported(modules: str, unwanted: str) -> None:
    program = (
        f"import sys, {modules}\n"
        f"print(sorted(set({unwanted.split()!r}) & {{name.split('.')[0] for name in sys.modules}}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
    )
    assert done.stdout == "[]\n"
