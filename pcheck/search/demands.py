"""Errors for options that demand what the search of a model cannot do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pcheck.errors import ParameterName, UsageError
from pcheck.language.model import Model
from pcheck.search.checkpoint import Checkpoint
from pcheck.search.clock import Clock
from pcheck.search.options import SearchOptions
from pcheck.semantics.cluster_model import ClusterModel


def check_engine_of_a_model(options: SearchOptions) -> None:
    """Raise an error if `options` demand an engine that needs the nodes of a cluster."""
    if options.engine == "compiled":
        text = "the compiled engine needs a Cluster; check a Model with"
        raise UsageError(text, ParameterName("engine"), "reference")
    if options.demands_reductions:
        text = "reductions need a Cluster; check a Model with"
        raise UsageError(text, ParameterName("reduce"), "none")


def demands(options: SearchOptions) -> list[str]:
    """Return the flags of the options that demand the compiled engine."""
    demanded = {"--engine": options.engine == "compiled", "--reduce": options.demands_reductions}
    return [flag for flag, is_demanded in demanded.items() if is_demanded]


def without_compiled(options: SearchOptions) -> list[str]:
    """Return what the reference engine does without, if it does what the compiled one cannot."""
    saving = ["checkpoints"] if options.saving is not None else []
    disk = ["a file for its states"] if options.disk is not None else []
    return ["reductions", *saving, *disk]


def opened(
    model: Model[Any], options: SearchOptions, clock: Clock, on_note: Callable[[str], None]
) -> Checkpoint | None:
    """Return the checkpoint of a search, if its options demand one."""
    is_cluster = isinstance(model, ClusterModel)
    if not is_cluster or any(prop.is_question for prop in model.properties):
        what = "a question about the future" if is_cluster else "a Model without nodes"
        if options.saving is not None:
            text = f"the search for {what} writes no checkpoints; leave out"
            raise UsageError(text, ParameterName("checkpoint"))
        if options.disk is not None:
            text = f"the search for {what} keeps all states in memory; leave out"
            raise UsageError(text, ParameterName("disk"))
    if options.saving is None:
        return None
    return Checkpoint(options.saving, {**options.saving.origin, **options.facts}, clock, on_note)
