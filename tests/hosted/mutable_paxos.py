"""Paxos as a program that knows nothing of pcheck: objects that change, and plain messages."""

from __future__ import annotations


class Message:
    def __init__(self, ballot: int, value: object = None, voted: int | None = None) -> None:
        self.ballot, self.value, self.voted = ballot, value, voted


class Prepare(Message):
    pass


class Promise(Message):
    pass


class Accept(Message):
    pass


class Accepted(Message):
    pass


class Acceptor:
    def __init__(self, promised: int = 0, voted: int | None = None, value: object = None) -> None:
        self.promised, self.voted, self.value = promised, voted, value

    def handle(self, message: Message) -> Message | None:
        """Return the answer to a message, if there is one."""
        if isinstance(message, Prepare) and message.ballot > self.promised:
            self.promised = message.ballot
            return Promise(message.ballot, self.value, self.voted)
        if isinstance(message, Accept) and message.ballot >= self.promised:
            if message.ballot == self.voted:
                return None
            self.promised = self.voted = message.ballot
            self.value = message.value
            return Accepted(message.ballot, message.value)
        return None


class Proposer:
    def __init__(self, wants: object, ballots: list[int], acceptors: int) -> None:
        self.wants, self.ballots, self.acceptors = wants, ballots, acceptors
        self.ballot = 0  # no ballot
        self.promises: dict[object, tuple[int, object]] = {}

    def start(self) -> Prepare:
        """Start the next ballot."""
        self.ballot, self.promises = self.ballots.pop(0), {}
        return Prepare(self.ballot)

    def handle(self, message: Message, sender: object) -> Accept | None:
        """Return a request for votes as soon as a majority has promised."""
        if message.ballot != self.ballot or sender in self.promises:
            return None
        self.promises[sender] = (message.voted or 0, message.value)
        if 2 * len(self.promises) <= self.acceptors:
            return None
        voted, value = max(self.promises.values(), key=lambda each: each[0])
        self.ballot, self.promises = 0, {}
        return Accept(message.ballot, value if voted else self.wants)
