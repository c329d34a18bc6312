"""The search of an ellipsis finds a shortest sequence, as a search of its own says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from random import Random

import pytest

from pcheck.errors import TraceError
from pcheck.language.property import Kind
from pcheck.loading.spec import find
from pcheck.scenarios.running import Run, run_scenario
from pcheck.scenarios.setting import setup_of
from pcheck.scenarios.text import scenario
from tests.attack.drawn import Drawn, comparing, protocols
from tests.attack.explorer import Explorer, State
from tests.scenarios import workers
from tests.scenarios.written import found
from tests.search import given

WORKERS, RANDOM = find(workers.__file__), find(given.__file__)
Ends = Callable[[State | None, State], bool]  # of the last step, or of a state without a step


def fewest(explorer: Explorer, labels: list[str], is_end: Ends) -> int | None:
    """Return the fewest steps after a trace that lead to an end, or None if there are none."""
    trace = explorer.follow(labels)
    if is_end(trace[-2] if labels else None, trace[-1]):
        return 0
    known, level, steps = {trace[-1]}, [trace[-1]], 0
    while level:
        steps += 1
        pairs = [(old, new) for old in level for new in explorer.steps(old).values()]
        if any(is_end(old, new) for old, new in pairs):
            return steps
        level = [new for new in dict.fromkeys(new for _, new in pairs) if new not in known]
        known.update(level)
    return None


def targets(explorer: Explorer, random: Random) -> Iterator[tuple[str, str, Ends]]:
    """Yield lines that an ellipsis may lead to, with what they say."""
    states = explorer.follow(walk(explorer, random, 12))
    label = random.choice([*explorer.steps(random.choice(states))] or ["nothing"])
    yield "step", label, lambda _, state: label in explorer.steps(state)
    i = random.randrange(len(explorer.names))
    me, number = explorer.names[i], random.choice(states).nodes[i][0]
    value = explorer.actors[i].values[number].at

    def has_value(_: State | None, state: State) -> bool:
        return bool(explorer.actors[i].values[state.nodes[i][0]].at == value)

    yield "field", f"expect {me}.at = {value}", has_value
    up = random.random() < 0.5
    words = "up" if up else "down"
    yield words, f"expect {me} is {words}", lambda _, state: state.nodes[i][1] is up
    properties = explorer.cluster.properties
    of_steps = [prop for prop in properties if prop.is_step_property]
    for prop in [random.choice(properties), *of_steps[:2]]:

        def decides(old: State | None, new: State, prop: object = prop) -> bool:
            return explorer.decides(prop, old, new)  # type: ignore[arg-type]

        def does_not(old: State | None, new: State, is_end: Ends = decides) -> bool:
            return not is_end(old, new)

        yes, no = ("reached", "not reached") if prop.kind is Kind.SOMETIMES else ("false", "true")
        kind = "step property" if prop.is_step_property else "property"
        yield kind, f"expect {prop.name} is {yes}", decides
        yield f"no {kind}", f"expect {prop.name} is {no}", does_not


def walk(explorer: Explorer, random: Random, most: int) -> list[str]:
    """Return the labels of a random trace."""
    state, labels = explorer.initial(), list[str]()
    for _ in range(random.randrange(most)):
        steps = explorer.steps(state)
        if not steps:
            break
        labels.append(random.choice([*steps]))
        state = steps[labels[-1]]
    return labels


def scenario_of(drawn: Drawn, labels: list[str], line: str) -> str:
    case = drawn.case
    head = [f"spec: {RANDOM.name}.py", f"number: {drawn.number}", f"network: {case.network}"]
    head += [f"crashes: {case.crashes}"]
    head += [f"crash-nodes: {','.join(case.crash_nodes)}"] if case.crash_nodes else []
    return "\n".join([*head, "", *labels, "...", line])


def carried_out(text: str) -> Run | str:
    """Return a scenario, carried out, or the text of its error."""
    read = scenario(text, "s.txt")
    try:
        return run_scenario(read, setup_of(read, RANDOM))
    except TraceError as error:
        return str(error)


def compare(drawn: Drawn) -> Iterator[tuple[str, bool]]:
    """Compare ellipses after a random walk; yield the kind of each line, and if it was found."""
    random, explorer = Random(f"ellipsis {drawn.number}"), drawn.explorer
    labels = walk(explorer, random, 6)
    for kind, line, is_end in targets(explorer, random):
        expected = fewest(explorer, labels, is_end)
        run = carried_out(scenario_of(drawn, labels, line))
        if isinstance(run, str):
            assert " can follow)" in run or "in any state that can follow" in run
            assert expected is None, (line, run)
            yield kind, False
            continue
        taken = len(run.stepping.labels) - len(labels) - (kind == "step")
        assert taken == expected, (line, run.stepping.labels)
        assert [each.answer.is_so for each in run.checked] in ([], [True])
        explorer.follow(run.stepping.labels)
        yield kind, True


def compare_many(first: int, how_many: int) -> Counter[tuple[str, bool]]:
    kinds = Counter[tuple[str, bool]]()
    for drawn in protocols(first, how_many, 150):
        with comparing(f"protocol {drawn.number}"):
            kinds.update(compare(drawn))
    return kinds


def test_an_ellipsis_stands_for_the_fewest_steps() -> None:
    kinds = compare_many(960_000, 4)
    assert min(kinds["step", True], kinds["field", True]) > 0


@pytest.mark.slow
def test_an_ellipsis_stands_for_the_fewest_steps_in_many_protocols() -> None:
    kinds = compare_many(970_000, 150)
    words = "step", "field", "up", "property", "no property", "step property", "no step property"
    assert min(kinds[word, True] for word in words) > 5
    assert kinds["step", False] > 10


def test_an_ellipsis_may_lead_to_a_property_of_the_last_step() -> None:
    """A state that follows one step may be reached by two: only one of them goes back."""
    text = """\
        w1 counts
        w1 resets
        ...
        expect never_back is false
        ...
        expect never_back is true
        ...
        expect never_back is false
        """
    run = found(text, WORKERS, "spec: workers.py\ncrashes: 0\nnetwork: once\n\n")
    assert run.labels == ("w1 counts", "w1 resets", "w1 counts", "w1 resets")
    assert run.searched == [(3, 3), (4, 4)]
    assert [is_so for is_so, _ in run.answers] == [True, True, True]


def test_an_ellipsis_before_each_leads_to_the_first_possible_step() -> None:
    head = "spec: paxos\nacceptors: 2\nproposers: 1\nrounds: 1\ncrashes: 0\n\n"
    run = found("...\neach p1 <- *\nexpect possible: a1 <- p1: Accept(*)\n", head=head)
    assert run.labels == (
        "p1 starts ballot 1",
        "a1 <- p1: Prepare(ballot=1)",
        "p1 <- a1: Promise(ballot=1, last=None)",
    )
    assert (run.searched, run.answers) == ([(1, 2)], [(False, "not possible: a1 <- p1: Accept(*)")])
