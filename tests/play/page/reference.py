"""Random walks of the reference semantics, with everything that a page shows after each step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random
from typing import Any

from pcheck.language.actor import Actor
from pcheck.language.property import Kind, Property
from pcheck.language.seen import History, Seen
from pcheck.semantics.cluster_model import ClusterModel, State, fields_of
from pcheck.semantics.network import Letter, Network
from pcheck.semantics.node import Config
from pcheck.semantics.trace import Trace
from pcheck.traces.ignoring import ignores
from pcheck.traces.timeline import timeline_of

Shown = dict[str, Any]
THIS = "this message"


def walk(model: ClusterModel, random: Random, most: int) -> Trace[State]:
    """Return a random trace of at most so many steps; crashes are rarer than other steps."""
    states, labels = [model.initial()], list[str]()
    for _ in range(most):
        steps = list(model.steps(states[-1]))
        if not steps:
            break
        weights = [0.3 if label.endswith(" crashes") else 1.0 for label, _ in steps]
        [(label, after)] = random.choices(steps, weights)
        states.append(after)
        labels.append(label)
    return Trace(tuple(states), tuple(labels))


class Reference:
    """The reference semantics, which says about each state of a trace what a page must show."""

    def __init__(self, model: ClusterModel, why: Callable[..., str] = ignores) -> None:
        """`why` says why an actor ignores a message."""
        self.model = model
        self._why, self._known = why, dict[tuple[int, Letter], str]()

    def shown(self, trace: Trace[State]) -> list[Shown]:
        """Return what is shown in the initial state and after each step."""
        timeline, seen = timeline_of(self.model, trace), [*map(self.model.observe, trace.states)]
        verdicts: dict[str, list[Any]] = {each.name: [None, None] for each in self.model.properties}
        stories: dict[str, list[str] | None] = {}
        found = []
        for number, state in enumerate(trace.states):
            for prop in self.model.properties:
                if verdicts[prop.name][0] is None:
                    answer = _answer(prop, seen, number)
                    if answer not in (None, False):
                        verdicts[prop.name] = [number, answer]
            for prop in self.model.properties:
                since = verdicts[prop.name][0]
                if prop.kind is Kind.ALWAYS and since == number:
                    history = History(timeline.observations[: number + 1])
                    lines = map(str, prop.explain(history)) if prop.explain is not None else None
                    stories[prop.name] = [*lines] if lines is not None else None
            event = timeline.events[number - 1] if number else None
            found.append(
                self._state(state)
                | {
                    "milestones": sorted(event.milestones) if event else [],
                    "stories": {**stories},
                    "why": (event.ignored or "") if event else "",
                    "verdicts": {name: [*each] for name, each in verdicts.items()},
                }
            )
        return found

    def _state(self, state: State) -> Shown:
        model = self.model
        names = [str(node.me) for node in model.nodes]
        fields = {name: fields_of(config) for name, config in zip(names, state.nodes)}
        return {
            "steps": [label for label, _ in model.steps(state)],
            "ignored": [
                each for i, config in enumerate(state.nodes) for each in self._ignored(i, config)
            ],
            "waiting": [
                [str(node.me), f"{letter.src}: {letter.text}"]
                for node, config in zip(model.nodes, state.nodes)
                for letter in _waiting(config, node.network)
            ],
            "unknown": 0,
            "fields": {
                name: {key: text for key, text in each.items() if key}
                for name, each in fields.items()
            },
            "down": [name for name in names if fields[name].get("") == "down"],
            "inboxes": [[f"{a.src}: {a.text}" for a in each.inbox] for each in state.nodes],
            "crashes": state.crashes,
        }

    def _ignored(self, i: int, config: Config) -> list[list[str]]:
        node = self.model.nodes[i]
        if not config.up or node.network.ignoring_is_a_step:
            return []
        return [
            [str(node.me), f"{letter.src}: {letter.text}", self._reason(config.actor, letter)]
            for letter in node.network.next(config.inbox)
            if all(move.actor is None for move in node.moves(config.actor, letter))
        ]

    def _reason(self, actor: Actor, letter: Letter) -> str:
        key = id(actor), letter  # equal actors are one object
        if key not in self._known:
            self._known[key] = self._why(actor, letter.message, letter.src, THIS)
        return self._known[key]


def _waiting(config: Config, network: Network) -> Sequence[Letter]:
    """Return the messages that cannot be delivered now."""
    inbox = config.inbox
    if not config.up:
        return tuple(dict.fromkeys(inbox))
    if network.name != "fifo":
        return ()
    return tuple(each for before, each in pairwise(inbox) if before.src == each.src)


def _answer(prop: Property, seen: Sequence[Seen], number: int) -> bool | str | None:
    first = number - prop.is_step_property
    return prop.answer(*seen[first : number + 1]) if first >= 0 else None
