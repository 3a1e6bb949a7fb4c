from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from indexes.errors import SettingsError
from indexes.types import Metadata
from ingestion.sidecar import load_sidecar, parse_date, parse_sidecar


def test_all_fields(tmp_path: Path) -> None:
    (tmp_path / "asthma.yaml").write_text(
        "title: الربو\npublisher: Ministry\nedition: 3.10\neffective: ٢٠٢٤-٠٣-٠١\nexpires: 2026\n"
        "supersedes: 0123456789abcdef\ncollection: adults\nlanguage: en, ar\n",
        encoding="utf-8",
    )
    assert load_sidecar(tmp_path / "asthma.pdf") == Metadata(
        title="الربو",
        publisher="Ministry",
        edition="3.10",
        effective=date(2024, 3, 1),
        expires=date(2026, 12, 31),
        supersedes="0123456789abcdef",
        collection="adults",
        language="ar,en",
    )


def test_none_when_there_is_no_sidecar_and_empty_when_it_is_empty(tmp_path: Path) -> None:
    assert load_sidecar(tmp_path / "a.pdf") is None
    (tmp_path / "a.yaml").write_text("# nothing yet\n")
    assert load_sidecar(tmp_path / "a.pdf") == Metadata()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("titel: x", "n.yaml: unknown field “titel”. The fields are title, publisher,"),
        ("title: [a, b]", "n.yaml: “title” must be a text, not a list."),
        (
            "effective: 31.12.2024",
            "n.yaml: “effective” is “31.12.2024”, which is not a date. Write YYYY-MM-DD",
        ),
        ("effective: 2024-02-30", "n.yaml: “effective” is “2024-02-30”, which is not a date."),
        ("expires: 2024-13", "n.yaml: “expires” is “2024-13”, which is not a date."),
        ("language: fr", "n.yaml: “language” is “fr”. Write ar, en or ar,en."),
        ("title: a\ntitle: b", "n.yaml, line 1 is not YAML."),
        ("title: a: b: c", "n.yaml, line 1 is not YAML."),
        ("- a\n- b", "n.yaml holds no fields."),
        ("title: !!python/object/apply:os.system [echo]", "n.yaml, line 1 is not YAML."),
        ("&a [*a]: 1", "is not YAML."),
    ],
)
def test_what_is_not_understood_is_named(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_sidecar(text, name="n.yaml")
    assert said in str(caught.value)


def test_not_text_or_too_large(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"title: \xff\xfe")
    with pytest.raises(SettingsError, match=r"a\.yaml is not UTF-8"):
        load_sidecar(tmp_path / "a.pdf")
    (tmp_path / "a.yaml").write_text("#" * 70_000)
    with pytest.raises(SettingsError, match=r"a\.yaml is larger than 65,536 bytes"):
        load_sidecar(tmp_path / "a.pdf")


def test_dates() -> None:
    assert parse_date("2024") == date(2024, 1, 1)
    assert parse_date("2024-2", last=True) == date(2024, 2, 29)
    assert parse_date("۱۴۰۳-۰۱-۰۲") == date(1403, 1, 2)
