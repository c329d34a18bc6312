"""The number of nodes that may stop, for clusters of several sizes: derived, not asserted.

Each row is one cluster, whose states are explored once. Then the question is answered for no node
that stops, for any one, for any two and so on, up to the first no.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pcheck.blame import place_of
from pcheck.errors import SpecError, UsageError
from pcheck.language.cluster import Cluster
from pcheck.language.property import Property, Tolerance
from pcheck.loading.options import argument, flag
from pcheck.loading.selection import declared
from pcheck.loading.setup import DEFAULT_CRASHES, DEFAULT_NETWORK, Setup, prepare
from pcheck.loading.spec import Spec
from pcheck.results.result import Result
from pcheck.search.clock import Clock, OnProgress
from pcheck.search.engine import OnNote, tolerated
from pcheck.search.future import Tolerated
from pcheck.search.limits import Limits
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import SearchResult
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.text import one_of

NO_CRASHES = 0  # unless the user or the spec says otherwise: the question is about stops


@dataclass(frozen=True)
class Row:
    """One cluster: its size, its states, and what it tolerates."""

    size: int
    setup: Setup  # with one node that may stop
    search: SearchResult
    found: Tolerated
    clock: Clock

    @property
    def nodes(self) -> int:
        """The number of nodes that may stop."""
        assert isinstance(self.setup.model, ClusterModel)
        return len(self.setup.model.stop_nodes)

    @property
    def columns(self) -> int:
        """The number of counts of stopped nodes for which an answer is shown."""
        return max(len(self.found.answers), 1)

    def may_stop(self, count: int) -> bool | None:
        """Return whether any `count` nodes may stop; None if that is not known."""
        answers = self.found.answers
        if self.found.asked == 0 or count > self.nodes:
            return None
        if count < len(answers) and answers[count] is None:
            return True if self.search.complete else None
        return False if answers and answers[-1] is not None and count >= len(answers) - 1 else None

    @property
    def most(self) -> int | None:
        """The largest number of nodes that may stop, -1 if not even none may; None if not known."""
        counts = [count for count in range(self.nodes + 1) if self.may_stop(count)]
        is_known = self.may_stop(len(counts)) is False or len(counts) > self.nodes
        return len(counts) - 1 if is_known else None

    @property
    def trap_steps(self) -> int | None:
        """The number of steps to the nearest trap; None if there is none, or none is known."""
        answer = self.found.answers[-1] if self.found.answers else None
        return len(answer.discovery.trace) if answer is not None else None

    @property
    def command(self) -> str:
        """The command that shows the nearest trap, if there is one."""
        setup = self.setup
        defaults = {each.name: each.default for each in setup.spec.parameters}
        words = [
            *(
                word
                for name, value in setup.options.items()
                if value != defaults[name]
                for word in (flag(name), argument(value))
            ),
            *(["--network", setup.network] if setup.network != DEFAULT_NETWORK else []),
            *(["--crashes", str(setup.crashes)] if setup.crashes != DEFAULT_CRASHES else []),
            *("--property", setup.model.properties[0].name),
        ]
        if count := len(self.found.answers) - 1:
            words += ["--stops", str(count), "--stop-nodes", argument(setup.stop_nodes)]
        spec = setup.spec
        name = spec.name if spec.shipped else f"./{spec.path.name}"
        return shlex.join(["pcheck", "explore", name, *map(str, words)])

    def trap(self) -> Result | None:
        """Return the nearest trap as the result of a search, or None if all nodes may stop."""
        answer = self.found.answers[-1] if self.found.answers else None
        if answer is None:
            return None
        name, count = self.setup.model.properties[0].name, len(self.found.answers) - 1
        search = replace(
            self.search, discoveries={name: answer.discovery}, stopping={name: answer.stopped}
        )
        return Result(replace(self.setup, stops=count), search, self.clock)


@dataclass(frozen=True)
class Question:
    """A question with the clusters for which it is asked."""

    spec: Spec
    prop: Property
    tolerance: Tolerance
    given: Mapping[str, Any]  # options of the spec that the user gives
    network: str | None
    crashes: int | None

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes of the clusters; only one if the user gives it."""
        option = self.tolerance.option
        return (self.given[option],) if option in self.given else self.tolerance.sizes

    def setup(self, size: int) -> Setup:
        """Return the setup of the cluster of a size, or raise SpecError if the spec is wrong."""
        scope = dict(self.tolerance.scope)
        network = scope.pop("network", None) if self.network is None else self.network
        crashes = scope.pop("crashes", NO_CRASHES) if self.crashes is None else self.crashes
        options = {**scope, **self.given, self.tolerance.option: size}
        try:
            return prepare(
                self.spec,
                {k: v for k, v in options.items() if k not in ("network", "crashes")},
                network=network,
                crashes=crashes,
                properties=[self.prop.name],
                stops=1,
                stop_nodes=self.tolerance.stop,
            )
        except UsageError as error:
            if self.given or self.network is not None or self.crashes is not None:
                raise
            text = f"the tolerance of {self.prop.name} is wrong: {error}"
            raise SpecError(f"{place_of(self.prop.test)}{text}") from error


def row_of(
    size: int,
    setup: Setup,
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    on_progress: OnProgress | None = None,
    on_note: OnNote = lambda _: None,
) -> Row:
    """Explore the cluster of a size, and return its row."""
    model, clock = setup.model, Clock(limits, on_progress)
    assert isinstance(model, ClusterModel)
    (prop,) = model.properties
    # a state would otherwise stand for several, and the numbers would depend on the engine
    options = SearchOptions(reductions="none", limits=limits)
    search, found = tolerated(model, prop, options, clock, on_note)
    clock.pause()
    return Row(size, setup, search, found, clock)


def questions(
    spec: Spec,
    given: Mapping[str, Any],
    names: tuple[str, ...] = (),
    network: str | None = None,
    crashes: int | None = None,
) -> list[Question]:
    """Return the questions of a spec that declare a tolerance, or those with the given names.

    If the user gives the size that some questions vary, only these questions are returned.
    """
    built = spec.build(spec.options(given))
    known = [
        prop
        for prop in (declared(spec, built) if isinstance(built, Cluster) else ())
        if prop.tolerance is not None
    ]
    if not known:
        raise UsageError(
            f"{spec.name} has no question for this table; @still_possible(..., tolerance=...) "
            "declares one, and paxos, multi_paxos and raft have some"
        )
    for name in names:
        if name not in [prop.name for prop in known]:
            names_known = one_of([prop.name for prop in known])
            text = f"{spec.name} has no question {name} for this table; expected {names_known}"
            raise UsageError(text)
    found = [
        Question(spec, prop, prop.tolerance, given, network, crashes)
        for prop in known
        if prop.tolerance is not None and (not names or prop.name in names)
    ]
    return [each for each in found if each.tolerance.option in given] or found
