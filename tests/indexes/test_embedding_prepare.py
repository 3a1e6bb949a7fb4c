from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from indexes.embedding import DEFAULT, Manifest, prepare, read_manifest
from indexes.embedding import carried as carried_module
from indexes.embedding.prepare import _folder_name
from indexes.errors import ModelError

pytestmark = pytest.mark.model


def test_what_the_default_is(model_dir: Path) -> None:
    manifest = read_manifest(model_dir)
    assert manifest == Manifest(
        name="intfloat/multilingual-e5-small",
        model_id=manifest.model_id,
        dimensions=384,
        max_tokens=512,
        pooling="mean",
        query_prompt="query: ",
        passage_prompt="passage: ",
    )
    assert manifest.model_id.startswith("intfloat/multilingual-e5-small@")
    names = {"manifest.json", "tokenizer.json", "model.xml", "model.bin", "compiled", "sentence-transformers"}
    assert {file.name for file in model_dir.iterdir()} == names


def test_a_prepared_model_is_found_without_any_work(model_dir: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from indexes.embedding import prepare\n"
        f"print(prepare(cache=Path({str(model_dir.parent)!r})))\n"
        "print([m for m in ('torch', 'openvino', 'tokenizers', 'filelock') if m in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.stdout == f"{model_dir}\n[]\n"


def test_a_local_folder_is_prepared_too_and_a_change_in_it_noticed(tmp_path: Path) -> None:
    """A network of one layer that was never trained: the folder's form is what counts."""
    source, cache = tmp_path / "tiny", tmp_path / "cache"
    tiny_model(source)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = prepare(str(source), cache=cache)
    manifest = read_manifest(folder)
    assert (manifest.dimensions, manifest.pooling, manifest.max_tokens) == (16, "cls", 32)
    assert (manifest.query_prompt, manifest.passage_prompt) == ("ask: ", "")
    assert prepare(str(source), cache=cache) == folder
    assert [path.name for path in cache.iterdir() if path.name.startswith(".")] == []
    before = _folder_name(str(source))
    os.utime(source / "config.json", ns=(1, 1))
    assert _folder_name(str(source)) != before


def tiny_model(folder: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.models import Pooling, Transformer
        from tokenizers import Tokenizer, models, pre_tokenizers, processors
        from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

        raw = folder.with_name("raw")
        words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "dose", "ask", ":", "الجرعة", "."]
        tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
        )
        special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
        PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(raw)
        config = BertConfig(
            vocab_size=len(words),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=16,
            max_position_embeddings=32,
        )
        BertModel(config).save_pretrained(raw)
        modules = [Transformer(str(raw), max_seq_length=32), Pooling(16, "cls")]
        SentenceTransformer(modules=modules, device="cpu", prompts={"query": "ask: "}).save(str(folder))


def test_a_model_that_cannot_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    code = (
        "from pathlib import Path; from indexes.embedding import prepare\n"
        "from indexes.errors import ModelError\n"
        f"try: prepare('nobody/nothing', cache=Path({str(tmp_path)!r}))\n"
        "except ModelError as error: print(error.message.split(':')[0], '|', DEFAULT in error.remedy)\n"
    ).replace("DEFAULT", repr(DEFAULT))
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True)
    assert ended.stdout == "The embedding model nobody/nothing cannot be loaded | True\n"
    assert [path.name for path in tmp_path.iterdir()] == ["nobody--nothing.lock"]


def test_a_cache_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot be prepared in"):
        prepare(cache=tmp_path / "file")


def test_carried_weights_that_are_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Found:
        origin = str(tmp_path / "__init__.py")

    monkeypatch.setattr(carried_module, "find_spec", lambda name: Found)
    for content in (b"", b"E5S2" + bytes(100), b"E5S1" + bytes(20), b"E5S1" + bytes(100)):
        (tmp_path / "e5-small-q4.bin").write_bytes(content)
        with pytest.raises(ModelError, match="cannot be read as intfloat/multilingual-e5-small"):
            carried_module.read()
    monkeypatch.setattr(carried_module, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="is not installed"):
        carried_module.read()
