"""A check for `case Promise:`, a pattern that matches every value and binds the value to a name."""

from __future__ import annotations

import ast

from pcheck.errors import SpecError
from pcheck.text import shown_path


def check_captures(tree: ast.Module, path: str) -> None:
    """Raise SpecError if a `case` pattern binds a name that is written like a class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.MatchAs) and node.pattern is None:
            name = node.name or ""
            if name[:1].isupper():
                raise SpecError(
                    f"{shown_path(path)}:{node.lineno}: `case {name}` matches every value and "
                    f"binds it to the name {name}; write `case {name}()`"
                )
