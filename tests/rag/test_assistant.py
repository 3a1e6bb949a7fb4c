"""From a question to a cited answer: what is quoted, what is withheld, what is said of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from indexes.chunk_vectors import embed_chunks
from indexes.embedding import Embedder
from indexes.errors import SettingsError
from indexes.library import Library
from indexes.types import (
    Block,
    BlockKind,
    DocumentState,
    ExtractedDocument,
    Metadata,
    Page,
    PageWarning,
    WarningKind,
)
from ingestion.chunking import chunk
from rag.assistant import Assistant
from rag.types import Answer, Status

DOSE = "The dose of digoxin in heart failure is 125 micrograms once daily."
Ask = Callable[..., Answer]
TODAY = date(2026, 6, 1)


def page(*paragraphs: str, warnings: tuple[WarningKind, ...] = ()) -> Page:
    text, blocks, at = "\n".join(paragraphs), [], 0
    for paragraph in paragraphs:
        blocks.append(Block(BlockKind.PARAGRAPH, at, at + len(paragraph)))
        at += len(paragraph) + 1
    return Page(1, text, blocks=tuple(blocks), warnings=tuple(PageWarning(kind) for kind in warnings))


@pytest.fixture
def ask(tmp_path: Path, embedder: Embedder) -> Ask:
    """Asks a library of documents that are made up on the spot: (page, metadata) each."""

    def run(question: str, *documents: tuple[Page, Metadata], all_editions: bool = False) -> Answer:
        with Library.open(tmp_path / "home") as library:
            for made, metadata in documents:
                original = made.text.encode() + repr(metadata).encode()
                digest = hashlib.sha256(original).hexdigest()
                extracted = ExtractedDocument("made.txt", digest, "text/plain", "test", (made,))
                chunks = chunk(extracted, document_id=digest[:16], count_tokens=embedder.count_tokens)
                vectors = {k: v for part in embed_chunks(chunks, embedder) for k, v in part.items()}
                library.add(
                    extracted,
                    metadata,
                    chunks,
                    vectors,
                    model_id=embedder.manifest.model_id,
                    original=original,
                )
            with Assistant.over(library, embedder) as assistant:
                return assistant.ask(assistant.question(question, all_editions=all_editions), today=TODAY)

    return run


@pytest.mark.parametrize("kind", sorted(k for k in WarningKind if k.blocking))
def test_no_digit_of_a_page_in_doubt_is_quoted_and_the_page_is_named(ask: Ask, kind: WarningKind) -> None:
    answer = ask("digoxin dose in heart failure", (page(DOSE, warnings=(kind,)), Metadata(title="Hearts")))
    assert answer.status is Status.ABSTAINED
    assert "125" not in answer.text
    assert [(w.title, w.page, w.reason) for w in answer.withheld] == [("Hearts", 1, kind)]
    assert any("Hearts, page 1" in note for note in answer.notes)


def test_a_sentence_without_digits_of_such_a_page_is_quoted_with_the_warning(ask: Ask) -> None:
    words = "Digoxin is not given to people with ventricular tachycardia."
    made = page(words, warnings=(WarningKind.OCR,))
    answer = ask("When is digoxin not given?", (made, Metadata(title="Hearts")))
    assert (answer.status, [s.text for s in answer.sentences]) == (Status.ANSWERED, [words])
    assert answer.citations[0].warnings == (WarningKind.OCR,)


def test_hidden_text_does_not_keep_what_is_visible_from_being_quoted(ask: Ask) -> None:
    made = page(DOSE, warnings=(WarningKind.HIDDEN_TEXT,))
    answer = ask("digoxin dose in heart failure", (made, Metadata(title="Hearts")))
    assert (answer.status, [s.text for s in answer.sentences]) == (Status.ANSWERED, [DOSE])


def test_two_current_documents_with_other_figures_are_both_shown(ask: Ask) -> None:
    other = DOSE.replace("125 micrograms", "250 micrograms")
    answer = ask(
        "What is the dose of digoxin in heart failure?",
        (page(DOSE), Metadata(title="Ward A")),
        (page(other), Metadata(title="Ward B")),
    )
    assert {s.text for s in answer.sentences} == {DOSE, other}
    assert {c.title for c in answer.citations} == {"Ward A", "Ward B"}
    assert "Current documents give different figures; all are shown." in answer.notes


def test_documents_that_agree_across_languages_are_not_said_to_differ(ask: Ask) -> None:
    arabic = "جرعة الديجوكسين في قصور القلب هي ١٢٥ ميكروغرام مرة واحدة يوميًا."
    answer = ask(
        "What is the dose of digoxin in heart failure?",
        (page(DOSE), Metadata(title="English")),
        (page(arabic), Metadata(title="عربي")),
    )
    assert "Current documents give different figures; all are shown." not in answer.notes


@pytest.mark.parametrize(
    ("metadata", "state"),
    [
        (Metadata(title="Old", expires=date(2025, 1, 1)), DocumentState.EXPIRED),
        (Metadata(title="Coming", effective=date(2027, 1, 1)), DocumentState.NOT_YET_EFFECTIVE),
    ],
)
def test_documents_that_are_not_in_force_are_quoted_only_when_asked_for(
    ask: Ask, metadata: Metadata, state: DocumentState
) -> None:
    assert ask("digoxin dose", (page(DOSE), metadata)).status is Status.ABSTAINED
    answer = ask("digoxin dose", all_editions=True)
    assert [c.state for c in answer.citations] == [state]
    assert any(metadata.title in note for note in answer.notes if metadata.title)


def test_the_other_language_answers_and_it_is_said(ask: Ask) -> None:
    answer = ask("ما جرعة الديجوكسين في قصور القلب؟", (page(DOSE), Metadata(title="Hearts")))
    assert [s.text for s in answer.sentences] == [DOSE]
    assert answer.notes == ("الدليل باللغة الإنجليزية، ويُقتبس بلغته.",)


def test_an_empty_library_says_so(ask: Ask) -> None:
    answer = ask("digoxin dose")
    assert (answer.status, answer.sentences) == (Status.ABSTAINED, ())
    assert answer.notes == ("There is no document to search (with these filters).",)


def test_the_same_question_of_the_same_library_is_the_same_answer(assistant: Assistant) -> None:
    question = assistant.question("target INR with a mechanical mitral valve")
    first, second = assistant.ask(question), assistant.ask(question)
    assert first == second
    assert first.id == second.id
    other = assistant.ask(assistant.question("INR target with mechanical mitral valve"))
    assert other.id != first.id


def test_a_table_row_comes_with_its_header(assistant: Assistant) -> None:
    answer = assistant.ask(assistant.question("target INR with a mechanical mitral valve"))
    rows = {s.text: s.context for s in answer.sentences}
    row = "Mechanical mitral valve\t3.0 (2.5–3.5)"
    assert row in rows
    assert "Reason\tTarget INR" in rows[row]


@pytest.mark.parametrize("text", ["", "  \n", "x" * 2001])
def test_a_question_must_be_one(assistant: Assistant, text: str) -> None:
    with pytest.raises(SettingsError):
        assistant.question(text)


@pytest.mark.parametrize(
    "question",
    [
        "What is the dose of insulin degludec?",  # another insulin is there
        "ما جرعة فالسارتان؟",  # another sartan
        "dose of rosuvastatin",
        "What is the maximum daily dose of nifedipine?",  # another calcium-channel blocker
    ],
)
def test_a_drug_that_no_document_names_gets_no_neighbours_dose(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(assistant.question(question))
    assert (answer.status, answer.sentences) == (Status.ABSTAINED, ())


@pytest.mark.parametrize(
    ("question", "drug"),
    [("ما الجرعة القصوى من أملوديبين في اليوم؟", "Amlodipine"), ("Losartan starting dose", "Losartan")],
)
def test_rows_about_other_drugs_are_not_quoted(assistant: Assistant, question: str, drug: str) -> None:
    answer = assistant.ask(assistant.question(question))
    assert [s.text.split("\t")[0] for s in answer.sentences] == [drug]
