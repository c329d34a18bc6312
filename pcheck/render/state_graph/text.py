"""A whole state in words: all that tells it from every other state.

The columns of a trace are not enough for that. Two states may differ in nothing but what is on its
way, in how many crashes there have been, or in what was said to nobody in particular.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pcheck.blame import described, place_of, place_raised
from pcheck.errors import SpecError
from pcheck.language.model import Model
from pcheck.language.printing import show
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.text import counted, printable


def state_text(model: Model[Any], state: Any) -> str:
    """Return a line for each node, and for the messages that may still reach it."""
    lines = [*_columns(model, state)]
    if isinstance(model, ClusterModel):
        lines += [*_on_the_way(model, state), *_said(state)]
        lines += [counted(state.crashes, "crash")] if state.crashes else []
    elif type(model).columns is not Model.columns:
        lines.append(show(state))  # of which the columns may tell a part only
    return "\n".join(map(printable, lines))


def _columns(model: Model[Any], state: Any) -> Iterator[str]:
    """`a1: promised = 1, vote = None`"""
    try:
        for name, fields in model.columns(state).items():
            each = (f"{field} = {value}" if field else value for field, value in fields.items())
            yield f"{name}: {', '.join(each)}"
    except Exception as error:
        place = place_raised(error) or place_of(model.columns)
        raise SpecError(f"{place}columns raised {described(error)}") from error


def _on_the_way(model: ClusterModel, state: State) -> Iterator[str]:
    """`to a1: Prepare(ballot=1) from p1`, each copy of it, in the order of the inbox."""
    for node, config in zip(model.nodes, state.nodes, strict=True):
        if config.inbox:
            letters = (f"{show(each.message)} from {each.src}" for each in config.inbox)
            yield f"to {node.me}: {', '.join(letters)}"


def _said(state: State) -> Iterator[str]:
    """Yield what the properties saw that is on its way to nobody: it is remembered all the same."""
    waiting = {letter for config in state.nodes for letter in config.inbox}
    for letter in sorted(state.observed - waiting, key=lambda each: each.order):
        yield f"{letter.src} said: {show(letter.message)}"


def said(about: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the properties say of a state or a step of the graph."""
    if "violates" in about:
        yield f"violates {about['violates']}: {about['why']}"
    if "reaches" in about:
        yield f"reaches {about['reaches']}"
