"""Which editions may be quoted today: a pure function of dates, withdrawals and who supersedes whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from indexes.types import DocumentState


@dataclass(frozen=True, slots=True)
class Edition:
    """What decides a document's state. A purged one only links the editions before and after it."""

    id: str
    supersedes: str | None = None
    effective: date | None = None
    expires: date | None = None  # the last day on which it holds
    withdrawn: bool = False
    purged: bool = False
    added_generation: int = 0

    def in_force(self, today: date) -> bool:
        """Whether it displaces what it supersedes: an edition that expired still does."""
        effective = self.effective is None or self.effective <= today
        return effective and not (self.withdrawn or self.purged)


def states(editions: Iterable[Edition], today: date) -> dict[str, tuple[DocumentState, str | None]]:
    """Of each edition that is not purged: its state, and the id of the edition that supersedes it today.

    An edition is superseded while any later one of its chain is in force, also when one between them was
    withdrawn or purged: an old dose does not come back because the newest edition's predecessor is gone.
    """
    known = tuple(editions)
    heirs: dict[str, list[Edition]] = defaultdict(list)
    for edition in known:
        if edition.supersedes:
            heirs[edition.supersedes].append(edition)
    found: dict[str, tuple[DocumentState, str | None]] = {}
    for edition in known:
        if not edition.purged:
            successor = _successor(edition.id, heirs, today)
            found[edition.id] = (_state(edition, successor, today), successor)
    return found


def closes_a_circle(document_id: str, supersedes: str, predecessors: Mapping[str, str | None]) -> bool:
    """Whether `document_id` would come to supersede itself. `predecessors`: what each id supersedes now."""
    seen = {document_id}
    step: str | None = supersedes
    while step is not None:
        if step in seen:
            return True
        seen.add(step)
        step = predecessors.get(step)
    return False


def _state(edition: Edition, successor: str | None, today: date) -> DocumentState:
    if edition.withdrawn:
        return DocumentState.WITHDRAWN
    if successor is not None:
        return DocumentState.SUPERSEDED
    if edition.expires is not None and edition.expires < today:
        return DocumentState.EXPIRED
    if edition.effective is not None and edition.effective > today:
        return DocumentState.NOT_YET_EFFECTIVE
    return DocumentState.CURRENT


def _successor(document_id: str, heirs: Mapping[str, list[Edition]], today: date) -> str | None:
    """The nearest later edition in force; of several equally near, the one that took effect last."""
    seen = {document_id}
    nearest = heirs.get(document_id, [])
    while nearest:
        in_force = [edition for edition in nearest if edition.in_force(today)]
        if in_force:
            return max(in_force, key=lambda e: (e.effective or date.min, e.added_generation, e.id)).id
        fresh = [edition for edition in nearest if edition.id not in seen]
        seen.update(edition.id for edition in fresh)
        nearest = [heir for edition in fresh for heir in heirs.get(edition.id, [])]
    return None
