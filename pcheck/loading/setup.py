"""One question: which spec, of what size, with which mistake, on which network, with which faults.

The command line, the library and a saved run all ask through here, so that they mean the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pcheck.blame import place_of
from pcheck.errors import ParameterName, SpecError, UsageError
from pcheck.language.cluster import Cluster
from pcheck.language.decorators import Bug, Option
from pcheck.language.model import Model
from pcheck.language.property import Property
from pcheck.loading.options import Parameter
from pcheck.loading.spec import Spec
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from pcheck.text import nearest

NETWORK, CRASHES = "set", 1
BUDGET = Parameter("crashes", int, CRASHES, Option(min=0))


@dataclass(frozen=True)
class Setup:
    """`network` and `crashes` are None where a spec is written straight on Model."""

    spec: Spec
    options: Mapping[str, Any]
    bug: Bug | None
    network: str | None
    crashes: int | None
    model: Model[Any]
    target: Property | None = None  # what is looked for, instead of asking what is true

    @property
    def all_options(self) -> dict[str, Any]:
        """The builder's options, and the general ones that say what is explored."""
        general = {"network": self.network, "crashes": self.crashes}
        return {**self.options, **{k: v for k, v in general.items() if v is not None}}

    def correct(self) -> Model[Any]:
        """The same, without the mistake."""
        return prepare(self.spec, self.options, network=self.network, crashes=self.crashes).model

    def smaller(self) -> list[str]:
        """What would make the state space smaller."""
        sizes = [
            (each.flag, self.options[each.name], each.option.min or 1)
            for each in self.spec.parameters
            if each.kind is int
        ]
        if self.crashes is not None:
            sizes.append((BUDGET.flag, self.crashes, 0))
        return [f"{flag} {now - 1} (now {now})" for flag, now, least in sizes if now > least]


def prepare(
    spec: Spec,
    given: Mapping[str, Any],
    *,
    bug: Bug | None = None,
    network: str | None = None,
    crashes: int | None = None,
    properties: Iterable[str] = (),
    find: str | None = None,
) -> Setup:
    """What is not given is as the bug's own scope says, and else as the builder does."""
    if find is not None and tuple(properties):
        raise UsageError(ParameterName("find"), "cannot be combined with a choice of properties")
    scope = dict(bug.scope) if bug is not None else {}
    network = _first(network, scope.pop("network", None))
    crashes = _first(crashes, scope.pop("crashes", None))
    _check_scope(spec, scope, bug)
    options = spec.options({**scope, **given})
    built = spec.build(options, bug)
    if isinstance(built, Model):
        model, net, budget = _bare(spec, built, network, crashes), None, None
    else:
        net, budget = _first(network, NETWORK), _first(crashes, CRASHES)
        model = _runs(built, net, budget)
    model.properties = _selected(spec, model, tuple(properties))
    target = _sought(spec, model, find) if find is not None else None
    if target is not None:
        model.properties = (target.as_target(),)
    return Setup(spec, options, bug, net, budget, model, target)


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _check_scope(spec: Spec, scope: Mapping[str, Any], bug: Bug | None) -> None:
    try:
        spec.options(scope)
    except UsageError as error:
        assert bug is not None
        text = f"the scope of the bug {bug.name} is wrong: {error}"
        raise SpecError(f"{place_of(bug.marked)}{text}") from error


def _bare(spec: Spec, model: Model[Any], network: str | None, crashes: int | None) -> Model[Any]:
    for name, value in (("network", network), ("crashes", crashes)):
        if value is not None:
            text = f"{spec.name} is a Model without nodes, and does not take"
            raise UsageError(text, ParameterName(name))
    return model


def _runs(cluster: Cluster, network: str, crashes: int) -> Model[Any]:
    if network not in NETWORKS:
        hint = nearest(network, NETWORKS) or f"; there is {', '.join(NETWORKS)}"
        raise UsageError(f"there is no network {network!r}{hint}")
    BUDGET.check(crashes)
    return ClusterModel(cluster, NETWORKS[network], crashes)


def _sought(spec: Spec, model: Model[Any], find: str) -> Property:
    """The property of this name, or of this word."""
    known = {word: prop for prop in model.properties for word in (prop.alias, prop.name) if word}
    if find not in known:
        hint = nearest(find, known) or f"; it has {', '.join(known) or 'none'}"
        raise UsageError(f"{spec.name} has no property {find!r} to look for{hint}")
    return known[find]


def _selected(spec: Spec, model: Model[Any], names: tuple[str, ...]) -> tuple[Any, ...]:
    """The properties that are asked for; what is observed stays that of all of them."""
    for prop in model.properties:
        if not isinstance(prop, Property):
            name = getattr(prop, "__name__", repr(prop))
            place = place_of(spec.builder)
            raise SpecError(f"{place}{name} is no property: write @always(sees=[...]) above it")
    known = {prop.name: prop for prop in model.properties}
    if len(known) < len(model.properties):
        raise SpecError(f"{spec.name} has two properties of the same name")
    for name in names:
        if name not in known:
            hint = nearest(name, known) or f"; it has {', '.join(known) or 'none'}"
            raise UsageError(f"{spec.name} has no property {name!r}{hint}")
    return tuple(prop for prop in model.properties if not names or prop.name in names)
