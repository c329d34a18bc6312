"""Faulty builders: each error is one line with the file, the line and the fault."""

from __future__ import annotations

import pytest

from tests.cli.faults.asking import (
    BUILT,
    GROUPS,
    JUDGED,
    Ends,
    Fault,
    Vague,
    changed,
    check_place,
    complaint,
)

BUILDING: dict[str, Fault] = {
    "a builder that raises": (
        {GROUPS: f"{GROUPS}\n    1 / 0"},
        "fault.py:[1 / 0]: the builder asking raised ZeroDivisionError: division by zero",
    ),
    "a builder that exits": (
        {GROUPS: f"{GROUPS}\n    raise SystemExit(0)"},
        "fault.py:[raise SystemExit]: the builder asking raised SystemExit: 0",
    ),
    "a builder that returns nothing": (
        {"return Cluster": "Cluster"},
        "fault.py:[@spec]: the builder asking returned a NoneType; "
        "return Cluster({...}, properties=[...]) or a Model",
    ),
    "an actor made wrongly": (
        {"Caller(servers=s)": "Caller(server=s)"},
        "fault.py:[Caller(server=s)]: the builder asking raised TypeError: "
        "Caller.__init__() got an unexpected keyword argument 'server'; did you mean 'servers'?",
    ),
    "a group of negative size": (
        {"servers)": "servers - 3)"},
        "fault.py:[servers - 3]: the builder asking raised ValueError: "
        "the size of group 's' must be an integer from 0 to 1000, got -1",
    ),
    "no nodes": (
        {"c: lambda i: Caller(servers=s), s: lambda i: Server()": ""},
        "fault.py:[return Cluster]: the cluster has no nodes; "
        "give at least one group a size above 0",
    ),
    "two groups of one name": (
        {'group("s", servers)': 'group("c", servers)'},
        "fault.py:[return Cluster]: two groups are named c; give each its own name",
    ),
    "a list in an initial state": (
        {"Server()": "Server([])"},
        "fault.py:[return Cluster]: s1 begins with an unsupported value: "
        "given is a list; use a tuple",
    ),
    "a new field without decorator": (
        {"@always": "class More(Server):\n    more: int = 0\n\n\n@always", "Server()}": "More()}"},
        "fault.py:[class More]: More adds the field more but is not a dataclass; "
        "write @dataclass(frozen=True) above class More",
    ),
    "a property without decorator": (
        {JUDGED: ""},
        "fault.py:[return Cluster]: truth is not a property; "
        "write @always(sees=[...]) or @sometimes(sees=[...]) above the function",
    ),
    "a property that sees an unknown field": (
        {JUDGED: '@always(sees=["givn"])'},
        "fault.py:[return Cluster]: truth sees the field 'givn', which no node has; "
        "did you mean 'given'?",
    ),
}


@pytest.mark.parametrize(("changes", "line"), BUILDING.values(), ids=BUILDING)
def test_a_builder_that_fails_is_reported(
    changes: dict[str, str], line: str, explored: Ends
) -> None:
    source = changed(changes)
    assert explored(source) == complaint(line, source)


VAGUE: dict[str, Vague] = {
    "a milestone that sees an unknown field": (
        {
            BUILT: '@milestone(sees=["givn"])\ndef landmark(seen):\n    return {}\n\n\n@spec\n',
            "milestones=[]": "milestones=[landmark]",
        },
        "fault.py:[return Cluster]:",
        ("landmark sees the field 'givn', which no node has", "did you mean 'given'?"),
    ),
}


@pytest.mark.parametrize(("changes", "place", "parts"), VAGUE.values(), ids=VAGUE)
def test_a_fault_is_reported_with_its_place(
    changes: dict[str, str], place: str, parts: tuple[str, ...], explored: Ends
) -> None:
    check_place(explored, changed(changes), place, parts)
