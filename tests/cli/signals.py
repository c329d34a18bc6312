"""Signals of a process that a test starts, as in a terminal."""

from __future__ import annotations

import signal

STOPPING = signal.SIGINT, signal.SIGHUP, signal.SIGTERM


def restore_signals() -> None:
    """Give each stopping signal its default action.

    A shell starts background jobs with SIGINT ignored, and nohup ignores SIGHUP; every process that
    the tests start would inherit that.
    """
    for each in STOPPING:
        signal.signal(each, signal.SIG_DFL)
