from pathlib import Path

import pytest

from evaluation.figures import Figure, Measured, load, number, report, save


@pytest.mark.parametrize(
    ("value", "bar", "reached"),
    [
        (0.975, "≥ 0.975", True),
        (0.9749, "≥ 0.975", False),
        (1, "≤ 1", True),
        (2, "≤ 1", False),
        (7, "", None),
        (float("nan"), "≤ 1", False),
        (float("nan"), "≥ 1", False),
    ],
)
def test_a_bar_is_reached_at_its_limit(value: float, bar: str, reached: bool | None) -> None:
    assert Figure("f", value, bar).reached is reached


def test_a_measurement_survives_being_saved(tmp_path: Path) -> None:
    measured = Measured("Title", "command", (Figure("f", 0.5, "≥ 0.4", 0.3, "عربي"), Figure("g", 2)), 1.5)
    save(measured, tmp_path / "m.json")
    assert load(tmp_path / "m.json") == measured


@pytest.mark.parametrize(("value", "text"), [(0.97456, "0.9746"), (12345.6, "12,346"), (0, "0"), (59, "59")])
def test_numbers_keep_four_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_the_report_names_what_was_missed_and_what_was_not_measured() -> None:
    text = report(
        [
            Measured("One", "run one", (Figure("a", 0.5, "≥ 0.4", 0.3), Figure("b", 3, "≤ 2")), 61.2),
            Measured("Two", "run two", (), 0, skipped="the data x is not beside the project"),
        ],
        "Machine: a machine.",
    )
    assert text.splitlines()[1:] == [
        "",
        "Machine: a machine.",
        "",
        "Missed: b. Not measured: Two.",
        "",
        "## One",
        "",
        "`run one` (61 s)",
        "",
        "| figure | measured | must reach | baseline | |",
        "|---|---|---|---|---|",
        "| a | 0.5 | ≥ 0.4 | 0.3 | reached |",
        "| b | 3 | ≤ 2 |  | **missed** |",
        "",
        "## Two",
        "",
        "`run two` (0 s)",
        "",
        "Left out: the data x is not beside the project",
    ]


def test_the_report_says_when_all_is_well() -> None:
    text = report([Measured("One", "run", (Figure("a", 1, "≥ 1"), Figure("told", 9)), 1)], "m")
    assert text.splitlines()[4] == "Every bar was reached."
