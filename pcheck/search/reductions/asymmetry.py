"""The error about a handler that distinguishes names declared interchangeable."""

from __future__ import annotations

from typing import NamedTuple

from pcheck.blame import place_of
from pcheck.errors import Asymmetric
from pcheck.language.actor import Actor
from pcheck.language.kinds import FACTS
from pcheck.language.printing import show
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Move, Node
from pcheck.semantics.renaming import Names, renamed


class Asking(NamedTuple):
    """A question to a node: what it does in a state, on a letter or without one."""

    node: Node
    actor: Actor
    letter: Letter | None


def asymmetric(names: Names, one: Asking, other: Asking) -> Asymmetric:
    """Return the error about a reaction that is not the other one with these names swapped."""
    role = type(one.actor)
    handler = role.receive if one.letter is not None else role.actions
    pair = " and ".join(names)
    return Asymmetric(
        f"{place_of(handler)}{pair} are declared interchangeable, but {handler.__name__}() of "
        f"{role.__name__} distinguishes them: {_reaction(one)}, and with the names swapped "
        f"{_reaction(other)}{_unlike_field(names, one.node, other.node)}; compare names only with "
        f"== and with no fixed name, or remove {pair} from interchangeable=[...]"
    )


def _reaction(asked: Asking) -> str:
    """Return the text of a reaction: `n1 [on M() from n2, in state S] becomes T and sends N()`."""
    node, actor, letter = asked
    on = f"on {show(letter.message)} from {letter.src}, " if letter is not None else ""
    moves = [_move(move) for move in node.moves(actor, letter)]
    does = " or ".join(moves) or ("ignores it" if letter is not None else "does nothing")
    return f"{node.me} [{on}in state {show(actor)}] {does}"


def _move(move: Move) -> str:
    """Return the text of one alternative of a step."""
    becomes = [f"becomes {show(move.actor)}"] if move.actor is not None else []
    sends = [
        f"sends {show(letter.message)} to {', '.join(receivers) or 'nobody'}"
        for letter, receivers in move.bundle.sends
    ]
    return " and ".join([*becomes, *sends]) or "changes nothing"


def _unlike_field(names: Names, node: Node, other: Node) -> str:
    """Return a text about a fixed field of a node that is not that of the other with the names."""
    one, two = node.handlers.begin, other.handlers.begin
    for name in FACTS[type(one)].fixed:
        here, there = getattr(one, name), getattr(two, name)
        if show(renamed(here, names)) != show(there):
            text = f"{name} of {node.me} is {show(here)}, and of {other.me} {show(there)}"
            return f" (the fixed field {text})"
    return ""
