"""Two-phase commit: published counts, the counts of a second explorer, and traces by hand."""

from __future__ import annotations

from typing import Any

import pytest

from pcheck import check
from pcheck.search.outcome import Verdict
from specs.two_phase_commit import two_phase_commit
from tests.attack.attack import Case
from tests.sampling import fast_every
from tests.specs.family import agree, length

NETWORKS = "set", "once", "lossy", "fifo"


# The numbers of states that TLC and Stateright find for the TLA+ module TwoPhase, as published in
# the tests of Stateright.
@pytest.mark.parametrize(("rms", "states"), fast_every(2, [(3, 288), (5, 8_832)]))
def test_the_published_counts(rms: int, states: int) -> None:
    plain = check("two_phase_commit", rms=rms, crashes=0, reduce="none")
    assert (plain.verdict, plain.states) == (Verdict.HOLDS, states)


SIZES = [(network, crashes, rms) for network in NETWORKS for crashes in (0, 1) for rms in (1, 2, 3)]


@pytest.mark.parametrize(("network", "crashes", "rms"), fast_every(7, SIZES))
def test_an_explorer_that_shares_only_the_language_finds_the_same(
    network: str, crashes: int, rms: int
) -> None:
    answer = Case(two_phase_commit, network, crashes, {"rms": rms}).explorer().explore(20_000)
    setup: dict[str, Any] = {"network": network, "crashes": crashes, "rms": rms}
    plain = check("two_phase_commit", reduce="none", **setup)
    found = plain.states, plain.transitions, plain.depth
    assert found == (sum(answer.widths), sum(answer.transitions), len(answer.widths) - 1)
    assert agree("two_phase_commit", **setup).verdict is Verdict.HOLDS


# Steps of a transaction of n managers: each prepares and is heard, the coordinator decides, and the
# decision reaches each manager.
FOUND = [("commit", 1, 2 + 1 + 1), ("commit", 3, 2 * 3 + 1 + 3), ("abort", 3, 3)]


@pytest.mark.parametrize(("target", "rms", "steps"), FOUND)
def test_the_shortest_trace_to_a_decision_everywhere(target: str, rms: int, steps: int) -> None:
    assert length(check("two_phase_commit", rms=rms, find=target)) == steps
