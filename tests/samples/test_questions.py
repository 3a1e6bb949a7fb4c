"""The questions on the samples: what they promise to whoever measures with them."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TypedDict

import pytest

SAMPLES = Path(__file__).parents[2] / "samples"
SUPERSEDED = "hypertension-en-2022"
FIELDS = {"id", "question", "language", "answerable", "documents", "answer", "topic"}


class Row(TypedDict):
    id: str
    question: str
    language: str
    answerable: bool
    documents: list[str]
    answer: str
    topic: str


@cache
def visible_text(stem: str) -> str:
    """The text of one sample's source without tags, white space folded."""
    (source,) = (SAMPLES / "source").glob(f"{stem}.*")
    text = source.read_text(encoding="utf-8")
    if source.suffix == ".html":
        text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    return " ".join(text.split())


def crosses(row: Row) -> bool:
    """Whether only documents in the other language answer the question."""
    return not any(stem.endswith(f"-{row['language']}") for stem in row["documents"])


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    lines = (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_every_row_has_the_same_fields(rows: list[Row]) -> None:
    assert [row["id"] for row in rows if set(row) != FIELDS] == []


def test_no_id_and_no_question_comes_twice(rows: list[Row]) -> None:
    assert [key for key, times in Counter(row["id"] for row in rows).items() if times > 1] == []
    assert [text for text, times in Counter(row["question"] for row in rows).items() if times > 1] == []


def test_the_language_is_that_of_the_letters(rows: list[Row]) -> None:
    def language(text: str) -> str:
        return "ar" if re.search("[ء-ي]", text) else "en"

    assert [row["id"] for row in rows if row["language"] != language(row["question"])] == []


def test_answerable_questions_name_current_samples(rows: list[Row]) -> None:
    stems = {path.stem for path in (SAMPLES / "source").iterdir() if path.suffix in {".html", ".md"}}
    current = stems - {SUPERSEDED}
    assert [row["id"] for row in rows if row["answerable"] != bool(row["documents"])] == []
    assert [row["id"] for row in rows if not set(row["documents"]) <= current] == []


def test_each_answer_stands_in_its_first_document(rows: list[Row]) -> None:
    answerable = [row for row in rows if row["answerable"]]
    assert [row["id"] for row in answerable if not row["answer"].strip()] == []
    lost = [
        row["id"]
        for row in answerable
        if " ".join(row["answer"].split()) not in visible_text(row["documents"][0])
    ]
    assert lost == []


def test_unanswerable_questions_hold_no_answer(rows: list[Row]) -> None:
    assert [row["id"] for row in rows if not row["answerable"] and row["answer"]] == []


def test_every_current_sample_is_asked_about(rows: list[Row]) -> None:
    stems = {path.stem for path in (SAMPLES / "source").iterdir() if path.suffix in {".html", ".md"}}
    assert {stem for row in rows for stem in row["documents"]} == stems - {SUPERSEDED}


def test_there_are_enough_of_each_kind(rows: list[Row]) -> None:
    answerable = [row for row in rows if row["answerable"]]
    unanswerable = [row for row in rows if not row["answerable"]]
    assert len(answerable) >= 130
    assert len(unanswerable) >= 80
    assert sum(row["topic"] == "off-topic" for row in unanswerable) >= 10
    for kind in (answerable, unanswerable):
        assert sum(row["language"] == "ar" for row in kind) / len(kind) == pytest.approx(0.5, abs=0.02)
    for language in ("ar", "en"):
        asked = [row for row in answerable if row["language"] == language]
        assert sum(map(crosses, asked)) / len(asked) >= 0.35
