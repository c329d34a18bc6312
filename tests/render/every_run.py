"""The runs that each format is tried on: every kept one, and what chance does on each network."""

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
KEPT = sorted(file.stem for file in FOLDER.glob("*.json"))
AT_ONCE = {*KEPT[::3], "vote-leaves-promise", "comes-back-empty"}  # the second has one lane
SAYS_NOTHING = Explanation((), (), (), None)
SMALL = {"acceptors": 2, "proposers": 1}


def each_of(names: Iterable[str]) -> pytest.MarkDecorator:
    """A test of each; of the kept ones two in three are among the slow tests."""
    later = set(KEPT) - AT_ONCE
    marks = dict.fromkeys(later, pytest.mark.slow)
    return pytest.mark.parametrize("name", [pytest.param(n, marks=marks.get(n, ())) for n in names])


@sometimes(sees=[])
def some_column(seen: Seen) -> bool:
    return False


@cache
def kept(name: str) -> Finding:
    saved = read(FOLDER / f"{name}.json")
    setup = saved.prepare(find(saved.spec))
    return Finding.of(setup, saved, replay(saved, setup).trace)


@cache
def walked(network: str, seed: int, spec: str | Path = "paxos", steps: int = 40) -> Finding:
    """Wherever chance leads: nodes crash and restart, messages are lost, sent twice, ignored."""
    sizes = {"learners": 1} if spec == "paxos" else {}
    setup = prepare(find(spec), sizes, network=network, crashes=2)
    state, chance, labels = setup.model.initial(), random.Random(seed), list[str]()
    while len(labels) < steps and (possible := list(setup.model.steps(state))):
        label, state = chance.choice(possible)
        labels.append(label)
    return along(setup, *labels)


@cache
def small(network: str, *labels: str) -> Finding:
    """With one proposer and two acceptors."""
    return along(prepare(find("paxos"), SMALL, network=network, crashes=1), *labels)


def along(setup: Setup, *labels: str) -> Finding:
    path: Trace[object] = follow(setup.model, labels)
    assert path.labels == labels
    name = next(each.name for each in setup.model.properties if each.kind is Kind.SOMETIMES)
    run, timeline = saved_from(setup, name, "", path, None), timeline_of(setup.model, path)
    return Finding(setup, run, path, timeline, SAYS_NOTHING)


@cache
def found(network: str) -> Finding:
    """The shortest run to a choice: unlike those of chance, it can be replayed."""
    sizes: dict[str, Any] = {**SMALL, "rounds": 1}
    result = check("paxos", network=network, find="chosen", engine="reference", **sizes)
    assert result.finding is not None
    return result.finding


@cache
def bare() -> Finding:
    """Of a spec that has no nodes."""
    result = check("lamport", acceptors=2, find="chosen", engine="reference")
    assert result.finding is not None
    return result.finding


class Late(Model[int]):
    """Its columns come one by one."""

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


def without_columns() -> Finding:
    """At first: and then each step brings one."""
    return along(prepare(of_builder(late), {}), "c1 comes", "c2 comes", "c3 comes")


def hostile(network: str) -> Finding:
    return walked(network, 1, HOSTILE, 30)


RUNS: dict[str, Callable[[], Finding]] = {
    **{name: partial(kept, name) for name in KEPT},
    **{f"{net} {seed}": partial(walked, net, seed) for net in NETWORKS for seed in (1, 2)},
    **{f"found on {net}": partial(found, net) for net in NETWORKS},
    **{f"hostile on {net}": partial(hostile, net) for net in NETWORKS},
    "bare": bare,
    "without columns": without_columns,
}


def the_run(name: str) -> Finding:
    return RUNS[name]()
