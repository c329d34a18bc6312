"""Traces: following labels leads through the states of a trace."""

from __future__ import annotations

from pcheck.search.reference import explore
from pcheck.semantics.trace import follow
from tests.search.drawn import CHAIN, Graph, never


def test_following_the_labels_of_a_trace_gives_the_same_trace() -> None:
    search = explore(Graph(CHAIN, never("Z")))
    trace = search.discoveries["never_Z"].trace
    assert follow(Graph(CHAIN), trace.labels) == trace


def test_following_ends_before_a_label_that_is_not_enabled() -> None:
    trace = follow(Graph(CHAIN), ("A B", "B C", "C D", "D Z"))
    assert (trace.states, trace.labels, len(trace)) == (("A", "B", "C"), ("A B", "B C"), 2)
