from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexes.search.lexical import K1, B, Form, LexicalIndex, QueryTerm, build, term_hash


def index_of(passages: list[list[str]]) -> LexicalIndex:
    hashes = np.array([term_hash(term) for passage in passages for term in passage], dtype=np.uint64)
    return build(hashes, np.array([len(passage) for passage in passages], dtype=np.int64))


def asked(index: LexicalIndex, *terms: str) -> list[QueryTerm]:
    return [QueryTerm((Form(term),), index.idf(term)) for term in terms]


def bm25(passages: list[list[str]], question: list[str]) -> list[float]:
    """Robertson and Zaragoza 2009, formula 3.15, with Lucene's never negative idf."""
    mean = sum(map(len, passages)) / len(passages)
    scores = []
    for passage in passages:
        counts = Counter(passage)
        score = 0.0
        for term in question:
            holding = sum(term in other for other in passages)
            idf = math.log(1 + (len(passages) - holding + 0.5) / (holding + 0.5))
            length = 1 - B + B * len(passage) / mean
            score += idf * counts[term] * (K1 + 1) / (counts[term] + K1 * length)
        scores.append(score)
    return scores


words = st.sampled_from("abcdefghij")


@settings(deadline=None)  # the first call imports bm25s
@given(
    passages=st.lists(st.lists(words, min_size=1, max_size=12), min_size=1, max_size=8),
    question=st.lists(st.sampled_from("abcdefghijxyz"), min_size=1, max_size=6, unique=True),
)
def test_scores_are_those_of_an_independent_bm25(passages: list[list[str]], question: list[str]) -> None:
    index = index_of(passages)
    terms = asked(index, *question)
    full = (K1 + 1) * sum(term.weight for term in terms)
    assert index.match(terms) * full == pytest.approx(bm25(passages, question), rel=1e-5, abs=1e-6)
    assert (index.match(terms) <= 1).all()


def test_a_term_counts_by_its_best_form_only() -> None:
    index = index_of([["fever"], ["pyrexia"], ["fever", "pyrexia"], ["cough"]])
    both = index.match([QueryTerm((Form("fever"), Form("pyrexia", 0.5)), index.idf("fever"))])
    single = index.match(asked(index, "fever"))
    other = index.match([QueryTerm((Form("pyrexia", 0.5),), index.idf("fever"))])
    assert both.tolist() == [single[0], other[1], single[2], 0]
    assert 0 < other[1] < single[0]


def test_a_term_that_no_passage_has_makes_every_match_smaller() -> None:
    index = index_of([["fever", "child"], ["cough", "child"]])
    assert 0 < index.match(asked(index, "fever", "zebra"))[0] < index.match(asked(index, "fever"))[0]


def test_no_terms_and_no_passages_match_nothing() -> None:
    index = index_of([["fever"], []])
    assert index.match([]).tolist() == [0, 0]
    empty = build(np.empty(0, dtype=np.uint64), np.zeros(2, dtype=np.int64))
    assert empty.match(asked(empty, "fever")).tolist() == [0, 0]
    assert not empty.has("fever")
