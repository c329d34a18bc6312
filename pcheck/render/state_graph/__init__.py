"""Drawings of a state graph that `pcheck.search.state_graph` has built."""
