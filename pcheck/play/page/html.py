"""The page of a protocol, on which a reader takes the steps; it contains no reference to a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from string import Template
from typing import Any

from pcheck.errors import UsageError
from pcheck.loading.rules import rules
from pcheck.loading.setup import Setup
from pcheck.play.page.closing import Reactions
from pcheck.play.page.data import PlayData
from pcheck.play.page.recording import Answers, record
from pcheck.render.diagram.style import DIAGRAM_STYLE
from pcheck.render.page.html import about, facts
from pcheck.render.page.markup import Markup, element, joined
from pcheck.render.page.parts import allowed, embedded, part
from pcheck.render.page.why import why
from pcheck.search.clock import Clock, OnProgress, Progress, Tick
from pcheck.search.engine import OnNote
from pcheck.search.limits import Limits
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.trace import Trace
from pcheck.text import counted
from pcheck.traces.explanation import Explanation
from pcheck.traces.saved import saved_from

FILES = resources.files("pcheck.play.page")


@dataclass(frozen=True)
class Page:
    """The text of a page and a summary of its size."""

    text: str
    summary: str


def page_of(
    setup: Setup, labels: Sequence[str], on_progress: OnProgress | None, on_note: OnNote
) -> Page:
    """Return the page of a setup; it opens after the steps with these labels.

    Raise UsageError for a Model without nodes.
    """
    model = setup.model
    if not isinstance(model, ClusterModel):
        raise UsageError(
            f"{setup.spec.name} is a Model without nodes, which a page cannot hold; play it in a "
            "terminal, without -o"
        )
    if setup.target is not None:
        model.properties = (setup.target,)
    clock = Clock(Limits(), on_progress)
    reactions = Reactions(model, clock.ticking(Progress(), "asking every node for its reactions"))
    answers = record(model, on_progress, on_note)
    tick = clock.ticking(Progress(), "writing the page")
    text = _html(setup, reactions, answers, labels, tick)
    states, size = sum(map(len, reactions.locals)), len(text.encode()) / 1000
    summary = (
        f"{counted(len(model.nodes), 'node')}, {counted(states, 'local state')}, {size:,.0f} kB"
    )
    return Page(text, summary)


def _html(
    setup: Setup,
    reactions: Reactions,
    answers: Sequence[Answers],
    labels: Sequence[str],
    tick: Tick,
) -> str:
    engine, script = part("engine.js", FILES), part("play.js", FILES)
    heading = f"Play {setup.spec.name}"
    data = PlayData(setup, reactions, answers, tick).to_dict()
    return Template(part("play.html", FILES)).substitute(
        title=element("title", heading),
        style=f"{part('page.css')}{DIAGRAM_STYLE}{part('play.css', FILES)}",
        engine=engine,
        script=script,
        engine_allowed=allowed(engine),
        script_allowed=allowed(script),
        heading=joined(heading),
        about=about(setup),
        rules=_rules(setup),
        facts=facts(setup),
        limits=joined(*(element("p", line) for line in _limits(reactions, answers))),
        data=embedded({"tables": data, "saved": _saved(setup), "first": list(labels)}),
    )


def _rules(setup: Setup) -> Markup:
    """Return the rules that the bug changes, or nothing without a bug."""
    found = tuple(rules(setup.bug, setup.spec.builder)) if setup.bug is not None else ()
    if not found:
        return joined()
    text = why(Explanation((), found, (), ()), setup.spec.name)
    title = element("h2", "What the bug changes", id="rules-title")
    return element("section", title, text, id="explanation", aria_labelledby="rules-title")


def _limits(reactions: Reactions, answers: Sequence[Answers]) -> Iterator[str]:
    """Yield sentences about what the page cannot answer."""
    if reactions.depth is not None:
        yield (
            f"The page holds all executions of up to {counted(reactions.depth, 'step')}; of longer "
            "ones it may say that a reaction was not computed."
        )
    for each in answers:
        if each.limit is None:
            continue
        states = counted(each.limit, "state")
        if each.asked in reactions.model.milestones:
            yield f"Milestones of one kind are not shown: more than {states} can reach them."
        else:
            yield (
                f"The property {each.asked.name} was evaluated in {states} and not in all; in the "
                "others the page says that it was not computed."
            )


def _saved(setup: Setup) -> dict[str, Any]:
    """Return a saved trace without steps, which the page completes.

    It does not tell which step the correct protocol refuses.
    """
    trace: Trace[Any] = Trace((setup.model.initial(),), ())
    found: dict[str, Any] = json.loads(saved_from(setup, "", "", trace, None).text())
    del found["refused_at"]
    return found
