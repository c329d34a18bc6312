"""The replay of a saved trace, step by step, with the reference semantics."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pcheck.errors import TraceError
from pcheck.language.model import Model
from pcheck.language.property import Kind, Property
from pcheck.loading.setup import Setup
from pcheck.search.hidden_state import HiddenStateTest
from pcheck.semantics.trace import Trace, follow
from pcheck.text import unknown
from pcheck.traces.divergence import refused_step
from pcheck.traces.impossible import why_impossible
from pcheck.traces.saved import SavedTrace
from pcheck.traces.trap import why_avoided, why_trapped


@dataclass(frozen=True)
class Replay:
    """The result of a replay. `trace` ends before the first step that is not possible.

    `saved` is the trace of the file, with the setup and the judgement that the file does not give.
    `mismatch` says how the trace differs from its file; None if the trace ends as recorded. If a
    step is not possible, `instead` says why, and which steps are possible.
    """

    saved: SavedTrace
    trace: Trace[Any]
    why: str | None  # the violation in the last state
    refused_at: int | None
    mismatch: str | None
    instead: str | None = None
    others: tuple[str, ...] = ()  # the other violated properties, if the file names none


def replay(saved: SavedTrace, setup: Setup) -> Replay:
    """Follow the labels of a saved trace and compare the result with what the file gives.

    If the file names no property, the first `always` that is false at the end is that of the trace.

    Raise Unreliable if a handler has hidden state and so answers otherwise when asked again.
    """
    prop = _property(saved, setup.model) if saved.property else None
    saved = _with_setup(saved, setup)
    test = HiddenStateTest(setup.model)
    trace = follow(setup.model, saved.steps)
    test.ask_handlers_again()
    if len(trace) < len(saved.steps):
        number = len(trace) + 1
        label = saved.steps[number - 1]
        instead = why_impossible(setup.model, trace.states[-1], label)
        return Replay(saved, trace, None, None, f"step {number} is not possible: {label}", instead)
    refused_at = refused_step(setup, saved.steps)
    judged = replace(saved, refused_at=refused_at)
    if prop is None:
        violated = _violated(setup.model, trace)
        name, why = next(iter(violated.items()), ("", None))
        judged = replace(judged, property=name, why=why or "")
        mismatch = _other_refused_step(saved, refused_at)
        return Replay(judged, trace, why, refused_at, mismatch, others=tuple(violated)[1:])
    why = _why_false_at_end(prop, setup.model, trace, saved.repeats_after)
    if "why" not in saved.given:
        judged = replace(judged, why=why or "")
    mismatch = _mismatch(saved, prop, why) or _other_refused_step(saved, refused_at)
    return Replay(judged, trace, why, refused_at, mismatch)


def _with_setup(saved: SavedTrace, setup: Setup) -> SavedTrace:
    """Return a trace with the options, the network and the crashes of its setup."""
    return replace(saved, options=dict(setup.options), network=setup.network, crashes=setup.crashes)


def _violated(model: Model[Any], trace: Trace[Any]) -> dict[str, str]:
    """Return each `always` that is false at the end of a trace, with the reason."""
    always = (prop for prop in model.properties if prop.kind is Kind.ALWAYS)
    found = {prop.name: _why_false_at_end(prop, model, trace) for prop in always}
    return {name: why for name, why in found.items() if why is not None}


def _mismatch(saved: SavedTrace, prop: Property, why: str | None) -> str | None:
    """Return how the end of a trace differs from the file, if it does."""
    if why is None and prop.kind is Kind.CAN_AVOID:
        steps = f"the steps after step {saved.repeats_after}"
        return f"{steps} are not a fair cycle that avoids {saved.property}"
    if why is None:
        state = "not reached" if prop.kind is Kind.SOMETIMES else "still true"
        state = "still possible" if prop.is_question else state
        return f"{saved.property} is {state} after the last step"
    if "why" in saved.given and why != saved.why:
        return f"{saved.property} is false because {why}; the file says: {saved.why}"
    return None


def _other_refused_step(saved: SavedTrace, refused_at: int | None) -> str | None:
    """Return how the refused step differs from the file, if it does."""
    if "refused_at" in saved.given and refused_at != saved.refused_at:
        found = "no step" if refused_at is None else f"step {refused_at}"
        recorded = "no step" if saved.refused_at is None else f"step {saved.refused_at}"
        return f"the correct protocol refuses {found}; the file says {recorded}"
    return None


def _why_false_at_end(
    prop: Property, model: Model[Any], trace: Trace[Any], repeats_after: int | None = None
) -> str | None:
    if prop.kind is Kind.CAN_AVOID:
        return why_avoided(model, prop, trace, repeats_after)
    if prop.is_question:
        return why_trapped(model, prop, trace.states[-1])
    prop = prop.as_target()
    end = trace.states[-2:] if prop.is_step_property else trace.states[-1:]
    if len(end) < 1 + prop.is_step_property:
        return None
    return prop.why_false(*map(model.observe, end))


def _property(saved: SavedTrace, model: Model[Any]) -> Property:
    properties = {prop.name: prop for prop in model.properties}
    if saved.property not in properties:
        text = unknown("property", saved.property, properties, of=saved.spec)
        raise TraceError(f"cannot be replayed: {text}")
    return properties[saved.property]
