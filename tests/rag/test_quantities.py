from decimal import Decimal

import pytest

from rag.quantities import Quantity, differ, quantities


@pytest.mark.parametrize(
    ("arabic", "english"),
    [
        ("٢٫٥ ملغ", "2.5 mg"),
        ("٢٫٥–٥ ملغ/كغ", "2.5 to 5 mg/kg"),
        ("١٬٠٠٠ ملغ", "1,000 mg"),
        ("٣٨٫٥ °م", "38.5 °C"),
        ("٩٠٪", "90%"),
        ("٩٠ في المئة", "90 percent"),
        ("٥ ميكروغرام", "5 µg"),
        ("٦ ساعات", "6 hours"),
        ("١٠ مل", "10 mL"),
        ("جرعة ٤ غرام لكل يوم", "dose 4 g per day"),
    ],
)
def test_both_languages_give_the_same_quantity(arabic: str, english: str) -> None:
    assert quantities(arabic) == quantities(english)
    assert quantities(english)


def test_a_decimal_point_a_unit_and_a_rate_are_part_of_the_quantity() -> None:
    assert quantities("0.5 mg") == {Quantity(Decimal("0.5"), Decimal("0.5"), "mg")}
    assert quantities("5 mg/kg per day") == {Quantity(Decimal(5), Decimal(5), "mg", ("kg", "day"))}
    assert quantities("5 mg") != quantities("5 g") != quantities("0.5 g")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Give 500 mg twice daily.", "تُعطى ٥٠٠ ملغ مرتين يوميًا", False),
        ("Give 500 mg twice daily.", "تُعطى ٨٥٠ ملغ مرتين يوميًا", True),
        ("at most 4 g in 24 hours", "for 3 days", False),  # no unit in common: nothing to compare
        ("130 mmHg", "140 mmHg", True),
        ("Warfarin is stopped.", "5 mg", False),
    ],
)
def test_figures_differ_only_in_a_common_unit(one: str, other: str, expected: bool) -> None:
    assert differ(one, other) is expected
    assert differ(other, one) is expected
