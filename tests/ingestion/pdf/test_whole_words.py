from __future__ import annotations

from typing import Any

from indexes.types import PageWarning, WarningKind

# Each letter is 6 points wide, so the first word stands from 72 to 90
CLIP = b"q 0 0 86 842 re W n "


def test_a_clip_takes_no_letter_from_a_word(builder: Any) -> None:
    builder.page(CLIP + builder.show(72, 700, "not") + b"Q " + builder.show(300, 600, "given"))
    page = builder.first()
    assert (page.text, page.hidden_text, page.warnings) == ("not\ngiven", "", ())


def test_a_word_that_is_clipped_as_a_whole_is_hidden(builder: Any) -> None:
    builder.page(CLIP + builder.show(72, 700, "no given") + b"Q")
    page = builder.first()
    warnings = (PageWarning(WarningKind.HIDDEN_TEXT, "clipped"),)
    assert (page.text, page.hidden_text, page.warnings) == ("no", "given", warnings)


def test_the_edge_of_the_page_takes_no_letter_from_a_word(builder: Any) -> None:
    builder.page(builder.show(582, 700, "not"))  # the last letter is off by half
    page = builder.first()
    assert (page.text, page.warnings) == ("not", ())


def test_a_word_in_part_blacked_out_is_in_doubt(builder: Any) -> None:
    builder.page(builder.show(72, 700, "not") + b"0 g 83.9 690 6.3 30 re f")
    page = builder.first()
    hidden = PageWarning(WarningKind.HIDDEN_TEXT, "covered")
    doubt = PageWarning(WarningKind.UNVERIFIED_ORDER, "no reading order gives this line", 0, 2)
    assert (page.text, page.hidden_text, page.warnings) == ("no", "t", (hidden, doubt))


def test_a_shadow_behind_a_word_is_no_part_of_it(builder: Any) -> None:
    builder.page(b"1 g " + builder.show(73, 699, "not") + b"0 g " + builder.show(72, 700, "not"))
    page = builder.first()
    assert (page.text, page.warnings) == (
        "not",
        (PageWarning(WarningKind.HIDDEN_TEXT, "in the colour of its background"),),
    )
