"""The rows of configurations that `cover` compares, which are extended from level to level."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pcheck.search.compiled.covering import Cover


class GrowingPool:
    """Configurations of one node: more of them at each call, with more letters and copies."""

    def __init__(self, seed: int, most: int) -> None:
        self.random, self.most = Random(seed), most
        self.local, self.copies = np.zeros(0, np.int32), np.zeros((0, 1), np.uint16)

    def grow(self) -> None:
        letters = self.copies.shape[1] + self.random.choice([0, 0, 1, 40])
        wide = np.pad(self.copies, ((0, 0), (0, letters - self.copies.shape[1])))
        counts = [0, 0, 0, 1, self.random.randint(1, self.most)]
        new = [[self.random.choice(counts) for _ in range(letters)] for _ in range(4)]
        self.copies = np.concatenate([wide, np.array(new, np.uint16)])
        self.local = np.arange(len(self.copies), dtype=np.int32)

    def table(self, i: int, first: int) -> tuple[Any, Any]:
        return self.local[first:], self.copies[first:]


@pytest.mark.parametrize("most", [1, 3, 70])
@pytest.mark.parametrize("seed", range(20))
def test_an_inbox_contains_another_one_exactly_if_its_bits_do(seed: int, most: int) -> None:
    pool = GrowingPool(seed, most)
    composition = SimpleNamespace(pool=pool, is_composed=[True])
    cover = Cover(SimpleNamespace(composition=composition, machines=SimpleNamespace(nodes=[0])))  # type: ignore[arg-type]
    for _ in range(8):
        pool.grow()
        _, local, inboxes = cover._arrays()
        assert local.tolist() == pool.local.tolist()
        for row, copies in zip(inboxes, pool.copies):
            contained = ((inboxes & ~row) == 0).all(axis=1)
            assert contained.tolist() == (pool.copies <= copies).all(axis=1).tolist()
