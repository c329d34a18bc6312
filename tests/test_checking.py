"""The library: what `check` answers, and how a Result is read, asserted, drawn and kept."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import networkx as nx
import pytest

from pcheck import (
    Act,
    Actor,
    Cluster,
    Model,
    Option,
    Seen,
    act,
    always,
    broadcast,
    check,
    group,
    sometimes,
    spec,
)
from pcheck.errors import OutputError, SpecError, UsageError
from pcheck.search.limits import Progress
from pcheck.search.outcome import Outcome, Verdict


@dataclass(frozen=True)
class Tick:
    number: int


@dataclass(frozen=True)
class Clock(Actor):
    """Ticks until it is told to stop; nobody hears it."""

    time: int = 0

    def offers(self) -> Iterator[Act]:
        if self.time < 3:
            now = self.time + 1
            yield act(f"ticks {now}", self.but(time=now), broadcast((), Tick(now)))


@always(sees=[Tick])
def early(seen: Seen) -> str | None:
    """No clock ever ticks 3."""
    late = [node for node, tick in seen.sent(Tick) if tick.number == 3]
    return f"{late[0]} ticks 3" if late else None


@sometimes(sees=[Tick])
def something_ticks(seen: Seen) -> bool:
    """In some run a clock ticks."""
    return bool(seen.sent(Tick))


def clocks(count: Annotated[int, Option("how many tick", min=1)] = 2) -> Cluster:
    """Clocks that nobody hears."""
    return Cluster({group("k", count): lambda i: Clock()}, [early, something_ticks])


@pytest.fixture(scope="module")
def paxos() -> Any:
    return check("paxos", acceptors=2, rounds=1, crashes=0, engine="reference")  # every pass off


@pytest.fixture(scope="module")
def broken() -> Any:
    return check("paxos", bug="votes-in-any-ballot", acceptors=1)


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
    assert (paxos.trace, paxos.run) == (None, None)


def test_a_violation_has_its_shortest_run(broken: Any) -> None:
    assert (broken.verdict, broken.depth) == (Verdict.VIOLATED, 8)
    assert broken.properties["agreement"] is Outcome.VIOLATED
    assert (len(broken.trace.labels), len(broken.trace.states)) == (8, 9)
    assert broken.trace.labels == broken.run.steps
    assert broken.trace.states[0] == broken.model.initial()
    assert (broken.run.property, broken.run.why) == ("agreement", "v1 and v2 are both chosen")


def test_a_result_in_one_line(paxos: Any) -> None:
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


def test_html_does_not_trust_what_a_spec_says() -> None:
    @always(sees=[Tick])
    def tagged(seen: Seen) -> str | None:
        return "<script>alert(1)</script>" if seen.sent(Tick) else None

    page = check(lambda: Cluster({group("k", 1): lambda i: Clock()}, [tagged]))._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_assert_holds_is_silent_where_it_holds(paxos: Any) -> None:
    assert paxos.assert_holds() is None


def test_assert_holds_fails_with_the_whole_report(broken: Any) -> None:
    with pytest.raises(AssertionError) as failure:
        broken.assert_holds()
    assert str(failure.value) == f"\n{broken}"
    assert "a1 <- p1: Accept(vote=Vote(ballot=1, value=v1))" in str(failure.value)


def test_assert_holds_fails_where_the_search_was_cut_short() -> None:
    with pytest.raises(AssertionError, match="INCOMPLETE"):
        check("paxos", max_states=10).assert_holds()


def test_assert_holds_fails_also_where_python_leaves_assertions_out() -> None:
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


def test_the_state_graph_goes_on_where_the_search_ended_with_a_violation() -> None:
    result = check(clocks, count=1, crashes=0)
    assert (result.verdict, result.graph().number_of_nodes()) == (Verdict.VIOLATED, 4)


def test_a_state_graph_that_is_too_large_is_refused(paxos: Any) -> None:
    assert paxos.graph(max_states=169).number_of_nodes() == 169
    with pytest.raises(UsageError) as refusal:
        paxos.graph(max_states=168)
    assert str(refusal.value) == (
        "the state graph has more than 168 states: make the cluster smaller, or raise max_states"
    )


def test_a_builder_at_hand_is_checked_as_it_stands() -> None:
    result = check(clocks, crashes=0, engine="reference")
    assert repr(result) == "<clocks: violated, 10 states, 12 transitions, depth 3>"
    assert result.run is not None
    assert result.run.why in ("k1 ticks 3", "k2 ticks 3")
    assert len(result.run.steps) == 3


def test_a_builder_may_have_its_mark() -> None:
    assert check(spec(clocks), count=1, crashes=0).depth == 3


def test_a_builder_that_is_written_in_a_test() -> None:
    class Tally(Model[int]):
        def initial(self) -> int:
            return 0

        def steps(self, state: int) -> Iterator[tuple[str, int]]:
            yield "goes round", (state + 1) % 5

        def observe(self, state: int) -> Seen:
            return Seen((), {})

    def wheel() -> Tally:
        return Tally()

    assert repr(check(wheel)) == "<wheel: holds, 5 states, 5 transitions, depth 4>"


def test_the_path_of_a_file_is_checked(tmp_path: Path) -> None:
    from pcheck.cli.main import run

    assert run(["new", str(tmp_path / "mine.py")]) == 0
    check(tmp_path / "mine.py").assert_holds()
    check(str(tmp_path / "mine.py"), voters=1).assert_holds()


def test_only_the_properties_that_are_asked_for_are_judged() -> None:
    result = check("paxos", bug="14", acceptors=1, properties=["validity"])
    assert dict(result.properties) == {"validity": Outcome.HOLDS}
    assert result.verdict is Verdict.HOLDS


def test_a_search_can_be_watched() -> None:
    watched: list[tuple[int, int]] = []

    def watch(progress: Progress) -> None:
        watched.append((progress.states, progress.transitions))

    check("paxos", acceptors=2, rounds=1, watch=watch)
    assert watched[0] == (1, 0)
    assert watched == sorted(watched)


def test_a_run_that_holds_cannot_be_saved(paxos: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^there is no violating run to save$"):
        paxos.save(tmp_path / "run.json")
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_cannot_be_written_says_where(broken: Any, tmp_path: Path) -> None:
    with pytest.raises(OutputError) as error:
        broken.save(tmp_path / "nosuch" / "run.json")
    line = f"{tmp_path}/nosuch/run.json cannot be written: No such file or directory"
    assert str(error.value) == line


QUESTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown option": (
        {"acceptorz": 2},
        "paxos has no option 'acceptorz'; did you mean 'acceptors'?",
    ),
    "an option of another type": ({"acceptors": "2"}, "--acceptors is an int, not '2'"),
    "a truth for a number": ({"acceptors": True}, "--acceptors is an int, not True"),
    "an option out of its range": (
        {"acceptors": 0},
        "--acceptors 0 is too small: it must be at least 1",
    ),
    "an unknown bug": (
        {"bug": "votes-in-any-balot"},
        "paxos has no bug 'votes-in-any-balot'; did you mean 'votes-in-any-ballot'?",
    ),
    "an unknown network": (
        {"network": "losy"},
        "there is no network 'losy'; did you mean 'lossy'?",
    ),
    "less than no crashes": (
        {"crashes": -1},
        "--crashes -1 makes no sense: it is how many nodes may crash",
    ),
    "an unknown property": (
        {"properties": ["agrement"]},
        "paxos has no property 'agrement'; did you mean 'agreement'?",
    ),
    "a limit of no states": (
        {"max_states": 0},
        "--max-states 0 makes no sense: it must be above 0",
    ),
    "a limit of less than no time": (
        {"max_seconds": -1.0},
        "--max-seconds -1 makes no sense: it must be above 0",
    ),
}


@pytest.mark.parametrize(("asked", "line"), QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_that_cannot_be_asked(asked: dict[str, Any], line: str) -> None:
    with pytest.raises(UsageError) as error:
        check("paxos", **asked)
    assert str(error.value) == line


def test_a_spec_that_is_not_there() -> None:
    with pytest.raises(UsageError) as error:
        check("paxso")
    assert str(error.value) == "there is no spec 'paxso'; did you mean 'paxos'?"


@pytest.mark.parametrize("number", ["14", 14])
def test_a_bug_goes_by_its_number_too(number: Any, broken: Any) -> None:
    assert check("paxos", bug=number, acceptors=1).run == broken.run


def test_a_handler_that_raises_is_an_error_of_the_spec() -> None:
    @dataclass(frozen=True)
    class Stopped(Clock):
        def offers(self) -> Iterator[Act]:
            raise ValueError("the spring is broken")

    def watches() -> Cluster:
        return Cluster({group("k", 1): lambda i: Stopped()}, [something_ticks])

    with pytest.raises(SpecError) as error:
        check(watches)
    line = Stopped.offers.__code__.co_firstlineno + 1
    assert str(error.value).endswith(
        f"tests/test_checking.py:{line}: k1 raised ValueError: the spring is broken "
        "[on its offers, in state Stopped(time=0)]"
    )
