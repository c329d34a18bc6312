"""Renderers that write a finding, a search result or a state graph as text, picture or file."""
