"""Names and versions of what reads files, known without loading it.

Raise a version when the page text of an unchanged file would change.
"""

from __future__ import annotations

PDF = "sanad-pdf/1"
TEXT = "sanad-text/1"


def current(media_type: str) -> str:
    """The name and version of what would read a file of this media type today."""
    return PDF if media_type == "application/pdf" else TEXT
