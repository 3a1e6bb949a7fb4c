from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.sentences import split

LISTED = "Give dose الجرعة ملغ 2.5 ٢٫٥ 10-20 5 mg A 120/80 e.g. Dr. د. 1. • ( ) « » [^2] . ؟ ! ؛ … ¹"
PIECES = st.sampled_from([*LISTED.split(), "\n", " ", "  ", "\u200f", '"'])


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["Give 0.5 mg.", "Repeat after 5 min.", "Do not exceed 10-20 mg/kg (max. 40 mg. See Table 2.)."],
        [
            "See e.g. Table 3, i.e. the one below.",
            "Dr. Smith vs. Jones et al. said so.[^2]",
            "Next one.¹²",
            "End",
        ],
        ['He said "stop."', "Then he left!", "Why?", "Because."],
        ["الجرعة ٢٫٥ ملغ. كل ٨ ساعات.", "يجب مراجعة د. أحمد.", "هل هذا صحيح؟", "نعم؛", "ثم توقف…", "انتهى."],
        ["قال «نعم.»", "ثم ذهب (انظر ص. ٥. وهكذا).", "انتهى"],
        ["Stop.", "2. Give the second.", "3. Give the third."],
        ["1. Give paracetamol."],
        ["أ. أعط الدواء.", "ثم راقب."],
        [
            "Species such as A. fumigatus were studied by J. K. Rowling.",
            "Give vitamin K.",
            "It is 5 L.",
            "Stop.",
        ],
        ["Take one b.d. for 5 days, i.e. until Friday.", "Given i.v.", "Repeat."],
        ["approx. 5 mg, No. 7, Fig. 3 and 2. 5 mg, ٢. ٥ ملغ.", "Say no.", "Then stop."],
        ["Tab. Paracetamol 500 mg t.d.s. 5 days, 5 mg. twice daily."],
        ["• one", "• two"],
        ["An open (bracket.", "It never closes."],
        ["BP is 120/80.", "HR is 72."],
    ],
)
def test_running_text(sentences: list[str]) -> None:
    assert cut(" ".join(sentences)) == sentences


def test_a_line_break_ends_a_sentence() -> None:
    assert cut("Dose\n5 mg (max.\r\n40)\u2028end") == ["Dose", "5 mg (max.", "40)", "end"]


def test_arabic_without_a_space_after_the_mark() -> None:
    assert cut("انتهى المرض.ثم عاد المريض؟كيف") == ["انتهى المرض.", "ثم عاد المريض؟", "كيف"]


def test_nothing_to_split() -> None:
    assert split("") == split(" \n\t ") == []


@given(st.text() | st.lists(PIECES).map("".join) | st.lists(PIECES).map(" ".join))
def test_stretches_cover_all_but_space_in_order(text: str) -> None:
    stretches = split(text)
    place = 0
    for start, end in stretches:
        assert place <= start < end <= len(text)
        assert text[start:end].strip() == text[start:end]
        assert not text[place:start].strip()
        place = end
    assert not text[place:].strip()


@given(
    st.lists(PIECES).map(" ".join),
    st.sampled_from(["2.5", "٢٫٥", "10-20", "120/80", "1,000", "(5. Mg)", "2. 5"]),
)
def test_no_number_range_or_bracket_is_cut(text: str, whole: str) -> None:
    before = text.replace("(", "").replace(")", "").replace("[", "").replace("\n", " ") + " "
    start = len(before)
    end = start + len(whole)
    for left, right in split(before + whole + " end"):
        assert not start < left < end
        assert not start < right < end
