"""Samples of answers: the first, the last and every kth between them."""

from __future__ import annotations

import pytest

from pcheck import Seen, always, sometimes
from pcheck.search.samples import MAX_KEPT, Sample, Samples


def sample(count: int) -> list[int]:
    found: Sample[int] = Sample()
    for number in range(count):
        found.add(number)
    return list(found)


@pytest.mark.parametrize("count", [0, 1, 2, MAX_KEPT])
def test_a_sample_of_few_items_holds_all_of_them(count: int) -> None:
    assert sample(count) == list(range(count))


@pytest.mark.parametrize("count", [MAX_KEPT + 1, MAX_KEPT + 2, 513, 4_096, 7_777, 19_999])
def test_a_sample_of_many_items_holds_the_first_every_kth_and_the_last(count: int) -> None:
    found = sample(count)
    period = found[1]
    assert found == sorted({*range(0, count, period), count - 1})
    assert MAX_KEPT // 2 <= len(found) <= MAX_KEPT + 1


def test_the_judgements_of_each_property_are_a_sample_of_their_own() -> None:
    calls = {"often": 0, "once": 0}

    @always(sees=[])
    def often(seen: Seen) -> str | None:
        calls["often"] += 1
        return None if calls["often"] < 1_000 else "many"

    @sometimes(sees=[])
    def once(seen: Seen) -> bool:
        calls["once"] += 1
        return True

    samples = Samples()
    seen = Seen([], {})
    answers = [samples.judge(often, seen) for _ in range(999)]
    assert (samples.judge(once, seen), samples.judge(often, seen)) == (True, "many")
    judged = samples.answers()
    assert answers == [None] * 999
    assert [each.number for each in judged] == [*range(1, 999, 4), 1_000, 1_001]
    assert [(getattr(each.of, "name", None), each.answer) for each in judged[-2:]] == [
        ("once", True),
        ("often", "many"),
    ]
    assert {each.arguments for each in judged} == {(seen,)}
