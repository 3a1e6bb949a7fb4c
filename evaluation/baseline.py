"""What the product is measured against: LangChain's usual recipe, with the same embedding model.

PyPDFLoader (TextLoader for text), RecursiveCharacterTextSplitter 1000/200, HuggingFaceEmbeddings with the
model's own prompts, FAISS. Everything else as LangChain has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_community.vectorstores import FAISS
    from langchain_core.documents import Document
    from langchain_huggingface import HuggingFaceEmbeddings


def embeddings(model: Path) -> HuggingFaceEmbeddings:
    """`model`: a sentence-transformers folder whose prompts are called `passage` and `query`."""
    from langchain_huggingface import HuggingFaceEmbeddings

    return HuggingFaceEmbeddings(
        model_name=str(model),
        model_kwargs={"device": "cpu"},
        encode_kwargs={"prompt_name": "passage"},
        query_encode_kwargs={"prompt_name": "query"},
    )


def split(files: Sequence[Path]) -> list[Document]:
    """The chunks of the files; `metadata["source"]` names each one's file."""
    from langchain_community.document_loaders import PyPDFLoader, TextLoader
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    documents = []
    for file in files:
        pdf = file.suffix.lower() == ".pdf"
        documents += PyPDFLoader(str(file)).load() if pdf else TextLoader(str(file), encoding="utf-8").load()
    return RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(documents)


def index(files: Sequence[Path], model: HuggingFaceEmbeddings) -> FAISS:
    from langchain_community.vectorstores import FAISS

    return FAISS.from_documents(split(files), model)


def subset(chunks: Sequence[tuple[Document, list[float]]], model: HuggingFaceEmbeddings) -> FAISS:
    """What `index` would make of some of the chunks, from the vectors that it made of them."""
    from langchain_community.vectorstores import FAISS

    return FAISS.from_embeddings(
        [(chunk.page_content, vector) for chunk, vector in chunks],
        model,
        metadatas=[chunk.metadata for chunk, _ in chunks],
    )


def search(store: FAISS, vector: list[float], k: int) -> list[tuple[str, float]]:
    """File name and cosine of the k nearest chunks, best first."""
    found = store.similarity_search_with_score_by_vector(vector, k=k)
    # the vectors have length 1: their squared distance is 2 − 2 cosine
    return [(Path(chunk.metadata["source"]).name, 1 - float(distance) / 2) for chunk, distance in found]
