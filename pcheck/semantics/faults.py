"""The errors about the handlers of a node: each names the handler, the node and the state."""

from __future__ import annotations

from pcheck.blame import place_of
from pcheck.errors import SpecError
from pcheck.language.actor import Actor
from pcheck.language.names import Id
from pcheck.language.printing import show


def fault(actor: Actor, handler: str, text: str, place: str = "") -> SpecError:
    """Return the error about a handler of a node: `mine.py:31: receive() of n1 raised ...`."""
    place = place or place_of(getattr(type(actor), handler))
    return SpecError(f"{place}{handler}() of {actor.me} {text}")


def situation(actor: Actor, handler: str, message: object, src: Id | None) -> str:
    """Return when a handler fails, for an error: `[on M() from n2, in state S]`."""
    cause = "on a crash, " if handler == "but" else ""
    if src is not None:
        cause = f"on {show(message)} from {src}, "
    return f"[{cause}in state {show(actor)}]"
