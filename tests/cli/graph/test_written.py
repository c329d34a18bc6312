"""`pcheck graph`: the written graphs, in files and pipes."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pcheck.search.clock import Clock
from tests.cli.graph.counting import (
    COUNTING,
    LAMPORT,
    MARKED,
    SHORT,
    TWO_BY_TWO,
    Ends,
    read,
    violating,
)
from tests.sampling import fast_first


def test_without_a_file_the_graph_is_printed_as_dot(pcheck: Ends) -> None:
    status, out, err = pcheck(*TWO_BY_TWO)
    assert (status, err) == (0, "")
    assert out.startswith("digraph states {\n")
    assert len(re.findall(r"^  s\d+ \[", out, re.M)) == 169
    assert len(re.findall(r"^  s\d+ -> s\d+ \[", out, re.M)) == 352
    assert r"paxos: acceptors 2, proposers 2, rounds 1, network set, crashes 0\l" in out


def test_the_title_names_the_nodes_that_may_crash(pcheck: Ends) -> None:
    small = "graph", "--acceptors", "1", "--proposers", "1", "--rounds", "1"
    _, out, _ = pcheck(*small, "--crash-nodes", "a,p1")
    sizes = "acceptors 1, proposers 1, rounds 1"
    assert rf"paxos: {sizes}, network set, crashes 1, crash_nodes a,p1\l" in out


@pytest.mark.parametrize(
    ("file", "begins"),
    [
        ("graph.dot", "digraph"),
        ("graph.gv", "digraph"),
        ("graph.graphml", "<graphml"),
        ("GRAPH.SVG", "<svg"),
    ],
)
def test_the_suffix_selects_the_format(
    file: str, begins: str, pcheck: Ends, empty_folder: Path
) -> None:
    expected = f"Wrote {file}: 169 states (none violating), 352 transitions\n"
    assert pcheck(*TWO_BY_TWO, "-o", file) == (0, expected, "")
    assert (empty_folder / file).read_text().startswith(begins)
    assert sorted(os.listdir(empty_folder)) == sorted(["counting.py", file])


@pytest.mark.parametrize("form", ["dot", "graphml", "svg"])
def test_format_takes_precedence_over_the_suffix_and_a_pipe_gets_the_same(
    form: str, pcheck: Ends, empty_folder: Path
) -> None:
    status, piped, err = pcheck(*LAMPORT, "--format", form)
    assert (status, err) == (0, "")
    assert pcheck(*LAMPORT, "--format", form, "-o", "graph.txt")[0] == 0
    assert (empty_folder / "graph.txt").read_text() == piped


def test_the_marked_trace_is_the_trace_of_explore(pcheck: Ends, empty_folder: Path) -> None:
    expected = f"Wrote graph.graphml: 40 states (5 violating), 60 transitions; {MARKED}\n"
    assert pcheck("graph", *SHORT, "-o", "graph.graphml") == (0, expected, "")
    graph = read(empty_folder / "graph.graphml")
    trace = json.loads(pcheck("explore", *SHORT, "--json")[1])["trace"]
    steps = [about["label"] for *_, about in graph.edges(data=True) if about["on_trace"]]
    states = [state for state, about in graph.nodes(data=True) if about["on_trace"]]
    assert steps == trace["steps"]
    assert states[0] == "s0"
    assert [each for each in states if each in violating(graph)] == states[-1:]
    assert graph.graph["trace"] == "the shortest trace that violates agreement (8 steps)"


def test_states_that_reach_the_target_are_marked(pcheck: Ends, empty_folder: Path) -> None:
    status, out, err = pcheck(*LAMPORT, "--find", "chosen", "-o", "graph.graphml")
    marked = "the shortest trace that reaches some_value_chosen (4 steps) is marked"
    assert (status, err) == (0, "")
    counts = "25 states (9 reaching some_value_chosen), 34 transitions"
    assert out == f"Wrote graph.graphml: {counts}; {marked}\n"
    reached = [
        about.get("reaches") for about in read(empty_folder / "graph.graphml").nodes.values()
    ]
    assert reached.count("some_value_chosen") == 9


def test_only_the_selected_properties_are_checked(pcheck: Ends, empty_folder: Path) -> None:
    asked = "graph", *SHORT, "--property", "validity", "-o", "graph.graphml"
    assert pcheck(*asked)[1] == "Wrote graph.graphml: 40 states (none violating), 60 transitions\n"
    assert violating(read(empty_folder / "graph.graphml")) == []


def test_a_transition_may_violate_a_property(pcheck: Ends) -> None:
    expected = (
        "Wrote graph.svg: 4 states (none violating), 4 transitions (1 violating); "
        "the shortest trace that violates grows (4 steps) is marked\n"
    )
    status, out, err = pcheck("graph", "./counting.py", "-o", "graph.svg")
    assert (status, out) == (0, expected)
    assert set(err.splitlines()) == {"a spec may print"}


def test_the_options_of_the_spec_are_options_of_the_command(pcheck: Ends) -> None:
    _, out, _ = pcheck("graph", "./counting.py", "--end", "5", "-o", "graph.dot")
    assert out.startswith("Wrote graph.dot: 6 states (")
    _, out, _ = pcheck("graph", "lamport", "--help")
    assert {"--values", "--ballots", "--bug", "--find", "--max-states"} <= {*out.split()}


@pytest.mark.parametrize("form", fast_first(1, ["dot", "graphml", "svg"]))
def test_a_pipe_gets_utf_8_whatever_the_encoding_of_the_terminal(
    form: str, counting: Path, process: Callable[..., subprocess.Popen[str]]
) -> None:
    counting.write_text(COUNTING.replace("it shrinks", "λ →"), encoding="utf-8")
    asked = "graph", "./counting.py", "--format", form
    with process(*asked, PYTHONIOENCODING="cp1252") as started:
        assert started.stdout is not None
        out = started.stdout.buffer.read()  # type: ignore[attr-defined]
    assert "λ →" in html.unescape(out.decode("utf-8"))


@pytest.mark.slow
def test_the_output_does_not_depend_on_the_hash_seed(
    process: Callable[..., subprocess.Popen[str]],
) -> None:
    asked = *LAMPORT, "--find", "chosen", "--format", "svg"
    started = [process(*asked, PYTHONHASHSEED=seed) for seed in ("1", "2")]
    first, again = (each.communicate(timeout=60)[0] for each in started)
    assert first == again
    assert len(first) > 10_000


def test_a_terminal_shows_the_progress_of_the_graph(
    pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr("pcheck.cli.progress.SHOW_AFTER", -1.0)
    monkeypatch.setattr(Clock, "PERIOD", 600.0)  # a slow machine would show more
    status, _, err = pcheck(*LAMPORT, "-o", "graph.dot")
    shown = re.findall(r"0 s  exploring: level \d+, [\d,]+ states", err)
    assert (status, len({*shown})) == (0, 2)  # one for the search, one for the graph
    assert err.endswith("\x1b[2K")


def test_a_limit_equal_to_the_number_of_states_does_not_stop_the_search(pcheck: Ends) -> None:
    assert pcheck(*TWO_BY_TWO, "--max-states", "169")[::2] == (0, "")
