"""The head of every report: the spec, the bug, the sizes, the network and the faults."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rich.console import Console, ConsoleOptions, Group, RenderResult

from pcheck.language.printing import listed
from pcheck.loading.setup import Setup
from pcheck.render.text.paragraphs import Paragraph, Rows
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.start import GIVEN_START

FAIR = (
    "an action, a restart or a delivery that stays possible is taken in the end; a crash or a loss "
    "need not happen"
)
ALSO_COVERED = "also covered"
Fact = tuple[str, str, str]  # label, text and style


class Header:
    """The setup that was explored: the spec, the bug, the sizes, the network and the faults."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self._summary
        yield _table(self.facts())

    @property
    def _summary(self) -> Paragraph:
        spec = self.setup.spec
        return Paragraph(f"{spec.name}: {spec.summary}".rstrip(": "), "bold")

    def shorter(self) -> Iterator[Group]:
        """Yield headers of fewer and fewer lines: without what is also covered, then in brief."""
        facts = [each for each in self.facts() if each[0] != ALSO_COVERED]
        yield Group(self._summary, _table(facts))
        brief = _table((name, re.split("[:;] ", text)[0], style) for name, text, style in facts)
        yield Group(self._summary, brief)
        yield Group(brief)

    def facts(self) -> Iterator[Fact]:
        """Yield the label, the text and the style of each line below the name of the spec."""
        setup = self.setup
        if setup.bug is not None:
            source = f" (seen in: {setup.bug.source})" if setup.bug.source else ""
            yield "bug", f"{setup.bug.name}: {setup.bug.summary}{source}", "red"
        if setup.added.properties:
            yield "added", setup.added.summary, ""
        if sizes := list(_sizes(setup)):
            yield "size", ", ".join(sizes), ""
        if setup.start:
            yield "start", f"{GIVEN_START}; {'; '.join(setup.start)}", "bold"
        if setup.left_out:
            yield "left out", "; ".join(setup.left_out), "bold"
        if setup.network is not None:
            network = NETWORKS[setup.network]
            yield "network", f"{network.name}: {network.meaning}", ""
            yield "crashes", _crashes(setup), ""
            if network.losing_is_a_step:
                yield "losses", "each loss of a message is a step of its own", ""
            if setup.stops is not None:
                yield "stops", _stops(setup), ""
            elif setup.asks_about_future:
                yield "fair", FAIR, ""
            else:
                yield ALSO_COVERED, f"message {network.also_covered}; nodes that stop forever", ""


def _table(facts: Iterable[Fact]) -> Rows:
    return Rows(((name, "dim"), (text, style)) for name, text, style in facts)


def _sizes(setup: Setup) -> Iterator[str]:
    """Yield each option with its value; a bug may set a value other than the given one."""
    changed = setup.spec.changed_options(setup.bug, setup.options)
    for each in setup.spec.parameters:
        value = changed[each.name]
        by_bug = "" if value == setup.options[each.name] else " (set by the bug)"
        if value or each.default or by_bug:
            yield f"{each.name} {value}{by_bug}"


def _crashes(setup: Setup) -> str:
    if not setup.crashes:
        return "none"
    names = setup.only_these_crash
    most = f"at most {setup.crashes}" + (f", of {', '.join(names)} only" if names else "")
    return f"{most}; a crashed node loses its volatile fields and may restart"


def _stops(setup: Setup) -> str:
    """Return how many nodes may stop, and what the other nodes do."""
    model = setup.model
    if not isinstance(model, ClusterModel) or not setup.stops:
        return "none; the question is whether the nodes can go on without a crash or a loss"
    names = listed(model.stop_nodes)
    return (
        f"at most {setup.stops} of {names}, in any state; the question is whether the other nodes "
        "can go on without a crash or a loss"
    )
