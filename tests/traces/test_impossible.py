"""The reason for which a step is not possible, and the steps that are possible instead."""

from __future__ import annotations

from typing import Any

import pytest

from pcheck import Actor, Cluster, Id, Seen, Step, always, either, group
from pcheck import spec as declared
from pcheck.loading.setup import prepare
from pcheck.loading.spec import find, of_builder
from pcheck.semantics.trace import follow
from pcheck.traces.impossible import why_impossible

BEGIN = "p1 starts ballot 1", "p2 starts ballot 2"
PROMISED = *BEGIN, "a1 <- p2: Prepare(ballot=2)"
CRASHED = *PROMISED, "a1 crashes"
LOST = "lost: p1 -> a1: Prepare(ballot=1)"
IGNORED = "a1 ignores Prepare(1): `self.may_promise(ballot)` is false; promised = 2"
CASES: list[tuple[str, tuple[str, ...], str, str]] = [
    ("set", PROMISED, "a1 <- p1: Prepare(ballot=1)", IGNORED),
    ("once", PROMISED, "a1 <- p1: Prepare(ballot=1)", IGNORED),
    (
        "set",
        (),
        "p1 starst ballot 1",
        "p1 does not take this step; did you mean 'p1 starts ballot 1'?",
    ),
    (
        "set",
        BEGIN,
        "a1 <- p1: Prepare(1)",
        "no such message from p1 to a1 is undelivered; did you mean 'a1 <- p1: Prepare(ballot=1)'?",
    ),
    (
        "once",
        PROMISED,
        "a1 <- p2: Prepare(ballot=2)",
        "no such message from p2 to a1 is undelivered; did you mean 'a1 <- p1: Prepare(ballot=1)'?",
    ),
    ("set", BEGIN, "a1 <- p3: Prepare(ballot=1)", "unknown node 'p3'; expected p1, p2 or a1"),
    ("set", BEGIN, "a9 <- p1: Prepare(ballot=1)", "unknown node 'a9'; expected p1, p2 or a1"),
    ("set", BEGIN, "", "unknown node ''; expected p1, p2 or a1"),
    ("set", CRASHED, "a1 <- p1: Prepare(ballot=1)", "a1 is down"),
    ("set", CRASHED, "a1 crashes", "a1 is down"),
    ("set", CRASHED, "p1 crashes", "the trace may have 1 crash"),
    ("set", BEGIN, "p1 restarts", "p1 is not down"),
    ("set", BEGIN, LOST, "a loss is not a step on the network set"),
    ("lossy", (), LOST, "no such message to a1 is undelivered"),
]


@pytest.mark.parametrize(("network", "steps", "label", "reason"), CASES)
def test_the_reason_is_that_of_the_node(
    network: str, steps: tuple[str, ...], label: str, reason: str
) -> None:
    options = {"acceptors": 1, "rounds": 1}
    model = prepare(find("paxos"), options, network=network).model
    trace = follow(model, steps)
    assert trace.labels == steps
    said, listed = why_impossible(model, trace.states[-1], label).split(" Possible instead: ")
    assert said.removesuffix(".") == reason
    possible = [each for each, _ in model.steps(trace.states[-1])]
    assert sorted(listed.removesuffix(".").split("; ")) == sorted(possible)


def asked(*labels: str, network: str = "set") -> tuple[Any, Any]:
    """Return a model of a bug and its state after these steps."""
    setup = prepare(
        find("paxos"), {"acceptors": 2}, bug=find("paxos").bug("counts-the-living"), network=network
    )
    trace = follow(setup.model, labels)
    assert trace.labels == labels
    return setup.model, trace.states[-1]


def test_a_choice_that_does_not_exist_is_named() -> None:
    steps = "p1 starts ballot 1", "a1 <- p1: Prepare(ballot=1)"
    label = "p1 <- a1: Promise(ballot=1, last=None)"
    choices = "waits; takes the others for dead"
    for wrong in (label, f"{label}, gives up"):
        said = why_impossible(*asked(*steps), wrong)
        assert said.split(". ")[0] == f"p1 takes Promise(1, None) only as: {choices}"
    correct = prepare(find("paxos"), {"acceptors": 2}).model
    state = follow(correct, steps).states[-1]
    said = why_impossible(correct, state, f"{label}, waits")
    assert said.split(". ")[0] == "p1 takes Promise(1, None) without a choice"


def test_on_fifo_an_earlier_message_comes_first() -> None:
    steps = "p1 starts ballot 1", "p1 starts ballot 3"
    model = prepare(find("paxos"), {}, network="fifo").model
    state = follow(model, steps).states[-1]
    first = why_impossible(model, state, "a1 <- p1: Prepare(ballot=3)").split(". ")[0]
    loss = why_impossible(model, state, "lost: p1 -> a1: Prepare(ballot=3)").split(". ")[0]
    assert (first, loss) == (
        "a1 takes an earlier message of p1 first",
        "a1 takes an earlier message first",
    )


def test_the_condition_against_an_action_is_named() -> None:
    model = prepare(find("two_phase_commit"), {"rms": 1}).model
    said = why_impossible(model, model.initial(), "c1 commits")
    assert said.split(". ")[0] == (
        "c1 does not take this step: `self.may_commit()` is false; managers = [r1], "
        "decision = None, prepared = {}"
    )


def test_a_long_list_of_steps_is_cut() -> None:
    model = prepare(find("paxos"), {"acceptors": 5}).model
    said = why_impossible(model, model.initial(), "a1 restarts")
    assert said == (
        "a1 is not down. Possible instead: p1 starts ballot 1; p2 starts ballot 2; a1 crashes; "
        "p1 crashes; p2 crashes; a2 crashes; 3 other steps."
    )


def test_a_model_without_nodes_lists_its_steps() -> None:
    model = prepare(find("lamport"), {"acceptors": 1}).model
    said = why_impossible(model, model.initial(), "leader starts ballot")
    reason, listed = said.split(" Possible instead: ")
    assert reason == "no step has this label; did you mean 'leader starts ballot 1'?"
    assert listed == f"{'; '.join(each for each, _ in model.steps(model.initial()))}."


@always(sees=[])
def no_step(seen: Seen) -> bool:
    return True


class Idle(Actor):
    def receive(self, msg: object, src: Id) -> Step:
        return either(("stays", None))


def test_a_cluster_without_steps_has_no_other_step() -> None:
    def idle() -> Cluster:
        return Cluster({group("n", 1): lambda i: Idle()}, properties=[no_step])

    model = prepare(of_builder(declared(idle)), {}, crashes=0).model
    said = why_impossible(model, model.initial(), "n1 moves")
    assert said == "n1 does not take this step. No step is possible."
