from __future__ import annotations

import os
import string
import threading
from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.types import (
    Block,
    BlockKind,
    ExtractedDocument,
    GlyphBoxes,
    Metadata,
    Page,
    PageWarning,
    Span,
    WarningKind,
)
from ingestion.wire import WireError, pack, receive, send, unpack

TEXTS = st.text(st.characters(codec=None), max_size=20)  # lone surrogates too: pypdf can give them
WARNINGS = st.builds(
    PageWarning, st.sampled_from(WarningKind), TEXTS, st.none() | st.integers(0, 9), st.none()
)


@st.composite
def pages(draw: st.DrawFn, number: int) -> Page:
    text = draw(TEXTS)
    cuts = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    spans = tuple(draw(st.lists(st.builds(Span, *[st.integers(0, 99)] * 3), max_size=2)))
    return Page(
        number,
        text,
        label=draw(st.none() | TEXTS),
        blocks=(Block(draw(st.sampled_from(BlockKind)), *cuts, draw(st.integers(0, 6)), spans),),
        warnings=tuple(draw(st.lists(WARNINGS, max_size=2))),
        hidden_text=draw(TEXTS),
        width=draw(st.floats(0, 1000)),
        height=10.0,
        rotation=draw(st.sampled_from([0, 90, 180, 270])),
    )


@st.composite
def documents(draw: st.DrawFn) -> ExtractedDocument:
    metadata = Metadata(draw(st.none() | TEXTS), effective=draw(st.none() | st.dates()), language="ar")
    count = draw(st.integers(0, 3))
    found = tuple(draw(pages(i + 1)) for i in range(count))
    return ExtractedDocument("f.pdf", "0" * 64, "application/pdf", "reader 1", found, metadata)


@given(documents())
def test_a_document_comes_back_as_it_went(document: ExtractedDocument) -> None:
    assert unpack(*pack(document)) == document


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_glyph_boxes_travel_through_a_pipe(pipe: tuple[int, int]) -> None:
    boxes = GlyphBoxes(np.arange(90_000, dtype=np.int32), np.random.rand(90_000, 4).astype(np.float32))
    few = GlyphBoxes(np.array([3], np.int32), np.array([[1.5, 2, 3, 4]], np.float32))
    said = (Page(1, "a", boxes=boxes), Page(2, "b"), Page(3, "c", boxes=few))
    document = ExtractedDocument(
        "f.pdf", "", "application/pdf", "x", said, Metadata(expires=date(2030, 1, 2))
    )
    thread = threading.Thread(target=send, args=(pipe[1], *pack(document)))
    thread.start()
    got = unpack(*receive(pipe[0]))
    thread.join()
    assert got == document
    assert got.pages[1].boxes is None
    for page, want in ((got.pages[0], boxes), (got.pages[2], few)):
        assert page.boxes is not None
        assert np.array_equal(page.boxes.offsets, want.offsets)
        assert np.array_equal(page.boxes.boxes, want.boxes)


GOOD = pack(
    ExtractedDocument("f", "h", "m", "e", (Page(1, "abc", blocks=(Block(BlockKind.HEADING, 0, 3),)),))
)[0]


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("pages", 0, "number"), 2),
        (("pages", 0, "text"), None),
        (("pages", 0, "blocks", 0, 2), 4),
        (("pages", 0, "blocks", 0, 1), -1),
        (("pages", 0, "blocks", 0, 0), "poem"),
        (("pages", 0, "boxes"), 7),
        (("pages", 0, "size"), [1, 2]),
        (("metadata", "effective"), "soon"),
        (("metadata", "title"), 5),
        (("metadata", "colour"), "red"),
        (("content_hash",), 5),
    ],
)
def test_what_is_no_document_is_refused(where: tuple[str | int, ...], value: object) -> None:
    import json

    header = json.loads(json.dumps(GOOD))
    place = header
    for step in where[:-1]:
        place = place[step]
    place[where[-1]] = value
    with pytest.raises(WireError):
        unpack(header, b"")


@given(st.binary(max_size=200), st.text(string.printable, max_size=50))
def test_noise_is_refused(noise: bytes, header: str) -> None:
    ends = os.pipe()
    os.write(ends[1], noise + header.encode())
    os.close(ends[1])
    with pytest.raises(WireError):
        receive(ends[0])
    os.close(ends[0])


def test_late_and_closed_are_told_apart(pipe: tuple[int, int]) -> None:
    with pytest.raises(WireError) as late:
        receive(pipe[0], deadline=0.0)
    assert (late.value.late, late.value.closed) == (True, False)
    reading, writing = os.pipe()
    os.close(writing)
    with pytest.raises(WireError) as closed:
        receive(reading)
    assert (closed.value.late, closed.value.closed) == (False, True)
    os.close(reading)
