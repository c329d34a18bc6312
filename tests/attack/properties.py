"""Random properties: all events of a small footprint, each forbidden, and some wanted too.

One search with many properties compares more than a verdict: for each event, the least number of
steps to it. Half of the protocols have a property about steps, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

from pcheck.language.names import Group, Id
from pcheck.language.property import Property, always, sometimes
from pcheck.language.seen import UP, Seen, Sees, Up
from tests.attack.messages import Page, content

PLAIN_EVENT, PLAIN_STEP = "a1_sends", "a1_sends_first"  # distinguish the nodes of a group
Event = Callable[[Seen], bool]
Events = Iterator[tuple[str, Event]]


def draw_properties(
    random: Random, states: int, groups: Sequence[Group], kinds: Sequence[type[Any]]
) -> Iterator[Property]:
    """Yield the properties over a few kinds of messages, fields and crashes."""
    kind = random.choice((*kinds, kinds[-1], kinds[-1]))
    field = random.choice(("at", "count", "held"))
    footprints = ([kind], kinds[:2], [field], [kind, field], [UP], [kind, UP])
    footprint: list[Sees] = [*random.choices(footprints, weights=(4, 4, 4, 4, 1, 1))[0]]
    events = {name: event for what in footprint for name, event in _of(what, states, groups)}
    if len(footprint) > 1:
        events["all"] = lambda seen: all(event(seen) for event in firsts)
        firsts = [next(event for _, event in _of(what, states, groups)) for what in footprint]
    if random.random() < 0.03 and kind in footprint:
        events[PLAIN_EVENT] = lambda seen: Id("a1") in {src for src, _ in seen.sent(kind)}
    for name, event in events.items():
        yield _forbidden(name, footprint, event)
    if random.random() < 0.3:
        for name in random.sample(sorted(events), min(2, len(events))):
            yield sometimes(sees=footprint, name=f"some_{name}")(events[name])
    others = Random()  # what is drawn from it leaves the rest of the protocol as it is
    others.setstate(random.getstate())
    if others.random() < 0.5:
        whole = others.random() < 0.7
        sees = footprint if whole else [others.choice(footprint)]
        some = {name: event for what in sees for name, event in _of(what, states, groups)}
        yield _step_property(others, sees, some)
    if others.random() < 0.03 and kind in footprint:
        yield _plain_step(kind)
    if others.random() < 0.5 and field in footprint and field != "held":
        yield _no_change(footprint, field, others.randrange(3), others.randrange(3))


def _of(what: Sees, states: int, groups: Sequence[Group]) -> Events:
    """Yield the events that concern one kind of messages, one field, or which nodes are up."""
    if isinstance(what, Up):
        for count in (1, 2):
            yield f"{count}_down", _down(groups, count)
        return
    if what == "held":
        for count in (1, 2):
            yield f"{count}_hold_themselves", _holding(what, lambda node, held: held == node, count)
            yield f"{count}_hold_a_name", _valued(what, lambda held: held is not None, count)
        return
    if isinstance(what, str):
        for value in range(states if what == "at" else 2, 0, -1):
            for count in (1, 2):
                name = f"{count}_with_{what}_{value}"
                yield name, _valued(what, lambda held, v=value: held == v, count)
        return
    for count in (1, 2, 3):
        yield f"{count}_senders_of_{what.__name__}", _differing(what, lambda src, _: src, count)
        yield f"{count}_of_{what.__name__}", _differing(what, lambda *pair: pair, count)
    for group in groups:
        yield f"{group.name}_sends_{what.__name__}", _some(what, lambda src, _, g=group: src in g)
        name = f"{what.__name__}_names_{group.name}"
        yield name, _some(what, lambda _, each, g=group: each.name in g)
    yield f"{what.__name__}_names_its_sender", _some(what, lambda src, each: each.name == src)
    yield f"{what.__name__}_has_a_value", lambda seen: any(_unsigned(seen, what, "value"))
    yield f"two_names_in_{what.__name__}", lambda seen: len(_unsigned(seen, what, "name")) > 1
    yield f"two_values_in_{what.__name__}", lambda seen: len(_unsigned(seen, what, "value")) > 1


def _holding(field: str, test: Callable[..., bool], count: int) -> Event:
    def event(seen: Seen) -> bool:
        held = [
            (node, each.names[0] if isinstance(each, Page) else each)
            for node, each in seen.field(field)
        ]
        return sum(test(*pair) for pair in held) >= count

    return event


def _valued(field: str, test: Callable[..., bool], count: int) -> Event:
    """Return the event that a field has some value at a number of nodes, whichever they are."""

    def event(seen: Seen) -> bool:
        held = [each.names[0] if isinstance(each, Page) else each for each in seen.values_of(field)]
        return sum(map(test, held)) >= count

    return event


def _down(groups: Sequence[Group], count: int) -> Event:
    return lambda seen: sum(not seen.up(node) for nodes in groups for node in nodes) >= count


def _differing(kind: type[Any], part: Callable[..., Any], count: int) -> Event:
    return lambda seen: len({part(s, content(each)) for s, each in seen.sent(kind)}) >= count


def _unsigned(seen: Seen, kind: type[Any], part: str) -> set[Any]:
    """Return a part of each message of a kind, without reading who sent the messages."""
    return {getattr(content(message), part) for message in seen.messages(kind)}


def _some(kind: type[Any], test: Callable[..., bool]) -> Event:
    return lambda seen: any(test(src, content(each)) for src, each in seen.sent(kind))


def _forbidden(name: str, sees: list[Sees], event: Event) -> Property:
    def holds(seen: Seen) -> str | None:
        return f"the event {name} happened" if event(seen) else None

    return always(sees=sees, name=name)(holds)


def _step_property(random: Random, sees: list[Sees], events: dict[str, Event]) -> Property:
    """Return a property that forbids some steps, given two events."""
    first, then = (events[name] for name in random.choices(sorted(events), k=2))
    forbidden: dict[str, Callable[[Seen, Seen], bool]] = {
        "in_order": lambda before, after: (
            (first(before) and not then(before) and then(after))
            or (then(before) and not then(after))
        ),
        "stays": lambda before, after: then(before) and not then(after),
        "apart": lambda before, after: (
            not (first(before) or then(before)) and first(after) and then(after)
        ),
        "from_to": lambda before, after: first(before) and then(after),
        "ends": lambda before, _: first(before) and then(before),
        "is_seen": lambda before, after: first(before) and then(before) and before == after,
        "is_last": lambda before, after: then(before) and before != after,
    }
    name = random.choice(sorted(forbidden))

    def allows(before: Seen, after: Seen) -> str | None:
        return f"the step is not {name}" if forbidden[name](before, after) else None

    return always(sees=sees, name=name)(allows)


def _plain_step(kind: type[Any]) -> Property:
    def holds(before: Seen, after: Seen) -> str | None:
        new = {src for src, _ in after.sent(kind)} - {src for src, _ in before.sent(kind)}
        late = Id("a1") in new and before.sent(kind)
        return "a1 was not the first to send" if late else None

    return always(sees=[kind], name=PLAIN_STEP)(holds)


def _no_change(sees: list[Sees], field: str, old: int, new: int) -> Property:
    """Return the property that no step changes a field from one value to another."""

    def holds(before: Seen, after: Seen) -> str | None:
        for change in after.changes_since(before, field):
            if (change.old, change.new) == (old, new):
                return f"{field} became {new}"
        return None

    return always(sees=sees, name=f"no_{field}_from_{old}_to_{new}")(holds)
