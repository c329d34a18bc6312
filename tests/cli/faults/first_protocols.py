"""Small protocols as a new user writes them, and bugs of one line in each.

For each bug: the protocol, a text of it, the text instead, the line that the error names, and the
error. The line is given by its text, continued until it is unique.
"""

from __future__ import annotations

HEAD = """\
from dataclasses import dataclass

from pcheck import Action, Actor, Cluster, Group, Id, Map, Option, Seen, Set, Step, UP, Value
from pcheck import action, always, broadcast, bug, either, fixed, group, milestone, send
from pcheck import show, sometimes, spec, volatile

"""
COMMIT = (
    HEAD
    + '''
@dataclass(frozen=True)
class Prepare:
    pass


@dataclass(frozen=True)
class Yes:
    pass


@dataclass(frozen=True)
class Commit:
    pass


@dataclass(frozen=True)
class Coordinator(Actor):
    managers: Group = fixed()
    asked: bool = False
    yes: Set[Id] = Set()
    committed: bool = False

    def actions(self):
        if not self.asked:
            yield action("asks", self.but(asked=True), broadcast(self.managers, Prepare()))

    def receive(self, msg, src):
        match msg:
            case Yes() if src not in self.yes:
                yes = self.yes.plus(src)
                if len(yes) < len(self.managers):
                    return self.but(yes=yes)
                return self.but(yes=yes, committed=True), broadcast(self.managers, Commit())
        return None


@dataclass(frozen=True)
class Manager(Actor):
    state: str = "working"

    def actions(self):
        if self.state == "working":
            yield action("aborts", self.but(state="aborted"))

    def receive(self, msg, src):
        match msg:
            case Prepare() if self.state == "working":
                return self.but(state="prepared"), send(src, Yes())
            case Commit() if self.state == "prepared":
                return self.but(state="committed")
        return None


@always(sees=["state"])
def all_or_none(seen: Seen) -> str | None:
    """Managers commit at all nodes or at none."""
    states = {state for _, state in seen.field("state")}
    return "some commit and some abort" if {"committed", "aborted"} <= states else None


@sometimes(sees=["state"])
def it_commits(seen: Seen) -> bool:
    """A transaction commits in some execution."""
    return all(state == "committed" for _, state in seen.field("state"))


@spec
def commit(managers: int = 2) -> Cluster:
    """Two-phase commit."""
    c, m = group("c", 1), group("m", managers)
    return Cluster(
        {c: lambda i: Coordinator(managers=m), m: lambda i: Manager()},
        properties=[all_or_none, it_commits],
        interchangeable=[m],
    )
'''
)
ELECT = (
    HEAD
    + '''
@dataclass(frozen=True)
class Ask:
    term: int


@dataclass(frozen=True)
class Vote:
    term: int


@dataclass(frozen=True)
class Node(Actor):
    others: Group = fixed()
    term: int = 0
    voted: Map[int, Id] = Map()
    votes: Set[Id] = volatile(Set())
    leads: Set[int] = Set()

    def actions(self):
        if self.term < 1:
            voted = self.voted.but(self.term + 1, self.me)
            yield action(
                f"starts term {self.term + 1}",
                self.but(term=self.term + 1, voted=voted, votes=Set([self.me])),
                broadcast(self.others.without(self.me), Ask(self.term + 1)),
            )

    def receive(self, msg, src):
        match msg:
            case Ask(term) if term >= self.term and term not in self.voted:
                return self.but(term=term, voted=self.voted.but(term, src)), send(src, Vote(term))
            case Vote(term) if term == self.term:
                votes = self.votes.plus(src)
                if len(votes) > len(self.others) // 2:
                    return self.but(votes=votes, leads=self.leads.plus(term))
                return self.but(votes=votes)
        return None


@always(sees=["leads"])
def one_leader(seen: Seen) -> str | None:
    """At most one node leads in a term."""
    leads = [(node, term) for node, terms in seen.field("leads") for term in terms]
    terms = [term for _, term in leads]
    return f"two lead in term {terms[0]}" if len(terms) > len(set(terms)) else None


@sometimes(sees=["leads"])
def somebody_leads(seen: Seen) -> bool:
    """A node leads in some execution."""
    return any(len(terms) > 0 for _, terms in seen.field("leads"))


@spec
def elect(nodes: int = 3) -> Cluster:
    """A leader election."""
    n = group("n", nodes)
    return Cluster(
        {n: lambda i: Node(others=n)},
        properties=[one_leader, somebody_leads],
        interchangeable=[n],
    )
'''
)
REGISTER = (
    HEAD
    + '''
@dataclass(frozen=True)
class Write:
    value: Value


@dataclass(frozen=True)
class Written:
    value: Value


@dataclass(frozen=True)
class Writer(Actor):
    register: Group = fixed()
    value: Value = fixed()
    done: bool = False

    def actions(self):
        if not self.done:
            yield action(f"writes {self.value}", self, broadcast(self.register, Write(self.value)))

    def receive(self, msg, src):
        match msg:
            case Written(self.value):
                return self.but(done=True)
        return None


@dataclass(frozen=True)
class Register(Actor):
    value: Value | None = None
    log: tuple[Value, ...] = ()

    def receive(self, msg, src):
        match msg:
            case Write(value) if value not in self.log:
                return self.but(value=value, log=(*self.log, value)), send(src, Written(value))
        return None


@always(sees=[Written, "log"])
def confirmed_is_logged(seen: Seen) -> str | None:
    """What is confirmed is in the log."""
    logs = dict(seen.field("log"))
    for node, written in seen.sent(Written):
        if written.value not in logs[node]:
            return f"{written.value} is confirmed, but {node} has {show(logs[node])}"
    return None


@always(sees=["log"])
def the_log_grows(before: Seen, after: Seen) -> str | None:
    """The log only grows."""
    now = dict(after.field("log"))
    for node, log in before.field("log"):
        if now[node][: len(log)] != log:
            return f"{node} lost {show(log)}"
    return None


@sometimes(sees=["done"])
def all_are_done(seen: Seen) -> bool:
    """All writers are done in some execution."""
    return all(done for _, done in seen.field("done"))


@milestone(sees=["log"])
def is_logged(seen: Seen):
    """A value is in the log."""
    return {value: f"{value} is logged" for _, log in seen.field("log") for value in log}


@spec
def register(writers: int = 2) -> Cluster:
    """Writers write to a register."""
    w, r = group("w", writers), group("r", 1)
    return Cluster(
        {w: lambda i: Writer(register=r, value=Value(f"v{i}")), r: lambda i: Register()},
        properties=[confirmed_is_logged, the_log_grows, all_are_done],
        milestones=[is_logged],
    )


@bug(1, breaks=confirmed_is_logged)
class ForgetsTheLog(Register):
    """The log is never written."""

    def receive(self, msg, src):
        match msg:
            case Write(value):
                return self.but(value=value), send(src, Written(value))
        return None
'''
)
LEASE = (
    HEAD
    + '''
@dataclass(frozen=True)
class Ask:
    pass


@dataclass(frozen=True)
class Lease:
    number: int


@dataclass(frozen=True)
class Release:
    number: int


@dataclass(frozen=True)
class Holder(Actor):
    server: Group = fixed()
    lease: int = volatile(0)

    def actions(self):
        if self.lease == 0:
            yield action("asks", self, broadcast(self.server, Ask()))
        else:
            yield action("releases", self.but(lease=0), broadcast(self.server, Release(self.lease)))

    def receive(self, msg, src):
        match msg:
            case Lease(number) if self.lease == 0:
                return self.but(lease=number)
        return None


@dataclass(frozen=True)
class Server(Actor):
    given: int = 0
    free: bool = True

    def receive(self, msg, src):
        match msg:
            case Ask() if self.free and self.given < 2:
                number = self.given + 1
                return self.but(given=number, free=False), send(src, Lease(number))
            case Release(number) if number == self.given:
                return self.but(free=True)
        return None


@always(sees=["lease"])
def one_holder(seen: Seen) -> str | None:
    """No two clients hold the same lease."""
    held = [lease for _, lease in seen.field("lease") if lease > 0]
    return f"lease {held[0]} is held twice" if len(held) > len(set(held)) else None


@sometimes(sees=["lease"], alias="held")
def somebody_holds(seen: Seen) -> bool:
    """A client holds a lease in some execution."""
    return any(lease > 0 for _, lease in seen.field("lease"))


@spec
def lease(clients: int = 2) -> Cluster:
    """A server gives leases, one at a time."""
    c, s = group("c", clients), group("s", 1)
    return Cluster(
        {c: lambda i: Holder(server=s), s: lambda i: Server()},
        properties=[one_holder, somebody_holds],
        interchangeable=[c],
    )
'''
)
Bug = tuple[str, str, str, str, str]
BUGS: dict[str, Bug] = {
    "a step that is not returned": (
        COMMIT,
        'return self.but(state="committed")',
        'self.but(state="committed")',
        'self.but(state="committed")',
        "`self.but(state='committed')` returns a changed copy, which is not used; "
        "return the copy, or assign it to a name",
    ),
    "an action that changes nothing": (
        COMMIT,
        'yield action("aborts", self.but(state="aborted"))',
        'self.but(state="aborted"); yield action("aborts", self)',
        'self.but(state="aborted"); yield action("aborts", self)',
        "`self.but(state='aborted')` returns a changed copy, which is not used; return "
        "the copy, or assign it to a name",
    ),
    "an action that is not yielded": (
        COMMIT,
        'yield action("aborts", self.but(state="aborted"))',
        'action("aborts", self.but(state="aborted"))',
        'action("aborts", self.but(state="aborted"))',
        "`action('aborts', self.but(state='aborted'))` is not used; write `yield action(...)`",
    ),
    "an action that is returned": (
        COMMIT,
        'yield action("aborts", self.but(state="aborted"))',
        'return action("aborts", self.but(state="aborted"))',
        ('def actions(self):\n        if self.state == "working":'),
        "actions() of m1 returned Action(label='aborts', "
        "step=Manager(state='aborted')); write yield action(label, step, ...) [in state "
        "Manager(state='working')]",
    ),
    "a state and a send joined with `and`": (
        COMMIT,
        'return self.but(state="prepared"), send(src, Yes())',
        'return self.but(state="prepared") and send(src, Yes())',
        (
            "def receive(self, msg, src):\n"
            "        match msg:\n"
            '            case Prepare() if self.state == "working":'
        ),
        "receive() of m1 gave Yes() to c1 as a step; a step must be the next state, "
        "(state, send(...), ...), either(...), or None for no change [on Prepare() from "
        "c1, in state Manager(state='working')]",
    ),
    "a send before the state": (
        COMMIT,
        'return self.but(state="prepared"), send(src, Yes())',
        'return send(src, Yes()), self.but(state="prepared")',
        (
            "def receive(self, msg, src):\n"
            "        match msg:\n"
            '            case Prepare() if self.state == "working":'
        ),
        "receive() of m1 gave (Yes() to c1, Manager(state='prepared')) as a step; a "
        "step must be the next state, (state, send(...), ...), either(...), or None for "
        "no change [on Prepare() from c1, in state Manager(state='working')]",
    ),
    "a message without send": (
        COMMIT,
        'return self.but(state="prepared"), send(src, Yes())',
        'return self.but(state="prepared"), Yes()',
        (
            "def receive(self, msg, src):\n"
            "        match msg:\n"
            '            case Prepare() if self.state == "working":'
        ),
        "receive() of m1 put Yes() after the state; a step must be the next state, "
        "(state, send(...), ...), either(...), or None for no change [on Prepare() from "
        "c1, in state Manager(state='working')]",
    ),
    "a list instead of a tuple": (
        COMMIT,
        'return self.but(state="prepared"), send(src, Yes())',
        'return [self.but(state="prepared"), send(src, Yes())]',
        (
            "def receive(self, msg, src):\n"
            "        match msg:\n"
            '            case Prepare() if self.state == "working":'
        ),
        "receive() of m1 gave [Manager(state='prepared'), Yes() to c1] as a step; a "
        "step must be the next state, (state, send(...), ...), either(...), or None for "
        "no change [on Prepare() from c1, in state Manager(state='working')]",
    ),
    "a step that is yielded": (
        COMMIT,
        'return self.but(state="prepared"), send(src, Yes())',
        'yield self.but(state="prepared"), send(src, Yes())',
        (
            "def receive(self, msg, src):\n"
            "        match msg:\n"
            '            case Prepare() if self.state == "working":'
        ),
        "receive of Manager yields its step; write return instead of yield",
    ),
    "a send without a state": (
        COMMIT,
        'return self.but(state="prepared"), send(src, Yes())',
        "return send(src, Yes())",
        (
            "def receive(self, msg, src):\n"
            "        match msg:\n"
            '            case Prepare() if self.state == "working":'
        ),
        "receive() of m1 gave Yes() to c1 as a step; a step must be the next state, "
        "(state, send(...), ...), either(...), or None for no change [on Prepare() from "
        "c1, in state Manager(state='working')]",
    ),
    "a state that is yielded without action": (
        COMMIT,
        'yield action("aborts", self.but(state="aborted"))',
        'yield self.but(state="aborted")',
        ('def actions(self):\n        if self.state == "working":'),
        "actions() of m1 yielded Manager(state='aborted'); write yield action(label, "
        "step, ...) [in state Manager(state='working')]",
    ),
    "an action whose arguments are swapped": (
        COMMIT,
        'yield action("aborts", self.but(state="aborted"))',
        'yield action(self.but(state="aborted"), "aborts")',
        ('def actions(self):\n        if self.state == "working":'),
        "actions() of m1 labelled a step Manager(state='aborted'); a label must be one "
        "printable line of text [in state Manager(state='working')]",
    ),
    "an action without a step": (
        COMMIT,
        'yield action("aborts", self.but(state="aborted"))',
        'yield action("aborts")',
        'yield action("aborts")',
        "actions() of m1 raised TypeError: action() missing 1 required positional "
        "argument: 'step'; write action(label, step, ...) [in state "
        "Manager(state='working')]",
    ),
    "an action with a message instead of a send": (
        COMMIT,
        'yield action("asks", self.but(asked=True), broadcast(self.managers, Prepare()))',
        'yield action("asks", self.but(asked=True), Prepare())',
        ("def actions(self):\n        if not self.asked:"),
        "actions() of c1 put Prepare() after the state; a step must be the next state, "
        "(state, send(...), ...), either(...), or None for no change [in state "
        "Coordinator(asked=False, yes={}, committed=False)]",
    ),
    "a handler without the sender": (
        COMMIT,
        ("    def receive(self, msg, src):\n        match msg:\n            case Prepare"),
        ("    def receive(self, msg):\n        match msg:\n            case Prepare"),
        "def receive(self, msg):",
        "receive of Manager has the parameters (self, msg); write def receive(self, msg, src)",
    ),
    "a handler whose parameters are swapped": (
        COMMIT,
        ("    def receive(self, msg, src):\n        match msg:\n            case Prepare"),
        ("    def receive(self, src, msg):\n        match msg:\n            case Prepare"),
        "def receive(self, src, msg):",
        "receive of Manager has the parameters (self, src, msg); write def receive(self, msg, src)",
    ),
    "a handler without self": (
        COMMIT,
        ("    def receive(self, msg, src):\n        match msg:\n            case Prepare"),
        ("    def receive(msg, src):\n        match msg:\n            case Prepare"),
        "def receive(msg, src):",
        "receive of Manager has the parameters (msg, src); write def receive(self, msg, src)",
    ),
    "actions without self": (
        COMMIT,
        ("    def actions(self):\n        if self.state"),
        ("    def actions():\n        if self.state"),
        "def actions():",
        "actions of Manager has the parameters (); write def actions(self)",
    ),
    "a member added to a Set in place": (
        COMMIT,
        "yes = self.yes.plus(src)",
        "yes = self.yes.add(src)",
        "yes = self.yes.add(src)",
        "receive() of c1 raised AttributeError: 'Set' object has no attribute 'add'; a "
        "Set never changes; write new = old.plus(member) or old.without(member) [on "
        "Yes() from m1, in state Coordinator(asked=True, yes={}, committed=False)]",
    ),
    "a Set plus a member": (
        COMMIT,
        "yes = self.yes.plus(src)",
        "yes = self.yes + src",
        "yes = self.yes + src",
        "receive() of c1 raised TypeError: unsupported operand type(s) for +: 'Set' and "
        "'Id'; a Set never changes; write new = old.plus(member) or old.without(member) "
        "[on Yes() from m1, in state Coordinator(asked=True, yes={}, committed=False)]",
    ),
    "a set of Python in the state": (
        COMMIT,
        "yes = self.yes.plus(src)",
        "yes = {*self.yes, src}",
        (
            "def receive(self, msg, src):\n"
            "        match msg:\n"
            "            case Yes() if src not in self.yes:"
        ),
        "receive() of c1 leads to a state with an unsupported value: yes is a set; use "
        "Set [on Yes() from m1, in state Coordinator(asked=True, yes={}, "
        "committed=False)]",
    ),
    "a Set of a name": (
        COMMIT,
        "yes = self.yes.plus(src)",
        "yes = Set(src)",
        "yes = Set(src)",
        "receive() of c1 raised TypeError: Set() needs members, got the text m1; write "
        "Set([...]) [on Yes() from m1, in state Coordinator(asked=True, yes={}, "
        "committed=False)]",
    ),
    "a changed Set that is not used": (
        COMMIT,
        "yes = self.yes.plus(src)",
        "yes = self.yes; yes.plus(src)",
        "yes = self.yes; yes.plus(src)",
        "`yes.plus(src)` returns a changed copy, which is not used; return the copy, or "
        "assign it to a name",
    ),
    "an entry assigned to a Map": (
        ELECT,
        "voted = self.voted.but(self.term + 1, self.me)",
        "voted = self.voted; voted[self.term + 1] = self.me",
        "voted = self.voted; voted[self.term + 1] = self.me",
        "actions() of n1 raised TypeError: 'Map' object does not support item "
        "assignment; a Map never changes; write new = old.but(key, value) or "
        "old.without(key) [in state Node(term=0, voted={}, votes={}, leads={})]",
    ),
    "a dict of Python in the state": (
        ELECT,
        "voted = self.voted.but(self.term + 1, self.me)",
        "voted = {**self.voted, self.term+1: self.me}",
        "def actions(self):",
        "actions() of n1 leads to a state with an unsupported value: voted is a dict; "
        "use Map [in state Node(term=0, voted={}, votes={}, leads={})]",
    ),
    "a key that the Map does not have": (
        ELECT,
        "term not in self.voted",
        "self.voted[term] is None",
        "case Ask(term) if term >= self.term and self.voted[term] is None:",
        "receive() of n2 raised KeyError: 1; the Map has no such key; write .get(key) "
        "or .get(key, default) [on Ask(term=1) from n1, in state Node(term=0, voted={}, "
        "votes={}, leads={})]",
    ),
    "a decorator without sees": (
        COMMIT,
        '@always(sees=["state"])',
        "@always",
        "@always",
        "loading the spec raised TypeError: always() takes 0 positional arguments but 1 "
        "was given; write @always(sees=[...])",
    ),
    "sees without a list": (
        COMMIT,
        '@always(sees=["state"])',
        '@always(sees="state")',
        '@always(sees="state")',
        "all_or_none: sees must be a list, got 'state'; write sees=['state']",
    ),
    "sees with the default of a field": (
        COMMIT,
        '@always(sees=["state"])',
        "@always(sees=[Manager.state])",
        "return Cluster(",
        "all_or_none sees the field 'working', which no node has; the fields are "
        "managers, asked, yes, committed, state",
    ),
    "a property without return": (
        COMMIT,
        'return "some commit',
        '"some commit',
        "def all_or_none(seen: Seen) -> str | None:",
        "the property all_or_none returns nothing; return what is wrong, or None",
    ),
    "a property that asserts": (
        COMMIT,
        'return "some commit and some abort" if {"committed", "aborted"} <= states else None',
        'assert not {"committed", "aborted"} <= states',
        "def all_or_none(seen: Seen) -> str | None:",
        "the property all_or_none returns nothing; return what is wrong instead of assert, or None",
    ),
    "a sometimes that returns a text": (
        COMMIT,
        'return all(state == "committed" for _, state in seen.field("state"))',
        'return "yes" if all(state == "committed" for _, state in seen.field("state")) else None',
        '@sometimes(sees=["state"])',
        "the @sometimes it_commits must return True or False, got None",
    ),
    "a field read as an attribute": (
        COMMIT,
        'states = {state for _, state in seen.field("state")}',
        "states = {state for _, state in seen.state}",
        "states = {state for _, state in seen.state}",
        "the property all_or_none raised AttributeError: 'Seen' object has no attribute "
        "'state'; write seen.field(\"state\") for the field of each node",
    ),
    "a misspelt method of Seen": (
        COMMIT,
        'states = {state for _, state in seen.field("state")}',
        'states = {state for _, state in seen.fields("state")}',
        'states = {state for _, state in seen.fields("state")}',
        "the property all_or_none raised AttributeError: 'Seen' object has no attribute "
        "'fields'; did you mean 'field'?",
    ),
    "a misspelt field in a property": (
        COMMIT,
        'states = {state for _, state in seen.field("state")}',
        'states = {state for _, state in seen.field("stat")}',
        'states = {state for _, state in seen.field("stat")}',
        "the property all_or_none raised LookupError: all_or_none reads 'stat'; did you "
        "mean 'state'?",
    ),
    "a class of messages in quotes": (
        REGISTER,
        "seen.sent(Written)",
        'seen.sent("Written")',
        'for node, written in seen.sent("Written"):',
        "the property confirmed_is_logged raised TypeError: seen.sent() needs a class "
        "of messages, got 'Written'; write seen.sent(Written)",
    ),
    "a pair of a sender and a message not unpacked": (
        REGISTER,
        "for node, written in seen.sent(Written)",
        "for written in seen.sent(Written)",
        "if written.value not in logs[node]:",
        "the property confirmed_is_logged raised AttributeError: 'tuple' object has no "
        "attribute 'value'; this is a pair (node, value); write `for node, value in "
        "...`",
    ),
    "a class of messages that is not in sees": (
        REGISTER,
        'sees=[Written, "log"]',
        'sees=["log"]',
        "for node, written in seen.sent(Written):",
        "the property confirmed_is_logged raised LookupError: confirmed_is_logged reads "
        "Written; add Written to its sees=[...]",
    ),
    "a group whose name ends in a digit": (
        COMMIT,
        'group("c", 1), group',
        'group("c1", 1), group',
        'c, m = group("c1", 1), group("m", managers)',
        "the builder commit raised ValueError: a group's name must be a word not ending "
        "in a digit, got 'c1'",
    ),
    "a cluster of a list": (
        COMMIT,
        "{c: lambda i: Coordinator(managers=m), m: lambda i: Manager()}",
        "[lambda i: Coordinator(managers=m), lambda i: Manager()]",
        "return Cluster(",
        "a cluster must be a map from groups, got a list; write {group: lambda i: ...}",
    ),
    "a cluster with text as keys": (
        COMMIT,
        "{c: lambda i: Coordinator",
        '{"c": lambda i: Coordinator',
        "return Cluster(",
        "a cluster must be a map from groups, got the key 'c'; write group(\"a\", 3)",
    ),
    "a cluster without properties": (
        COMMIT,
        "        properties=[all_or_none, it_commits],\n",
        "",
        "@spec",
        "commit declares no properties, so there is nothing to check; pass "
        "properties=[...] to its Cluster",
    ),
    "a property instead of a list": (
        COMMIT,
        "properties=[all_or_none, it_commits]",
        "properties=all_or_none",
        "return Cluster(",
        "properties=... must be a list, got all_or_none; write properties=[all_or_none]",
    ),
    "a property that is called": (
        COMMIT,
        "properties=[all_or_none, it_commits]",
        "properties=[all_or_none(), it_commits]",
        "properties=[all_or_none(), it_commits],",
        "the builder commit raised TypeError: 'Property' object is not callable; write "
        "the name of the property without ()",
    ),
    "a property in quotes": (
        COMMIT,
        "properties=[all_or_none, it_commits]",
        'properties=["all_or_none", it_commits]',
        "return Cluster(",
        "properties=[...] has the text 'all_or_none'; write all_or_none without quotes",
    ),
    "a group instead of a list of groups": (
        COMMIT,
        "interchangeable=[m]",
        "interchangeable=m",
        "return Cluster(",
        "interchangeable=... must be a list, got m; write interchangeable=[m]",
    ),
    "a milestone among the properties": (
        REGISTER,
        "properties=[confirmed_is_logged,",
        "properties=[is_logged, confirmed_is_logged,",
        "return Cluster(",
        "is_logged is a milestone; write milestones=[is_logged]",
    ),
    "a milestone instead of a list": (
        REGISTER,
        "milestones=[is_logged],",
        "milestones=is_logged,",
        "return Cluster(",
        "milestones=... must be a list, got is_logged; write milestones=[is_logged]",
    ),
    "a function that takes no number": (
        COMMIT,
        "m: lambda i: Manager()",
        "m: lambda: Manager()",
        "return Cluster(",
        "the function of group m does not take the number of a node; write lambda i: ...",
    ),
    "a class instead of a function": (
        COMMIT,
        "m: lambda i: Manager()",
        "m: Manager",
        "return Cluster(",
        "group m has the class Manager instead of a function that creates each node; "
        "write lambda i: Manager(...)",
    ),
    "fixed without ()": (
        COMMIT,
        "managers: Group = fixed()",
        "managers: Group = fixed",
        ("@dataclass(frozen=True)\nclass Coordinator(Actor):"),
        "the field managers of Coordinator is declared with fixed itself; write fixed() "
        "or fixed(DEFAULT)",
    ),
    "volatile without ()": (
        LEASE,
        "lease: int = volatile(0)",
        "lease: int = volatile",
        ("@dataclass(frozen=True)\nclass Holder(Actor):"),
        "the field lease of Holder is declared with volatile itself; write volatile() "
        "or volatile(DEFAULT)",
    ),
    "a fixed field that changes": (
        COMMIT,
        "asked: bool = False",
        "asked: bool = fixed(False)",
        ("def actions(self):\n        if not self.asked:"),
        "actions() of c1 changed the fixed field asked; declare a field that changes "
        "without fixed() [in state Coordinator(yes={}, committed=False)]",
    ),
    "a field without default": (
        COMMIT,
        "asked: bool = False",
        "asked: bool",
        "{c: lambda i: Coordinator(managers=m), m: lambda i: Manager()},",
        "the builder commit raised TypeError: Coordinator.__init__() missing 1 required "
        "positional argument: 'asked'; write Coordinator(asked=...), or give the field "
        "a default",
    ),
    "an actor with an __init__": (
        COMMIT,
        '    state: str = "working"\n',
        ('    state: str = "working"\n    def __init__(self): self.state = "working"\n'),
        'def __init__(self): self.state = "working"',
        "the builder commit raised FrozenInstanceError: cannot assign to field 'state'; "
        "remove this __init__; declare each field as `name: type = default`",
    ),
    "a field named like a handler": (
        COMMIT,
        "asked: bool = False",
        ("asked: bool = False\n    receive: int = 0"),
        ("@dataclass(frozen=True)\nclass Coordinator(Actor):"),
        "Coordinator has a field receive, a name that pcheck uses; rename the field",
    ),
    "a message without its argument": (
        REGISTER,
        ("send(src, Written(value))\n        return None\n\n\n@always"),
        ("send(src, Written())\n        return None\n\n\n@always"),
        "return self.but(value=value, log=(*self.log, value)), send(src, Written())",
        "receive() of r1 raised TypeError: Written.__init__() missing 1 required "
        "positional argument: 'value'; write Written(value=...), or give the field a "
        "default [on Write(value=v1) from w1, in state Register(value=None, log=())]",
    ),
    "a pattern with an argument too many": (
        COMMIT,
        "case Prepare() if",
        "case Prepare(x) if",
        'case Prepare(x) if self.state == "working":',
        "receive() of m1 raised TypeError: Prepare() accepts 0 positional sub-patterns "
        "(1 given); write Prepare(...) with at most its fields [on Prepare() from c1, "
        "in state Manager(state='working')]",
    ),
    "a file without @spec": (
        COMMIT,
        "@spec\n",
        "",
        "",
        "the file has no builder; write @spec above the function that returns the cluster",
    ),
    "@spec with ()": (
        COMMIT,
        "@spec\n",
        "@spec()\n",
        "@spec()",
        "loading the spec raised TypeError: spec() missing 1 required positional "
        "argument: 'builder'; write @spec without ()",
    ),
    "a builder that returns nothing": (
        COMMIT,
        "    return Cluster(",
        "    Cluster(",
        "@spec",
        "the builder commit returned a NoneType; return Cluster({...}, "
        "properties=[...]) or a Model",
    ),
    "a choice without labels": (
        REGISTER,
        "return self.but(done=True)",
        "return either(self.but(done=True), None)",
        ("def receive(self, msg, src):\n        match msg:\n            case Written(self.value):"),
        "receive() of w1 called either() with (Writer(done=True), None); write "
        "either((label, step), ...) [on Written(value=v1) from r1, in state "
        "Writer(done=False)]",
    ),
    "a broadcast whose arguments are swapped": (
        COMMIT,
        "broadcast(self.managers, Prepare())",
        "broadcast(Prepare(), self.managers)",
        'yield action("asks", self.but(asked=True), broadcast(Prepare(), self.managers))',
        "actions() of c1 raised TypeError: broadcast() needs the nodes first; write "
        "broadcast(nodes, message) [in state Coordinator(asked=False, yes={}, "
        "committed=False)]",
    ),
    "a send whose arguments are swapped": (
        COMMIT,
        "send(src, Yes())",
        "send(Yes(), src)",
        'return self.but(state="prepared"), send(Yes(), src)',
        "receive() of m1 raised TypeError: send() needs the node first; write "
        "send(node, message) [on Prepare() from c1, in state Manager(state='working')]",
    ),
    "a number compared with a group": (
        COMMIT,
        "len(yes) < len(self.managers)",
        "len(yes) < self.managers",
        "if len(yes) < self.managers:",
        "receive() of c1 raised TypeError: '<' not supported between instances of 'int' "
        "and 'Group'; write len(group) for the number of its nodes [on Yes() from m1, "
        "in state Coordinator(asked=True, yes={}, committed=False)]",
    ),
    "a missing import": (
        COMMIT,
        "Seen, Set, Step",
        "Seen, Step",
        "yes: Set[Id] = Set()",
        "loading the spec raised NameError: name 'Set' is not defined; write `from "
        "pcheck import Set`",
    ),
    "a bug that is no subclass": (
        REGISTER,
        "class ForgetsTheLog(Register)",
        "class ForgetsTheLog",
        "@bug(1, breaks=confirmed_is_logged)",
        "the bug ForgetsTheLog must be a subclass of the role that it changes",
    ),
    "a bug that breaks a text": (
        REGISTER,
        "@bug(1, breaks=confirmed_is_logged)",
        '@bug(1, breaks="confirmd_is_logged")',
        '@bug(1, breaks="confirmd_is_logged")',
        "breaks=... must be a property, got 'confirmd_is_logged'; write the name of the "
        "property alone",
    ),
    "a bug without arguments": (
        REGISTER,
        "@bug(1, breaks=confirmed_is_logged)",
        "@bug",
        "@bug",
        "loading the spec raised TypeError: bug() missing 1 required keyword-only "
        "argument: 'breaks'; write @bug(1, breaks=PROPERTY)",
    ),
    "a milestone that returns a text": (
        REGISTER,
        'return {value: f"{value} is logged" for _, log in seen.field("log") for value in log}',
        'return "logged"',
        '@milestone(sees=["log"])',
        "the milestone is_logged must return a map from events to lines of text, got 'logged'",
    ),
    "a field without self": (
        REGISTER,
        "value not in self.log",
        "value not in log",
        "case Write(value) if value not in log:",
        "receive() of r1 raised NameError: name 'log' is not defined; write self.log "
        "[on Write(value=v1) from w1, in state Register(value=None, log=())]",
    ),
    "an assignment to a field": (
        LEASE,
        "return self.but(free=True)",
        "self.free = True; return self",
        "self.free = True; return self",
        "receive() of s1 raised FrozenInstanceError: cannot assign to field 'free'; "
        "return self.but(...) instead of assigning to a field [on Release(number=1) "
        "from c1, in state Server(given=1, free=False)]",
    ),
    "a change without the name of the field": (
        LEASE,
        "return self.but(free=True)",
        'return self.but("free", True)',
        'return self.but("free", True)',
        "receive() of s1 raised TypeError: Actor.but() takes 1 positional argument but "
        "3 were given; write self.but(field=value) [on Release(number=1) from c1, in "
        "state Server(given=1, free=False)]",
    ),
    "a new actor instead of a changed one": (
        LEASE,
        "return self.but(free=True)",
        "return Server()",
        (
            "def receive(self, msg, src):\n"
            "        match msg:\n"
            "            case Ask() if self.free and self.given < 2:"
        ),
        "receive() of s1 changed its name me; return self.but(...) instead of a new "
        "Server [on Release(number=1) from c1, in state Server(given=1, free=False)]",
    ),
    "an option with a name of pcheck": (
        COMMIT,
        "managers: int = 2",
        "network: int = 2",
        "@spec",
        "the option network of commit clashes with pcheck's own --network; rename the option",
    ),
    "a handler that is asynchronous": (
        LEASE,
        ("def receive(self, msg, src):\n        match msg:\n            case Lease"),
        ("async def receive(self, msg, src):\n        match msg:\n            case Lease"),
        "async def receive(self, msg, src):",
        "receive of Holder is asynchronous; write def receive(self, msg, src)",
    ),
    "a tuple instead of an action": (
        LEASE,
        'yield action("asks", self, broadcast(self.server, Ask()))',
        'yield "asks", self, broadcast(self.server, Ask())',
        "def actions(self):",
        "actions() of c1 yielded ('asks', Holder(lease=0), Ask() to s1); write yield "
        "action(label, step, ...) [in state Holder(lease=0)]",
    ),
    "two actions with one label": (
        LEASE,
        'yield action("asks", self, broadcast(self.server, Ask()))',
        'yield action("asks", self, broadcast(self.server, Ask())); yield '
        'action("asks", self.but(lease=1))',
        "def actions(self):",
        "actions() of c1 labelled two steps 'c1 asks'; give each step its own label [in "
        "state Holder(lease=0)]",
    ),
    "a line with wrong indentation": (
        LEASE,
        "            case Release(number) if number == self.given:",
        "           case Release(number) if number == self.given:",
        "case Release(number) if number == self.given:",
        "the spec is not valid Python: unindent does not match any outer indentation level",
    ),
    "an assignment instead of a comparison": (
        LEASE,
        ("if self.lease == 0:\n            yield"),
        ("if self.lease = 0:\n            yield"),
        "if self.lease = 0:",
        "the spec is not valid Python: cannot assign to attribute here. Maybe you meant "
        "'==' instead of '='?",
    ),
    "a list of sends": (
        COMMIT,
        "broadcast(self.managers, Commit())",
        "[send(m, Commit()) for m in self.managers]",
        (
            "def receive(self, msg, src):\n"
            "        match msg:\n"
            "            case Yes() if src not in self.yes:"
        ),
        "receive() of c1 put [Commit() to m1, Commit() to m2] after the state; a step "
        "must be the next state, (state, send(...), ...), either(...), or None for no "
        "change [on Yes() from m2, in state Coordinator(asked=True, yes={m1}, "
        "committed=False)]",
    ),
    "a misspelt parameter of an actor": (
        LEASE,
        "Holder(server=s)",
        "Holder(servers=s)",
        "{c: lambda i: Holder(servers=s), s: lambda i: Server()},",
        "the builder lease raised TypeError: Holder.__init__() got an unexpected "
        "keyword argument 'servers'; did you mean 'server'?",
    ),
    "a group that is not in the cluster": (
        COMMIT,
        "{c: lambda i: Coordinator(managers=m), m: lambda i: Manager()}",
        "{c: lambda i: Coordinator(managers=m)}",
        "return Cluster(",
        "all_or_none sees the field 'state', which no node has; the fields are "
        "managers, asked, yes, committed",
    ),
    "a misspelt attribute": (
        COMMIT,
        "len(yes) < len(self.managers)",
        "len(yes) < len(self.manager)",
        "if len(yes) < len(self.manager):",
        "receive() of c1 raised AttributeError: 'Coordinator' object has no attribute "
        "'manager'; did you mean 'managers'? [on Yes() from m1, in state "
        "Coordinator(asked=True, yes={}, committed=False)]",
    ),
    "a node that asks for its name": (
        COMMIT,
        "src not in self.yes",
        "self.name not in self.yes",
        "case Yes() if self.name not in self.yes:",
        "receive() of c1 raised AttributeError: 'Coordinator' object has no attribute "
        "'name'; the name of the node is self.me [on Yes() from m1, in state "
        "Coordinator(asked=True, yes={}, committed=False)]",
    ),
    "the name of a sender": (
        COMMIT,
        "src not in self.yes",
        "src.name not in self.yes",
        "case Yes() if src.name not in self.yes:",
        "receive() of c1 raised AttributeError: 'Id' object has no attribute 'name'; "
        "the Id m1 is itself the name [on Yes() from m1, in state "
        "Coordinator(asked=True, yes={}, committed=False)]",
    ),
    "a name compared with text": (
        COMMIT,
        "src not in self.yes",
        '"m1" not in self.yes',
        'case Yes() if "m1" not in self.yes:',
        "receive() of c1 raised TypeError: Id(\"m1\") never equals the plain text 'm1'; "
        'write Id("m1") [on Yes() from m1, in state Coordinator(asked=True, yes={m1}, '
        "committed=False)]",
    ),
}
# As above, but the check ends with a verdict and with this note.
NOTED: dict[str, tuple[str, str, str, str, str]] = {
    "a property that is not in the list": (
        COMMIT,
        "properties=[all_or_none, it_commits]",
        "properties=[it_commits]",
        "def all_or_none",
        "the property all_or_none is not checked; add it to properties=[...]",
    ),
}
