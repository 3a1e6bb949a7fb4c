"""What a question asks for, as an index can look it up: its terms, their synonyms and translations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from indexes.analysis import tokens
from indexes.search.lexical import Form, LexicalIndex, QueryTerm

if TYPE_CHECKING:
    from indexes.glossary import Concept, Glossary

_FUNCTION_WORDS = Path(__file__).parent / "priors" / "function_words.json"
SYNONYM_WORTH = 1.0
_TOO_COMMON = ("unit", "frequency", "route")  # of things named: they stand in every table of doses


@dataclass(frozen=True, slots=True)
class Named:
    """Something that the question names in these `terms` and that texts also call any of `others` (each a
    name's terms)."""

    terms: tuple[str, ...]
    others: tuple[tuple[str, ...], ...]


Drug = tuple[tuple[str, ...], ...]
"""All names of a drug in both languages, each as its terms."""


def drugs(text: str, glossary: Glossary | None) -> list[Drug]:
    """The drugs that a text names, misspelt ones included."""
    matches = glossary.find(text) if glossary is not None else ()
    return [_names(match.concept) for match in matches if match.concept.kind == "drug"]


def content_terms(text: str) -> list[str]:
    """The distinct terms of a question, in order, without function words; all if there are no others."""
    found = list(dict.fromkeys(tokens(text)))
    return [term for term in found if term not in function_words()] or found


@lru_cache(maxsize=1)
def function_words() -> frozenset[str]:
    """Terms of words that ask and link, in both languages: they say nothing about the subject."""
    stored: dict[str, str] = json.loads(_FUNCTION_WORDS.read_text(encoding="utf-8"))
    return frozenset(term for words in stored.values() for word in words.split() for term in tokens(word))


def named_things(text: str, glossary: Glossary | None) -> list[Named]:
    """What the glossary knows of the things that a question names."""
    if glossary is None:
        return []
    return [
        Named(tuple(tokens(text[match.start : match.end])), _names(match.concept))
        for match in glossary.find(text)
        if match.concept.kind not in _TOO_COMMON
    ]


def query_terms(
    terms: Sequence[str], named: Iterable[Named], index: LexicalIndex, home: LexicalIndex
) -> list[QueryTerm]:
    """The question's terms as one index is asked for them.

    `home`: the index of the question's own language, which knows how telling each word is; elsewhere the
    words themselves hardly occur, only names, numbers and what `named` translates: as one term each.
    """
    synonyms: dict[str, list[Form]] = {}
    merged: set[str] = set()
    for thing in named:
        known = [term for term in thing.terms if term in terms]
        forms = _forms(thing.others, index)
        if known and forms:
            key = max(known, key=home.idf)
            synonyms.setdefault(key, []).extend(forms)
            merged.update(term for term in known if term != key and index is not home)
    return [
        QueryTerm(
            (Form(term), *synonyms.get(term, ())),
            _weight(term, synonyms.get(term, []), index) if index is home else home.idf(term),
        )
        for term in terms
        if term not in merged or term in synonyms
    ]


def _names(concept: Concept) -> tuple[tuple[str, ...], ...]:
    return tuple(found for name in (*concept.english, *concept.arabic) if (found := tuple(tokens(name))))


def _forms(names: Iterable[Sequence[str]], index: LexicalIndex) -> list[Form]:
    """Each name stands by its rarest term, worth the less the more terms it has."""
    forms = []
    for name in names:
        present = [term for term in name if index.has(term)]
        if present:
            forms.append(Form(max(present, key=index.idf), SYNONYM_WORTH / len(name)))
    return forms


def _weight(term: str, synonyms: Sequence[Form], index: LexicalIndex) -> float:
    """A word that no passage has weighs as much as the rarest one, or as the word that it stands for."""
    if index.has(term) or not synonyms:
        return index.idf(term)
    return max(index.idf(form.term) for form in synonyms)
