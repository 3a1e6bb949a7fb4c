"""Optional content: which layers the document opens hidden (ISO 32000-2, 8.11)."""

from __future__ import annotations

from typing import Any

from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from ingestion.pdf.objects import array, dictionary, entry, resolve


class Layers:
    """The optional content groups that are off when the document is opened."""

    def __init__(self, catalog: Any) -> None:
        properties = dictionary(catalog, "/OCProperties")
        default = dictionary(properties, "/D")
        self._off: set[int] = set()
        if entry(default, "/BaseState") == "/OFF":
            self._off = _numbers(properties, "/OCGs") - _numbers(default, "/ON")
        self._off |= _numbers(default, "/OFF")

    def hides(self, properties: Any) -> bool:
        """Whether content with this optional content group or membership is hidden."""
        if not self._off or not isinstance(properties, DictionaryObject):
            return False
        if entry(properties, "/Type") != "/OCMD":
            return self._is_off(properties)
        groups = entry(properties, "/OCGs")
        members = (
            array(properties, "/OCGs")
            if isinstance(groups, ArrayObject)
            else [groups]
            if groups is not None
            else []
        )
        off = [self._is_off(member) for member in members if isinstance(member, DictionaryObject)]
        if not off:
            return False
        policy = entry(properties, "/P") or "/AnyOn"
        return {
            "/AllOn": any(off),
            "/AnyOff": not any(off),
            "/AllOff": not all(off),
        }.get(str(policy), all(off))

    def _is_off(self, group: DictionaryObject) -> bool:
        found = group.indirect_reference
        return found is not None and found.idnum in self._off


def _numbers(holder: Any, key: str) -> set[int]:
    values = resolve(holder.get(key)) if isinstance(holder, dict) else None
    if not isinstance(values, ArrayObject):
        return set()
    return {value.idnum for value in list.__iter__(values) if isinstance(value, IndirectObject)}
