"""A search, and a run, as JSON objects: for whoever examines them with a program of their own.

The object of a run is a saved run with more in it, so that `pcheck replay` reads it too. All that
the text tells is here, in the same words; a step is referred to by its number, from 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, TypeAlias

from pcheck.language.printing import show
from pcheck.loading.setup import Setup
from pcheck.search.outcome import Outcome, SearchResult
from pcheck.traces.explanation import Explanation, NodeEvents
from pcheck.traces.finding import Finding
from pcheck.traces.saved import SavedTrace
from pcheck.traces.shortest import Shortest
from pcheck.traces.timeline import Columns, Event, Fields, Flight, is_down

Json: TypeAlias = dict[str, Any]


def objects(shown: Finding) -> str:
    timeline = shown.timeline
    saved = json.loads(shown.saved.text())
    told = {
        "title": shown.title,
        "witness": shown.is_witness,
        "nodes": timeline.lanes,
        "first": timeline.first,
        "events": [
            _moment(event, timeline.after(event.number - 1), shown.notes.get(event.number))
            for event in timeline.events
        ],
        "flights": [_flight(flight) for flight in timeline.flights],
        "explanation": _explanation(shown.explanation),
    }
    return json.dumps(saved | told, indent=2) + "\n"


def search_object(
    setup: Setup,
    search: SearchResult,
    *,
    says: str,
    properties: Mapping[str, Outcome],
    run: SavedTrace | None,
    shortest: Shortest | None,
    handler_calls: int | None,
) -> Json:
    """What `--json` prints: all that depends on the machine is under `run`."""
    return {
        "verdict": says,
        "spec": setup.spec.name,
        "bug": setup.bug.name if setup.bug is not None else None,
        "options": setup.all_options,
        "reduce": list(search.reduced),
        "skipped": dict(search.skipped),
        "notes": [search.note] if search.note is not None else [],
        "warnings": list(search.warnings),
        "states": search.states,
        "transitions": search.transitions,
        "depth": search.depth,
        "properties": {name: outcome.value for name, outcome in properties.items()},
        "trace": _trace(run, shortest) if run is not None else None,
        "run": {
            "stopped": search.stopped,
            "engine": search.engine,
            "seconds": round(search.seconds, 3),
            "states_per_second": round(search.states / max(search.seconds, 1e-9)),
            "transitions_per_second": round(search.transitions / max(search.seconds, 1e-9)),
            "bytes_per_state": round(search.memory / search.states, 1),
            "handler_calls": handler_calls,
            "peak_memory": search.peak,
        },
    }


def _trace(run: SavedTrace, shortest: Shortest | None) -> Json:
    return {
        "property": run.property,
        "why": run.why,
        "steps": list(run.steps),
        "refused_at": run.refused_at,
        "shortest_runs": shortest.count if shortest is not None else None,
        "up_to_renaming": shortest.up_to_renaming if shortest is not None else None,
    }


def _moment(event: Event, before: Columns, note: str | None) -> Json:
    return {
        "number": event.number,
        "label": event.label,
        "node": event.node,
        "kind": event.kind.value,
        "src": event.src,
        "message": show(event.message) if event.src is not None else None,
        "changes": dict(_changes(before, event.columns)),
        "sends": [{"message": show(each.message), "to": each.to} for each in event.sends],
        "milestones": event.milestones,
        "note": note,
        "sent_in": event.sent_in,
        "down": [name for name in event.columns if name in event.down],
    }


def _changes(before: Columns, after: Columns) -> Iterator[tuple[str, Fields]]:
    """Of each node that a step changes, the new fields. Who is down is said elsewhere."""
    for name, fields in after.items():
        was = before.get(name, {})
        new = {field: text for field, text in fields.items() if was.get(field) != text}
        if is_down(fields):
            new.pop("", None)
        if new:
            yield name, new


def _flight(flight: Flight) -> Json:
    return {
        "message": show(flight.message),
        "src": flight.src,
        "dst": flight.dst,
        "sent": flight.sent,
        "nth": flight.nth,
        "delivered": flight.delivered,
        "lost": flight.lost,
    }


def _explanation(found: Explanation) -> Json:
    return {
        "lines": [_deeds(each) if isinstance(each, NodeEvents) else each for each in found.lines],
        "rules": [asdict(rule) for rule in found.rules],
        "divergences": [asdict(each) for each in found.divergences],
        "node_events": _deeds(found.node_events) if found.node_events is not None else None,
    }


def _deeds(node_events: NodeEvents) -> Json:
    return {"node": node_events.node, "events": [event.number for event in node_events.events]}
