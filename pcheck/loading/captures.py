"""Finds `case Promise:`, which Python reads as "anything, and call it Promise"."""

from __future__ import annotations

import ast

from pcheck.errors import SpecError
from pcheck.text import shown_path


def check_captures(tree: ast.Module, path: str) -> None:
    """A name that looks like a class but would match every message is an error."""
    for node in ast.walk(tree):
        if isinstance(node, ast.MatchAs) and node.pattern is None:
            name = node.name or ""
            if name[:1].isupper():
                raise SpecError(
                    f"{shown_path(path)}:{node.lineno}: `case {name}` matches anything and calls "
                    f"it {name}: write `case {name}()`"
                )
