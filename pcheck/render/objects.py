"""A search result and a finding as JSON objects, for other programs.

The object of a finding contains all keys of a saved trace, so that `pcheck replay` can read the
object. The object contains everything that the text report says, in the same words. Steps are
referred to by their numbers, which start at 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, TypeAlias

from pcheck.coverage.never import Never
from pcheck.language.printing import show
from pcheck.loading.setup import Setup
from pcheck.search.outcome import Outcome, SearchResult
from pcheck.traces.explanation import Explanation, NodeEvents
from pcheck.traces.finding import Finding
from pcheck.traces.flights import Flight
from pcheck.traces.found_trace import FoundTrace
from pcheck.traces.timeline import Columns, Event, Timeline, is_down

JsonObject: TypeAlias = dict[str, Any]


def objects(finding: Finding) -> str:
    """Return the JSON object of a finding as text."""
    timeline = finding.timeline
    saved = json.loads(finding.saved.text())
    details = {
        "title": finding.title,
        "witness": finding.is_witness,
        "nodes": timeline.lanes,
        "first": timeline.first,
        "events": [
            _event(timeline, event, finding.notes.get(event.number)) for event in timeline.events
        ],
        "flights": [flight_object(flight) for flight in timeline.flights],
        "explanation": _explanation(finding.explanation),
    }
    return json.dumps(saved | details, indent=2) + "\n"


def search_object(
    setup: Setup,
    search: SearchResult,
    *,
    verdict: str,
    properties: Mapping[str, Outcome],
    found: FoundTrace,
    never: Iterable[Never],
    spent: Mapping[str, float],
    handler_calls: int | None,
) -> JsonObject:
    """Return the object that `--json` prints.

    The key `run` holds everything that depends on the machine or on the engine.
    """
    return {
        "verdict": verdict,
        "spec": setup.spec.name,
        "bug": setup.bug.name if setup.bug is not None else None,
        "also": setup.added.origins,
        "options": setup.all_options,
        "left_out": list(setup.left_out),
        "reduce": list(search.reduced),
        "skipped": dict(search.skipped),
        "closed_tables": asdict(search.tables) if search.tables is not None else None,
        "assumptions": list(search.assumptions),
        "notes": [search.note] if search.note is not None else [],
        "warnings": list(search.warnings),
        "never_happens": [each._asdict() for each in never],
        "states": search.states,
        "transitions": search.transitions,
        "depth": search.depth,
        "terminal_states": search.terminal,
        "properties": {name: outcome.value for name, outcome in properties.items()},
        "questions": {
            name: {"asked": count, "stop": list(search.stopping.get(name, ()))}
            for name, count in search.asked.items()
        }
        | {name: {"repeats_after": begins} for name, begins in search.cycles.items()},
        "trace": _trace(found),
        "run": {
            "stopped": search.stopped,
            "trace_stopped": found.stopped,
            "growing": list(search.growing),
            "engine": search.engine,
            "seconds": round(search.seconds, 3),
            "seconds_spent": {name: round(seconds, 3) for name, seconds in spent.items()},
            "states_per_second": round(search.states / max(search.seconds, 1e-9)),
            "transitions_per_second": round(search.transitions / max(search.seconds, 1e-9)),
            "bytes_per_state": round(search.memory / search.states, 1),
            "handler_calls": handler_calls,
            "peak_memory": search.peak,
        },
    }


def _trace(found: FoundTrace) -> JsonObject | None:
    """Return the trace; what a limit or Ctrl-C prevented is null, such as all steps."""
    saved, shortest = found.saved, found.shortest
    labels: tuple[str, ...] | None
    if saved is not None:
        name, why, labels, refused_at = saved.property, saved.why, saved.steps, saved.refused_at
    elif (undrawn := found.undrawn) is not None:
        name, why = undrawn.outline.name, undrawn.outline.why
        labels, refused_at = undrawn.labels, None
    else:
        return None
    return {
        "property": name,
        "why": why,
        "steps": list(labels) if labels is not None else None,
        "refused_at": refused_at,
        "shortest_traces": shortest.count if shortest is not None else None,
        "up_to_renaming": shortest.up_to_renaming if shortest is not None else None,
    }


def _event(timeline: Timeline, event: Event, note: str | None) -> JsonObject:
    timeline.tick()
    return {
        "number": event.number,
        "label": event.label,
        "node": event.node,
        "kind": event.kind.value,
        "src": event.src,
        "message": show(event.message) if event.src is not None else None,
        "changes": dict(_changes(timeline.after(event.number - 1), event.columns)),
        "ignored": event.ignored,
        "sends": [{"message": show(each.message), "to": each.to} for each in event.sends],
        "milestones": event.milestones,
        "note": note,
        "sent_in": event.sent_in,
        "down": [name for name in event.columns if name in event.down],
    }


def _changes(before: Columns, after: Columns) -> Iterator[tuple[str, Mapping[str, str | None]]]:
    """Yield each changed node with its new fields; None for a field that is gone.

    The field without a name is omitted for nodes that are down: `down` lists these nodes.
    """
    for name, fields in after.items():
        was = before.get(name, {})
        gone = dict.fromkeys(field for field in was if field and field not in fields)
        new = {field: text for field, text in fields.items() if was.get(field) != text} | gone
        if is_down(fields):
            new.pop("", None)
        if new:
            yield name, new


def flight_object(flight: Flight) -> JsonObject:
    """Return the way of one message from its sender to one receiver, as a JSON object."""
    return {
        "message": show(flight.message),
        "src": flight.src,
        "dst": flight.dst,
        "sent": flight.sent,
        "nth": flight.nth,
        "delivered": flight.delivered,
        "lost": flight.lost,
    }


def _explanation(explanation: Explanation) -> JsonObject:
    return {
        "lines": explanation.lines,
        "rules": [asdict(rule) for rule in explanation.rules],
        "divergences": [asdict(each) for each in explanation.divergences],
        "node_events": [_node_events(each) for each in explanation.node_events],
    }


def _node_events(node_events: NodeEvents) -> JsonObject:
    return {"node": node_events.node, "events": [event.number for event in node_events.events]}
