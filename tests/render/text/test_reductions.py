"""The notes about reductions: which were on, and the tables that they used."""

from __future__ import annotations

import pytest

from pcheck import check
from pcheck.render.text.reductions import reduction_notes
from pcheck.search.compiled import explorer
from pcheck.search.outcome import ClosedTables
from pcheck.search.reductions import walking
from tests.attack.attack import Case
from tests.attack.scripts import trap

# m1 has two local states; n1 has three, and meets A and B.
SENDS_TWO = {"n": "00 A 10; 10 B 20 X>", "m": "00 p 10 A>n1 B>n1"}


def notes(case: Case, reduce: str) -> tuple[ClosedTables | None, list[str]]:
    search = check(case.builder, network="once", crashes=0, reduce=reduce, **case.options).search
    return search.tables, list(reduction_notes(search))


def test_the_size_of_the_closed_tables_is_named() -> None:
    tables, (on, sizes) = notes(trap("once", SENDS_TWO), "prune")
    assert tables == ClosedTables(local_states=5, messages=2, turns=1)
    assert on.startswith("Reductions: prune. They keep every verdict")
    assert sizes == "Closed tables: 5 local states, 2 messages, 1 turn."


def test_a_turn_that_begins_anew_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A is dropped while nothing that n1 does on A is known."""
    monkeypatch.setattr(explorer, "MAX_LOCAL_REACTIONS", 0)
    monkeypatch.setattr(walking, "MAX_STEPS", 0)
    slowly = {"n": "00 B 10; 10 A 20 X>", "m": "00 p 10 A>n1; 10 q 20; 20 r 30; 30 s 40 B>n1"}
    tables, (_, sizes) = notes(trap("once", slowly), "prune")
    assert tables == ClosedTables(local_states=8, messages=2, turns=2)
    assert sizes == "Closed tables: 8 local states, 2 messages, 2 turns."


def test_fuse_alone_uses_no_tables() -> None:
    tables, (on,) = notes(trap("once", SENDS_TWO), "fuse")
    assert tables is None
    assert on.startswith("Reductions: fuse.")
