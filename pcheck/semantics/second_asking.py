"""The handlers, asked again after a search: a different answer depends on hidden state.

A handler must be a function of its state and message. The search calls a handler twice and then
remembers the answer. A handler that remembers something of its own may answer both calls alike, and
otherwise later. Then some executions that the search explored do not exist, and it may have missed
others. So after the search each handler is asked once more, in reverse order.
"""

from __future__ import annotations

from pcheck.errors import SpecError, Unreliable
from pcheck.language.printing import show
from pcheck.semantics.faults import fault, situation
from pcheck.semantics.node import Asked, Move

Moves = tuple[Move, ...]


def difference(asked: Asked) -> str | None:
    """Ask a handler again; return how the answer differs from the remembered one, or None."""
    node, actor, letter = asked
    before = node.moves(actor, letter)
    try:
        now = node.moves_again(actor, letter)
    except SpecError as error:
        if isinstance(error.__cause__, MemoryError):
            raise error.__cause__ from None
        text = str(error).partition(f"() of {node.me} ")[2]
        return f"did not return {_said(before)}, but {text.removesuffix(f' {_situation(asked)}')}"
    if list(map(_key, now)) == list(map(_key, before)):
        return None
    has_labels = [move.label for move in now] != [move.label for move in before]
    return f"returned {_said(now, has_labels)} instead of {_said(before, has_labels)}"


def unreliable(asked: Asked, differs: str, more: str) -> Unreliable:
    """Return the error that names the handler and how its answer differs; `more` is its end."""
    handler, needs = ("actions", "state")
    if asked.letter is not None:
        handler, needs = ("receive", "state and message")
    text = f"depends on more than its {needs}: asked again later, it {differs}"
    return Unreliable(fault(asked.actor, handler, f"{text} {_situation(asked)}{more}"))


def _situation(asked: Asked) -> str:
    _, actor, letter = asked
    if letter is None:
        return situation(actor, "actions", None, None)
    return situation(actor, "receive", letter.message, letter.src)


def _key(move: Move) -> tuple[str, int, int]:
    """Return a key of a move; equal actors and equal bundles are one object."""
    return move.label, id(move.actor), id(move.bundle)


def _said(moves: Moves, has_labels: bool = False) -> str:
    """Return an answer in words; each of several moves has its label."""
    texts = list(map(_said_move, moves))
    if len(moves) == 1 and not has_labels:
        return texts[0]
    return f"({', '.join(f'{move.label}: {text}' for move, text in zip(moves, texts))})"


def _said_move(move: Move) -> str:
    """Return the next state of a move and what the move sends, or None if nothing changes."""
    sends = [
        f"{show(letter.message)} to {', '.join(receivers) or 'nobody'}"
        for letter, receivers in move.bundle.sends
    ]
    state = show(move.actor)
    return f"({', '.join([state, *sends])})" if sends else state
