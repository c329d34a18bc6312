"""A second program for Multi-Paxos: guarded commands over one set of facts.

The program is written from the paper and from the sentences that define the semantics. It shares no
code with pcheck, and has no actors, maps or inboxes. A state is a set of facts: tuples that begin
with a word. A command checks whether some facts are in the state, removes some facts and adds
others. Messages are facts too, and each vote ever reported stays in the state.

    ("started", p, n)          leader p has started n ballots        without it: 0
    ("asks", p)                p is in phase 1
    ("got", p, a, votes)       a promised, with all its votes (slot, ballot, value)
    ("at", p, s)               the next command of p is for slot s   without it: p does not lead
    ("promised", a, b)                                               without it: 0
    ("vote", a, s, b, v)       the last vote of a in slot s
    ("heard", r, a, s, b, v)   the last vote of a that replica r received for its next slot
    ("did", r, n, v)           the nth command that r has executed
    ("down", node), ("crashes", n)
    ("said", a, s, b, v)       a has reported this vote
    ("told", r, s, v)          r has reported this decision to the other replicas
    ("mail", n, to, from, message)   n copies are in flight; on `set` one copy equals several

    python tests/specs/multi_paxos_peer.py ACCEPTORS LEADERS SLOTS ROUNDS REPLICAS NETWORK CRASHES
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

Fact: TypeAlias = tuple[Any, ...]
Facts: TypeAlias = frozenset[Fact]
Votes: TypeAlias = frozenset[tuple[int, int, str]]  # (slot, ballot, value)
Observation: TypeAlias = tuple[Facts, Facts]  # (acceptor, slot, ballot, value), (replica, n, value)
NO_OP = "no-op"


class Size(NamedTuple):
    acceptors: int
    leaders: int
    slots: int
    rounds: int = 1
    replicas: int = 0
    network: str = "set"
    crashes: int = 0

    @property
    def a(self) -> list[str]:
        return [f"a{i}" for i in range(1, self.acceptors + 1)]

    @property
    def p(self) -> list[str]:
        return [f"p{i}" for i in range(1, self.leaders + 1)]

    @property
    def r(self) -> list[str]:
        return [f"r{i}" for i in range(1, self.replicas + 1)]

    def is_majority(self, count: int) -> bool:
        return count > self.acceptors / 2

    def command(self, p: str, slot: int) -> str:
        return f"{'?xyzuvw'[int(p[1:])]}{slot}"

    def ballot(self, state: Facts, p: str, more: int = 0) -> int:
        """Return the ballot that a leader started last, or the ballot `more` starts later."""
        nth = number(state, "started", p) + more
        return (nth - 1) * self.leaders + int(p[1:])


class Change(NamedTuple):
    """The effect of a command: facts removed, facts added, messages sent (to, from, message)."""

    removed: Iterable[Fact]
    added: Iterable[Fact]
    sent: Iterable[Fact] = ()


Own: TypeAlias = Callable[[Size, Facts, str], Change | None]  # an action of a node
On: TypeAlias = Callable[[Size, Facts, str, str, Fact], Change | None]  # a reaction to a message


class Commands(NamedTuple):
    own: Mapping[str, Own]
    on: Mapping[str, On]


class Counts(NamedTuple):
    states: int
    transitions: int
    depth: int
    observations: frozenset[Observation]


def every(state: Facts, *begins: Any) -> Facts:
    """Return all facts that begin with these words."""
    return frozenset(fact for fact in state if fact[: len(begins)] == begins)


def number(state: Facts, *begins: Any) -> int:
    """Return the number at the end of the only fact that begins with these words, or 0."""
    return next((int(fact[-1]) for fact in every(state, *begins)), 0)


# A leader


def start(world: Size, state: Facts, p: str) -> Change | None:
    """Let a leader start its next ballot, at any time."""
    nth = number(state, "started", p) + 1
    if p not in world.p or nth > world.rounds:
        return None
    prepare = "prepare", world.ballot(state, p, more=1)
    removed = every(state, "started", p) | every(state, "got", p)
    return Change(removed, [("started", p, nth), ("asks", p)], [(a, p, prepare) for a in world.a])


def propose(world: Size, state: Facts, p: str) -> Change | None:
    """Let a leader propose its own command in the next slot, unless it is in phase 1 again."""
    s = number(state, "at", p)
    if not 0 < s <= world.slots or ("asks", p) in state:
        return None
    accepts = accept(world, state, p, s, world.command(p, s))
    return Change([("at", p, s)], [("at", p, s + 1)], accepts)


def accept(world: Size, state: Facts, p: str, s: int, v: str) -> list[Fact]:
    return [(a, p, ("accept", s, world.ballot(state, p), v)) for a in world.a]


def union(reported: list[Votes]) -> Votes:
    return frozenset().union(*reported)


def lead(
    world: Size,
    state: Facts,
    p: str,
    a: str,
    message: Fact,
    read: Callable[[list[Votes]], Votes] = union,
) -> Change | None:
    """Let a leader with promises of a majority propose again in every slot with reported votes."""
    _, ballot, votes = message
    got = every(state, "got", p)
    known = {fact[2] for fact in got}
    if ("asks", p) not in state or ballot != world.ballot(state, p) or a in known:
        return None
    if not world.is_majority(len(got) + 1):
        return Change([], [("got", p, a, votes)])
    reported = read([votes, *(fact[3] for fact in got)])
    last = max((slot for slot, _, _ in reported), default=0)
    accepts: list[Fact] = []
    for slot in range(1, last + 1):
        _, value = max([(0, NO_OP), *((b, v) for s, b, v in reported if s == slot)])
        accepts += accept(world, state, p, slot, value)
    return Change(got | every(state, "at", p) | {("asks", p)}, [("at", p, last + 1)], accepts)


# An acceptor


def promise(world: Size, state: Facts, a: str, p: str, message: Fact) -> Change | None:
    _, ballot = message
    if ballot <= number(state, "promised", a):
        return None
    votes = frozenset(fact[2:] for fact in every(state, "vote", a))
    reply = p, a, ("promise", ballot, votes)
    return Change(every(state, "promised", a), [("promised", a, ballot)], [reply])


def cast(world: Size, state: Facts, a: str, p: str, message: Fact) -> Change | None:
    vote = _, ballot, _ = message[1:]
    if ballot < number(state, "promised", a) or ("vote", a, *vote) in state:
        return None
    removed = every(state, "promised", a) | every(state, "vote", a, vote[0])
    added = ("promised", a, ballot), ("vote", a, *vote), ("said", a, *vote)
    return Change(removed, added, [(r, a, ("accepted", *vote)) for r in world.r])


# A replica


def after(state: Facts, r: str) -> int:
    """Return the slot that a replica executes next."""
    return len(every(state, "did", r)) + 1


def hear(
    world: Size,
    state: Facts,
    r: str,
    a: str,
    message: Fact,
    fits: Callable[[Facts, str, int], bool] = lambda state, r, s: s == after(state, r),
) -> Change | None:
    vote = s, _, value = message[1:]
    if not fits(state, r, s):
        return None
    before = every(state, "heard", r, a)
    heard = (every(state, "heard", r) - before) | {("heard", r, a, *vote)}
    if not world.is_majority(sum(fact[3:] == vote for fact in heard)):
        return Change(before, heard)
    sent = [(other, r, ("decide", s, value)) for other in world.r if other != r]
    did = [("did", r, after(state, r), value), *([("told", r, s, value)] if sent else [])]
    return Change(every(state, "heard", r), did, sent)


def believe(world: Size, state: Facts, r: str, other: str, message: Fact) -> Change | None:
    _, s, value = message
    if s != after(state, r):
        return None
    return Change(every(state, "heard", r), [("did", r, s, value)])


# All of them


def crash(world: Size, state: Facts, node: str) -> Change | None:
    """Remove what is not durable: a leader's position and promises, the votes a replica heard."""
    spent = number(state, "crashes")
    if spent == world.crashes:
        return None
    words = "asks", "got", "at", "heard"
    lost = frozenset().union(*(every(state, word, node) for word in words))
    return Change(lost | every(state, "crashes"), [("down", node), ("crashes", spent + 1)])


COMMANDS = Commands(
    {"start": start, "propose": propose, "crash": crash},
    {"prepare": promise, "promise": lead, "accept": cast, "accepted": hear, "decide": believe},
)


def steps(world: Size, state: Facts, commands: Commands) -> Iterator[Facts]:
    """Yield the state after each step that changes the state."""
    for node in world.a + world.p + world.r:
        if ("down", node) in state:
            yield state - {("down", node)}
            continue
        for command in commands.own.values():
            change = command(world, state, node)
            if change is not None:
                yield changed(world, state, change)
    for mail in every(state, "mail"):
        _, copies, to, src, message = mail
        change = commands.on[message[0]](world, state, to, src, message)
        if ("down", to) in state or change is None:
            continue
        if not change.sent and changed(world, state, change) == state:
            continue  # the message is ignored
        left = state
        if world.network == "once":
            rest = {("mail", copies - 1, to, src, message)} if copies > 1 else set()
            left = (state - {mail}) | rest
        if (result := changed(world, left, change)) != state:
            yield result


def changed(world: Size, state: Facts, change: Change) -> Facts:
    state = state.difference(change.removed).union(change.added)
    for letter in change.sent:
        before = next((mail for mail in every(state, "mail") if mail[2:] == letter), None)
        if before is None:
            state |= {("mail", 1, *letter)}
        elif world.network == "once":
            state = (state - {before}) | {("mail", before[1] + 1, *letter)}
    return state


def explore(world: Size, commands: Commands = COMMANDS) -> Counts:
    assert world.network in ("set", "once"), world.network
    queue: list[Facts] = [frozenset()]
    depth, transitions = {queue[0]: 0}, 0
    for state in queue:  # breadth first: the loop also visits the appended states
        for each in steps(world, state, commands):
            transitions += 1
            if each not in depth:
                depth[each] = depth[state] + 1
                queue.append(each)
    return Counts(len(queue), transitions, depth[queue[-1]], frozenset(map(observation, queue)))


def observation(state: Facts) -> Observation:
    said, done = (frozenset(fact[1:] for fact in every(state, word)) for word in ("said", "did"))
    return said, done


def shortest(
    world: Size, commands: Commands, bad: Callable[[Size, Observation], bool]
) -> int | None:
    """Return the number of steps to the first bad observation, or None without one."""
    known: set[Facts] = set()
    level, steps_taken = {Facts()}, 0
    while level:
        if any(bad(world, seen) for seen in set(map(observation, level))):
            return steps_taken
        known |= level
        level = {each for state in level for each in steps(world, state, commands)} - known
        steps_taken += 1
    return None


def chosen(world: Size, said: Facts) -> set[tuple[int, str]]:
    """Return each value, with its slot, that a majority voted for in one ballot."""
    votes = {fact[1:] for fact in said}
    return {
        (s, v) for s, b, v in votes if world.is_majority(sum((a, s, b, v) in said for a in world.a))
    }


def disagree(world: Size, seen: Observation) -> bool:
    """Return whether two values are chosen in one slot."""
    values = chosen(world, seen[0])
    return len({slot for slot, _ in values}) < len(values)


def execute_something_else(world: Size, seen: Observation) -> bool:
    """Return whether some nth command executed by a replica is not chosen in slot n."""
    return not {fact[1:] for fact in seen[1]} <= chosen(world, seen[0])


if __name__ == "__main__":
    words = [word if word.isalpha() else int(word) for word in sys.argv[1:]]
    counts = explore(Size(*words))  # type: ignore[arg-type]
    print(f"{counts.states} states, {counts.transitions} transitions, depth {counts.depth}")
