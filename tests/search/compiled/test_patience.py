"""The patience with a search without reductions, by its work and the widths of its levels."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pcheck.search.compiled.patience import MAX_PLAIN_WORK, MET_PAIRS_PER_REACTION, Patience


def over_at(works: list[int], widths: list[int], pairs: int = 0) -> int | None:
    """Return the first level at which the patience is over, or None."""
    walk = SimpleNamespace(work=0, progress=SimpleNamespace(widths=[1]))
    patience = Patience(walk, SimpleNamespace(pairs=lambda: pairs))  # type: ignore[arg-type]
    for level, (work, width) in enumerate(zip(works, widths), start=1):
        walk.work, walk.progress.widths = work, [*walk.progress.widths, width]
        if patience.is_over():
            return level
    return None


def geometric(first: int, growth: int, levels: int) -> tuple[list[int], list[int]]:
    """Return the work after each level, and the widths, if each level is `growth` times larger."""
    widths = [first * growth**level for level in range(levels)]
    return [sum(widths[: level + 1]) for level in range(levels)], widths


def test_a_search_ends_before_two_more_levels_would_make_it_long() -> None:
    """Levels of 1,000, 2,000 and 4,000: two more make 31,000; after 8,000, two more make 63,000."""
    assert over_at(*geometric(1_000, 2, 6)) == 4


def test_a_search_that_does_not_grow_goes_on_until_it_is_long() -> None:
    works, widths = geometric(1_000, 1, 60)
    assert over_at(works, widths) == MAX_PLAIN_WORK // 1_000 - 2


@pytest.mark.parametrize(("pairs", "level"), [(45_000, 4), (45_002, 4), (45_003, 5)])
def test_a_search_goes_on_while_it_was_less_work_than_tables_would_be(
    pairs: int, level: int
) -> None:
    """The work is 15,000 after the fourth level, and 31,000 after the fifth."""
    assert MET_PAIRS_PER_REACTION == 3
    assert over_at(*geometric(1_000, 2, 6), pairs) == level
