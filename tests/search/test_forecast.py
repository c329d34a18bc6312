"""The forecast of the number of states, compared with searches whose ends are known."""

from __future__ import annotations

from itertools import accumulate
from math import exp

import pytest

from pcheck.search.forecast import MARGIN, forecast

# of `explore --acceptors 4 --proposers 3 --rounds 1 --crashes 0 --reduce none`
PAXOS = [
    *(1, 3, 15, 55, 168, 471, 1198, 2763, 5835, 11284, 20136, 33339, 51169, 73218, 99333, 130315),
    *(167043, 207207, 243397, 268854, 285288, 299767, 312435, 311058, 283400, 235833, 189802),
    *(156086, 125439, 88409, 50256, 21966, 7135, 1656, 258, 24, 1),
]


@pytest.mark.parametrize("found", range(13, 30))
def test_if_the_growth_falls_evenly_the_range_is_around_the_true_number(found: int) -> None:
    widths = [round(1e9 * exp(-0.05 * (at - 20) ** 2)) for at in range(41)]
    range_ = forecast(widths[:found])
    assert range_ is not None
    assert range_.least == pytest.approx(max(sum(widths) / MARGIN, sum(widths[:found])), rel=0.05)
    assert range_.most == pytest.approx(sum(widths) * MARGIN, rel=0.05)


def test_a_real_search_is_within_the_range_from_a_sixth_of_its_states_on() -> None:
    inside = []
    for level, found in enumerate(accumulate(PAXOS), 1):
        range_ = forecast(PAXOS[:level])
        if range_ is not None and range_.least <= sum(PAXOS) <= range_.most:
            inside.append(found / sum(PAXOS))
    assert inside[0] == pytest.approx(0.162, abs=0.001)
    assert len(inside) == len(PAXOS) - 16


@pytest.mark.parametrize(
    "widths", [[1], [1, 3, 9, 27], [3**at for at in range(30)], [5, 1] * 20, [0] * 20, [7] * 20]
)
def test_too_few_levels_or_growth_that_does_not_fall_give_no_forecast(widths: list[int]) -> None:
    assert forecast(widths) is None


def test_a_forecast_is_at_least_what_was_found() -> None:
    range_ = forecast(PAXOS)
    assert range_ is not None
    assert range_.least >= sum(PAXOS)
