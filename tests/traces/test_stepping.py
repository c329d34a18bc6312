"""Traces that are built step by step: the steps are those of the reference semantics."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pcheck import Stepper
from pcheck.errors import TraceError, UsageError
from pcheck.language.property import Kind
from pcheck.loading.setup import prepare
from pcheck.loading.spec import SHIPPED, find, shipped
from pcheck.semantics.network import NETWORKS
from pcheck.traces.replay import replay
from pcheck.traces.saved import read
from pcheck.traces.stepping import Stepping
from tests.sampling import fast_first

SAVED = SHIPPED.parent / "counterexamples"
SPECS = [spec.name for spec in shipped()]


def stepping(name: str, bug: str | None = None, **given: Any) -> Stepping:
    spec = find(name)
    known = spec.bug(bug) if bug is not None else None
    network = given.pop("network", None)
    return Stepping(prepare(spec, given, bug=known, network=network))


def check_now(found: Stepping) -> None:
    """Compare the end of a trace with the reference semantics, asked anew from the beginning."""
    model = found.setup.model
    states = [model.initial()]
    for label in found.labels:
        states.append(dict(model.steps(states[-1]))[label])
    assert {step.label for step in found.steps} == dict(model.steps(states[-1])).keys()
    seen = [*map(model.observe, states)]
    violated: dict[str, tuple[int, str | None]] = {}
    for prop in model.properties:
        if prop.kind is Kind.ALWAYS:
            pairs = pairwise(seen) if prop.is_step_property else zip(seen)
            whys = [prop.why_false(*each) for each in pairs]
            at = next((at for at, why in enumerate(whys) if why is not None), None)
            if at is not None:
                violated[prop.name] = at + prop.is_step_property, whys[at]
    assert {each.name: (each.step, each.why) for each in found.violations} == violated
    assert found.state == {str(name): row for name, row in model.columns(states[-1]).items()}


def walk(found: Stepping, random: Random, moves: int) -> None:
    """Take, undo and redo steps at random; compare with a list of labels and a stack."""
    labels: list[str] = []
    undone: list[str] = []
    for _ in range(moves):
        what = random.random()
        if what < 0.2:
            assert found.undo() is bool(labels)
            undone += [labels.pop()] if labels else []
        elif what < 0.3:
            assert found.redo() is bool(undone)
            labels += [undone.pop()] if undone else []
        elif found.steps:
            label = random.choice(found.steps).label
            found.take(label)
            labels.append(label)
            undone = undone[:-1] if undone[-1:] == [label] else []
        assert found.labels == tuple(labels)
        check_now(found)


@pytest.mark.parametrize("name", fast_first(3, SPECS))
def test_random_walks_are_those_of_the_reference(name: str) -> None:
    spec, random = find(name), Random(name)
    bugs = [None, *(bug.name for bug in spec.bugs)]
    for bug in bugs[:4]:
        found = stepping(name, bug)
        networks = [None] if found.setup.network is None else [*NETWORKS]
        for network in networks:
            walk(stepping(name, bug, network=network), random, 15)


@pytest.mark.parametrize("file", fast_first(3, sorted(SAVED.glob("*.json"))), ids=lambda p: p.stem)
def test_a_saved_trace_is_saved_again_and_replayed(file: Path, tmp_path: Path) -> None:
    saved = read(file)
    setup = saved.prepare(find(saved.spec))
    if setup.asks_about_future:
        with pytest.raises(UsageError, match="is a question about the future"):
            Stepping(setup)
        return
    again = Stepping(setup, saved.steps).saved()
    (tmp_path / "again.json").write_text(again.text(), encoding="utf-8")
    read_again = read(tmp_path / "again.json")
    found = replay(read_again, read_again.prepare(find(saved.spec)))
    assert (found.mismatch, found.saved.steps) == (None, saved.steps)
    names = {prop.name for prop in setup.model.properties if prop.kind is Kind.ALWAYS}
    if saved.property in names:  # one of several may be saved that are false at the end
        assert (again.property in names, again.refused_at) == (True, saved.refused_at)


def test_a_step_that_is_not_possible_is_refused_with_the_reason() -> None:
    found = stepping("paxos", acceptors=1)
    found.take("p2 starts ballot 2", "a1 <- p2: Prepare(ballot=2)", "p1 starts ballot 1")
    with pytest.raises(TraceError) as refused:
        found.take("a1 <- p1: Prepare(ballot=1)")
    assert str(refused.value).startswith(
        "step 4 is not possible: a1 <- p1: Prepare(ballot=1). a1 ignores Prepare(1): "
        "`self.may_promise(ballot)` is false; promised = 2. Possible instead: "
    )
    assert len(found.labels) == 3


def test_another_step_forgets_what_was_undone() -> None:
    found = stepping("paxos", acceptors=1)
    found.take("p1 starts ballot 1", "a1 <- p1: Prepare(ballot=1)")
    assert (found.undo(), found.undo(), found.undo()) == (True, True, False)
    found.take("p1 starts ballot 1")
    assert found.redo()
    assert found.labels == ("p1 starts ballot 1", "a1 <- p1: Prepare(ballot=1)")
    found.undo()
    found.take("p2 starts ballot 2")
    assert not found.redo()


def test_what_is_not_delivered_yet_is_still_in_flight() -> None:
    run = Stepper("paxos", acceptors=1)
    run.take("p1 starts ballot 1")
    assert "sends Prepare(ballot=1) to a1 (still in flight)" in str(run)
    assert "never delivered" not in str(run)


# The library


def test_a_stepper_prints_and_saves(tmp_path: Path) -> None:
    run = Stepper("paxos", bug="ignores-votes")
    assert repr(run) == "<paxos: no steps taken>"
    assert str(run).splitlines()[-3:] == [
        "2 possible steps:",
        "  p1 starts ballot 1",
        "  p2 starts ballot 2",
    ]
    run.take(*run.ahead().labels or ())
    assert "VIOLATED: agreement is false after step 14: v1 and v2 are both chosen." in str(run)
    assert "<pre" in run._repr_html_()
    run.save(tmp_path / "trace.json")
    found = json.loads((tmp_path / "trace.json").read_text(encoding="utf-8"))
    assert (found["bug"], found["property"], len(found["steps"])) == (
        "ignores-votes",
        "agreement",
        14,
    )


def test_a_stepper_has_a_goal_or_only_some_properties() -> None:
    run = Stepper("paxos", acceptors=1, find="chosen")
    assert run.ahead().sentence == "some_value_chosen can be reached in 4 more steps."
    run.take(*run.ahead().labels or ())
    assert str(run).splitlines()[-8:-5] == [
        "FOUND: some_value_chosen is reached.",
        "",
        "5 possible steps:",
    ]
    run = Stepper("paxos", bug="ignores-votes", properties=["validity"])
    assert run.ahead().sentence.startswith("validity is not violated in any state that can follow")
    assert run.violations == []


def test_arguments_are_checked_as_those_of_check() -> None:
    with pytest.raises(UsageError, match="did you mean 'acceptors'"):
        Stepper("paxos", acceptor=2)
    with pytest.raises(UsageError, match="find cannot be combined with a selection of properties"):
        Stepper("paxos", find="chosen", properties=["validity"])
    with pytest.raises(UsageError, match="unknown property 'chose' of paxos"):
        Stepper("paxos").ahead("chose")
