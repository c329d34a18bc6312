"""Hosting: the code that people deploy, unmodified, as the nodes of a cluster."""

from pcheck.hosted.actor import Hosted
from pcheck.hosted.net import Net
from pcheck.hosted.raised import Raised, nothing_raises
from pcheck.hosted.role import Actions
from pcheck.hosted.twins import frozen

__all__ = ["Actions", "Hosted", "Net", "Raised", "frozen", "nothing_raises"]
