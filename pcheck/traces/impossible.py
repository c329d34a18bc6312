"""The reason why a step is not possible in a state, and the steps that are possible instead."""

from __future__ import annotations

import re
from typing import Any

from pcheck.language.actor import Action, Actor, Either
from pcheck.language.model import Model
from pcheck.language.names import Id
from pcheck.language.printing import brief
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import Inbox, Letter
from pcheck.semantics.node import Node, delivered, lost
from pcheck.text import counted, nearest, unknown
from pcheck.traces.ignoring import conditions_against, ignores

MAX_LISTED = 6  # possible steps
SAME = "its state stays the same, and it sends no new message"
DELIVERY = re.compile(r"(?P<dst>\S+) <- (?P<src>\S+): (?P<message>.+)", re.S)


def why_impossible(model: Model[Any], state: Any, label: str) -> str:
    """Return why a step is not possible and what is possible instead, as sentences."""
    possible = [each for each, _ in model.steps(state)]
    if not isinstance(model, ClusterModel):
        reason = f"no step has this label{nearest(label, possible)}"
    elif (node := _node_of(model, label)) is None:
        name = label.split()[0] if label.split() else label
        reason = unknown("node", name, map(str, model.index))
    else:
        reason = _reason(model, state, node, label)
        possible.sort(key=lambda each: _node_of(model, each) is not node)
    end = "" if reason.endswith("?") else "."
    return f"{reason}{end} {possible_instead(possible)}"


def possible_instead(possible: list[str]) -> str:
    """Return the sentence about the possible steps, crashes last: at most the first few of them."""
    possible = sorted(possible, key=lambda each: each.endswith(" crashes"))
    if not possible:
        return "No step is possible."
    more = len(possible) - MAX_LISTED
    others = f"; {counted(more, 'other step')}" if more > 0 else ""
    return f"Possible instead: {'; '.join(possible[:MAX_LISTED])}{others}."


def _node_of(model: ClusterModel, label: str) -> Node | None:
    """Return the node whose step has this label; of a loss, the receiver."""
    name, *rest = label.split() or [""]
    if name == "lost:" and "->" in rest:
        name = " ".join(rest).partition(" -> ")[2].partition(":")[0]
    return next((each for each in model.nodes if each.me == Id(name)), None)


def _reason(model: ClusterModel, state: State, node: Node, label: str) -> str:
    """Return why a node of a cluster cannot take a step."""
    me, config = node.me, state.nodes[model.index[node.me]]
    if label == f"{me} restarts":
        return f"{me} is not down"
    if label == f"{me} crashes":
        return _why_no_crash(model, state, node, is_up=config.up)
    if not config.up and not label.startswith("lost: "):
        return f"{me} is down"
    if label.startswith("lost: "):
        return _why_no_loss(model, node, config.inbox, label)
    delivery = DELIVERY.fullmatch(label)
    if changes_nothing(model, state, label):
        taken = letter_in(config.inbox, me, label)
        what = f"on {brief(taken.message)}" if taken is not None else "in this step"
        return f"{me} changes nothing {what}: {SAME}"
    if delivery is None:
        why = why_not_offered(node, config.actor, label)
        offered = [each.label for each in node.moves(config.actor, None)]
        return (
            f"{me} does not take this step{nearest(label, offered) if why is None else f': {why}'}"
        )
    letter = letter_in(config.inbox, me, label)
    if letter is None:
        return _not_undelivered(model, node, config.inbox, label)
    if letter not in node.network.next(config.inbox):
        return f"{me} takes an earlier message of {letter.src} first"
    other = other_choices(node, config.actor, letter)
    if other is not None:
        return f"{me} takes {brief(letter.message)} {other}"
    return f"{me} {ignores(config.actor, letter.message, letter.src)}"


def _not_undelivered(model: ClusterModel, node: Node, inbox: Inbox, label: str) -> str:
    """Return that no such message is undelivered, with a message that is like it."""
    found = DELIVERY.fullmatch(label)
    assert found is not None
    if Id(found["src"]) not in model.index:
        return unknown("node", found["src"], map(str, model.index))
    like = nearest(label, [delivered(each.src, node.me, each.message) for each in inbox])
    return f"no such message from {found['src']} to {node.me} is undelivered{like}"


def _why_no_crash(model: ClusterModel, state: State, node: Node, *, is_up: bool) -> str:
    if not is_up:
        return f"{node.me} is down"
    if not node.may_crash:
        return f"{node.me} may not crash"
    return f"the trace may have {counted(model.crashes, 'crash')}"


def _why_no_loss(model: ClusterModel, node: Node, inbox: Inbox, label: str) -> str:
    if not model.network.losing_is_a_step:
        return f"a loss is not a step on the network {model.network.name}"
    if label not in [lost(each.src, node.me, each.message) for each in inbox]:
        return f"no such message to {node.me} is undelivered"
    return f"{node.me} takes an earlier message first"


def letter_in(inbox: Inbox, me: Id, label: str) -> Letter | None:
    """Return the undelivered letter that a step with this label delivers, with any choice."""
    texts = [(delivered(each.src, me, each.message), each) for each in inbox]
    return next((each for text, each in texts if f"{label}, ".startswith(f"{text}, ")), None)


def changes_nothing(model: Model[Any], state: Any, label: str) -> bool:
    """Return whether a step of a node leads back to the same state, so that a search skips it.

    On the network `set`, a node that repeats its answer takes such a step.
    """
    return isinstance(model, ClusterModel) and any(
        row.label == label and model.after(state, i, row) == state for i, row in model.rows(state)
    )


def other_choices(node: Node, actor: Actor, letter: Letter) -> str | None:
    """Return how a node takes a message, or None if the node ignores it with every choice."""
    taken = [move.label for move in node.moves(actor, letter) if move.actor is not None]
    if not taken:
        return None
    text = delivered(letter.src, node.me, letter.message)
    choices = [label.removeprefix(text).removeprefix(", ") for label in taken]
    return f"only as: {'; '.join(choices)}" if any(choices) else "without a choice"


def why_not_offered(node: Node, actor: Actor, label: str) -> str | None:
    """Return the conditions because of which a node does not offer an action, if they are known."""

    def offered(actions: list[Any]) -> bool:
        return any(label in _labels(node.me, each) for each in actions)

    return conditions_against(actor, offered)


def _labels(me: Id, action: Action) -> list[str]:
    """Return the labels of the steps of an action, each with its choice."""
    text, step = f"{me} {action.label}", action.step
    if isinstance(step, Either):
        return [f"{text}, {choice}" for choice, way in step.ways if way is not None]
    return [text] if step is not None else []
