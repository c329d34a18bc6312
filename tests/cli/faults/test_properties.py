"""Faulty properties: each error is one line with the file, the line and the property."""

from __future__ import annotations

import pytest

from tests.cli.faults.asking import (
    BUILT,
    JUDGE,
    JUDGED,
    REACHED,
    Ends,
    Fault,
    Vague,
    changed,
    check_place,
    complaint,
)

JUDGING: dict[str, Fault] = {
    "raises": (
        {JUDGE: "return 1 / 0"},
        "fault.py:[1 / 0]: the property truth raised ZeroDivisionError: division by zero",
    ),
    "exits": (
        {JUDGE: "raise SystemExit(0)"},
        "fault.py:[raise SystemExit]: the property truth raised SystemExit: 0",
    ),
    "answers True": (
        {JUDGE: "return True"},
        "fault.py:[@always]: the @always truth must return None if it holds, "
        "or a non-empty message if not, got True",
    ),
    "answers with an empty message": (
        {JUDGE: 'return ""'},
        "fault.py:[@always]: the @always truth must return None if it holds, "
        "or a non-empty message if not, got ''",
    ),
    "is a sometimes that answers with a message": (
        {REACHED: 'return "yes"'},
        "fault.py:[@sometimes]: the @sometimes somebody_answers must return True or False, "
        "got 'yes'",
    ),
    "answers differently when it is asked again": (
        {JUDGED: f"CALLS = []\n\n\n{JUDGED}", JUDGE: "CALLS.append(1); return str(len(CALLS))"},
        "fault.py:[@always]: the property truth depends on more than its observation: "
        "asked again later, "
        "it returned '2' instead of '1'; the global `CALLS` changed from [] to "
        "[1, 1]; let the property depend only on what it sees",
    ),
    "sees a class that no actor sends": (
        {JUDGED: "@always(sees=[Other])", JUDGE: "return None"},
        "fault.py:[@always]: truth sees Other, which no actor of this cluster ever sends; "
        "correct sees=[...] or send an Other",
    ),
    "reads a class that it did not declare": (
        {JUDGED: "@always(sees=[Ask])"},
        "fault.py:[return None if all]: the property truth raised LookupError: "
        "truth reads Answer; add Answer to its sees=[...]",
    ),
    "reads a field that it did not declare": (
        {JUDGE: 'return seen.field("given")'},
        "fault.py:[seen.field]: the property truth raised LookupError: "
        "truth reads 'given'; add 'given' to its sees=[...]",
    ),
    "asks which nodes are up and did not declare UP": (
        {JUDGE: 'return None if seen.up(Id("s1")) else "down"'},
        "fault.py:[seen.up]: the property truth raised LookupError: "
        "truth reads seen.up; add UP, from pcheck, to its sees=[...]",
    ),
    "asks for a node that the cluster does not have": (
        {JUDGED: "@always(sees=[UP])", JUDGE: 'return None if seen.up(Id("s22")) else "down"'},
        "fault.py:[seen.up]: the property truth raised KeyError: "
        "'the cluster has no node s22; did you mean Id(\"s2\")?'",
    ),
    "writes UP with quotes": (
        {JUDGED: '@always(sees=["up"])', JUDGE: "return None"},
        "fault.py:[return Cluster]: truth sees the field 'up', which no node has; "
        "for seen.up write UP without quotes",
    ),
}


@pytest.mark.parametrize("engine", ["reference", "compiled"])
@pytest.mark.parametrize(("changes", "line"), JUDGING.values(), ids=JUDGING)
def test_a_faulty_property_is_reported(
    changes: dict[str, str], line: str, engine: str, explored: Ends, machine_code: None
) -> None:
    source = changed(changes)
    assert explored(source, "--engine", engine, "--quiet") == complaint(line, source)


VAGUE: dict[str, Vague] = {
    "a property that sees a string": (
        {JUDGED: '@always(sees="given")', JUDGE: "return None"},
        "fault.py:[@always]:",
        ("truth", "sees=[", "given"),
    ),
    "a milestone that answers with nothing": (
        {
            BUILT: "@milestone(sees=[Answer])\ndef landmark(seen):\n    return None\n\n\n@spec\n",
            "milestones=[]": "milestones=[landmark]",
            "answer.number == 1": "answer.number == 2",
        },
        "fault.py:[@milestone]:",
        ("landmark", "None"),
    ),
}


@pytest.mark.parametrize(("changes", "place", "parts"), VAGUE.values(), ids=VAGUE)
def test_a_fault_is_reported_with_its_place(
    changes: dict[str, str], place: str, parts: tuple[str, ...], explored: Ends
) -> None:
    check_place(explored, changed(changes), place, parts)


@pytest.mark.parametrize("arguments", [(), ("--quiet",), ("--json",), ("--engine", "compiled")])
def test_a_cluster_without_properties_is_not_checked(
    arguments: tuple[str, ...], explored: Ends
) -> None:
    """Such a search would end as `holds`, and so would every bug of the spec."""
    source = changed({"properties=[truth, somebody_answers]": "properties=[]"})
    line = (
        "fault.py:[@spec]: asking declares no properties, so there is nothing to check; "
        "pass properties=[...] to its Cluster"
    )
    assert explored(source, *arguments) == complaint(line, source)


def test_a_cluster_without_properties_has_a_state_graph(explored: Ends, pcheck: Ends) -> None:
    explored(changed({"properties=[truth, somebody_answers]": "properties=[]"}))
    written = "Wrote graph.dot: 5 states (none violating), 5 transitions\n"
    graph = "graph", "./fault.py", "--crashes", "0", "-o", "graph.dot"
    assert pcheck(*graph) == (0, written, "")
