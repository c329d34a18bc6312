"""Traces: labels are followed along the states that they lead to."""

from __future__ import annotations

from pcheck.search.reference import explore
from pcheck.semantics.trace import follow
from tests.search.drawn import CHAIN, Graph, never


def test_the_labels_of_a_trace_lead_along_its_states() -> None:
    search = explore(Graph(CHAIN, never("Z")))
    path = search.discoveries["never_Z"].trace
    assert follow(Graph(CHAIN), path.labels) == path


def test_following_ends_where_a_label_is_not_enabled() -> None:
    path = follow(Graph(CHAIN), ("A B", "B C", "C D", "D Z"))
    assert (path.states, path.labels, len(path)) == (("A", "B", "C"), ("A B", "B C"), 2)
