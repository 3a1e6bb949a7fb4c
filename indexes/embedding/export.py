"""From a sentence-transformers model to the files that the light runtime reads.

The export proves itself: its vectors must be those of the original before the folder is taken.
"""

from __future__ import annotations

import hashlib
import shutil
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from indexes.embedding.embedder import Passage
from indexes.embedding.manifest import Manifest, Pooling, write_manifest
from indexes.embedding.runtime import COMPILED, MODEL, TOKENIZER, load, openvino
from indexes.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

ORIGINAL = "sentence-transformers"  # the subfolder with the model as that library has it
_FAITHFUL = 0.9999  # cosine with the original
_PROBES = (
    "ما الجرعة القصوى من الباراسيتامول (500 mg) للأطفال؟",
    "Give 0.01 mg/kg of adrenaline intramuscularly.\nRepeat after 5 minutes if there is no improvement.",
    "ارتفاع ضغط الدم: 140/90",
)


def export(model: SentenceTransformer, folder: Path, *, name: str) -> Manifest:
    """Write model, tokenizer and manifest into `folder` (and the original below it).

    Raises ModelError for a model that is not a transformer with mean or first-token pooling.
    """
    pooling, max_tokens = _shape_of(model, name)
    original = folder / ORIGINAL
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of other libraries' coming versions
        model.save(str(original), create_model_card=False)
    if not (original / TOKENIZER).is_file():
        raise _unsuited(name, "its tokenizer has no fast form (tokenizer.json)")
    _write_tokenizer(original, folder)
    query_prompt, passage_prompt = _prompts(model, name)
    manifest = Manifest(
        name=name,
        model_id="",
        dimensions=int(model.get_embedding_dimension() or 0),
        max_tokens=max_tokens,
        pooling=pooling,
        query_prompt=query_prompt,
        passage_prompt=passage_prompt,
    )
    manifest = _identified(manifest, original)
    write_manifest(folder, manifest)
    _write_network(model, folder, manifest)
    return manifest


def _unsuited(name: str, why: str) -> ModelError:
    return ModelError(
        f"The model {name} cannot be used: {why}.",
        remedy="Name a sentence-transformers text model with mean or CLS pooling, such as BAAI/bge-m3.",
    )


def _shape_of(model: SentenceTransformer, name: str) -> tuple[Pooling, int]:
    kinds = [type(module).__name__ for module in model]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise _unsuited(name, f"it consists of {', '.join(kinds)}")
    layers: Any = model
    mode = layers[1].pooling_mode
    if mode not in ("mean", "cls"):
        raise _unsuited(name, f"it pools by {mode}")
    if not layers[1].include_prompt:
        raise _unsuited(name, "it leaves the prompt out of pooling")
    return mode, int(model.max_seq_length or 512)


def _prompts(model: SentenceTransformer, name: str) -> tuple[str, str]:
    """Before a question and before a passage: what the model's configuration says, or its family's habit."""
    query = model.prompts.get("query") or ""
    passage = model.prompts.get("passage") or model.prompts.get("document") or ""
    short = name.rsplit("/", 1)[-1].lower()
    if query or passage or "e5" not in short.split("-"):
        return query, passage
    if "instruct" in short:  # as the cards of the e5 models say
        task = "Given a web search query, retrieve relevant passages that answer the query"
        return f"Instruct: {task}\nQuery: ", ""
    return "query: ", "passage: "


def _write_tokenizer(original: Path, folder: Path) -> None:
    """tokenizer.json without white space, truncation and padding: the runtime cuts windows itself."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(original / TOKENIZER))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(folder / TOKENIZER), pretty=False)


def _identified(manifest: Manifest, original: Path) -> Manifest:
    from dataclasses import replace

    digest = hashlib.sha256()
    for file in [*sorted(original.glob("*.safetensors")), original / TOKENIZER]:
        with file.open("rb") as opened:
            digest.update(hashlib.file_digest(opened, "sha256").digest())
    facts = (manifest.pooling, manifest.max_tokens, manifest.query_prompt, manifest.passage_prompt)
    digest.update(repr(facts).encode())
    return replace(manifest, model_id=f"{manifest.name}@{digest.hexdigest()[:12]}")


# The network ------------------------------------------------------------------------------------------


def _write_network(model: SentenceTransformer, folder: Path, manifest: Manifest) -> None:
    """In 16 bits if that loses nothing, which halves the file and the memory it is mapped to; else in 32."""
    converted = _convert(model)
    closeness = 0.0
    for half in (True, False):
        shutil.rmtree(folder / COMPILED, ignore_errors=True)
        (folder / COMPILED).mkdir()
        openvino().save_model(converted, str(folder / MODEL), compress_to_fp16=half)
        closeness = _closeness(model, folder, manifest)
        if closeness >= _FAITHFUL:
            return
    raise _unsuited(
        manifest.name, f"its export gives other vectors than the original (cosine {closeness:.4f})"
    )


def _convert(model: SentenceTransformer) -> Any:
    import torch

    layers: Any = model
    network = layers[0].auto_model

    class LastHiddenState(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            output = self.network(input_ids=input_ids, attention_mask=attention_mask)
            hidden: torch.Tensor = output.last_hidden_state
            return hidden

    example = {name: torch.ones(2, 8, dtype=torch.int64) for name in ("input_ids", "attention_mask")}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns of every branch on a shape
        return openvino().convert_model(LastHiddenState().eval(), example_input=example)


def _closeness(model: SentenceTransformer, folder: Path, manifest: Manifest) -> float:
    """The smallest cosine between vectors of the exported model and of the original."""
    embedder = load(folder)
    cosines = []
    for prompt, vectors in (
        (manifest.query_prompt, [embedder.embed_query(text) for text in _PROBES]),
        (manifest.passage_prompt, [v.vector for v in embedder.embed_passages([Passage(t) for t in _PROBES])]),
    ):
        originals = model.encode([prompt + text for text in _PROBES], prompt="", normalize_embeddings=True)
        cosines += [float(own @ theirs) for own, theirs in zip(vectors, np.asarray(originals), strict=True)]
    return min(cosines)
