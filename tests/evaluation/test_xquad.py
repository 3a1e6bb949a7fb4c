import json
from pathlib import Path

from evaluation.retrieval import libraries
from evaluation.xquad import Asked, Reading, mixed_language, place_of, read_squad, write_paragraphs


def test_questions_know_their_paragraph(tmp_path: Path) -> None:
    articles = [
        {"paragraphs": [{"context": "A", "qas": [{"question": "a?"}]}]},
        {"paragraphs": [{"context": "B", "qas": [{"question": "b?"}, {"question": "c?"}]}]},
    ]
    (tmp_path / "s.json").write_text(json.dumps({"data": articles}), encoding="utf-8")
    assert read_squad(tmp_path / "s.json") == Reading(
        ("A", "B"), (Asked("a?", 0), Asked("b?", 1), Asked("c?", 1))
    )


def test_a_file_name_tells_the_paragraph(tmp_path: Path) -> None:
    files = write_paragraphs({3: "ثلاثة", 12: "twelve"}, tmp_path / "texts")
    found = [(place_of(f.name), f.read_text(encoding="utf-8")) for f in files]
    assert found == [
        (3, "ثلاثة"),
        (12, "twelve"),
    ]


def test_the_mixed_library_has_each_paragraph_in_one_language() -> None:
    texts = {"ar": Reading(("ا", "ب", "ت"), ()), "en": Reading(("A", "B", "C"), ())}
    assert libraries(texts)["mixed"] == {0: "ا", 1: "B", 2: "ت"}
    assert [mixed_language(i) for i in range(3)] == ["ar", "en", "ar"]
