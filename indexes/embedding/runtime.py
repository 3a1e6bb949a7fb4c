"""The light runtime: embeds with OpenVINO and tokenizers, importing nothing of torch."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from indexes.embedding.embedder import Passage, PassageVectors
from indexes.embedding.manifest import Manifest, read_manifest
from indexes.embedding.windows import Window, batches, cut, encode
from indexes.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MODEL, TOKENIZER, COMPILED = "model.xml", "tokenizer.json", "compiled"

_BATCH_TOKENS = 4096
_GROUP = 2048  # passages whose tokens are in memory at once

Vector = NDArray[np.float32]


def load(folder: Path, *, threads: int | None = None) -> OpenVinoEmbedder:
    """The embedder of a folder that `prepare` made. `threads`: None for as many as OpenVINO thinks best.

    Raises ModelError when the folder is not such a one, or damaged.
    """
    from tokenizers import Tokenizer

    manifest = read_manifest(folder)
    try:
        tokenizer = Tokenizer.from_buffer((folder / TOKENIZER).read_bytes())
        network = compiled(folder, threads=threads)
    except (OSError, RuntimeError, ValueError) as error:
        reason = str(error).strip().splitlines()[-1:] or [""]
        raise ModelError(
            f"The prepared model in {folder} is damaged: {reason[0]}.",
            remedy="Remove the folder; the model is then prepared again.",
        ) from error
    return OpenVinoEmbedder(manifest, tokenizer, network)


def openvino() -> Any:
    """The openvino package without its telemetry, which reports conversions to Google unless it is absent."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # importing it now fails
    import openvino as module

    return module


def compiled(folder: Path, *, threads: int | None = None) -> Any:
    """The network of a prepared folder, ready to run. Its compiled form is kept beside it, without weights:
    0.2 s instead of 0.6 s the next time."""
    settings: dict[str, Any] = {
        "NUM_STREAMS": 1,
        "INFERENCE_PRECISION_HINT": "f32",  # the same vectors on processors that have bfloat16
    }
    if threads is not None:
        settings["INFERENCE_NUM_THREADS"] = threads
    cache = folder / COMPILED
    if cache.is_dir() and os.access(cache, os.W_OK):
        settings |= {"CACHE_DIR": str(cache), "CACHE_MODE": "OPTIMIZE_SIZE"}
    return openvino().Core().compile_model(str(folder / MODEL), "CPU", settings)


class OpenVinoEmbedder:
    """An `Embedder` on the CPU. `network` maps input_ids and attention_mask (batch × tokens) to the last
    hidden state (batch × tokens × dimensions)."""

    def __init__(self, manifest: Manifest, tokenizer: Tokenizer, network: Any) -> None:
        self.manifest = manifest
        self._tokenizer = tokenizer
        self._request = network.create_infer_request()
        self._lock = Lock()  # one request computes one batch at a time

    def embed_query(self, text: str) -> Vector:
        return self._embed([Passage(text)], self.manifest.query_prompt)[0].vector

    def embed_passages(
        self, passages: Sequence[Passage], progress: Callable[[int], None] | None = None
    ) -> list[PassageVectors]:
        places: dict[Passage, list[int]] = {}
        for place, passage in enumerate(passages):
            places.setdefault(passage, []).append(place)
        distinct = list(places)
        found: list[PassageVectors | None] = [None] * len(passages)
        for begin in range(0, len(distinct), _GROUP):
            group = distinct[begin : begin + _GROUP]

            def told(number: int, group: list[Passage] = group) -> None:
                if progress is not None:
                    progress(len(places[group[number]]))

            for passage, vectors in zip(group, self._passages(group, told), strict=True):
                for place in places[passage]:
                    found[place] = vectors
        return [vectors for vectors in found if vectors is not None]

    def count_tokens(self, text: str) -> int:
        return len(encode(self._tokenizer, text).ids)

    def _passages(self, passages: Sequence[Passage], told: Callable[[int], None]) -> list[PassageVectors]:
        if self.manifest.pooling == "mean":
            return self._embed(passages, self.manifest.passage_prompt, told)
        # The tokens of a model that was trained on its first token alone say little when averaged: such a
        # model reads every sentence by itself.
        whole = [Passage(passage.text) for passage in passages]
        parts = [Passage(passage.text[a:b]) for passage in passages for a, b in passage.sentences]
        vectors = self._embed(whole, self.manifest.passage_prompt, told)
        sentences = iter(self._embed(parts, self.manifest.passage_prompt))
        return [
            PassageVectors(own.vector, self._stack([next(sentences).vector for _ in passage.sentences]))
            for passage, own in zip(passages, vectors, strict=True)
        ]

    def _embed(
        self, passages: Sequence[Passage], prompt: str, told: Callable[[int], None] | None = None
    ) -> list[PassageVectors]:
        """One pass over all windows; the vectors of a passage's windows are averaged by their tokens."""
        texts = [passage.text for passage in passages]
        windows = cut(self._tokenizer, texts, prompt=prompt, max_tokens=self.manifest.max_tokens)
        pools = [_Pool(passage, self.manifest.dimensions) for passage in passages]
        for window in windows:
            pools[window.text].waiting += 1
        for batch in batches(windows, _BATCH_TOKENS):
            for window, hidden in zip(batch, self._forward(batch), strict=True):
                pool = pools[window.text]
                pool.add(window, hidden, cls=self.manifest.pooling == "cls")
                if pool.waiting == 0 and told is not None:
                    told(window.text)
        return [pool.vectors() for pool in pools]

    def _forward(self, batch: Sequence[Window]) -> list[NDArray[np.float32]]:
        """The last hidden state of each window, without the padding."""
        lengths = [len(window.ids) for window in batch]
        ids = np.zeros((len(batch), max(lengths)), np.int64)
        mask = np.zeros_like(ids)
        for row, window in enumerate(batch):
            ids[row, : lengths[row]] = window.ids
            mask[row, : lengths[row]] = 1
        with self._lock:
            hidden = self._request.infer({"input_ids": ids, "attention_mask": mask})[0].copy()
        return [hidden[row, :length] for row, length in enumerate(lengths)]

    def _stack(self, vectors: Sequence[Vector]) -> NDArray[np.float32]:
        return np.array(vectors, np.float32).reshape(len(vectors), self.manifest.dimensions)


class _Pool:
    """Collects the vectors of one passage from its windows."""

    def __init__(self, passage: Passage, dimensions: int) -> None:
        self.waiting = 0  # windows that are still to come
        self._stretches = np.array(passage.sentences, np.int64).reshape(-1, 2)
        self._whole = np.zeros(dimensions, np.float32)
        self._sentences = np.zeros((len(passage.sentences), dimensions), np.float32)

    def add(self, window: Window, hidden: NDArray[np.float32], *, cls: bool) -> None:
        self.waiting -= 1
        vector = hidden[0] if cls else hidden.mean(axis=0)
        self._whole += _unit(vector) * max(len(window.ends), 1)
        # A token belongs to the sentence in which it ends: it can begin with the space before its word.
        own = hidden[window.first : window.first + len(window.ends)]
        firsts = np.searchsorted(window.ends, self._stretches[:, 0], side="right")
        lasts = np.searchsorted(window.ends, self._stretches[:, 1], side="right")
        for number, (first, last) in enumerate(zip(firsts.tolist(), lasts.tolist(), strict=True)):
            self._sentences[number] += own[first:last].sum(axis=0)

    def vectors(self) -> PassageVectors:
        vector = _unit(self._whole)
        empty = ~self._sentences.any(axis=1)  # nothing that the tokenizer sees
        self._sentences[empty] = vector
        return PassageVectors(vector, _unit(self._sentences))


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: NDArray[np.float32] = vectors / np.maximum(norms, np.float32(1e-12))
    return unit
