"""Exact reductions: each takes the automaton of a node and returns a smaller one."""
