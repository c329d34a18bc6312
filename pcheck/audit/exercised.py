"""The rules of a protocol that no event of a log has exercised."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from pcheck.audit.options import Taken
from pcheck.coverage.lines import roles_of
from pcheck.coverage.source import Case, Offer, sources
from pcheck.coverage.tracer import Executed, Tracer
from pcheck.language.actor import Action
from pcheck.search.clock import Tick
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.node import StepKind
from pcheck.text import shown_path

Site = Case | Offer


def never_exercised(
    model: ClusterModel, taken: Iterable[tuple[int, Taken]], tick: Tick
) -> Iterator[str]:
    """Yield each reaction and action of the protocol that none of these steps is."""
    found = [source for source in sources(roles_of(model)) if source.handler]
    left: list[Site] = [case for source in found for case in source.cases()]
    left += [offer for source in found for offer in source.offers()]
    by_column = {
        site.source.function.__code__
        for site in left
        if isinstance(site, Case) and site.body.column is not None
    }
    tracer = Tracer({site.source.file for site in left}, by_column)
    for i, step in taken:
        if not left:
            break
        role = type(step.before.actor)
        if step.changes and any(role in site.source.roles for site in left):
            tick()
            is_taken = _taken(str(model.nodes[i].me), step, tracer)
            left = [site for site in left if not is_taken(site)]
    for site in sorted(left, key=lambda site: (site.source.file, site.line)):
        what = "no event takes" if isinstance(site, Case) else "no event is the action"
        yield f"{shown_path(site.source.file)}:{site.line}: {what} `{site.text}`"


def _taken(me: str, step: Taken, tracer: Tracer) -> Callable[[Site], bool]:
    """Return whether a step is the reaction or the action at a place of the source."""
    letter, actor = step.letter, step.before.actor
    if letter is not None:
        _, executed = tracer.run(lambda: actor.receive(letter.message, letter.src))
        return lambda site: isinstance(site, Case) and executed.has(site.source.file, site.body)
    if step.kind is not StepKind.ACT:
        return lambda site: False
    actions, executed = tracer.run(lambda: list(actor.actions()))
    places = {_place(each, executed) for each in actions if _is_label(me, each, step.label)}
    return lambda site: isinstance(site, Offer) and (site.source.file, site.line) in places


def _place(action: Action, executed: Executed) -> tuple[str, int] | None:
    return executed.offers(action)


def _is_label(me: str, action: Action, label: str) -> bool:
    return f"{label}, ".startswith(f"{me} {action.label}, ")
