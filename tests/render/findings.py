"""The findings that each format is tested with: saved traces, witnesses and random traces."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from pcheck import Model, Seen, check, sometimes, spec
from pcheck.language.property import Kind
from pcheck.loading.setup import Setup, prepare
from pcheck.loading.spec import SHIPPED, find, of_builder
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.trace import Trace, follow
from pcheck.traces.explanation import Explanation
from pcheck.traces.finding import Finding
from pcheck.traces.replay import replay
from pcheck.traces.saved import read, saved_from
from pcheck.traces.timeline import timeline_of

HOSTILE = Path(__file__).with_name("hostile.py")
FOLDER = SHIPPED.parent / "counterexamples"

SAVED = sorted(file.stem for file in FOLDER.glob("*.json"))
FAST = {*SAVED[::7], "vote-leaves-promise", "comes-back-empty"}  # the second has one lane
NO_EXPLANATION = Explanation((), (), (), ())
SMALL_OPTIONS = {"acceptors": 2, "proposers": 1}


def each_of(names: Iterable[str]) -> pytest.MarkDecorator:
    """Return the mark of a test for each name; most saved and second findings are slow tests."""
    names = [*names]
    seconds = {name for name in names if name.endswith(" 2")}
    marks = dict.fromkeys((set(SAVED) - FAST) | seconds, pytest.mark.slow)
    return pytest.mark.parametrize("name", [pytest.param(n, marks=marks.get(n, ())) for n in names])


@sometimes(sees=[])
def some_column(seen: Seen) -> bool:
    return False


@cache
def saved_finding(name: str) -> Finding:
    saved = read(FOLDER / f"{name}.json")
    setup = saved.prepare(find(saved.spec))
    return Finding.of(setup, saved, replay(saved, setup).trace)


@cache
def random_finding(network: str, seed: int, spec: str | Path = "paxos", steps: int = 40) -> Finding:
    """Return a random trace, with crashes, restarts, lost messages and repeated messages."""
    sizes = {"learners": 1} if spec == "paxos" else {}
    setup = prepare(find(spec), sizes, network=network, crashes=2)
    state, rng, labels = setup.model.initial(), random.Random(seed), list[str]()
    while len(labels) < steps and (possible := list(setup.model.steps(state))):
        label, state = rng.choice(possible)
        labels.append(label)
    return finding_along(setup, *labels)


@cache
def small_finding(network: str, *labels: str) -> Finding:
    """Return a trace of a cluster with one proposer and two acceptors."""
    return finding_along(prepare(find("paxos"), SMALL_OPTIONS, network=network, crashes=1), *labels)


def finding_along(setup: Setup, *labels: str) -> Finding:
    """Return the trace with these labels as a witness of the first `sometimes` property."""
    trace: Trace[object] = follow(setup.model, labels)
    assert trace.labels == labels
    name = next(each.name for each in setup.model.properties if each.kind is Kind.SOMETIMES)
    saved, timeline = saved_from(setup, name, "", trace, None), timeline_of(setup.model, trace)
    return Finding(setup, saved, trace, timeline, NO_EXPLANATION)


@cache
def witness_on(network: str) -> Finding:
    """Return the shortest trace to a choice, which can be replayed (random traces cannot)."""
    sizes: dict[str, Any] = {**SMALL_OPTIONS, "rounds": 1}
    result = check("paxos", network=network, find="chosen", engine="reference", **sizes)
    assert result.finding is not None
    return result.finding


@cache
def bare_witness() -> Finding:
    """Return a witness of a spec without nodes."""
    result = check("lamport", acceptors=2, find="chosen", engine="reference")
    assert result.finding is not None
    return result.finding


class Late(Model[int]):
    """A model that has no columns at first; each step adds one."""

    properties = (some_column,)

    def initial(self) -> int:
        return 0

    def steps(self, state: int) -> Iterator[tuple[str, int]]:
        yield f"c{state + 1} comes", state + 1

    def observe(self, state: int) -> Seen:
        return Seen([], {})

    def columns(self, state: int) -> Mapping[str, Mapping[str, str]]:
        return {f"c{at}": {"now": str(state)} for at in range(1, state + 1)}


@spec
def late() -> Late:
    return Late()


def columnless_finding() -> Finding:
    """Return a trace whose initial state has no columns."""
    return finding_along(prepare(of_builder(late), {}), "c1 comes", "c2 comes", "c3 comes")


def hostile_finding(network: str) -> Finding:
    return random_finding(network, 1, HOSTILE, 30)


FINDINGS: dict[str, Callable[[], Finding]] = {
    **{name: partial(saved_finding, name) for name in SAVED},
    **{f"{net} {seed}": partial(random_finding, net, seed) for net in NETWORKS for seed in (1, 2)},
    **{f"found on {net}": partial(witness_on, net) for net in NETWORKS},
    **{f"hostile on {net}": partial(hostile_finding, net) for net in NETWORKS},
    "bare": bare_witness,
    "without columns": columnless_finding,
}


def finding_named(name: str) -> Finding:
    return FINDINGS[name]()
