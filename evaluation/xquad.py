"""XQuAD and ARCD: questions, and the one paragraph that answers each. Both come as SQuAD's JSON.

The paragraphs of XQuAD's languages are translations of one another, in the same order.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from evaluation.figures import DATA

LANGUAGES = ("ar", "en")
NAMES = {"ar": "Arabic", "en": "English"}


@dataclass(frozen=True, slots=True)
class Asked:
    """`paragraph`: the place, from 0, of the only paragraph that answers."""

    question: str
    paragraph: int


@dataclass(frozen=True, slots=True)
class Reading:
    paragraphs: tuple[str, ...]
    questions: tuple[Asked, ...]


def xquad(language: str) -> Reading:
    """240 paragraphs, 1,190 questions; `language` is ar or en."""
    return read_squad(DATA / "xquad" / f"xquad.{language}.json")


def arcd() -> Reading:
    """231 Arabic paragraphs, 693 questions: the set that may be used for fitting."""
    return read_squad(DATA / "arcd" / "arcd-train.json")


def read_squad(path: Path) -> Reading:
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
    return Reading(
        tuple(paragraph["context"] for paragraph in paragraphs),
        tuple(Asked(qa["question"], i) for i, paragraph in enumerate(paragraphs) for qa in paragraph["qas"]),
    )


def mixed_language(paragraph: int) -> str:
    """In which language alone the mixed library has this paragraph: every second one is Arabic."""
    return LANGUAGES[paragraph % 2]


def write_paragraphs(paragraphs: dict[int, str], folder: Path) -> list[Path]:
    """A text file a paragraph, named so that `place_of` finds its place again."""
    folder.mkdir(parents=True)
    files = []
    for place, text in paragraphs.items():
        files.append(folder / f"paragraph-{place:04d}.txt")
        files[-1].write_text(text, encoding="utf-8")
    return files


def place_of(file_name: str) -> int:
    return int(Path(file_name).stem.removeprefix("paragraph-"))
