"""The text of a whole state, which differs from the text of every other state.

The columns of a trace are not sufficient. Two states with equal columns may differ in their
undelivered messages, in their number of crashes, or in the messages without receivers that
properties have observed.
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
    """Return the text of a state, with a line for each node and for its undelivered messages."""
    lines = [*_columns(model, state)]
    if isinstance(model, ClusterModel):
        lines += [*_undelivered(model, state), *_observed(state)]
        lines += [counted(state.crashes, "crash")] if state.crashes else []
    elif type(model).columns is not Model.columns:
        lines.append(show(state))  # the columns may contain only a part of the state
    return "\n".join(map(printable, lines))


def _columns(model: Model[Any], state: Any) -> Iterator[str]:
    """Yield a line for each column: `a1: promised = 1, vote = None`."""
    try:
        for name, fields in model.columns(state).items():
            each = (f"{field} = {value}" if field else value for field, value in fields.items())
            yield f"{name}: {', '.join(each)}"
    except Exception as error:
        place = place_raised(error) or place_of(model.columns)
        raise SpecError(f"{place}columns raised {described(error)}") from error


def _undelivered(model: ClusterModel, state: State) -> Iterator[str]:
    """Yield the inbox of each node, with all copies: `to a1: Prepare(ballot=1) from p1`."""
    for node, config in zip(model.nodes, state.nodes, strict=True):
        if config.inbox:
            letters = (f"{show(each.message)} from {each.src}" for each in config.inbox)
            yield f"to {node.me}: {', '.join(letters)}"


def _observed(state: State) -> Iterator[str]:
    """Yield the observed messages that are in no inbox.

    Properties have seen these messages, so that they are a part of the state.
    """
    in_inboxes = {letter for config in state.nodes for letter in config.inbox}
    for letter in sorted(state.observed - in_inboxes, key=lambda each: each.order):
        yield f"{letter.src} said: {show(letter.message)}"


def mark_texts(about: Mapping[str, Any]) -> Iterator[str]:
    """Yield the properties that a state or a step of the graph violates or reaches."""
    if "violates" in about:
        yield f"violates {about['violates']}: {about['why']}"
    if "reaches" in about:
        yield f"reaches {about['reaches']}"
