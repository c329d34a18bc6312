"""The engine of the page from given starts, against the reference semantics, on random walks."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from pcheck.loading.setup import Setup, prepare
from pcheck.loading.spec import find
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.start import GIVEN_START
from tests.attack.drawn import comparing
from tests.play.page.conftest import ignored
from tests.play.page.engine import Job, answers, check, job, page_data, steps_within
from tests.sampling import fast_first
from tests.search.given import setup_of, starts

PAXOS = (
    "p1.started = 1",
    "p1.promises = Map()",
    "a1.promised = 2",
    "a1.vote = Vote(2, v2)",
    "a2 is down",
    "in flight: p1 <- a1: Promise(1, None)",
    "in flight: a1 <- p2: Prepare(2)",
    "in flight: a1 <- p2: Accept(Vote(2, v2))",
    "in flight: a1 <- p2: Accept(Vote(2, v2))",
    "in flight: a2 <- p1: Prepare(1)",
    "in flight: a2 <- p1: Prepare(3)",
    "a1 sent Accepted(Vote(2, v2))",
)


def paxos(network: str, start: Sequence[str] = PAXOS) -> Setup:
    given = {"acceptors": 2, "rounds": 2}
    return prepare(find("paxos"), given, network=network, crashes=1, start=start)


def model_of(setup: Setup) -> ClusterModel:
    assert isinstance(setup.model, ClusterModel)
    return setup.model


@pytest.mark.parametrize(
    ("networks", "walks"), fast_first(1, [(("fifo",), 5), (tuple(NETWORKS), 100)])
)
def test_walks_from_a_given_start_are_those_of_the_reference(
    networks: tuple[str, ...], walks: int
) -> None:
    random, jobs = Random("given start"), list[Job]()
    for network in networks:
        data = page_data(paxos(network), 30 * walks)
        jobs.append(job(data, model_of(paxos(network)), random, walks))
        assert data["given"] == GIVEN_START
    check(jobs)


def test_the_first_state_of_a_page_is_the_given_start() -> None:
    setup = paxos("fifo")
    jobs = [job(page_data(setup, 100), model_of(paxos("fifo")), Random(1), 1)]
    check(jobs)
    ((first, *_),) = jobs[0].shown
    assert (first["down"], first["crashes"], first["fields"]["a1"]) == (
        ["a2"],
        0,
        {"promised": "2", "vote": "Vote(ballot=2, value=v2)"},
    )
    accept = "p2: Accept(vote=Vote(ballot=2, value=v2))"
    assert first["inboxes"] == [
        ["a1: Promise(ballot=1, last=None)"],
        [],
        ["p2: Prepare(ballot=2)", accept, accept],
        ["p1: Prepare(ballot=1)", "p1: Prepare(ballot=3)"],
    ]


def test_sent_messages_of_a_given_start_decide_properties_of_the_page() -> None:
    """Both values were chosen before the page begins. The order of the lines does not matter."""
    start = ["a1 sent Accepted(Vote(2, v2))", "a1 sent Accepted(Vote(1, v1))"]
    start += ["a2 sent Accepted(Vote(1, v1))", "a2 sent Accepted(Vote(2, v2))"]
    setup = paxos("once", start)
    data = page_data(setup, 50)
    jobs = [job(data, model_of(paxos("once", start)), Random(2), 5)]
    check(jobs)
    verdicts = jobs[0].shown[0][0]["verdicts"]
    assert verdicts["agreement"] == [0, "v1 and v2 are both chosen"]
    at = [number for number, each in enumerate(data["judges"]) if each["name"] == "agreement"]
    (found,) = answers(data, [{"wanted": {"kind": "judges", "at": at}}])
    assert found["labels"] == []


def random_jobs(first: int, how_many: int) -> list[Job]:
    """Return walks from random starts of random protocols."""
    jobs = []
    for drawn, _, lines in starts(first, how_many):
        with comparing(f"protocol {drawn.number}: {lines}"):
            data, random = page_data(setup_of(drawn, lines), 3_000, 3_000), Random(drawn.number)
            steps, model = steps_within(data), model_of(setup_of(drawn, lines))
            jobs.append(job(data, model, random, 6, why=ignored, max_steps=steps))
    return jobs


@pytest.mark.usefixtures("without_reasons")
@pytest.mark.parametrize("how_many", fast_first(1, [4, 250]))
def test_walks_from_random_starts_of_random_protocols_are_those_of_the_reference(
    how_many: int,
) -> None:
    check(random_jobs(950_000, how_many))
