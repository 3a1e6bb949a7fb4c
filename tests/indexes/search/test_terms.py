from __future__ import annotations

import numpy as np

from indexes.analysis import tokens
from indexes.glossary import Glossary
from indexes.search.lexical import LexicalIndex, build, term_hash
from indexes.search.terms import content_terms, named_things, query_terms


def index_of(*texts: str) -> LexicalIndex:
    found = [tokens(text) for text in texts]
    hashes = np.array([term_hash(term) for terms in found for term in terms], dtype=np.uint64)
    return build(hashes, np.array([len(terms) for terms in found], dtype=np.int64))


def match(question: str, index: LexicalIndex, home: LexicalIndex) -> list[float]:
    named = named_things(question, Glossary.load())
    return [float(x) for x in index.match(query_terms(content_terms(question), named, index, home))]


def test_words_that_only_ask_are_left_out() -> None:
    assert content_terms("What is the dose of metformin?") == tokens("dose metformin")
    assert content_terms("ما هي جرعة الميتفورمين؟") == tokens("جرعة ميتفورمين")
    assert content_terms("What is this?") == tokens("What is this?")


def test_a_translated_name_is_found_in_the_other_language() -> None:
    arabic = index_of("الباراسيتامول يخفض الحرارة", "غسل اليدين")
    english = index_of("Acetaminophen for fever", "Hand washing")
    assert match("جرعة الباراسيتامول", english, arabic)[0] > 0
    assert match("dose of paracetamol", arabic, english)[0] > 0
    assert match("جرعة الباراسيتامول", english, arabic)[1] == 0


def test_a_synonym_and_a_misspelling_find_the_name_in_the_text() -> None:
    english = index_of("Acetaminophen lowers fever", "Hand washing")
    for question in ("Panadol", "paracetamol", "paracetmol"):
        found = match(question, english, english)
        assert found[0] > 0.3
        assert found[1] == 0


def test_names_and_numbers_are_found_in_the_other_language_as_they_are() -> None:
    english = index_of("Sotorasib 960 mg", "Hand washing")
    arabic = index_of("غسل اليدين", "جرعة الدواء")
    assert match("جرعة sotorasib", english, arabic)[0] > 0
    assert match("جرعة ٩٦٠", english, arabic)[0] > 0
