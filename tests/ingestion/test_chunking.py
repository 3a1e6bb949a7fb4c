from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from indexes.types import Block, BlockKind, Chunk, ExtractedDocument, Language, Page, Span
from ingestion.chunking import chunk
from ingestion.text_pages import Part, to_pages

H, P, L = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM
TH, TR, NOTE = BlockKind.TABLE_HEADER, BlockKind.TABLE_ROW, BlockKind.FOOTNOTE
TOP, FOOT = BlockKind.PAGE_HEADER, BlockKind.PAGE_FOOTER


def words(text: str) -> int:
    return len(text.split())


def document(*pages: list[tuple[BlockKind, str]] | Page) -> ExtractedDocument:
    made = []
    for number, page in enumerate(pages, start=1):
        if isinstance(page, Page):
            made.append(page)
            continue
        text, blocks = "", []
        for kind, words_ in page:
            level = int(kind is H)
            blocks.append(Block(kind, len(text), len(text) + len(words_), level))
            text += words_ + "\n"
        made.append(Page(number, text, blocks=tuple(blocks)))
    return ExtractedDocument("f.txt", "", "text/plain", "test", tuple(made))


def chunks(given: ExtractedDocument, target: int = 200) -> list[Chunk]:
    return chunk(given, document_id="d", count_tokens=words, target=target)


def quoted(given: ExtractedDocument, spans: tuple[Span, ...]) -> list[str]:
    return [given.pages[s.page - 1].text[s.start : s.end] for s in spans]


def test_a_section_is_a_chunk_with_its_path_spans_and_contexts() -> None:
    given = document([(H, "Asthma"), (P, "Give oxygen. Then call\nfor help."), (P, "Stay calm.")])
    (made,) = chunks(given)
    assert (made.document_id, made.ordinal, made.section, made.language) == ("d", 0, ("Asthma",), Language.EN)
    assert made.text == "Give oxygen. Then call for help.\nStay calm."
    assert [made.text[s.start : s.end] for s in made.sentences] == [
        "Give oxygen.",
        "Then call for help.",
        "Stay calm.",
    ]
    assert [quoted(given, s.spans) for s in made.sentences] == [
        ["Give oxygen."],
        ["Then call\nfor help."],
        ["Stay calm."],
    ]
    assert [quoted(given, s.context) for s in made.sentences] == [["Asthma"]] * 3
    assert quoted(given, made.spans) == ["Give oxygen. Then call\nfor help.\nStay calm."]


def test_sections_and_levels_part_chunks() -> None:
    parts = [
        Part(H, "A", 1),
        Part(P, "One."),
        Part(H, "B", 2),
        Part(P, "Two."),
        Part(H, "C", 1),
        Part(P, "Three."),
    ]
    given = ExtractedDocument("f", "", "", "", to_pages(parts))
    assert [(c.section, c.text, c.ordinal) for c in chunks(given)] == [
        (("A",), "One.", 0),
        (("A", "B"), "Two.", 1),
        (("C",), "Three.", 2),
    ]


def test_a_paragraph_goes_on_over_a_page_break_past_headers_footers_and_notes() -> None:
    given = document(
        [(TOP, "Guideline"), (P, "The dose is 5 mg and is"), (NOTE, "1 Not in pregnancy."), (FOOT, "p. 1")],
        [(TOP, "Guideline"), (P, "doubled after a week. Stop it slowly."), (FOOT, "p. 2")],
    )
    (made,) = chunks(given)
    assert made.text == "The dose is 5 mg and is doubled after a week. Stop it slowly.\n1 Not in pregnancy."
    assert quoted(given, made.sentences[0].spans) == ["The dose is 5 mg and is", "doubled after a week."]
    assert [s.page for s in made.spans] == [1, 2, 1]
    assert made.sentences[-1].kind is NOTE


def test_arabic_goes_on_over_a_page_break_and_a_new_sentence_does_not() -> None:
    given = document([(P, "تعطى الجرعة مرتين")], [(P, "يوميًا بعد الطعام.")], [(P, "لا توقف العلاج فجأة.")])
    (made,) = chunks(given)
    assert made.text == "تعطى الجرعة مرتين يوميًا بعد الطعام.\nلا توقف العلاج فجأة."
    assert [len(s.spans) for s in made.sentences] == [2, 1]


def test_a_page_number_does_not_go_on() -> None:
    given = document([(P, "Stop it slowly."), (P, "17")], [(P, "ministry of health")])
    assert [len(s.spans) for s in chunks(given)[0].sentences] == [1, 1, 1]


def test_list_items_carry_their_lead_in() -> None:
    given = document(
        [
            (H, "Treatment"),
            (P, "Rest. Give one of:"),
            (L, "• Diuretics:"),
            (L, "- furosemide 40 mg"),
            (L, "• captopril 25 mg"),
            (P, "Review in a week."),
            (L, "1. Weigh"),
            (L, "• without shoes"),
        ]
    )
    (made,) = chunks(given)
    assert [(made.text[s.start : s.end], quoted(given, s.context)) for s in made.sentences] == [
        ("Rest.", ["Treatment"]),
        ("Give one of:", ["Treatment"]),
        ("• Diuretics:", ["Treatment", "Give one of:"]),
        ("- furosemide 40 mg", ["Treatment", "Give one of:", "• Diuretics:"]),
        ("• captopril 25 mg", ["Treatment", "Give one of:"]),
        ("Review in a week.", ["Treatment"]),
        ("1. Weigh", ["Treatment"]),
        ("• without shoes", ["Treatment", "1. Weigh"]),
    ]


def test_a_lead_in_is_never_the_end_of_a_chunk() -> None:
    filler = "word " * 17 + "end."
    given = document([(P, filler), (P, "Give one of:"), (L, "• a b c d e f g"), (L, "• h i j k l m n")])
    first, second = chunks(given, target=20)
    assert first.text == " ".join(filler.split())
    assert second.text == "Give one of:\n• a b c d e f g\n• h i j k l m n"


def table(rows: int) -> ExtractedDocument:
    parts = [Part(H, "Doses", 1), Part(TH, "Drug\tDose for adults", table=1)]
    parts += [Part(TR, f"drug{i}\t{i} mg once a day", table=1) for i in range(rows)]
    return ExtractedDocument("f", "", "", "", to_pages(parts))


def test_the_header_is_repeated_where_a_table_is_cut() -> None:
    given = table(4)
    first, second = chunks(given, target=16)
    assert first.text == "Drug\tDose for adults\ndrug0\t0 mg once a day\ndrug1\t1 mg once a day"
    assert second.text == "Drug\tDose for adults\ndrug2\t2 mg once a day\ndrug3\t3 mg once a day"
    for made in (first, second):
        assert [s.kind for s in made.sentences] == [TH, TR, TR]
        assert [quoted(given, s.context) for s in made.sentences] == [
            ["Doses"],
            ["Doses", "Drug\tDose for adults"],
            ["Doses", "Drug\tDose for adults"],
        ]
    assert quoted(given, second.spans) == ["drug2\t2 mg once a day\ndrug3\t3 mg once a day"]


def test_a_table_that_fits_is_not_cut() -> None:
    given = document([(P, "word " * 150 + "end.")])
    parts = [Part(P, given.pages[0].text.strip()), Part(TH, "Drug\tDose", table=1)]
    parts += [Part(TR, f"drug{i}\t{i} mg", table=1) for i in range(20)]
    made = chunks(ExtractedDocument("f", "", "", "", to_pages(parts)))
    assert [len(c.sentences) for c in made] == [1, 21]


def test_a_paragraph_in_the_other_language_begins_a_chunk_and_a_drug_name_does_not() -> None:
    given = document(
        [
            (P, "يعطى المريض أحد الأدوية الآتية:"),
            (L, "• amoxicillin 500 mg"),
            (P, "The same in English: take one of these."),
            (P, "500 mg / 1 g"),
        ]
    )
    made = chunks(given)
    assert [(c.language, c.text) for c in made] == [
        (Language.AR, "يعطى المريض أحد الأدوية الآتية:\n• amoxicillin 500 mg"),
        (Language.EN, "The same in English: take one of these.\n500 mg / 1 g"),
    ]


def test_headings_alone_make_a_chunk_only_when_there_is_nothing_else() -> None:
    assert [c.text for c in chunks(document([(H, "Guideline"), (H, "Fever")]))] == ["Guideline\nFever"]
    assert [c.text for c in chunks(document([(H, "Guideline"), (H, "Fever"), (P, "Rest.")]))] == ["Rest."]
    bold = "Never give aspirin to children under 16 years."
    assert [c.text for c in chunks(document([(H, "Fever"), (P, "Rest."), (H, bold)]))] == ["Rest.", bold]


def test_text_outside_all_blocks_is_kept() -> None:
    page = Page(1, "Before.\n\nInside.\nAfter.", blocks=(Block(P, 9, 16),))
    assert [c.text for c in chunks(document(page))] == ["Before.\nInside.\nAfter."]
    assert [c.text for c in chunks(document(Page(1, "No blocks\nat all.")))] == ["No blocks at all."]
    assert chunks(document(Page(1, " \n"))) == []


def test_each_text_is_counted_once() -> None:
    seen: list[str] = []

    def count(text: str) -> int:
        seen.append(text)
        return words(text)

    chunk(table(50), document_id="d", count_tokens=count, target=20)
    assert len(seen) == len(set(seen)) == 51


WORDS = st.sampled_from(
    ["dose", "الجرعة", "5", "mg.", "٢٫٥", "ملغ؟", "is:", "Then", "•", "\n", "(and", "خطر!"]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
PARTS = st.tuples(st.sampled_from([H, P, P, L, L, TR, TH, NOTE, TOP, FOOT]), TEXTS)


@st.composite
def documents(draw: st.DrawFn) -> ExtractedDocument:
    pages = []
    header: tuple[Span, ...] = ()
    for number in range(1, draw(st.integers(1, 4))):
        text, blocks = draw(st.sampled_from(["", "loose "])), []
        for kind, words_ in draw(st.lists(PARTS, max_size=6)):
            start, end = len(text), len(text) + len(words_)
            if kind is TH:
                header = (Span(number, start, end),)
            level = draw(st.integers(0, 3)) if kind is H else 0
            blocks.append(Block(kind, start, end, level, header if kind is TR else ()))
            text += words_ + draw(st.sampled_from(["\n", "", "\n stray \n"]))
        pages.append(Page(number, text, blocks=tuple(blocks)))
    return ExtractedDocument("f", "", "", "", tuple(pages))


@settings(max_examples=300, deadline=None)
@given(documents(), st.integers(2, 30))
def test_nothing_is_lost_or_doubled_and_every_sentence_is_where_it_says(
    given: ExtractedDocument, target: int
) -> None:
    made = chunks(given, target)
    assert made == chunks(given, target)
    assert [c.ordinal for c in made] == list(range(len(made)))
    left = {
        (page.number, at)
        for page in given.pages
        for at, letter in enumerate(page.text)
        if not letter.isspace()
        and not any(b.start <= at < b.end and b.kind in (H, TH, TOP, FOOT) for b in page.blocks)
    }
    for c in made:
        ends = [0, *(s.end for s in c.sentences)]
        for s, before in zip(c.sentences, ends, strict=False):
            assert s.start >= before
            assert not c.text[before : s.start].strip()
            assert c.text[s.start : s.end].split() == " ".join(quoted(given, s.spans)).split()
            for span in s.spans if s.kind not in (H, TH) else ():
                for at in range(span.start, span.end):
                    if not given.pages[span.page - 1].text[at].isspace():
                        left.remove((span.page, at))
        assert c.sentences[-1].end == len(c.text)
        sizes = [words(c.text[s.start : s.end]) for s in c.sentences]
        assert sum(sizes) <= 2 * target or max(sizes) > 2 * target
    assert not left


@given(TEXTS)
def test_sentences_of_a_unit_are_whole_words(text: str) -> None:
    (found,) = [document([(P, text)])]
    for c in chunks(found, 5):
        for s in c.sentences:
            assert re.fullmatch(r"\S(.*\S)?", c.text[s.start : s.end], re.DOTALL)
