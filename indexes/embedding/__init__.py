"""From text to vectors: preparing a sentence-transformers model once, and the light runtime that embeds.

`prepare` (torch, once) makes a folder of a model; `load` (OpenVINO and tokenizers only) reads it and gives an
`Embedder`. Nothing heavy is imported before one of the two is called.
"""

from indexes.embedding.embedder import Embedder, Passage, PassageVectors
from indexes.embedding.manifest import Manifest, read_manifest
from indexes.embedding.prepare import DEFAULT, prepare
from indexes.embedding.runtime import load

__all__ = [
    "DEFAULT",
    "Embedder",
    "Manifest",
    "Passage",
    "PassageVectors",
    "load",
    "prepare",
    "read_manifest",
]
