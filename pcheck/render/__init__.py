"""A run, or a state graph, in each form that it is looked at or handed on in."""
