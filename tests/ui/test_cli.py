"""The command line, start to finish, on the samples."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ui.cli.render import visible

Sanad = Callable[..., Any]
ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples" / "pdf"
ENGLISH_ONLY_IN_ARABIC = "What is the single oral dose of paracetamol for a child with fever?"
ARABIC_ONLY_IN_ENGLISH = "ما الجرعة القصوى من أملوديبين في اليوم؟"


COMMANDS = {
    *("ask", "search", "ingest", "documents", "show", "remove", "restore", "purge", "extract"),
    *("status", "check", "backup", "restore-backup", "reembed", "model"),
}
HEAVY = {"torch", "transformers", "openvino", "faiss", "numpy", "langchain_core", "camel_tools", "pypdf"}


def imported(*arguments: str, environment: dict[str, str] | None = None) -> tuple[set[str], str]:
    """Which modules a command imported, and what it printed."""
    script = "import sys; from ui.cli.app import run; run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split()), done.stdout


def test_help_names_every_command_and_imports_nothing_heavy() -> None:
    modules, printed = imported("--help")
    assert modules & HEAVY == set()
    assert {line.split()[0] for line in printed.split("Commands:")[1].splitlines() if line} == COMMANDS


def test_ask_imports_neither_torch_nor_sentence_transformers(samples_home: Path, model_dir: Path) -> None:
    modules, printed = imported(
        "--home",
        str(samples_home),
        "ask",
        ARABIC_ONLY_IN_ENGLISH,
        environment={"SANAD_MODELS": str(model_dir.parent)},
    )
    assert modules & {"torch", "transformers", "sentence_transformers", "langchain_core"} == set()
    assert "Amlodipine" in printed


@pytest.mark.parametrize(
    ("question", "language", "evidence"),
    [(ENGLISH_ONLY_IN_ARABIC, "en", "ar"), (ARABIC_ONLY_IN_ENGLISH, "ar", "en")],
)
def test_a_question_is_answered_from_the_other_language_and_every_quote_stands_on_its_page(
    sanad: Sanad, samples_home: Path, question: str, language: str, evidence: str
) -> None:
    answer = sanad("--home", samples_home, "ask", question, "--json").json
    assert (answer["language"], answer["status"]) == (language, "answered")
    assert {c["language"] for c in answer["citations"]} == {evidence}
    assert answer["notes"]
    for citation in answer["citations"]:
        document = sanad("--home", samples_home, "show", citation["document"], "--json").json
        file = SAMPLES / document["document"]["file"]
        extracted = sanad("extract", file, "--json").json["pages"]
        assert [p["text"] for p in document["pages"]] == [p["text"] for p in extracted]
        for span in citation["spans"]:
            page = document["pages"][span["page"] - 1]
            assert page["text"][span["start"] :].startswith(span["quote"])
    labels = {c["label"] for c in answer["citations"]}
    assert all(set(s["labels"]) <= labels and s["labels"] for s in answer["sentences"])


def test_what_no_document_says_is_not_answered(sanad: Sanad, samples_home: Path) -> None:
    for question in ("Who won the football world cup in 1998?", "ما عاصمة أستراليا؟"):
        answer = sanad("--home", samples_home, "ask", question, "--json").json
        assert (answer["status"], answer["sentences"], answer["citations"]) == ("abstained", [], [])
        assert answer["text"]


def test_an_old_edition_is_quoted_only_when_asked_for_and_labelled(sanad: Sanad, samples_home: Path) -> None:
    documents = sanad("--home", samples_home, "documents", "--all", "--json").json["documents"]
    old = next(d for d in documents if d["state"] == "superseded")
    assert old["superseded_by"] in {d["id"] for d in documents if d["state"] == "current"}
    now = sanad("--home", samples_home, "search", "blood pressure target", "-k", 50, "--json").json["results"]
    assert old["id"] not in {r["document"] for r in now}
    all_ = sanad(
        "--home", samples_home, "search", "blood pressure target", "-k", 50, "--all-editions", "--json"
    ).json
    assert ("superseded", old["id"]) in {(r["state"], r["document"]) for r in all_["results"]}


def test_search_gives_ranks_signals_and_filters(sanad: Sanad, samples_home: Path) -> None:
    found = sanad("--home", samples_home, "search", "paracetamol", "-k", 5, "--json").json["results"]
    assert [r["rank"] for r in found] == [1, 2, 3, 4, 5]
    assert [r["score"] for r in found] == sorted((r["score"] for r in found), reverse=True)
    keys = {"rank", "score", "document", "title", "edition", "page", "language", "text", "signals"}
    assert keys <= found[0].keys()
    assert found[0]["signals"].keys() == {"dense_rank", "lexical_rank"}
    arabic = sanad("--home", samples_home, "search", "paracetamol", "--language", "ar", "--json").json[
        "results"
    ]
    assert {r["language"] for r in arabic} == {"ar"}


def test_documents_are_removed_restored_and_purged(sanad: Sanad, tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "note.md"
    file.write_text("# Insulin storage (sample)\n\nKeep unopened insulin at 2–8 °C.\n", encoding="utf-8")
    added = sanad("--home", home, "ingest", file, "--collection", "pharmacy", "--json").json["files"][0]
    ask = ("--home", home, "ask", "At what temperature is unopened insulin kept?", "--json")
    assert sanad(*ask).json["status"] == "answered"
    assert sanad("--home", home, "remove", added["document"]).code == 0
    assert sanad(*ask).json["status"] == "abstained"
    assert sanad("--home", home, "restore", "note.md").code == 0
    assert sanad(*ask).json["status"] == "answered"
    assert sanad("--home", home, "purge", added["document"][:8], "--yes").code == 0
    assert sanad(*ask).json["status"] == "abstained"
    assert sanad("--home", home, "documents", "--all", "--json").json == {"documents": []}
    assert sanad("--home", home, "status", "--json").json["purged"] == 1


def test_a_backup_holds_everything(sanad: Sanad, samples_home: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "library.backup", tmp_path / "other"
    assert sanad("--home", samples_home, "backup", file).code == 0
    assert sanad("--home", other, "restore-backup", file).code == 0
    before = sanad("--home", samples_home, "documents", "--all", "--json").json
    assert sanad("--home", other, "documents", "--all", "--json").json == before
    assert sanad("--home", other, "check", "--json").json["sound"] is True
    answer = sanad("--home", other, "ask", ARABIC_ONLY_IN_ENGLISH, "--json").json
    assert answer["status"] == "answered"


def test_check_makes_damaged_indexes_anew(sanad: Sanad, samples_home: Path, tmp_path: Path) -> None:
    sanad("--home", samples_home, "backup", tmp_path / "b")
    sanad("--home", tmp_path / "home", "restore-backup", tmp_path / "b")
    assert sanad("--home", tmp_path / "home", "check", "--json").json["indexes_rebuilt"] is True
    assert sanad("--home", tmp_path / "home", "check", "--json").json["indexes_rebuilt"] is False
    faiss = next((tmp_path / "home" / "indexes").rglob("*.faiss"))
    faiss.write_bytes(faiss.read_bytes()[:-8] + b"\0" * 8)
    assert sanad("--home", tmp_path / "home", "check", "--json").json == {
        "problems": [],
        "indexes_rebuilt": True,
        "sound": True,
    }


def test_a_failed_file_is_named_in_table_and_json_and_ends_in_an_exit_code(
    sanad: Sanad, tmp_path: Path
) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"not a pdf at all")
    ran = sanad("--home", tmp_path / "home", "ingest", tmp_path / "bad.pdf")
    assert ran.code == 1
    assert "bad.pdf" in ran.out
    assert "failed" in ran.out
    error = sanad("--home", tmp_path / "home", "ingest", tmp_path / "bad.pdf", "--json").json["files"][0][
        "error"
    ]
    assert error["code"] == "unreadable"
    assert "bad.pdf" in error["message"]
    assert error["remedy"]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("ask", "anything"), "There is no library"),
        (("ingest", "missing.pdf"), "missing.pdf"),
        (("ingest", ".", "--effective", "next year"), "--effective"),
        (("extract", "missing.pdf"), "missing.pdf"),
        (("restore-backup", "missing.backup"), "missing.backup"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(
    sanad: Sanad, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], part: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = sanad("--home", tmp_path / "home", *arguments)
    assert ran.code == 1
    assert part in ran.err
    assert "Traceback" not in ran.err


def test_questions_and_names_that_do_not_exist_are_told(sanad: Sanad, samples_home: Path) -> None:
    for arguments, part in (
        (("ask", "  "), "empty"),
        (("ask", "x" * 3000), "3,000"),
        (("ask", "dose", "--collection", "nowhere"), "nowhere"),
        (("ask", "dose", "--language", "fr"), "fr"),
        (("show", "0000"), "0000"),
        (("show", "hypertension-en.pdf", "--page", "99"), "99"),
    ):
        ran = sanad("--home", samples_home, *arguments)
        assert (ran.code, part in ran.err) == (1, True), ran.err


def test_text_of_documents_is_no_markup_and_cannot_steer_the_terminal(sanad: Sanad, tmp_path: Path) -> None:
    file = tmp_path / "odd.md"
    file.write_text(
        "# [bold]Title[/bold] (sample)\n\nGive 5 mg of [link=x]warfarin[/link].\n", encoding="utf-8"
    )
    sanad("--home", tmp_path / "home", "ingest", file)
    for command in (("show", "odd.md"), ("search", "warfarin")):
        ran = sanad("--home", tmp_path / "home", *command)
        assert (ran.code, "[link=x]warfarin[/link]" in ran.out) == (0, True)
    assert visible("a\x1b[31mb\x9b1mc\u0007\td\n") == "a[31mb1mc\td\n"
