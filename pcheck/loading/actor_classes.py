"""Checks of the actors of a spec file for what Python allows and pcheck would silently ignore."""

from __future__ import annotations

import ast
from difflib import get_close_matches
from types import FunctionType, ModuleType

from pcheck.blame import place_of
from pcheck.errors import SpecError
from pcheck.language.actor import Actor
from pcheck.language.kinds import undecorated

HANDLERS = ("actions", "receive")
MIN_LIKENESS = 0.8  # of a misspelt name and the name of a handler


def check_actor_classes(module: ModuleType, tree: ast.Module) -> None:
    """Raise SpecError for an actor without decorator, or with a misspelt handler.

    A method that the file uses is a helper, however its name is written.
    """
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for kind in vars(module).values():
        if isinstance(kind, type) and issubclass(kind, Actor):
            if kind.__module__ != module.__name__:
                continue
            error = undecorated(kind) or _misspelt(kind, used)
            if error is not None:
                raise SpecError(f"{place_of(kind)}{error}")


def _misspelt(kind: type, used: set[str]) -> str | None:
    """Return the error about a method that is named almost like a handler, or None."""
    for name, member in vars(kind).items():
        if not isinstance(member, FunctionType) or name in HANDLERS or name in used:
            continue
        for handler in get_close_matches(name, HANDLERS, n=1, cutoff=MIN_LIKENESS):
            if handler not in vars(kind):
                text = f"{kind.__name__} has a method {name}, which pcheck does not call"
                return f"{text}; rename {name} to {handler}"
    return None
