from __future__ import annotations

from langchain_core.documents import Document
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough

from indexes.library import Library
from rag.assistant import Assistant
from rag.retriever import SanadRetriever


def test_documents_carry_the_place_of_every_character(assistant: Assistant, library: Library) -> None:
    found = SanadRetriever(assistant=assistant, k=4).invoke("ما الجرعة القصوى من الميتفورمين؟")
    assert len(found) == 4
    for document in found:
        spans = document.metadata["spans"]
        assert document.metadata["page"] == spans[0]["page"]
        pages = {s["page"]: library.page(document.metadata["document"], s["page"]).text for s in spans}
        cut = " ".join(pages[s["page"]][s["start"] : s["end"]] for s in spans)
        assert set(cut.split()) <= set(document.page_content.split())


def test_it_drops_into_a_chain(assistant: Assistant) -> None:
    """The passages reach the prompt, and the prompt the model, in LangChain's own way."""
    seen: list[str] = []

    def join(documents: list[Document]) -> str:
        seen.extend(d.page_content for d in documents)
        return "\n\n".join(d.page_content for d in documents)

    prompt = ChatPromptTemplate.from_template("{passages}\n\nQuestion: {question}")
    chain = (
        {"passages": SanadRetriever(assistant=assistant, k=3) | join, "question": RunnablePassthrough()}
        | prompt
        | FakeListChatModel(responses=["as the passages say"])
        | StrOutputParser()
    )
    assert chain.invoke("target INR with a mechanical mitral valve") == "as the passages say"
    assert len(seen) == 3
    assert any("2.5–3.5" in text for text in seen)


def test_filters_are_passed_on(assistant: Assistant) -> None:
    found = SanadRetriever(assistant=assistant, k=50, all_editions=True).invoke("hypertension target")
    assert "superseded" in {d.metadata["state"] for d in found}
    found = SanadRetriever(assistant=assistant, k=50, collection="samples").invoke("hypertension target")
    assert {d.metadata["state"] for d in found} == {"current"}
