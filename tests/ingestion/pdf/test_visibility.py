from __future__ import annotations

from typing import Any

import pytest

from indexes.types import Page, PageWarning, WarningKind


def _parts(page: Page) -> tuple[str, str, tuple[PageWarning, ...]]:
    return page.text, page.hidden_text, page.warnings


def _hidden(reason: str) -> tuple[PageWarning, ...]:
    return (PageWarning(WarningKind.HIDDEN_TEXT, reason),)


@pytest.mark.parametrize("mode", [3, 7])
def test_invisible_rendering_modes(builder: Any, mode: int) -> None:
    builder.page(builder.show(72, 700, "seen") + builder.show(72, 600, "ghost", before=f"{mode} Tr"))
    assert _parts(builder.first()) == ("seen", "ghost", _hidden("invisible"))


def test_white_on_white(builder: Any) -> None:
    builder.page(builder.show(72, 700, "seen") + b"1 g " + builder.show(72, 600, "ghost"))
    assert _parts(builder.first()) == ("seen", "ghost", _hidden("in the colour of its background"))


def test_white_on_a_dark_field_is_seen(builder: Any) -> None:
    builder.page(b"0 0 .5 rg 60 590 200 30 re f 1 g " + builder.show(72, 600, "heading"))
    assert _parts(builder.first()) == ("heading", "", ())


def test_blacked_out(builder: Any) -> None:
    builder.page(builder.show(72, 700, "seen") + builder.show(72, 600, "ghost") + b"0 g 60 590 200 30 re f")
    assert _parts(builder.first()) == ("seen", "ghost", _hidden("covered"))


def test_clipped_away(builder: Any) -> None:
    builder.page(
        builder.show(72, 700, "seen") + b"q 0 0 50 50 re W n " + builder.show(72, 600, "ghost") + b"Q"
    )
    assert _parts(builder.first()) == ("seen", "ghost", _hidden("clipped"))


def test_outside_the_crop_box(builder: Any) -> None:
    content = builder.show(72, 700, "seen") + builder.show(72, 30, "ghost")
    builder.page(content, entries=b"/CropBox [0 100 595 842]")
    assert _parts(builder.first()) == ("seen", "ghost", _hidden("outside the page"))


def test_type_too_small_to_see(builder: Any) -> None:
    builder.page(builder.show(72, 700, "seen") + builder.show(72, 600, "ghost", 0.2))
    assert _parts(builder.first()) == ("seen", "ghost", _hidden("tiny"))


@pytest.mark.parametrize(("state", "text"), [(b"/OFF", "seen"), (b"/ON", "seen ghost")])
def test_layers_that_are_off(builder: Any, state: bytes, text: str) -> None:
    layer = builder.add(b"<< /Type /OCG /Name (draft) >>")
    builder.catalog = b"/OCProperties << /OCGs [%d 0 R] /D << %s [%d 0 R] >> >>" % (layer, state, layer)
    content = builder.show(72, 700, "seen") + b"/OC /L BDC " + builder.show(102, 700, "ghost") + b"EMC"
    builder.page(content, b"/Properties << /L %d 0 R >>" % layer)
    assert builder.first().text == text


def test_form_in_a_hidden_layer(builder: Any) -> None:
    layer = builder.add(b"<< /Type /OCG /Name (draft) >>")
    builder.catalog = b"/OCProperties << /OCGs [%d 0 R] /D << /OFF [%d 0 R] >> >>" % (layer, layer)
    form = builder.stream(
        builder.show(72, 600, "ghost"),
        b"/Subtype /Form /BBox [0 0 600 800] /OC %d 0 R /Resources << /Font << /F1 3 0 R >> >>" % layer,
    )
    builder.page(builder.show(72, 700, "seen") + b"/X Do", b"/XObject << /X %d 0 R >>" % form)
    assert builder.first().text == "seen"


def _image(builder: Any) -> int:
    number: int = builder.stream(
        b"\x80", b"/Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
    )
    return number


def test_layer_over_a_scan_is_the_text(builder: Any) -> None:
    image = _image(builder)
    content = b"q 595 0 0 842 0 0 cm /I Do Q " + builder.show(72, 700, "scanned", before="3 Tr")
    builder.page(content, b"/XObject << /I %d 0 R >>" % image)
    warnings = (PageWarning(WarningKind.OCR, "the invisible text layer over a scan"),)
    assert _parts(builder.first()) == ("scanned", "", warnings)


def test_scan_without_a_layer(builder: Any) -> None:
    image = _image(builder)
    builder.page(b"q 595 0 0 842 0 0 cm /I Do Q", b"/XObject << /I %d 0 R >>" % image)
    warnings = (PageWarning(WarningKind.NO_TEXT_LAYER, "the page is an image"),)
    assert _parts(builder.first()) == ("", "", warnings)


def test_large_picture_beside_text(builder: Any) -> None:
    image = _image(builder)
    content = b"q 595 0 0 421 0 0 cm /I Do Q " + builder.show(72, 700, "Table 1")
    builder.page(content, b"/XObject << /I %d 0 R >>" % image)
    detail = "a picture covers 50% of the page; text in it was not read"
    assert _parts(builder.first()) == ("Table 1", "", (PageWarning(WarningKind.UNREAD_IMAGE, detail),))


def test_empty_page_needs_no_warning(builder: Any) -> None:
    builder.page(b"")
    assert _parts(builder.first()) == ("", "", ())
