"""The reason why no run has an event: the node, the guard, and what was possible instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pcheck.audit.events import Event, said
from pcheck.audit.fitting import fits
from pcheck.audit.options import Taken
from pcheck.audit.trail import Stuck
from pcheck.audit.walk import Walk
from pcheck.language.printing import show
from pcheck.language.reading import shown_fields
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Config
from pcheck.text import nearest, one_of
from pcheck.traces.ignoring import ignores
from pcheck.traces.impossible import MAX_LISTED, why_not_offered
from pcheck.traces.timeline import Sent


def refused_node(walk: Walk, stuck: Stuck) -> int:
    """Return the node whose next event is the cause: the first one that does not only wait."""
    left = [i for i, log in enumerate(walk.nodes) if stuck.at[i] < len(log.events)]
    done = {walk.model.nodes[i].me for i in range(len(walk.nodes)) if i not in left}

    def rank(i: int) -> tuple[int, int, int]:
        log, at = walk.nodes[i], stuck.at[i]
        event = walk.log.event(log.events[at])
        waits = 0 if stuck.is_dead[i] else 1 if event.src is None or event.src in done else 2
        return waits, log.files[at], log.lines[at]

    return min(left, key=rank)


def reason_of(walk: Walk, stuck: Stuck, i: int) -> str:
    """Return why the next event of a node is not possible."""
    me, local = walk.model.nodes[i].me, stuck.local[i]
    event = walk.log.event(walk.nodes[i].events[stuck.at[i]])
    if event.kind == "state":
        return f"{me} is in another state: {_other_fields(event, local)}"
    if event.kind == "send":
        return f"{me} has not sent this by then{_sent_instead(walk, i)}"
    if event.kind == "restart":
        return f"{me} is not down"
    if not local.up:
        return f"{me} is down"
    if event.kind == "deliver":
        return _why_not_taken(walk, stuck, i, event)
    return _why_not_acting(walk, i, event, local)


def _why_not_taken(walk: Walk, stuck: Stuck, i: int, event: Event) -> str:
    """Return why a node cannot take a message, or not as the log says."""
    me, local, inbox = walk.model.nodes[i].me, stuck.local[i], walk.inboxes[i]
    letters = letters_of(walk, event, i)
    if not letters:
        return _never_sent(walk, i, event)
    possible = [letter for letter in letters if inbox.can_take(letter)]
    if not possible:
        return f"{me} has received this as often as it was sent"
    steps = list(_steps(walk, i, local, possible))
    if all(not step.changes for step in steps) and (event.sends or event.state):
        letter = possible[0]
        why = f"{me} {ignores(local.actor, letter.message, letter.src)}"
        return why if event.sends else f"{why}; so {_other_fields(event, local)}"
    return _mismatch(walk, i, event, steps)


def _steps(walk: Walk, i: int, local: Config, letters: Iterable[Letter | None]) -> Iterator[Taken]:
    """Yield the steps of a node on these messages, whatever the log says; None: its actions."""
    for letter in letters:
        bare = Event(-1, "", "deliver" if letter is not None else "act")
        yield from walk.options.of(i, local, bare, letter)


def letters_of(walk: Walk, event: Event, i: int) -> list[Letter]:
    """Return the messages sent to a node that can be the one that an event takes."""
    if event.kind != "deliver":
        return []
    found = walk.inboxes[i].index.candidates(event.src, event.message)
    return [letter for letter in found if walk.fits(event, letter)[0]]


def _never_sent(walk: Walk, i: int, event: Event) -> str:
    model, inbox = walk.model, walk.inboxes[i]
    src, me = event.src, model.nodes[i].me
    if src is not None and src not in model.index:
        return f"the protocol has no node {src}"
    sent = [letter.text for letter in inbox.sent if src in (None, letter.src)]
    who = src or "no node"
    has = "has not sent" if src is not None else "has sent"
    like = nearest(said(event.message), sent)
    return f"{who} {has} {said(event.message)} to {me} by then{like}"


def _why_not_acting(walk: Walk, i: int, event: Event, local: Config) -> str:
    node = walk.model.nodes[i]
    steps = list(_steps(walk, i, local, [None]))
    label = f"{node.me} {event.action}"
    alike = [s for s in steps if event.action is None or f"{s.label}, ".startswith(f"{label}, ")]
    if alike:
        return _mismatch(walk, i, event, alike)
    why = why_not_offered(node, local.actor, label)
    offered = [step.label for step in steps]
    return (
        f"{node.me} does not take this step{nearest(label, offered) if why is None else f': {why}'}"
    )


def _mismatch(walk: Walk, i: int, event: Event, steps: list[Taken]) -> str:
    """Return how the steps of a node differ from what the log says of the step."""
    me = walk.model.nodes[i].me
    label = f"{me} {event.action}, " if event.action is not None else ", "
    choices = [step.choice or step.label.partition(label)[2] for step in steps]
    if event.choice is not None and event.choice not in choices:
        known = [each for each in choices if each]
        return (
            f"{me} has no choice {event.choice} here{f'; it has {one_of(known)}' if known else ''}"
        )
    after = [step for step in steps if walk.options.is_in_state(i, event, step.after)]
    if not after:
        return f"after this step, {me} is in another state: {_other_fields(event, steps[0].after)}"
    sends = [str(Sent(letter.message, tuple(map(str, to)))) for letter, to in after[0].bundle.sends]
    does = " and ".join(sends) or "sends nothing"
    return f"in this step, {me} {does}, and the log says that it {_sends_said(event)}"


def _sends_said(event: Event) -> str:
    """Return what a step sends, as the log has it."""
    found = []
    for each in event.sends or ():
        to = f" to {', '.join(each['to'])}" if each.get("to") else ""
        verb = "says" if each.get("to") == () else "sends"
        found.append(f"{verb} {said(each['message'])}{to}")
    return " and ".join(found) or "sends nothing"


def _other_fields(event: Event, local: Config) -> str:
    shown = shown_fields(local.actor)
    wrong = [
        f"{name} = {show(shown[name])}, and the log says {said(logged)}"
        for name, logged in (event.state or {}).items()
        if not fits(logged, shown[name])
    ]
    return "; ".join(wrong)


def _sent_instead(walk: Walk, i: int) -> str:
    sent = [f"{letter.text} to {to}" for letter, to in walk.outboxes[i].sent if to]
    return f"; it has sent {'; '.join(sent[-2:])}" if sent else ""


def possible_instead(walk: Walk, stuck: Stuck, i: int) -> tuple[str, ...]:
    """Return the labels of what the node could have done: first few of its steps."""
    local = stuck.local[i]
    if not local.up:
        return (f"{walk.model.nodes[i].me} restarts",)
    letters: list[Letter | None] = [None, *walk.inboxes[i].letters()]
    found = [step.label for each in letters for step in walk.options.hidden(i, local, each)]
    return tuple(found[:MAX_LISTED])
