"""Checks of the actors of a spec file for what Python allows and pcheck would silently ignore."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from difflib import get_close_matches
from types import FunctionType, ModuleType

from pcheck.blame import place_of
from pcheck.errors import SpecError
from pcheck.language.actor import Actor, fixed, volatile
from pcheck.language.kinds import undecorated

HANDLERS = {"actions": "(self)", "receive": "(self, msg, src)"}  # with their parameters
OWN_NAMES = ("me", "but", *HANDLERS)
MIN_LIKENESS = 0.8  # of a misspelt name and the name of a handler


def check_actor_classes(module: ModuleType, tree: ast.Module) -> None:
    """Raise SpecError for an actor without decorator, or with a wrong handler or field.

    A method that the file uses is a helper, however its name is written.
    """
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for kind in vars(module).values():
        if isinstance(kind, type) and issubclass(kind, Actor):
            if kind.__module__ != module.__name__:
                continue
            error = undecorated(kind) or _wrong_field(kind) or _misspelt(kind, used)
            if error is not None:
                raise SpecError(f"{place_of(kind)}{error}")
            for handler, error in _wrong_handlers(kind):
                raise SpecError(f"{place_of(handler)}{error}")


def _wrong_field(kind: type) -> str | None:
    """Return the error about a field with a name of pcheck, or declared without (), or None."""
    for name in inspect.get_annotations(kind):
        if name in OWN_NAMES:
            return f"{kind.__name__} has a field {name}, a name that pcheck uses; rename the field"
        for declare in (fixed, volatile):
            if vars(kind).get(name) is declare:
                text = f"the field {name} of {kind.__name__} is declared with {declare.__name__}"
                return f"{text} itself; write {declare.__name__}() or {declare.__name__}(DEFAULT)"
    return None


def _wrong_handlers(kind: type) -> Iterator[tuple[FunctionType, str]]:
    """Yield each handler that cannot be called as a handler, and the error about it."""
    for name, parameters in HANDLERS.items():
        handler = vars(kind).get(name)
        if not isinstance(handler, FunctionType):
            continue
        text = f"{name} of {kind.__name__}"
        if inspect.iscoroutinefunction(handler) or inspect.isasyncgenfunction(handler):
            yield handler, f"{text} is asynchronous; write def {name}{parameters}"
        if name == "receive" and inspect.isgeneratorfunction(handler):
            yield handler, f"{text} yields its step; write return instead of yield"
        if not _takes(handler, parameters.count(",") + 1):
            found = inspect.signature(handler)
            yield handler, f"{text} has the parameters {found}; write def {name}{parameters}"


def _takes(handler: FunctionType, count: int) -> bool:
    """Return whether a handler can be called with this number of arguments, in the right order."""
    signature = inspect.signature(handler)
    try:
        signature.bind(*range(count))
    except TypeError:
        return False
    return list(signature.parameters)[1:] != ["src", "msg"]


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
