from __future__ import annotations

import numpy as np
import pytest

from indexes.glossary import Glossary
from indexes.search.evidence import coverage, found, lacking, sentence_words, words
from indexes.search.lexical import Form, QueryTerm, build, term_hash
from indexes.search.terms import named_things
from indexes.types import BlockKind, Chunk, Language, Sentence

TERMS = (
    QueryTerm((Form("metformin"), Form("ميتفورم")), 3.0),
    QueryTerm((Form("dose"),), 1.0),
)
PASSAGES = [["dose"], ["metformin", "dose"], ["asthma"]]
HOME = build(
    np.array([term_hash(term) for passage in PASSAGES for term in passage], dtype=np.uint64),
    np.array([len(passage) for passage in PASSAGES]),
)


def test_found_is_the_weight_of_what_the_passage_has_under_any_name() -> None:
    assert found(TERMS, words("Metformin twice daily")) == 3.0
    assert found(TERMS, words("The dose of metformin")) == 4.0
    assert coverage(TERMS, words("Metformin twice daily")) == 0.75


def test_a_named_drug_is_lacking_unless_either_language_names_it() -> None:
    named = named_things("What about metformin?", Glossary.load())
    assert lacking(named, words("ميتفورمين بعد الطعام"), HOME) == 0
    assert lacking(named, words("Metformin after meals"), HOME) == 0
    assert 0 < lacking(named, words("Insulin after meals"), HOME) < 1


def test_what_no_passage_of_the_library_names_counts_one() -> None:
    named = named_things("What about semaglutide?", Glossary.load())
    assert lacking(named, words("Metformin after meals"), HOME) == pytest.approx(1)
    assert lacking([], words("Metformin after meals"), HOME) == 0


def test_rows_are_read_with_their_header_items_with_their_lead_in_and_all_with_the_section() -> None:
    parts = [
        (BlockKind.PARAGRAPH, "Reduce when:"),
        (BlockKind.LIST_ITEM, "age over 80"),
        (BlockKind.TABLE_HEADER, "Age Dose"),
        (BlockKind.TABLE_ROW, "adult half"),
        (BlockKind.PARAGRAPH, "Stop."),
    ]
    text, sentences = "", []
    for kind, part in parts:
        sentences.append(Sentence(len(text), len(text) + len(part), (), kind))
        text += part + "\n"
    chunk = Chunk("0" * 16, 0, text, Language.EN, (), tuple(sentences), section=("Apixaban",))
    plain = [words(part) for _, part in parts]
    section = words("Apixaban")
    assert sentence_words(chunk) == [
        section | plain[0],
        section | plain[0] | plain[1],
        section | plain[2],
        section | plain[2] | plain[3],
        section | plain[4],
    ]
