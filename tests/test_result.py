"""The class Result: its values, its report, its assertion, its state graph and its file."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from pcheck import Cluster, Seen, always, check, group
from pcheck.errors import OutputError, UsageError
from pcheck.render.drawn_trace import drawn
from pcheck.search.outcome import Outcome, Verdict
from pcheck.semantics.trace import Trace
from tests.clocks import Clock, Tick, clocks


@pytest.fixture(scope="module")
def paxos() -> Any:
    return check(
        "paxos", acceptors=2, rounds=1, crashes=0, engine="reference"
    )  # without reductions


def test_a_result_has_the_counts_and_an_outcome_for_each_property(paxos: Any) -> None:
    assert (paxos.verdict, paxos.states, paxos.transitions, paxos.depth) == (
        Verdict.HOLDS,
        169,
        352,
        14,
    )
    assert dict(paxos.properties) == {
        "agreement": Outcome.HOLDS,
        "validity": Outcome.HOLDS,
        "one_value_per_ballot": Outcome.HOLDS,
        "some_value_chosen": Outcome.REACHED,
        "v1_can_be_chosen": Outcome.REACHED,
        "v2_can_be_chosen": Outcome.REACHED,
    }
    assert (paxos.trace, paxos.saved) == (None, None)


def test_a_violation_has_a_shortest_trace(broken: Any) -> None:
    assert (broken.verdict, broken.depth) == (Verdict.VIOLATED, 8)
    assert broken.properties["agreement"] is Outcome.VIOLATED
    assert (len(broken.trace.labels), len(broken.trace.states)) == (8, 9)
    assert broken.trace.labels == broken.saved.steps
    assert broken.trace.states[0] == broken.model.initial()
    assert (broken.saved.property, broken.saved.why) == ("agreement", "v1 and v2 are both chosen")


def test_a_trace_is_printed_as_its_drawing(broken: Any) -> None:
    trace = broken.trace
    plain = Trace(trace.states, trace.labels)
    assert (f"{trace}", repr(trace)) == (broken.draw(), "<trace of 8 steps>")
    assert (trace == plain, plain == trace, hash(trace) == hash(plain)) == (True, True, True)
    assert trace != Trace(trace.states[:-1], trace.labels[:-1])


def test_a_trace_that_is_not_drawn_is_printed_as_its_labels() -> None:
    def draw() -> str:
        raise OutputError("the drawing stopped")

    drawing = drawn(Trace((1, 2), ("n1 acts",)), draw)
    assert str(drawing) == "1 n1 acts\nthe drawing stopped"


def test_the_repr_of_a_result_is_one_line(paxos: Any) -> None:
    assert repr(paxos) == "<paxos: holds, 169 states, 352 transitions, depth 14>"


def test_a_result_as_text_is_the_report(paxos: Any, broken: Any) -> None:
    for result, verdict in ((paxos, "HOLDS"), (broken, "VIOLATED")):
        lines = str(result).splitlines()
        assert lines[0] == "paxos: Single-decree Paxos: at most one value is ever chosen."
        assert [line for line in lines if line.startswith(verdict)] != []
        assert [line for line in lines if len(line) > 100 or line != line.rstrip()] == []
        assert "\x1b" not in str(result)


def test_a_result_as_html_says_the_same_as_the_text(broken: Any) -> None:
    page = broken._repr_html_()
    assert page.startswith("<pre")
    assert html.unescape(re.sub(r"<[^>]*>", "", page)).strip() == str(broken).strip()


def test_html_escapes_the_texts_of_a_spec() -> None:
    @always(sees=[Tick])
    def tagged(seen: Seen) -> str | None:
        return "<script>alert(1)</script>" if seen.sent(Tick) else None

    page = check(lambda: Cluster({group("k", 1): lambda i: Clock()}, [tagged]))._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_assert_holds_returns_if_every_property_holds(paxos: Any) -> None:
    assert paxos.assert_holds() is None


def test_assert_holds_fails_with_the_whole_report(broken: Any) -> None:
    with pytest.raises(AssertionError) as failure:
        broken.assert_holds()
    assert str(failure.value) == f"\n{broken}"
    assert "a1 <- p1: Accept(vote=Vote(ballot=1, value=v1))" in str(failure.value)


def test_assert_holds_fails_if_the_search_was_stopped() -> None:
    with pytest.raises(AssertionError, match="INCOMPLETE"):
        check("paxos", max_states=10).assert_holds()


@pytest.mark.slow
def test_assert_holds_fails_even_if_python_skips_assert_statements() -> None:
    code = (
        "from pcheck import check\n"
        "try: check('paxos', bug='14', acceptors=1).assert_holds()\n"
        "except AssertionError: print('it failed')"
    )
    done = subprocess.run(
        [sys.executable, "-O", "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("it failed\n", "")


def test_the_state_graph_has_every_state_and_every_step(paxos: Any) -> None:
    graph = paxos.graph()
    assert isinstance(graph, nx.MultiDiGraph)
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (169, 352)
    depths = nx.get_node_attributes(graph, "depth")
    first = paxos.model.initial()
    assert depths == nx.single_source_shortest_path_length(graph, first)
    assert (depths[first], max(depths.values())) == (0, 14)
    steps: Any = graph.out_edges(first, data="label")
    assert {label for _, _, label in steps} == {"p1 starts ballot 1", "p2 starts ballot 2"}


def test_the_state_graph_continues_after_the_violation_that_stopped_the_search() -> None:
    result = check(clocks, count=1, crashes=0)
    assert (result.verdict, result.graph().number_of_nodes()) == (Verdict.VIOLATED, 4)


@pytest.mark.slow
def test_a_state_graph_that_is_too_large_is_refused(paxos: Any) -> None:
    assert paxos.graph(max_states=169).number_of_nodes() == 169
    with pytest.raises(UsageError) as refusal:
        paxos.graph(max_states=168)
    assert str(refusal.value) == (
        "the state graph has more than 168 states; make the cluster smaller or raise max_states"
    )


def test_a_result_without_a_trace_cannot_be_saved(paxos: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^the result has no trace to save$"):
        paxos.save(tmp_path / "trace.json")
    assert list(tmp_path.iterdir()) == []


def test_the_error_of_an_unwritable_trace_names_the_file(broken: Any, tmp_path: Path) -> None:
    with pytest.raises(OutputError) as error:
        broken.save(tmp_path / "nosuch" / "trace.json")
    line = f"{tmp_path}/nosuch/trace.json cannot be written: No such file or directory"
    assert str(error.value) == line
