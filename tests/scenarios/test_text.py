"""The text format of scenarios: what a text says, and the line of each mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from pcheck.errors import TraceError
from pcheck.scenarios.expectations import FieldIs, PropertyIs
from pcheck.scenarios.patterns import Pattern
from pcheck.scenarios.text import (
    Command,
    Expect,
    Explore,
    Line,
    Scenario,
    Step,
    read_scenario,
    scenario,
)

WHOLE = """\
# a comment
spec: paxos
crash-nodes: a1

  # another one
given a1.promised = 2
given a1   is down

p1 starts ballot 1
each a* <- p1: Prepare(1)
...
expect a1.promised = 2
…
expect agreement is false
lost: p1 -> a1: Prepare(1)
explore from here
"""
EXPECTED = Scenario(
    "s.txt",
    {"spec": Line(2, "paxos"), "crash_nodes": Line(3, "a1")},
    (Line(6, "a1.promised = 2"), Line(7, "a1 is down")),
    (
        Command(Line(9, "p1 starts ballot 1"), Step(Pattern("p1 starts ballot 1"))),
        Command(
            Line(10, "each a* <- p1: Prepare(1)"), Step(Pattern("a* <- p1: Prepare(1)"), each=True)
        ),
        Command(
            Line(12, "expect a1.promised = 2"),
            Expect(FieldIs("a1.promised", Pattern("2"), True)),
            searches=True,
        ),
        Command(
            Line(14, "expect agreement is false"),
            Expect(PropertyIs("agreement", "false")),
            searches=True,
        ),
        Command(
            Line(15, "lost: p1 -> a1: Prepare(1)"), Step(Pattern("lost: p1 -> a1: Prepare(1)"))
        ),
        Command(Line(16, "explore from here"), Explore()),
    ),
)
HEAD = "spec: paxos\n\n"


def fault(text: str) -> str:
    with pytest.raises(TraceError) as caught:
        scenario(text, "s.txt")
    return str(caught.value)


def test_a_scenario_has_settings_a_given_start_and_commands() -> None:
    assert scenario(WHOLE, "s.txt") == EXPECTED


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace(" ", "\t"),
        lambda text: text.replace(" ", "  ").replace("\n", " \n"),
        lambda text: text.removesuffix("\n"),
    ],
)
def test_other_ends_of_lines_and_blanks_make_no_difference(change: object, tmp_path: Path) -> None:
    assert callable(change)
    file = tmp_path / "s.txt"
    file.write_bytes(change(WHOLE).encode())
    read = read_scenario(file)
    assert read == Scenario(str(file), EXPECTED.settings, EXPECTED.given, EXPECTED.commands)


def test_blanks_inside_quotes_stay() -> None:
    text = "given  w1.name  =  'a  b'\nw1  says  \"c  d\"  and  'it\\'s  so'\n"
    read = scenario(HEAD + text, "s.txt")
    assert read.given == (Line(3, "w1.name = 'a  b'"),)
    assert read.commands[0].line == Line(4, "w1 says \"c  d\" and 'it\\'s  so'")


def test_lines_are_counted_as_in_an_editor() -> None:
    """A form feed or a line separator of Unicode ends no line."""
    read = scenario(HEAD + "p1 starts\x0c\u2028ballot 1\np1 starts ballot 3\n", "s.txt")
    assert [each.line for each in read.commands] == [
        Line(3, "p1 starts ballot 1"),
        Line(4, "p1 starts ballot 3"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "s.txt: the scenario names no spec; write the line `spec: NAME` first"),
        ("# only a comment\n\n", "s.txt: the scenario names no spec"),
        ("acceptors: 1\n\np1 starts", "s.txt:1: the scenario names no spec"),
        ("p1 starts ballot 1", "s.txt:1: the scenario names no spec"),
        ("spec: paxos\nspec: raft", "s.txt:2: spec is set twice"),
        ("spec: x\ncrash-nodes: a\ncrash_nodes: b", "s.txt:3: crash_nodes is set twice"),
        ("spec:", "s.txt:1: spec has no value"),
        ("spec: paxos", "s.txt: the scenario has no step and no expectation"),
        (HEAD + "given a1 is down", "s.txt: the scenario has no step and no expectation"),
        (HEAD + "...", "s.txt:3: nothing follows the ellipsis"),
        (HEAD + "...\n\n...\nx", "s.txt:5: two ellipses follow each other; leave one out"),
        (HEAD + "...\nexplore from here", "s.txt:4: after an ellipsis, write a step or"),
        (HEAD + "...\nexpect p1 sent A(*)", "s.txt:4: an ellipsis searches for a state"),
        (HEAD + "...\nexpect milestone: x", "s.txt:4: an ellipsis searches for a state"),
        (HEAD + "...\nexpect x can be reached from here", "s.txt:4: an ellipsis searches"),
        (HEAD + "explore from there", "s.txt:3: expected `explore from here`, got `explore from"),
        (HEAD + "x\ngiven a1 is down", "s.txt:4: a given start must come before all steps"),
        (HEAD + "x\nnetwork: once", "s.txt:4: the setting network must come before all other"),
        (HEAD + "x\ncrash-nodes: a1", "s.txt:4: the setting crash-nodes must come before"),
        (HEAD + "each", "s.txt:3: each needs the label of a step, as in `each a* <- p1: *`"),
        (HEAD + "expect", "s.txt:3: an expectation must be like a1.promised = 2; "),
        (HEAD + "expect a1.promised == 2", "s.txt:3: an expectation must be like"),
        (HEAD + "expect a1 is upside down", "s.txt:3: an expectation must be like"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, expected: str) -> None:
    assert fault(text)[: len(expected)] == expected


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "s.txt"
    file.write_bytes(b"spec: \xff\xfe")
    with pytest.raises(TraceError) as caught:
        read_scenario(file)
    assert str(caught.value) == f"{file} is not a scenario: it is not text in UTF-8"


@pytest.mark.parametrize(
    ("make", "reason"), [(Path.mkdir, "Is a directory"), (str, "No such file or directory")]
)
def test_a_file_that_cannot_be_read_is_refused(make: object, reason: str, tmp_path: Path) -> None:
    assert callable(make)
    make(tmp_path / "s.txt")
    with pytest.raises(TraceError) as caught:
        read_scenario(tmp_path / "s.txt")
    assert str(caught.value) == f"{tmp_path / 's.txt'} cannot be read: {reason}"
