"""The state graph, drawn: what is in it comes from `pcheck.search.state_graph`."""
