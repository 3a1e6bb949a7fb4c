from __future__ import annotations

import pytest

from indexes.errors import UnreadableDocument
from ingestion.decoding import decode

ARABIC = "الجرعة ٢٫٥ ملغ مرتين يوميًا، ولا تزيد على 10 ملغ."
WINDOWS_ARABIC = "الجرعة 2.5 ملغ مرتين يوميا، ولا تزيد على 10 ملغ؟ نعم."
FRENCH = "L’hypertension artérielle est traitée à l’hôpital, naïve ou sévère."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", [ARABIC, FRENCH])
def test_unicode(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), file_name="f.txt") == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (WINDOWS_ARABIC, "cp1256"),
        (WINDOWS_ARABIC, "iso8859_6"),
        (FRENCH, "cp1252"),
        ("5 µg ± 2 °C", "cp1252"),
        ("Prise en charge de l'asthme sévère chez l'enfant âgé de 5 ans.", "cp1252"),
    ],
)
def test_code_pages(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), file_name="f.txt") == text


def test_line_ends_and_controls() -> None:
    assert decode(b"a\r\nb\rc\x0cd\x07" + b"." * 60, file_name="f.txt") == "a\nb\nc\fd" + "." * 60


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 4, b"text\0\0\x01\x02" * 9, b"\x7fELF\x02\x01\x01\0" * 20]
)
def test_binary_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match=r"data\.txt is not text"):
        decode(data, file_name="data.txt")


def test_a_lying_mark_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match=r"f\.txt says that it is UTF-16 text, but is not"):
        decode(b"\xff\xfea", file_name="f.txt")
