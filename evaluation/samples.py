"""The project's own questions on its samples: what is answered, rightly, and with how much else.

Thresholds and margins were chosen with these questions in view: this tells whether a change made things
worse, not how good answers are elsewhere.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

from evaluation.figures import ROOT, Figure
from indexes.embedding import load, prepare
from indexes.library import Library
from indexes.settings import settings_from
from ingestion.pipeline import find_files, ingest
from rag.assistant import Assistant
from rag.types import Answer, Status

FILE = "questions_held_out.jsonl" if "--held-out" in sys.argv else "questions.jsonl"


def run() -> list[Figure]:
    embedder = load(prepare(cache=settings_from().models))
    questions = [json.loads(line) for line in (ROOT / "samples" / FILE).open(encoding="utf-8")]
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "home") as library:
        for _ in ingest(find_files([ROOT / "samples" / "pdf"]), library, lambda _: embedder):
            pass
        names = {d.id: Path(d.file_name).stem for d in library.documents(all=True)}
        with Assistant.over(library, embedder) as assistant:
            judged = [(q, assistant.ask(assistant.question(q["question"]))) for q in questions]
    figures = []
    for title, wanted in (
        ("same language", lambda q: any(d.endswith(q["language"]) for d in q["documents"])),
        ("other language only", lambda q: not any(d.endswith(q["language"]) for d in q["documents"])),
    ):
        some = [(q, a) for q, a in judged if q["answerable"] and wanted(q)]
        verdicts = Counter(_verdict(q, a, names) for q, a in some)
        sentences = [len(a.sentences) for _, a in some if a.sentences]
        figures += [
            Figure(f"{title}: {verdict}, share of {len(some)}", count / len(some))
            for verdict, count in sorted(verdicts.items())
        ]
        figures.append(
            Figure(f"{title}: sentences in an answer, mean", sum(sentences) / max(1, len(sentences)))
        )
    not_there = [a for q, a in judged if not q["answerable"]]
    wrong = sum(a.status in (Status.ANSWERED, Status.PARTIAL) for a in not_there)
    figures.append(Figure(f"answered although not there, share of {len(not_there)}", wrong / len(not_there)))
    if "-v" in sys.argv:
        for q, a in judged:
            verdict = _verdict(q, a, names) if q["answerable"] else a.status.value
            print(q["id"], verdict, q["question"], "|", [s.text for s in a.sentences], "|", q["answer"])
    return figures


def _verdict(question: dict[str, Any], answer: Answer, names: dict[str, str]) -> str:
    """right: a quote of a right document holds the answer; right document; wrong document; not answered."""
    if not answer.citations:
        return "not answered"
    right = [c for c in answer.citations if names[c.document] in question["documents"]]
    quotes = _plain(" ".join(s.quote for c in right for s in c.spans))
    if _plain(question["answer"]) in quotes:
        return "right"
    others = len({names[c.document] for c in right}) and set(question["documents"][1:])
    if others and _numbers(question["answer"]) <= _numbers(quotes):
        return "right"  # in the other language's words
    return "right document" if right else "wrong document"


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).replace("\u0640", "")
    text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return re.sub(r"\W+", "", text).lower()


def _numbers(text: str) -> set[str]:
    return {str(int(n)) for n in re.findall(r"\d+", text)}


if __name__ == "__main__":
    for figure in run():
        print(f"{figure.name}: {figure.value:.3f}")
