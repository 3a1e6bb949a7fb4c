"""The samples hold together: sources, sidecars and the questions held out."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

SAMPLES = Path(__file__).parents[2] / "samples"
DOCUMENTS = sorted((*(SAMPLES / "pdf").glob("*.pdf"), *(SAMPLES / "pdf").glob("*.md")))


def questions(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SAMPLES / name).read_text(encoding="utf-8").splitlines()]


HELD_OUT = questions("questions_held_out.jsonl")


def source_text(name: str) -> str:
    stem = Path(name).stem
    page = SAMPLES / "source" / f"{stem}.html"
    if not page.exists():
        return (SAMPLES / "source" / f"{stem}.md").read_text(encoding="utf-8")
    cells_apart = re.sub(r"<(t[dhr]|p|li|h\d)>", " ", page.read_text(encoding="utf-8"))
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", cells_apart)).split())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_has_a_source_and_a_sidecar(document: Path) -> None:
    assert source_text(document.name)
    sidecar = yaml.safe_load(document.with_suffix(".yaml").read_text(encoding="utf-8"))
    assert {"title", "publisher", "edition", "effective", "collection"} <= sidecar.keys()
    assert (sidecar["publisher"], sidecar["collection"]) == ("Sanad sample", "samples")
    if "supersedes" in sidecar:
        assert (document.parent / sidecar["supersedes"]).exists()


def test_markdown_is_ingested_as_it_is_written() -> None:
    for source in (SAMPLES / "source").glob("*.md"):
        assert (SAMPLES / "pdf" / source.name).read_bytes() == source.read_bytes()


def test_answers_of_the_held_out_questions_stand_in_the_source() -> None:
    texts = {document.stem: source_text(document.name) for document in DOCUMENTS}
    lost = [q["id"] for q in HELD_OUT if q["answerable"] and q["answer"] not in texts[q["documents"][0]]]
    assert lost == []
    assert [q["id"] for q in HELD_OUT if q["answerable"] != bool(q["documents"])] == []


def test_no_held_out_question_is_in_the_other_set() -> None:
    asked = {row["question"].casefold() for row in questions("questions.jsonl")}
    assert [q["id"] for q in HELD_OUT if q["question"].casefold() in asked] == []
