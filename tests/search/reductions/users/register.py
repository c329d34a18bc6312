"""A register that majorities of servers keep (Attiya, Bar-Noy and Dolev).

A client asks a majority of the servers for their newest version. A write then stores a newer one at
a majority, and a read stores the version that it returns. A client that has finished an operation
tells the other clients, so that they know what is finished.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pcheck import Action, Actor, Cluster, Group, Id, Map, Option, Seen, Set, Step, Value
from pcheck import action, always, broadcast, bug, fixed, group, send, sometimes, spec, volatile


@dataclass(frozen=True, order=True)
class Version:
    number: int
    rank: int  # of the client that wrote it, so that no two clients write the same version
    value: Value


FIRST = Version(0, 0, Value("v0"))


@dataclass(frozen=True)
class Ask:
    operation: int


@dataclass(frozen=True)
class Tell:
    operation: int
    version: Version


@dataclass(frozen=True)
class Store:
    operation: int
    version: Version


@dataclass(frozen=True)
class Stored:
    operation: int


@dataclass(frozen=True)
class Finished:
    version: Version


@dataclass(frozen=True)
class Server(Actor):
    newest: Version = FIRST

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Ask(operation):
                return self, send(src, Tell(operation, self.newest))
            case Store(operation, version):
                return self.but(newest=max(self.newest, version)), send(src, Stored(operation))
        return None


@dataclass(frozen=True)
class Done:
    floor: Version  # the newest version of an operation that was known to be finished before
    version: Version


@dataclass(frozen=True)
class Client(Actor):
    servers: Group = fixed()
    others: Group = fixed()
    operations: int = fixed()
    begun: int = 0  # durable, so that answers to an earlier operation do not count
    known: Version = FIRST  # the newest version of an operation that has finished
    done: tuple[Done, ...] = ()
    floor: Version | None = volatile(None)  # None: no operation is under way
    told: Map[Id, Version] | None = volatile(None)  # None: not in the first phase
    stores: Version | None = volatile(None)  # None: not in the second phase
    stored: Set[Id] = volatile(Set())

    def actions(self) -> Iterator[Action]:
        if self.floor is None and self.begun < self.operations:
            client = self.but(begun=self.begun + 1, floor=self.known, told=Map())
            yield action("begins", client, broadcast(self.servers, Ask(client.begun)))

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Tell(self.begun, version) if self.told is not None:
                told = self.told.but(src, version)
                if self.is_majority(len(told)):
                    return self.but(told=None).stores_version(self.version(max(told.values())))
                return self.but(told=told)
            case Stored(self.begun) if self.stores is not None:
                stored = self.stored.plus(src)
                if self.is_majority(len(stored)):
                    return self.finishes(self.stores)
                return self.but(stored=stored)
            case Finished(version):
                return self.but(known=max(self.known, version))
        return None

    def is_majority(self, servers: int) -> bool:
        return 2 * servers > len(self.servers)

    def version(self, newest: Version) -> Version:
        """A read returns the newest version."""
        return newest

    def stores_version(self, version: Version) -> Step:
        """A read stores what it returns. Otherwise a later read could return an older version."""
        return self.but(stores=version), broadcast(self.servers, Store(self.begun, version))

    def finishes(self, version: Version) -> Step:
        assert self.floor is not None
        done, known = (*self.done, Done(self.floor, version)), max(self.known, version)
        after = self.but(done=done, known=known, floor=None, stores=None, stored=Set())
        return after, broadcast(self.others, Finished(version))


@dataclass(frozen=True)
class Writer(Client):
    rank: int = fixed()

    def version(self, newest: Version) -> Version:
        """A write is newer than all versions that its client was told of."""
        return Version(newest.number + 1, self.rank, Value(f"v{self.rank}"))


@dataclass(frozen=True)
class Reader(Client):
    pass


@always(sees=["done"])
def no_operation_goes_back(seen: Seen) -> str | None:
    """No operation returns an older version than one that was finished when it began."""
    for client, operations in seen.field("done"):
        for nth, done in enumerate(operations, start=1):
            if done.version < done.floor:
                return f"operation {nth} of {client} returns {done.version.value}, which is old"
    return None


@sometimes(sees=["done"])
def a_new_value_is_read(seen: Seen) -> bool:
    """A read returns a value that was written."""
    readers = set(seen.group("r"))
    return any(
        done.version != FIRST
        for client, operations in seen.field("done")
        if client in readers
        for done in operations
    )


@spec
def register(
    servers: Annotated[int, Option("number of servers", min=1)] = 3,
    writers: Annotated[int, Option("number of clients that write", min=1)] = 1,
    writes: Annotated[int, Option("number of writes per writer", min=1)] = 1,
    readers: Annotated[int, Option("number of clients that read", min=1)] = 1,
    reads: Annotated[int, Option("number of reads per reader", min=1)] = 1,
) -> Cluster:
    """A register: no operation returns an older value than one that was finished before."""
    s, w, r = group("s", servers), group("w", writers), group("r", readers)
    clients = Group("c", (*w, *r))

    def writer(me: Id, rank: int) -> Writer:
        others = clients.without(me)
        return Writer(servers=s, others=others, operations=writes, rank=rank)

    return Cluster(
        {
            w: lambda i: writer(w[i - 1], i),
            r: lambda i: Reader(servers=s, others=clients.without(r[i - 1]), operations=reads),
            s: lambda i: Server(),
        },
        properties=[no_operation_goes_back, a_new_value_is_read],
        interchangeable=[s, r],
    )


@bug(1, breaks=no_operation_goes_back, scope={"reads": 2, "network": "once", "crashes": 0})
class ReadsInOnePhase(Reader):
    """A read returns the newest version that it was told, and does not store it."""

    def stores_version(self, version: Version) -> Step:
        return self.finishes(version)
