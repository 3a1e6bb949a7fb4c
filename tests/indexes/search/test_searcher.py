from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import pytest

from indexes.search.searcher import Searcher
from indexes.types import Language, Metadata, Question

if TYPE_CHECKING:
    from .conftest import Shelf

AR, EN, UND = Language.AR, Language.EN, Language.UND
TODAY = date(2026, 6, 1)


def texts(
    searcher: Searcher, text: str, language: Language = EN, k: int = 10, **filters: object
) -> list[str]:
    question = Question(text, language, **filters)  # type: ignore[arg-type]
    return [hit.chunk.text for hit in searcher.search(question, k, today=TODAY)]


def test_a_question_finds_its_answer_in_its_own_language(searcher: Searcher) -> None:
    assert texts(searcher, "fever in children?")[0] == "Fever in children is common."
    assert texts(searcher, "ما هو ربو الأطفال؟", AR)[0] == "ربو الأطفال مرض مزمن."


def test_a_question_finds_its_answer_in_the_other_language(searcher: Searcher) -> None:
    """Words such as ما هي stand in Arabic passages only, and are no reason to prefer them."""
    assert texts(searcher, "ما هي جرعة ميتفورمين؟", AR)[0] == "The dose of metformin depends on the kidney."
    assert texts(searcher, "What is asthma in children?")[0] == "ربو الأطفال مرض مزمن."


def test_results_carry_their_signals(searcher: Searcher) -> None:
    own, *_ = searcher.search(Question("fever in children", EN), today=TODAY)
    assert (own.dense_rank, own.lexical_rank) == (1, 1)
    assert own.document.title == "english"
    assert own.dense_score > 0.3
    assert 0.3 < own.lexical_score <= 1
    other = searcher.search(Question("جرعة ميتفورمين", AR), today=TODAY)[0]
    assert (other.chunk.language, other.dense_rank, other.lexical_rank) == (EN, 1, None)
    assert other.lexical_score == 0


def test_scores_descend_and_do_not_change(searcher: Searcher) -> None:
    first = searcher.search(Question("insulin dose", EN), today=TODAY)
    assert [hit.score for hit in first] == sorted((hit.score for hit in first), reverse=True)
    assert searcher.search(Question("insulin dose", EN), today=TODAY) == first
    assert searcher.search(Question("insulin dose", EN), 3, today=TODAY) == first[:3]


def test_only_the_languages_asked_for_are_found(bilingual: Shelf, searcher: Searcher) -> None:
    bilingual.add("figures.txt", "1 2 3", "500 / 1000")
    found = searcher.search(Question("fever", EN, languages=(AR,)), today=TODAY)
    assert {hit.chunk.language for hit in found} == {AR}
    assert len(found) == 4


def test_figures_count_as_being_in_their_documents_language(shelf: Shelf) -> None:
    shelf.add("arabic.txt", "جرعة أنسولين", "10 / 20")
    shelf.add("english.txt", "insulin dose", "30 / 40")
    with shelf.searcher() as searcher:
        assert set(texts(searcher, "20", UND, languages=(AR,))) == {"جرعة أنسولين", "10 / 20"}
        assert texts(searcher, "30 / 40", UND)[0] == "30 / 40"


def test_filters_by_collection_and_document(shelf: Shelf) -> None:
    ward = shelf.add("ward.txt", "Fever in the ward.", metadata=Metadata(collection="ward"))
    shelf.add("clinic.txt", "Fever in the clinic.", metadata=Metadata(collection="clinic"))
    with shelf.searcher() as searcher:
        assert texts(searcher, "fever", collection="ward") == ["Fever in the ward."]
        assert texts(searcher, "fever", documents=(ward.id,)) == ["Fever in the ward."]
        assert texts(searcher, "fever", collection="nowhere") == []


def test_only_current_documents_are_found_unless_all_editions_are_asked_for(shelf: Shelf) -> None:
    old = shelf.add("old.txt", "Fever: the old advice.")
    shelf.add("new.txt", "Fever: the new advice.", metadata=Metadata(supersedes=old.id))
    shelf.add("coming.txt", "Fever: advice to come.", metadata=Metadata(effective=date(2027, 1, 1)))
    gone = shelf.add("gone.txt", "Fever: withdrawn advice.")
    shelf.library.withdraw(gone.id)
    with shelf.searcher() as searcher:
        assert texts(searcher, "fever advice") == ["Fever: the new advice."]
        assert set(texts(searcher, "fever advice", all_editions=True)) == {
            "Fever: the new advice.",
            "Fever: the old advice.",
            "Fever: advice to come.",
        }
        later = searcher.search(Question("fever advice", EN), today=date(2027, 2, 1))
        assert {hit.document.file_name for hit in later} == {"new.txt", "coming.txt"}


def test_the_same_text_is_found_once_in_the_newest_document(shelf: Shelf) -> None:
    same = "Metformin is stopped before surgery."
    shelf.add("a.txt", same, "Insulin is kept cold.", metadata=Metadata(effective=date(2020, 1, 1)))
    shelf.add("b.txt", same, metadata=Metadata(effective=date(2024, 1, 1)))
    shelf.add("c.txt", same, metadata=Metadata(effective=date(2022, 1, 1)))
    with shelf.searcher() as searcher:
        found = searcher.search(Question("metformin surgery", EN), today=TODAY)
        assert [(hit.chunk.text, hit.document.file_name) for hit in found] == [
            (same, "b.txt"),
            ("Insulin is kept cold.", "a.txt"),
        ]


def test_a_superseded_edition_does_not_stand_for_a_current_one_with_the_same_text(shelf: Shelf) -> None:
    same = "Metformin is stopped before surgery."
    old = shelf.add("old.txt", same, metadata=Metadata(effective=date(2025, 1, 1)))
    shelf.add("new.txt", same, metadata=Metadata(supersedes=old.id))
    with shelf.searcher() as searcher:
        found = searcher.search(Question("metformin surgery", EN, all_editions=True), today=TODAY)
        assert [hit.document.file_name for hit in found] == ["new.txt"]


@pytest.mark.parametrize("text", ["Insulin is kept cold.", "أنسولين يحفظ باردا.", "12 / 34"])
def test_a_library_of_one_passage(shelf: Shelf, text: str) -> None:
    shelf.add("only.txt", text)
    with shelf.searcher() as searcher:
        for question, language in (("insulin", EN), ("أنسولين", AR), ("34", UND), ("", UND), ("؟", UND)):
            assert texts(searcher, question, language) == [text]


def test_an_empty_library_and_no_results_wanted(shelf: Shelf) -> None:
    with shelf.searcher() as searcher:
        question = Question("insulin", EN)
        assert searcher.search(question) == []
        assert searcher.evidence(question, []).chunks == ()
        assert searcher.generation == shelf.library.generation == 0
    shelf.add("only.txt", "Insulin is kept cold.")
    with shelf.searcher() as searcher:
        assert searcher.search(Question("insulin", EN), 0) == []


def test_a_search_sees_what_was_added_and_removed_since(bilingual: Shelf, searcher: Searcher) -> None:
    assert "Asthma needs a spacer." not in texts(searcher, "asthma spacer")
    added = bilingual.add("asthma.txt", "Asthma needs a spacer.")
    assert texts(searcher, "asthma spacer")[0] == "Asthma needs a spacer."
    assert searcher.generation == bilingual.library.generation
    bilingual.library.purge(added.id)
    assert "Asthma needs a spacer." not in texts(searcher, "asthma spacer")


def test_a_search_follows_another_process(
    bilingual: Shelf, searcher: Searcher, in_child: Callable[[Callable[[], object]], int]
) -> None:
    before = texts(searcher, "asthma spacer")

    def add() -> None:
        bilingual.add("asthma.txt", "Asthma needs a spacer.")
        with bilingual.searcher() as theirs:
            assert texts(theirs, "asthma spacer")[0] == "Asthma needs a spacer."

    assert in_child(add) == 0
    assert texts(searcher, "asthma spacer") == ["Asthma needs a spacer.", *before][:10]


def test_evidence_tells_sentences_apart(shelf: Shelf) -> None:
    shelf.add(
        "one.txt", "Wash your hands. The dose of metformin is small. Sleep well.", "جرعة ميتفورمين صغيرة"
    )
    with shelf.searcher() as searcher:
        question = Question("dose of metformin", EN)
        results = searcher.search(question, today=TODAY)
        told = {chunk.result.chunk.language: chunk for chunk in searcher.evidence(question, results).chunks}
    assert told[EN].sentences.argmax() == 1
    assert told[EN].sentence_coverage.tolist() == [0, 1, 0]
    assert (told[EN].coverage, told[EN].same_language) == (1.0, True)
    assert (told[AR].coverage, told[AR].same_language) == (0.0, False)


def test_a_known_vector_is_not_embedded_again(bilingual: Shelf) -> None:
    question = Question("fever in children", EN)
    vector = bilingual.embedder.embed_query(question.text)
    with Searcher(bilingual.library, _Once(bilingual.embedder)) as searcher:  # type: ignore[arg-type]
        results = searcher.search(question, today=TODAY, vector=vector)
        assert results[0].chunk.text == "Fever in children is common."
        assert len(searcher.evidence(question, results, vector=vector).chunks) == len(results)


class _Once:
    """Embeds nothing but the parallel text of the means."""

    def __init__(self, inner: object) -> None:
        from indexes.search.means import parallel_text

        self._inner = inner
        self._known = {text for found in parallel_text().values() for text in found}
        self.manifest = inner.manifest  # type: ignore[attr-defined]
        self.embed_passages = inner.embed_passages  # type: ignore[attr-defined]

    def embed_query(self, text: str) -> object:
        assert text in self._known
        return self._inner.embed_query(text)  # type: ignore[attr-defined]
