"""Random executions of a cluster, logged as events, and logs altered in one fact."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from pcheck.audit.auditing import Auditor
from pcheck.audit.logs import Log
from pcheck.audit.places import Place
from pcheck.audit.result import RunAudit
from pcheck.language.printing import show
from pcheck.language.reading import shown_fields
from pcheck.loading.setup import Setup
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.node import Row, StepKind

Json = dict[str, Any]


def walk(setup: Setup, steps: int, rng: random.Random, run: str = "") -> list[Json]:
    """Return the log of a random execution, in full: each step with its sends and its state."""
    model = setup.model
    assert isinstance(model, ClusterModel)
    state, found = model.initial(), list[Json]()
    for _ in range(steps):
        possible = [(i, row) for i, row in model.rows(state) if model.after(state, i, row) != state]
        if not possible:
            break
        i, row = rng.choice(possible)
        state = model.after(state, i, row)
        if row.kind is not StepKind.LOSE:
            found.append({"run": run, "node": str(model.nodes[i].me), **event_of(row)})
    return found


def logged_trace(setup: Setup, labels: Iterable[str]) -> list[Json]:
    """Return the log of the execution with these labels, in full."""
    model = setup.model
    assert isinstance(model, ClusterModel)
    state, found = model.initial(), list[Json]()
    for label in labels:
        node, row = model.row_of(state, label)
        state = model.after(state, model.index[node], row)
        if row.kind is not StepKind.LOSE:
            found.append({"node": str(node), **event_of(row)})
    return found


def event_of(row: Row) -> Json:
    event: Json = {"event": row.kind.value}
    label = row.label
    if row.kind is StepKind.ACT:
        event["action"] = label.partition(" ")[2]
    if row.letter is not None:
        event |= {"from": str(row.letter.src), "message": show(row.letter.message)}
        rest = label.partition(": ")[2].removeprefix(event["message"])
        if rest:
            event["choice"] = rest.removeprefix(", ")
    if row.kind in (StepKind.ACT, StepKind.DELIVER):
        event["sends"] = [
            {"to": [str(to) for to in receivers], "message": show(letter.message)}
            for letter, receivers in row.bundle.sends
        ]
    fields = shown_fields(row.next.actor)
    event["state"] = {name: show(value) for name, value in fields.items()}
    return event


def audited(setup: Setup, events: list[Json], gap: int = 0, keeps: bool = False) -> RunAudit:
    """Return the audit of one run; line n of the log is event n."""
    log = Log(["log"])
    for number, each in enumerate(events, start=1):
        run, event = log.events.of(each, Place("log", number))
        log.add(run, event, 0, number)
    (found,) = Auditor(setup, log, gap=gap, keeps=keeps).audit().runs
    return found


def labels_by_node(labels: Iterable[str]) -> dict[str, list[str]]:
    """Return the steps of each node, without losses, which no node takes."""
    found: dict[str, list[str]] = {}
    for label in labels:
        if not label.startswith("lost: "):
            found.setdefault(label.split()[0], []).append(label)
    return found


def label_of(event: Json) -> str:
    """Return the label of a step that is logged in full."""
    node, choice = event["node"], f", {event['choice']}" if "choice" in event else ""
    if event["event"] == "act":
        return f"{node} {event['action']}"
    if event["event"] == "deliver":
        return f"{node} <- {event['from']}: {event['message']}{choice}"
    return f"{node} {event['event']}{'es' if event['event'] == 'crash' else 's'}"


def sparser(events: list[Json], rng: random.Random) -> list[Json]:
    """Return a log that says less of its events, and nothing of their senders now and then."""
    found = []
    for each in events:
        gone = {
            name for name in ("sends", "state", "choice", "from", "message") if rng.random() < 0.4
        }
        found.append({name: value for name, value in each.items() if name not in gone})
    return found


def altered(events: list[Json], rng: random.Random) -> list[Json]:
    """Return a log with one fact altered."""
    found = [dict(each) for each in events]
    at, other = rng.randrange(len(found)), rng.randrange(len(found))
    match rng.randrange(6):
        case 0:
            del found[at]
        case 1:
            found.insert(other, found[at])
        case 2:
            found[at], found[other] = found[other], found[at]
        case 3:
            facts = [name for name in found[at] if name not in ("node", "event", "run")]
            name = rng.choice(facts or ["node"])
            if name in found[other]:
                found[at][name] = found[other][name]
        case 4:
            found[at]["node"] = found[other]["node"]
        case 5:
            bare = [name for name in found[at] if name in ("state", "sends")]
            for name in bare:
                del found[at][name]
            if "message" in found[at] and "message" in found[other]:
                found[at]["message"] = found[other]["message"]
    return found
