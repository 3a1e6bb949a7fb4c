"""The clinical glossary: what else drugs, conditions, tests and abbreviations are called, in both languages.

Bundled as `glossary.tsv`, one concept a line: id, kind, English names, Arabic names, the columns separated
by tabs and the names by `|`. A name with `!` after it (`PE!`) counts only in upper case. A line that begins
with `#` is a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from indexes.analysis import Normalized, normalize
from indexes.errors import SettingsError
from indexes.types import Language

KINDS = frozenset(
    {"drug", "condition", "test", "symptom", "unit", "route", "frequency", "anatomy", "procedure", "other"}
)

_BUNDLED = Path(__file__).with_name("glossary.tsv")
_ORDINARY = Path(__file__).with_name("glossary_ordinary.txt")


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing and its names, in each language the one to show first. `kind` is one of KINDS."""

    id: str
    kind: str
    english: tuple[str, ...]
    arabic: tuple[str, ...]

    def names(self, language: Language) -> tuple[str, ...]:
        """None in an undetermined language."""
        return {Language.EN: self.english, Language.AR: self.arabic}.get(language, ())


@dataclass(frozen=True, slots=True)
class Match:
    """Where a text names a concept: `text[start:end]`, without attached prefixes or a plural's s.

    `exact` is false for a misspelt drug name.
    """

    concept: Concept
    start: int
    end: int
    exact: bool


class _Term(NamedTuple):
    """A name as it is looked up: normalised words, those after the first without their article."""

    concept: Concept
    words: tuple[str, ...]
    upper: bool  # counts only in upper case
    brand: bool  # written with a capital: Latin letters show it, Arabic ones do not


class _Word(NamedTuple):
    """A word of a normalised text: `text[start:end]`."""

    text: str
    start: int
    end: int


class _Form(NamedTuple):
    """What a word is without an attached prefix or a plural's s, and how many letters those have."""

    text: str
    prefix: int = 0
    suffix: int = 0


class _Found(NamedTuple):
    concept: Concept
    words: int  # how many it takes
    start: int
    end: int


class Glossary:
    """Finds concepts in texts. Does not change, and may be shared by threads."""

    def __init__(self, terms: Iterable[_Term]) -> None:
        self._by_first_word: dict[str, list[_Term]] = {}
        self._drugs: dict[str, list[_Term]] = {}  # names of one word that can be corrected, by their initial
        self._units: set[str] = set()
        self._correct_words: set[str] = set()
        for term in terms:
            first = term.words[0]
            self._by_first_word.setdefault(first, []).append(term)
            self._correct_words.update(term.words)
            if term.concept.kind == "unit":
                self._units.add(first)
            elif term.concept.kind == "drug" and len(term.words) == 1 and _errors_allowed(term):
                self._drugs.setdefault(first[0], []).append(term)
        for sharing in self._by_first_word.values():
            sharing.sort(key=lambda term: -len(term.words))
        self._nearest = lru_cache(maxsize=16_384)(self._find_nearest)

    @classmethod
    def load(cls, path: Path | None = None) -> Glossary:
        """The bundled glossary, and that of `path` over it: its concepts replace bundled ones of the same
        id, and a name means what `path` says.

        Errors: SettingsError for a file that cannot be read, a malformed line, a name with two meanings.
        """
        bundled, added = _read(_BUNDLED), _read(path) if path else {}
        replaced = {term.concept.id for term in added.values()}
        kept = {words: term for words, term in bundled.items() if term.concept.id not in replaced}
        return cls((kept | added).values())

    def find(self, text: str) -> tuple[Match, ...]:
        """The concepts that `text` names, in order, without overlap: from the left, the longest name.

        Arabic names may carry the article and و ف ب ك ل, English ones a plural's s; drug names may be
        misspelt, as `correct` allows.
        """
        normal = normalize(text)
        words = list(self._words(normal.text))
        matches = []
        at = 0
        while at < len(words):
            exact = self._longest(words, at, normal, text)
            found = exact or self._misspelt(words[at])
            if found:
                start, end = normal.source(found.start, found.end)
                matches.append(Match(found.concept, start, end, exact=exact is not None))
            at += found.words if found else 1
        return tuple(matches)

    def translations(self, text: str, language: Language) -> tuple[str, ...]:
        """What else is called in `language` what `text` names: all names that it does not use itself."""
        matches = self.find(text)
        used = {_key(text[match.start : match.end]) for match in matches}
        names = [name for match in matches for name in match.concept.names(language)]
        return tuple(name for name in dict.fromkeys(names) if _key(name) not in used)

    def correct(self, word: str) -> Concept | None:
        """The drug whose name `word` is, misspelt. None for a name, an ordinary word, and in any doubt.

        One error in 5 to 7 Latin letters, two in more (optimal string alignment: letters wrong, missing,
        added or swapped); one in 6 or more Arabic letters, or in a brand's name; never the initial. No
        other drug may be as near, or, with two errors, only one farther.
        """
        words = list(self._words(normalize(word).text))
        found = self._misspelt(words[0]) if len(words) == 1 else None
        return found.concept if found else None

    def _words(self, normalized: str) -> Iterator[_Word]:
        """Numbers, and words of one script; `500mg` is two."""
        for match in _WORD.finditer(normalized):
            start, end = match.span()
            amount = _AMOUNT.fullmatch(match.group())
            if amount and amount["unit"] in self._units:
                unit_start = start + amount.start("unit")
                yield _Word(normalized[start:unit_start], start, unit_start)
                start = unit_start
            yield _Word(normalized[start:end], start, end)

    def _longest(self, words: Sequence[_Word], at: int, normal: Normalized, text: str) -> _Found | None:
        """The longest name that begins with `words[at]`; of equals, that with the least stripped."""
        best: _Found | None = None
        for form in _forms(words[at].text):
            for term in self._by_first_word.get(form.text, ()):
                if best and len(term.words) <= best.words:
                    break
                span = _span(term, form, words, at, normal.text)
                if span and (not term.upper or text[slice(*normal.source(*span))].isupper()):
                    best = _Found(term.concept, len(term.words), *span)
                    break
        return best

    def _misspelt(self, word: _Word) -> _Found | None:
        forms = _forms(word.text)
        if any(form.text in self._correct_words or form.text in _ordinary_words() for form in forms):
            return None
        # of letters that could be a prefix only the article: a lone one mostly belongs to the word
        candidates = [form for form in forms if form.prefix != 1 and not form.suffix]
        nearest = {form: self._nearest(form.text) for form in candidates}
        concepts = {concept for concept in nearest.values() if concept}
        if len(concepts) != 1:
            return None
        form, concept = next((form, concept) for form, concept in nearest.items() if concept)
        return _Found(concept, 1, word.start + form.prefix, word.end - form.suffix)

    def _find_nearest(self, word: str) -> Concept | None:
        from rapidfuzz.distance import OSA

        if not _error_limit(word):
            return None
        errors: dict[Concept, int] = {}
        candidates: dict[Concept, int] = {}
        for term in self._drugs.get(word[0], ()):
            name, concept = term.words[0], term.concept
            distance = OSA.distance(word, name, score_cutoff=_MOST_ERRORS + 1)
            errors[concept] = min(distance, errors.get(concept, distance))
            if distance <= min(_errors_allowed(term), _error_limit(word)):
                candidates[concept] = min(distance, candidates.get(concept, distance))
        for concept, least in candidates.items():
            if all(other is concept or distance >= 2 * least for other, distance in errors.items()):
                return concept
        return None


# Words and their forms --------------------------------------------------------------------------------

_WORD = re.compile(
    r"""\d++ (?:[.,]\d++)++
      | (?: (?![\u0600-\u08ff]) [^\W_] )++
      | [\u0620-\u063f\u0641-\u065f\u0670-\u06d3\u06d5-\u06ef\u06fa-\u08ff]++""",
    re.VERBOSE,
)
_AMOUNT = re.compile(r"\d++(?P<unit>[^\W\d_]++)")
# What may stand between the words of one name; between letters and the figure of ب12 there is nothing.
_GAP = re.compile(r"\s*+|\s?[-‐‑–−/’'+&]\s?|\.\s?")
_PREFIXES = (  # the, and, so, with, like, for, and their combinations
    *("ال", "لل", "وال", "فال", "بال", "كال", "ولل", "فلل", "وبال", "وكال", "فبال", "فكال"),
    *("و", "ف", "ب", "ك", "ل", "وب", "وك", "ول", "فب", "فك", "فل"),
)
_ARTICLE = re.compile("^ال(?=..)")
_FOREIGN_LETTERS = str.maketrans("پچڤگ", "بجفج")


@lru_cache(maxsize=16_384)
def _forms(word: str) -> tuple[_Form, ...]:
    """The word as it is, then without what may be attached to it."""
    word = word.translate(_FOREIGN_LETTERS)
    forms = [_Form(word)]
    if word.endswith("s") and len(word) > 3:
        forms.append(_Form(word[:-1], suffix=1))
    for prefix in _PREFIXES:
        if word.startswith(prefix) and len(word) >= len(prefix) + (2 if prefix.endswith(("ال", "لل")) else 3):
            forms.append(_Form(word[len(prefix) :], prefix=len(prefix)))
    return tuple(forms)


def _span(
    term: _Term, form: _Form, words: Sequence[_Word], at: int, normalized: str
) -> tuple[int, int] | None:
    """Where `term` stands in the normalised text if it begins with that form of `words[at]`."""
    rest = words[at + 1 : at + len(term.words)]
    if len(rest) + 1 < len(term.words):
        return None
    start, end, suffix = words[at].start + form.prefix, words[at].end, form.suffix
    if len(form.text) == 1 and term.concept.kind == "unit" and not (at and words[at - 1].text[0].isdecimal()):
        return None  # 5 g, but no other g
    for word, expected in zip(rest, term.words[1:], strict=True):
        plain = _ARTICLE.sub("", word.text.translate(_FOREIGN_LETTERS), count=1)
        if suffix or not _GAP.fullmatch(normalized, end, word.start):
            return None
        suffix = int(plain == expected + "s")
        if plain != expected and not suffix:
            return None
        end = word.end
    return start, end - suffix


def _key(name: str) -> tuple[str, ...]:
    """A name's words as they are compared."""
    return _normalized_key(normalize(name).text)


def _normalized_key(name: str) -> tuple[str, ...]:
    words = _WORD.findall(name if name.isascii() else name.translate(_FOREIGN_LETTERS))
    return (*words[:1], *[_ARTICLE.sub("", word, count=1) for word in words[1:]])


_MOST_ERRORS = 2


def _error_limit(word: str) -> int:
    """How many errors a misspelt drug name of that length may have.

    Arabic writes no short vowels, so that its words are nearer to each other.
    """
    if len(word) < 5 or not word.isalpha():
        return 0
    if not word.isascii():
        return int(len(word) > 5)
    return 1 if len(word) < 8 else _MOST_ERRORS


def _errors_allowed(term: _Term) -> int:
    """Brands are made to sound like ordinary words (Concerta, Inderal), so theirs may have one error."""
    limit = _error_limit(term.words[0])
    return min(limit, int(len(term.words[0]) > 5)) if term.brand else limit


@lru_cache(maxsize=1)
def _ordinary_words() -> frozenset[str]:
    """Words, and names of other drugs, that are as near to a drug's name as a misspelling."""
    return frozenset(normalize(_ORDINARY.read_text(encoding="utf-8")).text.split())


# The file ---------------------------------------------------------------------------------------------


def _read(path: Path) -> dict[tuple[str, ...], _Term]:
    """The file's terms by their words."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The glossary {path} cannot be read: {error}", remedy="Give a text file in UTF-8."
        ) from error
    terms: dict[tuple[str, ...], _Term] = {}
    ids: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            concept, found = _parse(line)
            if concept.id in ids:
                raise ValueError(f"the id {concept.id} is there twice")
            ids.add(concept.id)
            for term in found:
                other = terms.setdefault(term.words, term)
                if other.concept is not concept:
                    raise ValueError(f"{' '.join(term.words)} is a name of {other.concept.id} already")
        except ValueError as error:
            raise SettingsError(
                f"The glossary {path}, line {number}: {error}.", remedy=f"A line is {_LINE}."
            ) from error
    return terms


_LINE = "id, kind, English names, Arabic names: separated by tabs, the names by |"


def _parse(line: str) -> tuple[Concept, list[_Term]]:
    """Errors: ValueError, saying what is wrong with the line."""
    # normalised as one line, since a call for each of thousands of names costs more than all their letters
    columns = [column.strip() for column in line.split("\t")]
    if len(columns) != 4:
        raise ValueError(f"{len(columns)} columns in place of 4")
    concept_id, kind, *listed = columns
    if not concept_id:
        raise ValueError("no id")
    if kind not in KINDS:
        raise ValueError(f"the kind {kind!r} is none of {', '.join(sorted(KINDS))}")
    english, arabic = ([name.strip() for name in names.split("|")] for names in listed)
    english_keys, arabic_keys = (names.split("|") for names in normalize(line).text.split("\t")[2:])
    concept = Concept(concept_id, kind, _shown(english), _shown(arabic))
    terms = [
        _Term(concept, _normalized_key(normalized), name.endswith("!"), name[0].isupper())
        for name, normalized in zip(english + arabic, english_keys + arabic_keys, strict=True)
        if name
    ]
    if not terms:
        raise ValueError("no names")
    if any(not term.words for term in terms):
        raise ValueError("a name without a letter or digit")
    return concept, terms


def _shown(names: list[str]) -> tuple[str, ...]:
    return tuple(name.removesuffix("!") for name in names if name)
