"""The setup of a check: a spec with its options, a bug, a network, a crash budget and properties.

The command line, the library and saved traces all call `prepare`, so that the same arguments have
the same meaning everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pcheck.blame import place_of
from pcheck.errors import ParameterName, SpecError, UsageError
from pcheck.language.cluster import Cluster
from pcheck.language.decorators import Bug, Option
from pcheck.language.model import Model
from pcheck.language.property import Kind, Property
from pcheck.language.reading import narrowing_of
from pcheck.loading.added import Added, Also, add, added
from pcheck.loading.named_nodes import NodeNames, node_names, nodes_called
from pcheck.loading.options import Parameter, argument, flag
from pcheck.loading.selection import (
    check_without_questions,
    declared,
    find_target,
    select_properties,
)
from pcheck.loading.spec import Spec, as_spec
from pcheck.loading.start import with_start
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from pcheck.text import one_of, unknown

DEFAULT_NETWORK, DEFAULT_CRASHES = "set", 1
MAX_CRASHES = 1_000
CRASH_BUDGET = Parameter("crashes", int, DEFAULT_CRASHES, Option(min=0, max=MAX_CRASHES))
STOP_BUDGET = Parameter("stops", int, 0, Option(min=0))


@dataclass(frozen=True)
class Setup:
    """A model to check, and the arguments that it was built from.

    `network` and `crashes` are None if the spec is a Model without nodes. `crash_nodes` are the
    names of nodes and groups that were given, or None if every node may crash. `stops` is how many
    nodes may stop, of `stop_nodes`; None unless the properties are questions about the future.
    """

    spec: Spec
    options: Mapping[str, Any]
    bug: Bug | None
    network: str | None
    crashes: int | None
    model: Model[Any]
    target: Property | None = None  # the property of `find`, which replaces the check
    crash_nodes: tuple[str, ...] | None = None
    added: Added = Added()  # properties besides those of the spec
    stops: int | None = None
    stop_nodes: tuple[str, ...] | None = None
    start: tuple[str, ...] = ()  # the lines of a given start, if there is one

    @property
    def all_options(self) -> dict[str, Any]:
        """The options of the builder, with `network` and `crashes` unless the spec is a Model.

        `crash_nodes` is a list of names; it is left out if every node may crash, as is `stops`
        without a question about the future.
        """
        names = [
            list(each) if each is not None else None for each in (self.crash_nodes, self.stop_nodes)
        ]
        scope = {
            "network": self.network,
            "crashes": self.crashes,
            "crash_nodes": names[0],
            "stops": self.stops,
            "stop_nodes": names[1],
        }
        return {**self.options, **{k: v for k, v in scope.items() if v is not None}}

    def check_properties(self) -> None:
        """Raise SpecError if the spec declares no properties, or a milestone has a wrong result.

        Milestones are not properties. They are evaluated on the initial state.
        """
        if isinstance(self.model, ClusterModel):
            seen = self.model.observer.history((), self.model.initial().nodes)
            for milestone in self.model.milestones:
                milestone.lines(seen)
        if self.model.properties:
            return
        if isinstance(self.model, ClusterModel) and self.model.cluster.questions:
            names = one_of([prop.name for prop in self.model.cluster.questions])
            text = f"{self.spec.name} declares only questions about the future; name one with"
            raise UsageError(f"{text} --property: {names}")
        remedy = "pass properties=[...] to its Cluster"
        if not isinstance(self.model, ClusterModel):
            remedy = f"set properties = (...) in its class {type(self.model).__name__}"
        text = f"{self.spec.name} declares no properties, so there is nothing to check; {remedy}"
        raise SpecError(f"{place_of(self.spec.builder)}{text}")

    @property
    def asks_about_future(self) -> bool:
        """True if the properties are questions about the future."""
        return any(prop.is_question for prop in self.model.properties)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The parts of hosted objects that the state leaves out, so that a verdict means less."""
        nodes = self.model.nodes if isinstance(self.model, ClusterModel) else ()
        return narrowing_of((node.first.actor for node in nodes), self.crashes or 0)

    @property
    def only_these_crash(self) -> tuple[str, ...]:
        """The nodes that may crash, if `crash_nodes` leaves out some nodes; otherwise empty."""
        model = self.model
        if not isinstance(model, ClusterModel) or len(model.crash_nodes) == len(model.nodes):
            return ()
        return tuple(map(str, model.crash_nodes))

    @property
    def smallest_crashes(self) -> int:
        """The smallest number of crashes that may be given beside the other arguments."""
        return 0 if self.crash_nodes is None else 1

    def correct(self) -> Model[Any]:
        """Return the model of this setup without the bug, with the same given start."""
        model = prepare(
            self.spec,
            self.options,
            network=self.network,
            crashes=self.crashes,
            crash_nodes=self.crash_nodes,
            also=self.added,
        ).model
        begin = self.model.begin_again if isinstance(self.model, ClusterModel) else None
        return begin(model) if begin is not None and isinstance(model, ClusterModel) else model

    def smaller(self) -> list[str]:
        """Return the options that would shrink the state space: `--acceptors 2 (now 3)`."""
        sizes = [
            (each.flag, self.options[each.name], each.option.min or 1)
            for each in self.spec.parameters
            if each.kind is int
        ]
        if self.crashes is not None:
            sizes.append((CRASH_BUDGET.flag, self.crashes, self.smallest_crashes))
        found = [f"{name} {now - 1} (now {now})" for name, now, smallest in sizes if now > smallest]
        if self.crash_nodes is not None and len(self.crash_nodes) > 1:
            fewer, now = argument(self.crash_nodes[:-1]), argument(self.crash_nodes)
            found.append(f"{flag('crash_nodes')} {fewer} (now {now})")
        return found


def prepare(
    spec: Spec | str | Path | Callable[..., Any],
    given: Mapping[str, Any],
    *,
    bug: Bug | str | int | None = None,
    network: str | None = None,
    crashes: int | None = None,
    crash_nodes: NodeNames | None = None,
    stops: int | None = None,
    stop_nodes: NodeNames | None = None,
    properties: Iterable[str] = (),
    find: str | None = None,
    also: Also = (),
    start: Sequence[str] = (),
) -> Setup:
    """Build the model of a spec and return its setup, or raise UsageError or SpecError.

    The spec may be given by its name, path or builder, and the bug by its name or number.

    The model has the properties of the spec and those of `also`: properties and paths of files.
    An argument that is not given has the value in the scope of the bug. If the scope does not set
    the argument, the argument has its default. With `crashes=0` the `crash_nodes` of the scope do
    not apply. `stops` and `stop_nodes` are for questions about the future, which `properties` name.
    `start` are lines about a state in which the cluster begins instead of its initial state.
    """
    spec = as_spec(spec)
    bug = bug if bug is None or isinstance(bug, Bug) else spec.bug(bug)
    if find is not None and tuple(properties):
        raise UsageError(ParameterName("find"), "cannot be combined with a selection of properties")
    scope = dict(bug.scope) if bug is not None else {}
    network = _first(network, scope.pop("network", None))
    scope_nodes = scope.pop("crash_nodes", None)
    crash_nodes = _first(crash_nodes, scope_nodes if crashes != 0 else None)
    crashes = _first(crashes, scope.pop("crashes", None))
    stops_of_bug = scope.pop("stops", None), scope.pop("stop_nodes", None)
    _check_scope(spec, scope, bug)
    options = spec.options({**scope, **given})
    built, extra = spec.build(options, bug), added(spec, also)
    add(extra, spec, built)
    names = node_names(crash_nodes, "crash_nodes") if crash_nodes is not None else None
    known = declared(spec, built)
    selected = select_properties(spec, known, tuple(properties))
    asks = any(prop.is_question for prop in selected)
    may_stop = any(prop.kind is Kind.STILL_POSSIBLE for prop in selected)
    if may_stop and stops is None:
        stops, stop_nodes = stops_of_bug[0], _first(stop_nodes, stops_of_bug[1])
    stopping = node_names(stop_nodes, "stop_nodes") if stop_nodes is not None else None
    if not may_stop:
        check_without_questions(spec, known, stops=stops, stop_nodes=stopping)
    target = find_target(spec, known, find) if find is not None else None
    if isinstance(built, Model):
        _check_without_nodes(
            *(spec,), network=network, crashes=crashes, crash_nodes=names,
            stops=stops or None, stop_nodes=stopping, start=tuple(start) or None,
        )  # fmt: skip
        model, net, budget = built, None, None
    else:
        net, budget = _first(network, DEFAULT_NETWORK), _first(crashes, DEFAULT_CRASHES)
        built = built.asking(selected) if asks else built
        model = _cluster_model(spec, built, net, budget, names, stops, stopping)
        model = with_start(model, spec, start) if start else model
    model.properties = selected if target is None else (target.as_target(),)
    count = _first(stops, STOP_BUDGET.default) if may_stop else None
    return Setup(
        *(spec, options, bug, net, budget, model, target, names, extra, count, stopping),
        tuple(start),
    )


def _first(*values: Any) -> Any:
    """Return the first value that is not None, or None."""
    return next((value for value in values if value is not None), None)


def _check_scope(spec: Spec, scope: Mapping[str, Any], bug: Bug | None) -> None:
    """Raise SpecError if the scope of a bug is not valid for the options of its spec."""
    try:
        spec.options(scope)
    except UsageError as error:
        assert bug is not None
        text = f"the scope of the bug {bug.name} is wrong: {error}"
        raise SpecError(f"{place_of(bug.marked)}{text}") from error


def _check_without_nodes(spec: Spec, **given: object) -> None:
    """Raise UsageError if a network or crashes are given for a Model without nodes."""
    for name, value in given.items():
        if value is not None:
            text = f"{spec.name} is a Model without nodes, which does not take"
            raise UsageError(text, ParameterName(name))


def _cluster_model(
    spec: Spec,
    cluster: Cluster,
    network: str,
    crashes: int,
    names: tuple[str, ...] | None,
    stops: int | None,
    stopping: tuple[str, ...] | None,
) -> ClusterModel:
    """Return the model of a cluster on a network, or raise UsageError.

    At most `crashes` crashes happen, only of the nodes and groups in `names` unless None. At most
    `stops` nodes stop, only of those in `stopping` unless None.
    """
    if network not in NETWORKS:
        raise UsageError(unknown("network", network, NETWORKS))
    CRASH_BUDGET.check(crashes)
    if names is not None and crashes == 0:
        parts = ParameterName("crash_nodes"), "must be left out if", ParameterName("crashes")
        raise UsageError(*parts, "is 0: no node may crash")
    count = _first(stops, STOP_BUDGET.default)
    STOP_BUDGET.check(count)
    if stopping is not None and count == 0:
        parts = ParameterName("stop_nodes"), "needs", ParameterName("stops")
        raise UsageError(*parts, "of at least 1")
    crashing, may_stop = (
        nodes_called(each, cluster, spec.name, parameter) if each is not None else None
        for each, parameter in ((names, "crash_nodes"), (stopping, "stop_nodes"))
    )
    return ClusterModel(cluster, NETWORKS[network], crashes, crashing, count, may_stop)
