"""Behaviour that no execution shows: a hint at an error in the spec.

A complete search asks the handlers of every node about every state and message that an execution
leads to. With reductions, it may ask about states that no execution leads to as well, and of nodes
that are interchangeable only one may be asked. So if no answer shows a behaviour, no execution
shows it: a case or an action that is never taken, a message that is never sent or that changes
nothing, a field that keeps its first value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from inspect import get_annotations
from typing import Any, NamedTuple, TypeAlias

from pcheck.blame import place_of
from pcheck.coverage.calls import Call, calls, has_effect
from pcheck.coverage.lines import roles_of
from pcheck.coverage.source import Case, Offer, sources
from pcheck.coverage.tracer import Tracer
from pcheck.language.kinds import is_part_of_pcheck, state_fields
from pcheck.language.model import Model
from pcheck.language.values import exact
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.text import an, one_of, shown_path

Tick = Callable[[], None]
Site: TypeAlias = Case | Offer


class Never(NamedTuple):
    """Something that never happens, and the file and line of the code."""

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}" if self.place else self.text


def never_happens(model: Model[Any], max_states: int, tick: Tick) -> list[Never]:
    """Return what never happens, after a complete search of `max_states` states.

    `tick` is called often and may raise to stop.
    """
    if not isinstance(model, ClusterModel):
        offers = [offer for source in sources(roles_of(model)) for offer in source.offers()]
        return list(_not_visited(offers, _Visits(offers, calls(model, max_states), tick)))
    return list(_of_cluster(model, tick))


def _of_cluster(model: ClusterModel, tick: Tick) -> Iterator[Never]:
    effective = [asked for asked in model.asked if has_effect(asked)]
    active = {type(asked.actor) for asked in effective}
    for role in _by_name(roles_of(model) - active):
        yield _at_class(role, f"no {role.__name__} ever changes its state or sends a message")
    found = sources(active)
    cases = [case for source in found for case in source.cases()]
    sent = {type(letter.message) for letter in model.letters()}
    sites: list[Site] = []
    for case in cases:
        if case.kinds and not any(issubclass(each, case.kinds) for each in sent):
            kinds = one_of(an(kind.__name__) for kind in case.kinds)
            yield Never(_place(case), f"no node ever sends {kinds}, which `{case.text}` expects")
        else:
            sites.append(case)
    sites += [offer for source in found for offer in source.offers()]
    if any(source.uses_cache() for source in found):  # then only handlers are sure to run again
        sites = [site for site in sites if site.source.handler]
    yield from _not_visited(sites, _Visits(sites, calls(model, 0), tick))
    expected = {kind for case in cases for kind in case.kinds}
    reacted = {type(asked.letter.message) for asked in effective if asked.letter is not None}
    for kind in _by_name(sent - reacted):
        is_watched = issubclass(kind, (*expected, *_seen(model)))
        if not is_watched and kind.__module__ != "builtins":
            yield _at_class(kind, f"no node ever reacts to {an(kind.__name__)}")
    yield from _constant_fields(model, active)


def _not_visited(sites: Iterable[Site], visits: _Visits) -> Iterator[Never]:
    """Yield the cases and actions that no call takes, or none with an effect."""
    for site in sites:
        if site not in visits.taken:
            is_case = isinstance(site, Case)
            what = "no message ever takes" if is_case else f"no state ever offers {site.noun}"
            yield Never(_place(site), f"{what} `{site.text}`")
        elif site not in visits.effective:
            text = f"{site.noun} `{site.text}` never changes a state or sends a message"
            yield Never(_place(site), text)


class _Visits:
    """The cases and actions that some call takes, and those that it takes with an effect."""

    def __init__(self, sites: Iterable[Site], every: Iterable[Call], tick: Tick) -> None:
        self.taken: set[Site] = set()
        self.effective: set[Site] = set()
        self._left = list(sites)
        self._tracer = Tracer(
            {site.source.file for site in self._left},
            {
                site.source.function.__code__
                for site in self._left
                if isinstance(site, Case) and site.body.column is not None
            },
        )
        for call in every:
            if not self._left:
                break
            tick()
            near = [site for site in self._left if _concerns(site, call)]
            if near or call.handler == "steps":  # which finds the next states
                self._visit(near, call)

    def _visit(self, sites: list[Site], call: Call) -> None:
        offered, executed = self._tracer.run(call.run)
        changing = {executed.offers(each): False for each in offered}
        for each in offered:
            changing[executed.offers(each)] |= call.changes(each)
        for site in sites:
            if isinstance(site, Case):
                is_taken = executed.has(site.source.file, site.body)
                effect = call.has_effect or not site.source.handler  # may only help to decide
            else:
                at = site.source.file, site.line
                is_taken = at in executed.lines
                effect = changing.get(at, True)  # True if the action was made anew elsewhere
            if is_taken:
                self.taken.add(site)
            if is_taken and effect:
                self.effective.add(site)
                self._left.remove(site)


def _concerns(site: Site, call: Call) -> bool:
    """Return whether a call may take a case or an action that is not taken yet."""
    if call.of not in site.source.roles or site.source.handler not in ("", call.handler):
        return False
    kinds = site.kinds if isinstance(site, Case) else ()
    return not kinds or isinstance(call.message, kinds)


def _constant_fields(model: ClusterModel, roles: Iterable[type]) -> Iterator[Never]:
    """Yield the fields that no step changes."""
    left = {role: [n for n in state_fields(role) if _is_users_field(role, n)] for role in roles}
    for asked in model.asked:
        names = left.get(type(asked.actor))
        for move in asked.node.moves(asked.actor, asked.letter) if names else ():
            if names and move.actor is not None:
                names[:] = [name for name in names if not _changes(name, asked.actor, move.actor)]
    for role in _by_name(left):
        for name in left[role]:
            text = f"the field {name} of {an(role.__name__)} never changes"
            yield _at_class(role, f"{text}; declare a constant with fixed()")


def _is_users_field(role: type, field: str) -> bool:
    """Return whether the class that declares a field belongs to a spec, and not to pcheck."""
    owner = next((each for each in role.__mro__ if field in get_annotations(each)), role)
    return not is_part_of_pcheck(owner)


def _changes(name: str, before: object, after: object) -> bool:
    old, new = getattr(before, name), getattr(after, name)
    return old is not new and exact(old) != exact(new)


def _seen(model: ClusterModel) -> set[type]:
    """Return the classes of messages that a property or a milestone sees."""
    seen = [each.sees for each in model.properties] + [each.sees for each in model.milestones]
    return {kind for sees in seen for kind in sees if isinstance(kind, type)}


def _place(site: Site) -> str:
    return f"{shown_path(site.source.file)}:{site.line}"


def _at_class(kind: type, text: str) -> Never:
    return Never(place_of(kind).removesuffix(": "), text)


def _by_name(kinds: Iterable[type]) -> list[type]:
    return sorted(kinds, key=lambda kind: kind.__qualname__)
