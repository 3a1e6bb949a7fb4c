"""Count letters for `ingestion.gates.letters`: `python -m ingestion.gates.train_letters ARCD.json FOLDER`.

ARCD.json: arcd-train.json (SQuAD format), for Arabic. FOLDER: English text files. Writes
letter_trigrams.npz: for each script a cube of log-probabilities of a letter after two others (index 0: the
edge of a word), smoothed by adding SMOOTHING to each count.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingestion.gates.letters import ALPHABETS, MODEL, Script, words

SMOOTHING = 0.1


def log_probabilities(text: str, script: Script) -> NDArray[np.float16]:
    """Cube of log P(third letter | first two), from the words of a text."""
    places = {letter: place for place, letter in enumerate(ALPHABETS[script], start=1)}
    size = len(places) + 1
    counts = np.full((size, size, size), SMOOTHING)
    for word in (word for line in text.split("\n") for word in words(line, script)):
        codes = [0, *(places[letter] for letter in word), 0]
        for a, b, c in zip(codes, codes[1:], codes[2:], strict=False):
            counts[a, b, c] += 1
    cube: NDArray[np.float16] = np.log(counts / counts.sum(axis=2, keepdims=True)).astype(np.float16)
    return cube


def main(arcd: Path, folder: Path) -> None:
    articles = json.loads(arcd.read_text("utf-8"))["data"]
    arabic = "\n".join(p["context"] for article in articles for p in article["paragraphs"])
    english = "\n".join(path.read_text("utf-8", "replace") for path in sorted(folder.glob("*.txt")))
    half_done = MODEL.with_name("half.npz")
    np.savez_compressed(
        half_done, arabic=log_probabilities(arabic, "arabic"), latin=log_probabilities(english, "latin")
    )
    os.replace(half_done, MODEL)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
