"""The page of a protocol, on which a reader takes the steps; it contains no reference to a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from string import Template
from typing import Any

from pcheck.errors import UsageError
from pcheck.language.property import Milestone, Property
from pcheck.loading.setup import Setup
from pcheck.play.page.closing import Reactions, reactions_of
from pcheck.play.page.data import play_data
from pcheck.play.page.recorder import Answers
from pcheck.play.page.recording import (
    MAX_STATES,
    MAX_STATES_WITHOUT_END,
    Explained,
    all_explained,
    record,
)
from pcheck.render.diagram.style import DIAGRAM_STYLE
from pcheck.render.page.html import about, facts
from pcheck.render.page.markup import Markup, element, joined
from pcheck.render.page.parts import allowed, embedded, part
from pcheck.render.page.why import why
from pcheck.search.clock import Clock, OnProgress, Progress
from pcheck.search.engine import OnNote
from pcheck.search.limits import Limits
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.text import counted
from pcheck.traces.explanation import explain
from pcheck.traces.saved import SavedTrace
from pcheck.traces.stepping import Stepping

FILES = resources.files("pcheck.play.page")
MARKERS = "@style@", "@engine@", "@script@"  # of the shared parts


@dataclass(frozen=True)
class Page:
    """The text of a page and a summary of its size."""

    text: str
    summary: str


@dataclass(frozen=True)
class Tables:
    """The tables of a setup, which are the same on the pages of all its traces."""

    values: dict[str, Any]  # as JSON
    limits: tuple[str, ...]  # sentences about what the page cannot answer
    states: int  # local states


def tables_of(
    setup: Setup, on_progress: OnProgress | None = None, on_note: OnNote = lambda _: None
) -> Tables:
    """Return the tables of a setup, or raise UsageError for a Model without nodes."""
    model = setup.model
    if not isinstance(model, ClusterModel):
        raise UsageError(
            f"{setup.spec.name} is a Model without nodes, which a page cannot hold; play it in a "
            "terminal, without -o"
        )
    properties = model.properties if setup.target is None else (setup.target,)
    clock = Clock(Limits(), on_progress)
    reactions = reactions_of(
        model, clock.ticking(Progress(), "asking every node for its reactions")
    )
    max_states = MAX_STATES if reactions.depth is None else MAX_STATES_WITHOUT_END
    answers = record(model, properties, on_progress, on_note, max_states)
    stories = all_explained(model, answers, on_progress, on_note, max_states)
    tick = clock.ticking(Progress(), "writing the page")
    values = play_data(setup, reactions, answers, tick, stories)
    states = sum(map(len, reactions.locals))
    limits = [*_limits(reactions, answers), *_unexplained(answers, stories)]
    return Tables(values, tuple(limits), states)


def page_of(stepping: Stepping, tables: Tables, *, is_inside: bool = False) -> Page:
    """Return the page that opens at the end of a trace.

    A page that `is_inside` another one has the MARKERS of the shared parts in place of these parts.
    """
    setup, model, saved = stepping.setup, stepping.setup.model, stepping.saved()
    assert isinstance(model, ClusterModel)
    parts = shared_parts()
    written = dict(zip(parts, MARKERS)) if is_inside else parts
    heading = f"Play {setup.spec.name}"
    data = {
        "tables": tables.values,
        "saved": _without_steps(saved),
        "first": stepping.labels,
        # a link names the page
        "page": sha256(json.dumps(tables.values).encode()).hexdigest()[:8],
    }
    text = Template(part("play.html", FILES)).substitute(
        title=element("title", heading),
        **written,
        engine_allowed=allowed(parts["engine"]),
        script_allowed=allowed(parts["script"]),
        heading=joined(heading),
        about=about(setup),
        legend=_legend(model),
        why=_why(stepping, saved),
        facts=facts(setup),
        limits=joined(*(element("p", line) for line in tables.limits)),
        data=embedded(data),
    )
    size = len(text.encode()) / 1000
    nodes, local = counted(len(model.nodes), "node"), counted(tables.states, "local state")
    return Page(text, f"{nodes}, {local}, {size:,.0f} kB")


def shared_parts() -> dict[str, str]:
    """Return the parts that are the same on every page, by their names."""
    return {
        "style": f"{part('page.css')}{DIAGRAM_STYLE}{part('play.css', FILES)}",
        "engine": part("engine.js", FILES),
        "script": part("diagram.js", FILES) + part("play.js", FILES),
    }


def _legend(model: ClusterModel) -> Markup:
    """Return the meaning of the marks in the diagram."""
    losing = " \u00d7 beside it: lose it." if model.network.losing_is_a_step else ""
    return joined(
        "\u25cb a message in flight: click it to deliver it."
        f"{losing} \u25cf a step. The cards show each node now, with what it can do by itself."
    )


def _why(stepping: Stepping, saved: SavedTrace) -> Markup:
    """Return the explanation of the trace at whose end the page opens, and the rules of the bug."""
    found = explain(stepping.setup, saved, stepping.trace, stepping.timeline)
    if found.is_empty:
        return joined()
    title = "What the bug changes"
    if saved.property:
        verb = "reaches" if stepping.goal is not None else "violates"
        title = f"Why the saved trace {verb} {saved.property}"
    text = why(found, stepping.setup.spec.name)
    heading = element("h2", title, id="why")
    return element("section", heading, text, id="explanation", aria_labelledby="why")


def _unexplained(answers: Sequence[Answers], stories: Mapping[str, Explained]) -> Iterator[str]:
    """Yield a sentence for each property of which the page does not explain every violation."""
    for each in answers:
        found = stories.get(each.asked.name)
        told = found.answers if found is not None else None
        if each.violating and (told is None or len(told.stories) < len(told.violating)):
            which = "any" if told is None else "every"
            yield (
                f"The page does not explain {which} violation of {each.asked.name}. `pcheck "
                "replay` explains the violation of a saved trace."
            )


def _limits(reactions: Reactions, answers: Sequence[Answers]) -> Iterator[str]:
    """Yield sentences about what the page cannot answer."""
    if reactions.depth is not None:
        yield (
            f"The page knows every step of executions of up to {counted(reactions.depth, 'step')}. "
            'In longer executions it may say "not computed".'
        )
    for each in answers:
        if each.limit is not None and isinstance(each.asked, Property):
            yield (
                f"The property {each.asked.name} was not evaluated in all states: the search "
                f'stopped at {each.limit}. In other states the page says "not computed".'
            )
    lacking = [each.limit for each in answers if isinstance(each.asked, Milestone) and each.limit]
    if lacking:
        yield f"Some milestones are not shown: the search for milestones stopped at {lacking[0]}."


def _without_steps(saved: SavedTrace) -> dict[str, Any]:
    """Return a saved trace that the page completes.

    It does not tell which step the correct protocol refuses.
    """
    found: dict[str, Any] = json.loads(saved.text())
    del found["refused_at"]
    return found | {"property": None, "why": None, "steps": []}
