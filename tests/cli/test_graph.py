"""`pcheck graph`: what is written, where, and what is refused."""

from __future__ import annotations

import errno
import html
import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

Ends = Callable[..., tuple[int, str, str]]
TWO_BY_TWO = "graph", "--acceptors", "2", "--rounds", "1", "--crashes", "0"
SHORT = "--bug", "votes-in-any-ballot", "--acceptors", "1"  # 40 states, and 8 steps to it
LAMPORT = "graph", "lamport", "--acceptors", "1", "--values", "1", "--ballots", "2"
MARKED = "the shortest run that violates agreement (8 steps) is marked"
COUNTING = """\
from collections.abc import Iterator
from dataclasses import dataclass

from pcheck import Id, Model, Seen, always, spec


@dataclass(frozen=True)
class At:
    number: int


@always(sees=[At])
def grows(before: Seen, after: Seen) -> str | None:
    a, b = ([at.number for _, at in seen.sent(At)] for seen in (before, after))
    return "it shrinks" if b < a else None


class Counter(Model[int]):
    properties = (grows,)

    def __init__(self, end: int) -> None:
        self.end = end

    def initial(self) -> int:
        print("a spec may print")
        return 0

    def steps(self, state: int) -> Iterator[tuple[str, int]]:
        # a fault goes here
        if state < self.end:
            yield f"counts to {state + 1}", state + 1
        else:
            yield "starts again", 0

    def observe(self, state: int) -> Seen:
        return Seen([(Id("n"), At(state))], {})


@spec
def counting(end: int = 3) -> Counter:
    return Counter(end)
"""


@pytest.fixture(autouse=True)
def counting(empty_folder: Path) -> Path:
    file = empty_folder / "counting.py"
    file.write_text(COUNTING)
    return file


def read(file: Path) -> Any:
    return nx.read_graphml(file, force_multigraph=True)


def violating(graph: Any) -> list[str]:
    return [state for state, about in graph.nodes(data=True) if "violates" in about]


# What is written.


def test_without_a_file_it_is_printed_for_graphviz(pcheck: Ends) -> None:
    status, out, err = pcheck(*TWO_BY_TWO)
    assert (status, err) == (0, "")
    assert out.startswith("digraph states {\n")
    assert len(re.findall(r"^  s\d+ \[", out, re.M)) == 169
    assert len(re.findall(r"^  s\d+ -> s\d+ \[", out, re.M)) == 352
    assert r"paxos: acceptors 2, proposers 2, rounds 1, network set, crashes 0\l" in out


@pytest.mark.parametrize(
    ("file", "begins"),
    [
        ("graph.dot", "digraph"),
        ("graph.gv", "digraph"),
        ("graph.graphml", "<graphml"),
        ("GRAPH.SVG", "<svg"),
    ],
)
def test_the_name_of_a_file_says_the_format(
    file: str, begins: str, pcheck: Ends, empty_folder: Path
) -> None:
    said = f"{file}: 169 states, none of them violating, and 352 steps\n"
    assert pcheck(*TWO_BY_TWO, "-o", file) == (0, said, "")
    assert (empty_folder / file).read_text().startswith(begins)
    assert sorted(os.listdir(empty_folder)) == sorted(["counting.py", file])


@pytest.mark.parametrize("form", ["dot", "graphml", "svg"])
def test_what_is_said_goes_before_the_name_and_a_pipe_gets_the_same(
    form: str, pcheck: Ends, empty_folder: Path
) -> None:
    status, piped, err = pcheck(*LAMPORT, "--format", form)
    assert (status, err) == (0, "")
    assert pcheck(*LAMPORT, "--format", form, "-o", "graph.txt")[0] == 0
    assert (empty_folder / "graph.txt").read_text() == piped


def test_the_run_that_is_marked_is_the_one_that_explore_shows(
    pcheck: Ends, empty_folder: Path
) -> None:
    said = f"graph.graphml: 40 states, 5 of them violating, and 60 steps; {MARKED}\n"
    assert pcheck("graph", *SHORT, "-o", "graph.graphml") == (0, said, "")
    graph = read(empty_folder / "graph.graphml")
    trace = json.loads(pcheck("explore", *SHORT, "--json")[1])["trace"]
    steps = [about["label"] for *_, about in graph.edges(data=True) if about["on_trace"]]
    states = [state for state, about in graph.nodes(data=True) if about["on_trace"]]
    assert steps == trace["steps"]
    assert states[0] == "s0"
    assert [each for each in states if each in violating(graph)] == states[-1:]
    assert graph.graph["run"] == "the shortest run that violates agreement (8 steps)"


def test_what_is_looked_for_is_marked(pcheck: Ends, empty_folder: Path) -> None:
    status, out, err = pcheck(*LAMPORT, "--find", "chosen", "-o", "graph.graphml")
    marked = "the shortest run that reaches some_value_chosen (4 steps) is marked"
    assert (status, err) == (0, "")
    assert out == f"graph.graphml: 25 states, 9 of them reaching it, and 34 steps; {marked}\n"
    reached = [
        about.get("reaches") for about in read(empty_folder / "graph.graphml").nodes.values()
    ]
    assert reached.count("some_value_chosen") == 9


def test_only_the_properties_that_are_asked_for_are_judged(
    pcheck: Ends, empty_folder: Path
) -> None:
    asked = "graph", *SHORT, "--property", "validity", "-o", "graph.graphml"
    assert pcheck(*asked)[1] == "graph.graphml: 40 states, none of them violating, and 60 steps\n"
    assert violating(read(empty_folder / "graph.graphml")) == []


def test_steps_may_be_what_violates(pcheck: Ends) -> None:
    said = (
        "graph.svg: 4 states, none of them violating, and 4 steps, 1 of them violating; "
        "the shortest run that violates grows (4 steps) is marked\n"
    )
    status, out, err = pcheck("graph", "./counting.py", "-o", "graph.svg")
    assert (status, out) == (0, said)
    assert set(err.splitlines()) == {"a spec may print"}


def test_the_options_of_the_spec_are_options(pcheck: Ends) -> None:
    _, out, _ = pcheck("graph", "./counting.py", "--end", "5", "-o", "graph.dot")
    assert out.startswith("graph.dot: 6 states, ")
    _, out, _ = pcheck("graph", "lamport", "--help")
    assert {"--values", "--ballots", "--bug", "--find", "--max-states"} <= {*out.split()}


@pytest.mark.parametrize("form", ["dot", "graphml", "svg"])
def test_a_pipe_gets_every_sign_whatever_a_terminal_would_know(
    form: str, counting: Path, process: Callable[..., subprocess.Popen[str]]
) -> None:
    counting.write_text(COUNTING.replace("it shrinks", "λ →"), encoding="utf-8")
    asked = "graph", "./counting.py", "--format", form
    with process(*asked, PYTHONIOENCODING="cp1252") as started:
        assert started.stdout is not None
        out = started.stdout.buffer.read()  # type: ignore[attr-defined]
    assert "λ →" in html.unescape(out.decode("utf-8"))


def test_the_same_bytes_whatever_the_hash_seed(
    process: Callable[..., subprocess.Popen[str]],
) -> None:
    asked = *LAMPORT, "--find", "chosen", "--format", "svg"
    started = [process(*asked, PYTHONHASHSEED=seed) for seed in ("1", "2")]
    first, again = (each.communicate(timeout=60)[0] for each in started)
    assert first == again
    assert len(first) > 10_000


# What is refused: one line, and nothing is written.

ONE_PROPOSER = "make it smaller, as with --proposers 1 (13 states)"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            (*TWO_BY_TWO, "--max-states", "168"),
            f"this has more than 168 states: {ONE_PROPOSER}; or raise --max-states",
        ),
        (
            (*TWO_BY_TWO, "--max-states", "168", "-o", "graph.svg"),
            f"this has more than 168 states: {ONE_PROPOSER}; or raise --max-states",
        ),
        (
            ("graph", "--rounds", "1", "--crashes", "0", "-o", "graph.svg"),
            "this has 2,905 states, too many for a picture (250): make it smaller, as with "
            "--proposers 1 (53 states); or write it for a program, as in -o graph.graphml",
        ),
        (
            ("graph", "-o", "graph.svg"),
            "this has more than 10,000 states, too many for a picture (250): make it smaller, as "
            "with --proposers 1 --rounds 1 --crashes 0 (53 states)",
        ),
        (
            ("graph",),
            "this has more than 10,000 states: make it smaller, as with --rounds 1 --crashes 0 "
            "(2,905 states); or raise --max-states",
        ),
        (
            ("graph", *SHORT, "--max-states", "39"),
            "this has more than 39 states: make it smaller, as with --proposers 1 (5 states); or "
            "raise --max-states",
        ),
        (
            ("graph", "./counting.py", "--end", "20000", "-o", "graph.svg"),
            "this has more than 10,000 states, too many for a picture (250): make it smaller, as "
            "with --end 249 (250 states)",
        ),
        (
            ("graph", "./counting.py", "--end", "1", "--max-states", "1"),
            "this has more than 1 state: raise --max-states",
        ),
        (
            ("graph", *SHORT, "--max-states", "1"),
            "this has more than 1 state: raise --max-states",
        ),
        ((*TWO_BY_TWO, "--max-states", "0"), "--max-states 0 makes no sense: it must be above 0"),
        (
            (*TWO_BY_TWO, "-o", "graph.png"),
            "graph.png does not say what to write: end it in .graphml, .dot, .gv, .svg, or give "
            "--format",
        ),
        (
            (*TWO_BY_TWO, "-o", "nowhere/graph.svg"),
            "nowhere/graph.svg cannot be written: there is no folder nowhere",
        ),
        ((*TWO_BY_TWO, "--format", "svg", "-o", "."), ". is a folder: name a file"),
        ((*TWO_BY_TWO, "-o", "."), ". is a folder: name a file"),
        ((*TWO_BY_TWO, "-o", "new.svg/"), "new.svg/ ends as a folder does: name a file"),
        (
            (*TWO_BY_TWO, "--find", "chosen", "--property", "agreement"),
            "--find looks for one thing alone: leave --property out",
        ),
        (
            (*LAMPORT, "--crashes", "1"),
            "lamport is written straight on Model, without nodes: it takes no --crashes",
        ),
        (
            ("graph", "--acceptors", "2", "lamport"),
            "the spec comes first: pcheck graph lamport ...",
        ),
        (("graph", "--values", "2", "lamport"), "the spec comes first: pcheck graph lamport ..."),
        (("graph", "--nonsense"), "No such option: --nonsense (pcheck graph --help)"),
    ],
)
def test_what_cannot_be_is_one_line(
    arguments: tuple[str, ...], said: str, pcheck: Ends, empty_folder: Path
) -> None:
    status, out, err = pcheck(*arguments)
    assert (status, out, err.splitlines()[-1]) == (2, "", f"pcheck: {said}")
    assert os.listdir(empty_folder) == ["counting.py"]


def test_what_is_advised_fits(pcheck: Ends, empty_folder: Path) -> None:
    err = pcheck("graph", "-o", "graph.svg")[2]
    advised = err.partition("as with ")[2].partition(" (")[0].split()
    said = "graph.svg: 53 states, none of them violating, and 109 steps\n"
    assert pcheck("graph", *advised, "-o", "graph.svg") == (0, said, "")


def test_without_the_time_to_try_it_says_only_what_is_large(
    pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pcheck.cli.fitting.PATIENCE", -1.0)
    said = "pcheck: this has more than 10,000 states, too many for a picture (250)\n"
    assert pcheck("graph", "--format", "svg") == (2, "", said)


def test_sizes_that_the_spec_refuses_are_not_advised(pcheck: Ends, counting: Path) -> None:
    refuses = "-> Counter:\n    if end < 3:\n        raise ValueError(end)\n"
    counting.write_text(COUNTING.replace("-> Counter:\n", refuses))
    status, _, err = pcheck("graph", "./counting.py", "--end", "9", "--max-states", "5")
    said = "pcheck: this has more than 5 states: raise --max-states"
    assert (status, err.splitlines()[-1]) == (2, said)


@pytest.mark.parametrize("bug", [(), ("--bug", "votes-in-any-ballot")], ids=["search", "beyond"])
def test_without_a_limit_it_ends_before_the_machine_does(
    bug: tuple[str, ...], pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pcheck.cli.limits._spare_memory", lambda: 1_000_000)
    asked = "graph", *bug, "--max-states", "1000000000", "-o", "graph.dot"
    status, out, err = pcheck(*asked)
    said = "pcheck: this has too many states for the limit of 1 MB of memory: make it smaller, as"
    assert (status, out, err.startswith(said)) == (2, "", True)


def test_a_terminal_sees_how_far_it_is(pcheck: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr("pcheck.cli.progress.SHOW_AFTER", -1.0)
    status, _, err = pcheck(*LAMPORT, "-o", "graph.dot")
    lines = [line for line in err.split("\r\x1b[2K") if line]
    assert (status, len(lines)) == (0, 2)  # of the search, and of the graph
    assert all(re.match(r"level \d+  [\d,]+ states? ", line) for line in lines)
    assert err.endswith("\r\x1b[2K")


@pytest.mark.parametrize("name", ["png", "grapml"])
def test_an_unknown_format(name: str, pcheck: Ends) -> None:
    status, out, err = pcheck(*TWO_BY_TWO, "--format", name)
    assert (status, out) == (2, "")
    assert err.startswith(f"pcheck: there is no format '{name}' for a graph")
    assert "graphml" in err


def test_a_limit_that_is_just_enough_is_no_limit(pcheck: Ends) -> None:
    assert pcheck(*TWO_BY_TWO, "--max-states", "169")[::2] == (0, "")


def test_a_picture_does_not_go_to_a_terminal_and_text_does(
    pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    said = "pcheck: svg is not for a terminal: write it to a file, as in -o graph.svg\n"
    assert pcheck(*LAMPORT, "--format", "svg") == (2, "", said)
    assert pcheck(*LAMPORT)[1].startswith("digraph")


def test_a_full_disk_leaves_no_half_of_it(
    pcheck: Ends, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (empty_folder / "graph.svg").write_text("kept")
    monkeypatch.setattr("os.replace", full)
    said = "pcheck: graph.svg cannot be written: No space left on device\n"
    assert pcheck(*LAMPORT, "-o", "graph.svg") == (2, "", said)
    assert sorted(os.listdir(empty_folder)) == ["counting.py", "graph.svg"]
    assert (empty_folder / "graph.svg").read_text() == "kept"


FAULTS = {
    "raises": "1 / 0",
    "no step": 'yield "a step"',
    "two alike": 'yield from [("counts", 1), ("counts", 2)]',
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_of_the_spec_is_told_as_explore_tells_it(
    fault: str, pcheck: Ends, counting: Path
) -> None:
    counting.write_text(COUNTING.replace("# a fault goes here", fault))
    told = pcheck("explore", "./counting.py", "--quiet")
    assert told[:2] == (2, "")
    assert "counting.py:" in told[2]
    assert pcheck("graph", "./counting.py", "-o", "graph.dot") == told
    assert os.listdir() == ["counting.py"]


@pytest.mark.parametrize("state", [0, 3], ids=["in the search", "beyond the violation"])
def test_an_interrupt_is_one_line_and_nothing_is_written(
    state: int, pcheck: Ends, counting: Path
) -> None:
    stops = f"if state == {state}:\n            raise KeyboardInterrupt"
    shrinks = COUNTING.replace('"it shrinks" if b < a', '"it grows" if b > a')
    counting.write_text(shrinks.replace("# a fault goes here", stops))
    status, out, err = pcheck("graph", "./counting.py", "-o", "graph.dot")
    assert (status, out, err.splitlines()[-1]) == (3, "", "pcheck: interrupted")
    assert os.listdir() == ["counting.py"]


def test_columns_that_fail_are_the_fault_of_the_spec(pcheck: Ends, counting: Path) -> None:
    columns = "    def columns(self, state):\n        return {state: 1}\n\n    def observe"
    counting.write_text(COUNTING.replace("    def observe", columns))
    status, out, err = pcheck("graph", "./counting.py")
    assert (status, out) == (2, "")
    assert re.search(r"^pcheck: counting.py:\d+: columns raised AttributeError: ", err, re.M)


def test_a_reader_that_goes_away_is_no_error(process: Callable[..., subprocess.Popen[str]]) -> None:
    with process(*LAMPORT) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.close()
        assert (started.wait(60), started.stderr.read()) == (2, "")
