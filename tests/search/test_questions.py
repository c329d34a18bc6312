"""Questions about the future: the answers, against networkx on the reference's state graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import chain, combinations
from random import Random
from typing import Any, NamedTuple
from unittest.mock import patch

import networkx as nx
import pytest

from pcheck.language.names import Id
from pcheck.language.property import Property, still_possible
from pcheck.language.seen import Seen
from pcheck.search import future, progress
from pcheck.search.clock import Clock
from pcheck.search.compiled import progress as compiled_progress
from pcheck.search.engine import explore
from pcheck.search.hidden_state import HiddenStateTest
from pcheck.search.limits import Limits
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import Outcome, SearchResult, Verdict
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.node import StepKind
from tests.attack.attack import Case
from tests.attack.drawn import comparing, protocols
from tests.attack.scripts import X, trap
from tests.search.drawn import At, Graph, at
from tests.search.parts import tickers

CUT_SHORT = 3, 12, 40  # states of searches that are cut short
ENGINES = {
    "reference": SearchOptions(engine="reference"),
    "compiled": SearchOptions(engine="compiled", reductions="none"),
    "pruned": SearchOptions(engine="compiled", reductions="prune"),
}


class Expected(NamedTuple):
    """The answer to a question by networkx: where it is asked, and the traps by what stops."""

    asked: int
    depth: int | None  # of the nearest trap
    traps: dict[frozenset[Id], set[Any]]


def condition_of(prop: Property, seen: Seen) -> bool:
    """Return whether a `sometimes` is reached, or an `always` is false."""
    return prop.as_target().why_false(seen) is not None


def question_of(prop: Property, while_: Property | None) -> Property:
    """Return the question whether a property can still be decided, while another one is not."""
    sees = dict.fromkeys(chain(prop.sees, while_.sees if while_ is not None else ()))

    def test(seen: Seen) -> bool:
        return condition_of(prop, seen)

    if while_ is None:
        return still_possible(sees=sees, name="question")(test)
    return still_possible(
        sees=sees, while_=lambda seen: not condition_of(while_, seen), name="question"
    )(test)


def graph_of(model: ClusterModel) -> nx.MultiDiGraph[Any]:
    """Return the state graph of a model; each step has its node, and whether it is a fault."""
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    todo = [model.initial()]
    graph.add_node(todo[0])
    for state in todo:
        for i, row in model.rows(state):
            after = model.after(state, i, row)
            if after == state:
                continue
            if after not in graph:
                todo.append(after)
            is_fault = row.kind in (StepKind.CRASH, StepKind.LOSE)
            graph.add_edge(state, after, node=model.nodes[i].me, is_fault=is_fault)
    return graph


def expected(model: ClusterModel, question: Property) -> Expected:
    """Answer a question for every choice of nodes that stop, and not only for the largest."""
    graph = graph_of(model)
    seen = {state: model.observe(state) for state in graph}
    asked = {
        state
        for state in graph
        if question.while_ is None or question.while_.is_reached(seen[state])
    }
    depths = nx.single_source_shortest_path_length(graph, model.initial())
    goals = [state for state in graph if question.is_reached(seen[state])]
    traps = {}
    for stopped in choices(model):
        allowed: nx.DiGraph[Any] = nx.DiGraph()
        allowed.add_nodes_from(graph)
        allowed.add_edges_from(
            (before, after)
            for before, after, step in graph.edges(data=True)
            if step["node"] not in stopped and not step["is_fault"]
        )
        allowed.add_edges_from((state, "goal") for state in goals)
        hopeful = nx.ancestors(allowed, "goal") if goals else set()
        traps[stopped] = asked - hopeful
    found = set[Any]().union(*traps.values())
    return Expected(len(asked), min((depths[state] for state in found), default=None), traps)


def choices(model: ClusterModel) -> Iterator[frozenset[Id]]:
    sizes = range(min(model.stops, len(model.stop_nodes)) + 1)
    yield from map(frozenset, chain(*(combinations(model.stop_nodes, size) for size in sizes)))


def compare(model: ClusterModel, question: Property) -> str:
    """Compare every engine with networkx; return the outcome."""
    wanted = expected(model, question)
    with asking_handlers_once():  # the last search asks all of them again, once
        for size in CUT_SHORT:
            for options in ENGINES.values():
                check_cut_short(explore(model, replace(options, limits=Limits(size))), wanted)
        found = {name: explore(model, ENGINES[name]) for name in ("reference", "compiled")}
    found["pruned"] = explore(model, ENGINES["pruned"])
    outcomes = {search.outcomes["question"] for search in found.values()}
    if wanted.depth is not None:
        assert outcomes == {Outcome.VIOLATED}
        for search in found.values():
            check_trap(model, search, wanted)
    else:
        assert outcomes == {Outcome.HOLDS if wanted.asked else Outcome.NEVER_ASKED}
    for name in ("reference", "compiled"):
        assert found[name].asked == {"question": wanted.asked}
    sizes = [(each.states, each.transitions, each.depth, each.widths) for each in found.values()]
    assert sizes[0] == sizes[1]
    return next(iter(outcomes)).value


def asking_handlers_once() -> AbstractContextManager[Any]:
    """Skip the test for hidden state that asks all handlers of a model again after each search."""
    return patch.object(HiddenStateTest, "ask_handlers_again", lambda *_: None)


def check_trap(model: ClusterModel, search: SearchResult, wanted: Expected) -> None:
    """Check that a trace is a shortest one to a trap, and that each stop at its end is needed."""
    trace = search.discoveries["question"].trace
    assert len(trace) == wanted.depth
    for before, label, after in zip(trace.states, trace.labels, trace.states[1:], strict=False):
        assert dict(model.steps(before))[label] == after
    stopped = frozenset(map(Id, search.stopping["question"]))
    assert trace.states[-1] in wanted.traps[stopped]
    for fewer in wanted.traps:
        if fewer < stopped:
            assert trace.states[-1] not in wanted.traps[fewer]


def check_cut_short(search: SearchResult, wanted: Expected) -> None:
    """Check that a search says no only for a trap, and yes only if it saw everything."""
    outcome = search.outcomes["question"]
    if outcome is Outcome.VIOLATED:
        stopped = frozenset(map(Id, search.stopping["question"]))
        assert search.discoveries["question"].trace.states[-1] in wanted.traps[stopped]
    elif outcome is not Outcome.UNDECIDED:
        assert search.complete
        assert wanted.depth is None


def drawn(first: int, how_many: int) -> Iterator[tuple[int, ClusterModel, Property]]:
    """Yield random protocols, each with a random question and random stops."""
    for protocol in protocols(first, how_many):
        random = Random(f"question {protocol.number}")
        case: Case = protocol.case
        cluster = case.builder(**case.options)
        props = [prop for prop in cluster.properties if not prop.is_step_property]
        if not props:
            continue
        question = question_of(random.choice(props), random.choice([None, *props]))
        names = {str(node): node for node in cluster.actors}
        crash_nodes = [names[each] for each in case.crash_nodes or () if each in names] or None
        stop_nodes = random.choice([None, random.sample([*names.values()], min(2, len(names)))])
        model = ClusterModel(
            cluster.asking([question]), NETWORKS[case.network], case.crashes, crash_nodes,
            random.randint(0, 2), stop_nodes,
        )  # fmt: skip
        yield protocol.number, model, question


def compare_many(first: int, how_many: int) -> Counter[tuple[str, str]]:
    outcomes = Counter[tuple[str, str]]()
    for number, model, question in drawn(first, how_many):
        with comparing(f"protocol {number}"):
            outcomes[model.network.name, compare(model, question)] += 1
    return outcomes


def test_the_answers_are_those_of_networkx() -> None:
    outcomes = compare_many(500_000, 20)
    assert all(outcomes[network, "violated"] for network in NETWORKS)
    assert sum(count for (_, outcome), count in outcomes.items() if outcome == "holds") > 2


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_the_answers_are_those_of_networkx_on_many_protocols(part: int) -> None:
    outcomes = compare_many(510_000 + 10_000 * part, 550)
    for network in NETWORKS:
        assert min(outcomes[network, outcome] for outcome in ("holds", "violated")) > 2


# Careless searches


def test_a_state_that_was_not_expanded_counts_as_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(self: Any, question: Property, stopped: frozenset[int]) -> set[int]:
        seen = len(self.steps)
        self.steps += [[] for _ in range(seen, len(self.states))]
        found = hopeful(self, question, stopped)
        del self.steps[seen:]
        return found

    hopeful = progress._Graph._hopeful
    monkeypatch.setattr(progress._Graph, "_hopeful", careless)
    with pytest.raises(AssertionError):
        compare_many(500_000, 20)


def test_a_crash_may_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "FAULTS", (StepKind.LOSE,))
    with pytest.raises(AssertionError):
        compare_many(500_107, 1)


def test_the_loss_of_a_message_may_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    """On fifo, n1 receives A first and then ignores B. Only the loss of A would let it send X."""
    sent = still_possible(sees=[X], name="question")(lambda seen: bool(seen.sent(X)))
    case = trap("fifo", {"n": "00 A 10; 00 B 20 X>", "m": "00 p 10 A>n1 B>n1"})
    model = ClusterModel(case.builder().asking([sent]), NETWORKS["fifo"], 0)
    assert compare(model, sent) == "violated"
    for options in ENGINES.values():
        assert len(explore(model, options).discoveries["question"].trace) == 0
    monkeypatch.setattr(progress, "FAULTS", (StepKind.CRASH,))
    assert len(explore(model).discoveries["question"].trace) == 2


def test_a_loss_may_do_harm_so_prune_must_not_leave_it_out() -> None:
    """On lossy, n1 needs both A and B. The loss of one of them is a trap, after p and a loss."""
    sent = still_possible(sees=[X], name="question")(lambda seen: bool(seen.sent(X)))
    lines = {"n": "00 A 10; 10 B 20 X>; 00 B 30; 30 A 20 X>", "m": "00 p 10 A>n1 B>n1"}
    case = trap("lossy", lines)
    model = ClusterModel(case.builder().asking([sent]), NETWORKS["lossy"], 0)
    assert compare(model, sent) == "violated"
    for options in ENGINES.values():
        search = explore(model, options)
        assert len(search.discoveries["question"].trace) == 2
        assert "prune" not in search.reduced
    pruned = compiled_progress.record(model, Limits(), Clock(Limits(), None), prunes=True)
    assert future.decided(pruned, Clock(Limits(), None)).outcomes == {"question": Outcome.HOLDS}


def test_a_step_of_a_stopped_node_may_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(self: Any, question: Property, stopped: frozenset[int]) -> set[int]:
        return hopeful(self, question, frozenset())

    hopeful = progress._Graph._hopeful
    monkeypatch.setattr(progress._Graph, "_hopeful", careless)
    with pytest.raises(AssertionError):
        compare_many(500_000, 20)


# Counts that follow from the protocol


class Going(NamedTuple):
    """A small cluster, a question, the stops, and the expected trace and stops."""

    stops: int
    steps: int | None
    stopped: tuple[str, ...]
    why: str


@pytest.mark.parametrize("options", ENGINES.values(), ids=ENGINES)
@pytest.mark.parametrize(
    "case",
    [
        Going(0, None, (), ""),
        Going(1, 0, ("n1",), "once n1 stops, the other nodes cannot make it true"),
        Going(2, 0, ("n1",), "once n1 stops, the other nodes cannot make it true"),
    ],
)
def test_each_ticker_ticks_alone(case: Going, options: SearchOptions) -> None:
    """Two tickers count to two. Both must get there, so that one that stops prevents it."""
    question = still_possible(sees=["at"], name="question")(
        lambda seen: seen.values_of("at") == [2, 2]
    )
    cluster = tickers(2, 2, question)
    model = ClusterModel(cluster.asking([question]), NETWORKS["set"], 0, None, case.stops)
    search = explore(model, options)
    assert (search.states, search.transitions, search.depth) == (9, 12, 4)
    assert search.asked == {"question": 9}
    if case.steps is None:
        assert (search.verdict, search.discoveries) == (Verdict.HOLDS, {})
        return
    found = search.discoveries["question"]
    assert (len(found.trace), found.why) == (case.steps, case.why)
    assert search.stopping == {"question": case.stopped}


@pytest.mark.parametrize("options", ENGINES.values(), ids=ENGINES)
def test_a_question_that_is_never_asked_has_no_answer(options: SearchOptions) -> None:
    question = still_possible(sees=["at"], while_=lambda seen: False, name="question")(
        lambda seen: True
    )
    model = ClusterModel(tickers(2, 2).asking([question]), NETWORKS["set"], 0)
    search = explore(model, options)
    assert search.outcomes == {"question": Outcome.NEVER_ASKED}
    assert (search.verdict, search.asked) == (Verdict.VIOLATED, {"question": 0})


@pytest.mark.parametrize("options", ENGINES.values(), ids=ENGINES)
def test_several_questions_are_answered_in_one_search(options: SearchOptions) -> None:
    def reaches(*values: int) -> Property:
        return still_possible(sees=["at"], name=f"reaches_{values[0]}")(
            lambda seen: seen.values_of("at") == [*values]
        )

    questions = [reaches(2, 2), reaches(0, 0), reaches(7, 7)]
    model = ClusterModel(tickers(2, 2).asking(questions), NETWORKS["set"], 0)
    search = explore(model, options)
    steps = {name: len(found.trace) for name, found in search.discoveries.items()}
    assert steps == {"reaches_0": 1, "reaches_7": 0}
    assert search.violated == ("reaches_0", "reaches_7")


def test_a_model_without_nodes_answers_questions_too() -> None:
    question = still_possible(sees=[At], name="question")(lambda seen: at(seen) == "X")
    search = explore(Graph({"A": "B C", "B": "X", "C": "D"}, question))
    assert search.discoveries["question"].trace.labels == ("A C",)
    assert search.discoveries["question"].why == "no later state makes it true"
