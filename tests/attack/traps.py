"""Traps: for each side condition, a small protocol that pcheck gets wrong without the condition."""

from __future__ import annotations

from typing import NamedTuple

from tests.attack.attack import Case
from tests.attack.scripts import (
    Listener,
    Rebooting,
    Typed,
    X,
    Y,
    always_something,
    namers,
    never,
    never_at,
    never_both,
    never_by,
    never_down,
    never_idle_at,
    never_known,
    never_named,
    never_remembered,
    never_then,
    never_together,
    nobody_remembers,
    trap,
)

# The answers of pcheck. It refuses names that are not interchangeable, or seem not to be.
RIGHT, WRONG, REFUSED, FAILS = "right", "wrong", "refused", "fails"
SET, ONCE, FIFO = "set", "once", "fifo"

AB = "00 p 10 A>n1 B>n1"  # scripts of the sender m1
BA = "00 p 10 B>n1 A>n1"
ABC = "00 p 10 A>n1 B>n1 C>n1"
EITHER = "00 p 10 A>n1; 00 q 10 A>n2"
LOSES_MEMORY = "00 i 11; 10 j 20 X>"  # sends X only after a crash


class Trap(NamedTuple):
    """A protocol, the reductions, and the answers with and without the condition."""

    case: Case
    reduce: str
    answer: str = RIGHT
    without: str = WRONG


def alike(network: str, **scripts: str) -> Case:
    """Return the case of two interchangeable nodes n1 and n2, and other nodes."""
    return trap(
        network,
        {("n2" if name == "n" else name): each for name, each in scripts.items()},
        interchangeable=("n2",),
    )


SAYS_WHO = trap(  # each property names one of two interchangeable nodes
    SET,
    {"n2": "00 i 10 X>"},
    properties=[never_by("n1"), never_by("n2")],
    interchangeable=("n2",),
)
TRAPS: dict[str, Trap] = {
    # -- steps that are left out ---------------------------------------------------------------
    "a step that only takes a message is kept on fifo": Trap(
        trap(FIFO, {"n": "00 B 10 X>", "m": AB}), "minimise"
    ),
    "a step that sends is kept": Trap(trap(SET, {"n": "00 A 00 X>", "m": AB}), "minimise"),
    "a crash and a restart are kept": Trap(trap(SET, {"n": LOSES_MEMORY}, crashes=1), "minimise"),
    # -- closed tables -------------------------------------------------------------------------
    "actors are equal only if the types of their fields are": Trap(
        trap(SET, {"n": "00 i 10; True0 j 20 X>"}, roles={"n": Typed}), "minimise"
    ),
    "a table holds the actions": Trap(trap(SET, {"n": "00 i 10; 10 j 20 X>"}), "minimise"),
    "a table holds the crashes": Trap(
        trap(SET, {"n": "00 A 11; 10 B 20 X>", "m": AB}, crashes=1), "prune"
    ),
    "a table holds the restarts": Trap(trap(SET, {"n": LOSES_MEMORY}, crashes=1), "minimise"),
    "a table holds the reactions of known local states to later messages": Trap(
        trap(SET, {"n": "00 A 10 X>", "m": AB}), "prune"
    ),
    "a table does not exist if a handler fails": Trap(
        trap(ONCE, {"n": "00 A 10; 10 B !", "m": AB}), "prune", FAILS
    ),
    "what a node without a table sends must be in the tables": Trap(
        trap(
            SET,
            {
                "r": "00 A 10; 10 B 20; 20 C 30 X>n1",
                "n": "00 p 10; 10 X 20 Y>",
                "m": "00 p 10 A>r1 B>r1 C>r1",
            },
            properties=[never(Y)],
            roles={"r": Listener},
        ),
        "minimise",
    ),
    # -- minimise ------------------------------------------------------------------------------
    "classes refine what the properties see": Trap(
        trap(SET, {"n": "00 i 10"}, properties=[never_at(1)]), "minimise"
    ),
    "classes refine what every property sees": Trap(
        trap(SET, {"n": "00 i 01"}, properties=[never_at(1), never_at(1, "mind")]), "minimise"
    ),
    "classes are stable under messages": Trap(
        trap(SET, {"n": "00 A 10; 10 B 20 X>", "m": AB}), "minimise"
    ),
    "classes distinguish messages": Trap(
        trap(
            SET,
            {
                "n": "00 A 20 X>q1; 00 C 10; 10 B 20 X>q1",
                "m": "00 p 10 B>n1 C>n1",
                "q": "00 X 10 A>n1",
            },
        ),
        "minimise",
    ),
    "classes are stable under actions": Trap(trap(SET, {"n": "00 i 10; 10 j 20 X>"}), "minimise"),
    "classes are stable under crashes": Trap(trap(SET, {"n": LOSES_MEMORY}, crashes=1), "minimise"),
    "classes are stable under restarts": Trap(
        trap(SET, {"n": LOSES_MEMORY}, crashes=1), "minimise"
    ),
    "classes are stable, not only after one step": Trap(
        trap(SET, {"n": "00 A 10; 10 B 20; 20 i 30 X>", "m": AB}), "minimise"
    ),
    "classes compare what is sent": Trap(
        trap(SET, {"n": "00 B 10; 00 A 20 Y>; 10 A 20 X>", "m": AB}), "minimise"
    ),
    "classes compare what is sent to nobody": Trap(
        trap(SET, {"n": "00 A 10; 10 i 20 X>", "m": AB}), "minimise"
    ),
    "classes compare how often a message is sent": Trap(
        trap(
            ONCE,
            {"n": "00 A 10; 00 B 30 C>q1; 10 B 30 C>q1 C>q1", "q": "00 C 10; 10 C 20 X>", "m": AB},
        ),
        "minimise",
    ),
    "classes compare the order of what is sent": Trap(
        trap(
            FIFO,
            {
                "n": "00 A 10; 00 B 30 C>q1 A>q1; 10 B 30 A>q1 C>q1",
                "q": "00 A 10; 10 C 20 X>",
                "m": AB,
            },
        ),
        "minimise",
    ),
    # -- prune ---------------------------------------------------------------------------------
    "a message is live if the node reacts to it later": Trap(
        trap(SET, {"n": "00 A 10; 10 B 20 X>", "m": BA}), "prune"
    ),
    "a message is live if it only changes the local state": Trap(
        trap(SET, {"n": "00 B 10; 10 i 20 X>", "m": BA}), "prune"
    ),
    "messages stay live through deliveries": Trap(
        trap(SET, {"n": "00 A 10; 10 B 20 X>", "m": AB}), "prune"
    ),
    "messages stay live through actions": Trap(
        trap(SET, {"n": "00 A 10; 10 i 20; 20 B 30 X>", "m": AB}), "prune"
    ),
    "messages stay live through crashes": Trap(
        trap(SET, {"n": "00 A 11; 10 B 20 X>", "m": AB}, crashes=1), "prune"
    ),
    "messages stay live through restarts": Trap(
        trap(SET, {"n": "00 A 11; 10 B 20 X>", "m": AB}, crashes=1), "prune"
    ),
    "a dead message stays in the inbox on fifo": Trap(
        trap(FIFO, {"n": "00 C 10 X>", "m": "00 p 10 A>n1 C>n1"}), "prune"
    ),
    "a crash is kept unless the node restarts as it was": Trap(
        trap(SET, {"n": LOSES_MEMORY}, crashes=1), "prune"
    ),
    "a crash is kept if a property sees which nodes are up": Trap(
        trap(SET, {"n": "00 i 10"}, crashes=1, properties=[never_down()]), "prune"
    ),
    "properties see what is sent, not what an inbox holds": Trap(
        trap(SET, {"n": "00 i 10 X>q1", "q": "00 i 10"}), "prune"
    ),
    # -- fuse ----------------------------------------------------------------------------------
    "a silent step changes nothing that the properties see": Trap(
        trap(SET, {"n": "00 i 10"}, properties=[never_at(1)]), "fuse"
    ),
    "a crash is not silent if a property sees which nodes are up": Trap(
        trap(SET, {"n": "00 i 10"}, crashes=1, properties=[never_down()]), "fuse"
    ),
    "a silent step does not send, also not to nobody": Trap(trap(SET, {"n": "00 i 10 X>"}), "fuse"),
    "a chain may go on with an action": Trap(
        trap(SET, {"n": "00 A 10; 10 i 20; 20 j 30 X>", "m": AB}), "fuse"
    ),
    "a chain may go on with a crash": Trap(trap(SET, {"n": LOSES_MEMORY}, crashes=1), "fuse"),
    "a chain may go on with a restart": Trap(trap(SET, {"n": LOSES_MEMORY}, crashes=1), "fuse"),
    "a chain may go on when a message is lost or ignored": Trap(
        trap(FIFO, {"n": "00 A 10; 10 B 20; 10 C 30 X>", "m": ABC}), "fuse"
    ),
    "a chain takes the messages that its steps take": Trap(
        trap(ONCE, {"n": "00 A 10; 10 A 20; 20 i 30 X>", "m": "00 p 10 A>n1"}), "fuse"
    ),
    "a chain costs as many steps as it has": Trap(trap(SET, {"n": "00 i 10; 10 j 20 X>"}), "fuse"),
    "chains are found breadth-first": Trap(
        trap(SET, {"n": "00 a 10; 10 c 40; 00 b 20; 20 d 30; 30 e 40; 40 x 50 X>"}), "fuse"
    ),
    "a chain at the limit of its length ends": Trap(
        trap(SET, {"n": "00 i 10; 10 j 20; 20 k 30; 30 l 40 X>"}), "fuse"
    ),
    "a chain ends where a handler fails": Trap(trap(SET, {"n": "00 i 10; 10 j !"}), "fuse", FAILS),
    "a longer chain that crashes less often is kept": Trap(
        trap(
            SET,
            {
                "n": "00 a 11; 00 b 20; 20 c 30; 30 d 40; 40 e 10; 10 x 50 Y>q1",
                "q": "00 Y 11; 10 z 20 X>",
            },
            crashes=1,
        ),
        "fuse",
    ),
    # -- symmetry ------------------------------------------------------------------------------
    "a renaming maps the initial state to itself": Trap(
        trap(SET, {"n2": "00 i 10 X>"}, interchangeable=("n2",), begins_apart=True),
        "symmetry",
        REFUSED,
        RIGHT,
    ),
    "a renaming maps reactions to reactions": Trap(
        alike(SET, n="00 A 10 X> @n1", m="00 p 10 A>n1"), "symmetry", REFUSED
    ),
    "a renaming maps actions to actions": Trap(
        alike(SET, n="00 A 10; 10 i 20 X> @n1", m="00 p 10 A>n"), "symmetry", REFUSED
    ),
    "a renaming maps reactions to messages to each other": Trap(
        alike(SET, n="00 A 10 X> @n1", m=EITHER), "symmetry", REFUSED
    ),
    "every renaming of a reaction is verified": Trap(
        trap(
            SET,
            {
                "n3": "00 A 10 X> @n1; 00 A 10 @n2; 00 A 10 @n3",
                "m": f"{EITHER}; 00 r 10 A>n3",
            },
            interchangeable=("n3",),
        ),
        "symmetry",
        REFUSED,
    ),
    "a renaming maps crashes to crashes": Trap(
        trap(
            SET,
            {"n2": "00 A 10; 50 j 60 X>", "m": EITHER},
            crashes=1,
            interchangeable=("n2",),
            roles={"n2": Rebooting},
        ),
        "symmetry",
        REFUSED,
    ),
    "renamed reactions send in the same order": Trap(
        alike(
            FIFO,
            n="00 A 10 B>q1 C>q1 @n1; 00 A 10 C>q1 B>q1 @n2",
            m=EITHER,
            q="00 B 10; 10 C 20 X>",
        ),
        "symmetry",
        REFUSED,
    ),
    "renamed reactions send the same to nobody": Trap(
        alike(SET, n="00 A 10 X> @n1; 00 A 10 @n2", m=EITHER), "symmetry", REFUSED
    ),
    "a property says the same of renamed observations": Trap(SAYS_WHO, "symmetry", REFUSED),
    "a property reads no senders if it is asked once for some messages": Trap(
        SAYS_WHO, "symmetry", REFUSED
    ),
    "no renaming changes messages that a property is asked about once": Trap(
        namers(never_named("n1")), "symmetry", REFUSED
    ),
    "a property reads no values if it is asked once for some messages": Trap(
        namers(nobody_remembers), "symmetry"
    ),
    "no renaming changes values that a property is asked about once": Trap(
        namers(never_remembered("n2")), "symmetry", REFUSED
    ),
    "a property says the same of whole orbits": Trap(
        trap(
            SET,
            {"n3": "00 A 10 X>", "m": f"{EITHER}; 00 r 10 A>n3"},
            properties=[never_by("n1")],
            interchangeable=("n3",),
        ),
        "symmetry",
        REFUSED,
    ),
    "a node that may crash is not interchangeable with one that may not": Trap(
        trap(
            SET,
            {"n2": "00 A 11; 10 j 20 X>", "m": EITHER},
            crashes=1,
            crash_nodes=("n2",),
            interchangeable=("n2",),
        ),
        "symmetry",
    ),
    "a renaming maps live messages to live messages": Trap(
        alike(SET, n="00 A 10 X> @n1", m=EITHER), "prune,symmetry", REFUSED
    ),
    "a renaming maps classes to classes": Trap(
        alike(SET, n="00 A 20; 20 i 40 X> @n2", m=EITHER), "minimise,symmetry", REFUSED
    ),
    "nodes take each other's places": Trap(namers(never()), "symmetry", without=REFUSED),
    "receivers are renamed": Trap(
        alike(SET, n="00 A 10 B>n1 @n1; 00 A 10 B>n2 @n2; 10 B 20 X>", m="00 p 10 A>n"),
        "symmetry",
        without=REFUSED,
    ),
    "senders are renamed": Trap(namers(never()), "symmetry", without=REFUSED),
    "names inside messages are renamed": Trap(namers(never()), "symmetry", without=REFUSED),
    "names inside local states are renamed": Trap(namers(never()), "symmetry", without=REFUSED),
    "names inside observed fields are renamed": Trap(
        namers(never_known()), "symmetry", without=REFUSED
    ),
    "observed messages are renamed": Trap(namers(never(senders=2)), "symmetry"),
    "images are replaced by the representatives of their classes": Trap(
        namers(never(senders=3), size=3), "minimise,symmetry"
    ),
    # -- cover ---------------------------------------------------------------------------------
    "each node is in the same local state in both": Trap(
        trap(SET, {"n": "00 i 10; 00 j 20; 20 k 30 X>"}), "cover"
    ),
    "every undelivered message is undelivered in the upper state, too": Trap(
        trap(SET, {"n": "00 A 10 X>", "m": "00 p 10; 00 q 10 A>n1"}), "cover"
    ),
    "undelivered messages are compared copy by copy": Trap(
        trap(ONCE, {"n": "00 A 10; 10 A 20 X>", "m": "00 p 10 A>n1; 00 q 10 A>n1 A>n1"}), "cover"
    ),
    "the observation is the same": Trap(
        trap(SET, {"m": "00 p 10; 00 q 10 Y>; 10 r 20 X>"}, properties=[never_both()]), "cover"
    ),
    "the lower state has spent no fewer crashes": Trap(
        trap(
            SET,
            {
                "n": "00 a 11; 00 b 20; 20 c 30; 30 d 20; 30 e 10; 10 x 40 Y>q1",
                "q": "00 Y 11; 10 z 20 X>",
            },
            crashes=1,
        ),
        "cover",
    ),
    "cover is off on fifo": Trap(
        trap(FIFO, {"n": "00 A 10; 10 C 20 X>", "m": "00 p 10 C>n1 A>n1; 00 q 10 A>n1 C>n1"}),
        "cover",
    ),
    "a search with cover only proves": Trap(
        trap(SET, {"n": "00 a 10; 10 b 20; 00 c 20; 20 x 30 X>"}), "cover"
    ),
    # -- properties about steps ----------------------------------------------------------------
    "properties are asked about unseen steps": Trap(
        trap(SET, {"n": "00 i 10; 10 j 20 X>"}, properties=[always_something()]), "fuse"
    ),
    "properties are asked about unseen steps at every renaming": Trap(
        trap(
            SET,
            {"n2": "00 i 10; 10 j 11; 11 k 20"},
            properties=[never_idle_at(1, "n1")],
            interchangeable=("n2",),
        ),
        "fuse,symmetry",
        REFUSED,
    ),
    "minimise leaves out unseen steps": Trap(
        trap(SET, {"n": "00 i 10"}, properties=[always_something()]), "minimise"
    ),
    "fuse leaves out unseen steps": Trap(
        trap(SET, {"n": "00 i 10; 10 j 20 X>"}, properties=[always_something()]), "fuse"
    ),
    "prune leaves out unseen steps": Trap(
        trap(SET, {"n": "00 i 10 X>"}, crashes=1, properties=[always_something()]), "prune"
    ),
    "cover leaves out unseen steps": Trap(
        trap(
            SET,
            {"n": "00 i 10 A>n1; 00 j 10 A>n1 B>q1; 10 A 10 B>q1", "q": "00 i 00"},
            properties=[never_idle_at(1)],
        ),
        "cover",
    ),
    "an unseen step that does not exist is not judged": Trap(
        trap(SET, {"n": "00 i 10"}, properties=[never_idle_at(1)]), "fuse"
    ),
    "the observation before a step is the one before its chain": Trap(
        trap(SET, {"n": "00 i 10 X>; 10 j 20; 20 k 30 Y>"}, properties=[never_together()]), "fuse"
    ),
    "the observation after a step is the one after its chain": Trap(
        trap(SET, {"n": "00 i 10 X>; 10 j 20; 20 k 30 Y>"}, properties=[never_then(X, Y)]), "fuse"
    ),
    "a step to a known observation is judged": Trap(
        trap(
            SET,
            {"n": "00 i 10 X>", "q": "00 i 10 Y>"},
            properties=[never_then(X, Y), never_then(Y, X)],
        ),
        "fuse",
    ),
    "a step property is decided after all steps of a chain": Trap(
        trap(SET, {"n": "00 i 10 X>; 10 j 20; 20 k 30 Y>"}, properties=[never_then(X, Y)]), "fuse"
    ),
    "a property says the same of renamed pairs": Trap(
        trap(
            SET,
            {"n2": "00 i 10 X>"},
            properties=[never_then(X, X, "n2", "n1")],
            interchangeable=("n2",),
        ),
        "symmetry",
        REFUSED,
    ),
    "a renaming of a pair renames both observations": Trap(
        trap(
            SET,
            {"n2": "00 i 10 X>"},
            properties=[never_then(X, X, "n2", "n1")],
            interchangeable=("n2",),
        ),
        "symmetry",
        REFUSED,
    ),
}
