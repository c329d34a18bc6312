"""The correct protocol beside the steps of a bug, against the explanations of traces."""

from __future__ import annotations

from pathlib import Path

import pytest

from pcheck.loading.spec import SHIPPED, find
from pcheck.play.page.correct import Correct
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.node import StepKind
from pcheck.traces.divergence import divergences
from pcheck.traces.saved import read
from pcheck.traces.stepping import Stepping
from tests.sampling import fast_every

SAVED = sorted((SHIPPED.parent / "counterexamples").glob("*.json"))


@pytest.mark.parametrize("file", fast_every(4, SAVED), ids=lambda path: path.stem)
def test_the_first_difference_is_that_of_the_explanation(file: Path) -> None:
    """Until then, the nodes of the bug are in states of the correct protocol."""
    saved = read(file)
    setup = saved.prepare(find(saved.spec))
    model = setup.model
    if setup.asks_about_future or not isinstance(model, ClusterModel):
        pytest.skip("has no page")
    stepping, correct = Stepping(setup, saved.steps), Correct(setup, model)
    first = next(divergences(setup, stepping.trace, stepping.timeline), None)
    notes = []
    for number, (state, label) in enumerate(zip(stepping.trace.states, saved.steps), start=1):
        node, row = model.row_of(state, label)
        i = model.index[node]
        actor, note = state.nodes[i].actor, ""
        if row.kind is StepKind.CRASH:
            note = correct.after_crash(i, actor, row.next.actor)
        elif row.kind in (StepKind.ACT, StepKind.DELIVER):
            (move,) = (m for m in model.nodes[i].moves(actor, row.letter) if m.label == label)
            if move.actor is not None:
                note = correct.after_move(i, actor, row.letter, move)
        if note:
            notes.append((number, note))
    expected = (first.number, first.sentence) if first is not None else None
    if saved.bug == "cuts-off-too-much":  # its message changes nothing in the correct cluster
        assert expected == (8, "correct raft changes nothing on this message; this bug: log = (1,)")
        expected = 8, "correct raft: log = (1, 1); this bug: log = (1,)"
    if saved.bug == "counts-a-vote-again":  # its node, unlike the correct one, notes no voter
        assert expected == (4, "correct raftos_pypi ignores this message")
        expected = None
    assert next(iter(notes), None) == expected
