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
from pcheck.loading.setup import Question, ask
from pcheck.loading.spec import SHIPPED, find, of_builder
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.trace import Path as Walk
from pcheck.semantics.trace import follow
from pcheck.traces.explanation import Explanation
from pcheck.traces.finding import Shown
from pcheck.traces.replay import replay
from pcheck.traces.saved import of_path, read
from pcheck.traces.timeline import tell

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
def kept(name: str) -> Shown:
    saved = read(FOLDER / f"{name}.json")
    question = saved.ask(find(saved.spec))
    return Shown.of(question, saved, replay(saved, question).path)


@cache
def walked(network: str, seed: int, spec: str | Path = "paxos", steps: int = 40) -> Shown:
    """Wherever chance leads: nodes crash and restart, messages are lost, sent twice, ignored."""
    sizes = {"learners": 1} if spec == "paxos" else {}
    question = ask(find(spec), sizes, network=network, crashes=2)
    state, chance, labels = question.model.initial(), random.Random(seed), list[str]()
    while len(labels) < steps and (possible := list(question.model.steps(state))):
        label, state = chance.choice(possible)
        labels.append(label)
    return along(question, *labels)


@cache
def small(network: str, *labels: str) -> Shown:
    """With one proposer and two acceptors."""
    return along(ask(find("paxos"), SMALL, network=network, crashes=1), *labels)


def along(question: Question, *labels: str) -> Shown:
    path: Walk[object] = follow(question.model, labels)
    assert path.labels == labels
    name = next(each.name for each in question.model.properties if each.kind is Kind.SOMETIMES)
    run, story = of_path(question, name, "", path, None), tell(question.model, path)
    return Shown(question, run, path, story, SAYS_NOTHING)


@cache
def found(network: str) -> Shown:
    """The shortest run to a choice: unlike those of chance, it can be replayed."""
    sizes: dict[str, Any] = {**SMALL, "rounds": 1}
    result = check("paxos", network=network, find="chosen", engine="reference", **sizes)
    assert result.shown is not None
    return result.shown


@cache
def bare() -> Shown:
    """Of a spec that has no nodes."""
    result = check("lamport", acceptors=2, find="chosen", engine="reference")
    assert result.shown is not None
    return result.shown


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


def without_columns() -> Shown:
    """At first: and then each step brings one."""
    return along(ask(of_builder(late), {}), "c1 comes", "c2 comes", "c3 comes")


def hostile(network: str) -> Shown:
    return walked(network, 1, HOSTILE, 30)


RUNS: dict[str, Callable[[], Shown]] = {
    **{name: partial(kept, name) for name in KEPT},
    **{f"{net} {seed}": partial(walked, net, seed) for net in NETWORKS for seed in (1, 2)},
    **{f"found on {net}": partial(found, net) for net in NETWORKS},
    **{f"hostile on {net}": partial(hostile, net) for net in NETWORKS},
    "bare": bare,
    "without columns": without_columns,
}


def the_run(name: str) -> Shown:
    return RUNS[name]()
