"""A saved trace, followed again step by step with the reference semantics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pcheck.errors import TraceError
from pcheck.language.model import Model
from pcheck.language.property import Kind, Property
from pcheck.loading.setup import Setup
from pcheck.semantics.trace import Trace, follow
from pcheck.traces.divergence import refused_step
from pcheck.traces.saved import SavedTrace


@dataclass(frozen=True)
class Replay:
    """How far a saved run could be walked, and what differs from what its file says."""

    trace: Trace[Any]
    why: str | None  # what is wrong at its end
    refused_at: int | None
    mismatch: str | None


def replay(saved: SavedTrace, setup: Setup) -> Replay:
    """Walks a run by its labels, with the reference semantics."""
    prop = _property(saved, setup.model)
    path = follow(setup.model, saved.steps)
    if len(path) < len(saved.steps):
        at = len(path)
        return Replay(path, None, None, f"step {at + 1} is not possible here: {saved.steps[at]}")
    why = _why_at_end(prop, setup.model, path)
    refused_at = refused_step(setup, saved.steps)
    differs = None
    if why is None:
        still = "not reached" if prop.kind is Kind.SOMETIMES else "still true"
        differs = f"after its last step {saved.property} is {still}"
    elif why != saved.why:
        differs = f"{saved.property} is false because {why}, and the file says {saved.why}"
    elif refused_at != saved.refused_at:
        differs = (
            f"the correct protocol refuses step {refused_at or 'none'}, "
            f"and the file says {saved.refused_at or 'none'}"
        )
    return Replay(path, why, refused_at, differs)


def _why_at_end(prop: Property, model: Model[Any], path: Trace[Any]) -> str | None:
    prop = prop.as_target()
    end = path.states[-2:] if prop.is_step_property else path.states[-1:]
    if len(end) < 1 + prop.is_step_property:
        return None
    return prop.why_false(*map(model.observe, end))


def _property(saved: SavedTrace, model: Model[Any]) -> Property:
    for prop in model.properties:
        if prop.name == saved.property:
            return prop
    raise TraceError(f"cannot be walked any more: {saved.spec} has no property {saved.property}")
