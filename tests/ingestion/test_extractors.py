from __future__ import annotations

import subprocess
import sys

import pytest

from ingestion import extractors


@pytest.mark.parametrize(
    ("media_type", "name"),
    [
        ("application/pdf", extractors.PDF),
        ("text/plain", extractors.TEXT),
        ("text/markdown", extractors.TEXT),
    ],
)
def test_what_reads_a_media_type(media_type: str, name: str) -> None:
    assert extractors.current(media_type) == name


def test_the_version_is_known_without_pypdf() -> None:
    code = "import sys, ingestion.extractors; sys.exit('pypdf' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
