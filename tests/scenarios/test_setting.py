"""The first lines of a scenario: the options of the spec, of every kind, in any order."""

from __future__ import annotations

from typing import Any

import pytest

from pcheck.errors import TraceError
from pcheck.loading.setup import Setup
from pcheck.loading.spec import find
from pcheck.scenarios.setting import setup_of
from pcheck.scenarios.text import scenario
from tests.scenarios import agreeing, workers

WORKERS = find(workers.__file__)


def setup(*lines: str, name: str = "paxos") -> Setup:
    spec = WORKERS if name == "workers" else find(name)
    text = "\n".join([f"spec: {name}", *lines, "", "expect x is true"])
    return setup_of(scenario(text, "s.txt"), spec)


def fault(*lines: str, name: str = "paxos") -> str:
    with pytest.raises(TraceError) as caught:
        setup(*lines, name=name)
    return str(caught.value)


def options(**changed: Any) -> dict[str, Any]:
    return {"workers": 2, "fast": False, "mode": "a", "rate": 1.0, "name": "x"} | changed


def test_options_of_every_kind_are_read() -> None:
    lines = ["workers: 3", "fast: yes", "mode: b", "rate: 1e3", "name: a b"]
    found = setup(*lines, name="workers")
    assert found.options == options(workers=3, fast=True, mode="b", rate=1000.0, name="a b")


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("False", False), ("YES", True), ("no", False)]
)
def test_a_bool_is_written_in_words(text: str, value: bool) -> None:
    assert setup(f"fast: {text}", name="workers").options == options(fast=value)


def test_the_network_the_crashes_and_the_bug_are_those_of_the_scenario() -> None:
    found = setup("network: lossy", "crashes: 2", "crash-nodes: p1,a", "bug: ignores-votes")
    assert (found.network, found.crashes, found.crash_nodes, found.bug and found.bug.name) == (
        "lossy",
        2,
        ("p1", "a"),
        "ignores-votes",
    )


def test_a_bug_brings_the_values_of_its_scope() -> None:
    """A setting beside it has precedence, and so has one before it."""
    bug = find("paxos").bug("forgets-its-promise")
    assert bug.scope["crashes"] == 1
    assert setup("bug: forgets-its-promise").crashes == 1
    assert setup("bug: forgets-its-promise", "crashes: 3").crashes == 3
    assert setup("crashes: 3", "bug: forgets-its-promise").crashes == 3


@pytest.mark.parametrize(
    "lines",
    [
        ("crash-nodes: a5", "acceptors: 5"),
        ("acceptors: 5", "crash-nodes: a5"),
        ("promise-quorum: 5", "crash-nodes: a5", "acceptors: 5"),
    ],
)
def test_the_order_of_the_settings_does_not_matter(lines: tuple[str, ...]) -> None:
    found = setup(*lines)
    assert (found.only_these_crash, found.options["acceptors"]) == (("a5",), 5)


def test_options_that_fit_only_together_may_come_in_any_order() -> None:
    for lines in (("mode: b", "fast: yes"), ("fast: yes", "mode: b")):
        assert setup(*lines, name="workers").options == options(fast=True, mode="b")


@pytest.mark.parametrize(
    ("name", "lines", "expected"),
    [
        ("paxos", ["acceptors: 0"], "2: acceptors must be at least 1, got 0"),
        ("paxos", ["acceptors: three"], "2: acceptors must be an int, got 'three'"),
        ("paxos", ["acceptors: 1.5"], "2: acceptors must be an int, got '1.5'"),
        ("paxos", ["crashes: 1", "foo: 1"], "3: unknown option 'foo' of paxos; expected accept"),
        ("paxos", ["stops: 1"], "2: unknown option 'stops' of paxos; expected acceptors, "),
        ("paxos", ["network: nets"], "2: unknown network 'nets'; expected set, once, "),
        ("paxos", ["crashes: many"], "2: crashes must be an int, got 'many'"),
        ("paxos", ["crashes: -1"], "2: crashes must be at least 0, got -1"),
        ("paxos", ["bug: none"], "2: unknown bug 'none' of paxos; `pcheck specs paxos` lists"),
        ("paxos", ["crash-nodes: a9", "acceptors: 2"], "2: unknown node or group 'a9' of paxos"),
        ("paxos", ["crash-nodes: a1", "crashes: 0"], "3: crash_nodes must be left out if crash"),
        ("workers", ["fast: maybe"], "2: fast must be a bool, got 'maybe'"),
        ("workers", ["mode: c"], "2: mode must be a or b, got 'c'"),
        ("workers", ["rate: fast"], "2: rate must be a float, got 'fast'"),
        ("workers", ["rate: nan"], "2: rate must be a number, got nan"),
        ("lamport", ["network: once"], "2: lamport is a Model without nodes, which does not"),
    ],
)
def test_a_mistake_in_a_setting_is_named_with_its_line(
    name: str, lines: list[str], expected: str
) -> None:
    assert fault(*lines, name=name)[: len(expected) + 6] == f"s.txt:{expected}"


def test_options_that_the_builder_refuses_are_named_with_their_line() -> None:
    text = fault("workers: 3", "mode: b", "name: y", name="workers")
    assert text.startswith("s.txt:3: ")
    assert text.endswith("the builder workers raised ValueError: mode b needs fast")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("given a9 is down", "3: unknown node 'a9'; expected p1, p"),
        ("given a1.promised = 1\ngiven a1.promised = 2", "4: a1.promised is given twice"),
    ],
)
def test_a_mistake_in_a_given_start_is_named_with_its_line(line: str, expected: str) -> None:
    read = scenario(f"spec: paxos\n\n{line}\np1 starts ballot 1", "s.txt")
    with pytest.raises(TraceError) as caught:
        setup_of(read, find("paxos"))
    assert str(caught.value)[: len(expected) + 6] == f"s.txt:{expected}"


AGREEING = "spec: agreeing\n\ngiven w1.low = 3\n"


def test_a_given_start_is_judged_as_a_whole() -> None:
    """The spec refuses the first line without the second."""
    read = scenario(AGREEING + "given w1.high = 5\n*", "s.txt")
    found = setup_of(read, find(agreeing.__file__))
    assert found.start == ("w1.low = 3", "w1.high = 5")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("w1.high = 2", "4: the given start is refused by the spec: ValueError: 3 is above 2"),
        ("w9 is down", "4: unknown node 'w9'; expected w1"),
    ],
)
def test_the_named_line_has_the_mistake_of_the_whole_start(line: str, expected: str) -> None:
    read = scenario(f"{AGREEING}given {line}\n*", "s.txt")
    with pytest.raises(TraceError) as caught:
        setup_of(read, find(agreeing.__file__))
    assert str(caught.value) == f"s.txt:{expected}"


def test_a_given_start_of_a_model_without_nodes_is_refused() -> None:
    read = scenario("spec: lamport\n\ngiven a1 is down\n*", "s.txt")
    with pytest.raises(TraceError) as caught:
        setup_of(read, find("lamport"))
    expected = "s.txt:3: lamport is a Model without nodes, which does not take start"
    assert str(caught.value) == expected
