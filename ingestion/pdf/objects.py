"""Reading PDF dictionaries whose entries may be missing, indirect or of the wrong type."""

from __future__ import annotations

from typing import Any

from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NullObject, StreamObject

# What values that are not what they should be raise, in our own code. MemoryError and RecursionError are not
# among them: they end the document.
VALUE_ERRORS = (
    PyPdfError,
    KeyError,
    IndexError,
    TypeError,
    ValueError,
    OverflowError,
    AssertionError,
    NotImplementedError,
)
# The same for calls into pypdf, which asks objects of the wrong type for what they do not have.
OBJECT_ERRORS = (*VALUE_ERRORS, AttributeError)


def entry(holder: Any, key: str) -> Any:
    """holder[key] with references followed; None when there is none or it cannot be read."""
    if not isinstance(holder, dict):
        return None
    value = holder.get(key)
    return resolve(value)


def resolve(value: Any) -> Any:
    """The object behind a reference; None for null and for what cannot be read."""
    if isinstance(value, IndirectObject):
        try:
            value = value.get_object()
        except (PyPdfError, KeyError, ValueError, TypeError, AttributeError):
            return None
    return None if isinstance(value, NullObject) else value


def dictionary(holder: Any, key: str) -> DictionaryObject:
    """A dictionary entry, empty when missing."""
    value = entry(holder, key)
    return value if isinstance(value, DictionaryObject) else DictionaryObject()


def array(holder: Any, key: str) -> list[Any]:
    """The resolved items of an array entry, empty when missing."""
    value = entry(holder, key)
    return [resolve(item) for item in value] if isinstance(value, ArrayObject) else []


def numbers(holder: Any, key: str, count: int) -> tuple[float, ...] | None:
    """An array entry of exactly `count` numbers, or None."""
    values = array(holder, key)
    if len(values) != count or not all(isinstance(v, (int, float)) for v in values):
        return None
    return tuple(float(v) for v in values)


def stream_data(value: Any) -> bytes:
    """The decoded bytes of a stream or of an array of them, joined. Raises what pypdf raises."""
    value = resolve(value)
    if isinstance(value, ArrayObject):
        return b"\n".join(stream_data(part) for part in value)
    return value.get_data() if isinstance(value, StreamObject) else b""


def reference(holder: Any, key: str) -> int | None:
    """The object number of an indirect entry, None for a direct one."""
    raw = holder.get(key) if isinstance(holder, dict) else None
    return raw.idnum if isinstance(raw, IndirectObject) else None
