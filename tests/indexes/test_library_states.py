"""Which edition may be quoted on which day."""

from __future__ import annotations

from datetime import date, timedelta
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.errors import DocumentNotFound, LibraryError
from indexes.library import Library
from indexes.lifecycle import Edition, closes_a_circle, states
from indexes.types import DocumentState, Metadata

TODAY = date(2025, 6, 15)
DAY = timedelta(days=1)

dates = st.none() | st.integers(-2, 2).map(lambda days: TODAY + days * DAY)


@st.composite
def chains(draw: st.DrawFn) -> list[Edition]:
    """Editions of which each may supersede an earlier one, so that there is no circle."""
    count = draw(st.integers(1, 7))
    return [
        Edition(
            id=str(number),
            supersedes=draw(st.none() | st.sampled_from([str(n) for n in range(number)])) if number else None,
            effective=draw(dates),
            expires=draw(dates),
            withdrawn=draw(st.booleans()),
            purged=draw(st.booleans()),
            added_generation=number + 1,
        )
        for number in range(count)
    ]


def _descendants(edition: Edition, editions: list[Edition]) -> list[Edition]:
    children = [heir for heir in editions if heir.supersedes == edition.id]
    return children + [late for heir in children for late in _descendants(heir, editions)]


def _displaces(edition: Edition) -> bool:
    started = edition.effective is None or edition.effective <= TODAY
    return started and not edition.withdrawn and not edition.purged


@given(chains())
def test_states_follow_from_dates_withdrawals_and_later_editions(editions: list[Edition]) -> None:
    found = states(editions, TODAY)
    assert set(found) == {edition.id for edition in editions if not edition.purged}
    for edition in editions:
        if edition.purged:
            continue
        state, successor = found[edition.id]
        heirs = {late.id for late in _descendants(edition, editions) if _displaces(late)}
        assert (successor in heirs) if heirs else (successor is None)
        current = _displaces(edition) and not heirs and (edition.expires is None or edition.expires >= TODAY)
        assert (state is DocumentState.CURRENT) == current
        assert (state is DocumentState.WITHDRAWN) == edition.withdrawn
        assert (state is DocumentState.SUPERSEDED) == (bool(heirs) and not edition.withdrawn)


@given(chains(), st.data())
def test_a_link_closes_a_circle_exactly_when_it_leads_back(
    editions: list[Edition], data: st.DataObject
) -> None:
    newer = data.draw(st.sampled_from(editions))
    older = data.draw(st.sampled_from(editions))
    predecessors = {edition.id: edition.supersedes for edition in editions}
    leads_back = older is newer or older in _descendants(newer, editions)
    assert closes_a_circle(newer.id, older.id, predecessors) == leads_back


@pytest.mark.parametrize(
    ("effective", "expires", "state"),
    [
        (None, None, DocumentState.CURRENT),
        (TODAY, TODAY, DocumentState.CURRENT),
        (TODAY + DAY, None, DocumentState.NOT_YET_EFFECTIVE),
        (None, TODAY - DAY, DocumentState.EXPIRED),
    ],
)
def test_a_documents_own_dates(
    library: Library, samples: ModuleType, effective: date | None, expires: date | None, state: DocumentState
) -> None:
    made = samples.sample(1)
    samples.add(library, made, Metadata(effective=effective, expires=expires))
    assert library.document(made.id, today=TODAY).state is state
    assert library.documents(all=True, today=TODAY)[0].state is state
    assert len(library.documents(today=TODAY)) == (state is DocumentState.CURRENT)


def _states(library: Library, today: date = TODAY) -> list[tuple[DocumentState, str | None]]:
    return [(found.state, found.superseded_by) for found in library.documents(all=True, today=today)]


def test_a_new_edition_supersedes_from_its_date_on(library: Library, samples: ModuleType) -> None:
    old = samples.add(library, samples.sample(1))
    new = samples.add(library, samples.sample(2), Metadata(supersedes=old.id[:8], effective=TODAY + DAY))
    assert new.supersedes == old.id
    assert _states(library) == [(DocumentState.CURRENT, None), (DocumentState.NOT_YET_EFFECTIVE, None)]
    assert _states(library, TODAY + DAY) == [
        (DocumentState.SUPERSEDED, new.id),
        (DocumentState.CURRENT, None),
    ]


def test_withdrawing_the_new_edition_brings_the_old_one_back(library: Library, samples: ModuleType) -> None:
    old = samples.add(library, samples.sample(1))
    new = samples.add(library, samples.sample(2), Metadata(supersedes=old.id))
    library.withdraw(new.id)
    assert _states(library) == [(DocumentState.CURRENT, None), (DocumentState.WITHDRAWN, None)]
    library.restore(new.id)
    assert _states(library) == [(DocumentState.SUPERSEDED, new.id), (DocumentState.CURRENT, None)]


@pytest.mark.parametrize("how", ["withdraw", "purge"])
def test_an_old_edition_does_not_come_back_through_a_gap(
    library: Library, samples: ModuleType, how: str
) -> None:
    first = samples.add(library, samples.sample(1))
    second = samples.add(library, samples.sample(2), Metadata(supersedes=first.id))
    third = samples.add(library, samples.sample(3), Metadata(supersedes=second.id))
    getattr(library, how)(second.id)
    found = {
        document.id: (document.state, document.superseded_by) for document in library.documents(all=True)
    }
    assert found[first.id] == (DocumentState.SUPERSEDED, third.id)
    assert found[third.id] == (DocumentState.CURRENT, None)
    again = library.update_metadata(third.id, Metadata(title="Third", supersedes=second.id))
    assert again.supersedes == second.id


def test_circles_are_refused(library: Library, samples: ModuleType) -> None:
    ids = [samples.add(library, samples.sample(number)).id for number in range(3)]
    library.update_metadata(ids[1], Metadata(supersedes=ids[0]))
    library.update_metadata(ids[2], Metadata(supersedes=ids[1]))
    for newer, older in ((0, 2), (0, 1), (1, 1)):
        with pytest.raises(LibraryError, match="cannot supersede"):
            library.update_metadata(ids[newer], Metadata(supersedes=ids[older]))
    assert library.generation == 5


def test_only_a_known_document_can_be_superseded(library: Library, samples: ModuleType) -> None:
    with pytest.raises(DocumentNotFound, match="No document answers to “0123456789abcdef”"):
        samples.add(library, samples.sample(1), Metadata(supersedes="0123456789abcdef"))
    assert library.generation == 0
