"""The steps of one node that an event of a log can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pcheck.audit.events import Event
from pcheck.audit.fitting import can_be_matched, fits
from pcheck.errors import UsageError
from pcheck.language.names import Id
from pcheck.language.reading import shown_fields
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Bundle, Config, StepKind, delivered
from pcheck.text import unknown


class Taken(NamedTuple):
    """A step of a node, between configurations with an empty inbox: what a log knows of a state.

    `changes` is false for a message that the node ignores.
    """

    kind: StepKind
    label: str
    before: Config
    after: Config
    bundle: Bundle
    letter: Letter | None
    changes: bool
    choice: str = ""  # the label of the alternative, if it is known


class Options:
    """The steps of the nodes of a cluster, each computed once."""

    def __init__(self, model: ClusterModel) -> None:
        self.model = model
        self._known: dict[tuple[Config, int, Letter | None], tuple[Taken, ...]] = {}
        self._hidden: dict[tuple[Config, Letter | None], tuple[Taken, ...]] = {}

    def of(self, i: int, local: Config, event: Event, letter: Letter | None) -> tuple[Taken, ...]:
        """Return the steps of node i that fit an event, of a delivery those with this letter."""
        key = local, event.number, letter
        found = self._known.get(key)
        if found is None:
            steps = self._of_kind(i, local, event, letter)
            found = tuple([step for step in steps if self.agrees(i, event, step)])
            self._known[key] = found
        return found

    def hidden(self, i: int, local: Config, letter: Letter | None) -> tuple[Taken, ...]:
        """Return the steps of node i that a log may leave out: actions, or those on a letter."""
        if not local.up:
            return ()
        key = local, letter
        if key not in self._hidden:
            steps = self._moves(i, local, letter)
            self._hidden[key] = tuple([step for step in steps if step.changes])
        return self._hidden[key]

    def _of_kind(
        self, i: int, local: Config, event: Event, letter: Letter | None
    ) -> Iterator[Taken]:
        """Yield the steps of the kind of an event, whatever else the event says."""
        node, actor = self.model.nodes[i], local.actor
        nothing = self.model.empty_bundle(i)
        if event.kind == "crash" and local.up:
            after = node.config(node.handlers.after_crash(actor), False, ())
            yield Taken(StepKind.CRASH, f"{node.me} crashes", local, after, nothing, None, True)
        if event.kind == "restart" and not local.up:
            after = node.config(actor, True, ())
            yield Taken(StepKind.RESTART, f"{node.me} restarts", local, after, nothing, None, True)
        if event.kind in ("act", "deliver") and local.up:
            yield from self._moves(i, local, letter if event.kind == "deliver" else None)

    def _moves(self, i: int, local: Config, letter: Letter | None) -> Iterator[Taken]:
        node, kind = self.model.nodes[i], StepKind.ACT if letter is None else StepKind.DELIVER
        for move in node.moves(local.actor, letter):
            after = local if move.actor is None else node.config(move.actor, True, ())
            if move.actor is not None or letter is not None:
                changes, choice = move.actor is not None, ""
                if letter is not None:
                    begin = delivered(letter.src, node.me, letter.message)
                    choice = move.label.removeprefix(begin).removeprefix(", ")
                yield Taken(kind, move.label, local, after, move.bundle, letter, changes, choice)

    def agrees(self, i: int, event: Event, step: Taken) -> bool:
        """Return whether a step is as the event says, besides its kind and its message."""
        return (
            _has_label(self.model.nodes[i].me, event, step)
            and (event.sends is None or _same_sends(event.sends, step.bundle))
            and self.is_in_state(i, event, step.after)
        )

    def is_in_state(self, i: int, event: Event, local: Config) -> bool:
        """Return whether the fields of a node are as the event says."""
        if event.state is None:
            return True
        shown = shown_fields(local.actor)
        for name in event.state:
            if name not in shown:
                raise UsageError(unknown("field", name, shown, of=str(self.model.nodes[i].me)))
        return all(fits(logged, shown[name]) for name, logged in event.state.items())


def _has_label(me: str, event: Event, step: Taken) -> bool:
    label = step.label
    if event.kind == "act" and event.action is not None:
        text = f"{me} {event.action}"
        if label != text and not label.startswith(f"{text}, "):
            return False
        if event.choice is not None:
            return label == f"{text}, {event.choice}"
    if event.choice is None or step.letter is not None:
        return event.choice in (None, step.choice)
    return label.endswith(f", {event.choice}")


def _same_sends(logged: tuple[Mapping[str, Any], ...], bundle: Bundle) -> bool:
    """Return whether these are the messages of a step; each receiver may have its own entry."""
    if can_be_matched(logged, bundle.sends, lambda each, sent: _is_sent(each, *sent)):
        return True
    if any("to" not in each or len(each["to"]) > 1 for each in logged):
        return False
    sent: dict[str, list[Letter]] = {}
    said: dict[str, list[Any]] = {}
    for letter, receivers in bundle.sends:
        for to in receivers or ("",):
            sent.setdefault(str(to), []).append(letter)
    for each in logged:
        for to in each["to"] or ("",):
            said.setdefault(to, []).append(each["message"])
    return sent.keys() == said.keys() and all(
        can_be_matched(said[to], sent[to], lambda m, letter: m is None or fits(m, letter.message))
        for to in sent
    )


def _is_sent(logged: Mapping[str, Any], letter: Letter, receivers: tuple[Id, ...]) -> bool:
    to = logged.get("to")
    if to is not None and sorted(to) != sorted(map(str, receivers)):
        return False
    return logged["message"] is None or fits(logged["message"], letter.message)
