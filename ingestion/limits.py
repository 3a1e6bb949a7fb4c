"""How much one file may cost before it is given up."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What a single file may use. A file that goes beyond any of these ends in LimitExceeded."""

    max_pages: int = 5_000
    max_bytes: int = 512 * MIB  # of the file
    max_stream_bytes: int = 75 * MIB  # of one decompressed stream
    max_operators_per_page: int = 2_000_000  # forms and appearances counted
    max_glyphs_per_page: int = 200_000
    max_form_depth: int = 16  # forms inside forms
    seconds: float = 600.0  # wall clock, for the whole file
    memory_bytes: int = 2_048 * MIB  # address space of the process that reads it
