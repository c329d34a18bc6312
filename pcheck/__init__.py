"""pcheck looks at every run of a small cluster and proves that at most one value is chosen.

Everything that a spec needs comes from here; so does `check`, for a notebook or a test.
"""

from pcheck.actor import Act, Actor, Send, Step, act, broadcast, either, fixed, send, volatile
from pcheck.builder import Bug, Option, bug, spec
from pcheck.cluster import Cluster
from pcheck.label import show
from pcheck.model import Model
from pcheck.property import Milestone, Property, Seen, always, milestone, sometimes
from pcheck.values import Group, Id, Map, Set, Value, group

__all__ = [
    "Act",
    "Actor",
    "Bug",
    "Cluster",
    "Group",
    "Id",
    "Map",
    "Milestone",
    "Model",
    "Option",
    "Property",
    "Seen",
    "Send",
    "Set",
    "Step",
    "Value",
    "act",
    "always",
    "broadcast",
    "bug",
    "either",
    "fixed",
    "group",
    "milestone",
    "send",
    "show",
    "sometimes",
    "spec",
    "volatile",
]
