"""What embeds: the protocol that the library and the search know, and the values that it takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from indexes.embedding.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Passage:
    """A text to embed. `sentences`: stretches of it, as offsets, that also get a vector each."""

    text: str
    sentences: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class PassageVectors:
    """Of one passage: `vector` (d,) and `sentences` (n × d), float32, all of unit length."""

    vector: NDArray[np.float32]
    sentences: NDArray[np.float32]


class Embedder(Protocol):
    """Turns text into vectors of unit length, whose dot product says how near in meaning two texts are.

    Text of any length is embedded whole: what exceeds the model's tokens goes through it in windows. One
    embedder may be used by several threads.
    """

    @property
    def manifest(self) -> Manifest: ...

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Of a question, with the model's prompt for questions: (d,), unit length."""

    def embed_passages(
        self, passages: Sequence[Passage], progress: Callable[[int], None] | None = None
    ) -> list[PassageVectors]:
        """Of passages, in their order, with the model's prompt for passages; equal ones are embedded once.

        `progress` is told how many passages have become ready since it was last told.
        """

    def count_tokens(self, text: str) -> int:
        """Tokens of the text alone, without prompt and special tokens."""
