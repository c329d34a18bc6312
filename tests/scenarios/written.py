"""Scenarios of the tests: carried out, or with the error of the first line that fails."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pcheck.errors import TraceError
from pcheck.loading.spec import Spec, find
from pcheck.scenarios.running import Run, Searched, run_scenario
from pcheck.scenarios.setting import setup_of
from pcheck.scenarios.text import scenario

PAXOS = "spec: paxos\nacceptors: 1\nrounds: 2\ncrashes: 1\n\n"


def carried_out(text: str, spec: Spec | None = None, head: str = PAXOS) -> Run:
    """Return the scenario of these lines, carried out."""
    read = scenario(head + text, "s.txt")
    return run_scenario(read, setup_of(read, spec or find(read.spec.text)))


def fault(text: str, spec: Spec | None = None, head: str = PAXOS) -> str:
    """Return the text of the error of a scenario, without its file; the lines count from 1."""
    first = head.count("\n")
    with pytest.raises(TraceError) as caught:
        carried_out(text, spec, head)
    file, number, rest = str(caught.value).split(":", 2)
    assert file == "s.txt"
    return f"{int(number) - first}:{rest}"


@dataclass(frozen=True)
class Found:
    """The results of the lines of a scenario, and the steps that it took."""

    answers: list[tuple[bool | None, str]]
    searched: list[tuple[int, int]]
    labels: tuple[str, ...]


def found(text: str, spec: Spec | None = None, head: str = PAXOS) -> Found:
    """Return all that a scenario led to."""
    run = carried_out(text, spec, head)
    return Found(
        [(each.answer.is_so, each.answer.fact) for each in run.checked],
        [(each.first, each.last) for each in run.records if isinstance(each, Searched)],
        run.stepping.labels,
    )
