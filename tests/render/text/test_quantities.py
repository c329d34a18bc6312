"""Large numbers in words."""

from __future__ import annotations

import pytest

from pcheck.render.text.quantities import in_bytes, rounded


@pytest.mark.parametrize(
    ("number", "text"),
    [
        *(
            (1, "1"),
            (9, "9"),
            (14, "10"),
            (96, "100"),
            (349_999, "300,000"),
            (960_000, "1 million"),
        ),
        *((20_400_000, "20 million"), (386_465_345, "400 million"), (1.2e9, "1 billion")),
        *((960_000_000, "1 billion"), (4.6e12, "5000 billion")),
    ],
)
def test_a_rounded_number_has_one_digit(number: float, text: str) -> None:
    assert rounded(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(80_400_000, "80 MB"), (1_480_000_000, "1.5 GB"), (9_940_000_000, "9.9 GB"), (24e9, "24 GB")],
)
def test_memory_has_two_digits(number: float, text: str) -> None:
    assert in_bytes(number) == text
