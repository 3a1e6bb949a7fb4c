"""What the pages of one document have in common while they are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ingestion.limits import Limits
from ingestion.pdf.fonts import FontFace


@dataclass(slots=True)
class Shared:
    """What the pages of one document have in common: fonts by object number, hidden layers, limits."""

    limits: Limits
    hidden_layers: Callable[[Any], bool]
    fonts: dict[int, FontFace | None] = field(default_factory=dict)
