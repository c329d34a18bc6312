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
from pcheck.loading.setup import Question
from pcheck.search.outcome import Outcome, Search
from pcheck.traces.explanation import Deeds, Explanation
from pcheck.traces.finding import Shown
from pcheck.traces.saved import SavedRun
from pcheck.traces.shortest import Shortest
from pcheck.traces.timeline import Columns, Fields, Flight, Moment, is_down

Json: TypeAlias = dict[str, Any]


def objects(shown: Shown) -> str:
    story = shown.story
    saved = json.loads(shown.run.text())
    told = {
        "title": shown.title,
        "good": shown.good,
        "nodes": story.lanes,
        "first": story.first,
        "moments": [
            _moment(moment, story.after(moment.number - 1), shown.notes.get(moment.number))
            for moment in story.moments
        ],
        "flights": [_flight(flight) for flight in story.flights],
        "explanation": _explanation(shown.explanation),
    }
    return json.dumps(saved | told, indent=2) + "\n"


def search_object(
    question: Question,
    search: Search,
    *,
    says: str,
    properties: Mapping[str, Outcome],
    run: SavedRun | None,
    shortest: Shortest | None,
    handler_calls: int | None,
) -> Json:
    """What `--json` prints: all that depends on the machine is under `run`."""
    return {
        "verdict": says,
        "spec": question.spec.name,
        "bug": question.bug.name if question.bug is not None else None,
        "options": question.all_options,
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


def _trace(run: SavedRun, shortest: Shortest | None) -> Json:
    return {
        "property": run.property,
        "why": run.why,
        "steps": list(run.steps),
        "refused_at": run.refused_at,
        "shortest_runs": shortest.count if shortest is not None else None,
        "up_to_renaming": shortest.up_to_renaming if shortest is not None else None,
    }


def _moment(moment: Moment, before: Columns, note: str | None) -> Json:
    return {
        "number": moment.number,
        "label": moment.label,
        "node": moment.node,
        "does": moment.does.value,
        "src": moment.src,
        "message": show(moment.message) if moment.src is not None else None,
        "changes": dict(_changes(before, moment.shown)),
        "sends": [{"message": show(each.message), "to": each.to} for each in moment.sends],
        "milestones": moment.milestones,
        "note": note,
        "sent_in": moment.sent_in,
        "down": [name for name in moment.shown if name in moment.down],
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
        "told": [_deeds(each) if isinstance(each, Deeds) else each for each in found.told],
        "rules": [asdict(rule) for rule in found.rules],
        "differences": [asdict(each) for each in found.differences],
        "deeds": _deeds(found.deeds) if found.deeds is not None else None,
    }


def _deeds(deeds: Deeds) -> Json:
    return {"node": deeds.node, "moments": [moment.number for moment in deeds.moments]}
