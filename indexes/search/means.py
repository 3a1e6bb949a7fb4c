"""Language means: what all texts of one language have in common in an embedding model's space.

Multilingual models place a text by its language first and by its subject second, so that passages of the
question's language crowd out those that answer in the other one. Subtracting each language's mean vector
leaves the subject. A library's own passages give the best mean; where they are few, it shrinks towards a
prior: the mean of parallel text that ships with Sanad.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexes.errors import ModelError
from indexes.types import Language

Vectors = NDArray[np.float32]

PRIOR_WEIGHT = 90
"""How many passages of the library the prior counts for (docs/decisions/fusion.md)."""

_FOLDER = Path(__file__).parent / "priors"
_SPOKEN = (Language.AR, Language.EN)


@dataclass(frozen=True, slots=True, eq=False)
class Means:
    """For each language a vector (d,) for passages and one for questions; UND lies between the languages."""

    passages: Mapping[Language, Vectors]
    questions: Mapping[Language, Vectors]

    @property
    def width(self) -> int:
        return len(self.passages[Language.UND])


def debias(vectors: Vectors, mean: Vectors) -> Vectors:
    """Rows (n × d) or one vector (d,) without the mean, of length 1 again; a zero row stays zero."""
    rest = vectors - mean
    length = np.linalg.norm(rest, axis=-1, keepdims=True)
    return np.asarray(rest / np.maximum(length, 1e-9), dtype=np.float32)


def combine(prior: Means, sums: Mapping[Language, tuple[int, Vectors]]) -> Means:
    """The prior updated with a library: for each language the number of its passages and their mean vector.

    Passages: the mean of `count` passages and PRIOR_WEIGHT prior ones. Questions are not in a library; theirs
    is half-way between the prior for questions and the updated mean of passages.
    """
    passages: dict[Language, Vectors] = {}
    questions: dict[Language, Vectors] = {}
    for language in _SPOKEN:
        count, mean = sums.get(language, (0, prior.passages[language]))
        total = count + PRIOR_WEIGHT
        passages[language] = ((count * mean + PRIOR_WEIGHT * prior.passages[language]) / total).astype(
            np.float32
        )
        questions[language] = (prior.questions[language] + passages[language]) / np.float32(2)
    return with_undetermined(passages, questions)


@lru_cache(maxsize=4)
def shipped_prior(model: str) -> Means | None:
    """The prior that ships with Sanad for the model of that name; None when there is none.

    Source: the means of the parallel text (evaluation/fit_prior.py).
    """
    path = _FOLDER / f"{model.rsplit('/', 1)[-1]}.npz"
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            return with_undetermined(
                {language: stored[f"passage_{language}"] for language in _SPOKEN},
                {language: stored[f"question_{language}"] for language in _SPOKEN},
            )
    except (KeyError, ValueError, OSError) as error:
        raise ModelError(
            f"The language means in {path.name} cannot be read: {error}.", remedy="Install Sanad again."
        ) from error


def measured_prior(vectors: Mapping[tuple[str, Language], Vectors]) -> Means:
    """A prior from vectors (n × d) of the parallel text, by kind ("passage", "question") and language."""
    return with_undetermined(
        {language: vectors["passage", language].mean(axis=0) for language in _SPOKEN},
        {language: vectors["question", language].mean(axis=0) for language in _SPOKEN},
    )


def parallel_text() -> dict[tuple[str, Language], list[str]]:
    """The shipped parallel text, by kind ("passage", "question") and language."""
    kinds = {"p": "passage", "q": "question"}
    found: dict[tuple[str, Language], list[str]] = {}
    for line in (_FOLDER / "parallel.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, english, arabic = line.split("\t")
            found.setdefault((kinds[kind], Language.EN), []).append(english)
            found.setdefault((kinds[kind], Language.AR), []).append(arabic)
    return found


def with_undetermined(passages: dict[Language, Vectors], questions: dict[Language, Vectors]) -> Means:
    def between(means: dict[Language, Vectors]) -> Vectors:
        return np.asarray(sum(means[language] for language in _SPOKEN) / len(_SPOKEN), dtype=np.float32)

    return Means(passages | {Language.UND: between(passages)}, questions | {Language.UND: between(questions)})
